"""Edits made in Jupyter come back into the source; everything else stays to the letter."""

import fixture_lessons
import nbformat
import pytest

from course_utils.authoring import importer, reference, source, student

CLAIMS = [{"held": True, "name": "num_pixels", "sentence": "the image is black", "unit": "pixels", "value": 12.0}]


@pytest.fixture
def path(tmp_path, monkeypatch):
    path = fixture_lessons.write_checkout(tmp_path)
    fixture_lessons.use_checkout(tmp_path, monkeypatch)
    nbformat.write(reference.unexecuted(source.read(path), CLAIMS), path.with_suffix(".ipynb"))
    return path


def edit(path, change, of_student=False):
    lesson = source.read(path)
    notebook = student.cut(lesson, {"num_pixels": 12.0}) if of_student else reference.unexecuted(lesson, CLAIMS)
    change(notebook)
    edited = path.parent.parent / "edited.ipynb"
    nbformat.write(notebook, edited)
    importer.import_notebook(edited)
    return path.read_text(encoding="utf-8")


def cell_with(notebook, text):
    return next(cell for cell in notebook.cells if text in cell.source)


@pytest.mark.parametrize("of_student", [False, True])
def test_an_untouched_notebook_changes_no_byte(path, of_student):
    assert edit(path, lambda notebook: None, of_student) == fixture_lessons.LESSON


@pytest.mark.parametrize("of_student", [False, True])
def test_an_edited_text_and_a_new_cell_arrive(path, of_student):
    def change(notebook):
        cell = cell_with(notebook, "An image is an array")
        cell.source = cell.source.replace("array.", "array.\n- It has a shape.")
        index = notebook.cells.index(cell_with(notebook, "print(image.shape)"))
        notebook.cells.insert(index + 1, nbformat.v4.new_code_cell("print(image.dtype)"))

    text = edit(path, change, of_student)
    assert "# - An image is an array.\n# - It has a shape." in text
    assert "print(image.shape)\n\n# %%\nprint(image.dtype)\n" in text
    assert "{{num_pixels:.0f}}" in text
    assert "by_size" in text
    lesson = source.read(path)
    assert len(lesson.notebook.cells) == fixture_lessons.LESSON.count("# %%") + 1


def test_a_solution_edited_in_the_reference_keeps_its_tags(path):
    def change(notebook):
        cell = cell_with(notebook, "height * width")
        cell.source = cell.source.replace("int(height * width)", "int(image.size)")

    text = edit(path, change)
    assert "return int(image.size)" in text
    cell = cell_with(source.read(path).notebook, "return int(image.size)")
    assert (cell.metadata["tags"], cell.metadata["exercise"], cell.metadata["points"]) == (
        ["exercise"],
        "98.1",
        2,
    )


def test_a_deleted_cell_is_deleted(path):
    text = edit(path, lambda notebook: notebook.cells.remove(cell_with(notebook, "prediction = ")))
    assert "prediction" not in text


def test_a_changed_exercise_in_a_student_notebook_is_refused(path):
    def change(notebook):
        cell_with(notebook, "def count_pixels").source += "\n# mine"

    with pytest.raises(importer.ImportFault, match=r"exercise 98\.1 was changed in a student notebook"):
        edit(path, change, of_student=True)
    assert path.read_text(encoding="utf-8") == fixture_lessons.LESSON


def test_a_foreign_or_broken_notebook_is_refused(path, tmp_path):
    foreign = tmp_path / "foreign.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), foreign)
    with pytest.raises(importer.ImportFault, match="belongs to no lesson"):
        importer.import_notebook(foreign)
    foreign.write_text("{not json", encoding="utf-8")
    with pytest.raises(importer.ImportFault, match="cannot be read"):
        importer.import_notebook(foreign)
