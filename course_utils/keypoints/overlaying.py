"""Lay a picture with transparency onto an image, where a transform puts it."""

import cv2
import numpy as np

from course_utils.keypoints import transforms


def overlay(image: np.ndarray, sticker: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return the image with the sticker on it.

    Args:
        image (array): RGB, uint8.
        sticker (array): RGB and how opaque each pixel is, from 0 to 255, uint8.
        matrix (array): brings points of the sticker to points of the image, as `similarity` gives it.

    Shapes:
        image (height, width, 3), sticker (rows, columns, 4), matrix (2, 3); returns (height, width, 3), uint8.

    Raises:
        TypeError, ValueError: another dtype or shape, or a transform that makes the sticker smaller than a pixel.

    Example:
        >>> red = np.full((3, 3, 4), [255, 0, 0, 255], np.uint8)
        >>> overlay(np.zeros((3, 5, 3), np.uint8), red, np.array([[1, 0, 2], [0, 1, 0]]))[1, :, 0].tolist()
        [0, 0, 255, 255, 255]
    """
    image, sticker = np.asarray(image), np.asarray(sticker)
    for array, what, channels in ((image, "image", 3), (sticker, "sticker", 4)):
        if array.dtype != np.uint8:
            raise TypeError(f"{what} is of dtype {array.dtype}; uint8 from 0 to 255 is needed.")
        if array.ndim != 3 or array.shape[-1] != channels:
            raise ValueError(f"{what} has the shape {array.shape}; (height, width, {channels}) is needed.")
    transforms.apply_transform(matrix, np.zeros((1, 2)))
    matrix = np.asarray(matrix, np.float64)
    factor = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if not factor * max(sticker.shape[:2]) >= 1:
        raise ValueError(f"the transform scales by {factor:.3g}: nothing of the sticker would be seen.")
    # Colours are weighted by their opacity BEFORE they are mixed with their neighbours, or edges would turn dark.
    opacity = sticker[..., 3:].astype(np.float32) / 255
    weighted = np.concatenate([sticker[..., :3] * opacity, opacity], axis=-1)
    if factor < 0.5:  # shrinking by much: average first, or thin lines would get lost between the pixels
        sigma = 0.4 / factor
        weighted = cv2.GaussianBlur(weighted, (0, 0), sigma)
    moved = cv2.warpAffine(weighted, matrix, image.shape[1::-1], flags=cv2.INTER_LINEAR)
    return np.round(moved[..., :3] + image * (1 - moved[..., 3:])).clip(0, 255).astype(np.uint8)
