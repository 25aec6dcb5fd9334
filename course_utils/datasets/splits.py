"""Labelled images, split into a part to learn from, a part to choose by, and a part to judge by."""

import dataclasses
import itertools
from typing import NamedTuple

import numpy as np


class Split(NamedTuple):
    """Images with their labels; unpacks into the two.

    Args:
        images (np.ndarray): uint8, 0 to 255.
        labels (np.ndarray): int64, 0 to the number of classes - 1.

    Shapes:
        images: (num_images, height, width, channels); labels: (num_images,).

    Example:
        >>> images, labels = Split(np.zeros((2, 4, 4, 1), np.uint8), np.array([0, 1]))
        >>> images.shape, labels.shape
        ((2, 4, 4, 1), (2,))
    """

    images: np.ndarray
    labels: np.ndarray


@dataclasses.dataclass(frozen=True)
class Dataset:
    """A dataset in three splits that share no image.

    Args:
        name (str): the name that `load` knows it by.
        title (str): what it is, in a few words.
        train, validation, test (Split): to learn from, to make choices by, to judge by once.
        class_names (tuple of str): what each label means.
        licence (str), source (str): whose the images are and where they come from.
        note (str): what one has to know about it, for example that it is a part of a larger set.
    """

    name: str
    title: str
    train: Split
    validation: Split
    test: Split
    class_names: tuple[str, ...]
    licence: str
    source: str
    note: str = ""

    @property
    def development(self) -> Split:
        """Train and validation together: for a last training, when every choice has been made."""
        return Split(*(np.concatenate(pair) for pair in zip(self.train, self.validation, strict=True)))

    def __repr__(self) -> str:
        height, width, channels = self.train.images.shape[1:]
        sizes = ", ".join(f"{len(getattr(self, split).labels):,} {split}" for split in ("train", "validation", "test"))
        return f"{self.title}: {sizes}; {height}x{width}x{channels}, {len(self.class_names)} classes"


def stratified(labels: np.ndarray, sizes: tuple[int, ...], seed: int = 0) -> list[np.ndarray]:
    """Deal images into parts of given sizes so that every class has the same share of each part.

    Args:
        labels (np.ndarray of int): one per image.
        sizes (tuple of int): how many images each part gets, together at most all.
        seed (int): chooses which. Default 0.

    Shapes:
        labels: (num_images,); returns one (size,) array of indices per part.

    Returns:
        A list of index arrays, each in random order; the same for the same seed.

    Raises:
        ValueError: there are fewer images than asked for, or a class would be missing from a part.

    Example:
        >>> train, test = stratified(np.array([0, 0, 0, 1, 1, 1]), (4, 2))
        >>> len(train), len(test), len(set(train) & set(test))
        (4, 2, 0)
    """
    labels = np.asarray(labels)
    if sum(sizes) > len(labels):
        raise ValueError(f"parts of {sizes} images need {sum(sizes)}, but there are {len(labels)}; ask for fewer.")
    classes = np.unique(labels)
    if any(0 < size < len(classes) for size in sizes):
        raise ValueError(f"a part of {min(sizes)} images cannot hold all {len(classes)} classes; make it larger.")
    random = np.random.default_rng(seed)
    # An image's place among its own class, spread evenly over 0..1: cutting this order anywhere keeps the shares.
    order = np.empty(len(labels))
    for label in classes:
        members = np.flatnonzero(labels == label)
        order[random.permutation(members)] = (np.arange(len(members)) + random.random()) / len(members)
    dealt = np.argsort(order, kind="stable")
    edges = np.cumsum((0, *sizes))
    return [random.permutation(dealt[start:stop]) for start, stop in itertools.pairwise(edges)]
