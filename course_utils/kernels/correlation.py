"""Correlation and convolution of one image with one kernel, fast, in NumPy."""

import math
from collections.abc import Callable

import numpy as np

from course_utils.kernels import borders, inputs

METHODS = ("auto", "direct", "fft")
STRIP_PIXELS = 2**15
FFT_FROM = 300


def correlate2d(
    image: np.ndarray, kernel: np.ndarray, border: str = "mirror", value: float = 0.0, method: str = "auto"
) -> np.ndarray:
    """Slide a kernel over an image: each output pixel is the sum of the pixels under the kernel times its weights.

    This is what networks call convolution: the kernel is not flipped. Of a side of even length the element
    (size - 1) // 2 lies on the pixel, as in Keras.

    Args:
        image (np.ndarray): gray, or with channels; integers or floats. Integers are computed and returned as floats,
            so that nothing wraps round or saturates: a negative response stays negative.
        kernel (np.ndarray): the weights. Two dimensions: each channel alone. Three: products are summed over the
            channels too.
        border (str): what stands beyond the border: "extend", "padding" (with `value`), "mirror", "mirror_edge",
            "wrap", or "crop" for only the places where the kernel lies wholly on the image; see `pad`. Default
            "mirror".
        value (float): of the padding. Default 0.
        method (str): "direct" sums products, "fft" multiplies spectra (its rounding errors are relative to the
            largest value of the whole image, and a NaN or infinity spreads over all of it), "auto" takes the
            quicker one, and "direct" if a value is not finite: then only the pixels whose window holds it are NaN.
            Default "auto".

    Shapes:
        image (height, width), kernel (kernel height, kernel width) -> (height, width).
        image (height, width, channels), kernel (kernel height, kernel width) -> (height, width, channels).
        image (height, width, channels), kernel (kernel height, kernel width, channels) -> (height, width).
        With "crop", height - kernel height + 1 and width - kernel width + 1.

    Returns:
        float32, or float64 for an image of float64 or of 32 or 64 bit integers.

    Raises:
        TypeError: image or kernel holds booleans, complex values or no numbers.
        ValueError: a shape that is none of the above, an empty array, an unknown border or method, or a kernel larger
            than the image to crop.

    Example:
        >>> step = np.array([[0, 0, 9, 9, 9]], dtype=np.uint8)
        >>> correlate2d(step, np.array([[-1, 0, 1]]))
        array([[0., 9., 9., 0., 0.]], dtype=float32)
        >>> correlate2d(step, np.array([[1, 0, -1]]), border="crop")
        array([[-9., -9.,  0.]], dtype=float32)

    Source:
        I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, section 9.1.
    """
    image, kernel = inputs.image_and_kernel(image, kernel)
    borders.check_fit(image.shape, kernel.shape, border)
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; it must be one of {', '.join(map(repr, METHODS))}.")
    if kernel.ndim == 3:
        channels = range(image.shape[2])
        return sum(correlate2d(image[..., c], kernel[..., c], border, value, method) for c in channels)
    if method == "auto":
        method = "fft" if _large(kernel) and np.isfinite(image).all() and np.isfinite(kernel).all() else "direct"
    inputs.check_value(value, kernel.dtype)
    frame = borders.Frame(image.shape, kernel.shape, border, value)
    height, width = len(frame.rows) - kernel.shape[0] + 1, len(frame.columns) - kernel.shape[1] + 1
    output = np.empty((height, width, *image.shape[2:]), kernel.dtype)
    prepare = _by_spectra if method == "fft" else _by_rows
    strip_rows, correlate = prepare(kernel, frame, output.shape)
    with np.errstate(invalid="ignore"):  # NaN in, NaN out: the docstring says so
        for top in range(0, height, strip_rows):
            sums = output[top : top + strip_rows]
            correlate(frame.take_rows(image, top, len(sums) + kernel.shape[0] - 1, kernel.dtype), sums)
    return output


def convolve2d(
    image: np.ndarray, kernel: np.ndarray, border: str = "mirror", value: float = 0.0, method: str = "auto"
) -> np.ndarray:
    """Convolve as mathematics does: turn the kernel by 180 degrees, then slide it.

    The order of image and kernel does not matter for the sums, and convolving with one kernel after another is
    convolving with their convolution. For a kernel that looks the same when turned, this is `correlate2d`.

    Args:
        image (np.ndarray): see `correlate2d`; integers are computed and returned as floats and never saturate.
        kernel (np.ndarray): the weights. With three dimensions the channels are not turned.
        border (str): see `correlate2d`. Default "mirror".
        value (float): of the padding. Default 0.
        method (str): "auto", "direct" or "fft", see `correlate2d`. Default "auto".

    Shapes:
        As `correlate2d`.

    Returns:
        As `correlate2d`.

    Raises:
        TypeError, ValueError: as `correlate2d`.

    Example:
        >>> convolve2d(np.array([[0, 0, 1, 0, 0]]), np.array([[1, 2, 3]]))
        array([[0., 1., 2., 3., 0.]])
    """
    image, kernel = inputs.image_and_kernel(image, kernel)
    return correlate2d(image, kernel[::-1, ::-1], border, value, method)


def _large(kernel: np.ndarray) -> bool:
    """Whether spectra are quicker than sums; measured, see `course bench kernels`."""
    kernel_height, kernel_width = kernel.shape
    return kernel_width * (kernel_height + 4) >= FFT_FROM


def _by_rows(kernel: np.ndarray, frame: borders.Frame, shape: tuple[int, ...]) -> tuple[int, Callable]:
    """Return how many rows of output to make at a time, and the function that makes them.

    For each row of output one product of two small matrices, (kernel width, kernel height) @ (kernel height, width),
    multiplies all weights with all pixels and sums over the height of the window. What is left is to sum kernel width
    rows, each one pixel further to the right than the one before.
    """
    kernel_height, kernel_width = kernel.shape
    channels = shape[2] if len(shape) == 3 else 1
    strip_rows = max(1, min(shape[0], STRIP_PIXELS // (frame.width * channels)))
    products = np.empty((strip_rows, kernel_width, len(frame.columns), channels), kernel.dtype)
    products[:, :, frame.columns < 0] = (frame.value * kernel).sum(axis=0)[:, np.newaxis, np.newaxis]
    lines = products.reshape(strip_rows, kernel_width, -1)  # a pixel's channels lie side by side
    inside = lines[:, :, frame.left * channels : (frame.left + frame.width) * channels]
    row_step, line_step, step = lines.strides
    shifted_shape = (strip_rows, kernel_width, shape[1] * channels)
    shifted = _view(lines, shifted_shape, (row_step, line_step + channels * step, step))
    weights = np.ascontiguousarray(kernel.T)
    copies = frame.copied_columns()

    def correlate(strip: np.ndarray, sums: np.ndarray) -> None:
        rows = len(sums)
        windows = _view(
            strip, (rows, kernel_height, frame.width * channels), (strip.strides[0], strip.strides[0], strip.itemsize)
        )
        np.matmul(weights, windows, out=inside[:rows])
        for column, source in copies:
            products[:rows, :, column] = products[:rows, :, source]
        np.add.reduce(shifted[:rows], axis=1, out=sums.reshape(rows, -1))

    return strip_rows, correlate


def _view(array: np.ndarray, shape: tuple[int, ...], strides: tuple[int, ...]) -> np.ndarray:
    return np.lib.stride_tricks.as_strided(array, shape, strides, writeable=False)


def _by_spectra(kernel: np.ndarray, frame: borders.Frame, shape: tuple[int, ...]) -> tuple[int, Callable]:
    """Return how many rows of output to make at a time, and the function that makes them.

    The convolution theorem with the turned kernel. The first rows and columns of a product of spectra went round the
    border and are cut off.
    """
    import scipy.fft

    kernel_height, kernel_width = kernel.shape
    num_strips = math.ceil(shape[0] / max(128, 4 * kernel_height))
    strip_rows = math.ceil(shape[0] / num_strips)
    sides = [scipy.fft.next_fast_len(side, real=True) for side in (strip_rows + kernel_height - 1, len(frame.columns))]
    kernel_waves = scipy.fft.rfft2(kernel[::-1, ::-1], s=sides)
    if len(shape) == 3:
        kernel_waves = kernel_waves[..., np.newaxis]  # the same for each channel

    def correlate(strip: np.ndarray, sums: np.ndarray) -> None:
        waves = scipy.fft.rfft2(frame.pad_columns(strip), s=sides, axes=(0, 1))
        waves *= kernel_waves
        whole = scipy.fft.irfft2(waves, s=sides, axes=(0, 1), overwrite_x=True)
        sums[:] = whole[kernel_height - 1 : len(strip), kernel_width - 1 : len(frame.columns)]

    return strip_rows, correlate
