"""Pictures of connections and of accuracies by position: what they refuse, and that each difference is drawn."""

import numpy as np
import pytest

from course_utils import plots

DENSE = np.arange(1, 65).reshape(16, 4)
SHARED = np.zeros((16, 4), int)
for unit in range(4):
    for weight in range(4):
        row, column = 2 * (unit // 2) + weight // 2, 2 * (unit % 2) + weight % 2
        SHARED[4 * row + column, unit] = weight + 1


def test_every_connection_is_a_line():
    picture = plots.wiring({"dense": DENSE, "shared": SHARED}, (4, 4), (2, 2), alt="two layers")
    dense, shared = picture.axes
    for axes, connections in ((dense, 64), (shared, 16)):
        assert sum(len(line.get_xdata()) == 2 for line in axes.lines) == connections
    assert [text.get_text() for text in shared.texts if text.get_text() in "abcd"].count("a") >= 4
    assert (picture.to_rgb() < 250).any()


@pytest.mark.parametrize("table", [DENSE[:15], DENSE[:, :3], DENSE * 0.5])
def test_a_table_that_does_not_fit_is_refused(table):
    with pytest.raises(ValueError, match=r"whole numbers of the shape \(16, 4\)"):
        plots.wiring({"dense": table}, (4, 4), (2, 2), alt="a layer")


def test_maps_share_one_scale():
    maps = {"blind": np.full((3, 3), 0.1), "sees": np.full((3, 3), 0.9)}
    picture = plots.position_maps(maps, [0, 4, 8], home=(4, 0), alt="a dark and a bright map")
    assert {image.get_clim() for axes in picture.axes[:2] for image in axes.images} == {(0, 1)}
    assert picture.axes[0].patches[0].get_xy() == (-0.5, 0.5)
    assert (picture.to_rgb() < 250).any()


@pytest.mark.parametrize("values", [np.zeros((2, 3)), np.full((3, 3), 1.5), np.full((3, 3), np.nan)])
def test_a_map_that_does_not_fit_is_refused(values):
    with pytest.raises(ValueError, match="one number from 0 to 1"):
        plots.position_maps({"a": values}, [0, 4, 8], alt="a map")
