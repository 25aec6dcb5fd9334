"""The exact permutation test: how often chance alone makes a difference as large as the one that was found."""

import itertools
import math
from collections.abc import Sequence

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
        ValueError: an empty side, or so many numbers that there are more than 200,000 ways.

    Example:
        >>> p_value([0.9, 0.8, 0.95], [0.5, 0.6, 0.4])
        0.1

    Source:
        R. A. Fisher, The design of experiments, 1935, section 21.
    """
    numbers, size = [float(number) for number in (*first, *second)], len(first)
    if not 0 < size < len(numbers):
        raise ValueError(f"the sides have {size} and {len(numbers) - size} numbers; each needs at least one.")
    ways = math.comb(len(numbers), size)
    if ways > _MOST_WAYS:
        raise ValueError(f"{len(numbers)} numbers can be dealt in {ways:,} ways; {_MOST_WAYS:,} at most.")
    total, others = sum(numbers), len(numbers) - size

    def gap(hand_sum: float) -> float:
        return abs(hand_sum / size - (total - hand_sum) / others)

    # Sums in another order differ in their last digits: equal differences have to count as equal.
    least = gap(sum(numbers[:size])) - 1e-9 * max(1.0, max(map(abs, numbers)))
    return sum(gap(sum(hand)) >= least for hand in itertools.combinations(numbers, size)) / ways
