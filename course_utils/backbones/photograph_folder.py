"""Read the photographs of a folder that has one subfolder for each class, and say what cannot be used."""

import hashlib
import os
import pathlib
import unicodedata
from collections.abc import Iterator

import numpy as np

from course_utils import images, live_line
from course_utils.backbones import cropping

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
_AT_ONCE = 32


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
                    why = "a folder in a folder" if file.is_dir() else f"its name does not end in {', '.join(ENDINGS)}"
                    skipped.append(f"{entry.name}/{file.name}: {why}")
    if len(classes) < 2:
        there = f"only {', '.join(map(repr, classes))}" if classes else "none"
        raise ValueError(
            f"a classifier needs at least two classes; {path} has {there}. Make one subfolder for each class, named "
            "as the class, and put its photographs into it."
        )
    return classes, skipped


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
    """Return a photograph that is large enough for a square of that side, if the file is."""
    return images.read(file, least_side=side)


def square(image: np.ndarray, side: int) -> np.ndarray:
    """Return the middle of an image, as RGB of the side that the backbone gets.

    Example:
        >>> square(np.zeros((30, 40), np.uint8), 16).shape
        (16, 16, 3)
    """
    middle = cropping.centre_crop(image, side, share=1)
    middle = middle[..., np.newaxis] if middle.ndim == 2 else middle
    return np.repeat(middle, 3, axis=-1) if middle.shape[-1] == 1 else middle[..., :3]
