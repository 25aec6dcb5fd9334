"""Cross-validation of few images: every one of them is tested once, by something that has not seen it."""

import itertools
from collections.abc import Iterator

import numpy as np

from course_utils import whole_numbers


def folds(num_images: int, num_folds: int, seed: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the numbers of the training and of the test images of each fold.

    Args:
        num_images (int): how many there are.
        num_folds (int): 2 or more; each image is in the test part of exactly one of them.
        seed (int): of the division. Default 0.

    Shapes:
        yields ((num_train,), (num_test,)), both in rising order; test parts differ by at most one image in size.

    Raises:
        ValueError: fewer than 2 folds, or more folds than images.

    Example:
        >>> [test.tolist() for _, test in folds(5, 2)]
        [[2, 4], [0, 1, 3]]
    """
    whole_numbers.count(num_images, "num_images")
    whole_numbers.count(num_folds, "num_folds", least=2)
    if num_folds > num_images:
        raise ValueError(f"num_folds is {num_folds}; {num_images} images make {num_images} folds at most.")
    order = np.random.default_rng(seed).permutation(num_images)
    edges = np.linspace(0, num_images, num_folds + 1).astype(int)
    for start, stop in itertools.pairwise(edges):
        test = np.sort(order[start:stop])
        yield np.setdiff1d(np.arange(num_images), test), test
