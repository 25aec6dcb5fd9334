"""Edges against OpenCV, SciPy, plain loops and numbers worked out by hand."""

import math

import cv2
import numpy as np
import pytest
import scipy.ndimage

from course_utils import edges, images

PHOTOGRAPHS = ("cat", "coins", "grass", "page")


def _rounded_blur(photograph):
    return cv2.GaussianBlur(photograph, (11, 11), 1.4, borderType=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize("border", ["extend", "mirror", "padding", "wrap"])
def test_gradient_equals_scipy(border):
    image = np.random.default_rng(0).integers(0, 256, (13, 17)).astype(float)
    mode = {"extend": "nearest", "mirror": "mirror", "padding": "constant", "wrap": "wrap"}[border]
    gradient_x, gradient_y = edges.gradient(image, border)
    np.testing.assert_allclose(gradient_x, scipy.ndimage.sobel(image, axis=1, mode=mode), rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(gradient_y, scipy.ndimage.sobel(image, axis=0, mode=mode), rtol=1e-5, atol=1e-9)


def test_gradient_of_uint8_keeps_its_sign():
    gradient_x, _ = edges.gradient(np.array([[200, 200, 10, 10]], dtype=np.uint8))
    np.testing.assert_array_equal(gradient_x, [[0, -760, -760, 0]])


def test_magnitude_of_integers_does_not_wrap_round():
    assert edges.magnitude(np.array([[120]], np.int8), np.array([[-90]], np.int8)) == 150


@pytest.mark.parametrize("degrees", range(0, 360, 15))
def test_direction_of_an_inclined_plane(degrees):
    rows, columns = np.indices((5, 5))
    plane = columns * math.cos(math.radians(degrees)) + rows * math.sin(math.radians(degrees))
    found = edges.direction(*edges.gradient(plane))[2, 2]
    assert abs((found - degrees + 180) % 360 - 180) < 1e-6
    assert 0 <= found < 360


def test_direction_never_returns_360():
    assert edges.direction(np.array([[1.0]]), np.array([[-1e-30]]))[0, 0] == 0


def test_blur_equals_opencv():
    photograph = images.load("coins")[:60, :70].astype(np.float32)
    theirs = cv2.GaussianBlur(photograph, (11, 11), 1.4, borderType=cv2.BORDER_REPLICATE)
    np.testing.assert_allclose(edges.blur(photograph, 1.4), theirs, rtol=1e-4)


def _thinned_by_loop(magnitude, direction):
    result = np.zeros_like(magnitude)
    steps = {0: (0, 1), 1: (1, 1), 2: (1, 0), 3: (1, -1)}

    def at(row, column):
        inside = 0 <= row < magnitude.shape[0] and 0 <= column < magnitude.shape[1]
        return magnitude[row, column] if inside else 0

    for row, column in np.ndindex(magnitude.shape):
        down, right = steps[round(direction[row, column] / 45) % 4]
        here = magnitude[row, column]
        if here > at(row - down, column - right) and here >= at(row + down, column + right):
            result[row, column] = here
    return result


def test_non_maximum_suppression_equals_a_plain_loop():
    generator = np.random.default_rng(1)
    magnitude = generator.integers(0, 5, (20, 23)).astype(float)
    direction = generator.uniform(0, 360, (20, 23))
    found = edges.non_maximum_suppression(magnitude, direction)
    np.testing.assert_array_equal(found, _thinned_by_loop(magnitude, direction))
    assert 0 < np.count_nonzero(found) < np.count_nonzero(magnitude)


def test_diagonal_ties():
    twins = np.diag([0.0, 4.0, 4.0, 0.0])
    direction = np.full((4, 4), 45.0)
    assert np.count_nonzero(edges.non_maximum_suppression(twins, direction)) == 1
    assert np.count_nonzero(edges.non_maximum_suppression(twins, direction, diagonal_ties=False)) == 0


def test_hysteresis_equals_scipy_label():
    generator = np.random.default_rng(2)
    weak = generator.random((40, 50)) < 0.35
    strong = weak & (generator.random((40, 50)) < 0.05)
    piece, _ = scipy.ndimage.label(weak, np.ones((3, 3)))
    expected = np.isin(piece, np.unique(piece[strong]))
    np.testing.assert_array_equal(edges.hysteresis(weak, strong), expected)
    assert strong.sum() < expected.sum() < weak.sum()


def test_hysteresis_without_strong_pixels_is_empty():
    assert not edges.hysteresis(np.ones((3, 3), bool), np.zeros((3, 3), bool)).any()


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_canny_agrees_with_opencv_within_a_pixel(name):
    photograph = images.load(name, gray=True)
    theirs = cv2.Canny(_rounded_blur(photograph), 60, 160, L2gradient=True)
    assert edges.agreement(edges.canny(photograph, 60, 160), theirs, tolerance=1) > 0.95


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_canny_from_the_same_blur_and_ties_is_opencvs(name):
    blurred = _rounded_blur(images.load(name, gray=True))
    slopes = edges.gradient(blurred)
    thin = edges.non_maximum_suppression(edges.magnitude(*slopes), edges.direction(*slopes), diagonal_ties=False)
    found = edges.hysteresis(*edges.double_threshold(thin, 60, 160))
    theirs = cv2.Canny(blurred, 60, 160, L2gradient=True)
    assert theirs.any()
    assert edges.agreement(found, theirs) > 0.999


def test_canny_steps_end_in_canny():
    photograph = images.load("coins")
    steps = edges.canny_steps(photograph, 60, 160)
    assert tuple(steps) == edges.STEPS
    np.testing.assert_array_equal(steps["edges"], edges.canny(photograph, 60, 160))
    assert (steps["strong"] <= steps["edges"]).all()
    assert (steps["edges"] <= steps["weak"]).all()


def test_agreement_by_hand():
    found = np.array([[1, 1, 0, 0, 0, 0]])
    wanted = np.array([[0, 1, 0, 0, 1, 1]])
    # 1 of 2 found is right, 1 of 3 wanted is found: 2 * 1/2 * 1/3 / (1/2 + 1/3)
    assert edges.agreement(found, wanted) == pytest.approx(0.4)
    assert edges.agreement(np.zeros((2, 2)), np.zeros((2, 2))) == 1
    assert edges.agreement(np.zeros((2, 2)), np.ones((2, 2))) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: edges.gradient(np.zeros((3, 3, 3))), "to_gray"),
        (lambda: edges.blur(np.zeros((3, 3)), -1), "sigma is -1"),
        (lambda: edges.double_threshold(np.zeros((3, 3)), 5, 2), "low is 5 and high is 2"),
        (lambda: edges.magnitude(np.zeros((3, 3)), np.zeros((3, 4))), "shapes differ"),
        (lambda: edges.hysteresis(np.zeros((3, 3)), np.zeros((4, 3))), "shapes differ"),
        (lambda: edges.agreement(np.zeros((3, 3)), np.zeros((3, 3)), -1), "tolerance is -1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
