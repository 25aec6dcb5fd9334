"""Named kernels, what each one does, and how to take one apart into a column and a row."""

import dataclasses
import math
import types

import numpy as np

from course_utils.kernels import inputs

KINDS = ("low-pass", "high-pass", "edge", "other")


@dataclasses.dataclass(frozen=True, eq=False)
class Entry:
    """A kernel of the gallery.

    Args:
        kernel (np.ndarray): the weights, float32, read-only.
        meaning (str): what it does to an image, in one sentence.
        kind (str): "low-pass" keeps slow changes, "high-pass" keeps fast ones, "edge" answers to abrupt changes,
            "other".

    Example:
        >>> GALLERY["sobel_x"].sums_to, GALLERY["sobel_x"].kind
        (0.0, 'edge')
    """

    kernel: np.ndarray
    meaning: str
    kind: str

    @property
    def sums_to(self) -> float:
        """The sum of the weights: 1 keeps the brightness of flat regions, 0 makes flat regions 0."""
        return round(float(self.kernel.sum(dtype=np.float64)), 6) + 0.0


def _fixed(weights: list | np.ndarray) -> np.ndarray:
    kernel = np.array(weights, dtype=np.float32)
    kernel.flags.writeable = False
    return kernel


def _check_size(size: int) -> None:
    if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
        raise TypeError(f"size is {size!r}; it must be an integer, the side of the kernel in pixels.")
    if size < 1:
        raise ValueError(f"size is {size}; it must be at least 1 pixel.")


def box(size: int) -> np.ndarray:
    """Return the kernel that takes the plain mean of size x size pixels.

    Args:
        size (int): side in pixels, at least 1.

    Shapes:
        -> (size, size), float32, sum 1.

    Raises:
        TypeError, ValueError: size is no integer or below 1.

    Example:
        >>> box(2)
        array([[0.25, 0.25],
               [0.25, 0.25]], dtype=float32)
    """
    _check_size(size)
    return _fixed(np.full((size, size), 1 / size**2))


def gaussian(size: int, sigma: float | None = None) -> np.ndarray:
    """Return the kernel that takes a mean in which near pixels count more: a bell of width sigma.

    Args:
        size (int): side in pixels, at least 1; about 6 sigma + 1 holds the whole bell.
        sigma (float): standard deviation in pixels, above 0. Default 0.3 * ((size - 1) / 2 - 1) + 0.8, the one that
            OpenCV takes for a size.

    Shapes:
        -> (size, size), float32, sum 1.

    Raises:
        TypeError, ValueError: size is no integer or below 1; sigma is not above 0.

    Example:
        >>> np.round(gaussian(3, 0.85) * 16, 1)
        array([[1., 2., 1.],
               [2., 4., 2.],
               [1., 2., 1.]], dtype=float32)
    """
    _check_size(size)
    sigma = 0.3 * ((size - 1) / 2 - 1) + 0.8 if sigma is None else sigma
    if not (inputs.is_number(sigma) and 0 < sigma < math.inf):
        raise ValueError(f"sigma is {sigma!r}; it must be one number above 0, in pixels.")
    distances = np.arange(size) - (size - 1) / 2
    bell = np.exp(-0.5 * (distances / sigma) ** 2)
    bell /= bell.sum()
    return _fixed(np.outer(bell, bell))


def motion_blur(size: int, angle: float = 0.0) -> np.ndarray:
    """Return the kernel of a camera that moves in a straight line while the shutter is open.

    Args:
        size (int): length of the way in pixels, at least 1.
        angle (float): direction in degrees, counter-clockwise: 0 to the right, 90 upwards. Default 0.

    Shapes:
        -> (size, size), float32, sum 1.

    Raises:
        TypeError, ValueError: size is no integer or below 1; angle is no finite number.

    Example:
        >>> motion_blur(3, 90) * 3
        array([[0., 1., 0.],
               [0., 1., 0.],
               [0., 1., 0.]], dtype=float32)
    """
    _check_size(size)
    if not (inputs.is_number(angle) and math.isfinite(angle)):
        raise ValueError(f"angle is {angle!r}; it must be one finite number of degrees.")
    radians = math.radians(angle)
    across, up = math.cos(radians), math.sin(radians)
    # One step a pixel along the longer direction, as a line is drawn on squared paper; ways share their weight
    # between the two nearest pixels of the other direction.
    steps = (np.arange(size) - (size - 1) / 2) / max(abs(across), abs(up))
    middle = (size - 1) / 2
    kernel = np.zeros((size + 1, size + 1))
    rows, columns = np.round(middle - steps * up, 9), np.round(middle + steps * across, 9)
    for row, column in zip(rows, columns, strict=True):
        top, left = math.floor(row), math.floor(column)
        down, right = row - top, column - left
        kernel[top : top + 2, left : left + 2] += np.outer([1 - down, down], [1 - right, right])
    kernel = kernel[:size, :size]
    return _fixed(kernel / kernel.sum())


def separate(kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Take a kernel apart into a column and a row whose product it is.

    Sliding first the column and then the row gives the same as the kernel, with kernel height + kernel width products
    a pixel instead of kernel height * kernel width.

    Args:
        kernel (np.ndarray): the weights.

    Shapes:
        (kernel height, kernel width) -> (kernel height, 1), (1, kernel width).

    Returns:
        (column, row) with column @ row equal to the kernel up to rounding. If the kernel has a sum other than 0, the
        column sums to 1; otherwise its smallest weight, apart from zeros, is 1 or -1.

    Raises:
        TypeError: no real numbers.
        ValueError: not two dimensions, empty, not finite, or the rows are no multiples of one row.

    Example:
        >>> column, row = separate(SOBEL_X)
        >>> column.ravel(), row.ravel()
        (array([1., 2., 1.], dtype=float32), array([-1.,  0.,  1.], dtype=float32))
    """
    kernel = inputs.numbers(kernel, "kernel")
    kernel = kernel.astype(inputs.float_type(kernel.dtype), copy=False)
    if kernel.ndim != 2:
        raise ValueError(f"kernel has the shape {kernel.shape}; it must be (kernel height, kernel width).")
    if not np.isfinite(kernel).all():
        raise ValueError("kernel holds values that are NaN or infinite; only finite weights can be taken apart.")
    exact = kernel.astype(np.float64)
    largest = np.abs(exact).max()
    if largest == 0:
        return np.ones((len(kernel), 1), kernel.dtype), np.zeros((1, kernel.shape[1]), kernel.dtype)
    pivot_row, pivot_column = np.unravel_index(np.abs(exact).argmax(), exact.shape)
    column = exact[:, [pivot_column]]
    if abs(exact.sum()) > 1e-6 * np.abs(exact).sum():
        column = column / column.sum()
    else:
        sign = -1 if column.sum() < 0 else 1
        column = sign * column / np.abs(column[np.abs(column) > 1e-6 * largest]).min()
    row = exact[[pivot_row]] / column[pivot_row]
    difference = np.abs(column @ row - exact).max()
    if difference > 1e-5 * largest:
        rank = np.linalg.matrix_rank(exact, tol=1e-5 * largest)
        raise ValueError(
            f"this kernel of {kernel.shape} is not separable: its rows are not all multiples of one row (it has rank "
            f"{rank}, not 1), so the best column and row miss a weight by {difference:.2g}. Slide it as it is."
        )
    return column.astype(kernel.dtype), row.astype(kernel.dtype)


IDENTITY = _fixed([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
BOX_3 = box(3)
SHARPEN = _fixed([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
EMBOSS = _fixed([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])
SOBEL_X = _fixed([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
SOBEL_Y = _fixed(SOBEL_X.T)
SCHARR_X = _fixed([[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]])
SCHARR_Y = _fixed(SCHARR_X.T)
PREWITT_X = _fixed([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
PREWITT_Y = _fixed(PREWITT_X.T)
LAPLACIAN_4 = _fixed([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
LAPLACIAN_8 = _fixed([[1, 1, 1], [1, -8, 1], [1, 1, 1]])
HIGH_PASS = _fixed(IDENTITY - BOX_3)

GALLERY = types.MappingProxyType(
    {
        "identity": Entry(IDENTITY, "Leaves the image as it is.", "other"),
        "box_3": Entry(BOX_3, "Blurs: each pixel becomes the plain mean of the 3 x 3 pixels around it.", "low-pass"),
        "box_5": Entry(box(5), "Blurs more: the plain mean of 5 x 5 pixels.", "low-pass"),
        "gaussian_5": Entry(
            gaussian(5, 1.0), "Blurs softly: a mean of 5 x 5 pixels in which near pixels count more.", "low-pass"
        ),
        "motion_blur_9": Entry(
            motion_blur(9, 0), "Blurs to the left and right only, like a camera that moved sideways.", "low-pass"
        ),
        "high_pass": Entry(
            HIGH_PASS, "Keeps what the box blur takes away: the image minus its blurred self.", "high-pass"
        ),
        "sharpen": Entry(SHARPEN, "Adds its fine detail to the image once more, so edges look crisper.", "other"),
        "emboss": Entry(
            EMBOSS, "Takes brightness as height and lights it from the upper left: edges look like a relief.", "other"
        ),
        "sobel_x": Entry(SOBEL_X, "Answers to vertical edges: positive where it gets brighter to the right.", "edge"),
        "sobel_y": Entry(SOBEL_Y, "Answers to horizontal edges: positive where it gets brighter downwards.", "edge"),
        "scharr_x": Entry(
            SCHARR_X, "Answers to vertical edges, and treats slanted ones more equally than Sobel does.", "edge"
        ),
        "scharr_y": Entry(
            SCHARR_Y, "Answers to horizontal edges, and treats slanted ones more equally than Sobel does.", "edge"
        ),
        "prewitt_x": Entry(PREWITT_X, "Answers to vertical edges; all three rows count the same.", "edge"),
        "prewitt_y": Entry(PREWITT_Y, "Answers to horizontal edges; all three columns count the same.", "edge"),
        "laplacian_4": Entry(
            LAPLACIAN_4, "Answers to edges of any direction: how far the 4 neighbours lie above the pixel.", "edge"
        ),
        "laplacian_8": Entry(
            LAPLACIAN_8, "Answers to edges of any direction and to corners: it asks all 8 neighbours.", "edge"
        ),
    }
)
