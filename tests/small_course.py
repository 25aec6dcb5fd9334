"""A course of tiny notebooks in a temporary folder, for the commands to run."""

import pathlib

import nbformat
from nbformat import v4

BUDGET = {"cpu_seconds": 60, "memory_mb": 2000}


def code(text, identity, **metadata):
    return v4.new_code_cell(text, id=identity, metadata=metadata)


def text(markdown, identity):
    return v4.new_markdown_cell(markdown, id=identity)


def claim(sentence="1 is less than 2", condition="1 < 2", value="0.5", unit="'pixels'"):
    return f"from course_utils import claims\nclaims.check({sentence!r}, {condition}, value={value}, unit={unit})"


def write(
    folder: pathlib.Path, name: str, cells: list, budget: dict = BUDGET, title: str = "", **more: str
) -> pathlib.Path:
    """Write a notebook as the builder does, with what it knows of its lesson in the metadata."""
    folder.mkdir(parents=True, exist_ok=True)
    course = {"lesson": name, "title": title or name[3:].replace("_", " "), "budget": budget, **more}
    path = folder / f"{name}.ipynb"
    nbformat.write(v4.new_notebook(cells=cells, metadata={"course": course}), path)
    return path


def use(monkeypatch, folder: pathlib.Path) -> None:
    """Let course_utils find this course instead of the real one."""
    from course_utils import locations

    for name in ("lessons", "solutions"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        monkeypatch.setattr(locations, name, lambda name=name: folder / name)
    monkeypatch.setattr(locations, "work", lambda: folder / "mine")
    for variable in ("COURSE_PROFILE", "COURSE_OFFLINE", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)
