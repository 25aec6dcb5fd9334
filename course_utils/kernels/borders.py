"""What stands beyond the border of an image: the six rules, each as one line of index arithmetic."""

import numpy as np

BORDERS = ("extend", "padding", "crop", "mirror", "mirror_edge", "wrap")


def check(border: str) -> None:
    """Raise unless the border rule is one of BORDERS.

    Args:
        border (str): the name of a rule.

    Raises:
        ValueError: there is no such rule.

    Example:
        >>> check("mirror")
    """
    if border not in BORDERS:
        raise ValueError(f"border is {border!r}; it must be one of {', '.join(map(repr, BORDERS))}.")


def check_fit(image: np.ndarray, kernel: np.ndarray, border: str) -> None:
    """Raise if cropping would leave nothing, or if there is no such border rule.

    Args:
        image (np.ndarray): (height, width) or (height, width, channels).
        kernel (np.ndarray): (kernel height, kernel width) or with channels.
        border (str): the name of a rule.

    Raises:
        ValueError: see above.

    Example:
        >>> check_fit(np.zeros((3, 3)), np.ones((5, 5)), "mirror")
    """
    check(border)
    if border == "crop" and (kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]):
        raise ValueError(
            f"kernel has the shape {kernel.shape} and image {image.shape}: with border 'crop' the kernel must fit "
            "into the image, or nothing is left. Take a smaller kernel or another border."
        )


def widths(size: int) -> tuple[int, int]:
    """Return how many pixels a window of `size` needs before the first pixel and after the last one.

    The window is laid with its element (size - 1) // 2 on the pixel: the middle one, or of an even size the earlier
    of the two middle ones, as Keras and PyTorch do.

    Args:
        size (int): one side of the kernel, in pixels.

    Example:
        >>> widths(3), widths(4)
        ((1, 1), (1, 2))
    """
    return (size - 1) // 2, size // 2


def sources(length: int, before: int, after: int, border: str) -> np.ndarray:
    """Return, for each position from -before to length + after - 1, the index of the pixel that stands there.

    Args:
        length (int): number of pixels along this side, at least 1.
        before (int): positions before the first pixel.
        after (int): positions after the last pixel.
        border (str): "extend", "mirror", "mirror_edge" or "wrap". Positions further away than the image is long go
            on in the same manner: mirrored again, or round once more.

    Shapes:
        -> (before + length + after,), integers.

    Raises:
        ValueError: the rule takes no pixel of the image ("padding", "crop"), or there is no such rule.

    Example:
        >>> sources(4, 2, 2, "mirror"), sources(4, 2, 2, "mirror_edge")
        (array([2, 1, 0, 1, 2, 3, 2, 1]), array([1, 0, 0, 1, 2, 3, 3, 2]))
    """
    positions = np.arange(-before, length + after)
    if border == "extend":
        return np.clip(positions, 0, length - 1)
    if border == "wrap":
        return positions % length
    if border == "mirror_edge":
        positions = positions % (2 * length)
        return np.minimum(positions, 2 * length - 1 - positions)
    if border == "mirror":
        period = max(2 * length - 2, 1)  # a single pixel is its own mirror image
        positions = positions % period
        return np.minimum(positions, (period - positions) % max(period, length))
    check(border)
    raise ValueError(f"border {border!r} takes no pixel of the image beyond its border.")


def pad(image: np.ndarray, kernel_shape: tuple[int, int], border: str = "mirror", value: float = 0.0) -> np.ndarray:
    """Return the image with the pixels around it that a kernel needs to be centred on each pixel.

    Args:
        image (np.ndarray): any type; kept.
        kernel_shape (tuple): (kernel height, kernel width), in pixels; more entries are ignored.
        border (str): what stands there: "extend" the nearest pixel, "padding" the constant `value`, "mirror" the image
            mirrored at the middle of its edge pixels, "mirror_edge" mirrored at its outer edge (so that the edge
            pixels stand twice), "wrap" the opposite side; "crop" nothing (returns the image). Default "mirror".
        value (float): of the padding. Default 0.

    Shapes:
        (height, width) or (height, width, channels) -> (height + kernel height - 1, width + kernel width - 1 [, same]);
        with "crop" the same.

    Raises:
        ValueError: no such border rule, the image is empty, or the value does not fit into the image's type.

    Example:
        >>> pad(np.array([[1, 2, 3]]), (1, 3), "extend")
        array([[1, 1, 2, 3, 3]])
        >>> pad(np.array([[1, 2, 3]]), (1, 5), "mirror")
        array([[3, 2, 1, 2, 3, 2, 1]])

    Source:
        The names of others: extend = cv2 BORDER_REPLICATE = scipy nearest, mirror = BORDER_REFLECT_101 = scipy mirror,
        mirror_edge = BORDER_REFLECT = scipy reflect, wrap = BORDER_WRAP = scipy wrap = PyTorch circular.
    """
    image = np.asarray(image)
    check(border)
    if image.ndim not in (2, 3) or image.size == 0:
        raise ValueError(
            f"image has the shape {image.shape}; it must be (height, width) or (height, width, channels), not empty."
        )
    if border == "crop":
        return image
    (top, bottom), (left, right) = widths(kernel_shape[0]), widths(kernel_shape[1])
    height, width = image.shape[:2]
    if border == "padding":
        _check_value(value, image.dtype)
        padded = np.full((top + height + bottom, left + width + right, *image.shape[2:]), value, image.dtype)
        padded[top : top + height, left : left + width] = image
        return padded
    rows = sources(height, top, bottom, border)
    columns = sources(width, left, right, border)
    return image[rows[:, np.newaxis], columns]


def _check_value(value: float, dtype: np.dtype) -> None:
    if np.ndim(value) != 0 or np.asarray(value).dtype.kind not in "uif":
        raise TypeError(f"value is {value!r}; it must be one number, the constant around the image.")
    if dtype.kind in "ui" and not (np.iinfo(dtype).min <= value <= np.iinfo(dtype).max and value == int(value)):
        raise ValueError(f"value {value!r} does not fit into an image of {dtype}; convert the image to floats first.")
