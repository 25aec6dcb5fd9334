"""What was finished is kept, running again does only what is new, and reports depend on nothing but the submissions."""

import csv
import io
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys

import grading_desk
import hypothesis
import hypothesis.strategies as st
import psutil
import pytest

from course_utils.grading import (
    class_run,
    desk,
    engine,
    gradebook,
    marking,
    records,
    remarks,
    sandbox,
    scratch,
    timing,
)

LESSON = "00"
SOURCE = grading_desk.source_of(LESSON)
RIGHT = {number: grading_desk.right_code(LESSON, number) for number in ("0.1", "0.2", "0.3", "0.5")}
WRONG = "def mirror(image):\n    return image * 0"
STUDENTS = {
    "Ana": RIGHT,
    "Ben": {"0.3": WRONG},
    "Chi": {"0.3": WRONG, "0.1": RIGHT["0.1"]},
    "Zoë 小明": {"0.3": "def mirror(image):\n    raise ValueError('\\ud800 <script>alert(1)</script>')"},
    "=cmd|'A1'": {"0.5": "# <script>alert(2)</script> & </pre>\n" + RIGHT["0.5"]},
    "<script>alert(3)</script>": {"0.2": "def negative(image):\n    return '<script>alert(4)</script>'"},
}

pytestmark = pytest.mark.skipif(not sandbox.found().inner, reason="this system has no sandbox for strangers' code")


def _hand_in(place: pathlib.Path, students=STUDENTS) -> pathlib.Path:
    place.mkdir(exist_ok=True)
    for student, answers in students.items():
        notebook = grading_desk.answered(LESSON, answers)
        cell = grading_desk.cell_of(notebook, next(iter(answers)))
        cell["outputs"] = [
            grading_desk.picture(),
            {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>alert(5)</script>"}},
            grading_desk.picture(b"<svg onload='alert(6)'/>", "image/svg+xml"),
        ]
        # A name with a slash is no file name; the angle brackets of the others are allowed on Linux.
        folder = place / student.replace("/", "∕")
        folder.mkdir(exist_ok=True)
        (folder / f"{SOURCE.stem}.ipynb").write_bytes(grading_desk.as_bytes(notebook))
    return place


class _Counting(class_run.Listener):
    def __init__(self):
        self.students: list[str] = []

    def marked(self, student, marks):
        self.students.append(student)


def _run(place, out, **settings):
    listener = _Counting()
    plan = class_run.Plan(place, out, **{"limits": engine.Limits(seconds=20), "seed": 7, **settings})
    summary = class_run.run(plan, [SOURCE], listener)
    return summary, sorted(listener.students)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Return the submissions of a class, the folder of a run with one job, and its summary."""
    place, out = _hand_in(tmp_path_factory.mktemp("class") / "in"), tmp_path_factory.mktemp("out")
    summary, marked = _run(place, out, jobs=1)
    assert len(marked) == len(STUDENTS)
    return place, out, summary


def _reports(out) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and "grades.db" not in path.name and path.name != timing.FILE
    }


def _table(out, name="gradebook.csv") -> list[dict]:
    return list(csv.DictReader(io.StringIO((out / name).read_text(encoding="utf-8"))))


def test_one_row_for_every_student(first):
    _, out, _ = first
    rows = _table(out)
    assert [gradebook.undefused(row["student"]) for row in rows] == sorted(name.replace("/", "∕") for name in STUDENTS)
    assert {row["status"] for row in rows} == {"graded"}
    by = {row["student"]: row for row in rows}
    assert by["Ana"]["points"] == "6"
    assert by["Ben"]["points"] == "0"
    assert by["Chi"]["0.1"] == by["Chi"]["points"] == "1"
    for name, column in (("nbgrader.csv", "student_id"), ("moodle.csv", "Full name")):
        assert len({row[column] for row in _table(out, name)}) == len(STUDENTS)
    assert len(_table(out, "canvas.csv")) == len(STUDENTS) + 1


def test_reports_are_the_same_to_the_byte_for_any_number_of_jobs(first, tmp_path):
    place, out, _ = first
    _run(place, tmp_path / "four", jobs=4)
    assert _reports(tmp_path / "four") == _reports(out)


def test_running_again_marks_nothing_and_changes_nothing(first):
    place, out, _ = first
    before = _reports(out)
    summary, marked = _run(place, out)
    assert (marked, summary.num_marked, summary.num_kept) == ([], 0, len(STUDENTS))
    assert _reports(out) == before


def test_running_again_marks_only_what_changed(tmp_path):
    students = {"Ana": RIGHT, "Ben": {"0.3": WRONG}}
    place, out = _hand_in(tmp_path / "in", students), tmp_path / "out"
    assert _run(place, out)[1] == ["Ana", "Ben"]
    _hand_in(place, {"Ben": {"0.3": RIGHT["0.3"]}, "Chi": {"0.1": "num_pixels = 3"}})
    summary, marked = _run(place, out)
    assert marked == ["Ben", "Chi"]
    assert summary.num_kept == 1
    assert [row["points"] for row in _table(out)] == ["6", "2", "0"]
    assert _run(place, out, seed=8)[1] == ["Ana", "Ben", "Chi"]


def test_one_student_is_graded_anew_and_nobody_else(tmp_path):
    place, out = _hand_in(tmp_path / "in", {"Ana": RIGHT, "Ben": {"0.3": WRONG}}), tmp_path / "out"
    _run(place, out)
    before = _reports(out)
    assert _run(place, out, student="Ben")[1] == ["Ben"]
    assert _reports(out) == before
    with pytest.raises(class_run.ClassRunError, match="Did you mean 'Ben'"):
        _run(place, out, student="Benn")


def test_remarks_survive_every_run(tmp_path):
    place, out = _hand_in(tmp_path / "in", {"Ana": RIGHT, "=Ben": {"0.3": WRONG}}), tmp_path / "out"
    _run(place, out)
    with open(out / remarks.FILE, "a", encoding="utf-8") as file:
        file.write('\'=Ben,,0.3,1.5,"Almost, <b>look</b> at the axes"\n')
    _run(place, out)
    for again in ({}, {"student": "=Ben"}, {"seed": 9}, {"jobs": 4}):
        _run(place, out, **again)
        row = next(row for row in _table(out) if row["student"] == "'=Ben")
        assert (row["0.3"], row["points"]) == ("1.5", "1.5")
    page = next(path for path in (out / "feedback").glob("Ben-*.html")).read_text(encoding="utf-8")
    assert "Almost, &lt;b&gt;look&lt;/b&gt; at the axes" in page
    (out / remarks.FILE).write_text("student,lesson,exercise,points,comment\nAna,,0.3,many,\n", encoding="utf-8")
    with pytest.raises(remarks.RemarksError, match="line 2"):
        _run(place, out)


def test_no_table_holds_a_formula(first):
    _, out, _ = first
    for path in out.glob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"))):
            assert not [cell for cell in row if cell.lstrip()[:1] in ("=", "+", "@", "\t", "\r")]
            assert not [cell for cell in row if cell.startswith("-") and not re.fullmatch(r"-[\d.]+", cell)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "\x00=1", "=\ud800"])
def test_a_formula_is_defused(text):
    assert gradebook.defused(text)[0] == "'"


_NAMES = st.text(st.sampled_from("'=+-@ aé小") | st.characters(categories=["L", "N", "P", "S"]), min_size=1).filter(
    lambda text: text == text.strip()
)


@hypothesis.settings(max_examples=300, deadline=None)
@hypothesis.given(_NAMES)
@hypothesis.example("'=x")
@hypothesis.example("''-1")
@hypothesis.example("'")
@hypothesis.example("'' =x")
def test_what_was_defused_is_told_again(text):
    written = gradebook.defused(text)
    assert gradebook.undefused(written) == text
    assert written.lstrip()[:1] not in ("=", "+", "-", "@")
    assert gradebook.defused(gradebook.undefused(written)) == written


def test_remarks_come_back_as_they_were_written(tmp_path):
    table = {
        (student, SOURCE.stem, "0.3"): records.Remark(1.5, comment)
        for student, comment in (("=Ben", "'=1"), ("'=Ben", "=1"), ("''=Ben", "''=1"), ("'Ben", "'"), ("Ben", "-"))
    }
    for _ in range(3):  # each run writes what the one before has read
        remarks.write(tmp_path, table)
        assert remarks.read(tmp_path) == table


def test_no_page_holds_a_script(first):
    _, out, _ = first
    pages = [out / "class.html", out / timing.FILE, *(out / "feedback").glob("*.html")]
    assert len(pages) == len(STUDENTS) + 2
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text.lower()
        assert "<svg onload" not in text
        assert not re.findall(
            r"(?:src|href)\s*=\s*[\"'](?!data:image/(?:png|jpeg);base64,|#|feedback/|time\.html|class\.html)", text
        )
    everything = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in everything
    assert everything.count("data:image/png;base64,") >= len(STUDENTS)


def test_the_class_page_says_which_walls_there_were(first):
    _, out, summary = first
    assert summary.isolation in (out / "class.html").read_text(encoding="utf-8")


_GRADE = """
import json, pathlib, sys
from course_utils.grading import class_run, engine
class Telling(class_run.Listener):
    def marked(self, student, marks):
        print(json.dumps(student), flush=True)
plan = class_run.Plan(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), jobs=2, seed=7,
                      limits=engine.Limits(seconds=20))
class_run.run(plan, [pathlib.Path(sys.argv[3])], Telling())
"""


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_killed_loses_nothing_that_was_finished(tmp_path, sent):
    students = {f"student {number:02d}": {"0.3": f"{RIGHT['0.3']}\n# {number}"} for number in range(12)}
    students["student 06"] = students["student 07"] = {"0.3": "while True:\n    pass"}
    place, out = _hand_in(tmp_path / "in", students), tmp_path / "out"
    command = [sys.executable, "-c", _GRADE, str(place), str(out), str(SOURCE)]
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    )
    told = {json.loads(running.stdout.readline()) for _ in range(3)}
    below = psutil.Process(running.pid).children(recursive=True)
    assert below
    running.send_signal(sent)
    running.wait(timeout=60)
    _, alive = psutil.wait_procs(below, timeout=20)
    assert alive == []
    assert list(scratch.iterdir()) == []
    with sqlite3.connect(out / "grades.db") as database:
        kept = {student for (student,) in database.execute("SELECT student FROM submissions")}
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert told <= kept
    for name in ("student 06", "student 07"):
        _hand_in(place, {name: {"0.3": RIGHT["0.3"] + f"\n# {name}"}})
    summary, marked = _run(place, out)
    assert not set(marked) & (kept - {"student 06", "student 07"})
    assert summary.num_kept >= len(told)
    assert [row["points"] for row in _table(out)] == ["2"] * 12


_CLAIMS = """
import os, pathlib, sys, time
from course_utils.grading import scratch
folder, claim = scratch.claimed()
pathlib.Path(folder, "left", "deep").mkdir(parents=True)
os.symlink(sys.argv[1], pathlib.Path(folder, "left", "leads out"))
os.chmod(pathlib.Path(folder, "left"), 0)
print(folder, flush=True)
time.sleep(600)
"""


def test_what_a_killed_run_left_is_removed_by_the_next_one_and_nothing_else(tmp_path, monkeypatch):
    outside, place = tmp_path / "outside", tmp_path / "tmp"
    outside.mkdir()
    (outside / "work").write_text("not theirs")
    place.mkdir()
    env = {**os.environ, "TMPDIR": str(place)}
    command = [sys.executable, "-c", _CLAIMS, str(outside)]
    monkeypatch.setattr(scratch.tempfile, "gettempdir", lambda: str(place))
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    try:
        folder = pathlib.Path(running.stdout.readline().strip())
        (place / "course-grading-link").symlink_to(outside)
        (place / "course-grading-new").mkdir()  # perhaps about to be claimed
        (place / "something-else").mkdir()
        for path in (folder, place / "something-else"):
            os.utime(path, (1, 1))
        os.utime(place / "course-grading-link", (1, 1), follow_symlinks=False)
        assert scratch.sweep() == []  # its owner lives
    finally:
        running.kill()
        running.communicate()
    assert folder.is_dir()
    assert scratch.sweep() == [str(folder)]
    assert sorted(path.name for path in place.iterdir()) == [
        "course-grading-link", "course-grading-new", "something-else"
    ]  # fmt: skip
    assert (outside / "work").read_text() == "not theirs"
    swept = []
    monkeypatch.setattr(scratch, "sweep", lambda: swept.append(1))
    with desk.Desk(False, grading_desk.walls(outer=False), 20, 300) as at:
        at._start()
    assert swept == [1]


def test_a_folder_that_is_no_record_is_refused_with_words(tmp_path):
    place, out = _hand_in(tmp_path / "in", {"Ana": RIGHT}), tmp_path / "out"
    out.mkdir()
    (out / "grades.db").write_bytes(b"this is no database, but it is long enough to look like one" * 20)
    with pytest.raises(records.RecordsError, match=r"grades\.db"):
        _run(place, out)


def test_the_out_folder_may_not_be_where_students_could_read_it(tmp_path):
    place = _hand_in(tmp_path / "in", {"Ana": RIGHT})
    for out in (place / "out", pathlib.Path(sys.prefix) / "out"):
        with pytest.raises(class_run.ClassRunError):
            _run(place, out)
        assert not out.exists()


def test_marks_are_the_same_after_a_trip_through_the_records(tmp_path):
    mark = marking.Mark(
        "0.3", marking.PARTLY, 1.25, 2.0, (marking.CaseMark("a", False, True, "\u2028 é"),), code="x\x00"
    )
    with records.Records(tmp_path) as kept:
        kept.keep_marks("content", "reference", "limits", [mark])
    with records.Records(tmp_path) as kept:
        assert kept.marks("content", "reference", "limits") == (mark,)
        assert kept.marks("content", "another reference", "limits") is None


def test_the_time_limit_is_said_to_be_the_reason(tmp_path):
    place = _hand_in(tmp_path / "in", {"Ana": {"0.3": "while True:\n    pass", "0.1": RIGHT["0.1"]}})
    _run(place, tmp_path / "out", limits=engine.Limits(seconds=1))
    (row,) = _table(tmp_path / "out")
    assert (row["0.1"], row["0.3"]) == ("1", "0")
    page = next((tmp_path / "out" / "feedback").glob("*.html")).read_text(encoding="utf-8")
    assert "timed out" in page


def _row(student, content, costs):
    marks = tuple(
        marking.Mark(number, marking.PASSED, 1, 1, cpu_seconds=cpu, wall_seconds=wall)
        for number, (cpu, wall) in costs.items()
    )
    entry = records.Entry(student, SOURCE.stem, "graded", "", "", False, 0, content, "", marks)
    return gradebook.Row(entry, 1, 1, {}, {})


def test_times_are_counted_once_for_each_notebook_and_the_slowest_come_first():
    rows = [
        _row("Ana", "a", {"0.1": (1.0, 1.0), "0.2": (0.5, 9.0), "0.3": (0.0, 0.0)}),
        _row("Ben", "b", {"0.1": (3.0, 4.0), "0.2": (0.1, 0.2)}),
        _row("Chi", "b", {"0.1": (3.0, 4.0), "0.2": (0.1, 0.2)}),
        _row("Dan", "d", {"0.1": (2.0, 2.0), "0.2": (0.0, 0.0)}),
    ]
    by = grading_desk.reference_of(LESSON)
    assert [(one.student, round(one.cpu, 3)) for one in timing.notebooks(rows)] == [
        ("Ben", 3.1),
        ("Dan", 2.0),
        ("Ana", 1.5),
    ]
    slow, quick = timing.exercises(rows, by)
    assert (slow.number, slow.count, slow.median, slow.total, slow.student) == ("0.1", 3, 2.0, 6.0, "Ben")
    assert (quick.number, quick.count, quick.longest, quick.student) == ("0.2", 2, 9.0, "Ana")


def test_the_class_page_leads_to_what_grading_cost(first):
    _, out, summary = first
    assert f'<a href="{timing.FILE}">' in (out / "class.html").read_text(encoding="utf-8")
    assert out / timing.FILE in summary.files
    page = (out / timing.FILE).read_text(encoding="utf-8")
    assert "This run marked " in page
    titles = {exercise.number: exercise.title for exercise in grading_desk.reference_of(LESSON).exercises}
    worked_on = {number for answers in STUDENTS.values() for number in answers}
    assert {number for number in titles if f"<td>{number} " in page} == worked_on
    costs = [mark.cpu_seconds for entry in summary.entries for mark in entry.marks]
    assert timing.seconds(sum(costs)) + " s of CPU time together" in page
    assert all(mark.wall_seconds > 0 for entry in summary.entries for mark in entry.marks if mark.cases)
