"""Carry one set of points onto another: by moving, turning and scaling, and nothing else."""

import numpy as np

from course_utils.keypoints import point_arrays


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the similarity transform that brings source points closest to target points (least squares).

    It moves, turns and scales by one factor; it never mirrors and never skews. Two points fix it.

    Args:
        source, target (array): in pixels; the first source point belongs on the first target point, and so on.

    Shapes:
        both (num_points, 2), num_points >= 2; returns (2, 3), as cv2.warpAffine takes it.

    Raises:
        ValueError: fewer than two points, another number of them, one that is absent, or all source points in one.

    Example:
        >>> similarity(np.array([[0, 0], [1, 0]]), np.array([[5, 5], [5, 7]])).tolist()
        [[0.0, -2.0, 5.0], [2.0, 0.0, 5.0]]

    Source:
        S. Umeyama, Least-Squares Estimation of Transformation Parameters Between Two Point Patterns, 1991; for the
        plane it is one division of complex numbers.
    """
    source = point_arrays.checked(source, "source points", axes=2)
    target = point_arrays.checked(target, "target points", axes=2)
    if source.shape != target.shape or len(source) < 2:
        raise ValueError(
            f"source points have the shape {source.shape}, target points {target.shape}; give the same number of "
            "each, two or more."
        )
    if np.isnan(source).any() or np.isnan(target).any():
        raise ValueError("a point is absent (NaN); leave it out of both sets.")
    # A point is the complex number x + iy: multiplying by one number turns and scales.
    before, after = source @ [1, 1j], target @ [1, 1j]
    centred = before - before.mean()
    length = float(np.sum(np.abs(centred) ** 2))
    if length < 1e-12:
        raise ValueError("all source points are the same; two different ones are needed to know size and turn.")
    factor = np.sum(np.conj(centred) * (after - after.mean())) / length
    shift = after.mean() - factor * before.mean()
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])


def apply_transform(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return where a transform brings points.

    Args:
        matrix (array): from `similarity`, or any affine one.
        points (array): in pixels.

    Shapes:
        matrix (2, 3); points (..., num_points, 2), and so the result.

    Raises:
        ValueError: the matrix has another shape.

    Example:
        >>> apply_transform(np.array([[2, 0, 1], [0, 2, 0]]), np.array([[3, 4]])).tolist()
        [[7.0, 8.0]]
    """
    matrix = np.asarray(matrix, np.float64)
    if matrix.shape != (2, 3):
        raise ValueError(f"matrix has the shape {matrix.shape}; (2, 3) is needed: two rows of turn, scale and shift.")
    return point_arrays.checked(points) @ matrix[:, :2].T + matrix[:, 2]
