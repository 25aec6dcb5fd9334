"""Cut a photograph as networks that were trained on ImageNet expect it."""

import numpy as np

from course_utils.images import scaling

# 224 of 256 pixels: what such networks are judged on.
SHARE = 0.875


def centre_crop(image: np.ndarray, side: int = 224, share: float = SHARE) -> np.ndarray:
    """Cut a square out of the middle of a photograph and bring it to the side that a network expects.

    Args:
        image (array): one photograph, RGB or gray.
        side (int): of the result, in pixels. Default 224.
        share (float): side of the square, as a share of the photograph's shorter side; 1 for the largest square.
            Default 0.875. It is the same whether one shrinks first and cuts then.

    Shapes:
        image (height, width) or (height, width, channels); returns (side, side) or (side, side, channels), same dtype.

    Raises:
        ValueError: it is no single image, or share is not above 0 and at most 1.

    Example:
        >>> centre_crop(np.zeros((300, 451, 3), dtype=np.uint8)).shape
        (224, 224, 3)

    Source:
        A. Krizhevsky, I. Sutskever and G. Hinton, ImageNet Classification with Deep Convolutional Neural Networks,
        2012, section 2, shrinks to 256 pixels and cuts out the middle.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share is {share!r}; it must be above 0 and at most 1, where 1 cuts out the largest square.")
    square = scaling.crop_square(image)
    length = max(1, round(share * square.shape[0]))
    first = (square.shape[0] - length) // 2
    return scaling.resize_square(square[first : first + length, first : first + length], side)
