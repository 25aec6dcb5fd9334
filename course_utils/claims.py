"""Claims and measurements: sentences about a run, whose printed line is the same on every machine."""

import math

import numpy as np

from course_utils import results


def _held(condition) -> bool:
    return bool(np.all(condition))


def _number(value) -> float | None:
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def check(sentence: str, condition, value=None, unit: str | None = None, name: str | None = None) -> None:
    """Print whether a claim holds and record the measured value.

    Args:
        sentence (str): what is claimed, with its threshold; no measured number belongs in it.
        condition (bool): whether it holds. Of an array, every element must be true.
        value (float): what was measured. Default None.
        unit (str): its unit. Default None.
        name (str): an identifier by which a lesson's text quotes the value. Default None.

    Example:
        >>> check("more than a third of the responses are negative", 0.41 > 1 / 3, value=0.41)
        claim holds: more than a third of the responses are negative
    """
    problem = None
    try:
        held = _held(condition)
    except Exception as error:
        held, problem = False, f"the condition is neither true nor false: {type(error).__name__}"
    try:
        number = _number(value)
        if number is None and value is not None:
            held, problem = False, "the value is not finite"
    except Exception as error:
        number, held, problem = None, False, f"the value is no number: {type(error).__name__}"
    if name is not None and not (isinstance(name, str) and name.isidentifier()):
        held, problem, name = False, f"the name {name!r} is no identifier", None
    sentence = str(sentence)
    shown = f"{sentence} ({problem})" if problem else sentence
    print(f"claim holds: {shown}" if held else f"CLAIM FAILS: {shown}")
    unit = None if unit is None else str(unit)
    results.record({"event": "claim", "held": held, "name": name, "sentence": sentence, "unit": unit, "value": number})


def measured(sentence: str, value, unit: str | None = None, name: str | None = None) -> None:
    """Record a value that is reported whatever it is, and print what was measured, without the number.

    For results that nothing is claimed of: they vary from machine to machine, or the experiment has yet to decide.

    Args:
        sentence (str): what was measured; no measured number belongs in it.
        value (float): the number. One that is not finite counts as a claim that fails.
        unit (str): its unit. Default None.
        name (str): an identifier by which a lesson's text quotes the value. Default None.

    Example:
        >>> measured("share of swapped faces that the capsules accept, mean of three seeds", 0.98)
        measured: share of swapped faces that the capsules accept, mean of three seeds
    """
    try:
        number = _number(value)
    except Exception:
        number = None
    named = name is None or (isinstance(name, str) and name.isidentifier())
    if number is None or not named:
        check(sentence, False, value=value if named else None, unit=unit, name=name)
        return
    sentence, unit = str(sentence), None if unit is None else str(unit)
    print(f"measured: {sentence}")
    results.record({"event": "measurement", "name": name, "sentence": sentence, "unit": unit, "value": number})
