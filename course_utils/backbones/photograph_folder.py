"""Read the photographs of a folder that has one subfolder for each class, and say what cannot be used."""

import hashlib
import os
import pathlib
import struct
import unicodedata
from collections.abc import Iterator

import numpy as np

from course_utils import images, live_line
from course_utils.backbones import cropping

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
_AT_ONCE = 32
# What telephones save unless told otherwise; OpenCV does not read it.
_TELEPHONE = (".heic", ".heif", ".avif")
# A file of this many pixels takes about 1.2 GB while it is read.
_MOST_PIXELS = 200_000_000


def listed(path: pathlib.Path) -> tuple[dict[str, list[pathlib.Path]], list[str]]:
    """Return the files of each class, both in an order that is the same on every machine, and what is no photograph.

    Args:
        path (Path): the folder.

    Raises:
        FileNotFoundError, NotADirectoryError: there is no such folder.
        ValueError: it has fewer than two subfolders.
    """
    if not path.exists():
        raise FileNotFoundError(f"there is no folder {path}; seen from {pathlib.Path.cwd()}.")
    if not path.is_dir():
        raise NotADirectoryError(f"{path} is a file; give the folder that holds one subfolder for each class.")
    classes, skipped = {}, []
    for entry in sorted(path.iterdir(), key=_name):
        if not entry.is_dir():
            if not entry.name.startswith("."):
                skipped.append(f"{entry.name}: it lies in no subfolder, so it has no class")
        elif not entry.name.startswith((".", "__")):
            files = classes.setdefault(_name(entry), [])
            for file in sorted(entry.iterdir(), key=_name):
                if file.suffix.lower() in ENDINGS and file.is_file():
                    files.append(file)
                elif not file.name.startswith("."):
                    skipped.append(f"{entry.name}/{file.name}: {_why_not(file)}")
    if len(classes) < 2:
        there = f"only {', '.join(map(repr, classes))}" if classes else "none"
        raise ValueError(
            f"a classifier needs at least two classes; {path} has {there}. Make one subfolder for each class, named "
            "as the class, and put its photographs into it."
        )
    return classes, skipped


def _why_not(file: pathlib.Path) -> str:
    if file.is_dir():
        return "a folder in a folder"
    if file.suffix.lower() in _TELEPHONE:
        return f"photographs of the kind {file.suffix[1:].upper()} cannot be read; export it as JPEG"
    return f"its name does not end in {', '.join(ENDINGS)}"


def _name(path: pathlib.Path) -> str:
    # One system keeps "é" as one sign, another as two.
    return unicodedata.normalize("NFC", path.name)


def batches(classes: dict, side: int, skipped: list[str]) -> Iterator[tuple[np.ndarray, list[int]]]:
    """Yield photographs with their classes, some at a time, and add to `skipped` what cannot be used.

    Args:
        classes (dict): the files of each class, as `listed` gives them.
        side (int): of the squares, in pixels.
        skipped (list of str): gets a line for each file that is left out.

    Shapes:
        each batch (at most 32, side, side, 3), uint8.
    """
    total, done, seen = sum(map(len, classes.values())), 0, {}
    line = live_line.LiveLine(live_line.screen() if total > _AT_ONCE else None)
    pictures, labels = [], []
    for label, files in enumerate(classes.values()):
        for file in files:
            where = f"{file.parent.name}/{file.name}"
            try:
                content = hashlib.sha256(file.read_bytes()).digest()
                if content in seen:
                    skipped.append(f"{where}: a copy of {seen[content]}")
                else:
                    pictures.append(square(read(file, side), side))
                    labels.append(label)
                    seen[content] = where
            except (OSError, ValueError) as error:
                skipped.append(f"{where}: {str(error).replace(f'{file} ', '')}")
            done += 1
            if len(pictures) == _AT_ONCE:
                yield np.stack(pictures), labels
                pictures, labels = [], []
            line.write(f"{done:,} of {total:,} photographs read")
    if pictures:
        yield np.stack(pictures), labels
    line.close()


def read(file: str | os.PathLike, side: int) -> np.ndarray:
    """Return a photograph that is large enough for a square of that side, if the file is.

    Raises:
        FileNotFoundError, IsADirectoryError: there is no such file.
        ValueError: it is no image, or has more pixels than fit into memory at ease.
    """
    file = pathlib.Path(file)
    if file.is_file():
        with file.open("rb") as opened:
            width, height = _stated_size(opened.read(32))
        if width * height > _MOST_PIXELS:
            raise ValueError(
                f"{file} is {width:,} x {height:,} pixels large, which takes too much memory; at most "
                f"{_MOST_PIXELS // 1_000_000} million pixels are read. Make it smaller, or save it as JPEG."
            )
    return images.read(file, least_side=side)


def _stated_size(head: bytes) -> tuple[int, int]:
    """Return width and height as a PNG or BMP states them; (0, 0) for others, which are read in parts or are limited.

    Example:
        >>> _stated_size(b"\\x89PNG\\r\\n\\x1a\\n" + b"\\0\\0\\0\\rIHDR" + struct.pack(">II", 640, 480))
        (640, 480)
    """
    if head.startswith(b"\x89PNG") and len(head) >= 24:
        return struct.unpack(">II", head[16:24])
    if head.startswith(b"BM") and len(head) >= 26:
        width, height = struct.unpack("<ii", head[18:26])
        return abs(width), abs(height)
    return 0, 0


def square(image: np.ndarray, side: int) -> np.ndarray:
    """Return the middle of an image, as RGB of the side that the backbone gets.

    Example:
        >>> square(np.zeros((30, 40), np.uint8), 16).shape
        (16, 16, 3)
    """
    middle = cropping.centre_crop(image, side, share=1)
    middle = middle[..., np.newaxis] if middle.ndim == 2 else middle
    return np.repeat(middle, 3, axis=-1) if middle.shape[-1] == 1 else middle[..., :3]
