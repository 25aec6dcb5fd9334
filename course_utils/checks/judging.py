"""Judge a student's function on the cases of an exercise."""

import dataclasses
import inspect
from collections.abc import Callable

import numpy as np

from course_utils.checks import calling, comparison, describing, encoding, goals

SPELLED_OUT = 12


@dataclasses.dataclass(frozen=True)
class CaseResult:
    """What came of one case.

    Args:
        name (str): the case's name.
        weight (float): its share of the points.
        passed (bool): whether the answer is right.
        lines (tuple of str): in words, what is wrong; empty when passed.
        outcome (calling.Outcome): what the function did.
        difference (comparison.Difference or None): where arrays differ, for a picture.
        notes (tuple of str): remarks that cost no points.
    """

    name: str
    weight: float
    passed: bool
    lines: tuple[str, ...]
    outcome: calling.Outcome
    difference: comparison.Difference | None = None
    notes: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What came of all cases; `not_attempted` when each of them met the stub."""

    results: tuple[CaseResult, ...]
    not_attempted: bool = False

    @property
    def num_passed(self) -> int:
        """How many cases passed."""
        return sum(result.passed for result in self.results)

    @property
    def passed(self) -> bool:
        """Whether all cases passed."""
        return bool(self.results) and self.num_passed == len(self.results)

    @property
    def share(self) -> float:
        """The share of the points, 0 to 1: the weights of the passed cases over all weights."""
        total = sum(result.weight for result in self.results)
        if self.passed:
            return 1.0
        return sum(result.weight for result in self.results if result.passed) / total if total else 0.0


def tolerance_of(case: dict) -> comparison.Tolerance:
    """Return the tolerance that a case's document states."""
    return comparison.Tolerance(case.get("rtol"), case.get("atol"), case.get("check_dtype", False))


def arguments_of(case: dict) -> list[tuple[str, object]]:
    """Return fresh (name, value) pairs of a case's document."""
    return [(name, encoding.decode(document)) for name, document in case["arguments"]]


def _items(array: np.ndarray) -> str:
    """Return a small array as nested brackets."""
    if array.ndim == 0:
        return describing.number(array[()])
    return "[" + ", ".join(_items(part) for part in array) + "]"


def call_text(function: str, case: dict) -> str:
    """Return the call that a case makes, in short.

    Example:
        >>> call_text("area", {"arguments": [["height", {"kind": "int", "value": 3}]]})
        'area(height=3)'
    """
    parts = []
    for name, value in arguments_of(case):
        text = describing.value(value)
        if isinstance(value, np.ndarray):
            short = value.size <= SPELLED_OUT and value.dtype.kind in "biuf"
            text = f"<{value.dtype} {_items(value)}>" if short else f"<{text.removeprefix('array of ')}>"
        parts.append(f"{name}={text}")
    return f"{function}({', '.join(parts)})"


def _raised_lines(outcome: calling.Outcome) -> tuple[str, ...]:
    message = f"{outcome.raised}: {outcome.message}" if outcome.message else f"{outcome.raised}"
    lines = (f"your code stopped with {message}",)
    return (*lines, f"in your code, {outcome.where}") if outcome.where else lines


def _expecting_an_error(case: dict, outcome: calling.Outcome) -> tuple[str, ...]:
    wanted = case["expected"]["raises"]
    if outcome.raised == wanted:
        return ()
    if outcome.raised is not None:
        return (f"expected  {wanted}", f"found     {outcome.raised}: {outcome.message}")
    found = outcome.unusable or describing.with_type(outcome.value)
    return (f"expected  the error {wanted}", f"found     {found}")


def judge_case(case: dict, function: Callable) -> CaseResult:
    """Judge a function on one case.

    Args:
        case (dict): a case's document: name, arguments, expected, weight and tolerance.
        function (callable): the student's function.

    Returns:
        A CaseResult.
    """
    by_keyword, observe = set(case.get("by_keyword", ())), case.get("observe")
    outcome = calling.call(function, lambda: arguments_of(case), by_keyword, observe, case.get("goal"))
    return judge_outcome(case, outcome)


def judge_outcome(case: dict, outcome: calling.Outcome) -> CaseResult:
    """Judge what came of one case, wherever the function was called.

    Args:
        case (dict): the case's document.
        outcome (calling.Outcome): what the call gave.

    Returns:
        A CaseResult.
    """
    expected = case["expected"]
    difference, notes = None, []
    lines: tuple[str, ...] = ()
    if "raises" in expected:
        lines = _expecting_an_error(case, outcome)
    elif outcome.raised is not None:
        lines = _raised_lines(outcome)
    elif outcome.unusable is not None:
        lines = (f"your function returned {outcome.unusable}",)
    else:
        difference = comparison.compare(encoding.decode(expected["value"]), outcome.value, tolerance_of(case))
        lines = difference.lines if difference else ()
        if "goal" in case and lines:
            lines = goals.lines(encoding.decode(expected["value"]), outcome.value) or lines
        if outcome.value is None and outcome.printed and comparison.NOTHING_CAME_BACK in lines:
            lines = (
                *lines[:-1],
                "it printed something and returned nothing: printing is no result, use `return`",
            )
    if lines and outcome.warned:
        lines = (*lines, f"Python warned: {outcome.warned}")
    if outcome.changed and not case.get("may_change_input"):
        names = " and ".join(f"`{name}`" for name in outcome.changed)
        lines = (
            *lines,
            f"your function changed its argument {names}: work on a copy, {outcome.changed[0]}.copy()",
        )
    if not lines and outcome.shares and not case.get("shares"):
        notes.append(f"the result shares its memory with `{outcome.shares[0]}`: changing one changes the other")
    if outcome.printed and not lines:
        notes.append("the function prints; the check reads only what it returns")
    return CaseResult(case["name"], float(case.get("weight", 1)), not lines, lines, outcome, difference, tuple(notes))


def signature_fault(function: Callable, cases: list[dict]) -> str | None:
    """Return in words why a function cannot take the arguments of the cases, or None when it can."""
    try:
        signature = inspect.signature(function)
    except Exception:
        return None
    for case in cases:
        by_keyword = set(case.get("by_keyword", ()))
        names = [name for name, _ in case["arguments"]]
        try:
            signature.bind(
                *(None for name in names if name not in by_keyword),
                **{name: None for name in names if name in by_keyword},
            )
        except TypeError:
            return f"your function takes {signature}; the exercise calls it with ({', '.join(names)})"
    return None


def judge(cases: list[dict], function: Callable) -> Judgement:
    """Judge a function on all cases.

    Args:
        cases (list of dict): the cases' documents.
        function (callable): the student's function.

    Returns:
        A Judgement; it is "not attempted" when the function raises NotImplementedError or returns an Ellipsis in
        every case.
    """
    results = tuple(judge_case(case, function) for case in cases)
    blank = bool(results) and all(
        result.outcome.raised == "NotImplementedError" or result.outcome.value is Ellipsis for result in results
    )
    return Judgement(results, not_attempted=blank)


def matching_mutant(mutants: list[dict], judgement: Judgement, cases: list[dict]) -> dict | None:
    """Return the typical mistake that gives just these outcomes on every case, or None.

    Args:
        mutants (list of dict): their documents, each with one outcome per case (None where it is right).
        judgement (Judgement): what the student's function did.
        cases (list of dict): the cases' documents.
    """
    for mutant in mutants:
        for result, wrong, case in zip(judgement.results, mutant["outcomes"], cases, strict=True):
            if result.passed != (wrong is None):
                break
            if wrong is not None and not result.outcome.equals(wrong, tolerance_of(case)):
                break
        else:
            return mutant
    return None
