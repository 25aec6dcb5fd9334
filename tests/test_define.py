"""Defining and collecting exercises: what is right goes through, what is missing is named with its line."""

import json
import os
import subprocess
import sys

import exercise_desk
import fixture_lessons
import numpy as np
import pytest

from course_utils import checks, locations
from course_utils.authoring import collect, define, source
from course_utils.checks import encoding, judging

LESSON = fixture_lessons.LESSON


def _collect(folder, text=LESSON):
    return collect.exercises(fixture_lessons.write_checkout(folder, text))


def _changed(old, new):
    assert old in LESSON
    return LESSON.replace(old, new)


def test_a_lesson_is_collected_with_title_level_and_points(tmp_path):
    found = _collect(tmp_path)
    assert list(found) == ["98.1"]
    exercise = found["98.1"]
    assert (exercise.title, exercise.level, exercise.points) == ("count them", "apply", 2.0)
    assert [style.__name__ for style in exercise.styles] == ["by_size", "by_length"]
    assert [mutant.name for mutant in exercise.mutants] == ["height_only", "width_only", "adds_sides"]
    lines = LESSON.split("\n")
    assert lines[exercise.line - 1].startswith('# %% tags=["exercise"]')


def test_only_setup_exercise_and_hidden_cells_run(tmp_path):
    text = _changed("image = np.zeros((3, 4), np.uint8)", "raise RuntimeError('an ordinary cell was run')")
    assert list(_collect(tmp_path, text)) == ["98.1"]


def test_an_exercise_may_not_depend_on_an_ordinary_cell(tmp_path):
    text = _changed(
        'exercise.case("three by four", image=np.zeros((3, 4), np.uint8))', 'exercise.case("a", image=image)'
    )
    with pytest.raises(source.SourceError, match=r"98_count_pixels.py:\d+: NameError: name 'image' is not defined"):
        _collect(tmp_path, text)


def test_the_stub_is_what_the_student_is_given(tmp_path):
    stub = _collect(tmp_path)["98.1"].stub()
    with pytest.raises(NotImplementedError, match=r"98\.1"):
        stub(np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('exercise = define.function("98.1", count_pixels)', "", "NameError"),
        (
            'exercise = define.function("98.1"',
            'exercise = define.function("98.2"',
            "no hidden cell with define",
        ),
        ('"Multiply its numbers.", "A 2x3 image has 6 pixels."', "", "1 hints; give at least 3"),
        ("@exercise.correct\ndef by_size", "def by_size", "1 other correct styles; give at least 2"),
        ('@exercise.mutant("That is the height only.")', "", "2 mutants; give at least 3"),
        ("visible=False, ", "", "no hidden case; give at least 1"),
        (
            'exercise.case("three by four", ',
            'exercise.case("three by four", visible=False, ',
            "no visible case",
        ),
        ('tags=["exercise"] exercise="98.1"', 'tags=["exercise"] exercise="one"', "is no exercise number"),
        ('tags=["hidden"] exercise="98.1"', 'tags=["hidden"] exercise="98.3"', "hidden cell for exercise"),
        ("### Exercise 98.1 (apply): count them", "### Try it", "no heading"),
        ('exercise="98.1" points=2', 'exercise="98.1" points=2 needs=["98.0"]', "needs exercise '98.0'"),
        ('exercise.case("five by two"', 'exercise.case("three by four"', "two cases are called"),
        ('five by two", visible=False, image', 'five by two", visible=False, picture', "gives 'picture'"),
        ('five by two", visible', 'five by two", weight=0, visible', "must be above 0"),
        ("image=np.zeros((5, 2), np.uint8)", "image=object()", "an argument of case"),
        ("import numpy as np\n", "import numpy as np\nimport no_such_package\n", "No module named"),
        ("return image.size\n", "return image.size +\n", "invalid syntax"),
    ],
)
def test_a_fault_is_named_with_file_and_line(tmp_path, old, new, words):
    with pytest.raises(source.SourceError, match=r"^98_count_pixels\.py:\d+: ") as caught:
        _collect(tmp_path, _changed(old, new))
    assert words in str(caught.value)
    assert 1 < caught.value.line < len(LESSON.split("\n"))


def test_the_line_of_an_error_inside_a_hidden_cell_is_its_own(tmp_path):
    text = _changed("exercise.hints(", "missing_name\nexercise.hints(")
    with pytest.raises(source.SourceError) as caught:
        _collect(tmp_path, text)
    assert text.split("\n")[caught.value.line - 1] == "missing_name"


def test_an_exercise_gets_only_the_names_of_the_exercises_that_it_needs(tmp_path):
    second = """
# %% [markdown]
# ### Exercise 98.2 (build): count twice

# %% tags=["exercise"] exercise="98.2" NEEDS
def twice(image):
    # BEGIN SOLUTION
    return 2 * count_pixels(image)
    # END SOLUTION

# %% tags=["hidden"] exercise="98.2"
exercise = define.function("98.2", twice)
exercise.case("two by two", image=np.zeros((2, 2)))
exercise.case("three by two", visible=False, image=np.zeros((3, 2)))
exercise.hints("a", "b", "c")

@exercise.correct
def one(image): return image.size * 2

@exercise.correct
def two(image): return image.size + image.size

@exercise.mutant("once")
def once(image): return image.size

@exercise.mutant("thrice")
def thrice(image): return image.size * 3

@exercise.mutant("none")
def none(image): return 0
"""
    second = second.replace("exercise = define", "from course_utils.authoring import define\nexercise = define")
    found = _collect(tmp_path, LESSON + second.replace(" NEEDS", ' needs=["98.1"]'))
    assert collect.visible_document("98_count_pixels", found)["exercises"]["98.2"]["cases"][0]["expected"]
    lonely = _collect(tmp_path, LESSON + second.replace(" NEEDS", ""))
    with pytest.raises(define.DefinitionError, match=r"98_count_pixels.py:\d+: 98\.2: the reference.*NameError"):
        collect.visible_document("98_count_pixels", lonely)


STUB = """    # END SOLUTION
    # BEGIN STUB
    # return image.shape[0]
    # END STUB
"""
ONE_ROW = 'exercise.case("one by three", image=np.zeros((1, 1), np.uint8))\nexercise.hints('


def test_a_faulty_function_that_is_handed_out_earns_nothing_and_its_bug_is_not_told(tmp_path, monkeypatch, capsys):
    text = _changed("    # END SOLUTION\n", STUB).replace("exercise.hints(", ONE_ROW)
    found = _collect(tmp_path, text)
    document = collect.visible_document("98_count_pixels", found)
    marked = [mutant["name"] for mutant in document["exercises"]["98.1"]["mutants"] if mutant.get("handed_out")]
    assert marked == ["height_only"]
    (tmp_path / "exercises" / "98_count_pixels.json").write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setattr(locations, "exercises", lambda: tmp_path / "exercises")
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    monkeypatch.setenv("COURSE_RESULTS", str(tmp_path / "results.jsonl"))
    checks.exercise("98.1", found["98.1"].stub())
    said = capsys.readouterr().out
    assert said.startswith("98.1 not yet: 1 of 2 cases, 0 of 2 points")
    assert "its bug is still there" in said
    assert "height only" not in said
    assert exercise_desk.events(tmp_path)[-1]["status"] == "not attempted"
    checks.exercise("98.1", lambda image: image.shape[1])
    assert "That is the width only." in capsys.readouterr().out


def test_a_faulty_function_that_is_no_mutant_is_refused(tmp_path):
    found = _collect(tmp_path, _changed("    # END SOLUTION\n", STUB.replace("shape[0]", "shape[0] + 7")))
    with pytest.raises(define.DefinitionError, match="the function in the STUB block is none of the mutants"):
        collect.visible_document("98_count_pixels", found)


def _two_sided(**options):
    exercise = define.function("1.1", exercise_desk.gradient, **options)
    exercise.points, exercise.line = 1.0, 3
    return exercise


def test_a_mutant_that_passes_is_refused():
    exercise = _two_sided()
    exercise.case("flat", image=np.ones((3, 3)))
    exercise.mutant("wrong way round")(lambda image, spacing=1.0: -exercise_desk.gradient(image, spacing))
    with pytest.raises(define.DefinitionError, match="passes every visible case"):
        collect.exercise_document("01_try", exercise)


def test_two_mutants_that_cannot_be_told_apart_are_refused():
    exercise = _two_sided()
    exercise.case("a step", image=np.eye(3))
    exercise.mutant("one")(lambda image, spacing=1.0: -exercise_desk.gradient(image, spacing))
    exercise.mutant("two")(lambda image, spacing=1.0: exercise_desk.gradient(-image, spacing))
    with pytest.raises(define.DefinitionError, match="cannot be told apart"):
        collect.exercise_document("01_try", exercise)


def test_a_mutant_for_hidden_cases_is_not_shipped():
    exercise = _two_sided()
    exercise.case("flat", image=np.ones((3, 3)))
    exercise.mutant("secret", only_hidden=True)(lambda image, spacing=1.0: -exercise_desk.gradient(image, spacing))
    assert collect.exercise_document("01_try", exercise)["mutants"] == []


def test_a_visible_case_that_is_too_large_is_refused():
    exercise = _two_sided()
    exercise.case("large", image=np.zeros((100, 100)))
    with pytest.raises(define.DefinitionError, match="an array of 10,000 values"):
        collect.exercise_document("01_try", exercise)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (lambda image: 1 / 0, "raises ZeroDivisionError"),
        (lambda image: object(), "returns a object"),
        (lambda image: image.__setitem__(0, 7), "changes its argument image"),
    ],
)
def test_a_reference_that_misbehaves_is_refused(reference, words):
    exercise = define.function("1.1", reference)
    exercise.case("any", image=np.zeros(3))
    with pytest.raises(define.DefinitionError, match=words):
        exercise.visible_documents()


def test_a_wanted_error_that_does_not_come_is_refused():
    exercise = define.function("1.1", exercise_desk.half)
    exercise.case("fine", number=2, raises=ValueError)
    with pytest.raises(define.DefinitionError, match="does not raise ValueError"):
        exercise.visible_documents()


def test_a_wrong_answer_that_is_right_is_refused():
    question = define.answer("1.1", 0.125, decimals=2)
    question.wrong(0.1249, "too small")
    with pytest.raises(define.DefinitionError, match="is right when rounded"):
        collect.exercise_document("01_try", question)


def test_definitions_of_the_wrong_kind_are_refused():
    question = define.answer("1.1", 4)
    for use in (
        lambda: question.case("a", x=1),
        lambda: question.mutant("a"),
        lambda: question.random_cases(1, lambda rng: {}),
        lambda: define.function("1.1", exercise_desk.half).wrong(3, "no"),
        lambda: define.function("1.1", 3),
        lambda: define.answer("1.1", float("nan")),
        lambda: define.function("1.1", exercise_desk.half).mutant(exercise_desk.half),
    ):
        with pytest.raises(define.DefinitionError, match=r"1\.1"):
            use()


def test_random_cases_are_drawn_by_seed_and_are_hidden():
    exercise = _two_sided()
    exercise.case("flat", image=np.ones((3, 3)))
    exercise.random_cases(2, lambda rng: {"image": rng.integers(0, 256, (4, 4), dtype=np.uint8)})
    one, again, other = (exercise.hidden_documents(seed) for seed in (1, 1, 2))
    assert one == again
    assert one != other
    assert len(one) == 2
    assert one[0]["arguments"] != one[1]["arguments"]
    assert judging.judge(one, exercise.reference).passed
    assert not collect.judge_hidden(exercise, lambda image, spacing=1.0: image, seed=2).passed


def test_arguments_keep_the_order_of_the_parameters_and_skip_defaults():
    def scaled(image, factor=1.0, offset=0.0, *, clip=False):
        return image * factor + offset + 100 * clip

    exercise = define.function("1.1", scaled)
    exercise.case("out of order", clip=True, offset=3.0, image=np.ones(2))
    exercise.case("plain", factor=2.0, image=np.ones(2))
    first, second = exercise.visible_documents()
    assert [name for name, _ in first["arguments"]] == ["image", "offset", "clip"]
    assert first["by_keyword"] == ["offset", "clip"]
    assert "by_keyword" not in second
    assert encoding.decode(first["expected"]["value"]).tolist() == [104.0, 104.0]
    assert judging.judge([first, second], scaled).passed


def test_arguments_with_the_names_of_options_go_through_inputs():
    exercise = define.function("1.1", lambda weight: weight + 1)
    exercise.case("one", inputs={"weight": 2})
    assert exercise.visible_documents()[0]["arguments"] == [["weight", {"kind": "int", "value": 2}]]


def test_a_later_change_of_an_array_does_not_change_the_case():
    image = np.zeros((3, 3))
    exercise = _two_sided()
    exercise.case("zeros", image=image)
    image[:] = 5
    assert exercise.cases[0].inputs["image"].max() == 0


def test_the_document_is_the_same_in_another_process(tmp_path):
    code = (
        "import json, exercise_desk; from course_utils.authoring import collect; "
        "print(json.dumps(collect.visible_document('07_try_checks', exercise_desk.make()), sort_keys=True))"
    )
    texts = []
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=os.path.dirname(__file__),
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        )
        texts.append(done.stdout.strip())
    assert texts[0] == texts[1]
    assert texts[0] == json.dumps(collect.visible_document("07_try_checks", exercise_desk.make()), sort_keys=True)


def test_the_document_holds_no_hidden_case():
    text = json.dumps(collect.visible_document("07_try_checks", exercise_desk.make()))
    assert "a step up" in text
    assert "a thin line" not in text
