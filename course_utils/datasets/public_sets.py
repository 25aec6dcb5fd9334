"""MNIST and CIFAR-10 as the world knows them: from a classroom mirror, from Keras's downloads, or from the network."""

import importlib
import pathlib
import zipfile

import numpy as np

from course_utils.datasets import digits, manifest_files, public_files, splits

CIFAR10_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
NUM_VALIDATION = 5_000
_ARRAYS = ("x_train", "y_train", "x_test", "y_test")


def _arrays(path: pathlib.Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in _ARRAYS}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} cannot be read as an .npz file with the arrays {', '.join(_ARRAYS)} ({type(error).__name__}: "
            f"{error}). Copy it again, or make it with np.savez from what keras.datasets returns."
        ) from None


def _from_mirror(name: str) -> tuple[dict[str, np.ndarray], str] | None:
    """Return the arrays of a mirror's file and what to say of them, or None where the mirror has no such file."""
    found = public_files.in_mirror(f"{name}.npz", _official(name).sha256)
    if found is None:
        return None
    path, origin = found
    return _arrays(path), f"From the mirror {path.parent}: {origin}."


def _official(name: str) -> manifest_files.Entry:
    return manifest_files.entry(f"{name}_public")


def _from_keras(name: str) -> tuple[dict[str, np.ndarray], str]:
    """Return what the official loader gives, having made sure that it will not throw a user's file away."""
    entry = _official(name)
    advice = f", or, if you trust it, put its arrays into a folder that COURSE_DATA names, as {name}.npz."
    public_files.kept_by_keras(entry.path, entry.sha256, advice)
    loader = importlib.import_module(f"keras.datasets.{name}")
    try:
        (x_train, y_train), (x_test, y_test) = loader.load_data()
    except Exception as error:  # the loader passes on whatever the network or an archive ends in
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ConnectionError(
            f"{entry.title} is not on this machine and could not be fetched ({reason}). With a network, try again; "
            f"without one, set COURSE_DATA to a folder that holds {name}.npz, or unset COURSE_PROFILE for the quick "
            "profile, which needs neither."
        ) from error
    arrays = dict(zip(_ARRAYS, (x_train, y_train, x_test, y_test), strict=True))
    return arrays, "The official files, through keras.datasets."


def _dataset(name: str, class_names: tuple[str, ...]) -> splits.Dataset:
    arrays, note = _from_mirror(name) or _from_keras(name)
    images, labels = {}, {}
    for part in ("train", "test"):
        pixels, classes = arrays[f"x_{part}"], arrays[f"y_{part}"]
        images[part] = pixels[..., np.newaxis] if pixels.ndim == 3 else pixels
        labels[part] = classes.ravel().astype(np.int64)
    entry = _official(name)
    num_train = len(labels["train"]) - NUM_VALIDATION
    chosen = splits.stratified(labels["train"], (num_train, NUM_VALIDATION))
    train, validation = (splits.Split(images["train"][part], labels["train"][part]) for part in chosen)
    test = splits.Split(images["test"], labels["test"])
    return splits.Dataset(name, entry.title, train, validation, test, class_names, entry.licence, entry.source, note)


def mnist() -> splits.Dataset:
    """Return all of MNIST: 55,000 digits to train, 5,000 to validate, the official 10,000 to test."""
    return _dataset("mnist", digits.CLASS_NAMES)


def cifar10() -> splits.Dataset:
    """Return CIFAR-10: 45,000 photographs to train, 5,000 to validate, the official 10,000 to test."""
    return _dataset("cifar10", CIFAR10_CLASSES)
