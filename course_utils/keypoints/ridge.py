"""Ridge regression: one dense layer for numbers, found in one step, with the error that it makes on rows left out."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import threadpoolctl

from course_utils.keypoints import point_arrays

_LEAST_SCALE = 0.2  # of the mean deviation of all features


@dataclasses.dataclass(frozen=True)
class Ridge:
    """One dense layer from standardised features to points.

    Args:
        mean, scale (array): of the features.
        kernel (array): of the dense layer.
        shape (array): the mean shape, which is the layer's bias.
        left_out_error (float): root mean squared distance between the true points of each training image and those that
            would have been predicted had the fit not seen it.

    Shapes:
        mean and scale (num_features,); kernel (num_features, 2 * num_points); shape (num_points, 2).
    """

    mean: np.ndarray
    scale: np.ndarray
    kernel: np.ndarray
    shape: np.ndarray
    left_out_error: float

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return points for rows of features: (num_images, num_points, 2)."""
        moved = ((np.asarray(features) - self.mean) / self.scale) @ self.kernel
        return moved.reshape(-1, *self.shape.shape) + self.shape


def fit_ridge(features: np.ndarray, points: np.ndarray, strength: float | Sequence[float] = 0.1) -> Ridge:
    """Fit points to features by least squares with weight decay, in one step; absent points count as the mean.

    Args:
        features (array): one row for each image.
        points (array): in any unit.
        strength (float): of the decay, for features that are standardised and whose sum is divided by their number:
            the larger, the closer predictions stay to the mean shape. Of several, the one with the smallest error on
            rows left out is taken. Default 0.1.

    Shapes:
        features (num_images, num_features), points (num_images, num_points, 2).

    Raises:
        ValueError: shapes that do not fit, fewer than two images, features that are not finite, a strength not above 0.

    Example:
        >>> rows, points = np.array([[0.0], [1.0], [2.0]]), np.array([[[0.0, 5.0]], [[2.0, 5.0]], [[4.0, 5.0]]])
        >>> fit_ridge(rows, points, strength=1e-6).predict([[3.0]]).round(3).tolist()
        [[[6.0, 5.0]]]

    Source:
        A. Hoerl and R. Kennard, Ridge Regression, 1970; the error of rows left out is that of D. Allen, 1974.
    """
    features, points = np.asarray(features, np.float64), point_arrays.checked(points, axes=3)
    if features.ndim != 2 or len(features) != len(points) or len(points) < 2:
        raise ValueError(
            f"features have the shape {features.shape} and points {points.shape}; give one row of features for each "
            "row of points, two or more."
        )
    if not np.isfinite(features).all():
        raise ValueError("features hold NaN or an infinite number; look at where they come from.")
    strengths = np.atleast_1d(np.asarray(strength, np.float64))
    if not (strengths.size and (strengths > 0).all()):
        raise ValueError(f"strength is {strength}; it must be above 0, for example 0.1.")
    mean, scale = features.mean(axis=0), features.std(axis=0)
    # A feature that is nearly constant here may be large in the next image: it is not blown up to the size of others.
    scale = np.maximum(scale, max(_LEAST_SCALE * scale.mean(), 1e-9))
    rows = (features - mean) / scale
    shape = np.nanmean(points, axis=0)
    targets = np.where(np.isnan(points), 0, points - shape).reshape(len(rows), -1)
    with threadpoolctl.threadpool_limits(1):  # the tables are small: several threads would wait for each other
        # With fewer images than features the dual problem is the smaller one: (num_images, num_images).
        lengths, directions = np.linalg.eigh(rows @ rows.T / rows.shape[1])
        fits = [_fit(lengths, directions, targets, one) for one in strengths]
        error, weights = min(fits, key=lambda fit: fit[0])
        return Ridge(mean, scale, rows.T @ weights / rows.shape[1], shape, error)


def _fit(lengths: np.ndarray, directions: np.ndarray, targets: np.ndarray, strength: float) -> tuple[float, np.ndarray]:
    """Return the error on rows left out and the weight of each image, for one strength."""
    weights = directions @ ((directions.T @ targets) / (lengths + strength)[:, np.newaxis])
    # How much each row takes part in its own prediction, in the bias too.
    own = np.sum(directions**2 * (lengths / (lengths + strength)), axis=1) + 1 / len(targets)
    left_out = strength * weights / (1 - own)[:, np.newaxis]  # targets - products @ weights is strength * weights
    return float(np.sqrt(2 * np.mean(left_out**2))), weights
