"""What stands beyond the border of an image: the six rules, each as one line of index arithmetic."""

import numpy as np

from course_utils.kernels import inputs

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


def check_fit(shape: tuple[int, ...], kernel_shape: tuple[int, ...], border: str) -> None:
    """Raise if cropping would leave nothing, or if there is no such border rule.

    Args:
        shape (tuple): of the image, (height, width, ...), in pixels.
        kernel_shape (tuple): (kernel height, kernel width, ...), in pixels.
        border (str): the name of a rule.

    Raises:
        ValueError: see above.

    Example:
        >>> check_fit((3, 3), (5, 5), "mirror")
    """
    check(border)
    if border == "crop" and (kernel_shape[0] > shape[0] or kernel_shape[1] > shape[1]):
        raise ValueError(
            f"kernel has the shape {kernel_shape} and image {shape}: with border 'crop' the kernel must fit "
            "into the image, or nothing is left. Take a smaller kernel or another border."
        )


def widths(size: int, border: str) -> tuple[int, int]:
    """Return how many pixels a window of `size` needs before the first pixel and after the last one.

    The window is laid with its element (size - 1) // 2 on the pixel: the middle one, or of an even size the earlier
    of the two middle ones, as Keras and PyTorch do.

    Args:
        size (int): one side of the kernel, in pixels.
        border (str): the name of a rule; "crop" needs none.

    Example:
        >>> widths(3, "mirror"), widths(4, "mirror"), widths(4, "crop")
        ((1, 1), (1, 2), (0, 0))
    """
    return (0, 0) if border == "crop" else ((size - 1) // 2, size // 2)


def sources(length: int, before: int, after: int, border: str) -> np.ndarray:
    """Return, for each position from -before to length + after - 1, the index of the pixel that stands there.

    Args:
        length (int): number of pixels along this side, at least 1.
        before (int): positions before the first pixel.
        after (int): positions after the last pixel.
        border (str): the name of a rule. Positions further away than the image is long go on in the same manner:
            mirrored once more, or round once more. With "padding" no pixel stands beyond the border: -1.

    Shapes:
        -> (before + length + after,), integers.

    Raises:
        ValueError: there is no such rule, or it is "crop" and there are positions beyond the border.

    Example:
        >>> sources(4, 2, 2, "mirror"), sources(4, 2, 2, "mirror_edge")
        (array([2, 1, 0, 1, 2, 3, 2, 1]), array([1, 0, 0, 1, 2, 3, 3, 2]))
    """
    check(border)
    positions = np.arange(-before, length + after)
    if border == "extend":
        return np.clip(positions, 0, length - 1)
    if border == "padding":
        return np.where((positions < 0) | (positions >= length), -1, positions)
    if border == "mirror":
        period = max(2 * length - 2, 1)  # a single pixel is its own mirror image
        return np.minimum(positions % period, period - positions % period)
    if border == "mirror_edge":
        period = 2 * length
        return np.minimum(positions % period, period - 1 - positions % period)
    if border == "wrap":
        return positions % length
    if before or after:
        raise ValueError("border 'crop' uses no position beyond the border; before and after must be 0.")
    return positions


def pad(image: np.ndarray, kernel_shape: tuple[int, int], border: str = "mirror", value: float = 0.0) -> np.ndarray:
    """Return the image with the pixels around it that a kernel needs to be centred on each pixel.

    Args:
        image (np.ndarray): numbers; the type is kept.
        kernel_shape (tuple): (kernel height, kernel width), in pixels; more entries are ignored.
        border (str): what stands there: "extend" the nearest pixel, "padding" the constant `value`, "mirror" the image
            mirrored at the middle of its edge pixels, "mirror_edge" mirrored at its outer edge (so that the edge
            pixels stand twice), "wrap" the opposite side; "crop" nothing (a copy of the image). Default "mirror".
        value (float): of the padding. Default 0.

    Shapes:
        (height, width) or (height, width, channels) -> (height + kernel height - 1, width + kernel width - 1) or the
        same with channels; with "crop" as given.

    Raises:
        TypeError: the image holds booleans, complex values or no numbers; kernel_shape or value is of a wrong type.
        ValueError: no such border rule, the image has another shape or is empty, the value does not fit into its type,
            or a kernel larger than the image to crop.

    Example:
        >>> pad(np.array([[1, 2, 3]]), (1, 3), "extend")
        array([[1, 1, 2, 3, 3]])
        >>> pad(np.array([[1, 2, 3]]), (1, 5), "mirror")
        array([[3, 2, 1, 2, 3, 2, 1]])

    Source:
        The names of others: extend = OpenCV BORDER_REPLICATE = SciPy nearest, mirror = BORDER_REFLECT_101 = SciPy
        mirror, mirror_edge = BORDER_REFLECT = SciPy reflect, wrap = BORDER_WRAP = SciPy wrap = PyTorch circular.
    """
    image = inputs.image(image)
    kernel_shape = inputs.kernel_shape(kernel_shape)
    check_fit(image.shape, kernel_shape, border)
    inputs.check_value(value, image.dtype)
    frame = Frame(image.shape, kernel_shape, border, value)
    padded = np.empty((len(frame.rows), len(frame.columns), *image.shape[2:]), image.dtype)
    frame.fill(padded, image, 0, 0)
    return padded


class Frame:
    """Where the pixels of a padded image come from, so that it need never be whole in memory.

    Args:
        shape (tuple): of the image, (height, width, ...), in pixels.
        kernel_shape (tuple): (kernel height, kernel width, ...), in pixels.
        border (str): see `pad`.
        value (float): of the padding.

    Raises:
        ValueError: there is no such border rule.

    Example:
        >>> frame = Frame((4, 2), (3, 5), "wrap", 0)
        >>> frame.rows, frame.columns, frame.left
        (array([3, 0, 1, 2, 3, 0]), array([0, 1, 0, 1, 0, 1]), 2)
    """

    def __init__(self, shape: tuple[int, ...], kernel_shape: tuple[int, ...], border: str, value: float):
        self.value = value
        self.height, self.width = shape[:2]
        self.top, bottom = widths(kernel_shape[0], border)
        self.left, right = widths(kernel_shape[1], border)
        self.rows = sources(self.height, self.top, bottom, border)
        self.columns = sources(self.width, self.left, right, border)

    def fill(self, part: np.ndarray, image: np.ndarray, top: int, left: int) -> None:
        """Write a part of the padded image.

        Args:
            part (np.ndarray): where to write; the image is converted to its type.
            image (np.ndarray): the image.
            top (int): row of the padded image that the part starts with.
            left (int): column of the padded image that the part starts with.

        Shapes:
            part (rows, columns) or (rows, columns, channels), as the image.
        """
        first_row, last_row = _inside(top, len(part), self.top, self.height)
        first_column, last_column = _inside(left, part.shape[1], self.left, self.width)
        rows = image[top + first_row - self.top : top + last_row - self.top]
        inside = part[first_row:last_row]
        inside[:, first_column:last_column] = rows[:, left + first_column - self.left : left + last_column - self.left]
        for column in (*range(first_column), *range(last_column, part.shape[1])):
            source = self.columns[left + column]
            inside[:, column] = rows[:, source] if source >= 0 else self.value
        columns = self.columns[left : left + part.shape[1]]
        for row in (*range(first_row), *range(last_row, len(part))):
            source = self.rows[top + row]
            part[row] = image[source, columns] if source >= 0 else self.value


def _inside(first: int, count: int, before: int, length: int) -> tuple[int, int]:
    """Return which of `count` positions from `first` on lie inside an image that starts at `before`."""
    start = min(max(before - first, 0), count)
    return start, max(min(before + length - first, count), start)
