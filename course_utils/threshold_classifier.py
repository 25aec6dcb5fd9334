"""The smallest classifier there is: measure one number, compare it with a threshold."""

import numpy as np


def accuracy(low: np.ndarray, high: np.ndarray, threshold: float) -> float:
    """Return the share of values that the rule "high if the value is at least the threshold" judges right.

    Args:
        low, high (arrays of float): the measured values of the two classes.
        threshold (float): in the unit of the values.

    Shapes:
        low, high: any; they are used as lists of values.

    Returns:
        A float between 0 and 1.

    Raises:
        ValueError: there is no value at all.

    Example:
        >>> accuracy([1, 2, 8], [5, 9], threshold=5)
        0.8
    """
    low, high = np.ravel(low), np.ravel(high)
    if low.size + high.size == 0:
        raise ValueError("low and high are both empty; give at least one measured value.")
    right = np.count_nonzero(low < threshold) + np.count_nonzero(high >= threshold)
    return float(right / (low.size + high.size))


def fit(low: np.ndarray, high: np.ndarray) -> float:
    """Return the threshold with the best accuracy among the values that occur; of several, the smallest.

    Args:
        low, high (arrays of float): the measured values of the two classes.

    Returns:
        A float.

    Raises:
        ValueError: there is no value at all.

    Example:
        >>> fit([1, 2, 8], [5, 9])
        5.0
    """
    candidates = np.unique(np.concatenate([np.ravel(low), np.ravel(high)]))
    return float(max(candidates, key=lambda threshold: accuracy(low, high, threshold)))
