"""Correlation and convolution of one image with one kernel, fast, in NumPy."""

import math

import numpy as np

from course_utils.kernels import borders, inputs

METHODS = ("auto", "direct", "fft")
BAND_ROWS = 4
BLOCK_NUMBERS = 2**16
STACKED_NUMBERS = 2**18
ALIGNED = 32


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
            largest values around, and a NaN or infinity spreads over many rows or all of them), "auto" takes the
            quicker one, and "direct" if a value is not finite: then only the places whose window holds it are not
            finite either. Default "auto".

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
    inputs.check_value(value, kernel.dtype)
    if kernel.ndim == 3:
        channels = range(image.shape[2])
        return sum(correlate2d(image[..., c], kernel[..., c], border, value, method) for c in channels)
    if method == "auto":
        method = "fft" if _large(kernel) and all(np.isfinite(x).all() for x in (image, kernel, value)) else "direct"
    frame = borders.Frame(image.shape, kernel.shape, border, value)
    height, width = len(frame.rows) - kernel.shape[0] + 1, len(frame.columns) - kernel.shape[1] + 1
    output = np.empty((height, width, *image.shape[2:]), kernel.dtype)
    with np.errstate(invalid="ignore"):  # NaN in, NaN out: the docstring says so
        (_write_by_spectra if method == "fft" else _write_by_products)(output, image, kernel, frame)
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
    """Return whether spectra are quicker than sums: measured from 15 x 15 on, on images of 256 to 2048 pixels."""
    kernel_height, kernel_width = kernel.shape
    return kernel_width * (kernel_height + 9) >= 350  # a shifted copy costs as much as the products of 9 weights


def _write_by_products(output: np.ndarray, image: np.ndarray, kernel: np.ndarray, frame: borders.Frame) -> None:
    """Make the whole sum in one product of matrices per block of the output.

    The pixels under a window are written as a column: the rows of the image are stacked, each of them kernel width
    times, shifted by one pixel more each time. The kernel is written as a row. As neighbouring rows of output share
    most of their pixels, BAND_ROWS of them are made in one product, with zeros in the kernel where a row does not
    look. Blocks stay in the processor's cache.
    """
    kernel_height, kernel_width = kernel.shape
    height, width, channels = (*output.shape, 1)[:3]
    band_rows = BAND_ROWS if kernel_height > 1 and height >= BAND_ROWS else 1
    block_height = min(max(64, BLOCK_NUMBERS // (width * channels)), height) // band_rows * band_rows
    stacked_rows = block_height + kernel_height - 1
    num_blocks = math.ceil(width * channels * stacked_rows * kernel_width / STACKED_NUMBERS)
    # Rows that all start at the same place of a cache line multiply a third faster.
    block_width = min(math.ceil(width / num_blocks / ALIGNED) * ALIGNED, width)
    num_numbers = block_width * channels  # the channels of a pixel lie side by side
    pixels = np.empty((stacked_rows, block_width + kernel_width - 1, *output.shape[2:]), kernel.dtype)
    lines = pixels.reshape(stacked_rows, -1)
    shifted = np.lib.stride_tricks.sliding_window_view(lines, num_numbers, axis=1)[:, ::channels]
    stacked = np.empty((stacked_rows, kernel_width, num_numbers), kernel.dtype)
    bands = {
        rows: (_band(kernel, rows), _overlapping(stacked, rows + kernel_height - 1, rows)) for rows in (band_rows, 1)
    }
    sums = output.reshape(height, width * channels)
    for top in _starts(height, block_height):
        for left in _starts(width, block_width):
            frame.fill(pixels, image, top, left)
            stacked[:] = shifted
            # A zero of the band times NaN would be NaN, in a row that does not look there.
            rows = band_rows if np.isfinite(np.vdot(lines, lines)) else 1
            weights, windows = bands[rows]
            block = sums[top : top + block_height, left * channels : (left + block_width) * channels]
            np.matmul(weights, windows, out=block.reshape(-1, rows, num_numbers))


def _starts(length: int, step: int) -> list[int]:
    """Return where pieces of equal length start; the last one overlaps the one before if it must."""
    return [min(start, length - step) for start in range(0, length, step)]


def _band(kernel: np.ndarray, rows: int) -> np.ndarray:
    """Return the kernel once per row, each time one row of pixels further down, as a matrix."""
    kernel_height, kernel_width = kernel.shape
    band = np.zeros((rows, rows + kernel_height - 1, kernel_width), kernel.dtype)
    for row in range(rows):
        band[row, row : row + kernel_height] = kernel
    return band.reshape(rows, -1)


def _overlapping(stacked: np.ndarray, size: int, step: int) -> np.ndarray:
    """Return groups of `size` neighbouring rows, each starting `step` rows after the one before, as matrices."""
    groups = np.lib.stride_tricks.sliding_window_view(stacked, size, axis=0)[::step]  # (groups, columns, block, size)
    return np.moveaxis(groups, -1, 1).reshape(len(groups), -1, stacked.shape[2])


def _write_by_spectra(output: np.ndarray, image: np.ndarray, kernel: np.ndarray, frame: borders.Frame) -> None:
    """Multiply spectra, those of strips of rows that stay in the processor's cache, with that of the turned kernel.

    The first rows and columns of such a product went round the border and are cut off.
    """
    import scipy.fft

    kernel_height, kernel_width = kernel.shape
    most_rows = max(128, 4 * kernel_height, 2 * BLOCK_NUMBERS // math.prod(output.shape[1:]))
    strip_rows = math.ceil(len(output) / math.ceil(len(output) / most_rows))
    pixels = np.empty((strip_rows + kernel_height - 1, len(frame.columns), *output.shape[2:]), kernel.dtype)
    sides = [scipy.fft.next_fast_len(side, real=True) for side in pixels.shape[:2]]
    kernel_waves = scipy.fft.rfft2(kernel[::-1, ::-1], s=sides)
    if output.ndim == 3:
        kernel_waves = kernel_waves[..., np.newaxis]  # the same for each channel
    for top in _starts(len(output), strip_rows):
        frame.fill(pixels, image, top, 0)
        waves = scipy.fft.rfft2(pixels, s=sides, axes=(0, 1))
        waves *= kernel_waves
        sums = scipy.fft.irfft2(waves, s=sides, axes=(0, 1), overwrite_x=True)
        output[top : top + strip_rows] = sums[kernel_height - 1 : len(pixels), kernel_width - 1 : pixels.shape[1]]
