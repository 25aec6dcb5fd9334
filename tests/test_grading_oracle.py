"""A fresh Jupyter kernel that runs every cell of a notebook gives the same marks as the quick way of grading."""

import dataclasses
import functools
import json
import pathlib
import random

import grading_desk
import kernel_oracle
import psutil
import pytest

from course_utils.grading import engine, marking, reference, sandbox, submission, synthetic

LESSONS = ("00", "02")
MOVED = {"00": "0.3", "02": "2.3"}  # whose answer leans on a helper in a cell of its own

pytestmark = pytest.mark.skipif(not sandbox.found().inner, reason="this system has no sandbox for strangers' code")


@functools.cache
def _answers(lesson: str) -> dict[str, synthetic.Answers]:
    found = synthetic.answers(grading_desk.source_of(lesson))
    return {part.cell_id: part for parts in found for part in parts}


@functools.cache
def _notebook(lesson: str) -> dict:
    return synthetic.released(grading_desk.source_of(lesson))


def _filled(lesson: str, kind: str, seed: int = 0, **others: str) -> bytes:
    """Return a notebook whose exercises are answered in one way, but for some that are given by their number."""
    choice = random.Random(seed)
    kinds = {number.replace("_", "."): other for number, other in others.items()}
    codes = {name: part.of_kind(kinds.get(f"n{part.number}", kind), choice) for name, part in _answers(lesson).items()}
    return synthetic.filled(_notebook(lesson), codes)


def _with_a_cell(lesson: str, code: str, at: int) -> bytes:
    """Return a right notebook with one more cell."""
    notebook = json.loads(_filled(lesson, "right"))
    more = {"cell_type": "code", "id": "mine", "metadata": {}, "source": code, "outputs": [], "execution_count": None}
    notebook["cells"].insert(at, more)
    return json.dumps(notebook).encode()


def _moved_helper(lesson: str) -> bytes:
    """Return a notebook in which an answer leans on a function and a filled dict in a cell of their own."""
    answer = next(part for part in _answers(lesson).values() if part.number == MOVED[lesson])
    helper = answer.right[0].replace(f"def {answer.name}(", "def _mine(")
    helper += "\n\nWAYS = {}\nfor name in ('mine', 'other'):\n    WAYS[name] = _mine"
    notebook = json.loads(_with_a_cell(lesson, helper, 1))
    cell = next(cell for cell in notebook["cells"] if cell["id"] == answer.cell_id)
    cell["source"] = f"def {answer.name}(*given, **named):\n    return WAYS['mine'](*given, **named)"
    return json.dumps(notebook).encode()


NOTEBOOKS = {
    "the reference": lambda lesson: _filled(lesson, "right"),
    "other right answers": lambda lesson: _filled(lesson, "right", seed=5),
    "the released notebook": lambda lesson: _filled(lesson, "blank"),
    "typical mistakes": lambda lesson: _filled(lesson, "wrong", seed=1),
    "other typical mistakes": lambda lesson: _filled(lesson, "wrong", seed=2),
    "cells that stop": lambda lesson: _filled(lesson, "right", **{"n0.3": "stops", "n2.2": "stops", "n2.7": "blank"}),
    "cells that are no Python": lambda lesson: _filled(lesson, "wrong", **{"n0.2": "no Python", "n2.6": "no Python"}),
    "a cell of their own that stops": lambda lesson: _with_a_cell(lesson, "1 / 0", 2),
    "a helper in a cell of their own": _moved_helper,
}


def _seen(marks: list[marking.Mark]) -> list[tuple]:
    """Return what a student and a gradebook see of marks."""
    return [
        (mark.number, mark.status, mark.points, mark.mistake, [(case.name, case.passed) for case in mark.cases])
        for mark in marks
    ]


OF_A_SECOND_LESSON = (
    "the reference", "the released notebook", "typical mistakes", "cells that are no Python",
    "a helper in a cell of their own",
)  # fmt: skip


@functools.cache
def _quick(lesson: str) -> dict[str, list[marking.Mark]]:
    with engine.Threads(grading_desk.reference_of(lesson), engine.Limits(seconds=60), jobs=1) as at:
        names = NOTEBOOKS if lesson == LESSONS[0] else OF_A_SECOND_LESSON
        loads = {name: functools.partial(NOTEBOOKS[name], lesson) for name in names}
        return dict(at.run(loads))


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_fresh_kernel_gives_the_same_marks(lesson):
    by, quick = grading_desk.reference_of(lesson), _quick(lesson)
    for name, marks in quick.items():
        handed_in = submission.read(NOTEBOOKS[name](lesson), name)
        slow = kernel_oracle.mark(handed_in, by.exercises, by.setup)
        assert _seen(slow) == _seen(marks), name
    points = {name: sum(mark.points for mark in marks) for name, marks in quick.items()}
    right = (
        "the reference",
        "other right answers",
        "a cell of their own that stops",
        "a helper in a cell of their own",
    )
    assert {points[name] for name in right if name in points} == {by.max_points}
    assert points["the released notebook"] == 0
    assert points["typical mistakes"] < by.max_points
    statuses = {mark.status for marks in quick.values() for mark in marks}
    assert {marking.PASSED, marking.WRONG, marking.NOT_ATTEMPTED, marking.UNREADABLE} <= statuses


def test_the_kernel_is_behind_walls(tmp_path):
    (tmp_path / "grades.db").write_text("points")
    assert not kernel_oracle.exists(tmp_path / "grades.db")
    assert not kernel_oracle.exists(pathlib.Path(__file__))
    assert kernel_oracle.exists(pathlib.Path(marking.__file__))


def test_the_kernel_has_no_network_and_makes_no_process():
    tries = (
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)", "os.fork() or os._exit(0)", "os.chmod('.', 0o700)",
        "subprocess.run(['true'])", "os.kill(os.getppid(), 0)", "open('/proc/1/cmdline')",
    )  # fmt: skip
    lines = ["import os, socket, subprocess", *(f"try:\n    {one}\nexcept OSError:\n    print('no')" for one in tries)]
    assert kernel_oracle.printed("\n".join(lines)).split() == ["no"] * len(tries)


def test_a_cell_or_a_call_that_ends_the_kernel_costs_nothing_but_itself():
    lesson, number = "00", "0.3"
    by = grading_desk.reference_of(lesson)
    (exercise,) = [one for one in by.exercises if one.number == number]
    for trouble, status in (("os._exit(1)", marking.CRASHED), ("time.sleep(60)", marking.TIMED_OUT)):
        body = f"    if image.ndim == 2: {trouble}\n    return image[:, ::-1]"
        answers = {number: f"import os, time\ndef mirror(image):\n{body}", "0.5": "import os\nos._exit(1)"}
        handed_in = grading_desk.read(grading_desk.answered(lesson, answers))
        (mark,) = kernel_oracle.mark(handed_in, (exercise,), by.setup, seconds=2)
        assert mark.status == status
        assert 0 < mark.points < mark.max_points
        assert sum(not case.passed for case in mark.cases) == 2


def test_no_kernel_goes_on_when_its_notebook_is_done():
    printed = kernel_oracle.printed("import os\nprint(os.getcwd())").strip()
    assert printed.startswith("/tmp/oracle-")
    processes = psutil.process_iter(["cmdline"])
    left = [one for one in processes if any(printed in part for part in one.info["cmdline"] or ())]
    assert left == []
    assert not pathlib.Path(printed).exists()


def test_every_cell_in_order_gives_the_same_marks_in_a_new_sandbox_for_each_notebook(monkeypatch):
    """The way that `whole_notebook` chooses: nothing is loaded beforehand, and no cell is left out."""
    started = []
    real = engine.desk.Desk._start

    def start(self):
        started.append(self.bare)
        real(self)

    monkeypatch.setattr(engine.desk.Desk, "_start", start)
    whole = grading_desk.reference_of("02")
    kept = tuple(exercise for exercise in whole.exercises if exercise.number in ("2.3", "2.6", "2.7"))
    by: reference.Reference = dataclasses.replace(whole, exercises=kept, sha256="three exercises of it")
    names = ("a helper in a cell of their own", "cells that are no Python")
    with engine.Threads(by, engine.Limits(seconds=60, whole_notebook=True), jobs=1) as at:
        slow = dict(at.run({name: functools.partial(NOTEBOOKS[name], "02") for name in names}))
    assert started == [True, True]
    for name in names:
        quick = [mark for mark in _quick("02")[name] if mark.number in ("2.3", "2.6", "2.7")]
        assert _seen(slow[name]) == _seen(quick)
