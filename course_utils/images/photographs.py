"""Real photographs that are on the disk already: they come with scikit-image and scikit-learn."""

import cv2
import numpy as np

from course_utils import datasets
from course_utils.images import scaling

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def names() -> list[str]:
    """Return the names of all photographs.

    Example:
        >>> names()[:3]
        ['astronaut', 'brick', 'camera']
    """
    return sorted(name for name, entry in datasets.manifest().items() if entry.kind == "photograph")


def load(name: str, gray: bool = False) -> np.ndarray:
    """Read a photograph: RGB when it is in colour, (height, width) when it is gray.

    Args:
        name (str): one of `names()`.
        gray (bool): turn a colour photograph into gray. Default False.

    Shapes:
        returns (height, width, 3), channels in the order red, green, blue, or (height, width); uint8.

    Raises:
        KeyError: no photograph has that name.
        ModuleNotFoundError, FileNotFoundError: the package that carries the file, or the file, is missing.
        ValueError: the file is damaged (its sha256 is not the one in data/MANIFEST.toml).

    Example:
        >>> load("cat").shape, load("cat", gray=True).shape, load("camera").dtype
        ((300, 451, 3), (300, 451), dtype('uint8'))
    """
    entry = datasets.entry(name)
    if entry.kind != "photograph":
        raise datasets.UnknownNameError(
            f"{name!r} is no photograph but {entry.kind}. The photographs are: {', '.join(names())}."
        )
    encoded = np.frombuffer(_without_colour_profile(datasets.read(name)), dtype=np.uint8)
    if len(entry.shape) == 2:
        return cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)
    image = cv2.cvtColor(cv2.imdecode(encoded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    return scaling.to_gray(image) if gray else image


def credit(name: str) -> str:
    """Return a line that says what a photograph shows, who made it, its licence and its source.

    Args:
        name (str): one of `names()`.

    Example:
        >>> credit("cat").split(" (")[0]
        'Chelsea the cat, by Stefan van der Walt'
    """
    entry = datasets.entry(name)
    author = "" if entry.author == "not stated" else f", by {entry.author}"
    return f"{entry.title}{author} ({entry.licence}; {entry.source})"


def _without_colour_profile(content: bytes) -> bytes:
    # A malformed profile makes libpng write a warning to stderr; OpenCV ignores profiles anyway.
    if not content.startswith(_PNG_SIGNATURE):
        return content
    kept, position = [_PNG_SIGNATURE], len(_PNG_SIGNATURE)
    while position < len(content):
        end = position + 12 + int.from_bytes(content[position : position + 4], "big")
        if content[position + 4 : position + 8] != b"iCCP":
            kept.append(content[position:end])
        position = end
    return b"".join(kept)
