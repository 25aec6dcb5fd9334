"""Answers travel from one version of a lesson into the next, and nothing the student wrote is lost."""

import copy

import nbformat
import numpy as np
import pytest
from nbformat import v4

from course_utils import answer_merge


def cell(text, identity, kind="code", **metadata):
    make = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell}[kind]
    return make(text, id=identity, metadata=metadata)


def exercise(number, text, identity, role="exercise"):
    return cell(text, identity, exercise=number, tags=[role], points=2)


def lesson():
    return v4.new_notebook(
        cells=[
            cell("# A lesson", "start-1", "markdown"),
            cell("import numpy as np", "start-2", tags=["setup"]),
            cell("## Exercise 2.1", "exercise-2-1-1", "markdown"),
            exercise("2.1", "def f(x):\n    raise NotImplementedError", "exercise-2-1-2"),
            exercise("2.1", 'checks.exercise("2.1", f)', "exercise-2-1-3", "check"),
            cell("## The end", "the-end-1", "markdown"),
            cell("print('end')", "the-end-2"),
        ]
    )


def sources(merged):
    return [one.source for one in merged.notebook.cells]


def answered(notebook, identity, text):
    notebook = copy.deepcopy(notebook)
    next(one for one in notebook.cells if one["id"] == identity).source = text
    return notebook


def test_an_answer_is_carried_and_the_lessons_change_is_taken():
    student = answered(lesson(), "exercise-2-1-2", "def f(x):\n    return 2 * x")
    new = answered(lesson(), "the-end-2", "print('the end')")
    merged = answer_merge.merge(lesson(), student, new)
    expected = [one.source for one in new.cells]
    expected[3] = "def f(x):\n    return 2 * x"
    assert sources(merged) == expected
    assert (merged.carried, merged.conflicts, merged.lesson_changed) == (["exercise 2.1"], [], 1)


def test_a_cell_that_both_changed_keeps_the_students_and_shows_the_lessons_below():
    student = answered(lesson(), "exercise-2-1-2", "def f(x):\n    return 2 * x")
    new = answered(lesson(), "exercise-2-1-2", "def f(x: float):\n    '''```'''\n    raise NotImplementedError")
    merged = answer_merge.merge(lesson(), student, new)
    assert merged.conflicts == ["exercise 2.1"]
    assert merged.notebook.cells[3].source == "def f(x):\n    return 2 * x"
    assert merged.notebook.cells[3].metadata.exercise == "2.1"
    note = merged.notebook.cells[4]
    assert note.cell_type == "markdown"
    assert new.cells[3].source in note.source
    assert note.source.count("````") == 2, "the fence has to be longer than the one in the cell"
    assert merged.notebook.cells[5].source == 'checks.exercise("2.1", f)'


def test_a_note_is_not_carried_into_the_version_after_unless_the_student_wrote_into_it():
    student = answered(lesson(), "exercise-2-1-2", "mine = 1")
    second = answered(lesson(), "exercise-2-1-2", "theirs = 2")
    once = answer_merge.merge(lesson(), student, second).notebook
    third = answered(second, "the-end-2", "print('third')")
    assert not any("has changed here too" in text for text in sources(answer_merge.merge(second, once, third)))
    next(one for one in once.cells if "has changed here too" in one.source).source += "\nI see."
    twice = answer_merge.merge(second, once, third)
    assert sum("I see." in text for text in sources(twice)) == 1
    assert "mine = 1" in sources(twice)


def test_the_same_change_on_both_sides_is_no_conflict():
    both = answered(lesson(), "the-end-2", "print('fin')")
    merged = answer_merge.merge(lesson(), both, both)
    assert (merged.conflicts, merged.carried) == ([], [])
    assert sources(merged) == [one.source for one in both.cells]


def test_added_cells_stay_behind_their_predecessor():
    student = lesson()
    student.cells.insert(4, cell("print(f(3))", "mine-1"))
    student.cells.insert(5, cell("I think that f doubles.", "mine-2", "markdown"))
    student.cells.insert(0, cell("my name", "mine-0", "markdown"))
    new = lesson()
    new.cells.insert(1, cell("A new paragraph.", "start-1b", "markdown"))
    merged = answer_merge.merge(lesson(), student, new)
    texts = sources(merged)
    assert texts[0] == "my name"
    place = texts.index("print(f(3))")
    assert texts[place - 1].startswith("def f(x)")
    assert texts[place + 1] == "I think that f doubles."
    assert texts[place + 2] == 'checks.exercise("2.1", f)'
    assert (merged.added, merged.lesson_new) == (3, 1)


def test_a_cell_put_into_a_section_shifts_ids_but_not_answers():
    """The ids count the cells of a section: what was exercise-2-1-2 is now exercise-2-1-3."""
    new = lesson()
    new.cells.insert(3, cell("A hint that was missing.", "exercise-2-1-2", "markdown"))
    new.cells[4]["id"], new.cells[5]["id"] = "exercise-2-1-3", "exercise-2-1-4"
    student = answered(lesson(), "exercise-2-1-2", "def f(x):\n    return 2 * x")
    merged = answer_merge.merge(lesson(), student, new)
    assert sources(merged)[3:6] == [
        "A hint that was missing.",
        "def f(x):\n    return 2 * x",
        'checks.exercise("2.1", f)',
    ]
    assert merged.conflicts == []


def test_an_exercise_is_found_by_its_number_when_its_heading_and_id_changed():
    new = lesson()
    for one in new.cells[2:5]:
        one["id"] = one["id"].replace("exercise-2-1", "double-it")
    student = answered(lesson(), "exercise-2-1-2", "def f(x):\n    return 2 * x")
    merged = answer_merge.merge(lesson(), student, new)
    assert merged.notebook.cells[3].source == "def f(x):\n    return 2 * x"
    assert merged.notebook.cells[3]["id"] == "double-it-2"


def test_a_student_notebook_whose_ids_were_replaced_still_gives_its_answers():
    """Some editors write ids of their own; exercise numbers, texts and their order remain."""
    student = answered(lesson(), "exercise-2-1-2", "def f(x):\n    return 2 * x")
    for index, one in enumerate(student.cells):
        one["id"] = f"other-{index}"
    new = answered(lesson(), "the-end-2", "print('the end')")
    merged = answer_merge.merge(lesson(), student, new)
    expected = [one.source for one in new.cells]
    expected[3] = "def f(x):\n    return 2 * x"
    assert sources(merged) == expected
    assert merged.added == 0


def test_a_changed_cell_that_the_lesson_dropped_is_kept_and_named():
    student = answered(lesson(), "the-end-2", "print('my own end')")
    new = lesson()
    del new.cells[-1]
    merged = answer_merge.merge(lesson(), student, new)
    assert sources(merged)[-1] == "print('my own end')"
    assert merged.orphans == ["print('my own end')"]
    untouched = answer_merge.merge(lesson(), lesson(), new)
    assert sources(untouched) == [one.source for one in new.cells]


def test_a_deleted_cell_comes_back():
    student = lesson()
    del student.cells[4]
    merged = answer_merge.merge(lesson(), student, answered(lesson(), "the-end-2", "print('fin')"))
    assert merged.restored == 1
    assert sources(merged)[4] == 'checks.exercise("2.1", f)'


def test_a_copied_answer_cell_is_not_mistaken_for_the_answer():
    student = lesson()
    student.cells.insert(4, copy.deepcopy(student.cells[3]))
    student.cells[4].source = "def f(x):\n    return 2 * x"
    merged = answer_merge.merge(lesson(), student, answered(lesson(), "the-end-2", "print('fin')"))
    answer = next(one for one in merged.notebook.cells if one["id"] == "exercise-2-1-2")
    assert answer.source == "def f(x):\n    return 2 * x"
    assert (merged.carried, merged.added) == (["exercise 2.1"], 1)
    assert len({one["id"] for one in merged.notebook.cells}) == len(merged.notebook.cells)


def test_outputs_and_pasted_pictures_travel_with_the_text_they_belong_to():
    student = answered(lesson(), "the-end-1", "## The end\n![shot](attachment:shot.png)")
    student.cells[5]["attachments"] = {"shot.png": {"image/png": "AA=="}}
    student.cells[6].outputs = [v4.new_output("stream", text="end\n")]
    student.cells[1].outputs = [v4.new_output("stream", text="old\n")]
    new = answered(lesson(), "start-2", "import numpy as np\nimport cv2")
    cells = answer_merge.merge(lesson(), student, new).notebook.cells
    assert cells[5]["attachments"] == {"shot.png": {"image/png": "AA=="}}
    assert cells[6].outputs[0].text == "end\n"
    assert cells[1].outputs == [], "the output of the old text would be a lie below the new one"


def test_the_lessons_metadata_wins_and_the_students_extra_is_kept():
    student = answered(lesson(), "exercise-2-1-2", "x = 1")
    student.cells[3].metadata.update(points=100, collapsed=True)
    merged = answer_merge.merge(lesson(), student, answered(lesson(), "the-end-2", "print('fin')"))
    assert merged.notebook.cells[3].metadata == {
        "exercise": "2.1",
        "tags": ["exercise"],
        "points": 2,
        "collapsed": True,
    }


def test_without_the_original_everything_that_differs_is_the_students():
    student = answered(lesson(), "exercise-2-1-2", "def f(x):\n    return 2 * x")
    student.cells.append(cell("more = 1", "mine"))
    merged = answer_merge.merge(None, student, answered(lesson(), "the-end-2", "print('fin')"))
    texts = sources(merged)
    assert "def f(x):\n    return 2 * x" in texts
    assert "print('end')" in texts
    assert texts[-1] == "more = 1"


def test_none_of_the_three_notebooks_is_changed():
    student, new = answered(lesson(), "exercise-2-1-2", "x = 1"), answered(lesson(), "exercise-2-1-2", "y = 1")
    original = lesson()
    before = copy.deepcopy((original, student, new))
    answer_merge.merge(original, student, new)
    assert (original, student, new) == before


def _edited(notebook, rng, word, *, add=True):
    """Change, delete, move, copy and add cells at random; return the notebook and the texts written into it."""
    notebook = copy.deepcopy(notebook)
    for step in range(6):
        index = int(rng.integers(len(notebook.cells)))
        action = rng.choice(["change", "delete", "move", "copy", "add"])
        text = f"{word}_{step} = {int(rng.integers(1000))}"
        if action == "change":
            notebook.cells[index].source = text
        elif action == "delete" and len(notebook.cells) > 2:
            del notebook.cells[index]
        elif action == "move":
            notebook.cells.insert(0, notebook.cells.pop(index))
        elif action == "copy" and add:
            duplicate = copy.deepcopy(notebook.cells[index])
            duplicate.source = text
            notebook.cells.insert(index, duplicate)
        elif action == "add":
            notebook.cells.insert(index, cell(text, f"{word}-{step}"))
    written = [one.source for one in notebook.cells if one.source.startswith(word)]
    return notebook, written


@pytest.mark.parametrize("seed", range(40))
def test_whatever_both_sides_do_no_text_of_the_student_is_lost_and_the_result_is_valid(seed):
    rng = np.random.default_rng(seed)
    student, written = _edited(lesson(), rng, "student")
    new, _ = _edited(lesson(), rng, "lesson", add=False)
    for index, one in enumerate(new.cells):
        one["id"] = f"{one['id']}-{index}"[-60:] if rng.random() < 0.3 else one["id"]
    merged = answer_merge.merge(lesson(), student, new)
    texts = sources(merged)
    for text in written:
        assert texts.count(text) >= written.count(text)
    for one in new.cells:
        assert any(one.source in text for text in texts) or any(
            name == answer_merge._name(one) for name in merged.carried
        )
    nbformat.validate(merged.notebook)
    assert len({one["id"] for one in merged.notebook.cells}) == len(texts)
