"""Drawn people: joints are where the drawing is, boxes hide what they are said to hide, nothing else differs."""

import numpy as np
import pytest

from course_utils import plots
from course_utils.datasets import stick_figures


def test_everybody_is_inside_and_anatomy_is_kept():
    figures = stick_figures.make(60)
    assert figures.points.min() > -0.5
    assert figures.points.max() < stick_figures.SIDE - 0.5
    head, neck, hips = figures.points[:, 0], figures.points[:, 1], figures.points[:, 8:10].mean(axis=1)
    assert (head[:, 1] < neck[:, 1]).all()
    assert (neck[:, 1] < hips[:, 1]).all()
    for left, right in ((2, 3), (8, 9)):
        assert (figures.points[:, left, 0] < figures.points[:, right, 0]).all(), "left and right of the picture"
    lengths = [np.linalg.norm(figures.points[:, a] - figures.points[:, b], axis=1) for a, b in stick_figures.BONES]
    assert np.min(lengths) > 1
    assert figures.visible.all()
    assert not figures.boxes.any()


def test_a_joint_lies_on_what_is_drawn():
    figures, seen = stick_figures.make(80), 0
    for image, points in zip(figures.images.astype(int), figures.points, strict=True):
        colours = [image[tuple(np.round(points[joint][::-1]).astype(int))] for joint in (8, 9)]
        seen += np.abs(colours[0] - colours[1]).max() < 60  # both hips wear the same trousers or shirt
    assert seen > 72


def test_boxes_hide_a_share_and_nothing_else_differs():
    bare = stick_figures.make(40)
    for share in (0.1, 0.3, 0.5):
        hidden = stick_figures.make(40, occluded=share)
        np.testing.assert_array_equal(bare.points, hidden.points)
        for number, (top, left, bottom, right) in enumerate(hidden.boxes):
            outside = np.ones((48, 48), bool)
            outside[top:bottom, left:right] = False
            np.testing.assert_array_equal(bare.images[number][outside], hidden.images[number][outside])
            low, high = bare.points[number].min(axis=0) - 2, bare.points[number].max(axis=0) + 2
            assert (bottom - top) * (right - left) / np.prod(high - low) == pytest.approx(share, abs=0.09)
            for (x, y), visible in zip(hidden.points[number], hidden.visible[number], strict=True):
                inside = left <= round(x) < right and top <= round(y) < bottom
                near = min(abs(x - left + 0.5), abs(x - right + 0.5), abs(y - top + 0.5), abs(y - bottom + 0.5)) < 0.01
                assert visible != inside or near
    shares = [1 - stick_figures.make(40, occluded=share).visible.mean() for share in (0.1, 0.3, 0.5)]
    assert shares == sorted(shares)


def test_seeds_and_splits():
    one, again, other = (stick_figures.make(3, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.images, again.images)
    assert not np.array_equal(one.points, other.points)
    assert not np.array_equal(one.points, stick_figures.make(3, split="test").points)
    np.testing.assert_array_equal(stick_figures.make(9).images[:3], one.images)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 0}, "count is 0"),
        ({"count": 1, "occluded": 0.9}, "share from 0 to 0.7"),
        ({"count": 1, "occluded": (0.4, 0.2)}, "the lower first"),
        ({"count": 1, "split": "validation"}, "'train' or 'test'"),
    ],
)
def test_what_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        stick_figures.make(**arguments)


def test_points_are_drawn_at_their_pixels():
    points = np.array([[[0.0, 0.0], [7.0, 3.0]], [[2.0, 2.0], [np.nan, np.nan]]])
    picture = plots.points(np.zeros((2, 8, 8)), points, points + 1, ["a", "b"], bones=[(0, 1)], numbers=True, alt="x")
    assert [axes.get_title() for axes in picture.axes] == ["a", "b"]
    drawn = [line.get_xydata() for line in picture.axes[0].lines if line.get_marker() == "o"]
    np.testing.assert_allclose(drawn[0], points[0])
    crosses = [line.get_xydata() for line in picture.axes[0].lines if line.get_marker() == "x"]
    np.testing.assert_allclose(crosses[-1], points[0] + 1)
    assert len(picture.legends) == 1
    assert not plots.points(np.zeros((1, 8, 8, 3), np.uint8), points[:1], alt="x").legends
    assert picture.to_rgb().std() > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({}, "neither predicted nor true"), ({"predicted": np.zeros((3, 1, 2))}, "2 images and 3 rows")],
)
def test_wrong_points_are_told_what_to_do(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.points(np.zeros((2, 4, 4)), **arguments, alt="x")
