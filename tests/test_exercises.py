"""Every exercise of every lesson: right answers pass, the stub is not attempted, every typical mistake is caught."""

import functools
import inspect
import json
import pathlib
import sys

import numpy as np
import pytest

from course_utils import checks, locations
from course_utils.authoring import collect, notebook_writer, source
from course_utils.checks import encoding, judging

SOLUTIONS = pathlib.Path(__file__).resolve().parent.parent / "solutions"
GRADING_SEEDS = (0, 1)


def _seeds(exercise):
    """Return the seeds that hidden cases are drawn with; one for networks that are trained, which takes long."""
    return GRADING_SEEDS[:1] if exercise.observe == "trained" else GRADING_SEEDS


def _numbers(path):
    cells = source.read(path).notebook.cells
    found = [cell.metadata.get("exercise") for cell in cells if "exercise" in source.tags(cell)]
    return dict.fromkeys(found)


LESSONS = sorted(SOLUTIONS.glob("[0-9][0-9]_*.py"))
EXERCISES = [(path, number) for path in LESSONS for number in _numbers(path)]


@functools.cache
def _collected(path):
    return collect.exercises(path)


@functools.cache
def _document(path, number):
    return collect.exercise_document(path.stem, _collected(path)[number])


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    """Return a function that checks an answer as a student does: gives (status, printed text, points)."""
    results = tmp_path / "results.jsonl"
    monkeypatch.setattr(locations, "exercises", lambda: tmp_path)
    monkeypatch.setenv("COURSE_RESULTS", str(results))
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)

    def check(number, thing):
        capsys.readouterr()
        assert checks.exercise(number, thing) is None
        event = json.loads(results.read_text(encoding="utf-8").splitlines()[-1])
        assert event["exercise"] == number
        return event["status"], capsys.readouterr().out, event["points"]

    return check


def _hard_coded(documents, reference):
    """Return a function that knows the visible cases by heart and nothing else."""
    known = {json.dumps(case["arguments"], sort_keys=True): case for case in documents}

    def answer(case):
        expected = case["expected"]
        if "raises" in expected:
            raise {"ValueError": ValueError, "TypeError": TypeError}.get(expected["raises"], ValueError)
        if "observe" in case:  # what was noted of a model is no model: have it built as that case asks
            return reference(**dict(judging.arguments_of(case)))
        return encoding.decode(expected["value"])

    names = list(inspect.signature(reference).parameters)

    def by_heart(*positional, **keywords):
        given = [*zip(names, positional, strict=False), *keywords.items()]
        key = json.dumps([[name, encoding.encode(value)] for name, value in given], sort_keys=True)
        return answer(known.get(key, documents[0]))

    return by_heart


def _other_types(value, check_dtype):
    """Return the same value in other numeric types and containers."""
    if isinstance(value, bool):
        return np.bool_(value)
    if isinstance(value, int):
        return np.int64(value)
    if isinstance(value, float):
        return np.asarray(value)
    if isinstance(value, np.generic) and value.dtype.kind in "iuf":
        return value.item()
    if isinstance(value, np.ndarray) and not check_dtype:
        wider = {"f": np.float64, "i": np.int64, "u": np.int64, "b": np.bool_}.get(value.dtype.kind, value.dtype)
        return np.asfortranarray(value.astype(wider))
    if isinstance(value, (tuple, list)):
        other = list if isinstance(value, tuple) else tuple
        return other(_other_types(item, check_dtype) for item in value)
    return value


class _SaysYes:
    """An object that claims to be equal to everything."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __array__(self, *arguments, **keywords):
        raise AssertionError("the check asked a foreign object for its array")

    def __getattr__(self, name):
        return self


def _function(desk, exercise, document):
    number, reference = exercise.number, exercise.reference
    assert desk(number, reference)[0] == "passed"
    for style in exercise.styles:
        status, text, _ = desk(number, style)
        assert status == "passed", f"the correct style {style.__name__} does not pass:\n{text}"
    for seed in _seeds(exercise):
        hidden = exercise.hidden_documents(seed)
        for right in (reference, *exercise.styles):
            judgement = judging.judge(hidden, right)
            wrong = [result for result in judgement.results if not result.passed]
            assert judgement.passed, f"{right.__name__} fails hidden cases: {wrong}"

    def chatty(*arguments, **keywords):
        print("working ...")
        print("a warning", file=sys.stderr)
        return reference(*arguments, **keywords)

    def in_other_types(*arguments, **keywords):
        return _other_types(reference(*arguments, **keywords), exercise.tolerance.check_dtype)

    for right in (chatty, in_other_types) if exercise.observe != "trained" else ():
        status, text, points = desk(number, right)
        assert (status, points) == ("passed", exercise.points), text


def _mutants(desk, exercise, document):
    number = exercise.number
    handed_out = {mutant["name"] for mutant in document["mutants"] if mutant.get("handed_out")}
    for mutant in exercise.mutants:
        status, text, points = desk(number, mutant.function)
        if mutant.name in handed_out:
            assert (status, points) == ("not attempted", 0)
            assert "handed out" in text
            assert mutant.message not in text
        elif not mutant.only_hidden:
            assert status == "failed", f"{mutant.name} passes"
            assert points < exercise.points
            assert mutant.message in text, f"{mutant.name} is not told its message:\n{text}"
        for seed in _seeds(exercise):
            judgement = collect.judge_hidden(exercise, mutant.function, seed)
            assert not judgement.passed, f"{mutant.name} passes the hidden cases with seed {seed}"


def _cheats(desk, exercise, document):
    number, reference = exercise.number, exercise.reference
    by_heart = _hard_coded(document["cases"], reference)
    assert desk(number, by_heart)[0] == "passed"
    for seed in _seeds(exercise):
        judgement = collect.judge_hidden(exercise, by_heart, seed)
        assert not judgement.passed, f"{number}: knowing the visible cases by heart passes the hidden ones"
    for wrong in (lambda *_, **__: _SaysYes(), lambda *_, **__: None, lambda *_, **__: [_SaysYes()]):
        assert desk(number, wrong)[0] == "failed"

    def writes_into_its_input(*arguments, **keywords):
        result = reference(*arguments, **keywords)
        for argument in (*arguments, *keywords.values()):
            if isinstance(argument, np.ndarray) and argument.size:
                argument.flat[0] = not argument.flat[0]
        return result

    has_array = any(doc["kind"] == "array" for case in document["cases"] for _, doc in case["arguments"])
    if has_array and not exercise.may_change_input:
        assert desk(number, writes_into_its_input)[0] == "failed"


def _answer(desk, exercise):
    number, right = exercise.number, exercise.reference
    same = [right, _other_types(right, False)]
    if isinstance(right, (int, float, np.generic)) and not isinstance(right, (bool, np.bool_)):
        same += [float(right), np.float64(right), np.asarray(right)]
    for value in same:
        status, text, points = desk(number, value)
        assert (status, points) == ("passed", exercise.points), text
    for known in exercise.wrong_answers:
        status, text, points = desk(number, known.value)
        assert (status, points) == ("failed", 0), f"{known.value!r} passes"
        assert known.message in text
    for wrong in (_SaysYes(), [], "?"):
        assert desk(number, wrong)[0] in ("failed", "error")


def _stub(desk, exercise):
    status, text, points = desk(exercise.number, exercise.stub())
    assert (status, points) == ("not attempted", 0), text


@pytest.mark.parametrize(("path", "number"), EXERCISES, ids=[f"{path.stem[:2]}-{number}" for path, number in EXERCISES])
def test_exercise_tells_right_from_wrong(path, number, desk, tmp_path):
    exercise, document = _collected(path)[number], _document(path, number)
    text = json.dumps({"exercises": {number: document}, "format": 1, "lesson": path.stem}, ensure_ascii=False)
    notebook_writer.write(tmp_path / f"{path.stem}.json", text)
    assert len(exercise.hint_texts) >= 3
    _stub(desk, exercise)
    if exercise.kind == "answer":
        _answer(desk, exercise)
        return
    assert len(exercise.styles) >= 2
    assert len(exercise.mutants) >= 3
    _function(desk, exercise, document)
    _mutants(desk, exercise, document)
    _cheats(desk, exercise, document)


def _without_numbers(document):
    """Return a document without the numbers that may differ in their last digit from machine to machine."""
    if isinstance(document, dict):
        numbers = ("base64", "value", "values")
        return {key: _without_numbers(item) for key, item in document.items() if key not in numbers}
    return [_without_numbers(item) for item in document] if isinstance(document, list) else document


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_the_exercise_file_that_students_get_is_what_the_source_builds(path):
    shipped = json.loads((locations.exercises() / f"{path.stem}.json").read_text(encoding="utf-8"))
    for number in _collected(path):
        built = json.loads(json.dumps(_document(path, number)))
        same = _without_numbers(shipped["exercises"].get(number)) == _without_numbers(built)
        assert same, f"exercise {number}: run `course build --force {path.stem[:2]}`"
    assert set(shipped["exercises"]) == set(_collected(path))


def test_every_lesson_has_exercises():
    for path in LESSONS:
        assert len(_numbers(path)) >= 4, path.name
