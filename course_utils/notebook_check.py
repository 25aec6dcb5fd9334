"""Run the checks in a student's notebook and tell how far each exercise is."""

import copy
import dataclasses
import pathlib
import re
from collections.abc import Callable

import nbformat

from course_utils import locations, notebook_reading
from course_utils.checks import library
from course_utils.execution import forked_kernels, runner

PASSED, FAILED, NOT_ATTEMPTED, NOT_CHECKED = "passed", "failed", "not attempted", "not checked"
_MOST_RUNS = 8


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How far one exercise is.

    Args:
        number (str): "2.4".
        title (str): its title, "" when the course does not know it.
        status (str): PASSED, FAILED, NOT_ATTEMPTED or NOT_CHECKED.
        points, max_points (float): what was reached, and what can be.
        message (str): what is wrong, "" when nothing is.
        hint (str): the first hint, "" when none is needed.
    """

    number: str
    title: str
    status: str
    points: float
    max_points: float
    message: str = ""
    hint: str = ""


@dataclasses.dataclass(frozen=True)
class Report:
    """A notebook that was checked.

    Args:
        outcomes (tuple of Outcome): one per exercise, in order.
        troubles (tuple of str): cells that raised an error or had to be stopped.
    """

    outcomes: tuple[Outcome, ...]
    troubles: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether any exercise failed."""
        return any(outcome.status == FAILED for outcome in self.outcomes)


def _first_line(text: str, longest: int = 60) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return f"{line[: longest - 3]}..." if len(line) > longest else line


def _documents(notebook: nbformat.NotebookNode, name: str) -> dict[str, dict]:
    """Return the course's documents of the exercises of a notebook, by number; {} for a notebook of no lesson."""
    course = notebook.metadata.get("course")
    lesson = course.get("lesson", "") if isinstance(course, dict) else ""
    for text in (str(lesson), name):
        number = re.match("[0-9]{2}(?=_)", text)
        if number:
            try:
                return library.document(library.lesson_file(int(number[0])))["exercises"]
            except library.UnknownExercise:
                continue
    return {}


def _answers(notebook: nbformat.NotebookNode) -> dict[str, list[str]]:
    """Return the text of the answer cells of each exercise."""
    found: dict[str, list[str]] = {}
    for cell in notebook.cells:
        if cell.metadata.get("exercise") and "exercise" in (cell.metadata.get("tags") or ()):
            found.setdefault(str(cell.metadata["exercise"]), []).append(cell.source.strip())
    return found


def _untouched(notebook: nbformat.NotebookNode, name: str) -> set[str]:
    """Return the exercises whose answer cells are as they were handed out, code with a bug in it included."""
    course = notebook.metadata.get("course")
    lesson = course.get("lesson", name) if isinstance(course, dict) else name
    path = locations.lessons() / f"{lesson}.ipynb"
    if not path.is_file():
        return set()
    handed_out = _answers(notebook_reading.read(path).notebook)
    return {number for number, texts in _answers(notebook).items() if texts == handed_out.get(number)}


def _numbers(notebook: nbformat.NotebookNode, documents: dict[str, dict]) -> list[str]:
    """Return the exercises of a notebook: the course's, and those that its cells name."""
    named = {str(cell.metadata["exercise"]) for cell in notebook.cells if cell.metadata.get("exercise")}
    return sorted({*documents, *named}, key=library.order)


def _run(
    notebook: nbformat.NotebookNode,
    folder: pathlib.Path,
    timeout: float,
    on_progress: Callable[[int, int], None] | None,
) -> tuple[runner.RunResult, dict[int, str]]:
    """Run a notebook to its end: a cell that hangs or kills the kernel is emptied and the notebook run again.

    Returns:
        The last run, and why cells were emptied, by index.
    """
    notebook, stopped, place = copy.deepcopy(notebook), {}, {"cell": 0}

    def tell(index: int, total: int) -> None:
        place["cell"] = index
        if on_progress:
            on_progress(index, total)

    while True:
        result = runner.run(notebook, folder=folder, timeout_per_cell=timeout, on_progress=tell, allow_errors=True)
        if result.error is None or place["cell"] in stopped:
            return result, stopped
        stopped[place["cell"]] = re.sub(r"^cell [0-9]+ ", "", result.error)
        if len(stopped) == _MOST_RUNS:
            return result, stopped
        notebook.cells[place["cell"]].source = ""


def _errors(notebook: nbformat.NotebookNode) -> dict[int, str]:
    """Return what each cell that raised an error said, by index."""
    return {
        index: f"{output.get('ename', 'error')}: {_first_line(output.get('evalue', ''), 120)}"
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "error"
    }


def _outcome(number: str, document: dict, event: dict | None, accidents: list[str], untouched: bool) -> Outcome:
    title, max_points = document.get("title", ""), float(document.get("points", 0))
    hint = (document.get("hints") or [""])[0]
    if event is None:
        if accidents:
            return Outcome(number, title, FAILED, 0.0, max_points, accidents[0], hint)
        return Outcome(number, title, NOT_CHECKED, 0.0, max_points, "its check cell is missing or was not reached")
    points, max_points = float(event.get("points", 0)), float(event.get("max_points", max_points))
    status = event.get("status")
    if status in (PASSED, NOT_ATTEMPTED):
        return Outcome(number, title, status, points, max_points)
    if untouched:
        return Outcome(number, title, NOT_ATTEMPTED, 0.0, max_points)
    wrong = [case for case in event.get("cases", []) if not case.get("passed")]
    said = next((f"{case.get('name')}: {case.get('message')}" for case in wrong if case.get("message")), "")
    return Outcome(number, title, FAILED, points, max_points, said or "; ".join(accidents), event.get("hint") or hint)


def check(
    notebook: nbformat.NotebookNode,
    path: pathlib.Path,
    timeout: float = 60,
    on_progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Run a copy of a student's notebook and collect what its checks say; errors in cells do not end the run.

    Args:
        notebook (nbformat.NotebookNode): what to run; it stays as it is, and so does its file.
        path (pathlib.Path): where it lies; its folder is the working directory.
        timeout (float): seconds that a cell may take. Default 60.
        on_progress (function): called with (cell_index, total) before each cell. Default none.
    """
    documents = _documents(notebook, path.stem)
    with forked_kernels.preloaded():
        result, stopped = _run(notebook, path.resolve().parent, timeout, on_progress)
    accidents = {**_errors(result.notebook), **stopped}
    events = {str(event.get("exercise")): event for event in result.events if event.get("event") == "check"}
    untouched = _untouched(notebook, path.stem)
    outcomes = []
    for number in _numbers(notebook, documents):
        own = [accidents[index] for index, cell in enumerate(notebook.cells)
               if index in accidents and str(cell.metadata.get("exercise")) == number]  # fmt: skip
        outcomes.append(_outcome(number, documents.get(number, {}), events.get(number), own, number in untouched))
    troubles = [
        f"cell {index + 1} ({_first_line(notebook.cells[index].source)}): {reason}"
        for index, reason in sorted(accidents.items())
    ]
    return Report(tuple(outcomes), tuple(troubles))
