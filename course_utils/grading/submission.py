"""One submitted notebook: its code cells, found in whatever state the file is, and matched to exercises.

Nothing here runs or parses a student's code; the notebook is read as data.
"""

import base64
import binascii
import dataclasses
import re

from course_utils import notebook_reading
from course_utils.grading import reference

LARGEST = 64 * 2**20  # bytes of a notebook
_MOST_CELLS = 5_000
_LONGEST_CELL = 400_000
_MOST_PICTURES, _LARGEST_PICTURE = 3, 2 * 2**20
_PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_NUMBER = re.compile(r"exercise-(\d+)-(\d+[a-z]?)")
_FUNCTION = re.compile(r"^def\s+(\w+)|^(\w+)\s*=", re.MULTILINE)


class Unreadable(ValueError):
    """A submission in which no notebook can be found; the message is for the gradebook."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """A code cell.

    Args:
        label (str): its place, counted from 1 over all cells, as a student counts.
        id (str), grade_id (str), exercise (str): what its metadata say; "" for nothing.
        source (str): its code.
        pictures (tuple of str): saved pictures as data addresses, checked.
    """

    label: str
    id: str
    grade_id: str
    exercise: str
    source: str
    pictures: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Submission:
    """A notebook as it was read.

    Args:
        lesson (str): the name in its metadata, "" when it says none.
        cells (tuple of Cell): its code cells, in order.
        damage (str): what is wrong with the file, "" for a sound one.
    """

    lesson: str
    cells: tuple[Cell, ...]
    damage: str = ""


def _text(value, longest: int = 120) -> str:
    return value[:longest] if isinstance(value, str) else ""


def _inside(value, key: str):
    return value.get(key) if isinstance(value, dict) else None


def _pictures(outputs) -> tuple[str, ...]:
    """Return the saved PNG and JPEG pictures of a cell as data addresses; whatever is none is left out."""
    found: list[str] = []
    for output in outputs[:50] if isinstance(outputs, list) else ():
        for kind, begins in _PICTURES.items():
            data = _inside(_inside(output, "data"), kind)
            data = "".join(part for part in data if isinstance(part, str)) if isinstance(data, list) else data
            if not isinstance(data, str) or len(data) > _LARGEST_PICTURE or len(found) == _MOST_PICTURES:
                continue
            try:
                content = base64.b64decode("".join(data.split()), validate=True)
            except (binascii.Error, ValueError):
                continue
            if content.startswith(begins):
                found.append(f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}")
                break
    return tuple(found)


def read(content: bytes, name: str) -> Submission:
    """Read a submitted notebook.

    Args:
        content (bytes): of the file.
        name (str): what messages call it.

    Raises:
        Unreadable: it is too large, or no cell of a notebook is in it.

    Example:
        >>> read(b'{"cells": [{"cell_type": "code", "id": "a", "source": ["x = 1"]}]}', "a.ipynb").cells[0].source
        'x = 1'
    """
    if len(content) > LARGEST:
        raise Unreadable(f"{name} has {len(content) / 2**20:,.0f} MB; {LARGEST // 2**20} MB are the most.")
    try:
        raw = notebook_reading.raw_cells(content, name)
    except notebook_reading.UnreadableError as error:
        raise Unreadable(str(error)) from None
    except (RecursionError, MemoryError, ValueError, TypeError) as error:
        raise Unreadable(f"{name} cannot be read ({type(error).__name__}).") from None
    cells = []
    for number, cell in enumerate(raw.cells[:_MOST_CELLS], 1):
        if cell.get("cell_type") != "code":
            continue
        metadata = cell.get("metadata")
        code = notebook_reading.joined_source(cell)
        if len(code) > _LONGEST_CELL:
            code = f"raise ValueError('a cell of {len(code)} characters is too long to be graded')"
        cells.append(
            Cell(
                str(number),
                _text(cell.get("id")),
                _text(_inside(_inside(metadata, "nbgrader"), "grade_id")),
                _text(_inside(metadata, "exercise")),
                code.encode("utf-8", "replace").decode("utf-8"),
                _pictures(cell.get("outputs")),
            )
        )
    return Submission(_text(_inside(raw.metadata.get("course"), "lesson")), tuple(cells), raw.damage or "")


def _with_number(cell: Cell, number: str) -> bool:
    match = _NUMBER.fullmatch(cell.grade_id)
    return bool(match) and f"{int(match[1])}.{match[2]}" == number


def own_cells(submission: Submission, exercise: reference.Exercise) -> list[int]:
    """Return the places of the cells that answer an exercise.

    A cell is known by its grade_id, else by its exercise number or id, else by the name that it defines. Of several
    that are known alike, as when a cell was copied, the last one that was worked on counts.

    Args:
        submission (Submission): the notebook.
        exercise (reference.Exercise): the exercise.

    Returns:
        Indices into submission.cells, in order; empty when there is none.
    """
    cells = submission.cells
    ways = (
        lambda cell: _with_number(cell, exercise.number),
        lambda cell: cell.exercise == exercise.number and not cell.grade_id.startswith("check"),
        lambda cell: cell.id in exercise.cell_ids,
        lambda cell: exercise.name in _defined(cell.source),
    )
    untouched: list[int] = []
    for matches in ways:
        found = [place for place, cell in enumerate(cells) if matches(cell) and not _is_check(cell)]
        worked_on = [place for place in found if not _is_released(cells[place], exercise)]
        if not worked_on:  # perhaps the answer stands in a cell of the student's own
            untouched = untouched or found
            continue
        if len(exercise.released) > 1:
            return found
        defining = [place for place in worked_on if exercise.name in _defined(cells[place].source)]
        return [(defining or worked_on)[-1]]
    return untouched if len(exercise.released) > 1 else untouched[-1:]


def _is_released(cell: Cell, exercise: reference.Exercise) -> bool:
    return any(reference.same_code(cell.source, released) for released in exercise.released)


def _defined(code: str) -> set[str]:
    return {name for pair in _FUNCTION.findall(code) for name in pair if name}


def _is_check(cell: Cell) -> bool:
    return cell.source.lstrip().startswith("checks.exercise(")


def worked_on(submission: Submission, exercise: reference.Exercise, places: list[int]) -> bool:
    """Return whether the cells of an exercise, or any other cell that defines its name, differ from the released."""
    cells = submission.cells
    if not all(_is_released(cells[place], exercise) for place in places):
        return True
    return any(
        exercise.name in _defined(cell.source) and place not in places and not _is_check(cell)
        for place, cell in enumerate(cells)
        if not _is_released(cell, exercise)
    )


def lesson_of(submission: Submission, file_name: str, known: list[str]) -> str:
    """Return which lesson a notebook is of: by its metadata, its file's name, or the numbers of its exercises.

    Args:
        submission (Submission): the notebook.
        file_name (str): its name, for example "02_convolve_with_kernels-1.ipynb".
        known (list of str): the names of the lessons that there are.

    Returns:
        One of `known`, or "" when nothing says which.
    """
    if submission.lesson in known:
        return submission.lesson
    by_length = sorted(known, key=len, reverse=True)
    named = [name for name in by_length if name in file_name]
    if named:
        return named[0]
    votes: dict[str, int] = {}
    for cell in submission.cells:
        match = _NUMBER.fullmatch(cell.grade_id) or re.fullmatch(r"(\d+)\.(\d+[a-z]?)", cell.exercise)
        if match:
            votes[f"{int(match[1]):02d}"] = votes.get(f"{int(match[1]):02d}", 0) + 1
    for number, _ in sorted(votes.items(), key=lambda pair: (-pair[1], pair[0])):
        found = [name for name in known if name.startswith(f"{number}_")]
        if found:
            return found[0]
    number = re.search(r"(?<!\d)(\d{2})_", file_name)
    found = [name for name in known if number and name.startswith(number[0])]
    return found[0] if found else ""
