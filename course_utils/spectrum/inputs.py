"""What the functions of this package accept, and the messages for what they do not."""

import numpy as np

# sqrt(0.5^2 + 0.5^2): the corner of the spectrum, where both directions change as fast as pixels can.
CORNER = 0.5 * np.sqrt(2)


def real_image(image: np.ndarray, what: str = "image") -> np.ndarray:
    """Return the image as a finite float array: float32 stays float32, everything else becomes float64.

    Args:
        image (np.ndarray): gray or colour, numbers or booleans.
        what (str): the name to use in messages. Default "image".

    Shapes:
        (height, width) or (height, width, channels) -> the same.

    Raises:
        TypeError: the values are not real numbers.
        ValueError: the shape is not that of an image, the image is empty, or it holds NaN or infinity.

    Example:
        >>> real_image(np.array([[0, 255]], dtype=np.uint8))
        array([[  0., 255.]])
    """
    array = np.asarray(image)
    if array.dtype.kind == "c":
        raise TypeError(f"{what} is complex ({array.dtype}); a spectrum goes back to an image with spectrum.inverse.")
    if array.dtype.kind not in "buif":
        raise TypeError(f"{what} holds {array.dtype}; give an array of numbers (uint8, float32 ...).")
    if array.ndim not in (2, 3):
        raise ValueError(
            f"{what} has the shape {array.shape}; it must be (height, width) or (height, width, channels)."
        )
    if array.size == 0:
        raise ValueError(f"{what} is empty: its shape is {array.shape}.")
    array = array.astype(np.float32 if array.dtype in (np.float16, np.float32) else np.float64, copy=False)
    if not np.isfinite(array).all():
        bad = int(np.size(array) - np.isfinite(array).sum())
        raise ValueError(
            f"{what} holds {bad} values that are NaN or infinite; one of them would spread over the whole "
            "spectrum. Replace them (np.nan_to_num) first."
        )
    return array


def real_kernel(kernel: np.ndarray) -> np.ndarray:
    """Return the kernel as a finite float array of two dimensions.

    Args:
        kernel (np.ndarray): numbers.

    Shapes:
        (kernel height, kernel width) -> the same.

    Raises:
        TypeError: the values are not real numbers.
        ValueError: the kernel has no two dimensions, is empty, or holds NaN or infinity.

    Example:
        >>> real_kernel([[1, 0, -1]]).shape
        (1, 3)
    """
    kernel = np.asarray(kernel)
    if kernel.ndim != 2:
        raise ValueError(
            f"kernel has the shape {kernel.shape}; it must be (kernel height, kernel width). "
            "A row is kernel[np.newaxis, :], a column kernel[:, np.newaxis]."
        )
    return real_image(kernel, "kernel")


def plane(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (height, width) of an image's shape.

    Args:
        shape (tuple): (height, width) or (height, width, channels), in pixels.

    Raises:
        TypeError: shape is not a tuple of integers.
        ValueError: it has another length, or a side below 1.

    Example:
        >>> plane((300, 451, 3))
        (300, 451)
    """
    if np.ndim(shape) != 1 or not all(isinstance(side, (int, np.integer)) for side in shape):
        raise TypeError(f"shape is {shape!r}; it must be a tuple of integers such as image.shape.")
    if len(shape) not in (2, 3) or min(shape) < 1:
        raise ValueError(f"shape is {tuple(shape)}; it must be (height, width), each at least 1 pixel.")
    return int(shape[0]), int(shape[1])


def cutoff_frequency(cutoff: float, name: str = "cutoff") -> float:
    """Return the cut-off as a float, or say what a cut-off is.

    Args:
        cutoff (float): cycles per pixel, above 0, at most sqrt(0.5) (the corner of the spectrum).
        name (str): the name to use in messages. Default "cutoff".

    Raises:
        TypeError: it is not one number.
        ValueError: it is out of range.

    Example:
        >>> cutoff_frequency(0.1)
        0.1
    """
    if np.ndim(cutoff) != 0 or isinstance(cutoff, (str, bytes)):
        raise TypeError(f"{name} is {cutoff!r}; it must be one number, in cycles per pixel.")
    cutoff = float(cutoff)
    if not 0 < cutoff <= CORNER + 1e-9:
        raise ValueError(
            f"{name} is {cutoff:g}; it must be above 0 and at most 0.5 cycles per pixel along an axis "
            "(0.707 in the corner). A radius of r dots in a spectrum N dots wide is a cut-off of r / N."
        )
    return cutoff
