"""One number and a threshold, against counting by hand."""

import numpy as np
import pytest

from course_utils import threshold_classifier


def test_accuracy_counts_a_value_on_the_threshold_as_high():
    assert threshold_classifier.accuracy([3.0], [3.0], 3.0) == 0.5
    assert threshold_classifier.accuracy([[1, 2], [3, 4]], [5, 6], 4.5) == 1


def test_fit_is_at_least_as_good_as_every_other_threshold():
    rng = np.random.default_rng(2)
    low, high = rng.normal(0, 1, 60), rng.normal(1.5, 1, 40)
    best = threshold_classifier.accuracy(low, high, threshold_classifier.fit(low, high))
    assert all(threshold_classifier.accuracy(low, high, t) <= best for t in np.linspace(-4, 5, 500))


def test_of_several_best_thresholds_the_smallest_is_taken():
    assert threshold_classifier.fit([0, 1], [5, 6]) == 5
    assert threshold_classifier.fit([2, 2], [2, 2]) == 2


def test_nothing_measured():
    with pytest.raises(ValueError, match="both empty"):
        threshold_classifier.accuracy([], [], 1)
