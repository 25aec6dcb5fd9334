"""Votes for one class against another, against logits computed the long way and against trying number by number."""

import numpy as np
import pytest

from course_utils.features import votes

RANDOM = np.random.default_rng(3)
FEATURES, KERNEL = np.maximum(RANDOM.normal(0.5, 1, 40), 0), RANDOM.normal(0, 1, (40, 3)) + np.array([0.5, 0, 0])
BIAS = np.array([0.2, -0.1, 0.4])


def remaining_lead(count, winner, rival):
    """Return the lead with the `count` strongest votes' features set to 0."""
    features = FEATURES.copy()
    gains = [FEATURES[i] * (KERNEL[i, winner] - KERNEL[i, rival]) for i in range(40)]
    for place in sorted(range(40), key=lambda i: -gains[i])[:count]:
        features[place] = 0
    logits = features @ KERNEL + BIAS
    return logits[winner] - logits[rival]


@pytest.mark.parametrize(("winner", "rival"), [(0, 1), (0, 2), (2, 1)])
def test_votes_and_biases_add_up_to_the_difference_of_the_logits(winner, rival):
    total = votes.votes(FEATURES, KERNEL, winner, rival).sum() + BIAS[winner] - BIAS[rival]
    assert total == pytest.approx(remaining_lead(0, winner, rival))


@pytest.mark.parametrize("rival", [1, 2])
def test_so_many_votes_overturn_and_one_fewer_does_not(rival):
    count = votes.fewest_to_overturn(FEATURES, KERNEL, BIAS, 0, rival)
    assert count > 1
    assert remaining_lead(count, 0, rival) <= 0 < remaining_lead(count - 1, 0, rival)


def test_who_does_not_lead_needs_no_vote_to_go():
    assert votes.fewest_to_overturn(FEATURES, KERNEL, BIAS, 1, 0) == 0
    assert votes.fewest_to_overturn(np.ones(2), np.ones((2, 2)), np.zeros(2), 0, 1) == 0


def test_a_lead_by_the_bias_alone_is_said():
    with pytest.raises(ValueError, match=r"class 0 still leads class 1 by 5 when all its votes are gone"):
        votes.fewest_to_overturn(np.ones(2), np.eye(2), np.array([6.0, 0.0]), 0, 1)


@pytest.mark.parametrize(
    ("features", "kernel", "winner", "words"),
    [
        (np.ones((2, 3)), KERNEL, 0, r"features have the shape \(2, 3\)"),
        (np.ones(7), KERNEL, 0, r"the kernel \(40, 3\)"),
        (FEATURES, KERNEL, 3, "winner is 3; the classes are 0 to 2"),
        (FEATURES, KERNEL, -1, "winner is -1"),
    ],
)
def test_what_does_not_fit_is_said(features, kernel, winner, words):
    with pytest.raises(ValueError, match=words):
        votes.votes(features, kernel, winner, 1)
