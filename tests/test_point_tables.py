"""A folder of images with a table of points: what is read, and what is said of rows that cannot be used."""

import cv2
import numpy as np
import pytest

from course_utils import keypoints


@pytest.fixture
def folder(tmp_path):
    for name, shape in (("a.png", (20, 40)), ("b.png", (40, 40)), ("c.jpg", (30, 30))):
        cv2.imwrite(str(tmp_path / name), np.full(shape, 90, np.uint8))
    (tmp_path / "broken.png").write_bytes(b"half a file")
    return tmp_path


def _read(place, text, **options):
    (place / "points.csv").write_text(text, encoding="utf-8")
    return keypoints.read_points(place / "points.csv", **options)


HEAD = "image,left_eye_x,left_eye_y,nose_x,nose_y\n"


def test_points_go_with_their_images_to_one_size(folder):
    read = _read(folder, HEAD + "a.png,0,0,39,19\nb.png,10,20,NaN,\nc.jpg, 29.5 ,0,1e1,2\n", side=20)
    assert read.files == ("a.png", "b.png", "c.jpg")
    assert read.names == ("left_eye", "nose")
    assert read.images.shape == (3, 20, 20, 3)
    assert read.skipped == ()
    np.testing.assert_allclose(read.points[0], [[-0.25, 0.0], [19.25, 19.0]])
    assert np.isnan(read.points[1, 1]).all()
    np.testing.assert_allclose(read.points[1, 0], [4.75, 9.75])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("gone.png,1,1,2,2", "there is no file gone.png"),
        ("broken.png,1,1,2,2", "broken.png cannot be read as an image"),
        ("a.png,1,1,2", "4 fields; the head line names 5"),
        ("a.png,1,1,2,2,3", "6 fields"),
        ("a.png,1,1,40,5", r"nose is at \(40, 5\), outside of an image of 40 x 20 pixels. Are x and y exchanged"),
        ("a.png,1,1,-1,5", r"nose is at \(-1, 5\), outside of an image"),
        ("a.png,1,1,2,", "nose has x or y, not both"),
        ("a.png,1,one,2,2", "'one' is no number"),
        ("a.png,1,inf,2,2", "'inf' is no number"),
        ("a.png,,,,", "all its points are absent"),
        ("b.png,3,3,3,3", "b.png has a row already"),
        ("./b.png,3,3,3,3", "./b.png has a row already"),
        (",3,3,3,3", "its first field, the name of the file, is empty"),
        ("a.png,-1,-1,2,2", r".*A point that is absent has empty fields"),
        (f"{'a' * 300}.png,1,1,2,2", "there is no file a"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_and_left_out(folder, row, message):
    read = _read(folder, HEAD + f"b.png,1,1,2,2\n{row}\n\n")
    assert read.files == ("b.png",)
    assert len(read.skipped) == 1
    with pytest.raises(ValueError, match=f"^line 3: {message}"):
        raise ValueError(read.skipped[0])
    assert "1 rows left out" in repr(read)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (HEAD, "head line only"),
        (HEAD + "gone.png,1,1,2,2\n", "line 2: there is no file gone.png. Files are looked for in the folder"),
        ("a.png,1,2,3,4\n", "Put a line with the names of the columns before it"),
        (HEAD + "broken.png,1,1,2,2\n", r"save it as PNG or JPEG\.$"),
        ("\n \n", "is empty"),
        ("file,x1,y1,x2\na.png,1,2,3\n", "'file, x1, y1, x2', names 4 columns"),
        ("file nose_x nose_y\na.png 1 2\n", "'file nose_x nose_y', names 1 columns"),
        (f"{'name ' * 40}\n", r"name name \.\.\.', names 1 columns"),
        ("file,nose_y,nose_x\na.png,1,2\n", "has nose_y, nose_x where x and y of one point belong"),
        ("file,y,x\na.png,1,2\n", "has y, x where"),
        ("file,Y1,X1\na.png,1,2\n", "has Y1, X1 where"),
        ("file,eye_x,nose_x,eye_y,nose_y\na.png,1,2,3,4\n", "has eye_x, nose_x where"),
        ("file,eye_x,eye_y,eye_v,nose_x,nose_y,nose_v\na.png,1,2,1,3,4,1\n", "has eye_v, nose_x where"),
        (f'file,x,y\na.png,"{"1" * 140_000}",2\n', "is no table: field larger"),
        ("file,x,y\na.png,1,\0\n", "not UTF-8"),
        ("file;x1;y1\na.png;1;2\n", "not separated by commas"),
        ("file\na.png\n", "names 1 columns"),
    ],
)
def test_a_wrong_table_is_an_error(folder, text, message):
    with pytest.raises(ValueError, match=message):
        _read(folder, text)


def test_what_is_missing_as_a_whole(folder):
    with pytest.raises(FileNotFoundError, match="there is no table"):
        keypoints.read_points(folder / "none.csv")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        _read(folder, HEAD, folder=folder / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"is a folder; give the CSV file .* such as .*points.csv"):
        keypoints.read_points(folder)
    (folder / "points.csv").write_bytes("file,é_x,é_y\n".encode("latin-1"))
    with pytest.raises(ValueError, match="not UTF-8"):
        keypoints.read_points(folder / "points.csv")


def test_names_and_the_way_back(folder):
    assert _read(folder, "file,x1,y1,x2,y2\nb.png,1,2,3,4\n").names == ("point 1", "point 2")
    for head in ("a,b", "eyeX,eyeY", "x_eye,y_eye", "key,keyy", "box-x,box-y", "u,v", "нос_x,нос_y"):
        assert len(_read(folder, f"file,{head}\nb.png,1,2\n").names) == 1
    points = np.array([[[1.25, 2.0], [np.nan, np.nan]], [[3.0, 4.5], [0.0, 39.0]]])
    keypoints.write_points(folder / "points.csv", ["b.png", "c.jpg"], points % 30, ["nose", "chin"])
    read = keypoints.read_points(folder / "points.csv", side=40)
    assert read.names == ("nose", "chin")
    np.testing.assert_allclose(read.points[0], points[0])
    with pytest.raises(ValueError, match="2 files and 1 names"):
        keypoints.write_points(folder / "points.csv", ["b.png", "c.jpg"], points, ["nose"])


def test_it_stops_after_so_many_images(folder):
    text = HEAD + "gone.png,1,1,2,2\nb.png,1,1,2,2\nc.jpg,1,1,2,2\na.png,1,1,2,2\n"
    assert _read(folder, text, most=2).files == ("b.png", "c.jpg")
    assert len(_read(folder, text).files) == 3
    for wrong in ({"most": 0}, {"side": 0}):
        with pytest.raises(ValueError, match="must be a whole number, 1 or more"):
            _read(folder, text, **wrong)
