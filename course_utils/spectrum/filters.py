"""Keep some frequencies of an image and drop the others.

A cut-off is a frequency in cycles per pixel: 0.5 is the finest pattern that pixels can show, one bright and one
dark pixel; 0.1 is a pattern that repeats every 10 pixels. Every soft mask lets exactly half of a wave at its
cut-off through. A Gaussian mask with cut-off c is the spectrum of a Gaussian blur with sigma = 0.187 / c pixels.
"""

import numpy as np

from course_utils.spectrum import fourier, inputs

KINDS = ("ideal", "gaussian", "butterworth")
BORDERS = ("wrap", "mirror_edge")
STRIP = 64


def _low_gain(vertical: np.ndarray, horizontal: np.ndarray, cutoff: float, kind: str, order: float) -> np.ndarray:
    square = vertical.dtype.type(cutoff * cutoff)
    if kind == "gaussian":
        # 2 ** -(a + b) is 2 ** -a times 2 ** -b: a power for each row and each column, not for each place.
        return np.exp2(-(vertical**2) / square) * np.exp2(-(horizontal**2) / square)
    ratio = (vertical**2 + horizontal**2) / square
    if kind == "ideal":
        # A frequency that equals the cut-off passes, however its square was rounded.
        return (ratio <= 1 + 16 * np.finfo(ratio.dtype).eps).astype(ratio.dtype)
    # A frequency far above the cut-off may exceed the largest float: 1 / infinity is the 0 that is meant.
    with np.errstate(over="ignore"):
        return 1 / (1 + ratio**order)


def _gain(vertical, horizontal, cutoff, kind, order, keep):
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; it must be one of {', '.join(map(repr, KINDS))}.")
    if not (np.isscalar(order) and np.isfinite(order) and order > 0):
        raise ValueError(f"order is {order!r}; it must be a number above 0 (2 is gentle, 8 is steep).")
    if keep in ("low", "high"):
        low = _low_gain(vertical, horizontal, inputs.cutoff_frequency(cutoff), kind, order)
        return low if keep == "low" else 1 - low
    if keep != "band":
        raise ValueError(f"keep is {keep!r}; it must be 'low', 'high' or 'band'.")
    if np.shape(cutoff) != (2,):
        raise ValueError(f"cutoff is {cutoff!r}; a band needs two: (cutoff_low, cutoff_high), in cycles per pixel.")
    below, above = inputs.cutoff_frequency(cutoff[0], "cutoff_low"), inputs.cutoff_frequency(cutoff[1], "cutoff_high")
    if below >= above:
        raise ValueError(f"cutoff_low is {below:g} and cutoff_high is {above:g}; the low one must be the smaller one.")
    return _low_gain(vertical, horizontal, above, kind, order) - _low_gain(vertical, horizontal, below, kind, order)


def mask(
    shape: tuple[int, ...],
    cutoff: float | tuple[float, float],
    kind: str = "gaussian",
    order: float = 2,
    keep: str = "low",
) -> np.ndarray:
    """Draw the mask that a filter multiplies a spectrum by, frequency 0 in the middle.

    Args:
        shape (tuple): (height, width) of the image, in pixels; further entries are ignored.
        cutoff (float, or a pair for a band): in cycles per pixel, above 0; 0.5 is the finest pattern along an
            axis, 0.707 the corner.
        kind (str): "ideal" (1 up to the cut-off, then 0), "gaussian" (2 ** -(f / cutoff) ** 2) or
            "butterworth" (1 / (1 + (f / cutoff) ** (2 order))). Default "gaussian".
        order (float): how steep a Butterworth mask falls; the other kinds ignore it. Default 2.
        keep (str): "low", "high" (1 - low) or "band" (between two cut-offs). Default "low".

    Shapes:
        returns (height, width), float64, 0 ... 1.

    Raises:
        TypeError, ValueError: a shape, cut-off, kind, order or keep that is not one of these.

    Example:
        >>> mask((1, 4), 0.25, kind="ideal")
        array([[0., 1., 1., 1.]])
        >>> mask((1, 4), 0.25)
        array([[0.0625, 0.5   , 1.    , 0.5   ]])

    Source:
        R. Gonzalez, R. Woods, Digital Image Processing, chapter 4 (there a Gaussian falls to 0.61 at its cut-off).
    """
    vertical, horizontal = fourier.frequencies(shape)
    return _gain(vertical, horizontal, cutoff, kind, order, keep)


def _filter(image, cutoff, kind, order, border, keep):
    import scipy.fft

    image = inputs.real_image(image)
    if border not in BORDERS:
        raise ValueError(f"border is {border!r}; a frequency filter knows {' and '.join(map(repr, BORDERS))}.")
    # Channels first: the transforms then read memory in order.
    planes = np.moveaxis(image, 2, 0) if image.ndim == 3 else image
    (height, width), real = planes.shape[-2:], image.dtype.type
    if border == "wrap":
        vertical, horizontal = scipy.fft.fftfreq(height), scipy.fft.rfftfreq(width)
        waves = scipy.fft.rfft(planes, axis=-1)
        forward, backward = scipy.fft.fft, scipy.fft.ifft
    else:
        # The cosine transform is the Fourier transform of the image beside its mirror image: twice as long.
        vertical, horizontal = np.arange(height) / (2 * height), np.arange(width) / (2 * width)
        waves = scipy.fft.dct(planes, axis=-1)
        forward, backward = scipy.fft.dct, scipy.fft.idct
    vertical, horizontal = vertical.astype(real)[:, np.newaxis], horizontal.astype(real)
    # Strip by strip, so that what one step leaves in the cache the next one finds there.
    for first in range(0, waves.shape[-1], STRIP):
        columns = slice(first, first + STRIP)
        strip = forward(waves[..., columns], axis=-2)
        strip *= _gain(vertical, horizontal[columns], cutoff, kind, order, keep)
        waves[..., columns] = backward(strip, axis=-2, overwrite_x=True)
    if border == "wrap":
        planes = scipy.fft.irfft(waves, width, axis=-1, overwrite_x=True)
    else:
        planes = scipy.fft.idct(waves, axis=-1, overwrite_x=True)
    return np.ascontiguousarray(np.moveaxis(planes, 0, 2)) if image.ndim == 3 else planes


def low_pass(
    image: np.ndarray, cutoff: float, kind: str = "gaussian", order: float = 2, border: str = "wrap"
) -> np.ndarray:
    """Keep the slow changes of an image and drop the fast ones: blur it.

    Args:
        image (np.ndarray): gray, or colour (each channel alone); any size.
        cutoff (float): in cycles per pixel, above 0, at most 0.707.
        kind (str): "ideal", "gaussian" or "butterworth", see `mask`. Default "gaussian".
        order (float): of a Butterworth mask. Default 2.
        border (str): what lies beyond the edge: "wrap", the opposite side, as the plain Fourier transform has it,
            or "mirror_edge", the mirror image, which no opposite side bleeds into. Default "wrap".

    Shapes:
        (height, width) or (height, width, channels) -> the same; float32 for float32, float64 for all others.
        Not clipped: an ideal filter overshoots.

    Raises:
        TypeError, ValueError: no image, or a cut-off, kind, order or border that is not one of these.

    Example:
        >>> low_pass(np.array([[0, 8, 0, 8]]), 0.1, kind="ideal")
        array([[4., 4., 4., 4.]])
    """
    return _filter(image, cutoff, kind, order, border, "low")


def high_pass(
    image: np.ndarray, cutoff: float, kind: str = "gaussian", order: float = 2, border: str = "wrap"
) -> np.ndarray:
    """Keep the fast changes of an image and drop the slow ones: what is left when a low-pass is taken away.

    Args:
        image (np.ndarray): gray, or colour (each channel alone); any size.
        cutoff (float): in cycles per pixel, above 0, at most 0.707.
        kind (str): "ideal", "gaussian" or "butterworth", see `mask`. Default "gaussian".
        order (float): of a Butterworth mask. Default 2.
        border (str): "wrap" or "mirror_edge", see `low_pass`. Default "wrap".

    Shapes:
        (height, width) or (height, width, channels) -> the same; float32 for float32, float64 for all others.
        The mean is 0, so about half of the values are negative.

    Raises:
        TypeError, ValueError: no image, or a cut-off, kind, order or border that is not one of these.

    Example:
        >>> high_pass(np.array([[0, 8, 0, 8]]), 0.1, kind="ideal")
        array([[-4.,  4., -4.,  4.]])
    """
    return _filter(image, cutoff, kind, order, border, "high")


def band_pass(
    image: np.ndarray,
    cutoff_low: float,
    cutoff_high: float,
    kind: str = "gaussian",
    order: float = 2,
    border: str = "wrap",
) -> np.ndarray:
    """Keep the frequencies between two cut-offs: the difference of two low-passes.

    Args:
        image (np.ndarray): gray, or colour (each channel alone); any size.
        cutoff_low, cutoff_high (float): in cycles per pixel, 0 < cutoff_low < cutoff_high <= 0.707.
        kind (str): "ideal", "gaussian" or "butterworth", see `mask`. Default "gaussian".
        order (float): of a Butterworth mask. Default 2.
        border (str): "wrap" or "mirror_edge", see `low_pass`. Default "wrap".

    Shapes:
        (height, width) or (height, width, channels) -> the same; float32 for float32, float64 for all others.

    Raises:
        TypeError, ValueError: no image, or a cut-off, kind, order or border that is not one of these.

    Example:
        >>> band_pass(np.array([[0, 8, 0, 8]]), 0.4, 0.5, kind="ideal")
        array([[-4.,  4., -4.,  4.]])
    """
    return _filter(image, (cutoff_low, cutoff_high), kind, order, border, "band")


def hybrid(
    image_low: np.ndarray,
    image_high: np.ndarray,
    cutoff_low: float,
    cutoff_high: float,
    kind: str = "gaussian",
    order: float = 2,
    border: str = "wrap",
) -> np.ndarray:
    """Add the slow changes of one image to the fast changes of another: near by one sees the second, far off the first.

    Args:
        image_low, image_high (np.ndarray): two images of one shape and one scale of intensities.
        cutoff_low (float): low-pass of `image_low`, in cycles per pixel.
        cutoff_high (float): high-pass of `image_high`, in cycles per pixel; best not below cutoff_low.
        kind, order, border: see `low_pass`.

    Shapes:
        (height, width) or (height, width, channels), twice -> the same, float. Not clipped.

    Raises:
        TypeError, ValueError: the shapes differ, or one image is uint8 and the other float.

    Example:
        >>> hybrid(np.full((1, 4), 10), np.array([[0, 8, 0, 8]]), 0.1, 0.1, kind="ideal")
        array([[ 6., 14.,  6., 14.]])

    Source:
        A. Oliva, A. Torralba, P. Schyns, Hybrid images, ACM Transactions on Graphics 25 (2006).
    """
    image_low, image_high = np.asarray(image_low), np.asarray(image_high)
    if image_low.shape != image_high.shape:
        raise ValueError(
            f"image_low has the shape {image_low.shape} and image_high {image_high.shape}; they must be equal: "
            "images.resize_square both to one side, and take both gray or both in colour."
        )
    if (image_low.dtype.kind == "f") != (image_high.dtype.kind == "f"):
        raise TypeError(
            f"image_low is {image_low.dtype} and image_high {image_high.dtype}; 0 ... 255 and 0 ... 1 do not add up: "
            "images.to_float both."
        )
    slow = low_pass(image_low, cutoff_low, kind, order, border)
    return slow + high_pass(image_high, cutoff_high, kind, order, border)
