"""Prove that what students are handed holds no solution, no hidden check and no output."""

import json
import pathlib
import re

from course_utils import locations
from course_utils.authoring import markup, source, student

_MARKERS = re.compile(r"\b(BEGIN|END)[ _]+(SOLUTION|STUB)\b|tags=\[.*\bhidden\b|\bdefine\.(function|answer)\(")
_SHORTEST = 12


def _squeezed(line: str) -> str:
    return re.sub(r"\s+", "", line)


def _telling(lines: list[str]) -> set[str]:
    """Return the lines that cannot stand anywhere by chance: long enough, and more than a bare return."""
    squeezed = {_squeezed(line) for line in lines if not line.strip().startswith("#")}
    return {line for line in squeezed if len(line) >= _SHORTEST}


def secrets(lesson: source.Lesson) -> set[str]:
    """Return the solution and hidden lines of a lesson that its visible part does not show on purpose."""
    secret: list[str] = []
    visible: list[str] = []
    for index, cell in enumerate(lesson.notebook.cells):
        lines = cell.source.split("\n")
        if source.tags(cell) & student.NOT_FOR_STUDENTS:
            secret += lines
        elif "exercise" in source.tags(cell):
            try:
                secret += markup.secret_lines(cell.source)
                visible += markup.student_source(cell.source, "0").split("\n")
            except markup.MarkupError as error:
                raise lesson.error(index, str(error), offset=error.line) from None
        else:
            visible += lines
    return _telling(secret) - _telling(visible)


def _texts(value, where: str = ""):
    """Yield every text in a JSON document with the path to it, lists of lines joined."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield where, "".join(value)
        else:
            for index, item in enumerate(value):
                yield from _texts(item, f"{where}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key, f"{where}.{key}")
            yield from _texts(item, f"{where}.{key}")


def _in_document(document, name: str, secret: set[str]) -> list[str]:
    messages = []
    for where, text in _texts(document):
        marker = _MARKERS.search(text)
        if marker:
            messages.append(f"{name}: holds the marker {marker[0]!r} at {where}")
        for line in text.split("\n"):
            if _squeezed(line) in secret:
                messages.append(f"{name}: holds a line of a solution or hidden cell at {where}: {line.strip()!r}")
    return messages


def in_notebook(path: pathlib.Path, secret: set[str]) -> list[str]:
    """Return what a student notebook gives away: in its cells, metadata, attachments or outputs.

    Args:
        path (pathlib.Path): the notebook file.
        secret (set of str): from `secrets`.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    messages = _in_document(document, path.name, secret)
    for cell in document.get("cells", []):
        label = cell.get("id", "?")
        if cell.get("outputs"):
            messages.append(f"{path.name}: cell {label} carries outputs")
        if cell.get("attachments"):
            messages.append(f"{path.name}: cell {label} carries an attachment")
        forbidden = set(cell.get("metadata", {}).get("tags", [])) & student.NOT_FOR_STUDENTS
        if forbidden:
            messages.append(f"{path.name}: cell {label} is tagged {sorted(forbidden)[0]!r}")
    return messages


def find(folder: pathlib.Path) -> list[str]:
    """Return every leak in what students get: the notebooks and exercise files anywhere below a folder.

    Args:
        folder (pathlib.Path): a checkout's lessons/ folder, or a whole student bundle.

    Returns:
        One message per leak; an empty list when nothing leaks.

    Raises:
        FileNotFoundError: this copy of the course has no solutions/, so there is nothing to compare with.
    """
    solutions = locations.solutions()
    if solutions is None:
        raise FileNotFoundError("leaks can be looked for only where solutions/ is: in a checkout of the course.")
    lessons = {path.stem: source.read(path) for path in sorted(solutions.glob("[0-9][0-9]_*.py"))}
    every_secret = set().union(*(secrets(lesson) for lesson in lessons.values())) if lessons else set()
    messages = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if not path.is_file() or any(part.startswith(".") or part == "__pycache__" for part in relative.parts):
            continue
        own = secrets(lessons[path.stem]) if path.stem in lessons else every_secret
        if path.suffix == ".ipynb":
            messages += in_notebook(path, own)
        elif path.suffix == ".json" and path.parent.name == "exercises":
            messages += _in_document(json.loads(path.read_text(encoding="utf-8")), path.name, own)
        if "solutions" in relative.parts or (path.suffix == ".py" and path.stem in lessons):
            messages.append(f"{relative}: a lesson's source or solution is in the folder")
    return messages
