"""What the functions of this package accept, and the messages for what they do not."""

import numpy as np


def numbers(array: np.ndarray, what: str) -> np.ndarray:
    """Return an array of real numbers, or say what is wrong with it.

    Args:
        array (np.ndarray): integers or floats.
        what (str): the name to use in messages.

    Raises:
        TypeError: the values are booleans, complex, or no numbers.
        ValueError: the array is empty.

    Example:
        >>> numbers([1, 2], "row")
        array([1, 2])
    """
    array = np.asarray(array)
    if array.dtype.kind == "b":
        raise TypeError(f"{what} holds booleans; say what they count as: {what}.astype(np.float32) makes them 0 and 1.")
    if array.dtype.kind == "c":
        raise TypeError(f"{what} is complex ({array.dtype}); give its real part, its magnitude or another real array.")
    if array.dtype.kind not in "uif":
        raise TypeError(f"{what} holds {array.dtype}; give an array of numbers (uint8, float32 ...).")
    if array.size == 0:
        raise ValueError(f"{what} is empty: its shape is {array.shape}. Each side must be at least 1.")
    return array


def float_type(dtype: np.dtype) -> np.dtype:
    """Return the float type that sums over an array are computed in, so that integers never wrap or saturate.

    Args:
        dtype (np.dtype): of the array.

    Returns:
        float32 for 8 and 16 bits and for float32, otherwise float64.

    Example:
        >>> float_type(np.dtype(np.uint8)), float_type(np.dtype(np.int64))
        (dtype('float32'), dtype('float64'))
    """
    return np.dtype(np.float32 if dtype.itemsize <= 2 or dtype == np.float32 else np.float64)


def image(image: np.ndarray) -> np.ndarray:
    """Return the image as an array, its type kept, or say what is wrong with it.

    Args:
        image (np.ndarray): integers or floats.

    Shapes:
        (height, width) or (height, width, channels) -> the same.

    Raises:
        TypeError: no real numbers.
        ValueError: another shape, or empty.

    Example:
        >>> image([[0, 255]]).shape
        (1, 2)
    """
    image = numbers(image, "image")
    if image.ndim not in (2, 3):
        raise ValueError(
            f"image has the shape {image.shape}; it must be (height, width) or (height, width, channels). "
            "One row of pixels is row[np.newaxis, :]; for many images see correlate_batch."
        )
    return image


def image_and_kernel(image_like: np.ndarray, kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the image, its type kept, and the kernel in the float type to compute in, or say what is wrong.

    Args:
        image_like (np.ndarray): gray or with channels.
        kernel (np.ndarray): the weights.

    Shapes:
        image (height, width) or (height, width, channels); kernel (kernel height, kernel width), or with an image of
        channels (kernel height, kernel width, channels).

    Raises:
        TypeError: no real numbers.
        ValueError: a shape that is none of these, or nothing at all.

    Example:
        >>> image_and_kernel(np.zeros((4, 5), dtype=np.uint8), [[1, 2, 1]])[1]
        array([[1., 2., 1.]], dtype=float32)
    """
    array, kernel = image(image_like), numbers(kernel, "kernel")
    if kernel.ndim == 2 or (kernel.ndim == 3 and array.ndim == 3 and kernel.shape[2] == array.shape[2]):
        return array, kernel.astype(float_type(array.dtype), copy=False)
    raise ValueError(
        f"kernel has the shape {kernel.shape} and image {array.shape}; a kernel must be (kernel height, kernel width) "
        "or, to sum over the channels of an image, (kernel height, kernel width, channels). "
        "A row is kernel[np.newaxis, :], a column kernel[:, np.newaxis]."
    )


def pair(number: int | tuple[int, int], what: str, least: int) -> tuple[int, int]:
    """Return a pair of integers made of one integer or of two.

    Args:
        number (int or tuple): one for both directions, or (down, right).
        what (str): the name to use in messages.
        least (int): the smallest that is allowed.

    Raises:
        TypeError: no integers, or not two of them.
        ValueError: one is too small.

    Example:
        >>> pair(2, "stride", 1)
        (2, 2)
    """
    both = tuple(number) if isinstance(number, (tuple, list)) else (number, number)
    if len(both) != 2 or not all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in both):
        raise TypeError(f"{what} is {number!r}; it must be an integer or a pair of integers (down, right).")
    if min(both) < least:
        raise ValueError(f"{what} is {number!r}; it must be at least {least}.")
    return int(both[0]), int(both[1])


def kernel_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (kernel height, kernel width) of a kernel's shape.

    Args:
        shape (tuple): (kernel height, kernel width), in pixels; more entries are ignored.

    Raises:
        TypeError: no tuple of integers.
        ValueError: a side below 1.

    Example:
        >>> kernel_shape((3, 3, 16))
        (3, 3)
    """
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"kernel_shape is {shape!r}; it must be (kernel height, kernel width): give kernel.shape.")
    return pair(tuple(shape[:2]), "kernel_shape", 1)


def is_number(value: float) -> bool:
    """Return whether the value is one real number (and no boolean).

    Args:
        value (float): anything.

    Example:
        >>> is_number(0.5), is_number("0.5"), is_number([0.5])
        (True, False, False)
    """
    return np.ndim(value) == 0 and np.asarray(value).dtype.kind in "uif"


def check_value(value: float, dtype: np.dtype) -> None:
    """Raise unless the value of a padding is one number that fits into the type.

    Args:
        value (float): a number.
        dtype (np.dtype): of the padded image.

    Raises:
        TypeError: no number.
        ValueError: it does not fit.

    Example:
        >>> check_value(255, np.dtype(np.uint8))
    """
    if not is_number(value):
        raise TypeError(f"value is {value!r}; it must be one number, the constant around the image.")
    if dtype.kind in "ui" and not (np.iinfo(dtype).min <= value <= np.iinfo(dtype).max and value == int(value)):
        raise ValueError(f"value {value!r} does not fit into an image of {dtype}; convert the image to floats first.")
