"""Notebooks, references and sandboxes for the tests of grading; each is made once for all tests of a process."""

import ast
import atexit
import base64
import copy
import functools
import inspect
import json
import pathlib
import textwrap
from unittest import mock

from course_utils.authoring import collect, source
from course_utils.grading import desk, marking, reference, sandbox, submission

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEED = 20_240
LAST_WITHOUT_NETWORKS = "04"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


def source_of(lesson: str) -> pathlib.Path:
    """Return the source of a lesson by its number."""
    return next((ROOT / "solutions").glob(f"{lesson}_*.py"))


@functools.cache
def reference_of(lesson: str) -> reference.Reference:
    """Return what a lesson is graded by; of lessons with networks without typical mistakes, which take long to try."""
    if lesson <= LAST_WITHOUT_NETWORKS:
        return reference.build(source_of(lesson), SEED)
    with mock.patch.object(reference, "_mutants", return_value=()):
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


def _names_in(code) -> set[str]:
    inner = (constant for constant in code.co_consts if inspect.iscode(constant))
    return set(code.co_names).union(*map(_names_in, inner))


@functools.cache
def _assignments(path: str) -> dict[str, str]:
    body = ast.parse(pathlib.Path(path).read_text(encoding="utf-8")).body
    return {
        name.id: ast.unparse(node)
        for node in body
        if isinstance(node, ast.Assign)
        for name in ast.walk(node.targets[0])
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }


def _leans_on(function, seen: set[str]) -> list[str]:
    """Return the code of the functions and constants of the lesson's source that a function uses."""
    found, path = [], function.__code__.co_filename
    for name in sorted(_names_in(function.__code__) - seen):
        other = function.__globals__.get(name)
        seen.add(name)
        if name in function.__globals__ and name in _assignments(path):
            found.append(_assignments(path)[name])
        elif inspect.isfunction(other) and other.__code__.co_filename == path:
            found += [*_leans_on(other, seen), _code(other)]
    return found


def _code(function) -> str:
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    return "\n".join(lines[next(place for place, line in enumerate(lines) if line.startswith(("def ", "class "))) :])


def code_of(function, name: str) -> str:
    """Return a cell that defines a function of a lesson's source under another name, with whatever it uses."""
    parts = [*_leans_on(function, {function.__name__}), _code(function), f"return {function.__name__}"]
    return f"def _make():\n{textwrap.indent(chr(10).join(parts), '    ')}\n\n{name} = _make()"


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


@functools.cache
def keras_desk(numbers: tuple[str, ...]) -> desk.Desk:
    """Return one desk for several lessons that need Keras; to start one for each would take longer than the marking."""
    setups = tuple(reference.setup_of(source.read(source_of(number))) for number in numbers)
    opened = desk.Desk(True, walls(outer=True), 60, 1500, setups)
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
    return marking.mark_exercise(read(notebook), exercise, by.setup, at or open_desk(lesson), shown=by.shown)
