"""Small heat maps, made as large as the images that they belong to."""

import cv2
import numpy as np


def enlarge(heat: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return heat maps at the size of the images, with numbers in between by straight lines.

    Args:
        heat (array): small maps.
        height, width (int): of the images, in pixels.

    Shapes:
        heat (num_images, map height, map width); returns (num_images, height, width), float32.

    Example:
        >>> enlarge(np.array([[[0.0, 4.0]]]), 1, 4).tolist()
        [[[0.0, 1.0, 3.0, 4.0]]]
    """
    return np.stack(
        [cv2.resize(one, (width, height), interpolation=cv2.INTER_LINEAR) for one in np.asarray(heat, np.float32)]
    )
