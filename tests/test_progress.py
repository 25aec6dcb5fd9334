"""Progress survives crashes, damage and worse tries, and is shown as a bar per lesson."""

import json
import os

import pytest
from exercise_desk import LESSON, edge_strength, exercises  # noqa: F401  (a fixture)

from course_utils import checks, progress


@pytest.fixture
def work(tmp_path, monkeypatch, exercises):  # noqa: F811
    folder = tmp_path / "work"
    monkeypatch.setenv("COURSE_WORK", str(folder))
    monkeypatch.delenv("COURSE_PROGRESS")
    monkeypatch.setattr(progress, "_in_memory", {})
    return folder


def _stored(folder):
    return json.loads((folder / "progress.json").read_text(encoding="utf-8"))["exercises"]


def test_a_check_keeps_its_result(work, capsys):
    checks.exercise("7.1", edge_strength)
    assert _stored(work) == {"7.1": {"lesson": LESSON, "max_points": 2.0, "points": 2.0, "status": "passed"}}
    assert os.listdir(work) == ["progress.json"]


def test_a_worse_try_never_takes_anything_away(work, capsys):
    checks.exercise("7.1", edge_strength)
    checks.exercise("7.1", lambda image: 0.0)
    checks.exercise("7.1", None)
    assert _stored(work)["7.1"]["status"] == "passed"
    checks.exercise("7.2", None)
    assert _stored(work)["7.2"]["status"] == "not attempted"
    checks.exercise("7.2", lambda image, spacing=1.0: 0)
    assert _stored(work)["7.2"]["status"] == "failed"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"{}",
        b'{"exercises": {"7.1": 3}}',
        b'{"exercises": {"7.1": {"status": "passed", "points": "x", "max_points": 2}}}',
    ],
)
def test_a_damaged_file_is_kept_aside_and_said_so(work, capsys, content):
    work.mkdir()
    (work / "progress.json").write_bytes(content)
    checks.exercise("7.1", edge_strength)
    text = capsys.readouterr().out
    assert "7.1 passed" in text
    assert "kept as progress.damaged-1.json" in text
    assert (work / "progress.damaged-1.json").read_bytes() == content
    assert _stored(work)["7.1"]["status"] == "passed"
    checks.exercise("7.1", edge_strength)
    assert "damaged" not in capsys.readouterr().out


def test_a_second_damaged_file_does_not_replace_the_first(work, capsys):
    work.mkdir()
    for content in (b"one", b"two"):
        (work / "progress.json").write_bytes(content)
        progress.load()
    assert (work / "progress.damaged-1.json").read_bytes() == b"one"
    assert (work / "progress.damaged-2.json").read_bytes() == b"two"


def test_a_crash_while_writing_leaves_the_old_file(work, capsys, monkeypatch):
    checks.exercise("7.1", edge_strength)

    def fails(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(progress.os, "replace", fails)
    checks.exercise("7.4", 405900)
    text = capsys.readouterr().out
    assert "7.4 passed" in text
    assert "cannot be kept" in text
    assert list(_stored(work)) == ["7.1"]
    assert os.listdir(work) == ["progress.json"]


def test_a_folder_that_cannot_be_made_is_told(work, capsys):
    work.write_text("a file where a folder is needed", encoding="utf-8")
    checks.exercise("7.1", edge_strength)
    text = capsys.readouterr().out
    assert "7.1 passed" in text
    assert "progress" in text


def test_switched_off_nothing_is_written_but_the_bar_still_moves(work, capsys, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    checks.exercise("7.1", edge_strength)
    capsys.readouterr()
    checks.progress(7)
    assert capsys.readouterr().out == "07 try checks  [#---------]  1 of 7 exercises, 2 of 14 points\n"
    assert not work.exists()


@pytest.mark.parametrize("lesson", [7, "7", "07", LESSON])
def test_one_lesson_may_be_asked_for_in_any_form(work, capsys, lesson):
    checks.progress(lesson)
    assert capsys.readouterr().out == "07 try checks  [----------]  0 of 7 exercises, 0 of 14 points\n"


@pytest.mark.parametrize(("lesson", "words"), [("x", "is no lesson"), (8, "no exercises for lesson 8")])
def test_a_lesson_that_does_not_exist(work, capsys, lesson, words):
    checks.progress(lesson)
    assert words in capsys.readouterr().out


def test_the_bar_is_shown_as_a_table_in_a_notebook(work):
    bundle = progress.overview()._repr_mimebundle_()
    assert 'aria-label="07 try checks: 0 of 7 exercises passed"' in bundle["text/html"]
    assert bundle["text/plain"].startswith("07 try checks  [")


def test_results_of_exercises_that_no_longer_exist_do_no_harm(work, capsys):
    progress.save(LESSON, "7.99", "passed", 5.0, 5.0)
    checks.progress(7)
    assert "0 of 7 exercises, 0 of 14 points" in capsys.readouterr().out
