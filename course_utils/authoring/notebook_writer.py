"""Write a notebook as the same bytes on every machine."""

import json
import pathlib

import nbformat

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = ("exercise", "jupyter", "nbgrader", "needs", "points", "tags")


def new(cells: list[dict], course: dict) -> nbformat.NotebookNode:
    """Return a notebook that holds the cells and the allowed metadata only.

    Args:
        cells (list of dict): nbformat cells with ids.
        course (dict): what goes into `metadata.course` (title, minutes, budget, hash of the source, claims).
    """
    for cell in cells:
        cell["metadata"] = {key: cell["metadata"][key] for key in CELL_METADATA if key in cell["metadata"]}
    return nbformat.from_dict(
        {
            "cells": cells,
            "metadata": {**NOTEBOOK_METADATA, "course": course},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def _multiline(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _output_as_lines(output: dict) -> dict:
    output = dict(output)
    if "text" in output:
        output["text"] = _multiline(output["text"])
    if "data" in output:
        output["data"] = {
            kind: _multiline(value) if isinstance(value, str) else value for kind, value in output["data"].items()
        }
    return output


def dumps(notebook: nbformat.NotebookNode) -> str:
    """Return a notebook as JSON: sorted keys, one space of indent, LF, a final line end.

    Example:
        >>> dumps(new([], {}))[:13]
        '{\\n "cells": ['
    """
    cells = []
    for cell in notebook.cells:
        cell = {**cell, "source": _multiline(cell["source"])}
        if cell["cell_type"] == "code":
            cell["outputs"] = [_output_as_lines(output) for output in cell["outputs"]]
        cells.append(cell)
    document = {**notebook, "cells": cells}
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write(path: pathlib.Path, text: str) -> bool:
    """Write text with LF line ends unless the file holds it already; return whether it was written."""
    data = text.encode("utf-8")
    if path.exists() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(data)
    partial.replace(path)
    return True
