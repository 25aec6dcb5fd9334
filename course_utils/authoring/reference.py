"""The executed reference notebook: every cell of the source, with the outputs that can be compared."""

import pathlib
import re

import nbformat

from course_utils.authoring import notebook_writer, source, student

_COMPARABLE = "text/plain"
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


def committed(path: pathlib.Path) -> nbformat.NotebookNode | None:
    """Return the reference notebook that lies beside a source, or None before the first build."""
    notebook = path.with_suffix(".ipynb")
    return nbformat.read(notebook, as_version=4) if notebook.exists() else None


def values(claims: list[dict]) -> dict[str, float]:
    """Return the values that a lesson's text may quote, by the name of their claim or measurement."""
    return {claim["name"]: claim["value"] for claim in claims if claim.get("name") and claim["value"] is not None}


def unexecuted(lesson: source.Lesson, claims: list[dict]) -> nbformat.NotebookNode:
    """Return the reference notebook without outputs.

    Args:
        lesson (source.Lesson): the source.
        claims (list of dict): what the claims and measurements of a run recorded; kept in the notebook's metadata, so
            that texts can be rendered and checked without running anything.
    """
    course = {**student.course_metadata(lesson), "claims": claims, "source_sha256": lesson.sha256}
    return notebook_writer.new(student.prepared_cells(lesson, values(claims)), course)


def recorded_claims(events: list[dict]) -> list[dict]:
    """Return a run's claims, and its measurements, which have no "held"; values rounded to 6 significant digits."""
    return [
        {
            **({"held": bool(event["held"])} if event["event"] == "claim" else {}),
            "name": event.get("name"),
            "sentence": event["sentence"],
            "unit": event.get("unit"),
            "value": None if event.get("value") is None else float(f"{event['value']:.6g}"),
        }
        for event in events
        if event.get("event") in ("claim", "measurement")
    ]


def stored_outputs(outputs: list[dict], execution_count: int) -> list[dict]:
    """Return the outputs that go into the repository: printed text and text forms, no pictures, no stderr."""
    stored: list[dict] = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            if output["name"] != "stdout":
                continue
            if stored and stored[-1]["output_type"] == "stream":
                stored[-1]["text"] += output["text"]
            else:
                stored.append({"name": "stdout", "output_type": "stream", "text": output["text"]})
        elif kind in ("display_data", "execute_result"):
            text = output["data"].get(_COMPARABLE)
            if text is None:
                continue
            if _ADDRESS.search(text):
                raise ValueError(f"the output {text[:80]!r} holds a memory address, which no other run will repeat")
            new = {"data": {_COMPARABLE: text}, "metadata": {}, "output_type": kind}
            if kind == "execute_result":
                new["execution_count"] = execution_count
            stored.append(new)
        elif kind == "error":
            raise ValueError(f"the cell ended in {output['ename']}: {output['evalue']}")
    return stored


def with_outputs(unexecuted_notebook: nbformat.NotebookNode, executed: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the reference with the outputs of an execution of the same cells, counted 1..n.

    Raises:
        ValueError: a cell ended in an error, or printed what cannot be the same twice.
    """
    count = 0
    for cell, done in zip(unexecuted_notebook.cells, executed.cells, strict=True):
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = [nbformat.from_dict(output) for output in stored_outputs(done.outputs, count)]
    return unexecuted_notebook


def without_outputs(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a copy with no outputs and no counts, for comparing with `unexecuted`."""
    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
    return copy


def output_faults(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what is wrong with the stored outputs of a reference notebook."""
    faults = []
    expected = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        expected += 1
        if cell.execution_count != expected:
            faults.append(f"cell {cell.id}: execution count {cell.execution_count}, expected {expected}")
        for output in cell.outputs:
            if output["output_type"] == "error":
                faults.append(f"cell {cell.id}: stores an error")
            elif output.get("name") == "stderr":
                faults.append(f"cell {cell.id}: stores stderr")
            elif set(output.get("data", {})) - {_COMPARABLE}:
                faults.append(f"cell {cell.id}: stores {sorted(set(output['data']) - {_COMPARABLE})}")
    return faults
