"""Carry edits that were made in Jupyter back into a lesson's source."""

import pathlib

import jupytext
import nbformat

from course_utils import locations
from course_utils.authoring import markup, notebook_writer, reference, source, student


class ImportFault(ValueError):
    """A notebook that cannot be carried back without losing something."""


def _cell_text(cell: nbformat.NotebookNode) -> str:
    """Return one cell in the percent format, without a header."""
    keep = {key: cell.metadata[key] for key in ("tags", "exercise", "needs", "points") if key in cell.metadata}
    if "exercise" in keep and "points" in keep and "exercise" not in source.tags(cell):
        del keep["points"]
    fresh = {"cell_type": cell.cell_type, "metadata": keep, "source": cell.source}
    if cell.cell_type == "code":
        fresh.update(execution_count=None, outputs=[])
    notebook = nbformat.from_dict({"cells": [fresh], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    text = jupytext.writes(notebook, fmt="py:percent")
    return text[text.index("# %%") :].rstrip("\n") + "\n"


def _segments(lesson: source.Lesson) -> tuple[str, list[str]]:
    """Return the source's header and the text of each cell, so that untouched cells stay as they were typed."""
    lines = lesson.path.read_text(encoding="utf-8").replace("\r\n", "\n").splitlines(keepends=True)
    starts = [line - 1 for line in lesson.lines]
    ends = [*starts[1:], len(lines)]
    segments = ["".join(lines[start:end]) for start, end in zip(starts, ends, strict=True)]
    return "".join(lines[: starts[0]]), segments


def _space_after(segment: str) -> str:
    """Return the blank lines that end a cell's text."""
    return segment[len(segment.rstrip("\n")) :]


def _source_of(notebook: nbformat.NotebookNode, path: pathlib.Path) -> pathlib.Path:
    folder = locations.solutions()
    if folder is None:
        raise ImportFault("no solutions/ here: notebooks can be imported only in a checkout of the course.")
    name = notebook.metadata.get("course", {}).get("lesson", path.stem)
    target = folder / f"{name}.py"
    if not target.exists():
        raise ImportFault(f"{path.name} belongs to no lesson: there is no solutions/{target.name}.")
    return target


def import_notebook(path: pathlib.Path | str, target: pathlib.Path | None = None) -> pathlib.Path:
    """Write the cells that were changed, added or removed in a notebook into its lesson's source.

    Cells that were not touched keep their text to the letter; text with measured values keeps its
    `{{name}}`; the cells that a student notebook does not have stay where they are.

    Args:
        path (path): a generated reference or student notebook, edited and saved in Jupyter.
        target (path): the source to change. Default: the lesson named in the notebook.

    Returns:
        The source file.

    Raises:
        ImportFault: the notebook belongs to no lesson, or a student notebook's exercise was changed (the
            solution cannot be kept then: edit the reference notebook instead).
    """
    path = pathlib.Path(path)
    try:
        edited = nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError) as error:
        raise ImportFault(f"{path} cannot be read as a notebook: {error}") from None
    target = target or _source_of(edited, path)
    lesson = source.read(target)
    header, segments = _segments(lesson)
    committed = reference.committed(target)
    claims = committed.metadata.get("course", {}).get("claims", []) if committed else []
    is_student = "source_sha256" not in edited.metadata.get("course", {})
    prepared = reference.unexecuted(lesson, claims).cells
    position = {cell.id: index for index, cell in enumerate(prepared)}
    absent = {
        index for index, cell in enumerate(prepared) if is_student and source.tags(cell) & student.NOT_FOR_STUDENTS
    }
    texts: list[str] = []
    kept_absent: set[int] = set()

    def keep_absent_after(index: int) -> None:
        follower = index + 1
        while follower in absent and follower not in kept_absent:
            texts.append(segments[follower])
            kept_absent.add(follower)
            follower += 1

    if is_student:
        keep_absent_after(-1)
    for cell in edited.cells:
        index = position.get(cell.get("id"))
        if index is None:
            if cell.get("id") != "install":
                texts.append(_cell_text(cell) + "\n")
            continue
        before = prepared[index]
        expected = before.source
        if is_student and "exercise" in source.tags(before) and before.cell_type == "code":
            expected = markup.student_source(before.source, before.metadata["exercise"])
            if cell.source != expected:
                raise ImportFault(
                    f"exercise {before.metadata['exercise']} was changed in a student notebook, which does not hold "
                    f"its solution; make this change in solutions/{target.stem}.ipynb and import that."
                )
        same = cell.source == expected and sorted(source.tags(cell)) == sorted(source.tags(before))
        changed = _cell_text(cell).rstrip("\n") + _space_after(segments[index])
        texts.append(segments[index] if same else changed)
        keep_absent_after(index)
    lost = absent - kept_absent
    if lost:
        raise ImportFault(
            f"the cell before line {lesson.line_of(min(lost))} of {target.name} was deleted in the student notebook, "
            "but a hidden cell follows it; delete it in the reference notebook instead."
        )
    notebook_writer.write(target, (header + "".join(texts)).rstrip("\n") + "\n")
    return target
