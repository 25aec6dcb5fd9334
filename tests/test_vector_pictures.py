"""Thumbnails on a map, and bars of contributions."""

import numpy as np
import pytest
from matplotlib import offsetbox

from course_utils import plots

COLOUR = np.full((5, 6, 6, 3), (200, 30, 30), np.uint8)
PLACES = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.5], [10.0, -3.0], [4.0, 1.0]])


def _is_clear(picture):
    rgb = picture.to_rgb().astype(int)
    return (np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]]) > 200).all()


@pytest.mark.parametrize("maps", [PLACES, [PLACES, PLACES[::-1]], [PLACES, -PLACES, 0 * PLACES]])
def test_every_image_stands_on_every_map_and_none_is_cut_off(maps):
    picture = plots.thumbnail_map(maps, COLOUR, alt="five red squares")
    assert _is_clear(picture)
    renderer = picture.canvas.get_renderer()
    for axes in picture.axes:
        boxes = [one for one in axes.get_children() if isinstance(one, offsetbox.AnnotationBbox)]
        assert len(boxes) == 5
        inside = axes.get_window_extent(renderer)
        for box in boxes:
            place = box.get_window_extent(renderer)
            assert inside.x0 <= place.x0 < place.x1 <= inside.x1
            assert inside.y0 <= place.y0 < place.y1 <= inside.y1


def test_thumbnails_keep_the_order_of_their_places():
    picture = plots.thumbnail_map(PLACES, COLOUR, alt="five red squares")
    picture.to_rgb()
    boxes = [one for one in picture.axes[0].get_children() if isinstance(one, offsetbox.AnnotationBbox)]
    centres = np.array([[box.get_window_extent().x0, box.get_window_extent().y0] for box in boxes])
    np.testing.assert_array_equal(np.argsort(centres[:, 0]), np.argsort(PLACES[:, 0]))
    assert centres[3, 1] < centres[0, 1] < centres[1, 1]


def test_thumbnails_may_be_gray_or_signed():
    gray = [np.zeros((4, 6)), np.eye(5), np.eye(3) - 0.5]
    assert plots.thumbnail_map(PLACES[:3], gray, titles="gray", alt="three").to_rgb().std() > 0


@pytest.mark.parametrize(
    ("places", "images", "titles", "message"),
    [
        (PLACES, COLOUR[:4], None, "for 4 images"),
        (PLACES[:, :1], COLOUR, None, "for 5 images"),
        (PLACES * np.nan, COLOUR, None, "NaN"),
        ([PLACES, PLACES], COLOUR, ["one"], "1 titles for 2"),
        (PLACES[:0], COLOUR[:0], None, "no image"),
        ([], COLOUR, None, "no map"),
    ],
)
def test_wrong_maps_are_told_what_to_do(places, images, titles, message):
    with pytest.raises(ValueError, match=message):
        plots.thumbnail_map(places, images, titles, alt="x")


def _bars(picture):
    (axes,) = picture.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    return {name: bar.get_width() for name, bar in zip(names, axes.patches, strict=True)}


def test_bars_are_the_largest_terms_their_rest_and_their_sum():
    values = np.array([0.1, -3.0, 2.0, 0.25, -0.05])
    bars = _bars(plots.contributions(values, most=2, alt="bars"))
    assert list(bars) == ["feature 1", "feature 2", "all other terms (3)", "sum"]
    np.testing.assert_allclose(list(bars.values()), [-3.0, 2.0, 0.3, -0.7])


def test_no_rest_where_all_terms_are_shown():
    assert list(_bars(plots.contributions(np.array([1.0, -2.0]), ["a", "b"], alt="bars"))) == ["b", "a", "sum"]


def test_signs_have_their_colours_and_their_numbers():
    picture = plots.contributions(np.array([1.5, -0.25]), alt="bars")
    (axes,) = picture.axes
    colours = [bar.get_facecolor() for bar in axes.patches]
    assert len(set(colours)) == 3
    assert {text.get_text() for text in axes.texts} == {"+1.50", "−0.25", "+1.25"}
    assert _is_clear(picture)


@pytest.mark.parametrize("values", [np.zeros(1), np.full(40, -1.0), np.array([1e4, -1e4])])
def test_bars_stay_inside_the_picture(values):
    assert _is_clear(plots.contributions(values, alt="bars"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": np.zeros((2, 2))}, "one row of finite"),
        ({"values": np.array([])}, "one row of finite"),
        ({"values": np.array([np.inf])}, "one row of finite"),
        ({"values": np.ones(2), "names": ["a"]}, "1 names for 2"),
        ({"values": np.ones(2), "most": 0}, "most is 0"),
    ],
)
def test_wrong_terms_are_told_what_to_do(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.contributions(**arguments, alt="x")
