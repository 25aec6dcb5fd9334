"""The made-up classes that grading is measured with, and the figures of `course bench grading`; nothing is timed."""

import json
import pathlib

import pytest

from course_utils import benchmarks, locations
from course_utils.benchmarks import grading as area
from course_utils.grading import engine, marking, reference, sandbox, submission, synthetic

LESSON = next((pathlib.Path(__file__).resolve().parent.parent / "solutions").glob("00_*.py"))
needs_a_sandbox = pytest.mark.skipif(not sandbox.found().inner, reason="this system has no sandbox here")


@needs_a_sandbox
def test_made_up_answers_are_what_they_are_called():
    by = reference.build(LESSON, seed=1)
    kinds = {"right": {marking.PASSED}, "blank": {marking.NOT_ATTEMPTED}, "no Python": {marking.UNREADABLE}}
    loads = {kind: lambda kind=kind: synthetic.all_of_a_kind(LESSON, kind) for kind in (*kinds, "wrong")}
    with engine.Threads(by, engine.Limits(), jobs=1) as at:
        marks = dict(at.run(loads))
    for kind, expected in kinds.items():
        assert {mark.status for mark in marks[kind]} == expected
    assert marking.PASSED not in {mark.status for mark in marks["wrong"]}


def test_a_made_up_class_is_the_same_every_time_and_no_two_notebooks_are_alike(tmp_path):
    first, second = (list(synthetic.students(LESSON, 12, seed=4)) for _ in range(2))
    assert first == second
    assert len({name for name, _ in first}) == len({content for _, content in first}) == 12
    assert first != list(synthetic.students(LESSON, 12, seed=5))
    synthetic.write(tmp_path / "class", LESSON, 3)
    assert len(list((tmp_path / "class").glob(f"*/{LESSON.stem}.ipynb"))) == 3
    read = submission.read(first[0][1], "x")
    assert read.lesson == LESSON.stem


def test_mistakes_that_are_made_of_the_right_answer_stand_alone():
    found = [part for parts in synthetic.answers(LESSON) for part in parts]
    assert all(part.right and part.wrong for part in found)
    for part in found:
        for code in (*part.right, *part.wrong):
            compile(code, part.number, "exec")
            assert "exercise." not in code
            assert "SOLUTION" not in code


@needs_a_sandbox
def test_the_notebooks_that_are_measured_are_right():
    by = area._numpy_reference()
    with engine.Threads(by, engine.Limits(), jobs=1) as at:
        marks = dict(at.run({"a": lambda: json.dumps(area._numpy_notebook(0)).encode()}))["a"]
    assert [mark.status for mark in marks] == [marking.PASSED] * 3


@pytest.fixture
def measured(monkeypatch):
    monkeypatch.setattr(area, "_ours", lambda *_: 0.05)
    monkeypatch.setattr(area, "_fresh_kernel", lambda *_: 0.4)
    monkeypatch.setattr(area, "_nbgrader", lambda *_: 0.9)
    classes = {10: (12.0, 4.0, 0.2), 30: (20.0, 8.0, 0.2), 90: (45.0, 20.0, 0.25)}
    monkeypatch.setattr(area, "_whole_class", lambda folder, lesson, count: classes[count])


@pytest.mark.parametrize("installed", [True, False])
def test_nbgrader_is_the_peer_where_it_is_installed_and_said_to_be_missing_elsewhere(measured, monkeypatch, installed):
    monkeypatch.setattr(area.importlib.util, "find_spec", lambda name: object() if installed else None)
    single, keras, *_ = benchmarks.measure("grading")
    assert (area.NBGRADER in single.peers, "not installed" in single.name) == (installed, not installed)
    assert single.ratio == pytest.approx(18 if installed else 8)
    assert single.met is installed
    assert keras.ratio == pytest.approx(8)


def test_a_class_has_time_memory_and_growth(measured):
    seconds, cpu, memory, growth = benchmarks.measure("grading")[2:]
    assert (seconds.ours_seconds, seconds.met) == (45.0, True)
    assert cpu.peers == {"10 notebooks": 4.0, "30 notebooks": 8.0}
    assert (memory.ours_seconds, memory.unit, memory.met) == (0.25, "GB", True)
    assert growth.ratio == pytest.approx(1.0)


def test_without_solutions_the_class_is_left_out_with_a_word(measured, monkeypatch):
    monkeypatch.setattr(locations, "solutions", lambda: None)
    monkeypatch.chdir("/")
    assert "only in a checkout" in benchmarks.measure("grading")[-1].name
