"""Pictures: what a notebook gets of them, and which colours show which numbers."""

import base64
import html.parser
import re
import subprocess
import sys

import cv2
import matplotlib
import numpy as np
import pytest

from course_utils import images, plots
from course_utils.plots import colours, encoding, number_views, window

GRAY = images.load("camera")
COLOUR = images.load("cat")
SIGNED = cv2.Sobel(GRAY, cv2.CV_32F, 1, 0)
SMALL = np.arange(12, dtype=np.uint8).reshape(3, 4)

EVERY_KIND = {
    "compare": lambda alt: plots.compare(COLOUR, GRAY, SIGNED, titles=["a", "b", "c"], alt=alt),
    "zoom": lambda alt: plots.compare(GRAY, SIGNED, zoom=(100, 100, 32), alt=alt),
    "grid": lambda alt: plots.grid([GRAY, COLOUR, SIGNED] * 3, alt=alt, columns=4, titles=list("abcdefghi")),
    "kernel": lambda alt: plots.kernel(np.eye(3), "identity", alt=alt),
    "kernels": lambda alt: plots.kernels({"a": np.eye(3), "b": np.ones((1, 5)) / 5}, alt=alt),
    "pixels": lambda alt: plots.pixels(SMALL, alt=alt, title="small"),
    "pixels in colour": lambda alt: plots.pixels(COLOUR[:3, :3], alt=alt),
    "profile": lambda alt: plots.profile({"a": GRAY[0], "b": GRAY[1, :99]}, alt=alt),
    "lines": lambda alt: plots.lines([1, 2, 3], {"a": [1, 2, 3], "b": [3, 2, 1]}, alt=alt, markers=True),
    "histogram": lambda alt: plots.histogram(COLOUR, alt=alt),
    "overlay_line": lambda alt: plots.overlay_line(COLOUR, (0, 0), (99, 99), alt=alt, title="t"),
    "spectrum": lambda alt: plots.spectrum([np.eye(8), np.ones((4, 6))], ["a", "b"], alt=alt, magnitudes=True),
    "figure": lambda alt: plots.figure(4, 2, alt=alt),
}


class Reader(html.parser.HTMLParser):
    """Collect the elements of a piece of HTML and make sure that each is closed."""

    VOID = frozenset({"img", "input"})

    def __init__(self, text: str):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def decode(uri: str) -> np.ndarray:
    packed = re.fullmatch(r"data:image/(?:webp|png);base64,([A-Za-z0-9+/=]+)", uri).group(1)
    return cv2.imdecode(np.frombuffer(base64.b64decode(packed), dtype=np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_has_escaped_alt_text_and_readable_pixels(kind):
    shown = EVERY_KIND[kind]('a "cat" & <b>a dog</b>')
    bundle = shown._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == 'Picture: a "cat" & <b>a dog</b>'
    (image,) = Reader(bundle["text/html"]).all("img")
    assert image["alt"] == 'a "cat" & <b>a dog</b>'
    assert "<b>" not in bundle["text/html"]
    assert "max-width:100%" in image["style"]
    assert decode(image["src"]).shape[1] == pytest.approx(2 * int(image["width"]), abs=1)
    assert int(image["width"]) <= 9 * 96
    assert len(bundle["text/html"]) < 200_000


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_is_drawn_within_its_borders(kind):
    rgb = EVERY_KIND[kind]("x").to_rgb().astype(int)
    ring = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]])
    assert (ring > 200).all(), "something is cut off at the border of the picture"


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_alt_text_is_required(alt):
    with pytest.raises(ValueError, match="alt is"):
        plots.compare(GRAY, alt=alt)
    with pytest.raises(TypeError):
        plots.compare(GRAY)


def test_ipython_shows_a_picture():
    from IPython.core import formatters

    shown, _ = formatters.DisplayFormatter().format(plots.compare(GRAY, alt="a man"))
    assert shown["text/plain"] == "Picture: a man"
    assert shown["text/html"].startswith('<img alt="a man"')


def test_no_pyplot_and_no_changed_settings():
    code = """
import sys, matplotlib
before = matplotlib.rcParams.copy()  # dict() would ask for the backend, which imports pyplot
import numpy as np
from course_utils import plots
image = np.eye(9)
figure = plots.figure(alt="x"); figure.subplots(1, 2)[0].plot([1, 2]); figure.to_html()
for shown in (plots.compare(image, alt="x"), plots.kernel(image, alt="x"), plots.histogram(image, alt="x"),
              plots.slider([image, image], ["a", "b"], alt="x"),
              plots.sliding_window(image[:4, :4], image[:3, :3], alt="x")):
    shown.to_html()
assert "matplotlib.pyplot" not in sys.modules
assert matplotlib.rcParams.copy() == before
assert not any(name in sys.modules for name in ("keras", "tensorflow", "skimage", "sklearn"))
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_dark_style_does_not_change_pictures():
    plain = plots.lines([0, 1], {"a": [0, 1]}, alt="x").to_rgb()
    with matplotlib.rc_context({"axes.facecolor": "black", "figure.facecolor": "black", "font.size": 20}):
        dark = plots.lines([0, 1], {"a": [0, 1]}, alt="x").to_rgb()
    np.testing.assert_array_equal(plain, dark)


def test_zero_is_white_and_signs_have_their_colours():
    left, middle, right = (
        plots.compare(np.array([[-4.0, 0.0, 4.0]]), alt="x").to_rgb()[100, [300, 700, 1150]].astype(int)
    )
    assert left[2] > left[0] + 60
    assert middle.min() > 240
    assert right[0] > right[2] + 60


def test_rounding_errors_below_zero_leave_a_photograph_gray():
    photograph = np.array([[0.0, 100.0, 200.0]])
    with_errors = photograph - [[6e-5, 0.0, 0.0]]
    assert [one.kind for one in colours.shade([with_errors, photograph - [[0.01, 0.0, 0.0]]])] == ["gray", "signed"]
    assert [one.kind for one in colours.shade([np.full((2, 2), -1e-9), np.full((2, 2), -3, np.int8)])] == ["signed"] * 2
    shown = plots.compare(photograph, with_errors, alt="x").to_rgb()
    assert np.ptp(shown.astype(int), axis=2).max() == 0


def test_signed_arrays_share_a_scale_unless_told_otherwise():
    small, large = np.array([[-1.0, 1.0]]), np.array([[-10.0, 10.0]])
    assert [one.high for one in colours.shade([small, large])] == [10, 10]
    assert [one.high for one in colours.shade([small, large], shared_scale=False)] == [1, 10]


@pytest.mark.parametrize(
    ("image", "white"),
    [
        (np.full((2, 2), 30, dtype=np.uint8), 255),
        (np.full((2, 2), 0.3), 1),
        (np.full((2, 2), 180.0), 255),
        (np.full((2, 2), 900.0), 900),
        (np.ones((2, 2), dtype=bool), 1),
    ],
)
def test_gray_scale(image, white):
    (shade,) = colours.shade([image])
    assert (shade.kind, shade.low, shade.high) == ("gray", 0, white)


def test_rgb_is_shown_as_it_is():
    shown = plots.compare(np.full((8, 8, 3), (255, 128, 0), dtype=np.uint8), alt="orange").to_rgb()
    assert tuple(shown[shown.shape[0] // 2, shown.shape[1] // 2]) == (255, 128, 0)


def test_a_float_colour_image_may_be_signed():
    (shade,) = colours.shade([np.array([[[-1.0, 0.0, 1.0]]])])
    np.testing.assert_array_equal(shade.values, [[[0, 128, 255]]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.compare(alt="x"), "1 to 8 images"),
        (lambda: plots.compare(GRAY, GRAY, titles=["one"], alt="x"), "1 titles for 2 images"),
        (lambda: plots.compare(np.zeros((4, 4, 7)), alt="x"), "7 channels"),
        (lambda: plots.compare(np.full((2, 2), np.nan), alt="x"), "NaN"),
        (lambda: plots.compare(GRAY, zoom=(500, 500, 40), alt="x"), "does not fit"),
        (lambda: plots.grid([], alt="x"), "no image"),
        (lambda: plots.grid([GRAY], columns=0, alt="x"), "columns is 0"),
        (lambda: plots.pixels(GRAY, alt="x"), "Cut a part out"),
        (lambda: plots.kernel(np.zeros(3), alt="x"), r"\(height, width\)"),
        (lambda: plots.kernels({}, alt="x"), "no kernel"),
        (lambda: plots.lines([1, 2], {"a": [1]}, alt="x"), "must be equal"),
        (lambda: plots.lines([1, 2], {}, alt="x"), "no series"),
        (lambda: plots.profile(GRAY, alt="x"), "one row of numbers"),
        (lambda: plots.spectrum([], alt="x"), "1 to 5"),
        (lambda: plots.slider([GRAY], ["a"], alt="x"), "at least 2 frames"),
        (lambda: plots.slider([GRAY, GRAY], ["a"], alt="x"), "1 labels for 2 frames"),
        (lambda: plots.slider([GRAY, COLOUR], ["a", "b"], alt="x"), "different sizes"),
        (lambda: plots.sliding_window(GRAY, np.eye(3), alt="x"), "smaller image"),
        (lambda: plots.sliding_window(SMALL, np.eye(5), alt="x"), "does not fit"),
    ],
)
def test_wrong_calls_are_told_what_to_do(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_unknown_helper():
    with pytest.raises(AttributeError, match="It has: "):
        plots.nothing  # noqa: B018


def test_numbers_are_short_and_minus_is_a_minus():
    texts = number_views.number_texts(np.array([[1 / 9, -0.5, 0.0, -2.0, 1e-9]]))
    assert list(texts[0]) == ["0.111", "−0.5", "0", "−2", "0"]
    assert list(number_views.number_texts(np.array([[7, -300]], dtype=np.int16))[0]) == ["7", "−300"]


def test_slider_is_valid_html_that_asks_nobody_for_anything():
    frames = [images.resize_square(COLOUR, 128) // step for step in range(1, 9)]
    labels = [f"divided by {step} <&>" for step in range(1, 9)]
    slider = plots.slider(frames, labels, alt='A "cat" in the dusk.', title="Dusk & dawn")
    assert repr(slider) == 'Slider: A "cat" in the dusk. (8 frames)'
    text = slider._repr_mimebundle_()["text/html"]
    reader = Reader(text)
    pictures = reader.all("img")
    assert len(pictures) == 8
    assert [("display:block" in one["style"]) for one in pictures] == [True] + [False] * 7
    assert all(one["src"].startswith("data:image/") for one in pictures)
    assert not re.search(r"https?:|//|<script|\bid=", re.sub(r"base64,[^\"]+", "", text))
    (handle,) = reader.all("input")
    assert (handle["type"], handle["min"], handle["max"], handle["value"]) == ("range", "0", "7", "0")
    assert handle["aria-label"] == 'A "cat" in the dusk.'
    assert len(reader.all("button")) == 2
    assert all(one["aria-label"] for one in reader.all("button"))
    assert pictures[2]["alt"] == 'A "cat" in the dusk. Picture 3 of 8: divided by 3 <&>'


def test_slider_frames_are_small_even_from_large_photographs():
    frames = [COLOUR, cv2.GaussianBlur(COLOUR, (0, 0), 2), 255 - COLOUR]
    slider = plots.slider(frames, ["a", "b", "c"], alt="x")
    assert all(len(uri) * 3 / 4 < 12_500 for uri in slider.uris)
    assert all(
        np.abs(decode(uri).astype(int).mean() - f.mean()) < 4 for uri, f in zip(slider.uris, frames, strict=True)
    )


def test_slider_of_pictures():
    frames = [plots.profile(GRAY[row], alt="x", width=5, height=2) for row in (0, 200)]
    slider = plots.slider(frames, ["sky", "coat"], alt="two rows")
    assert slider.width == 480
    assert len(slider) == 2


def test_sliding_window_computes_the_correlation():
    image = np.array([[120, 140, 120, 90], [225, 220, 205, 100], [255, 250, 230, 120]], dtype=np.uint8)
    kernel = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]])
    slider = plots.sliding_window(image, kernel, alt="x")
    assert slider.labels == ("row 0, column 0: 60", "row 0, column 1: 150")
    expected = cv2.filter2D(image, cv2.CV_64F, kernel.astype(float))[1:-1, 1:-1]
    np.testing.assert_allclose(window._responses(image, kernel), expected)


def test_zooming_ends_with_numbers_and_stays_inside():
    slider = plots.zoom_into(COLOUR, (299, 450), [300, 40, 7], alt="an eye")
    assert slider.labels == ("300 × 300 pixels", "40 × 40 pixels", "7 × 7 pixels")
    with pytest.raises(ValueError, match="each smaller"):
        plots.zoom_into(COLOUR, (0, 0), [40, 40], alt="x")
    with pytest.raises(ValueError, match="between 1 and 300"):
        plots.zoom_into(COLOUR, (0, 0), [301, 40], alt="x")


def test_flat_pictures_are_packed_without_loss_and_photographs_within_the_limit():
    flat = np.repeat(np.arange(0, 240, 24, dtype=np.uint8), 30)[np.newaxis, :, np.newaxis].repeat(90, 0).repeat(3, 2)
    np.testing.assert_array_equal(decode(encoding.data_uri(flat, 10_000)), flat)
    assert len(encoding.data_uri(images.load("hubble"), 100_000)) * 3 / 4 <= 100_000


def test_without_webp_pictures_are_png(monkeypatch):
    monkeypatch.setattr(encoding.cv2, "haveImageWriter", lambda name: False)
    uri = plots.kernel(np.eye(3), alt="x").to_html().split('src="')[1].split('"')[0]
    assert uri.startswith("data:image/png;base64,")
    assert decode(uri).ndim == 3
