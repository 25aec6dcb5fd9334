"""The baseline of every keypoint network: the mean shape, which never looks at an image."""

import warnings

import numpy as np

from course_utils.keypoints import point_arrays


def mean_shape(points: np.ndarray) -> np.ndarray:
    """Return the mean of each point over all images in which it is present.

    Args:
        points (array): of the TRAINING images.

    Shapes:
        points (num_images, num_points, 2); returns (num_points, 2).

    Raises:
        ValueError: a point is absent from every image, or there is no image.

    Example:
        >>> mean_shape(np.array([[[1.0, 2.0]], [[3.0, 4.0]], [[np.nan, np.nan]]])).tolist()
        [[2.0, 3.0]]
    """
    points = point_arrays.checked(points, axes=3)
    absent = np.isnan(points[..., 0]).all(axis=0)
    if absent.any():
        raise ValueError(f"point {int(np.argmax(absent))} is absent from all {len(points)} images; leave it out.")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return np.nanmean(points, axis=0)
