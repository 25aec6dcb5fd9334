"""Points marked on real faces: they are inside, left is left, they move with the picture, and damage is noticed."""

import csv
import itertools
import math
import re
import shutil

import cv2
import numpy as np
import pytest

from course_utils import datasets, locations
from course_utils.datasets import drawn_faces, face_points


@pytest.fixture
def own_data(tmp_path, monkeypatch):
    """A copy of the course's folder data that a test may damage."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(locations.data() / "MANIFEST.toml", folder)
    shutil.copytree(locations.data() / "faces", folder / "faces")
    monkeypatch.setattr(locations, "data", lambda: folder)
    return folder


def test_shapes_and_types():
    faces = face_points.face_points()
    assert (faces.images.shape, faces.images.dtype) == ((100, 25, 25, 1), np.uint8)
    assert (faces.points.shape, faces.points.dtype) == ((100, 5, 2), np.float32)
    assert (faces.unsure.shape, faces.unsure.dtype) == ((100, 5), bool)
    assert faces.complete.shape == (100,)


def test_the_names_are_those_of_the_drawn_faces():
    assert face_points.POINTS == drawn_faces.POINTS
    assert face_points.SWAP_PAIRS == drawn_faces.SWAP_PAIRS
    for left, right in face_points.SWAP_PAIRS:
        assert face_points.POINTS[left].replace("left", "right") == face_points.POINTS[right]


def test_the_faces_are_in_the_order_of_the_file():
    path = datasets.locate("faces")
    gray = np.load(path)[:100]
    ours = face_points.face_points().images[..., 0] / 255
    assert np.abs(gray.clip(0, 1) - ours).max() <= 0.5 / 255 + 1e-6


def test_enlarged_to_32_they_are_the_faces_of_the_other_set():
    # Two ways to the same pictures; the other set deals them out, so only which ones there are can be compared.
    ours = {one.tobytes() for one in face_points.face_points(side=32).images}
    data = datasets.load("faces")
    theirs = {
        one.tobytes()
        for split in (data.train, data.validation, data.test)
        for one, label in zip(split.images, split.labels, strict=True)
        if label == 0
    }
    assert ours == theirs
    assert len(ours) == 100


@pytest.mark.parametrize("side", [25, 32, 48, 100])
def test_every_point_is_inside_and_only_hidden_ones_are_missing(side):
    faces = face_points.face_points(side=side)
    hidden = np.isnan(faces.points)
    assert (hidden[..., 0] == hidden[..., 1]).all()
    assert np.argwhere(hidden[..., 0]).tolist() == [[9, 0], [59, 0], [59, 1]]
    assert faces.complete.sum() == 98
    assert not faces.unsure[hidden[..., 0]].any()
    assert np.nanmin(faces.points) > -0.5
    assert np.nanmax(faces.points) < side - 0.5


def test_left_is_left_and_up_is_up():
    points = face_points.face_points().points
    left_eye, right_eye, nose, left_mouth, right_mouth = np.moveaxis(points[~np.isnan(points).any(axis=(1, 2))], 1, 0)
    assert (left_eye[:, 0] + 5 < right_eye[:, 0]).all()
    assert (left_mouth[:, 0] + 3 < right_mouth[:, 0]).all()
    eyes, mouth = (left_eye + right_eye) / 2, (left_mouth + right_mouth) / 2
    assert (eyes[:, 1] + 2 < nose[:, 1]).all()
    assert (nose[:, 1] + 2 < mouth[:, 1]).all()


def test_the_eyes_are_darker_than_what_is_below_them():
    # An oracle that knows nothing of the marks: in most faces an eye is darker than the cheek three pixels below it.
    faces = face_points.face_points(side=100)
    darker = []
    for image, points in zip(faces.images[..., 0], faces.points, strict=True):
        for x, y in points[:2]:
            if not np.isnan(x):
                column, row = round(float(x)), round(float(y))
                eye = image[row - 2 : row + 3, column - 2 : column + 3].mean()
                cheek = image[row + 10 : row + 15, column - 2 : column + 3].mean()
                darker.append(eye < cheek)
    assert len(darker) == 197
    assert np.mean(darker) > 0.9


@pytest.mark.parametrize(("column", "row"), [(12, 12), (3, 20), (21, 7)])
@pytest.mark.parametrize("side", [50, 75, 100])
def test_a_point_moves_with_a_bright_pixel(side, column, row):
    picture = np.zeros((1, 25, 25))
    picture[0, row, column] = 1
    large, points = face_points.enlarge(picture, np.array([[[column, row]]], float), side)
    ours = cv2.resize(picture[0], (side, side), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(large[0], ours, atol=1e-6)
    rows, columns = np.mgrid[:side, :side]
    middle = [(columns * ours).sum() / ours.sum(), (rows * ours).sum() / ours.sum()]
    np.testing.assert_allclose(points[0, 0], middle, atol=1e-4)
    # What everybody writes first is off by half a new pixel and more.
    assert np.abs(np.array([column, row]) * side / 25 - middle).min() > 0.45


def test_the_corners_of_a_picture_stay_its_corners():
    corners = np.array([[-0.5, -0.5], [24.5, 24.5]])
    _, moved = face_points.enlarge(np.zeros((1, 25, 25)), corners, 60)
    assert moved.tolist() == [[-0.5, -0.5], [59.5, 59.5]]


@pytest.mark.parametrize(
    ("side", "kind", "words"),
    [
        (24, ValueError, "side is 24; it must be 25 or more"),
        (0, ValueError, "side is 0; it must be a whole number"),
        (48.0, TypeError, "side is 48.0; it must be a whole number"),
    ],
)
def test_a_wrong_side_is_refused(side, kind, words):
    with pytest.raises(kind, match=words):
        face_points.face_points(side=side)


def test_pictures_that_are_not_square_are_refused():
    with pytest.raises(ValueError, match="25x30 pixels; they must be square"):
        face_points.enlarge(np.zeros((1, 25, 30)), np.zeros((1, 5, 2)), 50)


def test_the_table_is_one_that_a_person_can_read():
    rows = list(csv.reader((locations.data() / "faces" / "points.csv").read_text(encoding="utf-8").splitlines()))
    assert [row[0] for row in rows] == ["face", *map(str, range(100))]
    assert {len(row) for row in rows} == {12}
    for value in itertools.chain.from_iterable(row[1:11] for row in rows[1:]):
        assert value == "" or (f"{float(value):.1f}" == value and 0 <= float(value) <= 24)
    for names in (row[11] for row in rows[1:]):
        assert set(filter(None, names.split("; "))) <= set(face_points.POINTS)


def test_a_damaged_table_is_refused(own_data):
    path = own_data / "faces" / "points.csv"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"0,7.9,8.0", b"0,9.7,8.0", 1))
    assert path.stat().st_size == len(content)
    with pytest.raises(ValueError, match="damaged or another version"):
        face_points.face_points()


def test_a_missing_table_is_named(own_data):
    (own_data / "faces" / "points.csv").unlink()
    with pytest.raises(FileNotFoundError, match=r"points\.csv is missing.*Get the course again"):
        face_points.face_points()


def _rows(name):
    text = (locations.data() / "faces" / name).read_text(encoding="utf-8")
    return {int(row[0]): row[1:11] for row in list(csv.reader(text.splitlines()))[1:]}


def test_repeated_marks_by_hand():
    # Face 1: the first marks are 3.4 7.8, 13.0 7.9, 7.6 13.4, 5.3 17.8, 12.2 17.6; the second ones 3.4 8.2, 13.0 8.1,
    # 7.8 13.5, 5.5 18.0, 12.3 17.9.
    again = face_points.repeated_marks()
    place = again.faces.tolist().index(1)
    shifts = [[0, 0.4], [0, 0.2], [0.2, 0.1], [0.2, 0.2], [0.1, 0.3]]
    np.testing.assert_allclose(again.shifts[place], shifts, atol=1e-9)
    np.testing.assert_allclose(again.distances[place], [0.4, 0.2, 0.05**0.5, 0.08**0.5, 0.1**0.5], atol=1e-9)
    span = (9.6**2 + 0.1**2) ** 0.5
    assert again.spans[place] == pytest.approx(span)
    np.testing.assert_allclose(again.shares[place] * span, again.distances[place])


def test_repeated_marks_against_a_slow_loop():
    first, second = _rows("points.csv"), _rows("points_again.csv")
    again = face_points.repeated_marks()
    assert again.faces.tolist() == sorted(second)
    assert len(second) >= 40
    for place, face in enumerate(again.faces):
        eyes = first[face][:4]  # the span is that of the first marks
        if "" not in eyes:
            assert again.spans[place] == pytest.approx(math.dist(map(float, eyes[:2]), map(float, eyes[2:])))
        for point in range(5):
            before, after = (rows[face][2 * point : 2 * point + 2] for rows in (first, second))
            if "" in before + after:
                assert np.isnan(again.distances[place, point])
                continue
            expected = math.dist(map(float, before), map(float, after))
            assert again.distances[place, point] == pytest.approx(expected, abs=1e-9)


def test_a_face_with_a_hidden_eye_has_no_span():
    again = face_points.repeated_marks()
    place = again.faces.tolist().index(9)
    assert np.isnan(again.spans[place])
    assert np.isnan(again.shares[place]).all()
    assert np.isfinite(again.distances[place, 1:]).all()
    assert np.isfinite(np.delete(again.shares, place, axis=0)).all()


def test_second_marks_are_neither_copies_nor_swapped():
    again = face_points.repeated_marks()
    distances = again.distances[np.isfinite(again.distances)]
    assert np.mean(distances == 0) < 0.1  # two honest looks rarely agree to a tenth of a pixel in x and y
    assert np.percentile(distances, 90) < 1
    assert distances.max() < 2  # left and right mixed up would be far more


def test_the_notice_says_what_the_tables_say():
    text = (locations.data() / "faces" / "NOTICE.md").read_text(encoding="utf-8")
    faces, again = face_points.face_points(), face_points.repeated_marks()
    for name, pixels, share in zip(
        face_points.POINTS, np.nanmean(again.distances, axis=0), np.nanmean(again.shares, axis=0), strict=True
    ):
        assert f"| {name} | {pixels:.2f} | {share:.1%} |" in text
    assert f"| all | {np.nanmean(again.distances):.2f} | {np.nanmean(again.shares):.1%} |" in text
    assert f"Unsure: {faces.unsure.sum()}\nmarks in {faces.unsure.any(axis=1).sum()} faces" in text
    assert f"{len(again.faces)} faces" in text
    assert face_points.MARKED_BY.rsplit("on ", 1)[1] in text


@pytest.mark.parametrize("name", ["points.csv", "points_again.csv"])
def test_damage_to_either_table_is_noticed_by_the_repeat_error(own_data, name):
    path = own_data / "faces" / name
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ValueError, match="damaged or another version"):
        face_points.repeated_marks()


def test_the_words_of_the_two_results():
    assert repr(face_points.face_points()) == "100 faces of 25x25 pixels, 98 of them with all 5 points"
    assert re.fullmatch(
        r"48 faces marked twice, 0\.\d\d pixels apart: \d\.\d% of the span of the eyes",
        repr(face_points.repeated_marks()),
    )
