"""The 1,000 classes of ImageNet: number, number in WordNet, name."""

import functools
import re

from course_utils.datasets import manifest_files

ENTRY = "imagenet_labels"


@functools.cache
def _rows() -> tuple[tuple[str, str], ...]:
    lines = manifest_files.read(ENTRY).decode("utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    return tuple((number, name) for _, number, name in rows)


def names() -> tuple[str, ...]:
    """Return the names of the classes in their order.

    Example:
        >>> names()[285], names()[967], len(names())
        ('Egyptian cat', 'espresso', 1000)
    """
    return tuple(name for _, name in _rows())


def wordnet_numbers() -> tuple[str, ...]:
    """Return the number in WordNet of each class, the name of its folder in ImageNet, in the order of the classes.

    Example:
        >>> wordnet_numbers()[285]
        'n02124075'
    """
    return tuple(number for number, _ in _rows())


def class_of(file_name: str, folder_name: str = "") -> int | None:
    """Return the number of the class that a photograph's name tells, or None.

    Args:
        file_name (str): may begin with a WordNet number ("n02124075_9.jpg") or the class's own ("285_cat.jpg").
        folder_name (str): of the folder that the file is in; may begin with either, too. Default none. A WordNet number
            counts more than a class's own, and the folder's more than the file's: "n02124075/1.jpg", "285/1.jpg".

    Example:
        >>> class_of("n02124075_Egyptian_cat.jpg"), class_of("0285-cat"), class_of("cat.jpg"), class_of("1000.jpg")
        (285, 285, None, None)
        >>> class_of("1.jpg", "n02124075"), class_of("1.jpg", "285_cats"), class_of("285.jpg", "photographs")
        (285, 285, 285)
    """
    known = wordnet_numbers()
    for text in (file_name, folder_name):
        if (found := re.match(r"n\d{8}(?!\d)", text)) and found[0] in known:
            return known.index(found[0])
    for text in (folder_name, file_name):
        if (found := re.match(r"([0-9]{1,4})(?![^\W_])", text)) and int(found[1]) < len(known):
            return int(found[1])
    return None
