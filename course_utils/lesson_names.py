"""Find lessons by what a person types: a number, a name, or a file."""

import difflib
import pathlib
import re
from collections.abc import Iterable

from course_utils import locations

_LESSON = "[0-9][0-9]_*.ipynb"


class UnknownLessonError(ValueError):
    """No lesson has that number or name."""


def references() -> list[pathlib.Path]:
    """Return the notebooks that run complete: the solutions of a checkout, else the student notebooks."""
    solutions = locations.solutions()
    found = sorted(solutions.glob(_LESSON)) if solutions else []
    return found or student_notebooks()


def student_notebooks() -> list[pathlib.Path]:
    """Return the student notebooks, in order."""
    return sorted(locations.lessons().glob(_LESSON))


def matches(wanted: str, name: str) -> bool:
    """Return whether what was typed names a lesson.

    Args:
        wanted (str): "2", "02", "convolve_with_kernels", "02_convolve_with_kernels" or a file of that name.
        name (str): the lesson's name.

    Example:
        >>> [matches(typed, "02_mix_colours") for typed in ("2", "02", "lessons/02_mix_colours.ipynb")]
        [True, True, True]
        >>> matches("22", "02_mix_colours")
        False
    """
    number, _, words = name.partition("_")
    if re.fullmatch("[0-9]+", wanted):
        return int(wanted) == int(number)
    return re.sub(r"\.(ipynb|py)$", "", re.split(r"[\\/]", wanted)[-1]) in (name, words)


def near(wanted: str, names: Iterable[str]) -> list[str]:
    """Return the lessons that may have been meant, best first, at most three."""
    names = list(names)
    words = {name.partition("_")[2]: name for name in names}
    typed = wanted.lower().replace("-", "_").replace(" ", "_")
    holding = [name for name in names if len(typed) > 2 and typed in name]
    close = difflib.get_close_matches(typed, [*names, *words], n=3, cutoff=0.5)
    return list(dict.fromkeys([*holding, *(words.get(name, name) for name in close)]))[:3]


def choose(wanted: Iterable[str], paths: Iterable[pathlib.Path]) -> list[pathlib.Path]:
    """Return the notebooks that were named, in the order of the course; all of them when none was.

    Args:
        wanted (iterable of str): numbers, names or files.
        paths (iterable of path): the notebooks to choose from.

    Raises:
        UnknownLessonError: with the nearest names.
    """
    wanted, paths = list(wanted), list(paths)
    if not paths:
        raise UnknownLessonError(
            "there are no lesson notebooks here. In a checkout make them with `course build`; "
            "otherwise install the course again."
        )
    names = [path.stem for path in paths]
    for typed in wanted:
        if not any(matches(typed, name) for name in names):
            meant = near(typed, names)
            advice = f"Did you mean {' or '.join(meant)}?" if meant else f"There are: {', '.join(names)}."
            raise UnknownLessonError(f"no lesson {typed!r}. {advice}")
    return [path for path in paths if not wanted or any(matches(typed, path.stem) for typed in wanted)]
