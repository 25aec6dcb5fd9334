"""The exact permutation test, beside SciPy's."""

import numpy as np
import pytest

from course_utils import exact_permutation

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("seed", range(4))
def test_equal_to_scipy(seed):
    random = np.random.default_rng(seed)
    first, second = random.normal(0, 1, 4), random.normal(0.7, 1, 5)
    expected = stats.permutation_test(
        (first, second), lambda a, b: abs(np.mean(a) - np.mean(b)), alternative="greater", n_resamples=np.inf
    ).pvalue
    assert exact_permutation.p_value(first, second) == pytest.approx(expected)


def test_numbers_by_hand():
    assert exact_permutation.p_value([1], [2, 4]) == pytest.approx(2 / 3)
    assert exact_permutation.p_value([5, 5], [5, 5]) == 1
    assert exact_permutation.p_value([1, 2, 3, 4, 5], [11, 12, 13, 14, 15]) == pytest.approx(2 / 252)
    assert exact_permutation.p_value([1, 2], [3, 4]) == exact_permutation.p_value([3, 4], [1, 2])


@pytest.mark.parametrize(("first", "second", "words"), [([], [1], "0 and 1 numbers"), ([0] * 20, [1] * 20, "dealt in")])
def test_what_is_refused(first, second, words):
    with pytest.raises(ValueError, match=words):
        exact_permutation.p_value(first, second)
