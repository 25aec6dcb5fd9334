"""Whether two maps put the pixels into the same order."""

import numpy as np


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Return Spearman's rank correlation of two maps: 1 for the same order of pixels, 0 for none in common.

    Only the order counts, so it does not matter on which scale a map is. Equal numbers share their mean rank.

    Args:
        first, second (array): of one shape.

    Returns:
        From -1 to 1; nan if all numbers of a map are equal.

    Raises:
        ValueError: different shapes, or fewer than two numbers.

    Example:
        >>> rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 1000.0]))
        1.0

    Source:
        C. Spearman, The Proof and Measurement of Association between Two Things, 1904, doi:10.2307/1412159.
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if first.shape != second.shape or first.size < 2:
        raise ValueError(f"the maps have the shapes {first.shape} and {second.shape}; give two of the same shape.")
    ranks = [_ranks(one.ravel()) for one in (first, second)]
    centred = [one - one.mean() for one in ranks]
    lengths = [np.linalg.norm(one) for one in centred]
    if 0 in lengths:
        return float("nan")
    return round(float(centred[0] @ centred[1] / (lengths[0] * lengths[1])), 12)


def _ranks(numbers: np.ndarray) -> np.ndarray:
    _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return ((last - counts + last - 1) / 2)[places]
