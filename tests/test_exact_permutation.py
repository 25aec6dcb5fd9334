"""The exact permutation test, beside numbers found by hand and a plain loop over all ways."""

import itertools

import numpy as np
import pytest

from course_utils import exact_permutation


@pytest.mark.parametrize("seed", range(4))
def test_equal_to_a_plain_loop(seed):
    random = np.random.default_rng(seed)
    first, second = random.normal(0, 1, 4), random.normal(0.7, 1, 5)
    numbers, gaps = [*first, *second], []
    for hand in itertools.combinations(range(9), 4):
        mine = [numbers[place] for place in hand]
        rest = [numbers[place] for place in range(9) if place not in hand]
        gaps.append(abs(sum(mine) / 4 - sum(rest) / 5))
    as_large = [gap for gap in gaps if gap >= gaps[0] - 1e-12]
    assert exact_permutation.p_value(first, second) == pytest.approx(len(as_large) / 126)


def test_numbers_by_hand():
    assert exact_permutation.p_value([1, 2], [3, 4]) == pytest.approx(2 / 6)
    assert exact_permutation.p_value([5, 5], [5, 5]) == 1
    assert exact_permutation.p_value([1, 2, 3, 4, 5], [11, 12, 13, 14, 15]) == pytest.approx(2 / 252)
    assert exact_permutation.p_value([1, 2], [3, 4]) == exact_permutation.p_value([3, 4], [1, 2])
    # 0.1 + 0.2 is not 0.3 to the last digit; equal differences have to count as equal all the same.
    assert exact_permutation.p_value([0.1, 0.2, 0.7], [0.3, 0.0, 0.7]) == 1


@pytest.mark.parametrize(
    ("first", "second", "words"), [([1], [1, 2], "1 and 2 numbers"), ([0] * 20, [1] * 20, "dealt in")]
)
def test_what_is_refused(first, second, words):
    with pytest.raises(ValueError, match=words):
        exact_permutation.p_value(first, second)
