"""The student and reference notebooks that are cut out of a source."""

import json

import fixture_lessons
import nbformat
import pytest

from course_utils.authoring import (
    cell_ids,
    front_matter,
    measured_values,
    notebook_writer,
    readme_table,
    reference,
    source,
    student,
)

CLAIMS = [{"held": True, "name": "num_pixels", "sentence": "the image is black", "unit": "pixels", "value": 12.0}]


@pytest.fixture
def lesson(tmp_path):
    return source.read(fixture_lessons.write_checkout(tmp_path))


def test_student_notebook_is_valid_and_holds_no_secret(lesson):
    notebook = student.cut(lesson, {"num_pixels": 12.0})
    nbformat.validate(notebook)
    text = notebook_writer.dumps(notebook)
    assert "height * width" not in text
    assert "by_size" not in text
    assert "fourth axis" not in text
    assert "It has 12 pixels." in text
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


def test_student_notebook_carries_nbgrader_metadata(lesson):
    cells = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in student.cut(lesson, {"num_pixels": 12.0}).cells
        if "nbgrader" in cell.metadata
    }
    assert set(cells) == {"exercise-98-1", "check-98-1"}
    check = cells["check-98-1"].metadata.nbgrader
    assert (check.grade, check.solution, check.locked, check.points, check.schema_version) == (
        True,
        False,
        True,
        2,
        3,
    )
    exercise = cells["exercise-98-1"].metadata.nbgrader
    assert (exercise.grade, exercise.solution, exercise.locked) == (False, True, False)


def test_nbgrader_accepts_the_metadata(lesson):
    validator = pytest.importorskip("nbgrader.nbgraderformat")
    validator.ValidatorClass = validator.MetadataValidator
    validator.MetadataValidator().validate_nb(student.cut(lesson, {"num_pixels": 12.0}))


def test_reference_keeps_every_cell_and_shares_ids_with_the_student(lesson):
    whole = reference.unexecuted(lesson, CLAIMS)
    assert len(whole.cells) == len(lesson.notebook.cells)
    ids = [cell.id for cell in whole.cells]
    assert len(set(ids)) == len(ids)
    student_ids = {cell.id for cell in student.cut(lesson, {"num_pixels": 12.0}).cells} - {"install"}
    assert student_ids < set(ids)


def test_writing_is_deterministic_and_ends_in_one_line_end(lesson):
    first = notebook_writer.dumps(reference.unexecuted(lesson, CLAIMS))
    second = notebook_writer.dumps(reference.unexecuted(source.read(lesson.path), CLAIMS))
    assert first == second
    assert first.endswith("}\n")
    assert "\r" not in first
    assert json.loads(first)["nbformat_minor"] == 5


def test_crlf_sources_build_the_same_bytes(lesson, tmp_path):
    windows = tmp_path / "windows" / lesson.path.name
    windows.parent.mkdir()
    windows.write_bytes(lesson.path.read_bytes().replace(b"\n", b"\r\n"))
    assert notebook_writer.dumps(reference.unexecuted(source.read(windows), CLAIMS)) == notebook_writer.dumps(
        reference.unexecuted(lesson, CLAIMS)
    )


def test_ids_of_other_sections_survive_a_new_cell():
    def ids(*texts):
        cells = [nbformat.v4.new_markdown_cell(text) for text in texts]
        return cell_ids.assign(nbformat.v4.new_notebook(cells=cells))

    before = ids("# One", "a", "# Two", "b")
    after = ids("# One", "new", "a", "# Two", "b")
    assert before == ["one-1", "one-2", "two-1", "two-2"]
    assert after[-2:] == before[-2:]


def test_solution_block_in_an_untagged_cell_is_an_error_with_its_line(tmp_path):
    text = fixture_lessons.LESSON.replace("print(image.shape)", "# BEGIN SOLUTION\nprint(image.shape)\n# END SOLUTION")
    lesson = source.read(fixture_lessons.write_checkout(tmp_path, text))
    line = text.split("\n").index("# BEGIN SOLUTION") + 1
    with pytest.raises(source.SourceError, match='needs tags=\\["exercise"\\]') as raised:
        student.cut(lesson, {"num_pixels": 12.0})
    assert abs(raised.value.line - line) <= 1


def test_unclosed_block_is_an_error_with_its_line(tmp_path):
    text = fixture_lessons.LESSON.replace("    # END SOLUTION\n", "")
    lesson = source.read(fixture_lessons.write_checkout(tmp_path, text))
    with pytest.raises(source.SourceError, match="never closed") as raised:
        student.cut(lesson, {"num_pixels": 12.0})
    assert text.split("\n")[raised.value.line - 1].strip() == "# BEGIN SOLUTION"


def test_unknown_tag_and_stray_check_number_are_errors(tmp_path):
    text = fixture_lessons.LESSON.replace('tags=["claim"]', 'tags=["claims"]')
    with pytest.raises(source.SourceError, match="unknown tag 'claims'"):
        source.read(fixture_lessons.write_checkout(tmp_path, text))
    text = fixture_lessons.LESSON.replace('tags=["check"] exercise="98.1"', 'tags=["check"] exercise="98.2"')
    with pytest.raises(source.SourceError, match=r"no exercise cell has the number '98\.2'"):
        student.cut(source.read(fixture_lessons.write_checkout(tmp_path, text)), {"num_pixels": 12.0})


def test_text_that_quotes_an_unrecorded_value_is_an_error(lesson):
    with pytest.raises(source.SourceError, match="num_pixels"):
        student.cut(lesson, {})


def test_a_measurement_is_quoted_like_a_claim_but_has_no_verdict(lesson):
    events = [
        {"event": "check", "exercise": "2.1", "status": "passed"},
        {"event": "claim", "held": True, "name": None, "sentence": "1 < 2", "unit": None, "value": None},
        {"event": "measurement", "name": "num_pixels", "sentence": "pixels", "unit": None, "value": 12.3456789},
    ]
    recorded = reference.recorded_claims(events)
    assert [entry.get("held") for entry in recorded] == [True, None]
    assert reference.values(recorded) == {"num_pixels": 12.3457}
    built = reference.unexecuted(lesson, recorded)
    built.metadata.course.update(read_minutes=1, exercise_minutes=1, budget={"cpu_seconds": 1, "memory_mb": 1})
    assert "| 1 of 1 hold |" in readme_table.render([built])


def test_measured_values_are_formatted():
    assert measured_values.render("{{a:.1%}} of {{ b:.2f }}", {"a": 0.1234, "b": 2}) == "12.3% of 2.00"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("read_minutes: 5", "read_minutes: soon"), "whole minutes"),
        (("title: Count pixels\n", "subject: x\n"), "lacks title"),
        (("# - name its shape\n# - say why 0 is black\n", ""), "1 objectives; give 3 to 5"),
        (("gpu: not used", "gpus: 0"), "budget"),
    ],
)
def test_wrong_front_matter_says_what_to_write(tmp_path, change, words):
    text = fixture_lessons.LESSON.replace(*change).replace("# subject", "# subject")
    lesson = source.read(fixture_lessons.write_checkout(tmp_path, text))
    with pytest.raises(source.SourceError, match=words):
        student.cut(lesson, {"num_pixels": 12.0})


def test_front_matter_renders_needs_and_budget():
    facts = front_matter.FrontMatter(
        "Count", 5, 10, ("a", "b", "c"), ("01_read_images_as_numbers",), (), 20, 600, "none"
    )
    text = front_matter.render(facts, "02_count")
    assert text.startswith("# 02 · Count\n")
    assert "[01 Read images as numbers](01_read_images_as_numbers.ipynb)" in text
    assert "20 CPU seconds, 600 MB" in text


def outputs(*items):
    return [nbformat.v4.new_output(kind, **fields) for kind, fields in items]


def test_stored_outputs_keep_text_and_drop_pictures_and_stderr():
    stored = reference.stored_outputs(
        outputs(
            ("stream", {"name": "stdout", "text": "a\n"}),
            ("stream", {"name": "stderr", "text": "a warning of a library\n"}),
            ("stream", {"name": "stdout", "text": "b\n"}),
            (
                "display_data",
                {"data": {"image/png": "AAAA", "text/html": "<img>", "text/plain": "Picture: a cat"}},
            ),
            ("display_data", {"data": {"image/png": "AAAA"}}),
        ),
        7,
    )
    assert stored == [
        {"name": "stdout", "output_type": "stream", "text": "a\nb\n"},
        {"data": {"text/plain": "Picture: a cat"}, "metadata": {}, "output_type": "display_data"},
    ]


def test_outputs_that_cannot_repeat_or_are_errors_are_refused():
    with pytest.raises(ValueError, match="memory address"):
        reference.stored_outputs(outputs(("execute_result", {"data": {"text/plain": "<object at 0x7f00aa11bb22>"}})), 1)
    with pytest.raises(ValueError, match="ZeroDivisionError"):
        reference.stored_outputs(outputs(("error", {"ename": "ZeroDivisionError", "evalue": "", "traceback": []})), 1)


def test_output_faults_sees_counts_errors_and_pictures(lesson):
    notebook = reference.unexecuted(lesson, CLAIMS)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, 1):
        cell.execution_count = count
    assert reference.output_faults(notebook) == []
    code[0].execution_count = 9
    code[1].outputs = outputs(("display_data", {"data": {"image/png": "AAAA"}}))
    code[2].outputs = outputs(("stream", {"name": "stderr", "text": "x"}))
    faults = "\n".join(reference.output_faults(notebook))
    assert "execution count 9, expected 1" in faults
    assert "image/png" in faults
    assert "stderr" in faults
