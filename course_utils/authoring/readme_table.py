"""The table of lessons in README.md, rendered from the generated notebooks."""

import pathlib
import re

import nbformat

from course_utils.authoring import notebook_writer

_PLACE = re.compile(r"(<!-- lessons: begin[^>]*-->\n).*?(<!-- lessons: end -->)", re.DOTALL)


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
        held = sum(claim["held"] for claim in course.claims)
        rows.append(
            f"| [{course.lesson[:2]} {course.title}](lessons/{course.lesson}.ipynb) | {course.read_minutes} min "
            f"| {len(exercises)} ({course.exercise_minutes} min) | {held} of {len(course.claims)} hold "
            f"| {course.budget.cpu_seconds:g} s, {course.budget.memory_mb:g} MB |"
        )
    return "\n".join(rows) + "\n"


def update(root: pathlib.Path, check: bool = False) -> list[str]:
    """Write the table into README.md, or report that it differs.

    Args:
        root (pathlib.Path): the checkout.
        check (bool): only report. Default False.
    """
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8")
    paths = sorted((root / "solutions").glob("[0-9][0-9]_*.ipynb"))
    table = render([nbformat.read(path, as_version=4) for path in paths])
    if not _PLACE.search(text):
        return ["README.md: the comments '<!-- lessons: begin -->' and '<!-- lessons: end -->' are missing"]
    new = _PLACE.sub(lambda match: match[1] + table + match[2], text)
    if new == text:
        return []
    if check:
        return ["README.md: its table of lessons differs from the lessons; run `course build`"]
    notebook_writer.write(readme, new)
    return []
