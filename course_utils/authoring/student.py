"""Cut the student notebook out of a lesson's source."""

import re

import nbformat

from course_utils.authoring import cell_ids, front_matter, markup, measured_values, notebook_writer, source

NOT_FOR_STUDENTS = {"hidden", "solution", "instructor"}

_INSTALL = f"""\
# Only does something where the course is not installed yet, as on Colab.
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("course_utils") is None:
    address = "git+https://github.com/{front_matter.REPOSITORY}"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", address], check=True)"""
_LOAD_KERAS = """
from course_utils import quiet_start

quiet_start.load_keras()  # without TensorFlow's red lines, in which nothing is wrong"""
_KERAS = re.compile(r"^(import keras|from keras )", re.MULTILINE)


def install(lesson: source.Lesson) -> str:
    """Return the code of a student notebook's first cell, which is folded: it makes the course ready for the setup."""
    setup = "\n".join(cell.source for cell in lesson.notebook.cells if "setup" in source.tags(cell))
    return f"{_INSTALL}\n{_LOAD_KERAS}" if _KERAS.search(setup) else _INSTALL


def nbgrader_metadata(cell: nbformat.NotebookNode) -> dict | None:
    """Return nbgrader's own metadata (schema 3) for an exercise or check cell, None for any other."""
    tags = source.tags(cell)
    number = str(cell.metadata.get("exercise", "")).replace(".", "-")
    common = {"locked": False, "schema_version": 3, "task": False}
    if "exercise" in tags:
        return {**common, "grade": False, "grade_id": f"exercise-{number}", "solution": True}
    if "check" in tags:
        points = cell.metadata["points"]
        return {
            **common,
            "grade": True,
            "grade_id": f"check-{number}",
            "locked": True,
            "points": points,
            "solution": False,
        }
    return None


def prepared_cells(lesson: source.Lesson, values: dict[str, float]) -> list[nbformat.NotebookNode]:
    """Return every cell of a lesson with its id, its rendered text and its full metadata.

    Args:
        lesson (source.Lesson): the source.
        values (dict of str to float): measured values for the text, by claim name.

    Raises:
        source.SourceError: with the line of a wrong front matter or an unknown measured value.
    """
    points = {
        cell.metadata["exercise"]: cell.metadata.get("points", 1)
        for cell in lesson.notebook.cells
        if "exercise" in source.tags(cell) and "exercise" in cell.metadata
    }
    cells = []
    for index, (cell, identity) in enumerate(zip(lesson.notebook.cells, cell_ids.assign(lesson.notebook), strict=True)):
        text, metadata = cell.source, dict(cell.metadata)
        tags = source.tags(cell)
        if tags & {"exercise", "check", "hidden"}:
            if "exercise" not in metadata:
                raise lesson.error(index, 'an exercise, check or hidden cell needs its number: exercise="2.4".')
            if metadata["exercise"] not in points:
                raise lesson.error(index, f"no exercise cell has the number {metadata['exercise']!r}.")
            if "check" in tags:
                metadata["points"] = points[metadata["exercise"]]
        if cell.cell_type == "markdown":
            try:
                if "front-matter" in tags:
                    text = front_matter.render(front_matter.parse(text), lesson.name)
                else:
                    text = measured_values.render(text, values)
            except (front_matter.FrontMatterError, KeyError, ValueError) as error:
                raise lesson.error(index, str(error.args[0])) from None
        new = nbformat.from_dict({"cell_type": cell.cell_type, "id": identity, "metadata": metadata, "source": text})
        if cell.cell_type == "code":
            new.update(execution_count=None, outputs=[])
        nbgrader = nbgrader_metadata(new)
        if nbgrader:
            new.metadata["nbgrader"] = nbgrader
        cells.append(new)
    return cells


def course_metadata(lesson: source.Lesson) -> dict:
    """Return what the generated notebooks know of their lesson: title, minutes, budget.

    Raises:
        source.SourceError: the first cell is no front matter.
    """
    first = lesson.notebook.cells[0]
    if "front-matter" not in source.tags(first) or first.cell_type != "markdown":
        raise lesson.error(0, 'the first cell must be: # %% [markdown] tags=["front-matter"]')
    try:
        facts = front_matter.parse(first.source)
    except front_matter.FrontMatterError as error:
        raise lesson.error(0, str(error)) from None
    return {
        "budget": {"cpu_seconds": facts.cpu_seconds, "memory_mb": facts.memory_mb},
        "exercise_minutes": facts.exercise_minutes,
        "lesson": lesson.name,
        "read_minutes": facts.read_minutes,
        "title": facts.title,
    }


def cut(lesson: source.Lesson, values: dict[str, float]) -> nbformat.NotebookNode:
    """Return the student notebook: no solutions, no hidden cells, no outputs.

    Args:
        lesson (source.Lesson): the source.
        values (dict of str to float): measured values for the text, by claim name.

    Raises:
        source.SourceError: a misplaced marker, with its file and line.
    """
    cells = []
    for index, cell in enumerate(prepared_cells(lesson, values)):
        tags = source.tags(cell)
        if tags & NOT_FOR_STUDENTS:
            continue
        if cell.cell_type == "code":
            try:
                if "exercise" in tags:
                    cell.source = markup.student_source(cell.source, cell.metadata["exercise"])
                elif markup.blocks(cell.source):
                    raise markup.MarkupError(1, 'a solution block needs tags=["exercise"] on its cell.')
            except markup.MarkupError as error:
                raise lesson.error(index, str(error), offset=error.line) from None
        cells.append(cell)
        if "front-matter" in tags:
            cells.append(
                nbformat.from_dict(
                    {
                        "cell_type": "code",
                        "execution_count": None,
                        "id": "install",
                        "metadata": {"jupyter": {"source_hidden": True}},
                        "outputs": [],
                        "source": install(lesson),
                    }
                )
            )
    return notebook_writer.new(cells, course_metadata(lesson))
