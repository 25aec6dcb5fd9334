"""Correlation and convolution beside OpenCV, SciPy, plain loops and numbers worked out by hand."""

import subprocess
import sys

import cv2
import hypothesis
import hypothesis.extra.numpy
import hypothesis.strategies
import numpy as np
import pytest
import scipy.ndimage
import scipy.signal

from course_utils import kernels
from course_utils.kernels import correlation

OPENCV = {
    "extend": cv2.BORDER_REPLICATE,
    "padding": cv2.BORDER_CONSTANT,
    "mirror": cv2.BORDER_REFLECT_101,
    "mirror_edge": cv2.BORDER_REFLECT,
    "wrap": cv2.BORDER_WRAP,
}
SCIPY = {
    "extend": "nearest",
    "padding": "constant",
    "mirror": "mirror",
    "mirror_edge": "reflect",
    "wrap": "wrap",
}
KERNEL_SHAPES = [(1, 1), (3, 3), (5, 3), (2, 2), (4, 4), (3, 2), (1, 7), (7, 1), (11, 11), (15, 15), (16, 18)]
properties = hypothesis.settings(deadline=None, max_examples=60, derandomize=True)


def random_image(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def with_scipy(image, kernel, border, value=0.0):
    """SciPy lays an even kernel one pixel later than we do; its origin moves it back."""
    origin = tuple(-(1 - size % 2) for size in kernel.shape)
    return scipy.ndimage.correlate(image, kernel, mode=SCIPY[border], cval=value, origin=origin)


def with_opencv(image, kernel, border, value=0.0):
    """Pad and crop outside filter2D, which knows neither wrap nor a constant other than 0."""
    top, left = ((size - 1) // 2 for size in kernel.shape)
    bottom, right = (size // 2 for size in kernel.shape)
    padded = cv2.copyMakeBorder(image, top, bottom, left, right, OPENCV[border], value=value)
    whole = cv2.filter2D(padded, -1, kernel, anchor=(left, top))
    return whole[top : top + image.shape[0], left : left + image.shape[1]]


def stacked_loops(image, kernel, **options):
    channels = range(image.shape[2])
    return np.stack([kernels.correlate2d_loops(image[..., c], kernel, **options) for c in channels], axis=-1)


def full(first, second):
    return scipy.signal.convolve2d(first, second, mode="full")


def small_arrays(*sides):
    numbers = hypothesis.strategies.floats(-8, 8, width=32)
    shapes = hypothesis.strategies.tuples(*(hypothesis.strategies.integers(1, side) for side in sides))
    return hypothesis.extra.numpy.arrays(np.float64, shapes, elements=numbers)


@pytest.mark.parametrize("method", ["direct", "fft", "auto"])
@pytest.mark.parametrize("shape", KERNEL_SHAPES)
@pytest.mark.parametrize("border", OPENCV)
def test_every_border_equals_opencv_and_scipy(border, shape, method):
    image, kernel = random_image(37, 46), random_image(*shape, seed=1) / np.sqrt(np.prod(shape))
    found = kernels.correlate2d(image, kernel, border, 0.7, method)
    np.testing.assert_allclose(found, with_scipy(image, kernel, border, 0.7), atol=1e-12)
    single = image.astype(np.float32)
    found = kernels.correlate2d(single, kernel, border, 0.7, method)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, with_opencv(single, kernel, border, 0.7), atol=1e-5)


@pytest.mark.parametrize("border", [border for border in OPENCV if border != "wrap"])
def test_filter2d_itself_gives_the_same(border):
    image = random_image(40, 31).astype(np.float32)
    expected = cv2.filter2D(image, cv2.CV_32F, kernels.SOBEL_X, borderType=OPENCV[border])
    np.testing.assert_allclose(kernels.correlate2d(image, kernels.SOBEL_X, border), expected, atol=1e-5)


def test_the_default_border_is_that_of_opencv():
    image = random_image(12, 9).astype(np.float32)
    np.testing.assert_allclose(
        kernels.correlate2d(image, kernels.EMBOSS), cv2.filter2D(image, -1, kernels.EMBOSS), atol=1e-5
    )


@pytest.mark.parametrize("method", ["direct", "fft"])
@pytest.mark.parametrize("shape", KERNEL_SHAPES)
def test_crop_equals_the_valid_part(shape, method):
    image, kernel = random_image(20, 19), random_image(*shape, seed=1)
    expected = scipy.signal.correlate2d(image, kernel, mode="valid")
    np.testing.assert_allclose(kernels.correlate2d(image, kernel, "crop", method=method), expected, atol=1e-10)


def test_crop_to_one_pixel_is_one_sum_of_products():
    image = random_image(6, 4)
    found = kernels.correlate2d(image, image, "crop")
    assert found.shape == (1, 1)
    assert found[0, 0] == pytest.approx(np.sum(image**2))


@pytest.mark.parametrize("method", ["direct", "fft"])
@pytest.mark.parametrize("border", OPENCV)
@pytest.mark.parametrize("image_shape", [(1, 1), (1, 9), (9, 1), (2, 3), (3, 2), (4, 60)])
@pytest.mark.parametrize("kernel_shape", [(1, 1), (3, 3), (2, 2), (9, 4), (25, 25)])
def test_small_images_and_kernels_larger_than_them(image_shape, kernel_shape, border, method):
    image, kernel = random_image(*image_shape), random_image(*kernel_shape, seed=1)
    # np.pad instead of SciPy, whose mirrors are wrong where they must be mirrored more than once.
    modes = {"extend": "edge", "padding": "constant", "mirror": "reflect", "mirror_edge": "symmetric", "wrap": "wrap"}
    widths = [((size - 1) // 2, size // 2) for size in kernel_shape]
    expected = scipy.signal.correlate2d(np.pad(image, widths, mode=modes[border]), kernel, mode="valid")
    np.testing.assert_allclose(kernels.correlate2d(image, kernel, border, method=method), expected, atol=1e-10)


@pytest.mark.parametrize("border", kernels.BORDERS)
@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 4), (1, 3), (5, 1)])
def test_the_loops_give_the_same(border, shape):
    image, kernel = random_image(7, 6), random_image(*shape, seed=1)
    expected = kernels.correlate2d_loops(image, kernel, border, 0.3)
    np.testing.assert_allclose(kernels.correlate2d(image, kernel, border, 0.3), expected, atol=1e-12)


def test_numbers_by_hand():
    image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], dtype=np.uint8)
    kernel = np.array([[1, 2], [3, 4]])
    cropped = [[1 + 4 + 12 + 20, 2 + 6 + 15 + 24], [4 + 10 + 21 + 32, 5 + 12 + 24 + 36]]
    padded = [[37, 47, 3 + 18], [67, 77, 6 + 27], [7 + 16, 8 + 18, 9]]
    for function in (kernels.correlate2d, kernels.correlate2d_loops):
        assert function(image, kernel, "crop").tolist() == cropped
        assert function(image, kernel, "padding").tolist() == padded


@pytest.mark.parametrize("height", [1, 2, 3, 4, 5, 63, 64, 65, 66, 127, 128, 129, 131, 200])
@pytest.mark.parametrize("width", [1, 2, 1100])
def test_strips_and_blocks_join_without_a_seam(height, width):
    image = random_image(height, width)
    for shape in ((3, 3), (4, 2), (1, 3)):
        kernel = random_image(*shape, seed=1)
        found = kernels.correlate2d(image, kernel, "mirror_edge", method="direct")
        np.testing.assert_allclose(found, with_scipy(image, kernel, "mirror_edge"), atol=1e-12)


@pytest.mark.parametrize("method", ["direct", "fft"])
def test_wide_images_are_made_of_several_blocks(method):
    image, kernel = random_image(90, 2500), random_image(13, 12, seed=1)
    found = kernels.correlate2d(image, kernel, "extend", method=method)
    np.testing.assert_allclose(found, with_scipy(image, kernel, "extend"), atol=1e-10)


def test_tall_images_are_made_of_several_strips_of_spectra():
    image, kernel = random_image(1500, 300), random_image(21, 20, seed=1)
    found = kernels.correlate2d(image, kernel, "wrap", method="fft")
    np.testing.assert_allclose(found, with_scipy(image, kernel, "wrap"), atol=1e-10)


@pytest.mark.parametrize("method", ["direct", "fft"])
@pytest.mark.parametrize("border", kernels.BORDERS)
def test_each_channel_alone(border, method):
    image, kernel = random_image(11, 12, 3), random_image(4, 3, seed=1)
    found = kernels.correlate2d(image, kernel, border, 0.5, method)
    np.testing.assert_allclose(found, stacked_loops(image, kernel, border=border, value=0.5), atol=1e-10)


def test_many_channels_and_many_blocks_of_them():
    image, kernel = random_image(70, 150, 16), random_image(5, 5, seed=1)
    expected = np.stack([with_scipy(image[..., c], kernel, "mirror") for c in range(16)], axis=-1)
    np.testing.assert_allclose(kernels.correlate2d(image, kernel, method="direct"), expected, atol=1e-10)


@pytest.mark.parametrize("border", ["mirror", "crop"])
def test_a_kernel_with_channels_sums_over_them(border):
    image, kernel = random_image(9, 8, 3), random_image(3, 4, 3, seed=1)
    expected = sum(kernels.correlate2d_loops(image[..., c], kernel[..., c], border) for c in range(3))
    found = kernels.correlate2d(image, kernel, border)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_views_and_read_only_images_and_their_values_are_left_alone():
    image = random_image(40, 50, 3)
    before = image.copy()
    image.flags.writeable = False
    for view in (
        image[..., 1],
        image[::2, ::-3, 0],
        image[..., ::-1],
        image.transpose(1, 0, 2),
        np.asfortranarray(image),
    ):
        found = kernels.correlate2d(view, kernels.SHARPEN)
        np.testing.assert_array_equal(found, kernels.correlate2d(np.ascontiguousarray(view), kernels.SHARPEN))
    np.testing.assert_array_equal(image, before)


def test_the_answer_is_no_view_of_the_image():
    image = random_image(5, 5)
    found = kernels.correlate2d(image, [[1.0]], "crop")
    found[:] = 7
    assert not np.any(image == 7)


@pytest.mark.parametrize(
    ("given", "returned"),
    [
        (np.uint8, np.float32),
        (np.int8, np.float32),
        (np.uint16, np.float32),
        (np.float16, np.float32),
        (np.float32, np.float32),
        (np.int32, np.float64),
        (np.uint32, np.float64),
        (np.int64, np.float64),
        (np.float64, np.float64),
    ],
)
@pytest.mark.parametrize("method", ["direct", "fft"])
def test_types(given, returned, method):
    image = np.arange(20, dtype=given).reshape(4, 5)
    assert kernels.correlate2d(image, np.ones((3, 3)), method=method).dtype == returned
    assert kernels.correlate2d_loops(image, np.ones((3, 3))).dtype == returned


@pytest.mark.parametrize("function", [kernels.correlate2d, kernels.convolve2d, kernels.correlate2d_loops])
def test_integers_neither_saturate_nor_wrap_round(function):
    image = np.full((4, 4), 255, dtype=np.uint8)
    if function is not kernels.correlate2d_loops:
        assert (function(np.full((4, 4), 65535, dtype=np.uint16), np.full((3, 3), 7)) == 65535 * 63).all()
    assert (function(image, np.full((3, 3), -9)) == -255 * 81).all()
    assert (function(np.full((3, 3), 2**31 - 1, dtype=np.int32), np.full((3, 3), 5)) == 45 * (2**31 - 1)).all()


def test_a_padding_that_the_type_of_the_image_cannot_hold():
    image = np.full((1, 1), 10, dtype=np.uint8)
    assert kernels.correlate2d(image, np.ones((1, 3)), "padding", -0.25)[0, 0] == 9.5


def test_double_precision_stays():
    image = 1.0 + 1e-12 * random_image(30, 30)
    kernel = random_image(5, 5, seed=1)
    for method in ("direct", "fft"):
        found = kernels.correlate2d(image, kernel, method=method)
        np.testing.assert_allclose(found, with_scipy(image, kernel, "mirror"), rtol=0, atol=1e-14 * 50)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("shape", [(3, 3), (5, 4), (21, 21)])
def test_not_a_number_reaches_just_the_windows_that_hold_it(bad, shape):
    image = random_image(150, 60)
    image[70, 30] = bad
    kernel = random_image(*shape, seed=1)
    kernel[0, 0] = 0.0
    clean = image.copy()
    clean[70, 30] = 0.0
    touched = kernels.correlate2d((image != clean).astype(float), np.ones(shape), "padding", method="direct") > 0
    found = kernels.correlate2d(image, kernel)
    assert np.array_equal(~np.isfinite(found), touched)
    np.testing.assert_allclose(found[~touched], kernels.correlate2d(clean, kernel)[~touched], atol=1e-10)


def test_a_padding_of_nan_marks_just_the_places_that_look_beyond_the_border():
    for size in (3, 21):
        found = kernels.correlate2d(np.ones((60, 50)), kernels.box(size), "padding", np.nan)
        reach = size // 2
        assert np.isnan(found).sum() == 60 * 50 - (60 - 2 * reach) * (50 - 2 * reach)
        assert np.isfinite(found[reach:-reach, reach:-reach]).all()


def test_spectra_spread_not_a_number_as_documented():
    image = random_image(40, 40)
    image[20, 20] = np.nan
    assert np.isnan(kernels.correlate2d(image, kernels.box(5), method="fft")).all()


def test_huge_values_that_overflow_when_squared_are_still_right():
    image = np.full((8, 8), 1e30, dtype=np.float32)
    np.testing.assert_allclose(kernels.correlate2d(image, kernels.BOX_3), 1e30, rtol=1e-6)


def test_auto_takes_spectra_for_large_kernels_only(monkeypatch):
    taken = []
    for name in ("_write_by_products", "_write_by_spectra"):
        original = getattr(correlation, name)
        monkeypatch.setattr(
            correlation, name, lambda *args, name=name, original=original: taken.append(name) or original(*args)
        )
    image = random_image(64, 64)
    for shape in ((3, 3), (11, 11), (31, 1), (21, 21), (31, 31)):
        kernels.correlate2d(image, np.ones(shape))
    assert taken == ["_write_by_products"] * 3 + ["_write_by_spectra"] * 2


def test_small_kernels_need_neither_scipy_nor_anything_heavy():
    code = (
        "import sys, numpy as np\n"
        "from course_utils import kernels\n"
        "kernels.correlate2d(np.ones((9, 9)), kernels.SOBEL_X)\n"
        "print([name for name in ('scipy', 'keras', 'matplotlib', 'cv2', 'skimage') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert found.stdout.strip() == "[]"


def test_convolution_equals_scipy():
    image, kernel = random_image(14, 15), random_image(3, 5, seed=1)
    expected = scipy.ndimage.convolve(image, kernel, mode="mirror")
    np.testing.assert_allclose(kernels.convolve2d(image, kernel), expected, atol=1e-12)
    expected = scipy.signal.convolve2d(image, kernel, mode="valid")
    np.testing.assert_allclose(kernels.convolve2d(image, kernel, "crop"), expected, atol=1e-12)


def test_convolution_with_channels_turns_no_channels():
    image, kernel = random_image(6, 7, 2), random_image(3, 3, 2, seed=1)
    expected = sum(kernels.convolve2d(image[..., c], kernel[..., c]) for c in range(2))
    np.testing.assert_allclose(kernels.convolve2d(image, kernel), expected, atol=1e-12)


@properties
@hypothesis.given(small_arrays(5, 6))
def test_an_impulse_gives_the_kernel_to_convolution_and_the_turned_one_to_correlation(kernel):
    height, width = kernel.shape
    impulse = np.zeros((2 * height - 1, 2 * width - 1))
    impulse[height - 1, width - 1] = 1
    np.testing.assert_array_equal(kernels.convolve2d(impulse, kernel, "crop"), kernel)
    np.testing.assert_array_equal(kernels.correlate2d(impulse, kernel, "crop"), kernel[::-1, ::-1])


@properties
@hypothesis.given(small_arrays(9, 9), small_arrays(5, 5), hypothesis.strategies.sampled_from(list(OPENCV)))
def test_correlation_is_linear(image, kernel, border):
    other = np.cos(np.arange(image.size)).reshape(image.shape)
    found = kernels.correlate2d(2 * image - 3 * other, kernel, border)
    parts = 2 * kernels.correlate2d(image, kernel, border) - 3 * kernels.correlate2d(other, kernel, border)
    np.testing.assert_allclose(found, parts, atol=1e-9)


@properties
@hypothesis.given(small_arrays(4, 5), small_arrays(5, 4))
def test_convolution_commutes(first, second):
    """With enough zeros around, it does not matter which of the two slides."""
    around = [(side - 1, side - 1) for side in second.shape]
    one = kernels.convolve2d(np.pad(first, around), second, "crop")
    around = [(side - 1, side - 1) for side in first.shape]
    other = kernels.convolve2d(np.pad(second, around), first, "crop")
    np.testing.assert_allclose(one, other, atol=1e-9)


@properties
@hypothesis.given(small_arrays(4, 4), small_arrays(3, 5))
def test_one_kernel_after_another_is_their_convolution(first, second):
    image = random_image(12, 13)
    one_after_another = kernels.convolve2d(kernels.convolve2d(image, first, "crop"), second, "crop")
    np.testing.assert_allclose(one_after_another, kernels.convolve2d(image, full(first, second), "crop"), atol=1e-8)


@properties
@hypothesis.given(small_arrays(5, 5), hypothesis.strategies.integers(-9, 9), hypothesis.strategies.integers(-9, 9))
def test_a_shifted_image_gives_a_shifted_answer(kernel, down, right):
    image = random_image(8, 11)
    found = kernels.correlate2d(np.roll(image, (down, right), axis=(0, 1)), kernel, "wrap")
    expected = np.roll(kernels.correlate2d(image, kernel, "wrap"), (down, right), axis=(0, 1))
    np.testing.assert_allclose(found, expected, atol=1e-10)


@properties
@hypothesis.given(small_arrays(6, 6), hypothesis.strategies.sampled_from(["extend", "mirror", "mirror_edge", "wrap"]))
def test_a_flat_image_is_multiplied_by_the_sum_of_the_kernel(kernel, border):
    found = kernels.correlate2d(np.full((7, 5), 2.0), kernel, border)
    np.testing.assert_allclose(found, 2 * kernel.sum(), atol=1e-9)


@properties
@hypothesis.given(small_arrays(20, 20), small_arrays(9, 9), hypothesis.strategies.sampled_from(list(OPENCV)))
def test_spectra_equal_sums(image, kernel, border):
    sums = kernels.correlate2d(image, kernel, border, 0.5, "direct")
    np.testing.assert_allclose(kernels.correlate2d(image, kernel, border, 0.5, "fft"), sums, atol=1e-9)


@pytest.mark.parametrize(
    ("image", "kernel", "options", "error", "words"),
    [
        (np.ones((4, 4), dtype=bool), np.ones((3, 3)), {}, TypeError, "booleans.*astype"),
        (np.ones((4, 4)), np.ones((3, 3), dtype=bool), {}, TypeError, "kernel holds booleans"),
        (np.ones((4, 4), dtype=complex), np.ones((3, 3)), {}, TypeError, "complex"),
        (np.array([["a"]]), np.ones((3, 3)), {}, TypeError, "array of numbers"),
        (None, np.ones((3, 3)), {}, TypeError, "array of numbers"),
        (np.ones((0, 4)), np.ones((3, 3)), {}, ValueError, r"empty.*\(0, 4\)"),
        (np.ones((4, 4)), np.ones((0, 3)), {}, ValueError, "kernel is empty"),
        (np.ones(4), np.ones((3, 3)), {}, ValueError, r"\(4,\).*row\[np.newaxis"),
        (np.ones((2, 4, 4, 3)), np.ones((3, 3)), {}, ValueError, "correlate_batch"),
        (np.ones((4, 4)), np.ones(3), {}, ValueError, r"kernel has the shape \(3,\)"),
        (np.ones((4, 4)), np.ones((3, 3, 3)), {}, ValueError, "sum over the channels"),
        (np.ones((4, 4, 3)), np.ones((3, 3, 4)), {}, ValueError, "sum over the channels"),
        (np.ones((4, 4)), np.ones((3, 3)), {"border": "reflect"}, ValueError, "'reflect'.*'mirror'"),
        (np.ones((4, 4)), np.ones((5, 3)), {"border": "crop"}, ValueError, "smaller kernel"),
        (np.ones((4, 4)), np.ones((3, 3)), {"border": "padding", "value": "black"}, TypeError, "one number"),
    ],
)
def test_what_is_wrong_is_said(image, kernel, options, error, words):
    for function in (kernels.correlate2d, kernels.convolve2d, kernels.correlate2d_loops):
        with pytest.raises(error, match=words):
            function(image, kernel, **options)


def test_an_unknown_method_and_loops_over_channels_are_refused():
    with pytest.raises(ValueError, match=r"'slow'.*'auto', 'direct', 'fft'"):
        kernels.correlate2d(np.ones((4, 4)), np.ones((3, 3)), method="slow")
    with pytest.raises(ValueError, match="gray"):
        kernels.correlate2d_loops(np.ones((4, 4, 3)), np.ones((3, 3)))
