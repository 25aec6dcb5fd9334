"""The slider over the windows of a pool: its frames, its sentences, and what it cannot show."""

import numpy as np
import pytest

from course_utils import plots
from course_utils.plots import pooling_views


def test_one_frame_per_window():
    slider = plots.pool_windows(np.arange(25).reshape(5, 5), 3, 2, alt="four windows of nine numbers")
    assert len(slider) == 4
    assert slider.labels == ("window 0, 0", "window 0, 1", "window 1, 0", "window 1, 1")
    assert len(set(slider.uris)) == 4
    assert "four windows of nine numbers" in slider.to_html()


def test_a_window_moves_by_its_size_unless_told_otherwise():
    assert len(plots.pool_windows(np.eye(6), 2, alt="nine windows")) == 9
    assert len(plots.pool_windows(np.eye(4), 2, 1, alt="nine windows that overlap")) == 9
    assert len(plots.pool_windows(np.eye(5, 7), 2, alt="six windows; a row and a column are not read")) == 6


def test_the_sentence_names_the_numbers_and_both_results():
    assert pooling_views._sentence(np.array([[1.0, 9], [5, 4]])) == "max of 1, 9, 5, 4 = 9        mean = 19 / 4 = 4.75"
    assert "max of −1, 0.5" in pooling_views._sentence(np.array([[-1.0, 0.5]]))
    assert pooling_views._sentence(np.ones((4, 4))) == "max = 1        mean = 16 / 16 = 1"


@pytest.mark.parametrize(
    ("feature_map", "pool_size", "stride", "words"),
    [
        (np.zeros((9, 4)), 2, 2, r"shape \(9, 4\); it must be \(height, width\), at most 8 x 8"),
        (np.zeros((4, 4, 1)), 2, 2, r"shape \(4, 4, 1\)"),
        (np.zeros((4, 4)), 5, 1, r"0 x 0 places"),
        (np.zeros((4, 4)), 4, 1, r"1 x 1 places.*2 to 16 can be shown"),
        (np.zeros((8, 8)), 2, 1, r"7 x 7 places"),
        (np.zeros((4, 4)), 0, 1, r"pool_size is 0"),
    ],
)
def test_what_it_cannot_show(feature_map, pool_size, stride, words):
    with pytest.raises(ValueError, match=words):
        plots.pool_windows(feature_map, pool_size, stride, alt="nothing")
