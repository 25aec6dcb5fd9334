"""Lines from parts to what they vote for."""

import numpy as np
import pytest

from course_utils import plots

IMAGES = np.zeros((3, 9, 9))
PLACES = np.arange(12.0).reshape(3, 2, 2)
VOTES = PLACES + 1


def test_each_image_has_a_line_and_an_end_for_each_part():
    drawn = plots.part_votes(IMAGES, PLACES, VOTES, ["eye", "nose"], ["a", "b", "c"], columns=2, alt="votes")
    assert len(drawn.axes) == 3
    for axes, places, votes, title in zip(drawn.axes, PLACES, VOTES, "abc", strict=True):
        assert axes.get_title() == title
        lines = [line.get_xydata() for line in axes.lines]
        np.testing.assert_array_equal(lines[0], [places[0], votes[0]])
        np.testing.assert_array_equal(lines[3], [votes[1]])
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == ["eye", "nose"]


def test_rows_point_downwards_as_in_the_image():
    low, high = plots.part_votes(IMAGES, PLACES, VOTES, ["eye", "nose"], alt="votes").axes[0].get_ylim()
    assert low > high


@pytest.mark.parametrize(
    ("images", "votes", "names", "words"),
    [
        ([], VOTES, ["eye", "nose"], "no image"),
        (IMAGES, VOTES[:2], ["eye", "nose"], r"votes have the shape \(2, 2, 2\); for these .* give \(3, 2, 2\)"),
        (IMAGES, VOTES, ["eye"], r"places have the shape \(3, 2, 2\); for these .* give \(3, 1, 2\)"),
    ],
)
def test_what_is_refused(images, votes, names, words):
    with pytest.raises(ValueError, match=words):
        plots.part_votes(images, PLACES, votes, names, alt="votes")
