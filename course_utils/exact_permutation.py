"""The exact permutation test: how often chance alone makes a difference as large as the one that was found."""

import math
from collections.abc import Sequence

import numpy as np

_MOST_WAYS = 200_000


def p_value(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the two-sided p-value for the difference of means of a few numbers.

    All numbers are dealt anew to two hands in every way; the p-value is the share of ways in which the means differ by
    at least as much as they really do. The real deal is one of them, so that the value is never 0.

    Args:
        first, second (sequence of float): one number for each run.

    Returns:
        float: above 0, at most 1.

    Raises:
        ValueError: a side of fewer than two numbers, or so many numbers that there are more than 200,000 ways.

    Example:
        >>> p_value([0.9, 0.8, 0.95], [0.5, 0.6, 0.4])
        0.1

    Source:
        R. A. Fisher, The design of experiments, 1935, section 21.
    """
    sizes = len(first), len(second)
    if min(sizes) < 2:
        raise ValueError(f"the sides have {sizes[0]} and {sizes[1]} numbers; each needs at least two.")
    ways = math.comb(sum(sizes), sizes[0])
    if ways > _MOST_WAYS:
        raise ValueError(f"{sum(sizes)} numbers can be dealt in {ways:,} ways; {_MOST_WAYS:,} at most.")
    from scipy import stats  # takes a second to load, which only this test is worth

    def gap(one, other, axis=-1):
        return np.abs(np.mean(one, axis) - np.mean(other, axis))

    return float(stats.permutation_test((first, second), gap, n_resamples=np.inf, alternative="greater").pvalue)
