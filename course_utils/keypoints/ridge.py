"""Ridge regression: one dense layer for numbers, found in one step, with the error that it makes on rows left out."""

import dataclasses

import numpy as np

from course_utils.keypoints import point_arrays


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


def fit_ridge(features: np.ndarray, points: np.ndarray, strength: float = 0.1) -> Ridge:
    """Fit points to features by least squares with weight decay, in one step; absent points count as the mean.

    Args:
        features (array): one row for each image.
        points (array): in any unit.
        strength (float): of the decay, for features that are standardised and whose sum is divided by their number:
            the larger, the closer predictions stay to the mean shape. Default 0.1.

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
    if not strength > 0:
        raise ValueError(f"strength is {strength}; it must be above 0, for example 0.1.")
    count, num_features = features.shape
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale = np.where(scale > 1e-9, scale, np.inf)  # a constant feature says nothing
    rows = (features - mean) / scale
    shape = np.nanmean(points, axis=0)
    targets = np.where(np.isnan(points), 0, points - shape).reshape(count, -1)
    # With fewer images than features the dual problem is the smaller one: (num_images, num_images).
    products = rows @ rows.T / num_features
    inverse = np.linalg.inv(products + strength * np.eye(count))
    weights = inverse @ targets
    own = np.diag(products @ inverse) + 1 / count  # how much each row takes part in its own prediction
    left_out = (targets - products @ weights) / (1 - own)[:, np.newaxis]
    error = float(np.sqrt(np.mean(np.sum(left_out.reshape(count, -1, 2) ** 2, axis=-1))))
    return Ridge(mean, scale, rows.T @ weights / num_features, shape, error)
