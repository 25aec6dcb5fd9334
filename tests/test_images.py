"""Photographs and what is done to their numbers, against other libraries and hand-made arrays."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
from scipy import ndimage

from course_utils import datasets, images


@pytest.mark.parametrize("name", images.names())
def test_every_photograph_is_read_in_rgb(name):
    image = images.load(name)
    expected = cv2.imread(str(datasets.locate(name)), cv2.IMREAD_UNCHANGED)
    assert image.dtype == np.uint8
    assert image.flags.writeable
    if image.ndim == 3:
        np.testing.assert_array_equal(image[:, :, ::-1], expected)
    else:
        np.testing.assert_array_equal(image, expected)
    assert images.load(name, gray=True).shape == image.shape[:2]


def test_the_astronaut_is_orange_and_not_blue():
    red, _, blue = images.load("astronaut")[300:400, 150:250].mean(axis=(0, 1))
    assert red > blue + 50


def test_loading_twice_gives_two_arrays():
    first = images.load("coins")
    first[:] = 0
    assert images.load("coins").max() > 0


def test_reading_a_photograph_prints_nothing():
    # One file carries a colour profile that makes libpng complain on stderr.
    code = "from course_utils import images\nfor name in images.names(): images.load(name)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout + done.stderr == ""


def test_unknown_photograph():
    with pytest.raises(KeyError, match="no data is called 'dog'"):
        images.load("dog")


@pytest.mark.parametrize("name", images.names())
def test_credit_names_title_and_licence(name):
    assert datasets.entry(name).title in images.credit(name)
    assert datasets.entry(name).licence in images.credit(name)


def test_gray_has_the_weights_of_the_standard():
    rgb = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], dtype=np.uint8)
    np.testing.assert_array_equal(images.to_gray(rgb), [[76, 150, 29, 255]])
    np.testing.assert_allclose(images.to_gray(rgb / 255.0), [[0.299, 0.587, 0.114, 1.0]])
    with pytest.raises(ValueError, match="4 channels"):
        images.to_gray(np.zeros((2, 2, 4)))


def test_uint8_to_float_and_back_is_exact():
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)
    floats = images.to_float(every)
    assert floats.dtype == np.float32
    assert floats.max() == 1
    np.testing.assert_array_equal(images.to_uint8(floats), every)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.array([[300, -20, 17]]), [[255, 0, 17]]),
        (np.array([[300.0, -20.0, 99.6]]), [[255, 0, 100]]),
        (np.array([[1.2, -0.1, 0.5]]), [[255, 0, 128]]),
        (np.array([[True, False]]), [[255, 0]]),
    ],
)
def test_to_uint8_never_wraps_round(given, expected):
    np.testing.assert_array_equal(images.to_uint8(given), expected)


def test_to_uint8_with_an_explicit_white():
    np.testing.assert_array_equal(images.to_uint8(np.array([[0.5, 1.0]]), white=255), [[0, 1]])
    with pytest.raises(ValueError, match="NaN"):
        images.to_uint8(np.array([[np.nan]]))
    with pytest.raises(ValueError, match="white is 0"):
        images.to_uint8(np.ones((1, 1)), white=0)


def test_to_float_refuses_a_range_it_does_not_know():
    with pytest.raises(TypeError, match="int64"):
        images.to_float(np.ones((2, 2), dtype=np.int64))


@pytest.mark.parametrize("bad", [np.zeros(3), np.zeros((2, 0)), np.zeros((1, 2, 3, 4))])
def test_what_is_no_image_is_refused(bad):
    with pytest.raises(ValueError, match="shape"):
        images.normalise(bad)


def test_text_is_no_image():
    with pytest.raises(TypeError, match="real numbers"):
        images.normalise(np.array([["a"]]))


def test_crop_square_takes_the_middle():
    image = np.arange(5 * 9).reshape(5, 9)
    np.testing.assert_array_equal(images.crop_square(image), image[:, 2:7])
    np.testing.assert_array_equal(images.crop_square(image.T), image.T[2:7])


def test_resize_square_averages_when_it_shrinks():
    image = np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8)
    small = images.resize_square(image, 16, divisible_by=16)
    blocks = image[:, 16:80].reshape(16, 4, 16, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(small, blocks, atol=0.51)
    whole = images.resize_square(image.astype(np.float32), 32, crop=False)
    np.testing.assert_allclose(whole, image.reshape(32, 2, 32, 3, 3).mean(axis=(1, 3)), rtol=1e-5)


@pytest.mark.parametrize(
    ("side", "divisible_by", "advice"),
    [(100, 32, "take 96 or 128"), (20, 32, "take 32"), (64, 12, "power of two"), (0, 1, "at least 1")],
)
def test_resize_square_says_which_side_would_do(side, divisible_by, advice):
    with pytest.raises(ValueError, match=advice):
        images.resize_square(np.zeros((200, 200)), side, divisible_by=divisible_by)


def test_normalise_and_standardise():
    image = images.load("coffee")
    stretched = images.normalise(image)
    assert (stretched.min(), stretched.max()) == (0, 1)
    together = images.standardise(image)
    assert together.mean(dtype=np.float64) == pytest.approx(0, abs=1e-5)
    assert together.std(dtype=np.float64) == pytest.approx(1, abs=1e-5)
    apart = images.standardise(image, per_channel=True)
    np.testing.assert_allclose(apart.mean(axis=(0, 1), dtype=np.float64), 0, atol=1e-5)
    np.testing.assert_allclose(apart.std(axis=(0, 1), dtype=np.float64), 1, atol=1e-5)


@pytest.mark.parametrize("value", [0.0, 0.1, 255.0])
def test_a_constant_image_becomes_zero(value):
    flat = np.full((3, 3, 3), value)
    assert not images.normalise(flat).any()
    assert not images.standardise(flat).any()
    assert not images.standardise(flat, per_channel=True).any()


@pytest.mark.parametrize(("start", "stop"), [((0, 0), (29, 0)), ((3, 5), (20, 39)), ((25.5, 30.25), (2, 1))])
def test_profile_equals_scipy(start, stop):
    image = np.random.default_rng(1).random((30, 40))
    found = images.intensity_profile(image, start, stop)
    points = np.linspace(start, stop, len(found)).T
    np.testing.assert_allclose(found, ndimage.map_coordinates(image, points, order=1), atol=1e-12)


def test_profile_of_colour_and_of_a_single_row():
    image = images.load("cat")
    np.testing.assert_allclose(images.intensity_profile(image, (100, 0), (100, 450)), image[100])
    row = np.array([[1.0, 2.0, 4.0]])
    np.testing.assert_allclose(images.intensity_profile(row, (0, 0), (0, 2), samples=5), [1, 1.5, 2, 3, 4])


def test_profile_outside_the_image():
    with pytest.raises(ValueError, match="stop is"):
        images.intensity_profile(np.zeros((4, 4)), (0, 0), (0, 4))
    with pytest.raises(ValueError, match="at least 2"):
        images.intensity_profile(np.zeros((4, 4)), (0, 0), (0, 3), samples=1)


def test_contrast():
    half = images.step(10)
    assert images.contrast(half) == 0.5
    assert images.contrast(half, kind="michelson") == 1
    assert images.contrast(images.step(10, low=100, high=150)) == pytest.approx(25 / 255)
    assert images.contrast(np.zeros((3, 3)), kind="michelson") == 0
    assert images.contrast(images.load("moon")) < images.contrast(images.load("camera"))
    with pytest.raises(ValueError, match="the smallest intensity is -1"):
        images.contrast(np.array([[-1.0, 1.0]]))


def test_stripes_have_their_period_and_direction():
    upright = images.stripes((6, 64), period=8)
    np.testing.assert_allclose(upright[:, 8:], upright[:, :-8], atol=1e-6)
    np.testing.assert_allclose(upright[0], 0.5 + 0.5 * np.cos(2 * np.pi * np.arange(64) / 8), atol=1e-6)
    np.testing.assert_array_equal(images.stripes((64, 6), period=8, angle=90), upright.T)
    square = images.stripes((1, 8), period=4, profile="square", low=-1, high=1)
    np.testing.assert_array_equal(square, [[1, 1, -1, -1, 1, 1, -1, -1]])


def test_synthetic_pictures_pixel_by_pixel():
    np.testing.assert_array_equal(images.checkerboard((2, 6), square=2)[0], [0, 0, 255, 255, 0, 0])
    np.testing.assert_array_equal(images.step((4, 2), position=1, low=7, high=3, axis=0)[:, 0], [7, 3, 3, 3])
    assert np.count_nonzero(images.disc(101, radius=40)) == pytest.approx(np.pi * 40**2, rel=0.01)


def test_tiles_put_together_again_are_the_image():
    image = images.load("coffee")
    cut = images.tiles(image, 50)
    assert cut.shape == (8, 12, 50, 50, 3)
    np.testing.assert_array_equal(np.concatenate([np.concatenate(row, axis=1) for row in cut]), image)
    assert images.tiles(image[:, :, 0], 48).shape == (8, 12, 48, 48)
    with pytest.raises(ValueError, match="between 1 and 400"):
        images.tiles(image, 401)


@pytest.mark.parametrize(
    "call",
    [
        lambda: images.checkerboard(0),
        lambda: images.checkerboard(8, square=0),
        lambda: images.stripes(8, period=0),
        lambda: images.stripes(8, period=2, profile="saw"),
        lambda: images.step(8, axis=2),
        lambda: images.disc(8, radius=-1),
    ],
)
def test_synthetic_pictures_refuse_nonsense(call):
    with pytest.raises(ValueError, match="must be"):
        call()


def test_the_mystery_is_the_cat_near_by_and_the_astronaut_from_afar():
    mystery = images.mystery()
    for factor, nearest in ((1, "cat"), (8, "astronaut")):
        edges = {}
        for name, image in zip(("mystery", "astronaut", "cat"), (mystery, *images.mystery_parts()), strict=True):
            gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
            small = cv2.resize(gray, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
            edges[name] = np.hypot(*np.gradient(small.astype(float))).ravel()
        likeness = {name: np.corrcoef(edges["mystery"], edges[name])[0, 1] for name in ("astronaut", "cat")}
        assert max(likeness, key=likeness.get) == nearest
        assert likeness[nearest] > 0.7
        assert min(likeness.values()) < 0.4


def test_images_load_neither_keras_nor_matplotlib_nor_skimage():
    code = (
        "import sys; from course_utils import images, plots; images.load('cat'); images.load('china')\n"
        "print([name for name in ('keras', 'tensorflow', 'matplotlib', 'skimage', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"
