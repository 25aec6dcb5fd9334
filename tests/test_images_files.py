"""An image from disk comes in as RGB, and what cannot be read is named."""

import cv2
import numpy as np
import pytest
import skimage.io

from course_utils import datasets, images


@pytest.mark.parametrize("name", ["cat", "rocket", "camera"])
def test_a_file_is_read_as_another_library_reads_it(name):
    path = datasets.locate(name)
    expected = skimage.io.imread(path)
    expected = expected if expected.ndim == 3 else np.repeat(expected[..., None], 3, axis=2)
    # JPEG decoders may differ by a little.
    assert np.abs(images.read(path).astype(int) - expected).max() <= (4 if path.suffix == ".jpg" else 0)
    assert images.read(path, gray=True).shape == expected.shape[:2]


def test_transparency_and_16_bits(tmp_path):
    see_through = np.dstack([np.full((2, 2), value, np.uint8) for value in (10, 20, 30, 0)])
    cv2.imwrite(str(tmp_path / "a.png"), see_through)
    assert images.read(tmp_path / "a.png")[0, 0].tolist() == [30, 20, 10]
    cv2.imwrite(str(tmp_path / "deep.png"), np.full((2, 2), 40_000, np.uint16))
    assert images.read(str(tmp_path / "deep.png"))[0, 0].tolist() == [40_000 // 256] * 3


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda path: None, FileNotFoundError, r"there is no file .*That folder holds: near\.png"),
        (lambda path: path.mkdir(), IsADirectoryError, "is a folder"),
        (lambda path: path.write_bytes(b""), ValueError, "is empty"),
        (lambda path: path.write_bytes(b"<html>no picture</html>"), ValueError, "cannot be read as an image: its 23"),
        (lambda path: path.write_bytes(datasets.read("cat")[:100]), ValueError, "cut short"),
    ],
    ids=["missing", "folder", "empty", "web page", "cut short"],
)
def test_what_cannot_be_read_is_named(tmp_path, make, error, words):
    (tmp_path / "near.png").write_bytes(datasets.read("cat"))
    path = tmp_path / "cat.png"
    make(path)
    with pytest.raises(error, match=words):
        images.read(path)
