"""Copies of public files: which one in a classroom mirror or among Keras's downloads is the right one.

A file is looked at before Keras is called, since Keras replaces a file with an unexpected hash and, offline, deletes
it. Nothing here ever writes to or deletes a file that somebody else put there.
"""

import hashlib
import pathlib
from collections.abc import Iterable

from course_utils import locations

CHECKSUMS = "SHA256SUMS"
OFFICIAL = "the official file"
# An accepted hash is known by its length.
_ALGORITHMS = {32: "md5", 64: "sha256"}


def digest(path: pathlib.Path, algorithm: str = "sha256") -> str:
    """Return a file's hash in hexadecimal digits, reading it bit by bit.

    Args:
        path (path): the file.
        algorithm (str): a name that hashlib knows. Default "sha256".
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def is_one_of(path: pathlib.Path, accepted: Iterable[str]) -> bool:
    """Return whether a file has one of the accepted hashes.

    Args:
        path (path): the file.
        accepted (several str): hashes of 64 (sha256) or 32 (md5) hexadecimal digits.
    """
    return any(digest(path, _ALGORITHMS[len(one)]) == one for one in accepted)


def listed(folder: pathlib.Path) -> dict[str, str]:
    """Return the hashes by file name in a mirror's list, as the program sha256sum writes it."""
    path = folder / CHECKSUMS
    if not path.is_file():
        return {}
    lines = [line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines()]
    return {parts[1].lstrip("*").strip(): parts[0].lower() for parts in lines if len(parts) == 2}


def in_mirror(file_name: str, accepted: Iterable[str]) -> tuple[pathlib.Path, str] | None:
    """Return a file of the folder that COURSE_DATA names and what to say of it, or None where there is no such file.

    Args:
        file_name (str): its name in that folder.
        accepted (several str): hashes of the official file, see `is_one_of`.

    Returns:
        The path and a note: OFFICIAL, or which other file it is that SHA256SUMS lists.

    Raises:
        FileNotFoundError: COURSE_DATA names no folder.
        ValueError: the file is not the one that SHA256SUMS lists, or is neither listed nor the official one.
    """
    folder = locations.mirror()
    if folder is None:
        return None
    if not folder.is_dir():
        raise FileNotFoundError(f"COURSE_DATA names {folder}, which is no folder. Correct it or unset it.")
    path = folder / file_name
    if not path.is_file():
        return None
    found, expected = digest(path), listed(folder).get(path.name)
    official = is_one_of(path, accepted)
    if expected is not None and expected != found:
        raise ValueError(
            f"{path} is damaged or another version: its sha256 is {found}, {CHECKSUMS} beside it says {expected}. "
            "Copy it again."
        )
    if expected is None and not official:
        raise ValueError(
            f"{path} has the sha256 {found}, which is neither the official one nor listed in {CHECKSUMS} beside it. "
            f"If you trust the file, list it: cd {folder} && sha256sum {path.name} >> {CHECKSUMS}"
        )
    return path, OFFICIAL if official else f"a file with the sha256 {found[:12]}..., not the official one"


def kept_by_keras(inside: str, accepted: Iterable[str], advice: str) -> pathlib.Path | None:
    """Return a file among Keras's downloads, or None where there is no such file.

    Args:
        inside (str): its path inside the folder in which Keras keeps its downloads.
        accepted (several str): hashes of the official file, see `is_one_of`.
        advice (str): what else can be done with the file, to follow "move it away yourself".

    Raises:
        ValueError: the file that is there is another one.
    """
    path = locations.keras_home() / inside
    if not path.is_file():
        return None
    accepted = tuple(accepted)
    if not is_one_of(path, accepted):
        algorithm = _ALGORITHMS[len(accepted[0])]
        raise ValueError(
            f"{path} is damaged or another version: its {algorithm} is {digest(path, algorithm)}, expected "
            f"{accepted[0]}. Keras would delete it; so move it away yourself{advice}"
        )
    return path
