"""Where the course's folders are, in a checkout as in an installed package."""

import os
import pathlib

PACKAGE = pathlib.Path(__file__).resolve().parent


def root() -> pathlib.Path | None:
    """Return the checkout's top folder, or None when the package was installed without one.

    Example:
        >>> folder = root()
        >>> folder is None or (folder / "pyproject.toml").is_file()
        True
    """
    folder = PACKAGE.parent
    return folder if (folder / "pyproject.toml").is_file() and (folder / "lessons").is_dir() else None


def _folder(in_checkout: str, in_package: str) -> pathlib.Path:
    top = root()
    return top / in_checkout if top else PACKAGE / in_package


def lessons() -> pathlib.Path:
    """Return the folder of the student notebooks."""
    return _folder("lessons", "_lessons")


def data() -> pathlib.Path:
    """Return the folder that holds MANIFEST.toml and the small data files."""
    return _folder("data", "_data")


def exercises() -> pathlib.Path:
    """Return the folder of the visible cases and hints of every lesson's exercises."""
    return PACKAGE / "exercises"


def solutions() -> pathlib.Path | None:
    """Return the folder of the lesson sources, or None in a student's copy, which has none."""
    top = root()
    return top / "solutions" if top and (top / "solutions").is_dir() else None


def work() -> pathlib.Path:
    """Return the student's own folder: COURSE_WORK, or cnn-course in the home folder."""
    return pathlib.Path(os.environ.get("COURSE_WORK") or pathlib.Path.home() / "cnn-course").expanduser()


def cache() -> pathlib.Path:
    """Return the folder for what can be made again: COURSE_CACHE, or cnn-course among the user's caches."""
    import platformdirs

    chosen = os.environ.get("COURSE_CACHE") or platformdirs.user_cache_dir("cnn-course", appauthor=False)
    return pathlib.Path(chosen).expanduser()


def mirror() -> pathlib.Path | None:
    """Return the folder with copies of the public datasets that COURSE_DATA names, or None when it names none."""
    named = os.environ.get("COURSE_DATA")
    return pathlib.Path(named).expanduser() if named else None


def keras_home() -> pathlib.Path:
    """Return the folder in which Keras keeps its downloads: KERAS_HOME, or .keras in the home folder."""
    return pathlib.Path(os.environ.get("KERAS_HOME") or pathlib.Path.home() / ".keras").expanduser()
