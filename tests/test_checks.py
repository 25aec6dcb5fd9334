"""What a student reads after an exercise, and that nothing a student does ends in a traceback."""

import sys
import warnings

import exercise_desk
import numpy as np
import pytest
from exercise_desk import exercises  # noqa: F401  (a fixture)

from course_utils import checks, locations, plots
from course_utils.checks import calling, judging, library, pictures

pytestmark = pytest.mark.usefixtures("exercises")


def _said(capsys, number, thing):
    assert checks.exercise(number, thing) is None
    return capsys.readouterr().out


def test_a_right_function_passes_with_all_its_points(capsys, tmp_path):
    text = _said(capsys, "7.1", exercise_desk.edge_strength)
    assert text == "7.1 passed: 3 of 3 cases, 2 of 2 points\n"
    event = exercise_desk.events(tmp_path)[-1]
    assert (event["status"], event["points"], event["max_points"]) == ("passed", 2.0, 2.0)
    assert event["hint"] == "Compare a step up with a step down."
    assert [case["passed"] for case in event["cases"]] == [True, True, True]


def test_partial_credit_follows_the_weights_of_the_cases(capsys, tmp_path):
    text = _said(capsys, "7.1", lambda image: float(np.diff(image, axis=1).mean()))
    assert text.splitlines()[0] == "7.1 not yet: 2 of 3 cases, 1.5 of 2 points"
    assert "  WRONG a step down" in text
    assert "expected  28.5714 (float)" in text
    assert "found     8.0 (float)" in text
    assert "This is a typical mistake: uint8 has no room below 0." in text
    assert text.splitlines()[-1] == 'checks.hint("7.1") gives a hint.'
    event = exercise_desk.events(tmp_path)[-1]
    assert (event["status"], event["points"]) == ("failed", 1.5)
    assert "28.5714" in event["cases"][1]["message"]
    assert "uint8 has no room below 0." in event["cases"][1]["message"]


@pytest.mark.parametrize("blank", [None, ..., lambda image: (_ for _ in ()).throw(NotImplementedError("no"))])
def test_a_stub_is_not_attempted(capsys, tmp_path, blank):
    text = _said(capsys, "7.1", blank)
    assert text.startswith("7.1 not attempted yet (0 of 2 points).")
    assert exercise_desk.events(tmp_path)[-1]["status"] == "not attempted"


def test_a_half_finished_function_is_attempted(capsys):
    def only_gray(image):
        if image.max() > 100:
            raise NotImplementedError
        return 0.0

    assert "7.1 not yet: 1 of 3 cases" in _said(capsys, "7.1", only_gray)


def test_an_exception_is_shown_as_type_message_and_own_line(capsys):
    def breaks(image):
        halves = image.reshape(-1, 3)  # this very line
        return halves.mean()

    text = _said(capsys, "7.1", breaks)
    assert "your code stopped with ValueError: cannot reshape" in text
    assert "halves = image.reshape(-1, 3)  # this very line" in text
    assert "Traceback" not in text
    assert text.count("cannot reshape") == 2, "the same words are told once, the other shape's once more"


def test_an_exception_inside_a_library_names_the_student_s_line(capsys):
    def breaks(image):
        return np.linalg.inv(image)

    text = _said(capsys, "7.1", breaks)
    assert "return np.linalg.inv(image)" in text


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (3.0, 'checks.exercise("7.1", edge_strength)'),
        (lambda: 0, "your function takes (); the exercise calls it with (image)"),
        (lambda image, more: 0, "your function takes (image, more)"),
        (lambda image: print("28.5"), "printing is no result, use `return`"),
        (lambda image: None, "nothing came back: is there a `return` line?"),
        (lambda image: (value for value in image), "turn it into a list"),
        (lambda image: exercise_desk.edge_strength, "call it, with brackets"),
        (lambda image: "28.57", "found     '28.57' (str)"),
        (lambda image: image, "a single number is needed, not an array"),
        (lambda image: float("nan"), "NaN is no number"),
        (lambda image: sys.exit(0), "your code stopped with SystemExit"),
        (np.mean, "You gave mean; the exercise asks for edge_strength."),
    ],
)
def test_what_goes_wrong_is_told_in_words(capsys, tmp_path, thing, words):
    text = _said(capsys, "7.1", thing)
    assert words in text
    assert "7.1 not yet" in text
    assert exercise_desk.events(tmp_path)[-1]["status"] in ("failed", "error")


def test_a_function_that_goes_too_deep_is_told_so(capsys):
    def endless(image):
        return endless(image)

    assert "RecursionError" in _said(capsys, "7.1", endless)


def test_a_changed_argument_is_told_and_costs_the_case(capsys):
    def in_place(image, spacing=1.0):
        result = exercise_desk.gradient(image, spacing)
        image[:] = 0
        return result

    text = _said(capsys, "7.2", in_place)
    assert "your function changed its argument `image`: work on a copy, image.copy()" in text
    assert "0 of 2 cases" in text


def test_each_case_gets_arguments_of_its_own(capsys):
    seen = []

    def keeps(image):
        seen.append(image)
        return exercise_desk.edge_strength(image)

    _said(capsys, "7.1", keeps)
    first = [one.copy() for one in seen]
    seen[0][:] = 77
    _said(capsys, "7.1", keeps)
    np.testing.assert_array_equal(seen[3], first[0])


def test_a_view_of_the_input_is_noted(capsys):
    found = judging.judge_case(
        {
            "name": "crop",
            "arguments": [["image", {"kind": "array", "dtype": "uint8", "shape": [2], "values": [1, 2]}]],
            "expected": {"value": {"kind": "array", "dtype": "uint8", "shape": [1], "values": [1]}},
        },
        lambda image: image[:1],
    )
    assert found.passed
    assert "shares its memory with `image`" in found.notes[0]


def test_printing_costs_nothing_and_is_noted(capsys):
    def chatty(image):
        print("working")
        print("careful", file=sys.stderr)
        return exercise_desk.edge_strength(image)

    assert checks.exercise("7.1", chatty) is None
    caught = capsys.readouterr()
    assert caught.err == ""
    assert caught.out.splitlines() == [
        "7.1 passed: 3 of 3 cases, 2 of 2 points",
        "  note: the function prints; the check reads only what it returns",
    ]


def test_a_warning_is_told_with_a_wrong_case_and_is_no_print(capsys):
    def divides(image):
        with np.errstate(divide="warn"):
            return float((np.ones(2) / np.zeros(2))[0])

    text = _said(capsys, "7.1", divides)
    assert "Python warned: RuntimeWarning: divide by zero" in text

    def uses_an_old_library(image):
        warnings.warn("a library calls another one in an old way", DeprecationWarning, stacklevel=1)
        return divides(image)

    assert "Python warned: RuntimeWarning: divide by zero" in _said(capsys, "7.1", uses_an_old_library)

    def warns_and_is_right(image):
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        return exercise_desk.edge_strength(image)

    assert _said(capsys, "7.1", warns_and_is_right) == "7.1 passed: 3 of 3 cases, 2 of 2 points\n"


def test_the_parameters_may_have_other_names(capsys):
    assert "passed" in _said(capsys, "7.2", lambda picture, width=1.0: exercise_desk.gradient(picture, width))
    assert "passed" in _said(capsys, "7.2", lambda *given: exercise_desk.gradient(*given))


def test_a_wanted_error_is_asked_for(capsys):
    assert "passed" in _said(capsys, "7.10", exercise_desk.half)
    text = _said(capsys, "7.10", lambda number: number / 2)
    assert "expected  the error ValueError" in text

    def wrong_error(number):
        return [][int(number)] if number < 0 else number / 2

    assert "found     IndexError" in _said(capsys, "7.10", wrong_error)


def test_interrupting_the_kernel_passes_through():
    def forever(image):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checks.exercise("7.1", forever)


class _Hostile:
    """Everything about it breaks or lies."""

    def __eq__(self, other):
        return True

    __hash__ = None

    def __getattribute__(self, name):
        raise RuntimeError("no")

    def __repr__(self):
        raise RuntimeError("no")

    def __bool__(self):
        raise RuntimeError("no")


class _HostileError(Exception):
    def __str__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize("number", ["7.1", "7.2", "7.3", "7.4", "7.6"])
def test_hostile_objects_get_no_points(capsys, tmp_path, number):
    for thing in (_Hostile(), lambda *_: _Hostile(), lambda *_: [_Hostile()], lambda *_: {1: _Hostile()}):
        assert checks.exercise(number, thing) is None
    text = capsys.readouterr().out
    assert "passed:" not in text
    assert not any(event["points"] for event in exercise_desk.events(tmp_path))


class _HostileFunction:
    """May be called, and breaks when it is asked for anything else."""

    def __call__(self, *arguments):
        return 1 / 0

    def __getattribute__(self, name):
        raise RuntimeError("no")


def test_a_hostile_function_is_judged_like_any_other(capsys, tmp_path):
    checks.exercise("7.1", _HostileFunction())
    assert "your code stopped with ZeroDivisionError" in capsys.readouterr().out
    assert exercise_desk.events(tmp_path)[-1]["status"] == "failed"


def test_expected_shows_small_inputs_in_full():
    magnitude = {"kind": "array", "dtype": "float64", "shape": [4, 4], "values": np.eye(4).tolist()}
    case = {
        "name": "a diagonal",
        "arguments": [["image", magnitude]],
        "expected": {"value": {"kind": "float", "value": 4.0}},
    }
    text = pictures.expected({"number": "7.1", "function": "trace", "cases": [case]}).text
    assert text.splitlines() == [
        "7.1 what it should look like",
        "a diagonal",
        "  trace(image=<shape (4, 4), float64>)",
        "    image:",
        "      [1 0 0 0]",
        "      [0 1 0 0]",
        "      [0 0 1 0]",
        "      [0 0 0 1]",
        "    result: 4.0 (float)",
    ]


def test_an_exception_that_cannot_be_printed_is_named(capsys):
    def breaks(image):
        raise _HostileError

    assert "your code stopped with _HostileError" in _said(capsys, "7.1", breaks)


@pytest.mark.parametrize("number", ["7.9", "70.1", "x", "", None, 3, 7.15, object(), ["7.1"]])
def test_a_number_that_does_not_exist_ends_in_words(capsys, number):
    for call in (
        lambda: checks.exercise(number, 1),
        lambda: checks.hint(number),
        lambda: checks.expected(number),
    ):
        assert call() is None
        assert len(capsys.readouterr().out) > 20


def test_forgotten_arguments_end_in_words(capsys):
    assert checks.exercise("7.1") is None
    assert 'checks.exercise("2.4", your_function) is how it is written' in capsys.readouterr().out
    assert checks.hint() is None
    assert 'checks.hint("2.4")' in capsys.readouterr().out


def test_a_close_number_is_suggested(capsys):
    assert 'Did you mean "7.1' in _said(capsys, "7.11", None)


def test_no_exercise_files_at_all(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(locations, "exercises", lambda: tmp_path / "nowhere")
    assert "There are no exercises for lesson 7." in _said(capsys, "7.1", None)
    checks.progress()
    assert capsys.readouterr().out == "There are no exercises yet.\n"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"exercises": 3}', "\x00", '{"exercises": {"7.1": {}}, "lesson": "x"}']
)
def test_a_damaged_exercise_file_ends_in_words(capsys, content):
    library.files()[0].write_text(content, encoding="utf-8")
    text = _said(capsys, "7.1", exercise_desk.edge_strength)
    assert "damaged" in text or "The check itself failed" in text
    checks.progress()


def test_hints_come_one_by_one_and_on_request(capsys):
    for stage in (1, 2, 3, 3):
        checks.hint("7.3")
        assert f"7.3 hint {stage} of 3:" in capsys.readouterr().out
    checks.hint("7.3", 1)
    assert "hint 1 of 3: one" in capsys.readouterr().out
    for stage in (0, 4, "two", True):
        checks.hint("7.3", stage)
        assert "has hints 1 to 3" in capsys.readouterr().out


def test_questions_are_answered_without_the_answer_being_there(capsys, tmp_path):
    text = library.files()[0].read_text(encoding="utf-8")
    assert "405900" not in text
    assert "135300" not in text
    assert "left" not in text
    assert _said(capsys, "7.4", 405900) == "7.4 passed: 2 of 2 points\n"
    wrong = _said(capsys, "7.4", 135300)
    assert wrong.splitlines()[:2] == [
        "7.4 not yet: 135300 is not the answer; 0 of 2 points",
        "This is a typical mistake: That is one channel only.",
    ]
    assert "passed" in _said(capsys, "7.5", 0.13)
    assert "passed" in _said(capsys, "7.5", 0.12)
    assert "a percentage" in _said(capsys, "7.5", 12.5)
    assert "not yet" in _said(capsys, "7.5", 0.14)
    assert "passed" in _said(capsys, "7.6", "LEFT ")
    assert "The answer is a word, not a number." in _said(capsys, "7.6", 3)
    assert "one value is wanted" in _said(capsys, "7.4", np.zeros(3))
    assert "not attempted" in _said(capsys, "7.4", ...)


def test_expected_shows_inputs_and_results(capsys):
    checks.expected("7.1")
    text = capsys.readouterr().out
    assert text.splitlines()[:4] == [
        "7.1 what it should look like",
        "a step up",
        "  edge_strength(image=<shape (8, 8), uint8>)",
        "    result: 28.5714 (float)",
    ]
    checks.expected("7.10")
    assert "result: the error ValueError" in capsys.readouterr().out
    checks.expected("7.4")
    assert capsys.readouterr().out == "7.4 asks for a number; showing it would tell it.\n"


def test_expected_is_folded_html_with_pictures_and_alt_text():
    _, document = library.find("7.2")
    bundle = pictures.expected(document)._repr_mimebundle_()
    assert bundle["text/html"].startswith("<details><summary>7.2 what it should look like</summary>")
    assert bundle["text/html"].count("<img alt=") == 2
    assert "<script" not in bundle["text/html"]
    assert "a step" in bundle["text/plain"]


def test_texts_of_an_exercise_are_escaped_in_html():
    case = {
        "name": "<script>",
        "arguments": [["text", {"kind": "str", "value": "<b>"}]],
        "expected": {"value": {"kind": "str", "value": "</pre><script>"}},
    }
    markup = pictures.expected({"number": "7.1", "function": "f", "cases": [case]}).markup
    assert "<script>" not in markup
    assert "<b>&lt;script&gt;</b>" in markup


def test_differences_are_shown_as_a_picture_in_a_notebook(monkeypatch):
    shown = []
    monkeypatch.setattr(pictures, "_in_notebook", lambda: True)
    monkeypatch.setattr(pictures, "show", shown.append)
    checks.exercise("7.2", lambda image, spacing=1.0: -exercise_desk.gradient(image, spacing))
    assert len(shown) == 1
    assert "<img alt=" in shown[0].markup
    assert repr(shown[0]).startswith("Picture: Exercise 7.2, a step: the expected array")


def test_pictures_of_nan_and_booleans_can_be_drawn():
    array = np.zeros((8, 8))
    array[2, 2] = np.nan
    assert "<img" in pictures._row([array, array > 1], ["a", "b"], "NaN beside truth values")


def test_faint_arrays_are_brightened_by_one_factor():
    wanted, given = pictures._brightened(np.full((7, 7), 0.02), np.full((7, 7), 0.01))
    assert wanted.max() == 1
    assert given.max() == 0.5
    for other in (np.full((7, 7), 0.5), np.full((7, 7), -0.01), np.zeros((7, 7))):
        np.testing.assert_array_equal(pictures._brightened(other, other)[0], other)


def test_expected_and_found_are_drawn_on_one_scale(monkeypatch):
    drawn = []
    monkeypatch.setattr(pictures, "_in_notebook", lambda: True)
    monkeypatch.setattr(pictures, "show", lambda shown: None)
    compare = plots.compare

    def remembered(*arrays, **options):
        drawn.append(compare(*arrays, **options))
        return drawn[-1]

    monkeypatch.setattr(plots, "compare", remembered, raising=False)
    checks.exercise("7.2", lambda image, spacing=1.0: exercise_desk.gradient(image, spacing) / 1000)
    expected, found = (axes.images[0].get_clim() for axes in drawn[0].axes[:2])
    assert expected == found


def test_the_verdict_is_the_same_twice(capsys):
    wrong = lambda image, spacing=1.0: exercise_desk.gradient(image, spacing).T  # noqa: E731
    assert _said(capsys, "7.2", wrong) == _said(capsys, "7.2", wrong)


def test_the_outcome_of_a_call_never_raises():
    outcome = calling.call(lambda: _Hostile(), list)
    assert outcome.unusable is not None


def test_a_typical_mistake_is_named_only_when_every_case_agrees(capsys):
    def wrong_once(image):
        return float(np.diff(image, axis=1).mean()) if image[0, 0] else 3.0

    assert "typical mistake" not in _said(capsys, "7.1", wrong_once)
