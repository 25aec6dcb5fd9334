"""Networks drawn as volumes: everything is labelled, nothing overlaps, nothing leaves the picture."""

import itertools

import numpy as np
import pytest
from matplotlib import patches

from course_utils import images, plots

PAIRS = [
    ("image", (130, 130, 3)),
    ("Conv2D 10, 3×3, relu", (128, 128, 10)),
    ("MaxPooling2D 4×4", (32, 32, 10)),
    ("Conv2D 20, 5×5, same", (32, 32, 20)),
    ("MaxPooling2D 2×2", (16, 16, 20)),
    ("Flatten", (5120,)),
    ("Dense 133", (133,)),
]


def _deep(number):
    shapes = [(224 >> (step // 3), 224 >> (step // 3), 8 << (step // 3)) for step in range(number)]
    return [("image", (224, 224, 3))] + [("Conv2D 64, 3×3, same, relu", shape) for shape in shapes[1:]]


def _rectangles(picture):
    """Return the space that each text and each box takes, in pixels, by what it is."""
    picture.to_rgb()
    renderer = picture.canvas.get_renderer()
    (axes,) = picture.axes
    words = [(text.get_text(), text.get_window_extent(renderer)) for text in axes.texts if text.get_text()]
    faces = [patch.get_window_extent(renderer) for patch in axes.patches if isinstance(patch, patches.Polygon)]
    boxes = [
        (f"box {n}", type(faces[0]).union(faces[start : start + 3])) for n, start in enumerate(range(0, len(faces), 3))
    ]
    return words, boxes, picture.bbox


@pytest.mark.parametrize("pairs", [PAIRS[:1], PAIRS[:3], PAIRS, _deep(9), _deep(16), _deep(20)], ids=len)
@pytest.mark.parametrize("width", [9.0, 6.0])
def test_nothing_overlaps_and_nothing_leaves_the_picture(pairs, width):
    picture = plots.volumes(pairs, alt="a network", width=width)
    words, boxes, whole = _rectangles(picture)
    assert len(boxes) == len(pairs)
    for (one, first), (other, second) in itertools.combinations(words + boxes, 2):
        assert not first.padded(-0.5).overlaps(second.padded(-0.5)), (one, other)
    for name, place in words + boxes:
        assert whole.x0 <= place.x0 <= place.x1 <= whole.x1, name
        assert whole.y0 <= place.y0 <= place.y1 <= whole.y1, name
    assert picture.get_size_inches()[0] <= width


def test_every_box_says_its_layer_and_its_shape():
    words = [text for text, _ in _rectangles(plots.volumes(PAIRS, alt="a network"))[0]]
    for label in ("Conv2D", "20, 5×5, same", "32 × 32 × 20", "5,120", "Flatten", "Dense", "133"):
        assert label in words
    assert words.count("133") == 1


def test_larger_images_have_larger_faces_and_more_channels_longer_boxes():
    _, boxes, _ = _rectangles(
        plots.volumes([("image", (64, 64, 1)), ("Conv2D", (64, 64, 64)), ("Conv2D", (8, 8, 64))], alt="x")
    )
    (_, image), (_, long), (_, small) = boxes
    assert image.width < long.width
    assert image.height == pytest.approx(long.height)
    assert small.height < 0.5 * long.height


def test_a_photograph_lies_on_the_first_face():
    plain = plots.volumes(PAIRS[:3], alt="x").to_rgb()
    photograph = images.load("cat")[:300, :300]
    with_cat = plots.volumes(PAIRS[:3], alt="x", image=photograph).to_rgb()
    assert plain.shape == with_cat.shape
    changed = np.abs(plain.astype(int) - with_cat).sum(axis=2) > 30
    columns = np.flatnonzero(changed.any(axis=0))
    assert changed.mean() > 0.05
    assert columns[-1] < plain.shape[1] / 3


def _residual(keras):
    layers = keras.layers
    image = keras.Input((32, 32, 3))
    before = layers.Conv2D(16, 3, padding="same")(layers.Rescaling(1 / 255)(image))
    block = keras.Sequential([keras.Input((32, 32, 16)), layers.Conv2D(16, 3, padding="same"), layers.ReLU()])
    return keras.Model(image, layers.Dense(10)(layers.GlobalMaxPooling2D()(layers.Add()([before, block(before)]))))


def test_model_is_drawn_with_its_branches_and_without_layers_that_change_no_shape():
    keras = pytest.importorskip("keras")
    picture = plots.volumes(_residual(keras), alt="a small residual network")
    words, boxes, _ = _rectangles(picture)
    assert len(boxes) == 6
    texts = [text for text, _ in words]
    assert texts[:2] == ["Input", "Rescaling"]
    assert "ReLU" in texts
    (arc,) = [line for line in picture.axes[0].lines if len(line.get_xdata()) == 3]
    assert arc.get_xdata()[0] < arc.get_xdata()[-1]


def test_branch_to_another_row_is_written_down():
    keras = pytest.importorskip("keras")
    texts = [text for text, _ in _rectangles(plots.volumes(_residual(keras), alt="x", width=3.0))[0]]
    assert "+ 32 × 32 × 16" in texts


def test_unknown_sides_are_called_any():
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(8, 3)])
    texts = [text for text, _ in _rectangles(plots.volumes(model, alt="x"))[0]]
    assert "any × any × 8" in texts


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ([], ValueError, "no volume to draw"),
        ([("image", (1, 28, 28, 1))], ValueError, "without the batch"),
        ([(28, 28)], TypeError, "no (label, shape)"),
        ("LeNet", TypeError, "a str; a Keras model is needed"),
    ],
)
def test_error_says_what_is_needed(given, error, words):
    pytest.importorskip("keras")
    with pytest.raises(error) as caught:
        plots.volumes(given, alt="x")
    assert words in str(caught.value)


def test_alignments_put_pixel_zero_of_every_row_at_the_same_place_and_mark_the_middles():
    picture = plots.alignments(6, 3, 2, {"Keras": (0, 1), "PyTorch": (1, 1)}, alt="two rows")
    (axes,) = picture.axes
    middles = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert middles == [1.5, 3.5, 5.5, 0.5, 2.5, 4.5]
    with pytest.raises(ValueError, match="Keras: the kernel covers 9 pixels; there are 7"):
        plots.alignments(6, 9, 2, {"Keras": (0, 1)}, alt="x")
    with pytest.raises(ValueError, match="no padding"):
        plots.alignments(6, 3, 2, {}, alt="x")
