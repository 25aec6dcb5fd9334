"""The pictures of gradients, kernel places and repeated experiments."""

import numpy as np
import pytest

from course_utils import plots


def test_opposite_directions_have_different_colours_and_a_full_turn_the_same():
    painted = plots.paint_directions(np.array([[0.0, 90.0, 180.0, 270.0, 360.0]]))[0].astype(int)
    assert (painted[0] == painted[4]).all()
    distances = [np.abs(painted[i] - painted[j]).sum() for i in range(4) for j in range(i)]
    assert min(distances) > 60


def test_directions_fade_to_white_where_nothing_is_steep():
    painted = plots.paint_directions(np.zeros((1, 2)), np.array([[0.0, 1.0]]), full=1)
    assert (painted[0, 0] == 255).all()
    assert (painted[0, 1] < 255).any()


def test_directions_and_arrows_carry_their_alt_text():
    slope = np.ones((4, 5))
    assert 'alt="all right"' in plots.directions((np.zeros((4, 5)), slope), alt="all right").to_html()
    assert 'alt="arrows"' in plots.arrows(np.eye(4, 5), slope, slope, alt="arrows").to_html()


def test_arrows_refuse_what_cannot_be_read():
    with pytest.raises(ValueError, match="up to 16 x 16"):
        plots.arrows(np.zeros((17, 3)), np.zeros((17, 3)), np.zeros((17, 3)), alt="too tall")
    with pytest.raises(ValueError, match="must be the same"):
        plots.arrows(np.zeros((3, 3)), np.zeros((3, 3)), np.zeros((3, 4)), alt="shapes")


@pytest.mark.parametrize(
    ("size", "kernel_size", "stride", "padding", "places", "note"),
    [(7, 3, 1, 0, 5, None), (7, 3, 2, 0, 3, None), (7, 7, 1, 3, 7, None), (8, 3, 2, 0, 3, "1 pixel never read"),
     (8, 3, 2, 1, 4, "1 added pixel never read"),
     (12, 3, 4, 0, 3, "3 pixels never read"), (130, 3, 1, 0, 128, None)],
)  # fmt: skip
def test_window_places_states_the_size(size, kernel_size, stride, padding, places, note):
    picture = plots.window_places(size, kernel_size, stride, padding, alt="places")
    texts = [text.get_text().replace("\n", " ") for text in picture.axes[0].texts]
    assert any(f"= {places}" in text for text in texts)
    assert sum(text.startswith("output") for text in texts) == places
    assert ([text for text in texts if "never read" in text] or [None])[0] == note


def test_window_places_has_room_for_equal_frames():
    sizes = {
        plots.window_places(*case, num_rows=7, alt="x").get_size_inches().tolist()[1] for case in [(7, 3), (8, 3, 2)]
    }
    assert len(sizes) == 1


def test_window_places_cuts_no_text_off():
    picture = plots.window_places(8, 3, stride=2, padding=1, alt="x")
    picture.to_rgb()
    inside = picture.bbox
    for text in picture.axes[0].texts:
        box = text.get_window_extent()
        assert inside.x0 <= box.x0, f"{text.get_text()!r} leaves the picture on the left"
        assert box.x1 <= inside.x1, f"{text.get_text()!r} leaves the picture on the right"


def test_window_places_refuses_a_kernel_that_does_not_fit():
    with pytest.raises(ValueError, match="the row has 5"):
        plots.window_places(5, 7, alt="none")


def test_bands_draw_mean_and_range():
    picture = plots.bands([1, 2], {"a": np.array([[1.0, 2.0], [3.0, 8.0]])}, alt="a mean and its range")
    axes = picture.axes[0]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [2, 5])
    edge = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (edge.min(), edge.max()) == (1, 8)
    with pytest.raises(ValueError, match="must be \\(runs, 2\\)"):
        plots.bands([1, 2], {"a": np.zeros(2)}, alt="no runs")
