"""Bring images and their points to another size together."""

import cv2
import numpy as np

from course_utils import whole_numbers
from course_utils.keypoints import coordinates, point_arrays


def resize(images: np.ndarray, points: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images as squares of another size, and where their points are then.

    Args:
        images (array): uint8.
        points (array): in pixels of these images.
        side (int): of the new images, in pixels.

    Shapes:
        images (num_images, height, width, channels), points (num_images, num_points, 2); returns (num_images, side,
        side, channels), uint8, and (num_images, num_points, 2).

    Raises:
        TypeError: images that are not uint8.
        ValueError: shapes that do not fit, or a side below 1.

    Example:
        >>> images, points = resize(np.zeros((1, 4, 4, 1), np.uint8), np.array([[[1.5, 0.0]]]), side=8)
        >>> images.shape, points.tolist()
        ((1, 8, 8, 1), [[[3.5, 0.5]]])
    """
    images, points = np.asarray(images), point_arrays.checked(points, axes=3)
    side = whole_numbers.count(side, "side")
    if images.dtype != np.uint8:
        raise TypeError(f"images are of dtype {images.dtype}; uint8 from 0 to 255 is needed.")
    if images.ndim != 4 or len(images) != len(points):
        raise ValueError(
            f"images have the shape {images.shape} and points {points.shape}; (num_images, height, width, channels) "
            "and (num_images, num_points, 2) are needed, for the same images."
        )
    height, width, channels = images.shape[1:]
    how = cv2.INTER_AREA if side < min(height, width) else cv2.INTER_LINEAR
    resized = [cv2.resize(image, (side, side), interpolation=how) for image in images]
    moved = coordinates.resize_points(points, (height, width), (side, side))
    return np.reshape(resized, (-1, side, side, channels)), moved
