"""Other colours and other textures: what changes, what stays, and what is refused."""

import numpy as np
import pytest

from course_utils import images, restyling

CAT = images.resize_square(images.load("cat"), 64)
TWO = np.stack([CAT, CAT[:, ::-1]])
BRICK = images.load("brick")


def test_recolouring_keeps_order_within_each_channel():
    changed = restyling.recolour(TWO, seed=3)
    assert changed.dtype == np.uint8
    for channel in range(3):
        before, after = TWO[0, ..., channel].ravel(), changed[0, ..., channel].ravel().astype(int)
        assert (np.diff(after[np.argsort(before, kind="stable")]) >= 0).all()


def test_recolouring_is_one_line_per_channel_where_nothing_is_cut_off():
    middle = np.clip(TWO, 90, 130)
    changed = restyling.recolour(middle, seed=0)[0, ..., 1].ravel().astype(float)
    slope, _ = np.polyfit(middle[0, ..., 1].ravel().astype(float), changed, 1)
    assert 0.59 < slope < 1.41
    assert (
        np.abs(changed - np.polyval(np.polyfit(middle[0, ..., 1].ravel(), changed, 1), middle[0, ..., 1].ravel())).max()
        < 1
    )


@pytest.mark.parametrize("change", [restyling.recolour, lambda x, seed: restyling.retexture(x, [BRICK], seed)])
def test_a_seed_decides_and_the_input_stays(change):
    before = TWO.copy()
    first = change(TWO, 1)
    np.testing.assert_array_equal(first, change(TWO, 1))
    assert (first != change(TWO, 2)).any()
    np.testing.assert_array_equal(TWO, before)


def test_retexturing_adds_a_fine_pattern_and_keeps_what_is_coarse():
    changed = restyling.retexture(TWO, [BRICK], seed=0)
    means = [x.astype(float).reshape(2, 4, 16, 4, 16, 3).mean(axis=(2, 4)) for x in (TWO, changed)]
    assert np.abs(means[0] - means[1]).mean() < 8
    added = changed.astype(float) - TWO
    # Gray is added: to all channels the same, but for what was cut off and what the blur moved.
    assert np.corrcoef(added[..., 0].ravel(), added[..., 2].ravel())[0, 1] > 0.9


@pytest.mark.parametrize("wrong", [CAT, TWO.astype(float), TWO[..., :1], np.zeros((2, 3), np.uint8)])
def test_both_refuse_what_is_no_batch_of_photographs(wrong):
    with pytest.raises(ValueError, match="give a batch"):
        restyling.recolour(wrong)
    with pytest.raises(ValueError, match="give a batch"):
        restyling.retexture(wrong, [BRICK])


@pytest.mark.parametrize("surface", [BRICK[:40], np.zeros((99, 99, 3))])
def test_retexture_refuses_surfaces_that_do_not_fit(surface):
    with pytest.raises(ValueError, match="at least 64x64"):
        restyling.retexture(TWO, [surface])
