"""Look at an array of points before it is used, and say in a sentence what is wrong with it."""

import numpy as np


def checked(points: np.ndarray, what: str = "points", axes: int | None = None) -> np.ndarray:
    """Return points as float64, or say why they are none.

    Args:
        points (array): (x, y) pairs; NaN, NaN for a point that is absent.
        what (str): how the message calls them. Default "points".
        axes (int): how many axes they must have, the pairs included. Default: 2 or 3.

    Shapes:
        (num_points, 2) or (num_images, num_points, 2).

    Raises:
        TypeError: they are no numbers.
        ValueError: another shape, an infinite number, or a point with one number only.

    Example:
        >>> checked([[1, 2], [3, 4]]).shape
        (2, 2)
        >>> checked([1, 2])
        Traceback (most recent call last):
            ...
        ValueError: points have the shape (2,); (num_points, 2) or (num_images, num_points, 2) is needed, x before y.
    """
    array = np.asarray(points)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{what} are of dtype {array.dtype}; numbers are needed, an (x, y) pair for each point.")
    array = array.astype(np.float64)
    wanted = {2: "(num_points, 2)", 3: "(num_images, num_points, 2)"}
    allowed = wanted if axes is None else {axes: wanted[axes]}
    if array.ndim not in allowed or array.shape[-1] != 2:
        raise ValueError(f"{what} have the shape {array.shape}; {' or '.join(allowed.values())} is needed, x before y.")
    if np.isinf(array).any():
        raise ValueError(f"{what} hold an infinite number; a point that is absent is (NaN, NaN).")
    lonely = np.isnan(array).sum(axis=-1) == 1
    if lonely.any():
        where = tuple(int(number) for number in np.argwhere(lonely)[0])
        raise ValueError(f"{what}{list(where)} has one number and one NaN; a point that is absent is (NaN, NaN).")
    return array
