"""Rehearse a lesson: run its cells in a kernel whose training is cut short, and say what a GPU could not do."""

import ast
import dataclasses
import pathlib
import re

import nbformat
from nbformat import v4

from course_utils.authoring import cell_ids, source
from course_utils.execution import runner

SECONDS_PER_CELL = 180
_LEFT_OUT = {"hidden", "instructor", "check"}
_BEGIN = "from course_utils.execution.rehearsal import short\nshort.install()"
_END = "from course_utils.execution.rehearsal import short\nshort.finish()"  # a lesson may use the name
_IMPORTS_KERAS = re.compile(r"^\s*(import keras|from keras\b|import tensorflow)", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Rehearsal:
    """What came of a rehearsal.

    Args:
        lesson (str): its name.
        models (tuple of str): the distinct models that were tried, as a reader knows them.
        num_fits (int): how often the lesson trained a model.
        faults (tuple of str): sentences, each naming lesson, cell, model and reason; empty when all is well.
        notes (tuple of str): what is worth knowing but no fault.
        cpu_seconds (float): CPU time of the kernel.
        seconds (float): wall time.
    """

    lesson: str
    models: tuple[str, ...]
    num_fits: int
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    cpu_seconds: float
    seconds: float


def uses_keras(path: pathlib.Path) -> bool:
    """Return whether a lesson's source imports Keras."""
    return _IMPORTS_KERAS.search(path.read_text(encoding="utf-8")) is not None


def _cells(lesson: source.Lesson) -> list[tuple[str, int, str]]:
    """Return name, line and code of each cell that is run."""
    names = cell_ids.assign(lesson.notebook)
    return [
        (names[index], lesson.line_of(index), cell.source)
        for index, cell in enumerate(lesson.notebook.cells)
        if cell.cell_type == "code" and not source.tags(cell) & _LEFT_OUT
    ]


def _called(node: ast.AST) -> set[str]:
    """Return the last names of what a piece of code mentions: functions may be handed on as well as called."""
    return {
        part.attr if isinstance(part, ast.Attribute) else part.id
        for part in ast.walk(node)
        if isinstance(part, (ast.Attribute, ast.Name))
    }


def training_cells(codes: list[str]) -> list[bool]:
    """Return for each cell whether running it may train a model, by itself or through functions of other cells.

    Example:
        >>> training_cells(["def run(): model.fit(x)", "def again(): run()", "again()", "x = 1"])
        [False, False, True, False]
    """
    trees = [ast.parse(code) for code in codes]
    functions = {
        node.name: _called(node)
        for tree in trees
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    trains = {"fit", "train_on_batch"}
    while more := {name for name, called in functions.items() if called & trains} - trains:
        trains |= more
    found = []
    for tree in trees:
        at_once = [node for node in tree.body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        found.append(any(_called(node) & trains for node in at_once))
    return found


def _error(cell: nbformat.NotebookNode) -> str | None:
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            return re.sub(r"\s+", " ", f"{output.ename}: {output.evalue}")[:300]
    return None


def rehearse(path: pathlib.Path | str) -> Rehearsal:
    """Rehearse one lesson.

    Inside `forked_kernels.preloaded()` the kernel need not import Keras anew.

    Args:
        path (path): its source, solutions/NN_verb_phrase.py. Hidden, check and instructor cells are left out.

    Returns:
        A Rehearsal. A cell that stops because a barely trained network is not what it expects is a fault only
        where models might go untried because of it.
    """
    lesson = source.read(path)
    cells = _cells(lesson)
    codes = [_BEGIN, *(code for _, _, code in cells), _END]
    notebook = v4.new_notebook(cells=[v4.new_code_cell(code) for code in codes])
    result = runner.run(
        notebook,
        folder=lesson.path.parent,
        environment={"COURSE_OFFLINE": "1", "COURSE_PROFILE": "quick", "TF_CPP_MIN_LOG_LEVEL": "3"},
        timeout_per_cell=SECONDS_PER_CELL,
        allow_errors=True,
    )

    def where(index: int) -> str:
        name, line, _ = cells[index]
        return f"{lesson.name}, cell {name!r} (line {line})"

    faults, notes, models, num_fits = [], [], [], 0
    for event in (event for event in result.events if event["event"] == "rehearsal"):
        if event["step"] == "end":
            num_fits = event["fits"]
            continue
        place, model = where(event["cell"]), event["model"]
        if model and model not in models:
            models.append(model)
        if event["step"] == "device":
            faults.append(f"{place}: {event['fault']}; leave it to Keras where things are computed.")
        elif event["fault"]:
            faults.append(f"{place}: {model} cannot take a step under {event['step']}: {event['fault']}.")
        if event["note"]:
            notes.append(f"{place}: {model}, {event['step']}: {event['note']}.")
    if result.error:
        faults.append(f"{lesson.name}: the rehearsal stopped: {result.error}.")
    trains = training_cells([code for _, _, code in cells])
    stopped = [(index, error) for index in range(len(cells)) if (error := _error(result.notebook.cells[index + 1]))]
    for error in (_error(result.notebook.cells[0]), _error(result.notebook.cells[-1])):
        if error:
            faults.append(f"{lesson.name}: the rehearsal itself failed: {error}.")
    untried = [index for index, _ in stopped if trains[index]]
    for position, (index, error) in enumerate(stopped):
        text = f"{where(index)} stops when the training is cut short ({error})"
        if untried and position == 0:
            lost = ", ".join(repr(cells[number][0]) for number in untried)
            faults.append(
                f"{text}, so that what {lost} would train is not tried. "
                "Let the cell go on with a network that has learned nothing."
            )
        else:
            notes.append(f"{text}.")
    return Rehearsal(
        lesson.name,
        tuple(models),
        num_fits,
        tuple(dict.fromkeys(faults)),
        tuple(dict.fromkeys(notes)),
        result.cpu_seconds,
        result.seconds,
    )
