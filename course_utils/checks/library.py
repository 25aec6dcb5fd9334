"""Find an exercise's visible cases, hints and typical mistakes by its number."""

import json
import pathlib
import re

from course_utils import locations

_NUMBER = re.compile(r"(\d+)\.(\d+[a-z]?)")
_read: dict[pathlib.Path, tuple[tuple[int, int], dict]] = {}


class UnknownExercise(LookupError):
    """No exercise has the number, or its file cannot be read; the message is for the student."""


def files() -> list[pathlib.Path]:
    """Return the exercise files, one per lesson, in the order of the lessons."""
    return sorted(locations.exercises().glob("[0-9][0-9]_*.json"))


def document(path: pathlib.Path) -> dict:
    """Return the content of one exercise file; it is read again only when it has changed.

    Raises:
        UnknownExercise: the file is damaged.
    """
    try:
        stat = path.stat()
        version = stat.st_mtime_ns, stat.st_size
        if path not in _read or _read[path][0] != version:
            content = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(content.get("exercises"), dict):
                raise ValueError("no exercises in it")
            _read[path] = version, content
        return _read[path][1]
    except (OSError, ValueError, AttributeError) as error:
        raise UnknownExercise(
            f"The exercise file {path.name} is damaged ({type(error).__name__}). Install the course again."
        ) from None


def lesson_file(number: int) -> pathlib.Path:
    """Return the exercise file of a lesson.

    Raises:
        UnknownExercise: the lesson has none.
    """
    found = [path for path in files() if int(path.name[:2]) == number]
    if not found:
        known = ", ".join(str(int(path.name[:2])) for path in files()) or "none"
        raise UnknownExercise(f"There are no exercises for lesson {number}. Lessons with exercises: {known}.")
    return found[0]


def find(number) -> tuple[str, dict]:
    """Return the lesson's name and the document of an exercise.

    Args:
        number (str): for example "2.4".

    Raises:
        UnknownExercise: with what to write instead.
    """
    text = str(number).strip() if isinstance(number, (str, int, float)) else ""
    match = _NUMBER.fullmatch(text)
    if not match:
        raise UnknownExercise(
            'Give the exercise by its number in quotes, for example checks.exercise("2.4", your_function).'
        )
    content = document(lesson_file(int(match[1])))
    exercises = content["exercises"]
    text = f"{int(match[1])}.{match[2]}"
    if text not in exercises:
        import difflib

        near = difflib.get_close_matches(text, exercises, n=1)
        known = ", ".join(sorted(exercises, key=order))
        meant = f' Did you mean "{near[0]}"?' if near else ""
        raise UnknownExercise(f"There is no exercise {text} in lesson {int(match[1])}; it has {known}.{meant}")
    return content["lesson"], exercises[text]


def is_number(text: str) -> bool:
    """Return whether a text is the number of an exercise.

    Example:
        >>> is_number("2.4"), is_number("four")
        (True, False)
    """
    return bool(_NUMBER.fullmatch(text))


def order(number: str) -> tuple[int, int, str]:
    """Return a key that sorts exercise numbers as a reader counts: 2.9 before 2.10.

    Example:
        >>> sorted(["2.10", "2.9"], key=order)
        ['2.9', '2.10']
    """
    match = _NUMBER.fullmatch(number)
    if not match:
        return 10**6, 0, number
    return int(match[1]), int(re.match(r"\d+", match[2])[0]), match[2]
