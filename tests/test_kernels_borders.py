"""The border rules beside np.pad and OpenCV."""

import cv2
import hypothesis
import hypothesis.strategies
import numpy as np
import pytest

from course_utils import kernels
from course_utils.kernels import borders

NUMPY = {"extend": "edge", "padding": "constant", "mirror": "reflect", "mirror_edge": "symmetric", "wrap": "wrap"}
OPENCV = {
    "extend": cv2.BORDER_REPLICATE,
    "padding": cv2.BORDER_CONSTANT,
    "mirror": cv2.BORDER_REFLECT_101,
    "mirror_edge": cv2.BORDER_REFLECT,
    "wrap": cv2.BORDER_WRAP,
}
sides = hypothesis.strategies.integers(1, 12)


@hypothesis.settings(deadline=None, max_examples=200, derandomize=True)
@hypothesis.given(sides, sides, sides, sides, hypothesis.strategies.sampled_from(list(NUMPY)))
def test_padding_equals_numpy_and_opencv(height, width, kernel_height, kernel_width, border):
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    left, right = (kernel_width - 1) // 2, kernel_width // 2
    top, bottom = (kernel_height - 1) // 2, kernel_height // 2
    found = kernels.pad(image, (kernel_height, kernel_width), border)
    assert found.dtype == image.dtype
    np.testing.assert_array_equal(found, np.pad(image, [(top, bottom), (left, right), (0, 0)], mode=NUMPY[border]))
    np.testing.assert_array_equal(found, cv2.copyMakeBorder(image, top, bottom, left, right, OPENCV[border]))


@pytest.mark.parametrize(
    ("border", "expected"),
    [
        ("extend", "aaa|abcd|dddd"),
        ("padding", "---|abcd|----"),
        ("mirror", "dcb|abcd|cbab"),
        ("mirror_edge", "cba|abcd|dcba"),
        ("wrap", "bcd|abcd|abcd"),
    ],
)
def test_rules_by_hand(border, expected):
    letters = "abcd-"
    found = "".join(letters[source] for source in borders.sources(4, 3, 4, border))
    assert found == expected.replace("|", "")


def test_crop_adds_nothing_and_returns_a_copy():
    image = np.arange(6.0).reshape(2, 3)
    found = kernels.pad(image, (2, 3), "crop")
    np.testing.assert_array_equal(found, image)
    assert not np.shares_memory(found, image)
    with pytest.raises(ValueError, match="crop"):
        borders.sources(4, 1, 1, "crop")


def test_the_value_of_the_padding():
    found = kernels.pad(np.zeros((1, 2), dtype=np.uint8), (3, 3), "padding", 255)
    assert found.tolist() == [[255] * 4, [255, 0, 0, 255], [255] * 4]
    assert np.isnan(kernels.pad(np.zeros((1, 1)), (1, 3), "padding", np.nan)[0, 0])


@pytest.mark.parametrize("value", [256, -1, 0.5])
def test_a_value_that_does_not_fit_is_refused(value):
    with pytest.raises(ValueError, match="does not fit into an image of uint8"):
        kernels.pad(np.zeros((2, 2), dtype=np.uint8), (3, 3), "padding", value)


@pytest.mark.parametrize(
    ("image", "kernel_shape", "border", "error", "words"),
    [
        (np.zeros((2, 2)), (3, 3), "reflect", ValueError, "'reflect'.*one of 'extend'"),
        (np.zeros(4), (3, 3), "mirror", ValueError, r"\(4,\)"),
        (np.zeros((0, 4)), (3, 3), "mirror", ValueError, "empty"),
        (np.zeros((2, 2)), 3, "mirror", TypeError, "kernel.shape"),
        (np.zeros((2, 2)), (3,), "mirror", TypeError, "kernel_shape"),
        (np.zeros((2, 2)), (3, 0), "mirror", ValueError, "at least 1"),
        (np.zeros((2, 2)), (3, 1.5), "mirror", TypeError, "integer"),
        (np.zeros((2, 2)), (3, 3), "crop", ValueError, "smaller kernel"),
    ],
)
def test_what_is_wrong_is_said(image, kernel_shape, border, error, words):
    with pytest.raises(error, match=words):
        kernels.pad(image, kernel_shape, border)
