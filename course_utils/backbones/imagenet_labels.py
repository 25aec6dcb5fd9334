"""The 1,000 classes of ImageNet: number, number in WordNet, name."""

import functools

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


def number_of(text: str) -> int | None:
    """Return the number of the class that a text begins with, or None.

    Args:
        text (str): begins with a WordNet number ("n02124075_9.jpg"), or with the class's own number, alone or before
            something that is no letter or digit ("285.jpg", "285_cat.jpg").

    Example:
        >>> number_of("n02124075_Egyptian_cat.jpg"), number_of("0285-cat"), number_of("cat.jpg"), number_of("1000.jpg")
        (285, 285, None, None)
    """
    import re

    known = wordnet_numbers()
    if (found := re.match(r"n\d{8}(?!\d)", text)) and found[0] in known:
        return known.index(found[0])
    if (found := re.match(r"(\d{1,4})(?![^\W_])", text)) and int(found[1]) < len(known):
        return int(found[1])
    return None
