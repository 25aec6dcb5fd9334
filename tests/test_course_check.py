"""`course check` on students' notebooks: sound, unfinished, hanging, crashing and broken ones."""

import json

import pytest
import small_course
from click.testing import CliRunner

from course_utils import cli, locations

ANSWER, CHECK = {"tags": ["exercise"]}, {"tags": ["check"]}
STUB = 'def double(x):\n    raise NotImplementedError("Exercise 98.1 is not written yet")'
BUGGY = "def half(x):\n    return x // 2"


def event(number, status, points=0, cases=(), hint=""):
    values = {
        "event": "check", "exercise": number, "status": status, "points": points, "max_points": 2,
        "cases": list(cases), "hint": hint,
    }  # fmt: skip
    return f"from course_utils import results\nresults.record({values!r})"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    small_course.use(monkeypatch, tmp_path)
    exercises = tmp_path / "exercises"
    exercises.mkdir()
    documents = {
        "98.1": {"title": "double it", "points": 2, "hints": ["What is 2 times 3?", "second"]},
        "98.2": {"title": "halve it", "points": 2, "hints": ["What is 7 / 2?"]},
    }
    content = {"exercises": documents, "format": 1, "lesson": "98_count"}
    (exercises / "98_count.json").write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(locations, "exercises", lambda: exercises)
    return tmp_path


def lesson(*checks, answers=(STUB, BUGGY)):
    first, second = answers
    return [
        small_course.code(first, "a", exercise="98.1", **ANSWER),
        small_course.code(checks[0], "b", exercise="98.1", **CHECK),
        small_course.code(second, "c", exercise="98.2", **ANSWER),
        small_course.code(checks[1], "d", exercise="98.2", **CHECK),
    ]


def course(path, *arguments):
    return CliRunner().invoke(cli.main, ["check", str(path), *arguments], prog_name="course")


def rows(output):
    """Return status and points by exercise, read back from the printed table."""
    found = {}
    for line in output.splitlines():
        words = line.split()
        if words and words[0] in ("98.1", "98.2", "98.3") and "/" in words[-1]:
            found[words[0]] = (line.split("it", 1)[-1].rsplit(maxsplit=1)[0].strip(), words[-1])
    return found


def test_passed_and_not_attempted_end_with_0_and_the_points(folder):
    checks = event("98.1", "passed", 2), event("98.2", "not attempted", 0)
    path = small_course.write(folder / "mine", "98_count", lesson(*checks))
    before = path.read_bytes()
    result = course(path)
    assert result.exit_code == 0, result.output
    assert rows(result.output) == {"98.1": ("passed", "2/2"), "98.2": ("not attempted", "0/2")}
    assert "1 of 2 exercises passed, 2 of 4 points." in result.output
    assert path.read_bytes() == before


def test_a_failed_exercise_ends_with_1_its_first_wrong_case_and_the_first_hint(folder):
    cases = [
        {"name": "small", "passed": True, "message": ""},
        {"name": "large", "passed": False, "message": "expected 200\nfound 144 [b]bold[/b]"},
    ]
    checks = event("98.1", "failed", 1, cases, "What is 2 times 3?"), event("98.2", "passed", 2)
    path = small_course.write(folder / "mine", "98_count", lesson(*checks))
    result = course(path)
    assert result.exit_code == 1
    assert rows(result.output)["98.1"] == ("failed", "1/2")
    assert "98.1 failed: large: expected 200\n    found 144 [b]bold[/b]" in result.output
    assert "hint: What is 2 times 3?" in result.output
    assert "second" not in result.output


def test_a_buggy_cell_that_was_handed_out_and_not_touched_is_not_attempted(folder):
    checks = event("98.1", "not attempted"), event("98.2", "failed", 1)
    small_course.write(folder / "lessons", "98_count", lesson(*checks))
    path = small_course.write(folder / "mine", "98_count", lesson(*checks))
    result = course(path)
    assert result.exit_code == 0
    assert rows(result.output)["98.2"] == ("not attempted", "0/2")
    touched = lesson(*checks, answers=(STUB, BUGGY.replace("//", "%")))
    result = course(small_course.write(folder / "mine", "98_count", touched))
    assert result.exit_code == 1
    assert rows(result.output)["98.2"] == ("failed", "1/2")


def test_an_answer_that_is_no_python_fails_its_exercise_and_no_other(folder):
    checks = ("double(1)\n" + event("98.1", "passed", 2), event("98.2", "passed", 2))
    cells = lesson(*checks, answers=("def double(x)\n    return 2 * x", BUGGY))
    result = course(small_course.write(folder / "mine", "98_count", cells))
    assert result.exit_code == 1
    assert rows(result.output) == {"98.1": ("failed", "0/2"), "98.2": ("passed", "2/2")}
    assert "SyntaxError" in result.output
    assert "hint: What is 2 times 3?" in result.output


@pytest.mark.parametrize(
    ("harm", "words"),
    [("while True:\n    pass", "took longer than 5 s"), ("import os\nos._exit(3)", "the kernel died")],
)
def test_a_cell_that_hangs_or_kills_the_kernel_costs_its_own_exercise_only(folder, harm, words):
    checks = "double\n" + event("98.1", "passed", 2), event("98.2", "passed", 2)
    path = small_course.write(folder / "mine", "98_count", lesson(*checks, answers=(harm, BUGGY)))
    result = course(path, "--timeout", "5")
    assert result.exit_code == 1
    assert rows(result.output) == {"98.1": ("failed", "0/2"), "98.2": ("passed", "2/2")}
    assert words in result.output
    assert harm.splitlines()[0] in result.output


def test_a_deleted_check_is_said_to_be_missing(folder):
    cells = [cell for cell in lesson(event("98.1", "passed", 2), "pass") if cell["id"] != "d"]
    result = course(small_course.write(folder / "mine", "98_count", cells))
    assert result.exit_code == 0
    assert rows(result.output)["98.2"] == ("not checked", "0/2")
    assert "98.2 not checked: its check cell is missing" in result.output


def test_an_exercise_that_the_course_does_not_know_is_shown_too(folder):
    cells = [
        *lesson(event("98.1", "passed", 2), "pass"),
        small_course.code(event("98.3", "passed", 2), "e", exercise="98.3"),
    ]
    assert rows(course(small_course.write(folder / "mine", "98_count", cells)).output)["98.3"][1] == "2/2"


def test_a_damaged_notebook_is_checked_as_far_as_it_can_be_read(folder):
    checks = event("98.1", "passed", 2), event("98.2", "passed", 2)
    path = small_course.write(folder / "mine", "98_count", lesson(*checks))
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index('"id": "d"')], encoding="utf-8")
    result = course(path)
    assert result.exit_code == 0
    assert "is damaged" in result.output
    assert rows(result.output)["98.1"] == ("passed", "2/2")


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"[]", b'{"cells": []}'])
def test_what_cannot_be_read_ends_with_3_and_no_traceback(folder, content):
    path = folder / "98_count.ipynb"
    path.write_bytes(content)
    result = course(path)
    assert result.exit_code == 3
    assert "98_count.ipynb" in result.output
    assert "Traceback" not in result.output


def test_a_notebook_without_exercises_says_so(folder):
    path = small_course.write(folder / "mine", "97_other", [small_course.code("1 + 1", "a")])
    result = course(path)
    assert result.exit_code == 0
    assert "no exercises that the course knows" in result.output
