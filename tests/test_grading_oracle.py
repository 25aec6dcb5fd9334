"""The slow way, which runs every cell of a notebook in order in a new sandbox, gives the same marks as the quick."""

import dataclasses
import functools
import json
import pathlib
import random

import pytest

from course_utils.grading import engine, marking, reference, sandbox, synthetic

LESSON = next((pathlib.Path(__file__).resolve().parent.parent / "solutions").glob("02_*.py"))
EXERCISES = ("2.2", "2.3", "2.6", "2.7", "2.8")  # functions that lean on the setup, and a question

pytestmark = pytest.mark.skipif(not sandbox.found().inner, reason="this system has no sandbox for strangers' code")


@functools.cache
def _reference() -> reference.Reference:
    whole = reference.build(LESSON, seed=7)
    kept = tuple(exercise for exercise in whole.exercises if exercise.number in EXERCISES)
    return dataclasses.replace(whole, exercises=kept, sha256="five exercises of it")


@functools.cache
def _answers() -> dict[str, synthetic.Answers]:
    return {part.number: part for parts in synthetic.answers(LESSON) for part in parts if part.number in EXERCISES}


@functools.cache
def _notebook() -> dict:
    """Return the released notebook without the cells that only show something: each would run for each exercise."""
    notebook = synthetic.released(LESSON)
    kept = {part.cell_id for part in _answers().values()}
    cells = [cell for cell in notebook["cells"] if cell["id"] in kept or "setup" in cell["metadata"].get("tags", ())]
    assert len(cells) == 1 + len(EXERCISES)
    return {**notebook, "cells": cells}


def _filled(kinds: dict[str, str], seed: int = 0) -> bytes:
    choice = random.Random(seed)
    codes = {part.cell_id: part.of_kind(kinds[number], choice) for number, part in _answers().items()}
    return synthetic.filled(_notebook(), codes)


def _with_a_cell(code: str, at: int) -> bytes:
    """Return a right notebook with one more cell."""
    notebook = json.loads(_filled(dict.fromkeys(EXERCISES, "right")))
    more = {"cell_type": "code", "id": "mine", "metadata": {}, "source": code, "outputs": [], "execution_count": None}
    notebook["cells"].insert(at, more)
    return json.dumps(notebook).encode()


def _moved_helper() -> bytes:
    """Return a notebook in which an answer leans on a function in a cell of its own."""
    answer = _answers()["2.3"]
    helper = answer.right[0].replace(f"def {answer.name}(", "def _mine(")
    notebook = json.loads(_with_a_cell(helper, 1))
    cell = next(cell for cell in notebook["cells"] if cell["id"] == answer.cell_id)
    cell["source"] = f"def {answer.name}(image, kernel):\n    return _mine(image, kernel)"
    return json.dumps(notebook).encode()


NOTEBOOKS = {
    "the reference": lambda: _filled(dict.fromkeys(EXERCISES, "right")),
    "the released notebook": lambda: _filled(dict.fromkeys(EXERCISES, "blank")),
    "typical mistakes": lambda: _filled(dict.fromkeys(EXERCISES, "wrong"), seed=1),
    "other typical mistakes": lambda: _filled(dict.fromkeys(EXERCISES, "wrong"), seed=2),
    "a cell that stops": lambda: _filled({**dict.fromkeys(EXERCISES, "right"), "2.2": "stops", "2.7": "blank"}),
    "a cell that is no Python": lambda: _filled({**dict.fromkeys(EXERCISES, "wrong"), "2.6": "no Python"}),
    "a cell of their own that stops": lambda: _with_a_cell("1 / 0", 2),
    "a helper in a cell of their own": _moved_helper,
}


def _without_cost(marks: list[marking.Mark]) -> list[marking.Mark]:
    return [dataclasses.replace(mark, cpu_seconds=0.0, wall_seconds=0.0) for mark in marks]


@pytest.fixture(scope="module")
def quick():
    with engine.Threads(_reference(), engine.Limits(seconds=60), jobs=1) as at:
        yield dict(at.run(NOTEBOOKS))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_slow_way_gives_the_same_marks(name, quick):
    limits = engine.Limits(seconds=60, whole_notebook=True)
    with engine.Threads(_reference(), limits, jobs=1) as at:
        ((_, slow),) = at.run({name: NOTEBOOKS[name]})
    assert _without_cost(slow) == _without_cost(quick[name])


def test_the_notebooks_are_of_every_kind(quick):
    points = {name: sum(mark.points for mark in marks) for name, marks in quick.items()}
    most = _reference().max_points
    assert points["the reference"] == points["a cell of their own that stops"] == most
    assert points["a helper in a cell of their own"] == most
    assert points["the released notebook"] == 0
    assert points["typical mistakes"] < most
    statuses = {mark.status for marks in quick.values() for mark in marks}
    assert {marking.PASSED, marking.WRONG, marking.NOT_ATTEMPTED, marking.UNREADABLE} <= statuses


def test_every_notebook_has_a_sandbox_of_its_own_in_which_nothing_was_loaded(monkeypatch):
    started = []
    real = engine.desk.Desk._start

    def start(self):
        started.append(self.bare)
        real(self)

    monkeypatch.setattr(engine.desk.Desk, "_start", start)
    only = dataclasses.replace(_reference(), exercises=_reference().exercises[-1:])
    with engine.Threads(only, engine.Limits(seconds=60, whole_notebook=True), jobs=1) as at:
        marks = dict(at.run({"first": NOTEBOOKS["the reference"], "second": lambda: _with_a_cell("x = 1", 1)}))
    assert [len(found) for found in marks.values()] == [1, 1]
    assert started == [True, True]
