"""Drawn faces: the parts are where the data say, and arrangements differ in places alone."""

import cv2
import numpy as np
import pytest

from course_utils.datasets import drawn_faces

PLAIN = {"noise": 0.0, "seed": 4}


def _ink(image):
    """Return how much darker each pixel is than paper, whose light is a plane: fitted to the brighter pixels."""
    picture = image[..., 0].astype(float)
    rows, columns = np.indices(picture.shape)
    plane = np.stack([rows.ravel(), columns.ravel(), np.ones(picture.size)], axis=1)
    bright = np.ones(picture.size, bool)
    for _ in range(4):
        fitted = plane @ np.linalg.lstsq(plane[bright], picture.ravel()[bright], rcond=None)[0]
        bright = picture.ravel() > fitted - 2
    return np.clip(fitted.reshape(picture.shape) - picture - 3, 0, None)


def _middle(ink, around, reach):
    """Return x, y of the ink's middle near a place."""
    rows, columns = np.indices(ink.shape)
    near = ink * ((abs(columns - around[0]) <= reach) & (abs(rows - around[1]) <= reach))
    return np.array([(columns * near).sum(), (rows * near).sum()]) / near.sum()


def test_same_seed_same_faces_and_another_seed_others():
    first, again, other = (drawn_faces.make(5, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.images, again.images)
    np.testing.assert_array_equal(first.points, again.points)
    assert (first.images != other.images).mean() > 0.5


def test_the_ink_of_the_eyes_lies_around_their_points():
    # Both eyes are symmetric, so the ink's middle is the eye's middle: measured in the picture alone.
    faces = drawn_faces.make(30, missing=("nose", "mouth"), **PLAIN)
    off = [
        _middle(_ink(image), point, reach=6) - point
        for image, points in zip(faces.images, faces.points, strict=True)
        for point in points[:2]
    ]
    assert np.abs(off).max() < 0.3
    assert np.abs(np.mean(off, axis=0)).max() < 0.05, "no half pixel off"


def test_the_mouths_corners_are_where_its_ink_ends():
    faces = drawn_faces.make(30, missing=("eye", "nose"), turn=0, **PLAIN)
    for image, points in zip(faces.images, faces.points, strict=True):
        columns = np.flatnonzero(_ink(image).max(axis=0) > 10)
        assert columns.min() == pytest.approx(points[3, 0], abs=1.8)
        assert columns.max() == pytest.approx(points[4, 0], abs=1.8)


def test_a_nose_template_finds_the_nose():
    faces = drawn_faces.make(40, missing=("eye", "mouth"), turn=5, **PLAIN)
    template = drawn_faces.template("nose")
    off = []
    for image, place in zip(faces.images, faces.places, strict=True):
        response = cv2.matchTemplate(image[..., 0].astype(np.float32), template, cv2.TM_CCOEFF_NORMED)
        row, column = np.unravel_index(response.argmax(), response.shape)
        off.append(np.hypot(*(np.array([column, row]) + template.shape[0] // 2 - place[2])))
    assert np.mean(np.array(off) < 1.6) > 0.9


def test_places_follow_from_centre_size_and_turn():
    faces = drawn_faces.make(50)
    for place, centre, size, turn in zip(faces.places, faces.centres, faces.sizes, faces.turns, strict=True):
        complex_slots = drawn_faces.SLOTS @ (1, 1j) * size * np.exp(1j * np.deg2rad(turn))
        expected = np.stack([complex_slots.real, complex_slots.imag], axis=1) + centre
        assert np.abs(place - expected).max() < 0.08 * size
    eyes = faces.points[:, 1] - faces.points[:, 0]
    assert np.hypot(*eyes.T) == pytest.approx(faces.sizes, rel=0.1)
    clockwise = np.rad2deg(np.arctan2(eyes[:, 1], eyes[:, 0]))
    assert clockwise == pytest.approx(faces.turns, abs=6)


def test_everything_lies_within_the_picture():
    for arrangement in drawn_faces.ARRANGEMENTS:
        points = drawn_faces.make(100, arrangement, seed=9).points
        assert points.min() >= 0
        assert points.max() <= drawn_faces.SIDE - 1


@pytest.mark.parametrize("arrangement", drawn_faces.ARRANGEMENTS[1:])
def test_arrangements_share_all_but_places(arrangement):
    faces, scenes = drawn_faces.make(40, **PLAIN), drawn_faces.make(40, arrangement, **PLAIN)
    for name in ("centres", "sizes", "turns"):
        np.testing.assert_array_equal(getattr(faces, name), getattr(scenes, name))
    moved = np.linalg.norm(faces.places - scenes.places, axis=2).max(axis=1)
    assert (moved > 0.3 * faces.sizes).all()
    ink = [np.array([_ink(image).sum() for image in f.images]) for f in (faces, scenes)]
    assert np.median(ink[1] / ink[0]) == pytest.approx(1, abs=0.05), "the same parts, so as much ink"


def test_swapped_parts_stand_in_the_slots_of_the_face_and_no_swap_is_a_face():
    faces, swaps = drawn_faces.make(200, **PLAIN), drawn_faces.make(200, "swap", **PLAIN)
    distances = np.linalg.norm(swaps.places[:, :, None] - faces.places[:, None], axis=3)  # (n, part, slot)
    slots = distances.argmin(axis=2)
    assert (np.sort(slots, axis=1) == np.arange(4)).all()
    assert (distances.min(axis=2) < 0.15 * faces.sizes[:, None]).all()
    orders = {(frozenset(row[:2]), row[2], row[3]) for row in slots.tolist()}
    assert (frozenset((0, 1)), 2, 3) not in orders
    assert len(orders) == 11, "4! / 2 orders of two equal eyes, nose and mouth, less the face"


def test_upside_mirrors_rows_of_slots_but_not_the_parts():
    faces, scenes = (drawn_faces.make(20, a, turn=0, **PLAIN) for a in ("face", "upside"))
    centre = faces.centres[:, None, 1]
    mirrored = 2 * centre - faces.places[..., 1]
    assert np.abs(mirrored - scenes.places[..., 1]).max() < 0.09 * 17
    np.testing.assert_allclose(
        scenes.points[:, 3] - scenes.places[:, 3], faces.points[:, 3] - faces.places[:, 3], atol=1e-4
    )


def test_scattered_parts_keep_apart_and_look_like_no_face():
    scenes = drawn_faces.make(100, "scatter", **PLAIN)
    gaps = np.linalg.norm(scenes.places[:, :, None] - scenes.places[:, None], axis=3) + 99 * np.eye(4)
    assert (gaps.min(axis=(1, 2)) > 0.6 * scenes.sizes).all()


def test_missing_kinds_take_both_eyes():
    scenes = drawn_faces.make(10, missing="eye")
    assert np.isnan(scenes.places[:, :2]).all()
    assert not np.isnan(scenes.places[:, 2:]).any()
    some = np.isnan(drawn_faces.make(60, missing="some").places[..., 0])
    assert (some[:, 0] == some[:, 1]).all()
    ways, counts = np.unique(some, axis=0, return_counts=True)
    assert len(ways) == 6
    assert (counts == 10).all()
    assert (some.sum(axis=1) > 0).all()
    assert (some.sum(axis=1) < 4).all()


def test_a_mirrored_picture_needs_swapped_names():
    faces = drawn_faces.make(20)
    mirrored = faces.points.copy()
    mirrored[..., 0] = drawn_faces.SIDE - 1 - mirrored[..., 0]
    for left, right in drawn_faces.SWAP_PAIRS:
        assert (faces.points[:, left, 0] < faces.points[:, right, 0]).all()
        mirrored[:, [left, right]] = mirrored[:, [right, left]]
        assert (mirrored[:, left, 0] < mirrored[:, right, 0]).all()


def test_the_outline_surrounds_the_points():
    with_head, without = drawn_faces.make(5, outline=True, **PLAIN), drawn_faces.make(5, **PLAIN)
    assert (with_head.sizes == without.sizes).all()
    for image, centre in zip(with_head.images, with_head.centres, strict=True):
        ink = _ink(image)
        assert ink[:, : int(centre[0])].any()
        assert ink[:, int(centre[0]) :].any()
    assert sum(_ink(i).sum() for i in with_head.images) > 1.5 * sum(_ink(i).sum() for i in without.images)


@pytest.mark.parametrize(
    "wrong",
    [
        {"arrangement": "cubist"},
        {"missing": "ear"},
        {"missing": ("eye", "nose", "mouth")},
        {"turn": -1},
        {"sizes": (3, 9)},
        {"sizes": (17, 13)},
        {"noise": -1},
        {"count": 0},
        {"seed": -1},
    ],
)
def test_what_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        drawn_faces.make(**{"count": 3, **wrong})


def test_an_unknown_template_is_refused():
    with pytest.raises(ValueError, match="'eye', 'nose', 'mouth'"):
        drawn_faces.template("ear")


def test_a_bent_mouth_is_another_template_and_too_much_is_refused():
    straight, smile = (drawn_faces.template("mouth", bend=bend) for bend in (-1, 1))
    rows = [np.flatnonzero(picture.min(axis=1) < -0.3) for picture in (straight, smile)]
    assert np.ptp(rows[1]) > np.ptp(rows[0]) + 1
    with pytest.raises(ValueError, match="bend is 2; it must lie between -1 and 1"):
        drawn_faces.template("mouth", bend=2)
