"""Arrays that take long to make, kept on disk; whatever is wrong with the copy, they are made again."""

import contextlib
import os
import pathlib
import tempfile
import zipfile
from collections.abc import Callable, Mapping

import numpy as np

from course_utils import locations


def load(key: str, make: Callable[[], Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return the arrays kept under a key; make and keep them when there are none.

    Args:
        key (str): a file name without its ending; it has to name everything that the arrays depend on.
        make (function): returns the arrays by name.

    Returns:
        The arrays by name.

    Example:
        >>> import os, tempfile
        >>> from unittest import mock
        >>> with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, {"COURSE_CACHE": folder}):
        ...     first = load("squares", lambda: {"squares": np.arange(4) ** 2})
        ...     again = load("squares", lambda: {})
        >>> again["squares"].tolist()
        [0, 1, 4, 9]
    """
    path = _path(key)
    # A copy that was cut short or overwritten is no reason to fail: it can be made again.
    with contextlib.suppress(OSError, ValueError, EOFError, zipfile.BadZipFile, KeyError):
        with np.load(path, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        if arrays:
            return arrays
    arrays = dict(make())
    with contextlib.suppress(OSError):  # no place to keep them: they are made again next time
        _write(path, arrays)
    return arrays


def kept(key: str) -> bool:
    """Return whether there is a copy under a key; whether it can be read shows when it is loaded."""
    return _path(key).is_file()


def _path(key: str) -> pathlib.Path:
    return locations.cache() / f"{key}.npz"


def _write(path, arrays: dict[str, np.ndarray]) -> None:
    """Write so that no reader, and no crash, ever leaves half a file under the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".npz")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, **arrays)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
