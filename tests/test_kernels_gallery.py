"""The named kernels beside OpenCV's own, and what their kinds promise."""

import cv2
import hypothesis
import hypothesis.extra.numpy
import hypothesis.strategies
import numpy as np
import pytest

from course_utils import kernels
from course_utils.kernels import gallery

photograph = np.random.default_rng(3).integers(0, 256, (40, 50), dtype=np.uint8)
sizes = hypothesis.strategies.integers(1, 7)
numbers = hypothesis.strategies.integers(-20, 20).map(float)


@pytest.mark.parametrize("name", kernels.GALLERY)
def test_entries_are_what_they_say(name):
    entry = kernels.GALLERY[name]
    assert entry.kernel.dtype == np.float32
    assert entry.kernel.ndim == 2
    assert entry.meaning.endswith(".")
    assert entry.kind in gallery.KINDS
    assert entry.sums_to == pytest.approx(entry.kernel.sum(dtype=np.float64), abs=1e-6)
    expected = {"low-pass": 1.0, "high-pass": 0.0, "edge": 0.0, "other": 1.0}[entry.kind]
    assert entry.sums_to == expected
    with pytest.raises(ValueError, match="read-only"):
        entry.kernel[0, 0] = 9


def test_the_gallery_cannot_be_changed_and_holds_the_constants():
    with pytest.raises(TypeError):
        kernels.GALLERY["mine"] = kernels.GALLERY["box_3"]
    for name in ("IDENTITY", "BOX_3", "SHARPEN", "EMBOSS", "SOBEL_X", "SOBEL_Y", "SCHARR_X", "SCHARR_Y", "PREWITT_X",
                 "PREWITT_Y", "LAPLACIAN_4", "LAPLACIAN_8", "HIGH_PASS"):  # fmt: skip
        assert kernels.GALLERY[name.lower()].kernel is getattr(kernels, name)


@pytest.mark.parametrize("name", [name for name, entry in kernels.GALLERY.items() if entry.kind == "low-pass"])
def test_low_passes_have_no_negative_weights_and_smooth(name):
    kernel = kernels.GALLERY[name].kernel
    assert (kernel >= 0).all()
    assert kernels.correlate2d(photograph, kernel).std() < 0.7 * photograph.std()


@pytest.mark.parametrize(
    ("kernel", "expected"),
    [
        (kernels.SOBEL_X, cv2.Sobel(photograph, cv2.CV_32F, 1, 0, ksize=3)),
        (kernels.SOBEL_Y, cv2.Sobel(photograph, cv2.CV_32F, 0, 1, ksize=3)),
        (kernels.SCHARR_X, cv2.Scharr(photograph, cv2.CV_32F, 1, 0)),
        (kernels.SCHARR_Y, cv2.Scharr(photograph, cv2.CV_32F, 0, 1)),
        (kernels.LAPLACIAN_4, cv2.Laplacian(photograph, cv2.CV_32F, ksize=1)),
        (kernels.BOX_3, cv2.blur(photograph.astype(np.float32), (3, 3))),
        (kernels.gaussian(7, 1.5), cv2.GaussianBlur(photograph.astype(np.float32), (7, 7), 1.5)),
        (kernels.IDENTITY, photograph.astype(np.float32)),
        (kernels.HIGH_PASS, photograph - cv2.blur(photograph.astype(np.float32), (3, 3))),
    ],
)
def test_results_equal_those_of_opencv(kernel, expected):
    np.testing.assert_allclose(kernels.correlate2d(photograph, kernel), expected, atol=2e-4)


def test_prewitt_sharpen_emboss_and_laplacian_by_hand():
    step = np.array([[0, 0, 1, 1]] * 4, dtype=np.uint8)
    assert kernels.correlate2d(step, kernels.PREWITT_X)[1].tolist() == [0, 3, 3, 0]
    assert kernels.correlate2d(step.T, kernels.PREWITT_Y)[:, 1].tolist() == [0, 3, 3, 0]
    assert kernels.correlate2d(step, kernels.SHARPEN)[1].tolist() == [0, -1, 2, 1]
    assert kernels.correlate2d(step, kernels.EMBOSS)[1].tolist() == [0, 3, 4, 1]
    assert kernels.correlate2d(step, kernels.LAPLACIAN_8)[1].tolist() == [0, 3, -3, 0]


def test_the_signs_of_the_edges():
    brighter_right = np.array([[0, 0, 9, 9]] * 4)
    assert kernels.correlate2d(brighter_right, kernels.SOBEL_X)[2, 1] == 36
    assert kernels.correlate2d(brighter_right[:, ::-1], kernels.SOBEL_X)[2, 1] == -36
    assert kernels.correlate2d(brighter_right.T, kernels.SOBEL_Y)[1, 2] == 36
    assert kernels.SOBEL_X.tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 9, 20])
@pytest.mark.parametrize("sigma", [0.3, 1.0, 2.5, 40.0])
def test_gaussian_equals_opencv(size, sigma):
    bell = cv2.getGaussianKernel(size, sigma) if size % 2 else None
    kernel = kernels.gaussian(size, sigma)
    assert kernel.sum(dtype=np.float64) == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1])
    if bell is not None:
        np.testing.assert_allclose(kernel, bell @ bell.T, atol=1e-7)


def test_gaussian_takes_the_width_that_opencv_takes_for_a_size():
    bell = cv2.getGaussianKernel(9, 0)
    np.testing.assert_allclose(kernels.gaussian(9), bell @ bell.T, atol=2e-3)
    np.testing.assert_allclose(kernels.gaussian(9), kernels.gaussian(9, 1.7), atol=1e-7)


def test_box():
    np.testing.assert_allclose(kernels.box(4), np.full((4, 4), 1 / 16))


@pytest.mark.parametrize("size", [1, 2, 3, 6, 9, 15])
@pytest.mark.parametrize("angle", [0, 17.5, 30, 45, 60, 90, 135, -45, 180, 270, 725])
def test_motion_blur(size, angle):
    kernel = kernels.motion_blur(size, angle)
    assert kernel.shape == (size, size)
    assert kernel.sum(dtype=np.float64) == pytest.approx(1, abs=1e-6)
    assert (kernel >= 0).all()
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-6, err_msg="the way has no front and no back")
    np.testing.assert_allclose(kernels.motion_blur(size, angle + 90), np.rot90(kernel), atol=1e-6)
    rows, columns = np.mgrid[:size, :size] - (size - 1) / 2
    along = columns * np.cos(np.radians(angle)) - rows * np.sin(np.radians(angle))
    across = columns * np.sin(np.radians(angle)) + rows * np.cos(np.radians(angle))
    assert (kernel * across**2).sum() <= 0.26
    if size > 2:
        assert (kernel * along**2).sum() > 0.5


def test_motion_blur_along_the_axes_and_a_diagonal():
    np.testing.assert_allclose(kernels.motion_blur(5, 45), np.fliplr(np.eye(5)) / 5, atol=1e-7)
    np.testing.assert_allclose(kernels.motion_blur(5, 0)[2], np.full(5, 0.2), atol=1e-7)


@pytest.mark.parametrize("make", [kernels.box, kernels.gaussian, kernels.motion_blur])
def test_sizes_that_are_none(make):
    for size in (0, -3):
        with pytest.raises(ValueError, match=f"size is {size}"):
            make(size)
    for size in (3.0, "3", True, None, (3, 3)):
        with pytest.raises(TypeError, match="size is"):
            make(size)


def test_other_parameters_that_are_none():
    for sigma in (0, -1.0, np.nan, np.inf, [1, 2], "1"):
        with pytest.raises(ValueError, match="sigma is"):
            kernels.gaussian(5, sigma)
    for angle in (np.nan, np.inf, [1, 2], "1"):
        with pytest.raises(ValueError, match="angle is"):
            kernels.motion_blur(5, angle)


@pytest.mark.parametrize("name", kernels.GALLERY)
def test_separate_gives_the_kernel_back_or_says_why_not(name):
    kernel = kernels.GALLERY[name].kernel
    if np.linalg.matrix_rank(kernel) == 1:
        column, row = kernels.separate(kernel)
        assert column.shape == (kernel.shape[0], 1)
        assert row.shape == (1, kernel.shape[1])
        np.testing.assert_allclose(column @ row, kernel, atol=1e-6)
        one_after_another = kernels.correlate2d(kernels.correlate2d(photograph, column), row)
        np.testing.assert_allclose(one_after_another, kernels.correlate2d(photograph, kernel), atol=1e-3)
    else:
        with pytest.raises(ValueError, match=f"rank {np.linalg.matrix_rank(kernel)}, not 1"):
            kernels.separate(kernel)


def test_separate_gives_readable_numbers():
    column, row = kernels.separate(kernels.SOBEL_X)
    assert (column.ravel().tolist(), row.ravel().tolist()) == ([1, 2, 1], [-1, 0, 1])
    column, row = kernels.separate(kernels.SOBEL_Y)
    assert (column.ravel().tolist(), row.ravel().tolist()) == ([-1, 0, 1], [1, 2, 1])
    column, row = kernels.separate(kernels.box(4))
    np.testing.assert_allclose(column.ravel(), [0.25] * 4)
    np.testing.assert_allclose(row.ravel(), [0.25] * 4)


@hypothesis.settings(deadline=None, max_examples=100, derandomize=True)
@hypothesis.given(
    hypothesis.extra.numpy.arrays(np.float64, sizes, elements=numbers),
    hypothesis.extra.numpy.arrays(np.float64, sizes, elements=numbers),
)
def test_separate_takes_every_product_of_a_column_and_a_row_apart(column, row):
    kernel = np.outer(column, row)
    found_column, found_row = kernels.separate(kernel)
    np.testing.assert_allclose(found_column @ found_row, kernel, atol=1e-9)


@pytest.mark.parametrize(
    ("kernel", "error", "words"),
    [
        (np.eye(3), ValueError, "rank 3"),
        (np.ones(3), ValueError, r"\(3,\)"),
        (np.ones((3, 3, 3)), ValueError, "kernel height"),
        (np.array([[np.nan, 1]]), ValueError, "finite"),
        (np.ones((2, 2), dtype=bool), TypeError, "booleans"),
        (np.ones((0, 2)), ValueError, "empty"),
    ],
)
def test_what_cannot_be_separated(kernel, error, words):
    with pytest.raises(error, match=words):
        kernels.separate(kernel)
