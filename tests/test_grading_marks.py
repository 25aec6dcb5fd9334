"""Right answers in any style get everything, wrong ones what they earned, and nothing depends on where cells are."""

import copy
import json

import grading_desk
import pytest

from course_utils.grading import engine, marking, reference, sandbox

LESSONS = ("00", "01", "02", "03", "04")
KERAS_LESSONS = tuple(
    path.name[:2]
    for path in sorted((grading_desk.ROOT / "solutions").glob("[0-9][0-9]_*.py"))
    if path.name[:2] > grading_desk.LAST_WITHOUT_NETWORKS
)

pytestmark = pytest.mark.skipif(not sandbox.found().inner, reason="this system has no sandbox for strangers' code")


def _functions(lesson):
    return [one for one in grading_desk.exercises_of(lesson).values() if one.kind == "function"]


class _NoDesk:
    """Fails when anything is to be run."""

    def ask(self, *_):
        raise AssertionError("code of a notebook was run in which nothing was done")


def _styles(lesson):
    """Return notebooks of which each answers every exercise in another style, until all styles were used.

    Networks that are trained have other styles in test_grading_models and test_exercises, for time.
    """
    used = [(one, () if one.observe == "trained" else one.styles) for one in _functions(lesson)]
    for place in range(max(len(styles) for _, styles in used)):
        yield {
            exercise.number: grading_desk.code_of(styles[place], exercise.function_name)
            for exercise, styles in used
            if place < len(styles)
        }


@pytest.mark.parametrize("lesson", [*LESSONS, *KERAS_LESSONS])
def test_right_answers_in_any_style_get_all_points_and_the_released_notebook_none(lesson):
    released = grading_desk.marks(lesson, grading_desk.released(lesson), _NoDesk())
    assert {mark.status for mark in released.values()} == {marking.NOT_ATTEMPTED}
    assert sum(mark.points for mark in released.values()) == 0
    at = grading_desk.keras_desk(KERAS_LESSONS) if lesson in KERAS_LESSONS else grading_desk.open_desk(lesson)
    marks = grading_desk.marks(lesson, grading_desk.solved(lesson), at)
    assert [(number, mark.status) for number, mark in marks.items() if mark.status != marking.PASSED] == []
    assert sum(mark.points for mark in marks.values()) == grading_desk.reference_of(lesson).max_points
    assert all(len(exercise.styles) >= 2 for exercise in _functions(lesson))  # with the reference, three ways
    for answers in _styles(lesson):
        marks = grading_desk.marks(lesson, grading_desk.answered(lesson, answers), at)
        wrong = {number: [case.words for case in marks[number].cases if not case.passed] for number in answers
                 if marks[number].points != marks[number].max_points}  # fmt: skip
        assert wrong == {}


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_typical_mistake_gets_all_points_and_each_is_named(lesson):
    exercises = _functions(lesson)
    for place in range(max(len(exercise.mutants) for exercise in exercises)):
        mutants = {one.number: one.mutants[place] for one in exercises if place < len(one.mutants)}
        names = {one.number: one.function_name for one in exercises}
        answers = {number: grading_desk.code_of(mutant.function, names[number]) for number, mutant in mutants.items()}
        marks = grading_desk.marks(lesson, grading_desk.answered(lesson, answers))
        for number, mutant in mutants.items():
            mark = marks[number]
            assert mark.points < mark.max_points, (number, mutant.name)
            assert mark.mistake or mark.status == marking.NOT_ATTEMPTED, (number, mutant.name)


LESSON = "00"
RIGHT = {number: grading_desk.right_code(LESSON, number) for number in ("0.1", "0.2", "0.3", "0.4", "0.5", "0.6")}


def _mark(number, notebook):
    return grading_desk.mark_of(LESSON, number, notebook)


def _answered(number, code):
    return _mark(number, grading_desk.answered(LESSON, {number: code}))


@pytest.mark.parametrize("lesson", LESSONS)
def test_constants_and_the_argument_itself_earn_nothing(lesson):
    by = grading_desk.reference_of(lesson)
    thoughtless = ["None", "0", "1", "True", "np.zeros((3, 3))", "list(everything.values())[0]"]
    for code in thoughtless:
        answers = {
            exercise.number: f"import numpy as np\n{exercise.name} = lambda *given, **named: {code}".replace(
                "everything", "{**dict(enumerate(given)), **named}"
            )
            for exercise in by.exercises
            if exercise.kind == "function"
        }
        marks = grading_desk.marks(lesson, grading_desk.answered(lesson, answers))
        assert {number: mark.points for number, mark in marks.items() if mark.points} == {}


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_visible_cases_by_heart_earn_nothing(lesson):
    by = grading_desk.reference_of(lesson)
    answers = {}
    for exercise in by.exercises:
        if exercise.kind == "function":
            known = [(case["arguments"], case["expected"]) for case in exercise.cases if case["visible"]]
            answers[exercise.number] = (
                "import json\nfrom course_utils.checks import encoding\n"
                f"KNOWN_{exercise.name} = json.loads({json.dumps(known)!r})\n"
                f"def {exercise.name}(*given, **named):\n"
                f"    for arguments, expected in KNOWN_{exercise.name}:\n"
                "        names = [name for name, _ in arguments]\n"
                "        found = [encoding.encode(value) for value in given]\n"
                "        found += [encoding.encode(named[name]) for name in names if name in named]\n"
                "        if found == [value for _, value in arguments]:\n"
                "            if 'raises' in expected:\n"
                "                raise getattr(__import__('builtins'), expected['raises'])\n"
                "            return encoding.decode(expected['value'])\n"
            )
    marks = grading_desk.marks(lesson, grading_desk.answered(lesson, answers))
    assert {number: mark.points for number, mark in marks.items() if mark.points} == {}
    assert sum(case.passed for mark in marks.values() for case in mark.cases if case.visible) >= len(answers)


def test_part_of_the_points_for_part_of_the_cases():
    mark = _answered("0.3", "def mirror(image):\n    return image[:, ::-1] if image.ndim == 3 else image * 0")
    assert mark.status == marking.PARTLY
    assert 0 < mark.points < mark.max_points
    assert {case.passed for case in mark.cases} == {True, False}
    assert all(bool(case.words) != case.passed for case in mark.cases)


def test_a_case_that_crashes_or_hangs_costs_that_case_only():
    at = grading_desk.open_desk(LESSON, seconds=3)
    for trouble, status in (("os._exit(1)", marking.CRASHED), ("time.sleep(60)", marking.TIMED_OUT)):
        code = f"import os, time\ndef mirror(image):\n    if image.ndim == 2: {trouble}\n    return image[:, ::-1]"
        mark = grading_desk.mark_of(LESSON, "0.3", grading_desk.answered(LESSON, {"0.3": code}), at)
        assert mark.status == status
        assert 0 < mark.points < mark.max_points
        assert sum(not case.passed for case in mark.cases) == 2


def test_hidden_cases_tell_neither_inputs_nor_answers():
    mark = _answered("0.5", "def brightness(image):\n    return 12.5 if image.size < 7 else -1.0")
    hidden = [case.words for case in mark.cases if not case.visible]
    assert hidden
    assert set(hidden) <= {"the result is not the right one", ""}


@pytest.mark.parametrize("number", sorted(RIGHT))
def test_an_answer_counts_wherever_its_cell_is(number):
    moved = grading_desk.answered(LESSON, {number: RIGHT[number]})
    cell = grading_desk.cell_of(moved, number)
    moved["cells"].remove(cell)
    moved["cells"].append(cell)
    assert _mark(number, moved).status == marking.PASSED
    moved["cells"].insert(0, moved["cells"].pop())
    assert _mark(number, moved).status == marking.PASSED


@pytest.mark.parametrize("number", sorted(RIGHT))
def test_an_answer_counts_without_metadata_and_with_another_id(number):
    bare = grading_desk.answered(LESSON, {number: RIGHT[number]})
    cell = grading_desk.cell_of(bare, number)
    cell["id"] = "renamed"
    cell["metadata"] = {}
    bare["metadata"] = {}
    assert _mark(number, bare).status == marking.PASSED


def test_an_answer_in_a_cell_of_its_own_counts():
    notebook = grading_desk.released(LESSON)
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 3, "source": RIGHT["0.3"]}
    notebook["cells"].append(code)
    assert _mark("0.3", notebook).status == marking.PASSED


def test_of_copied_cells_the_last_one_that_was_worked_on_counts():
    notebook = grading_desk.answered(LESSON, {"0.3": "def mirror(image):\n    return image * 0"})
    place = notebook["cells"].index(grading_desk.cell_of(notebook, "0.3"))
    better = copy.deepcopy(notebook["cells"][place])
    better["source"] = RIGHT["0.3"]
    notebook["cells"].insert(place + 1, better)
    untouched = copy.deepcopy(grading_desk.cell_of(grading_desk.released(LESSON), "0.3"))
    notebook["cells"].insert(place + 2, untouched)
    assert _mark("0.3", notebook).status == marking.PASSED
    assert _mark("0.1", notebook).status == marking.NOT_ATTEMPTED


def test_a_copied_cell_of_another_exercise_does_not_count_twice():
    notebook = grading_desk.answered(LESSON, {"0.3": RIGHT["0.3"]})
    copied = copy.deepcopy(grading_desk.cell_of(notebook, "0.3"))
    copied["metadata"]["nbgrader"]["schema_version"] = 99
    notebook["cells"].append(copied)
    marks = grading_desk.marks(LESSON, notebook)
    assert [number for number, mark in marks.items() if mark.points] == ["0.3"]


def test_deleted_cells_are_not_attempted():
    notebook = grading_desk.released(LESSON)
    notebook["cells"].remove(grading_desk.cell_of(notebook, "0.3"))
    mark = _mark("0.3", notebook)
    assert (mark.status, mark.points) == (marking.NOT_ATTEMPTED, 0)
    assert mark.message == "The notebook has no cell for this exercise."


def test_helper_functions_and_imports_in_other_cells_are_found():
    notebook = grading_desk.answered(LESSON, {"0.3": "def mirror(image):\n    return _flipped(image, AXIS)"})
    helper = "import numpy as numerics\nAXIS = 1\ndef _flipped(image, axis):\n    return numerics.flip(image, axis)"
    notebook["cells"].append({"cell_type": "code", "metadata": {}, "outputs": [], "source": helper})
    assert _mark("0.3", notebook).status == marking.PASSED


_BY_TABLE = "def mirror(image):\n    return np.flip(image, TABLE['axis'])"
_BY_LIST = "def mirror(image):\n    return np.flip(image, AXES[-1])"
_BY_NUMBER = "def mirror(image):\n    return np.flip(image, AXIS)"
_ANSWER = object()  # the place of the exercise's own cell among the others
# What a student may do in other cells to a value that the answer uses; every time axis 1 is what comes of it.
_FILLED = {
    "a dict filled by a loop": ("TABLE = {}", "for axis in range(2):\n    TABLE['axis'] = axis", _ANSWER, _BY_TABLE),
    "a dict filled line by line": ("TABLE = {'axis': 0}", "TABLE['axis'] += 1", _ANSWER, _BY_TABLE),
    "a dict updated": ("TABLE = {}", "TABLE.update(axis=1)", _ANSWER, _BY_TABLE),
    "a dict in a dict": ("TABLE = {'x': {}}", "TABLE['x'].setdefault('y', 1)\nTABLE['axis'] = TABLE['x']['y']", _ANSWER,
                         _BY_TABLE),
    "a dict made larger by |=": ("TABLE = dict()", "TABLE |= {'axis': 1}", _ANSWER, _BY_TABLE),
    "a dict from which a key is deleted": (
        "TABLE = {'axis': 1, 'spare': 0}", "del TABLE['axis']\nTABLE['axis'] = 1 - TABLE['spare']", _ANSWER, _BY_TABLE),
    "a dict filled by a function": (
        "TABLE = {}", "def put(value):\n    TABLE['axis'] = value\ndef put_axis():\n    put(1)", "put_axis()", _ANSWER,
        _BY_TABLE),
    "a dict handed to a function": (
        "TABLE = {}", "def fill(table):\n    table['axis'] = 1", "fill(TABLE)", _ANSWER, _BY_TABLE),
    "a list appended to in a loop": ("AXES = []", "for axis in (0, 1):\n    AXES.append(axis)", _ANSWER, _BY_LIST),
    "a list sorted": ("AXES = [1, 0]", "AXES.sort()", _ANSWER, _BY_LIST),
    "an array filled in place": ("AXES = np.zeros(2, int)", "np.put(AXES, 1, 1)", _ANSWER, _BY_LIST),
    "a list popped from": ("AXES = [0, 1, 5]", "spare = AXES.pop()", _ANSWER, _BY_LIST),
    "the variable of a loop": ("for AXIS in range(2):\n    pass", _ANSWER, _BY_NUMBER),
    "a number counted up in a loop": ("AXIS = -1", "for _ in range(2):\n    AXIS = AXIS + 1", _ANSWER, _BY_NUMBER),
    "a number rebound in a block": ("AXIS = 0", "with np.errstate(all='ignore'):\n    AXIS += 1", _ANSWER, _BY_NUMBER),
    "a number rebound by a function": (
        "AXIS = 0", "def step():\n    global AXIS\n    AXIS += 1", "step()", _ANSWER, _BY_NUMBER),
    "a number of a branch": ("try:\n    AXIS = int('x')\nexcept ValueError:\n    AXIS = 1", _ANSWER, _BY_NUMBER),
    "the last of several values": ("AXIS = 5", "AXIS += 3", "AXIS = 1", _ANSWER, _BY_NUMBER),
    "a dict of the answer's own cell that is filled below": (
        _ANSWER, f"TABLE = {{}}\n{_BY_TABLE}", "for axis in range(2):\n    TABLE['axis'] = axis"),
    "a list under another name": ("AXES = []", "rows = AXES\nrows.append(1)", _ANSWER, _BY_LIST),
    "a list in a list that a loop goes through": (
        "AXES = [0]\nALL = [AXES]", "for one in ALL:\n    one.append(1)", _ANSWER, _BY_LIST),
    "a list changed by text that is run": ("AXES = [0]", "exec('AXES.append(1)')", _ANSWER, _BY_LIST),
    "a list found by its name": ("AXES = [0]", "globals()['AX' + 'ES'].append(1)", _ANSWER, _BY_LIST),
    "a list changed by a function that gives something back": (
        "AXES = [0]", "def fill(axes):\n    axes.append(1)\n    return axes", "spare = fill(AXES)", _ANSWER, _BY_LIST),
    "a heap popped from": ("import heapq\nAXES = [0, 1]", "least = heapq.heappop(AXES)", _ANSWER, _BY_LIST),
    "a method that changes what it holds": (
        "AXES = [0]", "class Box:\n    def __init__(self, held):\n        self.held = held\n"
        "    def put(self, value):\n        self.held.append(value)\n        return self",
        "box = Box(AXES).put(1)", _ANSWER, _BY_LIST),
    "a dict of the answer's own cell that is filled below under another name": (
        _ANSWER, f"TABLE = {{}}\n{_BY_TABLE}", "other = TABLE\nother['axis'] = 1"),
    "a dict that is filled below with a function of the answer's cell": (
        "TABLE = {}", _ANSWER, f"def axis():\n    return 1\n{_BY_TABLE}", "TABLE['axis'] = axis()"),
}  # fmt: skip


@pytest.mark.parametrize("whole_notebook", [False, True], ids=["what the answer leans on", "every cell in order"])
@pytest.mark.parametrize("name", _FILLED)
def test_values_that_other_cells_fill_are_taken_along(name, whole_notebook):
    parts = list(_FILLED[name])
    at = parts.index(_ANSWER)
    notebook = grading_desk.answered(LESSON, {"0.3": "import numpy as np\n" + parts.pop(at + 1)})
    answer = grading_desk.cell_of(notebook, "0.3")
    notebook["cells"].remove(answer)
    codes = ["import numpy as np", *(part for part in parts if part is not _ANSWER)]
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": code} for code in codes]
    cells.insert(at + 1, answer)
    notebook["cells"] = cells
    by = grading_desk.reference_of(LESSON)
    exercise = next(one for one in by.exercises if one.number == "0.3")
    mark = marking.mark_exercise(
        grading_desk.read(notebook), exercise, by.setup, grading_desk.open_desk(LESSON), whole_notebook
    )
    assert [case.words for case in mark.cases if not case.passed] == []
    assert mark.status == marking.PASSED


class _Counting:
    """Counts what is asked of a desk."""

    def __init__(self, at):
        self._at, self.asked = at, []

    def ask(self, request, *given):
        self.asked.append(request["whole_notebook"])
        self.shown = [cell["source"] for cell in request["cells"] if cell.get("shown")]
        return self._at.ask(request, *given)


@pytest.mark.kinder_than_a_kernel("a second name of a table may spoil it there; the better of two marks counts")
def test_every_cell_is_run_only_when_an_answer_that_leans_on_others_is_not_right_without():
    by_itself = "import numpy as np\ndef mirror(image):\n    return {}"
    for answer, others, asked, status in (
        (_BY_TABLE, "TABLE = {'axis': 1}", [False], marking.PASSED),
        (_BY_TABLE, "TABLE = {}\nother = TABLE\nother['axis'] = 1", [False, True], marking.PASSED),
        (_BY_TABLE, "TABLE = {'axis': 0}", [False, True], marking.WRONG),
        (_BY_TABLE, "TABLE = {'axis': 1}\nother = TABLE\nother.clear()", [False], marking.PASSED),
        (by_itself.format("image[:, ::-1]"), "TABLE = {}", [False], marking.PASSED),
        (by_itself.format("image"), "TABLE = {}", [False], marking.WRONG),
    ):
        notebook = grading_desk.answered(LESSON, {"0.3": "import numpy as np\n" + answer})
        notebook["cells"].insert(0, {"cell_type": "code", "metadata": {}, "outputs": [], "source": others})
        at = _Counting(grading_desk.open_desk(LESSON))
        assert grading_desk.mark_of(LESSON, "0.3", notebook, at).status == status
        assert at.asked == asked
    # Of what was handed out to be looked at, only what is needed runs even then.
    assert any("checks.exercise(" in source for source in at.shown) == (len(asked) == 2)


def test_a_value_that_the_lesson_itself_shows_can_be_leant_on_even_then():
    notebook = grading_desk.answered(LESSON, {"0.3": "def mirror(image):\n    return image[:, :: -step['x']]"})
    cell = {"cell_type": "code", "metadata": {}, "outputs": []}
    looks = {**cell, "source": "step = {'x': 0}\nimport time"}
    sleeps = {**cell, "source": "time.sleep(60)\nprint(step, other)"}
    mine = {**cell, "source": "other = step\nother['x'] = 1"}
    notebook["cells"][:0] = [looks, sleeps, mine]
    by = grading_desk.reference_of(LESSON)
    exercise = next(one for one in by.exercises if one.number == "0.3")
    known = {looks["source"], sleeps["source"]}
    shown = frozenset(map(reference.trimmed, known | by.shown))
    at = _Counting(grading_desk.open_desk(LESSON))
    assert (
        marking.mark_exercise(grading_desk.read(notebook), exercise, by.setup, at, shown=shown).status == marking.PASSED
    )
    assert at.asked == [False, True]


@pytest.mark.kinder_than_a_kernel("a kernel has to run cells that do not end")
def test_of_other_cells_nothing_else_is_run():
    notebook = grading_desk.answered(LESSON, {"0.3": "import numpy as np\n" + _BY_TABLE})
    codes = [
        "import time\nOTHER, TABLE = {}, {}",
        "for _ in range(10 ** 9):\n    OTHER['axis'] = time.sleep(1)",
        "TABLE['axis'] = 1\nprint(TABLE, time.sleep(1000))",
        "while True:\n    shown = mirror(np.zeros((2, 2)))",
    ]
    for place, code in enumerate(codes):
        notebook["cells"].insert(place, {"cell_type": "code", "metadata": {}, "outputs": [], "source": code})
    assert _mark("0.3", notebook).status == marking.PASSED


def test_a_name_that_is_nowhere_is_said_to_be_so():
    mark = _answered("0.3", _BY_TABLE.replace("np.flip", "__import__('numpy').flip"))
    assert (mark.status, mark.points) == (marking.WRONG, 0)
    assert "in its own cell" in mark.message
    assert "NameError" in mark.cases[0].words


_STOPS_BEFORE = pytest.mark.kinder_than_a_kernel("a cell of a kernel ends where it stops, and defines nothing below")


@pytest.mark.parametrize(
    "around",
    [
        "%matplotlib inline\n{}\n",
        pytest.param("!pip install nothing\n{}\n", marks=_STOPS_BEFORE),
        "{}\nmirror?\n",
        "{}\n%timeit mirror(cat)\n",
        "{}\nraise ValueError('after the answer')\n",
        "{}\nprint(mirror(undefined))\n",
        pytest.param("x = 1 / 0\n{}\n", marks=_STOPS_BEFORE),
        "{}\ncheck = mirror(cat)\ndisplay(check)\n",
        "# coding: utf-8\n{}\nprint('größer ≥ 3')\n",
        "import sys\nsys.stderr.write('a warning that is no fault')\n{}\n",
        "import warnings\nwarnings.warn('loud')\n{}\n",
        "{}\nimport matplotlib.pyplot as plt\nplt.imshow(mirror(cat))\nplt.show()\n",
    ],
)
def test_what_stands_around_an_answer_costs_nothing(around):
    assert _answered("0.3", around.format(RIGHT["0.3"])).status == marking.PASSED


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_sources_may_be_lists_of_lines(ends):
    notebook = grading_desk.answered(LESSON, {"0.3": RIGHT["0.3"]})
    cell = grading_desk.cell_of(notebook, "0.3")
    cell["source"] = [line + ends for line in cell["source"].splitlines()]
    assert _mark("0.3", notebook).status == marking.PASSED


def test_another_exercise_that_hangs_or_breaks_costs_nothing_here():
    answers = {"0.1": "while True:\n    pass", "0.2": "def (", "0.5": "import os\nos._exit(1)", "0.3": RIGHT["0.3"]}
    at = grading_desk.open_desk(LESSON, seconds=3)
    marks = grading_desk.marks(LESSON, grading_desk.answered(LESSON, answers), at)
    assert {number: mark.status for number, mark in marks.items()} == {
        "0.1": marking.TIMED_OUT,
        "0.2": marking.UNREADABLE,
        "0.3": marking.PASSED,
        "0.4": marking.NOT_ATTEMPTED,
        "0.5": marking.CRASHED,
        "0.6": marking.NOT_ATTEMPTED,
    }


def test_an_answer_to_a_question_in_other_words():
    value = grading_desk.exercises_of(LESSON)["0.4"].reference
    for written in (f"{value}", f"float({value})", f"'{value}'.join(['', ''])", f"np.int64({value})"):
        mark = _answered("0.4", f"import numpy as np\nnumbers_per_second = {written}")
        assert (mark.status == marking.PASSED) == (not written.startswith("'")), written
    assert _answered("0.4", f"numbers_per_second = [{value}, {value}]").points == 0


def test_the_same_notebook_gets_the_same_marks_again():
    notebook = grading_desk.answered(
        LESSON,
        {"0.3": "import random\ndef mirror(image):\n    return image if random.random() < 0.5 else image[:, ::-1]"},
    )
    first, second = (_mark("0.3", notebook) for _ in range(2))
    assert first.cases == second.cases


def test_pictures_that_are_none_are_left_out():
    notebook = grading_desk.answered(LESSON, {"0.3": RIGHT["0.3"]})
    cell = grading_desk.cell_of(notebook, "0.3")
    cell["outputs"] = [
        grading_desk.picture(),
        grading_desk.picture(b"<svg onload='alert(1)'/>"),
        grading_desk.picture(b"<script>alert(1)</script>", "image/svg+xml"),
        {"output_type": "display_data", "data": {"image/png": '"><script>'}},
        {"output_type": "display_data", "data": {"text/html": "<script>alert(1)</script>"}},
    ]
    assert len(_mark("0.3", notebook).pictures) == 1


class _Away:
    """Works as a desk, unknown to what compares with fresh kernels."""

    def __init__(self, at):
        self.ask = at.ask


def test_a_fault_of_the_grader_itself_costs_one_exercise_and_says_so(monkeypatch):
    original = marking.mark_exercise

    def faulty(handed_in, exercise, *rest):
        if exercise.number == "0.3":
            raise KeyError("a fault")
        return original(handed_in, exercise, *rest)

    monkeypatch.setattr(marking, "mark_exercise", faulty)
    marks = grading_desk.marks(LESSON, grading_desk.solved(LESSON), _Away(grading_desk.open_desk(LESSON)))
    assert [number for number, mark in marks.items() if mark.status != marking.PASSED] == ["0.3"]
    assert (marks["0.3"].points, marks["0.3"].status) == (0, marking.CRASHED)
    assert "marked by hand" in marks["0.3"].message


def test_a_notebook_that_changes_while_the_class_is_graded_stops_nothing():
    by = grading_desk.reference_of(LESSON)
    marks = engine.mark_at(grading_desk.open_desk(LESSON), b"", by, False)
    assert {mark.status for mark in marks} == {marking.UNREADABLE}
    assert all(mark.message for mark in marks)
