"""Short strokes of four directions, drawn anywhere in small noisy images: only the direction tells the class."""

from collections.abc import Sequence

import numpy as np

from course_utils import whole_numbers

DIRECTIONS = ("across", "down", "falling", "rising")
SIDE = 8
_LENGTH = 5
_STEPS = ((0, 1), (1, 0), (1, 1), (-1, 1))  # rows and columns from one pixel of a stroke to the next


def draw(
    random: np.random.Generator, count: int, labels: Sequence[int] = (0, 1, 2, 3)
) -> tuple[np.ndarray, np.ndarray]:
    """Return images of one stroke each, and which direction it has.

    Args:
        random (numpy.random.Generator): decides on places, brightness and noise.
        count (int): how many images; all directions are as frequent as possible.
        labels (four of int): the label of each of DIRECTIONS. Default (0, 1, 2, 3).

    Shapes:
        images (count, 8, 8, 1) uint8, labels (count,) int64.

    Raises:
        ValueError: count is below 1, or there are not four labels.

    Example:
        >>> images, labels = draw(np.random.default_rng(0), 6)
        >>> images.shape, sorted(labels.tolist())
        ((6, 8, 8, 1), [0, 0, 1, 1, 2, 3])
    """
    whole_numbers.count(count, "count", meaning="images")
    if len(labels) != len(DIRECTIONS):
        raise ValueError(f"there are {len(labels)} labels; give one for each of {', '.join(DIRECTIONS)}.")
    which = random.permutation(np.arange(count) % len(DIRECTIONS))
    images = random.integers(0, 90, (count, SIDE, SIDE, 1))
    for image, direction in zip(images, which, strict=True):
        down, right = _STEPS[direction]
        steps = np.arange(_LENGTH)
        first_row = random.integers(0, SIDE - (_LENGTH - 1) * abs(down)) + (_LENGTH - 1) * (down < 0)
        first_column = random.integers(0, SIDE - (_LENGTH - 1) * right)
        image[first_row + steps * down, first_column + steps * right, 0] = random.integers(140, 256, _LENGTH)
    return images.astype(np.uint8), np.asarray(labels)[which]
