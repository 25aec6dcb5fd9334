"""Edges: slope of the intensity, its size and direction, and Canny's detector in single steps.

Directions follow the axes of an image: x grows to the right, y grows downwards. So 0 degrees points to the
right, 90 degrees points down, and a direction always points from dark to bright.
"""

import math

import cv2
import numpy as np

from course_utils import kernels
from course_utils.images import scaling

STEPS = ("blurred", "magnitude", "direction", "thin", "weak", "strong", "edges")

# Direction rounded to 45 degrees, modulo 180 -> the neighbour along it that comes first in reading order.
EARLIER_NEIGHBOUR = {0: (0, -1), 45: (-1, -1), 90: (-1, 0), 135: (-1, 1)}


def _gray(image: np.ndarray, what: str = "image") -> np.ndarray:
    array = scaling.check_image(image, what)
    if array.ndim != 2:
        raise ValueError(
            f"{what} has the shape {array.shape}; edges are found in a gray image (height, width): "
            "use images.to_gray first."
        )
    return array


def blur(image: np.ndarray, sigma: float, border: str = "extend") -> np.ndarray:
    """Blur with a Gaussian that reaches 3 sigma to each side; sigma 0 leaves the image as it is.

    Args:
        image (np.ndarray): gray.
        sigma (float): standard deviation of the Gaussian, in pixels.
        border (str): what stands beyond the border; see `kernels.correlate2d`. Default "extend".

    Shapes:
        (height, width) -> the same, float.

    Raises:
        ValueError: sigma is negative, or the image is not gray.

    Example:
        >>> blur(np.array([[0, 0, 90, 90]]), sigma=0)
        array([[ 0.,  0., 90., 90.]], dtype=float32)
    """
    image = _gray(image)
    if sigma < 0:
        raise ValueError(f"sigma is {sigma}; it must be 0 (no blur) or more, in pixels.")
    if sigma == 0:
        return image.astype(np.float32)
    size = 2 * math.ceil(3 * sigma) + 1
    return kernels.correlate2d(image, kernels.gaussian(size, sigma), border=border)


def gradient(image: np.ndarray, border: str = "extend") -> tuple[np.ndarray, np.ndarray]:
    """Measure the slope of the intensity to the right and downwards, with the Sobel kernels.

    Args:
        image (np.ndarray): gray, uint8 or float.
        border (str): what stands beyond the border; see `kernels.correlate2d`. Default "extend".

    Shapes:
        (height, width) -> two arrays (height, width), float.

    Returns:
        gradient_x (positive where it grows brighter to the right) and gradient_y (... downwards). A step of
        height 1 gives 4, because the weights of a Sobel kernel add up to 4 on each side.

    Example:
        >>> gradient_x, gradient_y = gradient(np.array([[0, 0, 10, 10]]))
        >>> gradient_x
        array([[ 0., 40., 40.,  0.]])
    """
    image = _gray(image)
    return (
        kernels.correlate2d(image, kernels.SOBEL_X, border=border),
        kernels.correlate2d(image, kernels.SOBEL_Y, border=border),
    )


def magnitude(gradient_x: np.ndarray, gradient_y: np.ndarray) -> np.ndarray:
    """Return the length of the gradient: how steep the intensity is, whatever the direction.

    Shapes:
        two arrays of one shape -> the same shape, float.

    Raises:
        ValueError: the two shapes differ.

    Example:
        >>> magnitude(np.array([[30.0]]), np.array([[-40.0]]))
        array([[50.]])
    """
    _same_shape(gradient_x=gradient_x, gradient_y=gradient_y)
    # Not hypot: the squares of whole numbers are exact, so equal slopes stay exactly equal.
    squares = [np.square(slope * 1.0) for slope in (np.asarray(gradient_x), np.asarray(gradient_y))]
    return np.sqrt(squares[0] + squares[1])


def direction(gradient_x: np.ndarray, gradient_y: np.ndarray) -> np.ndarray:
    """Return where the gradient points, from dark to bright, in degrees: 0 right, 90 down, 180 left, 270 up.

    Shapes:
        two arrays of one shape -> the same shape, float, 0 <= direction < 360; 0 where there is no slope.

    Raises:
        ValueError: the two shapes differ.

    Example:
        >>> direction(np.array([[1.0, 0.0, -1.0, 0.0]]), np.array([[0.0, 1.0, 0.0, -1.0]]))
        array([[  0.,  90., 180., 270.]])
    """
    _same_shape(gradient_x=gradient_x, gradient_y=gradient_y)
    degrees = np.degrees(np.arctan2(gradient_y, gradient_x)) % 360
    return np.where(degrees >= 360, 0, degrees).astype(degrees.dtype)


def non_maximum_suppression(magnitude: np.ndarray, direction: np.ndarray, diagonal_ties: bool = True) -> np.ndarray:
    """Keep a pixel only where the slope is steepest: thick ridges of magnitude become thin lines.

    Each pixel is compared with its two neighbours along its gradient, whose direction is rounded to 45
    degrees. It stays when it is greater than the neighbour that comes first in reading order (row by row,
    from the left) and at least as great as the other one; otherwise it becomes 0. Beyond the border is 0.

    Args:
        magnitude (np.ndarray): length of the gradient, 0 or more.
        direction (np.ndarray): in degrees, as from `direction`.
        diagonal_ties (bool): False asks for more, as OpenCV does: on the two diagonals a pixel must be
            greater than both neighbours. Default True.

    Shapes:
        two arrays (height, width) -> (height, width), dtype of magnitude.

    Raises:
        ValueError: the two shapes differ.

    Example:
        >>> non_maximum_suppression(np.array([[0.0, 40.0, 90.0, 90.0, 20.0]]), np.zeros((1, 5)))
        array([[ 0.,  0., 90.,  0.,  0.]])

    Source:
        J. Canny, A computational approach to edge detection, IEEE PAMI 8 (1986).
    """
    magnitude = _gray(magnitude, "magnitude")
    _same_shape(magnitude=magnitude, direction=direction)
    height, width = magnitude.shape
    rounded = (np.round(np.asarray(direction) / 45).astype(int) * 45) % 180
    framed = np.pad(magnitude, 1)
    kept = np.zeros(magnitude.shape, dtype=bool)
    for angle, (down, right) in EARLIER_NEIGHBOUR.items():
        earlier = framed[1 + down : 1 + down + height, 1 + right : 1 + right + width]
        later = framed[1 - down : 1 - down + height, 1 - right : 1 - right + width]
        ties = diagonal_ties or angle % 90 == 0
        not_below = magnitude >= later if ties else magnitude > later
        kept |= (rounded == angle) & (magnitude > earlier) & not_below
    return np.where(kept, magnitude, np.zeros_like(magnitude))


def double_threshold(magnitude: np.ndarray, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Mark the pixels above the low threshold (candidates) and those above the high one (certain edges).

    Args:
        magnitude (np.ndarray): length of the gradient, best after `non_maximum_suppression`.
        low, high (float): on the scale of magnitude; low <= high.

    Shapes:
        (height, width) -> two arrays (height, width), bool: weak and strong. Every strong pixel is weak too.

    Raises:
        ValueError: low is above high.

    Example:
        >>> weak, strong = double_threshold(np.array([[10, 50, 90]]), low=40, high=80)
        >>> weak, strong
        (array([[False,  True,  True]]), array([[False, False,  True]]))
    """
    magnitude = _gray(magnitude, "magnitude")
    if low > high:
        raise ValueError(f"low is {low} and high is {high}; low must not be above high.")
    return magnitude > low, magnitude > high


def hysteresis(weak: np.ndarray, strong: np.ndarray) -> np.ndarray:
    """Keep every chain of weak pixels that touches a strong one; diagonal neighbours touch.

    Args:
        weak, strong (np.ndarray): bool, as from `double_threshold`.

    Shapes:
        two arrays (height, width) -> (height, width), bool.

    Raises:
        ValueError: the two shapes differ.

    Example:
        >>> hysteresis(np.array([[True, True, False, True]]), np.array([[True, False, False, False]]))
        array([[ True,  True, False, False]])
    """
    _same_shape(weak=weak, strong=strong)
    candidates = np.asarray(weak, dtype=bool) | np.asarray(strong, dtype=bool)
    num_chains, chain = cv2.connectedComponents(candidates.astype(np.uint8), connectivity=8)
    has_strong = np.zeros(num_chains, dtype=bool)
    has_strong[chain[np.asarray(strong, dtype=bool)]] = True
    return has_strong[chain]


def canny_steps(
    image: np.ndarray, low: float, high: float, sigma: float = 1.4, border: str = "extend"
) -> dict[str, np.ndarray]:
    """Run Canny's detector and return what every step made, in order (see `STEPS`).

    Args:
        image (np.ndarray): gray.
        low, high (float): thresholds on the Sobel magnitude (0 ... 1,443 for uint8 images).
        sigma (float): blur before the slope is measured, in pixels; 0 for none. Default 1.4.
        border (str): what stands beyond the border; see `kernels.correlate2d`. Default "extend".

    Shapes:
        (height, width) -> seven arrays (height, width).

    Example:
        >>> list(canny_steps(np.zeros((3, 3)), low=10, high=20))
        ['blurred', 'magnitude', 'direction', 'thin', 'weak', 'strong', 'edges']
    """
    blurred = blur(image, sigma, border)
    gradient_x, gradient_y = gradient(blurred, border)
    length, angle = magnitude(gradient_x, gradient_y), direction(gradient_x, gradient_y)
    thin = non_maximum_suppression(length, angle)
    weak, strong = double_threshold(thin, low, high)
    return dict(zip(STEPS, (blurred, length, angle, thin, weak, strong, hysteresis(weak, strong)), strict=True))


def canny(image: np.ndarray, low: float, high: float, sigma: float = 1.4, border: str = "extend") -> np.ndarray:
    """Find edges as lines one pixel wide: blur, gradient, thinning, two thresholds, hysteresis.

    Args: see `canny_steps`.

    Shapes:
        (height, width) -> (height, width), bool.

    Example:
        >>> canny(np.array([[0, 0, 90, 90]] * 3), low=50, high=100, sigma=0)[1]
        array([False,  True, False, False])

    Source:
        J. Canny, A computational approach to edge detection, IEEE PAMI 8 (1986).
    """
    return canny_steps(image, low, high, sigma, border)["edges"]


def agreement(edges: np.ndarray, reference: np.ndarray, tolerance: int = 0) -> float:
    """Score how well two edge maps agree: 1 when the same, 0 when they share nothing (the F1 score).

    Args:
        edges, reference (np.ndarray): bool, or numbers that are above 0 on an edge.
        tolerance (int): how far away, in rows and in columns, a partner may lie, in pixels. Default 0.

    Shapes:
        two arrays (height, width) -> a float: the harmonic mean of the share of `edges` with a partner in
        `reference` and the share of `reference` with a partner in `edges`; 1.0 when both maps are empty.

    Raises:
        ValueError: the two shapes differ, or tolerance is negative.

    Example:
        >>> line, shifted = np.eye(5) > 0, np.eye(5, k=1) > 0
        >>> agreement(line, shifted), agreement(line, shifted, tolerance=1)
        (0.0, 1.0)
    """
    _same_shape(edges=edges, reference=reference)
    if tolerance < 0:
        raise ValueError(f"tolerance is {tolerance}; it must be 0 pixels or more.")
    found, wanted = np.asarray(edges) > 0, np.asarray(reference) > 0
    if not found.any() and not wanted.any():
        return 1.0
    window = np.ones((2 * tolerance + 1, 2 * tolerance + 1), np.uint8)
    near_wanted = cv2.dilate(wanted.astype(np.uint8), window) > 0
    near_found = cv2.dilate(found.astype(np.uint8), window) > 0
    precision = (found & near_wanted).sum() / max(found.sum(), 1)
    recall = (wanted & near_found).sum() / max(wanted.sum(), 1)
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def _same_shape(**arrays: np.ndarray) -> None:
    shapes = {name: np.shape(array) for name, array in arrays.items()}
    if len(set(shapes.values())) > 1:
        said = " and ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"the shapes differ: {said}; both must belong to the same image.")
