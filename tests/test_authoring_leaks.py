"""The leak test must itself be seen to find every kind of leak."""

import json

import fixture_lessons
import pytest

from course_utils.authoring import leaks, notebook_writer, source, student


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    path = fixture_lessons.write_checkout(tmp_path)
    fixture_lessons.use_checkout(tmp_path, monkeypatch)
    notebook = student.cut(source.read(path), {"num_pixels": 12.0})
    (tmp_path / "lessons" / f"{path.stem}.ipynb").write_text(notebook_writer.dumps(notebook), encoding="utf-8")
    return tmp_path / "lessons"


def plant(lessons, change):
    path = next(lessons.glob("*.ipynb"))
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def test_a_clean_student_notebook_has_no_leak(lessons):
    assert leaks.find(lessons) == []


SECRET = "    height, width = image.shape[:2]"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda nb: nb["cells"][2]["source"].append("\n" + SECRET), "line of a solution"),
        (lambda nb: nb["cells"][2]["source"].append("\n" + SECRET.replace(" ", "")), "line of a solution"),
        (lambda nb: nb["cells"][2]["metadata"].update(note=SECRET), "metadata.note"),
        (lambda nb: nb["metadata"].update(course={"answers": [SECRET]}), "metadata.course.answers"),
        (lambda nb: nb["cells"][3].update(attachments={"a.txt": {"text/plain": SECRET}}), "attachment"),
        (
            lambda nb: nb["cells"][2].update(outputs=[{"output_type": "stream", "name": "stdout", "text": [SECRET]}]),
            "carries outputs",
        ),
        (lambda nb: nb["cells"][2]["source"].append("\n    # BEGIN SOLUTION"), "marker"),
        (lambda nb: nb["cells"][2]["metadata"].update(tags=["hidden"]), "tagged 'hidden'"),
        (lambda nb: nb["cells"][2]["source"].append("\nexercise = define.function('98.1', f)"), "marker"),
        (
            lambda nb: nb["cells"][2]["source"].append("\ndef by_size(image):\n    return image.size"),
            "hidden cell",
        ),
    ],
)
def test_every_planted_leak_is_found(lessons, change, words):
    plant(lessons, change)
    assert any(words in message for message in leaks.find(lessons)), leaks.find(lessons)


def test_a_lesson_source_in_the_bundle_is_found(lessons, tmp_path):
    bundle = tmp_path / "bundle"
    (bundle / "solutions").mkdir(parents=True)
    (bundle / "solutions" / "notes.md").write_text("x", encoding="utf-8")
    (bundle / f"{fixture_lessons.NAME}.py").write_text("x", encoding="utf-8")
    assert len(leaks.find(bundle)) == 2


def test_hidden_lines_in_an_exercise_file_are_found(lessons, tmp_path):
    (tmp_path / "exercises" / f"{fixture_lessons.NAME}.json").write_text(
        json.dumps({"exercises": {"98.1": {"hints": ["def adds_sides(image):"]}}}), encoding="utf-8"
    )
    assert any("adds_sides" in message for message in leaks.find(tmp_path / "exercises"))
