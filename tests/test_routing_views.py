"""The slider over the iterations of routing."""

import numpy as np
import pytest

from course_utils import plots

VOTES = np.array([[[1.0, 0.5], [-1.0, 0.2]], [[1.2, 0.4], [0.3, -1.0]], [[-0.8, 0.5], [1.0, 0.9]]])
STEPS = [(np.full((2, 2), 0.3), np.full((3, 2), 0.5)), (np.full((2, 2), 0.6), np.array([[0.9, 0.1]] * 3))]


def test_there_is_one_frame_for_each_iteration_and_they_differ():
    slider = plots.routing(VOTES, STEPS, parent_names=["house", "boat"], alt="three children")
    assert slider.labels == ("iteration 1", "iteration 2")
    assert slider.uris[0] != slider.uris[1]
    assert "three children Picture 2 of 2: iteration 2" in slider.to_html()


@pytest.mark.parametrize(
    ("votes", "names", "words"),
    [
        (VOTES[..., :1], ["a", "b"], r"shape \(3, 2, 1\); to be drawn they must be \(children, parents, 2\)"),
        (VOTES, ["a"], "1 names for 2 parents"),
    ],
)
def test_what_cannot_be_drawn_is_said(votes, names, words):
    with pytest.raises(ValueError, match=words):
        plots.routing(votes, STEPS, parent_names=names, alt="three children")
