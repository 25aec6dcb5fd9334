"""Correlation and convolution of one image with one kernel, fast, in NumPy."""

import numpy as np

from course_utils.kernels import borders, inputs

METHODS = ("auto", "direct", "fft")
STRIP_ROWS = 32
FFT_AREA = 400


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
    borders.check_fit(image, kernel, border)
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; it must be one of {', '.join(map(repr, METHODS))}.")
    if kernel.ndim == 3:
        channels = range(image.shape[2])
        return sum(correlate2d(image[..., c], kernel[..., c], border, value, method) for c in channels)
    if method == "auto":
        finite = np.isfinite(image.sum()) and np.isfinite(kernel).all()
        method = "fft" if kernel.size >= FFT_AREA and finite else "direct"
    padded = borders.pad(image, kernel.shape, border, value)
    return _by_spectra(padded, kernel) if method == "fft" else _by_rows(padded, kernel)


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


def _by_rows(padded: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """One small matrix product per row does all multiplications; shifted slices of it are added up."""
    kernel_height, kernel_width = kernel.shape
    channels = padded.shape[2] if padded.ndim == 3 else 1
    height, width = padded.shape[0] - kernel_height + 1, padded.shape[1] - kernel_width + 1
    lines = np.ascontiguousarray(padded).reshape(len(padded), -1)  # (rows, columns * channels)
    windows = np.lib.stride_tricks.sliding_window_view(lines, kernel_height, axis=0).swapaxes(1, 2)
    weights = np.ascontiguousarray(kernel.T)
    output = np.empty((height, width * channels), padded.dtype)
    for top in range(0, height, STRIP_ROWS):
        strip = output[top : top + STRIP_ROWS]
        products = weights @ windows[top : top + STRIP_ROWS]  # (rows, kernel width, columns * channels)
        strip[:] = products[:, 0, : width * channels]
        for column in range(1, kernel_width):
            strip += products[:, column, column * channels : (column + width) * channels]
    return output.reshape(height, width, *padded.shape[2:])


def _by_spectra(padded: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The convolution theorem with the turned kernel; the places that wrapped round are cut off."""
    import scipy.fft

    planes = np.moveaxis(padded, 2, 0) if padded.ndim == 3 else padded
    shape = [scipy.fft.next_fast_len(side, real=True) for side in planes.shape[-2:]]
    waves = scipy.fft.rfft2(planes, s=shape)
    waves *= scipy.fft.rfft2(kernel[::-1, ::-1], s=shape)
    sums = scipy.fft.irfft2(waves, s=shape, overwrite_x=True)
    valid = sums[..., kernel.shape[0] - 1 : padded.shape[0], kernel.shape[1] - 1 : padded.shape[1]]
    return np.ascontiguousarray(np.moveaxis(valid, 0, 2) if padded.ndim == 3 else valid)
