"""Mark one submission: run its exercises at a desk and compare what comes back with what is right."""

import builtins
import dataclasses
import re

import numpy as np

from course_utils.checks import answers, calling, describing, encoding, goals, judging, standard_models
from course_utils.grading import desk, frames, reference, submission

PASSED, PARTLY, WRONG, NOT_ATTEMPTED = "passed", "partly right", "wrong", "not attempted"
TIMED_OUT, CRASHED, MEMORY, UNREADABLE = "timed out", "crashed", "killed for memory", "could not be read"
STATUSES = (PASSED, PARTLY, WRONG, NOT_ATTEMPTED, TIMED_OUT, CRASHED, MEMORY, UNREADABLE)
_MOST_LIVES = 3
_ERRORS = {name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)}
_LINE = re.compile(r"line \d{1,4}(?=$|:)")
_UNKNOWN_NAME = (
    "A name is not defined when this exercise is run with what it leans on and nothing else. Define everything that it "
    "needs in its own cell, or at the top of another one."
)
_ENDED = {"timed out": TIMED_OUT, "memory": MEMORY, "disk": CRASHED, "crashed": CRASHED, "bad data": CRASHED}
_LIMITS = ("timed out", "memory")
_ENDED_WORDS = {
    "timed out": "it did not come to an end in time",
    "memory": "it used more memory than an exercise may",
    "disk": "it wrote more files than an exercise may",
    "crashed": "it ended the Python process",
    "bad data": "it sent more, or something else, than an answer",
}


@dataclasses.dataclass(frozen=True)
class CaseMark:
    """What came of a case: its name, whether students know it, whether it passed, and what is wrong in words."""

    name: str
    visible: bool
    passed: bool
    words: str = ""


@dataclasses.dataclass(frozen=True)
class Mark:
    """What an exercise earned.

    Args:
        number (str): "2.4".
        status (str): one of STATUSES.
        points (float), max_points (float): earned, and to be earned.
        cases (tuple of CaseMark): in order; empty where nothing could be run.
        message (str): for the student: the typical mistake, or why nothing could be run.
        mistake (str): name of the typical mistake, "" for none.
        code (str): what the student wrote.
        pictures (tuple of str): that the student's notebook holds for it, as data addresses.
        cpu_seconds (float), wall_seconds (float): what it cost; on the page of `timing` and in no other report.
    """

    number: str
    status: str
    points: float
    max_points: float
    cases: tuple[CaseMark, ...] = ()
    message: str = ""
    mistake: str = ""
    code: str = ""
    pictures: tuple[str, ...] = ()
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0


class _Metered:
    """A desk that notes what its work costs, and which limit a network went beyond when it was looked at."""

    def __init__(self, at: desk.Desk):
        self._at, self.cpu_seconds, self.wall_seconds = at, 0.0, 0.0
        self.limit = ""

    def ask(self, request: dict, *given) -> desk.Reply:
        reply = self._at.ask(request, *given)
        if request["job"] != "exercise" and reply.ended in _LIMITS:
            self.limit = self.limit or reply.ended
        self.wall_seconds += reply.wall_seconds
        self.cpu_seconds += reply.cpu_seconds
        return reply


def _text(value, longest: int = 400) -> str:
    return value[:longest] if isinstance(value, str) else ""


def _texts(value) -> tuple[str, ...]:
    return tuple(_text(item) for item in value[:8]) if isinstance(value, list) else ()


def _outcome(event: dict, value_of) -> calling.Outcome:
    """Return the outcome that an event from the sandbox describes; what it claims is only compared."""
    printed = event.get("printed")
    common = {
        "message": _text(event.get("message")),
        "where": _text(event.get("where")),
        "changed": _texts(event.get("changed")),
        "shares": _texts(event.get("shares")),
        "printed": printed if type(printed) is int else 0,
        "warned": _text(event.get("warned")),
    }
    if isinstance(event.get("raised"), str):
        return calling.Outcome(raised=_text(event["raised"], 80), **common)
    if isinstance(event.get("unusable"), str):
        return calling.Outcome(unusable=_text(event["unusable"]), **common)
    try:
        return calling.Outcome(value=value_of(event), **common)
    except frames.FrameError as error:
        return calling.Outcome(unusable=str(error), **common)


def _observed(at: _Metered, setup: str, case: dict, event: dict) -> calling.Outcome:
    """Return what is seen in the model that an event describes, and how the call went otherwise."""
    outcome = _outcome(event, lambda event: frames.decode(event.get("value")))
    if outcome.raised is not None or outcome.unusable is not None:
        return outcome
    if not isinstance(event.get("model"), dict):
        if outcome.value is None or outcome.value is Ellipsis:
            return outcome
        found = describing.value(outcome.value)
        return dataclasses.replace(outcome, value=None, unusable=f"{found}; return the network, a keras.Model")
    seen = _trained(at, goals.Goal.of(case["goal"]), event) if "goal" in case else _rebuilt(at, setup, case, event)
    return dataclasses.replace(outcome, value=seen.value, unusable=seen.unusable)


def _rebuilt(at: _Metered, setup: str, case: dict, event: dict) -> calling.Outcome:
    """Return what a process without any student code sees in the model that an event describes."""
    reply = at.ask({"job": "observe", "setup": setup, "model": event["model"], "observe": case["observe"]})
    for seen in reply.events:
        if seen.get("event") == "observed":
            outcome = _outcome(seen, lambda event: frames.decode(event.get("value")))
            if outcome.raised is not None:
                words = "a network that cannot be rebuilt from its description: use layers of Keras and of this course"
                return calling.Outcome(unusable=words)
            return outcome
    return calling.Outcome(unusable=standard_models.TOO_MUCH if reply.ended in _LIMITS else standard_models.NO_FIT)


def _trained(at: _Metered, goal: goals.Goal, event: dict) -> calling.Outcome:
    """Return how far a trained network comes that an event describes.

    Whoever trained it never sees the goal's images; the process that sees them runs no code of a student's and never
    gets the labels.
    """
    try:
        model, layers = standard_models.checked(event["model"])
        weights = standard_models.checked_weights(frames.decode(event.get("weights")))
        request = {"job": "scores", "model": model, "weights": encoding.encode(weights)}
        reply = at.ask({**request, "images": encoding.encode(goal.images)})
        found = next((seen for seen in reply.events if seen.get("event") in ("scores", "no scores")), {})
        scores = frames.decode(found["value"]) if found.get("event") == "scores" else None
    except standard_models.NotStandard as error:
        return calling.Outcome(unusable=str(error))
    except frames.FrameError:
        return calling.Outcome(unusable=standard_models.NO_FIT)
    if type(scores) is not np.ndarray or scores.dtype.kind != "f":
        too_much = reply.ended in _LIMITS
        return calling.Outcome(unusable=standard_models.TOO_MUCH if too_much else standard_models.NO_FIT)
    return calling.Outcome(value=goals.verdict(goal, layers, weights, scores))


def _hidden_words(case: dict, result: judging.CaseResult) -> str:
    """Return what is wrong in a hidden case without its inputs, without what is right, and without any words of the
    child's own, which could spell out what it was given.
    """
    outcome, expected = result.outcome, case["expected"]
    if outcome.raised is not None:
        if "raises" in expected:
            return "it raises an error, but of another type than the statement asks for"
        line = _LINE.match(outcome.where)
        where = f" ({line[0]} of the cell)" if line else ""
        return f"it stops with {outcome.raised if outcome.raised in _ERRORS else 'an error'}{where}"
    if "raises" in expected:
        return "it should refuse this input with an error, and does not"
    if outcome.unusable in standard_models.WORDS:
        return f"it returns {outcome.unusable}"
    if outcome.unusable is not None:
        wanted = "a keras.Model" if case.get("observe") else "plain numbers, text or arrays"
        return f"it returns something that cannot be compared; return {wanted}"
    if outcome.value is None and result.lines:
        return "it returns nothing"
    if "goal" in case and type(outcome.value) is dict and result.difference is not None:  # the grader's own words
        return goals.lines(encoding.decode(expected["value"]), outcome.value)[0]
    if outcome.changed and not case.get("may_change_input") and len(result.lines) == 1:
        return "the result is right, but it changes its argument"
    if result.difference is not None and result.difference.lines[0].startswith("expected  shape"):
        return "the result has another shape than the right one"
    if result.difference is not None and result.difference.lines[0].startswith("expected  dtype"):
        return "the values are right, their dtype is not"
    return "the result is not the right one"


def _case_mark(case: dict, result: judging.CaseResult) -> CaseMark:
    words = "" if result.passed else result.message if case["visible"] else _hidden_words(case, result)
    return CaseMark(case["name"], case["visible"], result.passed, words)


def _typical(exercise: reference.Exercise, results: list[judging.CaseResult | None]) -> dict | None:
    """Return the typical mistake whose outcomes these are, on every case."""
    if any(result is None for result in results):
        return None
    judgement = judging.Judgement(tuple(results))
    return judging.matching_mutant(list(exercise.mutants), judgement, list(exercise.cases))


def _is_handed_out(exercise: reference.Exercise, results: list[judging.CaseResult | None]) -> bool:
    if exercise.handed_out is None or any(result is None for result in results):
        return False
    judgement = judging.Judgement(tuple(results))
    return judging.matching_mutant([exercise.handed_out], judgement, list(exercise.cases)) is not None


def _run(exercise: reference.Exercise, request: dict, at: _Metered) -> tuple[dict[int, dict], list[dict], str]:
    """Run all cases; a case that ends the process is given up and the others run in a new one.

    Returns:
        The event of each case, the other events, and how it ended ("" for well).
    """
    found: dict[int, dict] = {}
    others: list[dict] = []
    left, ended = list(range(len(exercise.cases))), ""
    inputs = [
        {key: case[key] for key in ("arguments", "by_keyword", "observe") if key in case} for case in exercise.cases
    ]
    for _ in range(_MOST_LIVES):
        reply = at.ask({**request, "which": left}, {index: inputs[index] for index in left})
        begun = -1
        for event in reply.events:
            # Only what is said of a case before the next one begins counts: the child does not know that one yet.
            if event.get("event") == "case begins":
                begun += event.get("index") == left[begun + 1] if begun + 1 < len(left) else 0
            elif event.get("event") == "case":
                if begun >= 0 and event.get("index") == left[begun]:
                    found.setdefault(left[begun], event)
            elif begun < 0:
                others.append(event)
        if reply.ended == "well":
            break
        ended = ended or reply.ended
        if begun < 0 or exercise.kind != "function" or reply.ended in ("disk", "bad data"):
            break
        left = [index for index in left[begun + 1 :] if index not in found]
        if not left:
            break
    return found, others, ended


def _nothing_ran(exercise: reference.Exercise, others: list[dict], ended: str) -> tuple[str, str]:
    """Return the status and the message of an exercise that gave no answer to any case."""
    for event in others:
        kind = event.get("event")
        if kind == "blank":
            return NOT_ATTEMPTED, ""
        if kind == "no function":
            return WRONG, f"`{exercise.name}` is no function any more: a later line gives its name to something else."
        if kind == "setup failed":
            return CRASHED, f"The lesson's own setup failed: {_text(event.get('raised'))} {_text(event.get('message'))}"
        if kind == "no answer" and event.get("raised") == "SyntaxError":
            return UNREADABLE, f"The cell is no Python: {_text(event.get('message'))}"
        if kind == "no answer" and isinstance(event.get("raised"), str):
            where = f" ({_text(event.get('where'))} of its cell)" if event.get("where") else ""
            return WRONG, (
                f"`{exercise.name}` was never defined: the cell stops with {_text(event['raised'], 80)}: "
                f"{_text(event.get('message'))}{where}"
            )
        if kind == "no answer":
            return WRONG, f"No cell defines `{exercise.name}`."
    if ended:
        return _ENDED[ended], f"While the cell was run, {_ENDED_WORDS[ended]}."
    return CRASHED, "The process ended without an answer."


def _mark_answer(exercise: reference.Exercise, others: list[dict], ended: str, mark: Mark) -> Mark:
    event = next((event for event in others if event.get("event") == "answer"), None)
    if event is None:
        status, message = _nothing_ran(exercise, others, ended)
        return dataclasses.replace(mark, status=status, message=message)
    try:
        if isinstance(event.get("unusable"), str):
            raise answers.NoAnswer(f"`{exercise.name}` is {_text(event['unusable'])}")
        value = frames.decode(event.get("value"))
        keys = answers.keys(value, exercise.decimals)
    except (frames.FrameError, answers.NoAnswer) as error:
        return dataclasses.replace(mark, status=WRONG, cases=(CaseMark("the answer", True, False, str(error)),))
    if set(keys) & set(exercise.answer_keys):
        return dataclasses.replace(
            mark, status=PASSED, points=mark.max_points, cases=(CaseMark("the answer", True, True),)
        )
    told = next((exercise.wrong_answers[key] for key in keys if key in exercise.wrong_answers), "")
    words = f"{answers.shown(value)} is not the answer"
    case = CaseMark("the answer", True, False, words)
    return dataclasses.replace(mark, status=WRONG, cases=(case,), message=told, mistake=words if told else "")


def _mark_function(
    exercise: reference.Exercise,
    setup: str,
    found: dict[int, dict],
    others: list[dict],
    ended: str,
    at: _Metered,
    mark: Mark,
) -> Mark:
    if not found:
        status, message = _nothing_ran(exercise, others, ended)
        return dataclasses.replace(mark, status=status, message=message)
    results: list[judging.CaseResult | None] = []
    for index, case in enumerate(exercise.cases):
        event = found.get(index)
        if event is None:
            results.append(None)
        elif case.get("observe"):
            results.append(judging.judge_outcome(case, _observed(at, setup, case, event)))
        else:
            outcome = _outcome(event, lambda event: frames.decode(event.get("value")))
            results.append(judging.judge_outcome(case, outcome))
    judged = [result for result in results if result is not None]
    if all(result.outcome.raised == "NotImplementedError" or result.outcome.value is Ellipsis for result in judged):
        return dataclasses.replace(mark, status=NOT_ATTEMPTED)
    if _is_handed_out(exercise, results):
        return dataclasses.replace(
            mark, status=NOT_ATTEMPTED, message="It does just what the code does that was handed out."
        )
    words = f"it was not reached, or {_ENDED_WORDS.get(ended, 'gave no answer')}"
    cases = tuple(
        CaseMark(case["name"], case["visible"], False, words) if result is None else _case_mark(case, result)
        for case, result in zip(exercise.cases, results, strict=True)
    )
    share = reference.share([case.passed for case in cases], exercise)
    ended = ended or at.limit
    memory = any(result.outcome.raised == "MemoryError" for result in judged if not result.passed)
    status = PASSED if share == 1 else _ENDED.get(ended) or (MEMORY if memory else PARTLY if share > 0 else WRONG)
    typical = _typical(exercise, results) if share < 1 else None
    unknown = any(result.outcome.raised == "NameError" for result in judged if not result.passed)
    return dataclasses.replace(
        mark,
        status=status,
        points=round(share * exercise.points, 4),
        cases=cases,
        message=typical["message"] if typical else _UNKNOWN_NAME if unknown else "",
        mistake=typical["name"] if typical else "",
    )


def mark_exercise(
    handed_in: submission.Submission,
    exercise: reference.Exercise,
    setup: str,
    at: desk.Desk,
    whole_notebook: bool = False,
    shown: frozenset[str] = frozenset(),
) -> Mark:
    """Mark one exercise of a submission.

    Args:
        handed_in (submission.Submission): the notebook.
        exercise (reference.Exercise): what it is marked by.
        setup (str): the lesson's setup.
        at (desk.Desk): where it runs.
        whole_notebook (bool): run every cell in order, as a kernel would, instead of what the exercise needs; slow, to
            compare with. Default False.
        shown (frozenset of str): see `reference.Reference`; of these cells no more is run than what others need.
            Default none.

    Returns:
        A Mark, whatever the notebook holds.
    """
    places = submission.own_cells(handed_in, exercise)
    own = [handed_in.cells[place] for place in places]
    mark = Mark(
        exercise.number,
        NOT_ATTEMPTED,
        0.0,
        exercise.points,
        code="\n\n".join(cell.source for cell in own),
        pictures=tuple(picture for cell in own for picture in cell.pictures),
    )
    if not submission.worked_on(handed_in, exercise, places):
        gone = "" if own else "The notebook has no cell for this exercise."
        return dataclasses.replace(mark, message=gone)
    request = {
        "job": "exercise",
        "kind": exercise.kind,
        "name": exercise.name,
        "setup": setup,
        "whole_notebook": whole_notebook,
        "cells": [
            {"label": cell.label, "source": cell.source, "own": place in places}
            for place, cell in enumerate(handed_in.cells)
        ],
    }
    metered = _Metered(at)
    marked, leans = _marked(exercise, request, metered, mark)
    if leans and not whole_notebook and marked.status != PASSED:
        # What it leans on was chosen by reading the code, which cannot see everything: two names of one list, `exec`.
        for cell in request["cells"]:
            cell["shown"] = reference.trimmed(cell["source"]) in shown
        whole, _ = _marked(exercise, {**request, "whole_notebook": True}, metered, mark)
        marked = max(marked, whole, key=lambda one: one.points)
    return dataclasses.replace(
        marked, cpu_seconds=round(metered.cpu_seconds, 4), wall_seconds=round(metered.wall_seconds, 4)
    )


def _marked(exercise: reference.Exercise, request: dict, at: _Metered, mark: Mark) -> tuple[Mark, bool]:
    """Run an exercise; return its mark, and whether it leans on anything outside of its own cells."""
    at.limit = ""
    found, others, ended = _run(exercise, request, at)
    leans = any(event.get("event") == "leans" for event in others)
    if exercise.kind == "answer":
        return _mark_answer(exercise, others, ended, mark), leans
    return _mark_function(exercise, request["setup"], found, others, ended, at, mark), leans


def mark(
    handed_in: submission.Submission, by: reference.Reference, at: desk.Desk, whole_notebook: bool = False
) -> list[Mark]:
    """Mark every exercise of a submission, in the lesson's order; see `mark_exercise`."""
    return [_guarded(handed_in, exercise, by.setup, at, whole_notebook, by.shown) for exercise in by.exercises]


def _guarded(handed_in: submission.Submission, exercise: reference.Exercise, *rest) -> Mark:
    """Mark one exercise; a fault of the grader's own ends in a mark that says so, and touches nothing else."""
    try:
        return mark_exercise(handed_in, exercise, *rest)
    except desk.DeskError:
        raise
    except Exception as error:
        words = f"The grader itself failed on this answer ({type(error).__name__}); it has to be marked by hand."
        return Mark(exercise.number, CRASHED, 0.0, exercise.points, message=words)


def unreadable(by: reference.Reference, reason: str) -> list[Mark]:
    """Return the marks of a notebook that cannot be read any more, although it could before."""
    return [Mark(exercise.number, UNREADABLE, 0.0, exercise.points, message=reason) for exercise in by.exercises]
