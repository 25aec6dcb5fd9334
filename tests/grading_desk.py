"""Notebooks, references and sandboxes for the tests of grading; each is made once for all tests of a process."""

import atexit
import base64
import copy
import functools
import inspect
import json
import pathlib
import re
import textwrap

from course_utils.authoring import collect
from course_utils.grading import desk, marking, reference, sandbox, submission

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEED = 20_240
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


def source_of(lesson: str) -> pathlib.Path:
    """Return the source of a lesson by its number."""
    return next((ROOT / "solutions").glob(f"{lesson}_*.py"))


@functools.cache
def reference_of(lesson: str) -> reference.Reference:
    """Return what a lesson is graded by."""
    return reference.build(source_of(lesson), SEED)


@functools.cache
def exercises_of(lesson: str) -> dict:
    """Return the exercises of a lesson as its source defines them."""
    return collect.exercises(source_of(lesson))


@functools.cache
def _notebook(folder: str, lesson: str) -> str:
    return next((ROOT / folder).glob(f"{lesson}_*.ipynb")).read_text(encoding="utf-8")


def released(lesson: str) -> dict:
    """Return a lesson's notebook as it is handed out."""
    return json.loads(_notebook("lessons", lesson))


def solved(lesson: str) -> dict:
    """Return a lesson's notebook with all answers in it."""
    return json.loads(_notebook("solutions", lesson))


def cell_of(notebook: dict, number: str) -> dict:
    """Return the cell of an exercise."""
    wanted = f"exercise-{number.replace('.', '-')}"
    return next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == wanted)


def answered(lesson: str, answers: dict[str, str]) -> dict:
    """Return the released notebook with other code in the cells of some exercises."""
    notebook = released(lesson)
    for number, code in answers.items():
        cell_of(notebook, number)["source"] = textwrap.dedent(code).strip("\n")
    return notebook


def right_code(lesson: str, number: str) -> str:
    """Return the code of the right answer."""
    source = cell_of(solved(lesson), number)["source"]
    return source if isinstance(source, str) else "".join(source)


def code_of(function, name: str) -> str:
    """Return the code of a function of a lesson's source, without its decorators and under another name."""
    code = textwrap.dedent(inspect.getsource(function))
    lines = code.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("def "))
    return re.sub(rf"\b{function.__name__}\b", name, "\n".join(lines[start:]))


def as_bytes(notebook: dict) -> bytes:
    """Return a notebook as a file's content."""
    return json.dumps(notebook, ensure_ascii=True).encode()


def read(notebook: dict) -> submission.Submission:
    """Return a notebook as the grader reads it."""
    return submission.read(as_bytes(copy.deepcopy(notebook)), "the notebook")


def picture(data: bytes = PNG, kind: str = "image/png") -> dict:
    """Return an output that holds a picture."""
    content = {kind: base64.b64encode(data).decode("ascii")}
    return {"output_type": "display_data", "metadata": {}, "data": content}


def walls(outer: bool) -> sandbox.Isolation:
    """Return the inner wall alone, or all walls of this machine."""
    found = sandbox.found()
    return found if outer else sandbox.Isolation(found.inner, "", found.landlock_version)


@functools.cache
def open_desk(lesson: str, outer: bool = True, seconds: float = 20, memory_mb: float = 1500) -> desk.Desk:
    """Return a desk for a lesson that stays open until the tests of this process have ended."""
    by = reference_of(lesson)
    opened = desk.Desk(by.keras, walls(outer), seconds, memory_mb, (by.setup,))
    atexit.register(opened.close)
    return opened


def marks(lesson: str, notebook: dict, at: desk.Desk | None = None) -> dict[str, marking.Mark]:
    """Return the marks of a notebook by exercise."""
    by = reference_of(lesson)
    return {mark.number: mark for mark in marking.mark(read(notebook), by, at or open_desk(lesson))}


def mark_of(lesson: str, number: str, notebook: dict, at: desk.Desk | None = None) -> marking.Mark:
    """Return the mark of one exercise of a notebook."""
    by = reference_of(lesson)
    exercise = next(exercise for exercise in by.exercises if exercise.number == number)
    return marking.mark_exercise(read(notebook), exercise, by.setup, at or open_desk(lesson))
