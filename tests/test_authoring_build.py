"""Building a checkout: what is written, what is left alone, and every drift that must be seen."""

import json

import fixture_lessons
import nbformat
import pytest

from course_utils.authoring import build


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    fixture_lessons.write_checkout(tmp_path)
    fixture_lessons.use_checkout(tmp_path, monkeypatch)
    # The fixture has one exercise; the rule that asks for five has its own test.
    monkeypatch.setattr(build.lint, "FEWEST_EXERCISES", 1)
    return tmp_path


def files(checkout):
    name = fixture_lessons.NAME
    return {
        "reference": checkout / "solutions" / f"{name}.ipynb",
        "student": checkout / "lessons" / f"{name}.ipynb",
        "exercises": checkout / "exercises" / f"{name}.json",
        "readme": checkout / "README.md",
    }


@pytest.fixture
def built(checkout):
    assert build.build() == []
    return checkout


def test_build_writes_every_generated_file_and_then_nothing_more(built):
    before = {name: path.stat().st_mtime_ns for name, path in files(built).items()}
    said = []
    assert build.build(on_progress=lambda lesson, text: said.append(text)) == []
    assert said == ["up to date"]
    assert {name: path.stat().st_mtime_ns for name, path in files(built).items()} == before
    reference = nbformat.read(files(built)["reference"], as_version=4)
    counts = [cell.execution_count for cell in reference.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert any("(3, 4)" in output.get("text", "") for cell in reference.cells for output in cell.get("outputs", []))
    assert "It has 12 pixels." in files(built)["student"].read_text(encoding="utf-8")
    assert "[98 Count pixels](lessons/98_count_pixels.ipynb)" in files(built)["readme"].read_text(encoding="utf-8")
    shipped = json.loads(files(built)["exercises"].read_text(encoding="utf-8"))
    assert "five by two" not in json.dumps(shipped)


def test_a_forced_build_writes_the_same_bytes_again(built):
    before = {name: path.read_bytes() for name, path in files(built).items()}
    assert build.build(force=True) == []
    assert {name: path.read_bytes() for name, path in files(built).items()} == before


def test_check_is_clean_after_a_build_and_sees_every_drift(built):
    assert build.build(check=True) == []
    source_path = built / "solutions" / f"{fixture_lessons.NAME}.py"
    for path, old, new, words in [
        (source_path, "An image is an array", "A picture is an array", "another version"),
        (source_path, "An image is an array", "A picture is an array", "lessons/98_count_pixels.ipynb: differs"),
        (files(built)["student"], "Count pixels", "Count them", "lessons/98_count_pixels.ipynb: differs"),
        (files(built)["reference"], "print(image.shape)", "print(image.size)", "cells differ"),
        (files(built)["reference"], '"execution_count": 2', '"execution_count": 7', "execution count 7, expected 2"),
        (files(built)["reference"], '\n "cells"', '\n  "cells"', "bytes differ"),
        (files(built)["exercises"], '"source_sha256": "', '"source_sha256": "0', "another version"),
        (files(built)["readme"], "| 5 min", "| 4 min", "its tables differ"),
    ]:
        original = path.read_text(encoding="utf-8")
        assert old in original, (path, old)
        path.write_text(original.replace(old, new, 1), encoding="utf-8", newline="\n")
        messages = build.build(check=True)
        assert any(words in message for message in messages), (words, messages)
        path.write_text(original, encoding="utf-8", newline="\n")
    assert build.build(check=True) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("print(image.shape)", "print(1 / 0)", "ZeroDivisionError"),
        ("bool((image == 0).all())", "bool(image.any())", "claim fails: the image is black"),
        ("print(image.shape)", "object()", "memory address"),
        ("    # END SOLUTION\n", "", "never closed"),
        ("return image.shape[0]\n", "return image.size\n", "height_only"),
        ("return len(image) * len(image[0])", "return len(image)", "by_length"),
        ("{{num_pixels:.0f}}", "{{num_voxels:.0f}}", "num_voxels"),
    ],
)
def test_a_faulty_lesson_is_reported_and_writes_no_notebook(checkout, old, new, words):
    assert old in fixture_lessons.LESSON
    fixture_lessons.write_checkout(checkout, fixture_lessons.LESSON.replace(old, new))
    messages = build.build()
    assert any(words in message for message in messages), messages
    assert not files(checkout)["reference"].exists()
    assert not files(checkout)["student"].exists()


def test_names_of_lessons_are_found_and_wrong_ones_explained(checkout):
    assert [path.stem for path in build.sources(["98"])] == [fixture_lessons.NAME]
    with pytest.raises(ValueError, match=r"no lesson '42'; there are: 98_count_pixels"):
        build.sources(["42"])


def test_a_lesson_that_takes_too_long_is_not_written(checkout):
    slow = fixture_lessons.LESSON.replace("gpu: not used", "gpu: not used, seconds: 0.001")
    assert slow != fixture_lessons.LESSON
    fixture_lessons.write_checkout(checkout, slow)
    (message,) = [text for text in build.build() if "the quick run" in text]
    assert message.startswith(f"{fixture_lessons.NAME}.py: took ")
    assert not files(checkout)["reference"].exists()


def test_a_measurement_is_no_claim_and_fails_nothing(checkout):
    claim = 'claims.check("the image is black", '
    measured = 'claims.measured("size of the image", float(image.size), name="size")\n'
    fixture_lessons.write_checkout(checkout, fixture_lessons.LESSON.replace(claim, measured + claim))
    assert build.build() == []
    assert "measured: size of the image" in files(checkout)["reference"].read_text(encoding="utf-8")
    assert "| 1 of 1 hold |" in files(checkout)["readme"].read_text(encoding="utf-8")
