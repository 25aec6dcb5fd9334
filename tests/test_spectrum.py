"""Spectra, frequency filters and convolution by transforms, against sums written out, np.fft and scipy.ndimage."""

import cv2
import numpy as np
import pytest
import scipy.ndimage

from course_utils import spectrum

SHAPES = [(1, 1), (1, 7), (4, 4), (5, 6), (7, 7), (13, 8)]
PAD = {"extend": "nearest", "padding": "constant", "mirror": "mirror", "mirror_edge": "reflect", "wrap": "wrap"}


def random_image(shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape)


def direct_sum(image):
    """The definition: for each frequency, the sum of pixel times wave, with frequency 0 moved to the middle."""
    height, width = image.shape
    spectrum_by_sums = np.zeros((height, width), dtype=complex)
    for row in range(height):
        for column in range(width):
            vertical, horizontal = (row - height // 2) / height, (column - width // 2) / width
            for y in range(height):
                for x in range(width):
                    wave = np.exp(-2j * np.pi * (vertical * y + horizontal * x))
                    spectrum_by_sums[row, column] += image[y, x] * wave
    return spectrum_by_sums


@pytest.mark.parametrize("shape", SHAPES)
def test_transform_is_the_sum_of_its_definition(shape):
    image = random_image(shape)
    np.testing.assert_allclose(spectrum.transform(image), direct_sum(image), atol=1e-12)


@pytest.mark.parametrize("shape", [(1021, 3), (64, 48), (31, 17, 3)])
def test_transform_equals_numpy_and_inverse_undoes_it(shape):
    image = random_image(shape)
    transformed = spectrum.transform(image)
    expected = np.fft.fftshift(np.fft.fft2(image, axes=(0, 1)), axes=(0, 1))
    np.testing.assert_allclose(transformed, expected, atol=1e-10)
    np.testing.assert_allclose(spectrum.inverse(transformed), image, atol=1e-12)


def test_transform_of_four_pixels_by_hand():
    np.testing.assert_allclose(spectrum.transform(np.array([[4, 2, 0, 2]])), [[0, 4, 8, 4]], atol=1e-12)


def test_integers_do_not_wrap_round():
    image = np.full((8, 8), 255, dtype=np.uint8)
    assert spectrum.magnitude(image, log=False)[4, 4] == pytest.approx(64 * 255)
    assert spectrum.low_pass(image, 0.2).max() == pytest.approx(255)
    assert spectrum.convolve(image, np.ones((3, 3))).max() == pytest.approx(9 * 255)


def test_an_image_is_not_changed():
    for function in (
        lambda image: spectrum.low_pass(image, 0.1),
        lambda image: spectrum.low_pass(image, 0.1, border="mirror_edge"),
        lambda image: spectrum.convolve(image, np.ones((3, 3))),
        spectrum.transform,
    ):
        image = random_image((16, 16))
        before = image.copy()
        function(image)
        np.testing.assert_array_equal(image, before)


def test_the_log_magnitude_of_a_constant_image_is_finite_and_0_off_the_middle():
    values = spectrum.magnitude(np.full((6, 6), 200, dtype=np.uint8))
    assert np.isfinite(values).all()
    assert values[3, 3] == pytest.approx(np.log(1 + 36 * 200))
    values[3, 3] = 0
    np.testing.assert_allclose(values, 0, atol=1e-10)
    assert np.isfinite(spectrum.magnitude(np.zeros((4, 4)))).all()


@pytest.mark.parametrize("period", [2, 4, 5, 8, 20])
def test_stripes_stand_at_their_frequency_and_nowhere_else(period):
    columns = np.arange(40)
    image = np.tile(np.cos(2 * np.pi * columns / period), (30, 1))
    strength = spectrum.magnitude(image, log=False)
    vertical, horizontal = spectrum.frequencies(image.shape)
    rows, found = np.nonzero(strength > 1e-6)
    assert set(np.round(np.abs(horizontal[0, found]), 9)) == {round(1 / period, 9)}
    assert set(vertical[rows, 0]) == {0}
    assert strength.max() == pytest.approx(30 * 40 / (1 if period == 2 else 2))


@pytest.mark.parametrize("shape", [(4, 5), (7, 6, 3), (1, 1)])
def test_frequencies_are_numpys_moved_to_the_middle(shape):
    vertical, horizontal = spectrum.frequencies(shape)
    np.testing.assert_array_equal(vertical[:, 0], np.fft.fftshift(np.fft.fftfreq(shape[0])))
    np.testing.assert_array_equal(horizontal[0], np.fft.fftshift(np.fft.fftfreq(shape[1])))
    assert vertical[shape[0] // 2, 0] == 0
    assert horizontal[0, shape[1] // 2] == 0
    np.testing.assert_allclose(spectrum.radial_frequency(shape) ** 2, vertical**2 + horizontal**2)


def test_radial_profile_equals_a_loop_over_rings():
    image = random_image((24, 30))
    frequency, strength = spectrum.radial_profile(image)
    np.testing.assert_allclose(frequency, np.linspace(0, 0.5, 13))
    rings = [[] for _ in frequency]
    magnitudes = np.abs(np.fft.fft2(image))
    for row, vertical in enumerate(np.fft.fftfreq(24)):
        for column, horizontal in enumerate(np.fft.fftfreq(30)):
            nearest = round(np.hypot(vertical, horizontal) * 24)
            if nearest < 13:
                rings[nearest].append(magnitudes[row, column])
    np.testing.assert_allclose(strength, [np.mean(ring) for ring in rings])


def test_radial_profile_of_a_wave_peaks_at_its_frequency_in_any_direction():
    rows, columns = np.indices((60, 60))
    image = np.cos(2 * np.pi * (9 * columns + 12 * rows) / 60)
    frequency, strength = spectrum.radial_profile(image)
    assert frequency[np.argmax(strength)] == pytest.approx(15 / 60)


@pytest.mark.parametrize("kind", ["ideal", "gaussian", "butterworth"])
@pytest.mark.parametrize("shape", [(8, 8), (7, 9), (1, 12)])
def test_masks_equal_their_formulas(kind, shape):
    radius = spectrum.radial_frequency(shape)
    expected = {
        "ideal": radius <= 0.2,
        "gaussian": np.exp(-np.log(2) * (radius / 0.2) ** 2),
        "butterworth": 1 / (1 + (radius / 0.2) ** 6),
    }[kind].astype(float)
    low = spectrum.mask(shape, 0.2, kind=kind, order=3)
    np.testing.assert_allclose(low, expected, atol=1e-12)
    np.testing.assert_allclose(spectrum.mask(shape, 0.2, kind=kind, order=3, keep="high"), 1 - expected, atol=1e-12)
    band = spectrum.mask(shape, (0.1, 0.2), kind=kind, order=3, keep="band")
    np.testing.assert_allclose(band, expected - spectrum.mask(shape, 0.1, kind=kind, order=3), atol=1e-12)
    assert band.min() >= 0


def test_a_frequency_at_the_cutoff_passes_an_ideal_filter_in_float32_too():
    for denominator in (3, 5, 7, 10, 20):
        wave = np.cos(2 * np.pi * np.arange(420) / denominator).astype(np.float32)[np.newaxis]
        kept = spectrum.low_pass(wave, 1 / denominator, kind="ideal")
        np.testing.assert_allclose(kept, wave, atol=1e-5)


@pytest.mark.parametrize("kind", ["ideal", "gaussian", "butterworth"])
@pytest.mark.parametrize("shape", [(16, 16), (15, 22), (13, 17, 3), (1, 9)])
def test_filters_multiply_the_spectrum_by_the_mask(kind, shape):
    image = random_image(shape)

    def expected(keep, cutoff):
        gain = np.fft.ifftshift(spectrum.mask(shape, cutoff, kind=kind, order=3, keep=keep))
        gain = gain[..., np.newaxis] if image.ndim == 3 else gain
        return np.fft.ifft2(np.fft.fft2(image, axes=(0, 1)) * gain, axes=(0, 1)).real

    np.testing.assert_allclose(spectrum.low_pass(image, 0.15, kind, 3), expected("low", 0.15), atol=1e-12)
    np.testing.assert_allclose(spectrum.high_pass(image, 0.15, kind, 3), expected("high", 0.15), atol=1e-12)
    band = spectrum.band_pass(image, 0.15, 0.3, kind, 3)
    np.testing.assert_allclose(band, expected("band", (0.15, 0.3)), atol=1e-12)
    single = spectrum.low_pass(image.astype(np.float32), 0.15, kind, 3)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected("low", 0.15), atol=1e-5)


@pytest.mark.parametrize("kind", ["ideal", "gaussian", "butterworth"])
@pytest.mark.parametrize("shape", [(12, 16), (9, 7), (5, 8, 3)])
def test_mirror_edge_is_the_middle_of_a_filtered_image_four_times_as_large(kind, shape):
    image = random_image(shape)
    height, width = shape[:2]
    beyond = [(0, height), (0, width)] + [(0, 0)] * (image.ndim - 2)
    doubled = np.pad(image, beyond, mode="symmetric")
    expected = spectrum.low_pass(doubled, 0.13, kind)[:height, :width]
    np.testing.assert_allclose(spectrum.low_pass(image, 0.13, kind, border="mirror_edge"), expected, atol=1e-12)


def test_a_gaussian_low_pass_is_a_gaussian_blur():
    image = random_image((64, 64))
    sigma = np.sqrt(np.log(2) / 2) / (np.pi * 0.1)
    blurred = scipy.ndimage.gaussian_filter(image, sigma, mode="wrap", truncate=8)
    np.testing.assert_allclose(spectrum.low_pass(image, 0.1), blurred, atol=1e-3)


def test_low_and_high_pass_add_up_to_the_image():
    image = random_image((21, 34))
    for border in ("wrap", "mirror_edge"):
        parts = [function(image, 0.2, border=border) for function in (spectrum.low_pass, spectrum.high_pass)]
        np.testing.assert_allclose(sum(parts), image, atol=1e-12)


def test_hybrid_adds_a_low_and_a_high_pass():
    near, far = random_image((20, 24, 3), 1), random_image((20, 24, 3), 2)
    expected = spectrum.low_pass(far, 0.05) + spectrum.high_pass(near, 0.2)
    np.testing.assert_allclose(spectrum.hybrid(far, near, 0.05, 0.2), expected)


@pytest.mark.parametrize("kernel_shape", [(1, 1), (3, 3), (2, 2), (4, 3), (1, 5)])
@pytest.mark.parametrize("shape", [(8, 8), (9, 11)])
def test_kernel_response_is_what_a_wrapped_convolution_multiplies_by(kernel_shape, shape):
    kernel, image = random_image(kernel_shape, 3), random_image(shape)
    response = spectrum.kernel_response(kernel, shape)
    convolved = spectrum.convolve(image, kernel, border="wrap")
    np.testing.assert_allclose(spectrum.transform(convolved), spectrum.transform(image) * response, atol=1e-10)


def test_kernel_response_of_a_box_and_of_a_difference_by_hand():
    frequency = spectrum.frequencies((1, 60))[1]
    box = spectrum.kernel_response(np.full((1, 3), 1 / 3), (1, 60))
    np.testing.assert_allclose(box, (1 + 2 * np.cos(2 * np.pi * frequency)) / 3, atol=1e-12)
    difference = spectrum.kernel_response([[1, 0, -1]], (1, 60))
    np.testing.assert_allclose(difference, 2j * np.sin(2 * np.pi * frequency), atol=1e-12)


@pytest.mark.parametrize("border", list(PAD))
@pytest.mark.parametrize("kernel_shape", [(1, 1), (3, 3), (5, 5), (3, 7), (9, 1)])
@pytest.mark.parametrize("shape", [(16, 16), (13, 17), (31, 10)])
def test_convolve_equals_scipy(border, kernel_shape, shape):
    image, kernel = random_image(shape), random_image(kernel_shape, 5)
    expected = scipy.ndimage.convolve(image, kernel, mode=PAD[border], cval=0.7)
    result = spectrum.convolve(image, kernel, border=border, value=0.7)
    np.testing.assert_allclose(result, expected, atol=1e-12)
    single = spectrum.convolve(image.astype(np.float32), kernel, border=border, value=0.7)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, atol=1e-5)


def test_convolve_treats_channels_alone_and_crops():
    image, kernel = random_image((14, 15, 3)), random_image((5, 3), 5)
    whole = np.stack([scipy.ndimage.convolve(image[..., c], kernel, mode="mirror") for c in range(3)], axis=2)
    np.testing.assert_allclose(spectrum.convolve(image, kernel), whole, atol=1e-12)
    cropped = spectrum.convolve(image, kernel, border="crop")
    np.testing.assert_allclose(cropped, whole[2:-2, 1:-1], atol=1e-12)


@pytest.mark.parametrize("border", ["extend", "padding", "mirror", "mirror_edge", "crop"])
@pytest.mark.parametrize("kernel_shape", [(2, 2), (4, 4), (2, 5)])
def test_even_kernels_have_the_anchor_that_correlation_has(border, kernel_shape):
    image, kernel = random_image((12, 11)), random_image(kernel_shape, 5)
    anchor = ((kernel_shape[1] - 1) // 2, (kernel_shape[0] - 1) // 2)
    cv2_border = {
        "extend": cv2.BORDER_REPLICATE, "padding": cv2.BORDER_CONSTANT, "mirror": cv2.BORDER_REFLECT_101,
        "mirror_edge": cv2.BORDER_REFLECT, "crop": cv2.BORDER_REPLICATE,
    }[border]  # fmt: skip
    flipped = np.ascontiguousarray(kernel[::-1, ::-1])
    expected = cv2.filter2D(image, cv2.CV_64F, flipped, anchor=anchor, borderType=cv2_border)
    if border == "crop":
        expected = expected[anchor[1] : anchor[1] + 13 - kernel_shape[0], anchor[0] : anchor[0] + 12 - kernel_shape[1]]
    np.testing.assert_allclose(spectrum.convolve(image, kernel, border=border), expected, atol=1e-12)


def test_convolve_agrees_with_the_sliding_window_of_the_course():
    kernels = pytest.importorskip("course_utils.kernels")
    image = random_image((33, 40)).astype(np.float32)
    for kernel_shape in [(3, 3), (4, 4), (7, 2)]:
        kernel = random_image(kernel_shape, 6).astype(np.float32)
        for border in [*PAD, "crop"]:
            expected = kernels.convolve2d(image, kernel, border=border, value=0.3)
            np.testing.assert_allclose(
                spectrum.convolve(image, kernel, border=border, value=0.3), expected, atol=1e-5, err_msg=border
            )


@pytest.mark.parametrize("kernel_shape", [(41, 41), (3, 31)])
def test_a_kernel_larger_than_the_image(kernel_shape):
    image, kernel = random_image((20, 23)), random_image(kernel_shape, 5)
    surrounded = np.pad(image, 60, mode="symmetric")
    expected = scipy.ndimage.convolve(surrounded, kernel)[60:-60, 60:-60]
    np.testing.assert_allclose(spectrum.convolve(image, kernel, border="mirror_edge"), expected, atol=1e-10)


NAN = np.array([[1.0, np.nan]])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: spectrum.transform(np.zeros(5)), ValueError, r"\(5,\).*\(height, width\)"),
        (lambda: spectrum.transform(np.zeros((0, 5))), ValueError, "empty"),
        (lambda: spectrum.transform(NAN), ValueError, "1 values that are NaN.*nan_to_num"),
        (lambda: spectrum.transform(np.array([["a"]])), TypeError, "numbers"),
        (lambda: spectrum.low_pass(spectrum.transform(np.eye(4)), 0.1), TypeError, r"spectrum\.inverse"),
        (lambda: spectrum.inverse(np.arange(16.0).reshape(4, 4)), ValueError, "its opposite must be changed alike"),
        (lambda: spectrum.inverse(np.zeros(3)), ValueError, r"\(height, width\)"),
        (lambda: spectrum.magnitude(np.eye(4), epsilon=0), ValueError, r"log\(0\) is minus infinity"),
        (lambda: spectrum.frequencies(8), TypeError, r"image\.shape"),
        (lambda: spectrum.frequencies((8, 0)), ValueError, "at least 1 pixel"),
        (lambda: spectrum.radial_profile(np.zeros((4, 4, 3))), ValueError, "to_gray"),
        (lambda: spectrum.radial_profile(np.eye(8), bins=50), ValueError, "at most 5"),
        (lambda: spectrum.radial_profile(np.eye(8), bins=1), ValueError, "at least 2"),
        (lambda: spectrum.low_pass(np.eye(8), 30), ValueError, "30.*cycles per pixel.*r / N"),
        (lambda: spectrum.low_pass(np.eye(8), 0), ValueError, "above 0"),
        (lambda: spectrum.low_pass(np.eye(8), "0.1"), TypeError, "one number"),
        (lambda: spectrum.low_pass(np.eye(8), (0.1, 0.2)), TypeError, "one number"),
        (lambda: spectrum.low_pass(np.eye(8), 0.1, kind="box"), ValueError, "'ideal', 'gaussian', 'butterworth'"),
        (lambda: spectrum.low_pass(np.eye(8), 0.1, border="mirror"), ValueError, "'wrap' and 'mirror_edge'"),
        (lambda: spectrum.low_pass(np.eye(8), 0.1, kind="butterworth", order=0), ValueError, "order is 0"),
        (lambda: spectrum.band_pass(np.eye(8), 0.3, 0.1), ValueError, "must be the smaller"),
        (lambda: spectrum.mask((8, 8), 0.1, keep="band"), ValueError, "a band needs two"),
        (lambda: spectrum.mask((8, 8), 0.1, keep="all"), ValueError, "'low', 'high' or 'band'"),
        (lambda: spectrum.hybrid(np.zeros((4, 4)), np.zeros((4, 5)), 0.1, 0.1), ValueError, "resize_square"),
        (
            lambda: spectrum.hybrid(np.zeros((4, 4)), np.zeros((4, 4), np.uint8), 0.1, 0.1),
            TypeError,
            "to_float both",
        ),
        (lambda: spectrum.kernel_response(np.zeros((9, 9)), (8, 8)), ValueError, "larger than the shape"),
        (lambda: spectrum.convolve(np.eye(8), np.zeros((3, 3, 3))), ValueError, "kernel has the shape"),
        (lambda: spectrum.convolve(np.eye(8), np.zeros(3)), ValueError, "np.newaxis"),
        (lambda: spectrum.convolve(np.eye(8), np.eye(3), border="reflect"), ValueError, "'mirror_edge'"),
        (lambda: spectrum.convolve(np.eye(8), np.eye(9), border="crop"), ValueError, "nothing is left"),
    ],
)
def test_errors_name_the_value_the_rule_and_the_fix(call, error, words):
    with pytest.raises(error, match=words):
        call()
