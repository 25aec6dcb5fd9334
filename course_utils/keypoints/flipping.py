"""Mirror images together with their points: what was on the left is on the right, in its place and in its NAME."""

from collections.abc import Sequence

import numpy as np

from course_utils.keypoints import point_arrays


def mirrored_order(num_points: int, pairs: Sequence[tuple[int, int]]) -> np.ndarray:
    """Return the order in which the points of a mirrored image stand: the two of each pair are exchanged.

    Args:
        num_points (int): how many points an image has.
        pairs (sequence of (int, int)): the left and the right one of each pair; the others stay.

    Raises:
        ValueError: a number that is no point, or that stands in two pairs.

    Example:
        >>> mirrored_order(5, [(0, 1), (3, 4)]).tolist()
        [1, 0, 2, 4, 3]
    """
    named = [int(number) for pair in pairs for number in pair]
    if any(len(pair) != 2 for pair in pairs) or len(set(named)) != len(named):
        raise ValueError(f"pairs is {list(pairs)}; each point belongs to one pair of two, or to none.")
    if any(not 0 <= number < num_points for number in named):
        raise ValueError(f"pairs is {list(pairs)}; there are {num_points} points, from 0 to {num_points - 1}.")
    order = np.arange(num_points)
    for left, right in pairs:
        order[left], order[right] = right, left
    return order


def flip(images: np.ndarray, points: np.ndarray, pairs: Sequence[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return images and points as in a mirror.

    Args:
        images (array): any dtype.
        points (array): in pixels.
        pairs (sequence of (int, int)): which points change their names with each other, as for `mirrored_order`.

    Shapes:
        images (num_images, height, width, channels), points (num_images, num_points, 2); both come back so.

    Raises:
        ValueError: shapes that do not fit, or wrong pairs.

    Example:
        >>> images, points = np.arange(4).reshape(1, 1, 4, 1), np.array([[[0.0, 0.0], [2.0, 0.0]]])
        >>> mirrored, moved = flip(images, points, pairs=[(0, 1)])
        >>> mirrored.ravel().tolist(), moved.tolist()
        ([3, 2, 1, 0], [[[1.0, 0.0], [3.0, 0.0]]])
    """
    images, points = np.asarray(images), point_arrays.checked(points, axes=3)
    if images.ndim != 4 or len(images) != len(points):
        raise ValueError(
            f"images have the shape {images.shape} and points {points.shape}; (num_images, height, width, channels) "
            "and (num_images, num_points, 2) are needed, for the same images."
        )
    moved = points[:, mirrored_order(points.shape[1], pairs)]
    moved[..., 0] = images.shape[2] - 1 - moved[..., 0]
    return images[:, :, ::-1], moved
