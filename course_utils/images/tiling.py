"""Cut an image into equal squares, the way a data set of small images is made from a photograph."""

import numpy as np

from course_utils.images import scaling


def tiles(image: np.ndarray, side: int) -> np.ndarray:
    """Cut an image into squares that lie side by side; what is left over at the right and below is dropped.

    Args:
        image (np.ndarray): gray or colour.
        side (int): of a square, in pixels.

    Shapes:
        (height, width, ...) -> (rows, columns, side, side, ...) with rows = height // side and
        columns = width // side; a copy, same dtype.

    Raises:
        ValueError: not a single square fits.

    Example:
        >>> tiles(np.arange(12).reshape(2, 6), side=2)[0, 1]
        array([[2, 3],
               [8, 9]])
    """
    image = scaling.check_image(image)
    if not 1 <= side <= min(image.shape[:2]):
        raise ValueError(
            f"side is {side}; it must be between 1 and {min(image.shape[:2])} for an image of "
            f"{image.shape[0]} x {image.shape[1]} pixels."
        )
    rows, columns = image.shape[0] // side, image.shape[1] // side
    cut = image[: rows * side, : columns * side]
    blocks = cut.reshape(rows, side, columns, side, *image.shape[2:])
    return blocks.swapaxes(1, 2).copy()
