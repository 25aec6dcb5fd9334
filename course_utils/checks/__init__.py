"""Checks: one short line after an exercise tells a student how far it is.

    checks.exercise("2.4", edge_strength)    the verdict
    checks.hint("2.4")                       the next hint
    checks.expected("2.4")                   what it should look like
    checks.progress()                        a bar per lesson

None of them ever raises into the notebook.
"""

import functools
import inspect
import os

from course_utils import progress as _progress
from course_utils import results
from course_utils.checks import answers, calling, judging, library, pictures, verdict

_EXAMPLES = {
    "exercise": '("2.4", your_function)',
    "hint": '("2.4")',
    "expected": '("2.4")',
    "progress": "()",
}
_hints_shown: dict[str, int] = {}


def _never_raises(function):
    """Turn whatever goes wrong inside a check into words."""

    signature = inspect.signature(function)

    @functools.wraps(function)
    def guarded(*arguments, **keywords):
        try:
            signature.bind(*arguments, **keywords)
        except TypeError as error:
            print(f"checks.{function.__name__}{_EXAMPLES[function.__name__]} is how it is written: {error}.")
            return _grade(0.0) if function.__name__ == "exercise" else None
        try:
            return function(*arguments, **keywords)
        except library.UnknownExercise as error:
            print(error.args[0])
        except Exception as error:
            print(f"The check itself failed ({type(error).__name__}: {error}). Your answer is not to blame.")
        return _grade(0.0) if function.__name__ == "exercise" else None

    return guarded


def _grade(points: float) -> float | None:
    """Return points where nbgrader wants them as the value of the cell, None in a notebook."""
    return float(points) if os.environ.get("NBGRADER_EXECUTION") == "autograde" else None


def _finish(lesson: str, number: str, document: dict, status: str, share: float, cases: list[dict]) -> float | None:
    """Record a verdict; a share of the points, 0 to 1, becomes points."""
    max_points = float(document["points"])
    points = round(share * max_points, 6)
    event = {
        "event": "check",
        "exercise": number,
        "status": status,
        "points": points,
        "max_points": max_points,
    }
    results.record({**event, "hint": (document["hints"] or [""])[0], "cases": cases})
    trouble = _progress.save(lesson, number, status, points, max_points)
    if trouble:
        print(trouble)
    return _grade(points)


def _name_of(thing) -> str:
    """Return the name of a function, "" where it has none."""
    try:
        return str(thing.__name__)
    except Exception:
        return ""


def _judge_function(lesson: str, number: str, document: dict, thing) -> float | None:
    name, cases, max_points = document["function"], document["cases"], float(document["points"])
    if thing is None or thing is Ellipsis:
        print(verdict.not_attempted(number, max_points))
        return _finish(lesson, number, document, "not attempted", 0.0, [])
    if not callable(thing):
        print(f"{number} not yet: give the function itself, without a call and its brackets:")
        print(f'  checks.exercise("{number}", {name})')
        return _finish(lesson, number, document, "error", 0.0, [])
    fault = judging.signature_fault(thing, cases)
    if fault:
        print(f"{number} not yet: {fault}.\n{verdict.hint_line(number)}")
        return _finish(lesson, number, document, "error", 0.0, [])
    judgement = judging.judge(cases, thing)
    if judgement.not_attempted:
        print(verdict.not_attempted(number, max_points))
        return _finish(lesson, number, document, "not attempted", 0.0, [])
    mutant = None if judgement.passed else judging.matching_mutant(document["mutants"], judgement, cases)
    # A faulty function that was handed out and is still the same is no attempt, however many cases it passes; and
    # its bug, which is to be found, is not told.
    handed_out = bool(mutant and mutant.get("handed_out"))
    share = 0.0 if handed_out else judgement.share
    calls = [judging.call_text(name, case) for case in cases]
    print(verdict.cases(number, judgement, share * max_points, max_points, calls))
    if not judgement.passed:
        if mutant:
            print(verdict.handed_out() if handed_out else verdict.mistake(mutant["message"]))
        own_name = _name_of(thing)
        if judgement.num_passed == 0 and own_name not in (name, "<lambda>", ""):
            print(f"You gave {own_name}; the exercise asks for {name}.")
        print(verdict.hint_line(number))
        pictures.show_differences(number, judgement)
    recorded = [
        {"name": result.name, "passed": result.passed, "message": result.message} for result in judgement.results
    ]
    if mutant and not handed_out:
        # Whoever reads the record, not the notebook, sees one message per case: the mistake goes with the first.
        first = next(case for case in recorded if not case["passed"])
        first["message"] += f"\n{verdict.mistake(mutant['message'])}"
    status = "passed" if judgement.passed else "not attempted" if handed_out else "failed"
    return _finish(lesson, number, document, status, share, recorded)


def _judge_answer(lesson: str, number: str, document: dict, thing) -> float | None:
    max_points = float(document["points"])
    if thing is None or thing is Ellipsis:
        print(verdict.not_attempted(number, max_points))
        return _finish(lesson, number, document, "not attempted", 0.0, [])
    try:
        keys = answers.keys(thing, document["decimals"])
    except answers.NoAnswer as error:
        print(f"{number} not yet: {error}.\n{verdict.hint_line(number)}")
        return _finish(lesson, number, document, "error", 0.0, [])
    digests = [answers.digest(key, document["salt"]) for key in keys]
    if set(document["digests"]) & set(digests):
        print(f"{number} passed: {verdict.points(max_points)} of {verdict.points(max_points)} points")
        case = {"name": "the answer", "passed": True, "message": ""}
        return _finish(lesson, number, document, "passed", 1.0, [case])
    found = answers.shown(thing)
    message = next((document["wrong"][one] for one in digests if one in document["wrong"]), "")
    print(f"{number} not yet: {found} is not the answer; 0 of {verdict.points(max_points)} points")
    if message:
        print(verdict.mistake(message))
    elif answers.kind(thing) != document["answer_kind"]:
        print(f"  The answer is a {document['answer_kind']}, not a {answers.kind(thing)}.")
    print(verdict.hint_line(number))
    case = {"name": "the answer", "passed": False, "message": message or f"{found} is not the answer"}
    return _finish(lesson, number, document, "failed", 0.0, [case])


@_never_raises
def exercise(number: str, thing) -> float | None:
    """Check an answer, print the verdict and keep the progress.

    Args:
        number (str): the exercise, for example "2.4".
        thing (callable or value): the student's function, or the answer to a question.

    Returns:
        None; where nbgrader grades (NBGRADER_EXECUTION=autograde), the points as a float.
    """
    calling.flush()
    lesson, document = library.find(number)
    number = document["number"]
    judge = _judge_function if document["kind"] == "function" else _judge_answer
    return judge(lesson, number, document, thing)


@_never_raises
def hint(number: str, stage: int | None = None) -> None:
    """Print the next hint of an exercise, or a certain one.

    Args:
        number (str): the exercise, for example "2.4".
        stage (int): which hint, counted from 1. Default: the one after the last that was shown.
    """
    _, document = library.find(number)
    number, hints = document["number"], document["hints"]
    if stage is None:
        stage = min(_hints_shown.get(number, 0) + 1, len(hints))
        _hints_shown[number] = stage
    if isinstance(stage, bool) or not isinstance(stage, int) or not 1 <= stage <= len(hints):
        print(f"{number} has hints 1 to {len(hints)}; {stage!r} is none of them.")
        return
    rest = f'checks.hint("{number}") again gives the next one.'
    if stage == len(hints):
        rest = "That was the last hint."
        if document["kind"] == "function":
            rest += f' checks.expected("{number}") shows what a right answer gives.'
    print(f"{number} hint {stage} of {len(hints)}: {hints[stage - 1]}\n{rest}")


@_never_raises
def expected(number: str) -> None:
    """Show what a right answer gives: the visible cases, their inputs and results, folded.

    Args:
        number (str): the exercise, for example "2.4".
    """
    _, document = library.find(number)
    if document["kind"] != "function":
        print(f"{document['number']} asks for a {document['answer_kind']}; showing it would tell it.")
        return
    pictures.show(pictures.expected(document))


@_never_raises
def progress(lesson: int | str | None = None) -> None:
    """Show a bar per lesson: exercises passed and points.

    Args:
        lesson (int or str): one lesson, for example 2 or "02". Default: all of them.
    """
    pictures.show(_progress.overview(lesson))
