"""The tables in README.md: the lessons, from the generated notebooks; what was measured, from the results file."""

import pathlib
import re

import nbformat

from course_utils.authoring import measured_table, notebook_writer


def _place(name: str) -> re.Pattern:
    return re.compile(rf"(<!-- {name}: begin[^>]*-->\n).*?(<!-- {name}: end -->)", re.DOTALL)


def render(references: list[nbformat.NotebookNode]) -> str:
    """Return the Markdown table: lesson, minutes, exercises, claims.

    Args:
        references (list of NotebookNode): the executed reference notebooks, in order.
    """
    rows = [
        "| lesson | read and run | exercises | tested claims | budget on a laptop's CPU |",
        "|---|---|---|---|---|",
    ]
    for notebook in references:
        course = notebook.metadata.course
        exercises = {cell.metadata.exercise for cell in notebook.cells if "exercise" in cell.metadata}
        claims = [claim for claim in course.claims if "held" in claim]  # the others are measured without a bound
        held = sum(claim["held"] for claim in claims)
        rows.append(
            f"| [{course.lesson[:2]} {course.title}](lessons/{course.lesson}.ipynb) | {course.read_minutes} min "
            f"| {len(exercises)} ({course.exercise_minutes} min) | {held} of {len(claims)} hold "
            f"| {course.budget.cpu_seconds:g} s, {course.budget.memory_mb:g} MB |"
        )
    return "\n".join(rows) + "\n"


def update(root: pathlib.Path, check: bool = False) -> list[str]:
    """Write the tables into README.md, or report that they differ.

    Args:
        root (pathlib.Path): the checkout.
        check (bool): only report. Default False.
    """
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8")
    paths = sorted((root / "solutions").glob("[0-9][0-9]_*.ipynb"))
    tables = {
        "lessons": render([nbformat.read(path, as_version=4) for path in paths]),
        "measured": measured_table.render(measured_table.read(root / measured_table.RESULTS)),
    }
    new = text
    for name, table in tables.items():
        if not _place(name).search(new):
            return [f"README.md: the comments '<!-- {name}: begin -->' and '<!-- {name}: end -->' are missing"]
        new = _place(name).sub(lambda match, table=table: match[1] + table + match[2], new)
    if new == text:
        return []
    if check:
        return ["README.md: its tables differ from the lessons or the results; run `course build`"]
    notebook_writer.write(readme, new)
    return []
