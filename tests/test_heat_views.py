"""Heat over images: what is bright is heat, on every kind of image, and mistakes are named."""

import numpy as np
import pytest

from course_utils import plots
from course_utils.plots import heat_views

WHITE = np.full((6, 8, 3), 255, np.uint8)
HEAT = np.zeros((6, 8))
HEAT[2, 3] = 4


def test_without_heat_the_image_is_a_dimmed_gray_and_the_hottest_pixel_is_yellow():
    drawn = heat_views.blend(WHITE, HEAT - (HEAT == 0))
    cold = drawn[HEAT == 0]
    assert (cold == cold[0, 0]).all(), "negative heat has no colour"
    red, green, blue = drawn[2, 3].astype(int)
    assert min(red, green) > cold[0, 0] > blue


def test_gray_float_and_colour_images_are_blended_alike():
    expected = heat_views.blend(WHITE, HEAT)
    for image in (WHITE[..., 0], np.ones((6, 8)), np.ones((6, 8, 3))):
        np.testing.assert_allclose(heat_views.blend(image, HEAT).astype(int), expected, atol=1)


def test_a_shared_scale_keeps_weak_heat_dark():
    own, shared = heat_views.blend(WHITE, HEAT), heat_views.blend(WHITE, HEAT, top=40)
    assert own[2, 3, 0] > shared[2, 3, 0]


def test_rows_of_images_and_overlays_with_boxes_and_a_line():
    picture = plots.heat_overlay(
        [WHITE] * 5,
        [HEAT] * 5,
        list("abcde"),
        4,
        boxes=[(1, 1, 4, 5), None, *[[(0, 0, 2, 2), (2, 2, 4, 4)]] * 3],
        alt="heat",
    )
    frames = [len(axes.patches) for axes in picture.axes]
    assert frames[:8] == [0, 0, 0, 0, 1, 0, 2, 2]
    assert [axes.get_title() for axes in picture.axes[:4]] == list("abcd")
    assert picture.axes[8].get_title() == "e"
    assert picture.to_rgb().std() > 0


def test_overlays_alone_and_heat_that_is_zero():
    assert len(plots.heat_overlay([WHITE], [0 * HEAT], beside=False, alt="no heat").axes) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"images": []}, "0 images and 1 heats"),
        ({"heats": [HEAT.T]}, r"shape \(8, 6\)"),
        ({"heats": [HEAT * np.nan]}, "finite"),
        ({"boxes": []}, "0 entries of boxes"),
        ({"titles": ["a", "b"]}, "2 titles"),
    ],
)
def test_what_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        plots.heat_overlay(**{"images": [WHITE], "heats": [HEAT], **options}, alt="x")
