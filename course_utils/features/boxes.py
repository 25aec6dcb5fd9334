"""How much of a heat map lies inside the box of an object: a measure for maps whose right answer is known."""

import numpy as np


def share_inside(heat: np.ndarray, box: tuple[int, int, int, int]) -> float:
    """Return the share of the heat that lies inside a box; negative heat counts as none.

    Args:
        heat (array): one number for each pixel.
        box (tuple): (top, left, bottom, right) in pixels; the last two are the first row and column outside.

    Shapes:
        heat (height, width).

    Returns:
        From 0 to 1; nan for a map without any heat.

    Raises:
        ValueError: no map, or a box that is empty or reaches beyond it.

    Example:
        >>> share_inside(np.array([[3.0, 1.0], [-5.0, 0.0]]), (0, 0, 1, 1))
        0.75
    """
    heat = np.asarray(heat, np.float64)
    top, left, bottom, right = _checked(heat.shape, box)
    heat = np.maximum(heat, 0)
    total = heat.sum()
    return float(heat[top:bottom, left:right].sum() / total) if total > 0 else float("nan")


def concentration(heat: np.ndarray, box: tuple[int, int, int, int]) -> float:
    """Return how many times more heat lies inside a box than would if the heat were spread evenly.

    1: the map does not know where the object is. The most possible is the whole area divided by the box's.

    Args:
        heat (array): one number for each pixel.
        box (tuple): (top, left, bottom, right) in pixels; the last two are the first row and column outside.

    Shapes:
        heat (height, width).

    Raises:
        ValueError: no map, or a box that is empty or reaches beyond it.

    Example:
        >>> concentration(np.array([[3.0, 1.0], [0.0, 0.0]]), (0, 0, 1, 1))
        3.0
    """
    share = share_inside(heat, box)
    top, left, bottom, right = box
    return share / ((bottom - top) * (right - left) / np.asarray(heat).size)


def _checked(shape: tuple[int, ...], box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    if len(shape) != 2:
        raise ValueError(f"heat has the shape {shape}; give one map (height, width).")
    top, left, bottom, right = (int(number) for number in box)
    if not (0 <= top < bottom <= shape[0] and 0 <= left < right <= shape[1]):
        raise ValueError(
            f"box is (top {top}, left {left}, bottom {bottom}, right {right}); it must lie inside {shape[0]} rows and "
            f"{shape[1]} columns and hold at least one pixel."
        )
    return top, left, bottom, right
