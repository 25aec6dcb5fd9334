"""Dots in groups: each value is drawn where it belongs, and a variant looks the same in each group."""

import numpy as np
import pytest

from course_utils import plots

GROUPS = {"swap": {"bag": [0.9, 1.0], "capsules": [0.25, 0.35]}, "scatter": {"bag": [0.8, 0.6], "capsules": [0.1, 0.1]}}


def _dots(axes):
    return [line for line in axes.lines if line.get_linestyle() == "None"]


def test_every_number_has_its_dot_and_each_row_its_mean():
    axes = plots.seed_groups(GROUPS, alt="dots").axes[0]
    drawn = [sorted(line.get_xdata()) for line in _dots(axes)]
    assert drawn == [sorted(values) for group in GROUPS.values() for values in group.values()]
    assert [text.get_text().strip() for text in axes.texts] == ["0.95", "0.30", "0.70", "0.10"]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["swap", "bag", "capsules", "scatter", "bag", "capsules"]


def test_a_variant_keeps_colour_and_marker():
    first, second, third, fourth = _dots(plots.seed_groups(GROUPS, alt="dots").axes[0])
    assert (first.get_color(), first.get_marker()) == (third.get_color(), third.get_marker())
    assert (second.get_color(), second.get_marker()) == (fourth.get_color(), fourth.get_marker())
    assert first.get_color() != second.get_color()


def test_marks_and_limits():
    axes = plots.seed_groups(GROUPS, marks={"chance": 0.5}, limits=(0, 1), percent=True, alt="dots").axes[0]
    assert "chance" in [text.get_text() for text in axes.texts]
    assert any(np.allclose(line.get_xdata(), 0.5) for line in axes.lines)
    assert axes.get_xlim() == pytest.approx((-0.03, 1.03))
    assert "95%" in [text.get_text().strip() for text in axes.texts]


@pytest.mark.parametrize(("groups", "words"), [({}, "no group"), ({"swap": {"bag": []}}, "'bag' of 'swap' has no run")])
def test_what_is_refused(groups, words):
    with pytest.raises(ValueError, match=words):
        plots.seed_groups(groups, alt="dots")
