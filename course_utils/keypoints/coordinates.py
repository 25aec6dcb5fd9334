"""The two units of a point: pixels, and shares of the image's width and height."""

import numpy as np

from course_utils.keypoints import point_arrays


def to_shares(points: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return points in pixels as shares of the image: 0 is its left or upper edge, 1 its right or lower one.

    Args:
        points (array): in pixels; (0, 0) is the centre of the first pixel.
        height, width (int): of the image, in pixels.

    Shapes:
        (..., num_points, 2), the same.

    Returns:
        float32.

    Example:
        >>> to_shares(np.array([[-0.5, 1.5]]), height=4, width=8).tolist()
        [[0.0, 0.5]]
    """
    return ((point_arrays.checked(points) + 0.5) / _size(height, width)).astype(np.float32)


def to_pixels(shares: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return points given as shares of the image in pixels; the opposite of `to_shares`.

    Args:
        shares (array): 0 to 1.
        height, width (int): of the image, in pixels.

    Shapes:
        (..., num_points, 2), the same.

    Example:
        >>> to_pixels(np.array([[0.0, 0.5]]), height=4, width=8).tolist()
        [[-0.5, 1.5]]
    """
    return point_arrays.checked(shares) * _size(height, width) - 0.5


def resize_points(points: np.ndarray, old: tuple[int, int], new: tuple[int, int]) -> np.ndarray:
    """Return where points lie after the image has been resized.

    Args:
        points (array): in pixels of the old image.
        old, new ((height, width)): in pixels.

    Shapes:
        (..., num_points, 2), the same.

    Example:
        >>> resize_points(np.array([[0.0, 0.0]]), (10, 10), (20, 20)).tolist()
        [[0.5, 0.5]]
    """
    return (point_arrays.checked(points) + 0.5) * _size(*new) / _size(*old) - 0.5


def _size(height: int, width: int) -> np.ndarray:
    if not (height > 0 and width > 0):
        raise ValueError(f"height is {height} and width {width}; both must be above 0.")
    return np.array([width, height], np.float64)
