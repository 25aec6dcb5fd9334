"""Photo patches: small pieces of real photographs, each to be told by which photograph it was cut from.

The messy colour data of the course where no network is needed to fetch it. Train, validation and test pieces come
from different parts of each photograph, with a margin between, so that no pixel is in two splits.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from course_utils.datasets import cached_arrays, manifest_files, splits

SIDE = 32
LARGEST_WINDOW = 64
# The parts of each photograph's width, from the left: what lies between two of them belongs to none.
REGIONS = {"train": (0.0, 0.52), "validation": (0.54, 0.68), "test": (0.70, 1.0)}
PER_CLASS = {"train": 250, "validation": 40, "test": 100}
CLASS_NAMES = {
    "astronaut": "astronaut", "brick": "brick wall", "camera": "photographer", "cat": "cat", "china": "temple",
    "coffee": "coffee cup", "coins": "coins", "flower": "flower", "grass": "grass", "gravel": "gravel",
    "hubble": "galaxies", "ihc": "tissue", "moon": "moon", "motorcycle": "motorcycle", "page": "printed page",
    "retina": "retina", "rocket": "rocket",
}  # fmt: skip
VERSION = 1


def region(width: int, split: str) -> tuple[int, int]:
    """Return the first column of a split's part of a photograph, and the one after its last.

    Args:
        width (int): of the photograph, in pixels.
        split (str): "train", "validation" or "test".

    Example:
        >>> region(500, "train"), region(500, "validation"), region(500, "test")
        ((0, 260), (270, 340), (350, 500))
    """
    start, stop = REGIONS[split]
    return round(start * width), round(stop * width)


def cut(photograph: np.ndarray, split: str, count: int, random: np.random.Generator) -> np.ndarray:
    """Cut square windows of 32 to 64 pixels out of a split's part of a photograph, and shrink them to 32x32.

    Args:
        photograph (np.ndarray): uint8, gray or RGB.
        split (str): "train", "validation" or "test".
        count (int): how many.
        random (np.random.Generator): chooses sizes and places.

    Shapes:
        photograph: (height, width) or (height, width, 3); returns (count, 32, 32, 3), uint8.

    Example:
        >>> cut(np.zeros((100, 200), np.uint8), "test", 5, np.random.default_rng(0)).shape
        (5, 32, 32, 3)
    """
    import cv2

    if photograph.ndim == 2:
        photograph = np.repeat(photograph[:, :, np.newaxis], 3, axis=2)
    height, width = photograph.shape[:2]
    left, right = region(width, split)
    largest = min(LARGEST_WINDOW, height, right - left)
    patches = np.empty((count, SIDE, SIDE, 3), np.uint8)
    for patch in patches:
        side = int(random.integers(SIDE, largest + 1))
        row = int(random.integers(0, height - side + 1))
        column = int(random.integers(left, right - side + 1))
        window = photograph[row : row + side, column : column + side]
        patch[:] = cv2.resize(window, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return patches


def cut_all(names: Iterable[str], per_class: Mapping[str, int], gray: bool = False) -> dict[str, np.ndarray]:
    """Cut pieces for all splits out of several photographs, and shuffle them.

    Args:
        names (iterable of str): of photographs; the place of each is its label.
        per_class (mapping of str to int): pieces of each photograph by split.
        gray (bool): without colours. Default False.

    Shapes:
        {split}_images (num_images, 32, 32, 3), or (num_images, 32, 32, 1) in gray; {split}_labels (num_images,).
    """
    from course_utils import images

    photographs = [images.load(name) for name in names]
    arrays = {}
    for part, split in enumerate(REGIONS):
        pieces = [
            cut(images.to_gray(photograph) if gray and photograph.ndim == 3 else photograph, split, per_class[split],
                np.random.default_rng((part, label)))
            for label, photograph in enumerate(photographs)
        ]  # fmt: skip
        labels = np.repeat(np.arange(len(pieces)), per_class[split])
        order = np.random.default_rng(part).permutation(len(labels))
        arrays[f"{split}_images"] = np.concatenate(pieces)[order][..., : 1 if gray else 3]
        arrays[f"{split}_labels"] = labels[order].astype(np.int64)
    return arrays


def dataset(
    name: str, title: str, class_names: Mapping[str, str], note: str, version: int, gray: bool = False
) -> splits.Dataset:
    """Return pieces of photographs as a dataset; cut once, and kept in the user's cache directory.

    Args:
        name, title, note (str): of the dataset.
        class_names (mapping of str to str): what each photograph shows, by its name.
        version (int): another number cuts anew.
        gray (bool): without colours. Default False.
    """
    import hashlib

    import cv2

    entries = [manifest_files.entry(photograph) for photograph in class_names]
    # The windows are shrunk by OpenCV, whose versions may round differently.
    state = repr([version, cv2.__version__, REGIONS, PER_CLASS, [entry.sha256 for entry in entries]])
    key = f"{name}-{hashlib.sha256(state.encode()).hexdigest()[:12]}"
    arrays = cached_arrays.load(key, lambda: cut_all(class_names, PER_CLASS, gray))
    parts = [splits.Split(arrays[f"{split}_images"], arrays[f"{split}_labels"]) for split in REGIONS]
    licences = "; ".join(dict.fromkeys(entry.licence for entry in entries))
    source = "cut from the photographs of data/MANIFEST.toml: " + ", ".join(class_names)
    return splits.Dataset(name, title, *parts, tuple(class_names.values()), licences, source, note)


def photo_patches() -> splits.Dataset:
    """Return the photo patches.

    Example:
        >>> photo_patches()
        Photo patches: 4,250 train, 680 validation, 1,700 test; 32x32x3, 17 classes
    """
    note = "The label says which photograph a patch was cut from; train and test come from different parts of it."
    return dataset("photo_patches", "Photo patches", CLASS_NAMES, note, VERSION)
