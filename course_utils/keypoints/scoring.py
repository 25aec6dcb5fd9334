"""How far predicted points are from the true ones, measured against the size of the thing itself."""

import numpy as np

from course_utils.keypoints import point_arrays


def span(points: np.ndarray, first: int, second: int) -> np.ndarray:
    """Return the distance between two points of each image, for example of the two eyes.

    Args:
        points (array): the true points, in pixels.
        first, second (int): which two.

    Shapes:
        points (num_images, num_points, 2); returns (num_images,).

    Raises:
        ValueError: no such points, or the two are the same.

    Example:
        >>> span(np.array([[[0, 0], [3, 4]]]), 0, 1).tolist()
        [5.0]
    """
    points = point_arrays.checked(points, axes=3)
    count = points.shape[1]
    if first == second or not (0 <= first < count and 0 <= second < count):
        raise ValueError(f"first is {first} and second {second}; give two different numbers from 0 to {count - 1}.")
    return np.linalg.norm(points[:, first] - points[:, second], axis=-1)


def errors(points: np.ndarray, predicted: np.ndarray, scale: np.ndarray | float) -> np.ndarray:
    """Return the distance of each predicted point from the true one, as a share of a length.

    Args:
        points (array): the true points; where one is absent, the error is NaN.
        predicted (array): in the same order and unit; or one shape for all images.
        scale (array or float): the length that counts as 1: for each image, for example `span(points, 0, 1)`, or one
            for all. In the unit of the points.

    Shapes:
        points (num_images, num_points, 2); predicted the same, or (num_points, 2); scale (num_images,) or ();
        returns (num_images, num_points).

    Raises:
        ValueError: shapes that do not fit, a predicted point that is NaN, or a scale that is not above 0.

    Example:
        >>> eyes = np.array([[[0.0, 0.0], [10.0, 0.0]]])
        >>> errors(eyes, eyes + [3, 4], scale=span(eyes, 0, 1)).tolist()
        [[0.5, 0.5]]

    Source:
        O. Jesorsky and others, Robust Face Detection Using the Hausdorff Distance, 2001: distances by the eyes'.
    """
    points, predicted = point_arrays.checked(points, axes=3), point_arrays.checked(predicted, "predicted points")
    if predicted.shape not in (points.shape, points.shape[1:]):
        raise ValueError(
            f"predicted points have the shape {predicted.shape}; points have {points.shape}. Give one row of points "
            "for each image, in the same order, or one shape for all."
        )
    if np.isnan(predicted).any():
        raise ValueError("a predicted point is NaN; only true points may be absent. Has the training diverged?")
    scale = np.asarray(scale, np.float64)
    if scale.shape not in ((), (len(points),)):
        raise ValueError(f"scale has the shape {scale.shape}; give one length, or {len(points)}, one for each image.")
    present = ~np.isnan(points[..., 0]).all(axis=1)
    with np.errstate(invalid="ignore"):
        good = np.broadcast_to(scale, (len(points),)) > 0
    if (present & ~good).any():
        bad = int(np.argmax(present & ~good))
        raise ValueError(
            f"the scale of image {bad} is {np.broadcast_to(scale, (len(points),))[bad]:g}; a length above 0 is needed. "
            "Are both points that it is taken from present?"
        )
    return np.linalg.norm(points - predicted, axis=-1) / np.broadcast_to(scale, (len(points),))[:, np.newaxis]


def pck(normalised: np.ndarray, limit: float) -> float:
    """Return the share of correct keypoints: of those points that are there, how many are within a limit.

    Args:
        normalised (array): what `errors` returns; NaN does not count.
        limit (float): largest error that counts as correct, for example 0.1.

    Raises:
        ValueError: the limit is not above 0, or no point is present.

    Example:
        >>> pck(np.array([[0.02, 0.3, np.nan, 0.1]]), limit=0.1)
        0.6666666666666666

    Source:
        Y. Yang and D. Ramanan, Articulated Human Detection with Flexible Mixtures of Parts, 2013.
    """
    if not limit > 0:
        raise ValueError(f"limit is {limit}; it must be above 0, for example 0.1.")
    present = np.asarray(normalised, np.float64)
    present = present[~np.isnan(present)]
    if not present.size:
        raise ValueError("no point is present, so there is no share of correct ones.")
    return float(np.mean(present <= limit))
