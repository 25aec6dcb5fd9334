"""What the functions of this package accept, and the messages for what they do not."""

import numpy as np


def floats(array: np.ndarray, what: str, dtype: np.dtype | None = None) -> np.ndarray:
    """Return numbers as floats that can hold any sum of products: integers never wrap or saturate.

    Args:
        array (np.ndarray): integers or floats.
        what (str): the name to use in messages.
        dtype (np.dtype): the float type to use. Default: float32 for 8 and 16 bits and for float32, else float64.

    Raises:
        TypeError: the values are booleans, complex, or no numbers.
        ValueError: the array is empty.

    Example:
        >>> floats(np.array([[0, 255]], dtype=np.uint8), "image").dtype
        dtype('float32')
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
    if dtype is None:
        dtype = np.float32 if array.dtype.itemsize <= 2 or array.dtype == np.float32 else np.float64
    return array.astype(dtype, copy=False)


def image_and_kernel(image: np.ndarray, kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return image and kernel as floats of one type (that of the image), or say which shape is wrong.

    Args:
        image (np.ndarray): gray or with channels.
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
    image = floats(image, "image")
    if image.ndim not in (2, 3):
        raise ValueError(
            f"image has the shape {image.shape}; it must be (height, width) or (height, width, channels). "
            "One row of pixels is row[np.newaxis, :]; for many images see correlate_batch."
        )
    kernel = floats(kernel, "kernel", image.dtype)
    if kernel.ndim == 2 or (kernel.ndim == 3 and image.ndim == 3 and kernel.shape[2] == image.shape[2]):
        return image, kernel
    raise ValueError(
        f"kernel has the shape {kernel.shape} and image {image.shape}; a kernel must be (kernel height, kernel width) "
        "or, to sum over the channels of an image, (kernel height, kernel width, channels). "
        "A row is kernel[np.newaxis, :], a column kernel[:, np.newaxis]."
    )


def check_gray(image: np.ndarray) -> None:
    """Raise unless the image has no channels.

    Args:
        image (np.ndarray): an image.

    Raises:
        ValueError: it has channels.

    Example:
        >>> check_gray(np.zeros((4, 5)))
    """
    if image.ndim != 2:
        raise ValueError(f"image has the shape {image.shape}; it must be gray: (height, width). Take image[..., 0].")
