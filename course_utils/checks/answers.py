"""Short answers (a number, a word, a shape) checked against a salted, stretched hash."""

import decimal
import fractions
import itertools
import math

import numpy as np

from course_utils.checks import describing, encoding

_ROUNDS = 60_000
_TIE = 1e-6
_EXACT = (fractions.Fraction, decimal.Decimal)


class NoAnswer(ValueError):
    """A value that cannot be an answer; the message says what is wanted."""


def _number_keys(value, decimals: int) -> list[str]:
    """Return the keys of a number: one, or both neighbours where it lies on a rounding boundary."""
    if isinstance(value, int):
        scaled = fractions.Fraction(value) * fractions.Fraction(10) ** decimals
        if scaled.denominator == 1:
            return [f"n:{scaled}"]
        value = float(value)
    value = float(value)
    if not math.isfinite(value):
        raise NoAnswer(f"{value!r} is no number that can be an answer")
    scaled = value * 10.0**decimals
    low = math.floor(scaled)
    if abs(scaled - low - 0.5) <= max(_TIE, abs(scaled) * 1e-12):
        return [f"n:{low}", f"n:{low + 1}"]
    return [f"n:{round(scaled)}"]


def keys(value, decimals: int = 0) -> list[str]:
    """Return the texts under which an answer may be known; there are several on a rounding boundary only.

    Args:
        value (number, bool, str, or tuple or list of these): the answer.
        decimals (int): digits behind the point that count; may be negative. Default 0.

    Raises:
        NoAnswer: the value is none of these.

    Example:
        >>> keys(405900.0), keys("Left "), keys(2.4999999999)
        (['n:405900'], ['s:left'], ['n:2', 'n:3'])
    """
    if isinstance(value, _EXACT):
        value = float(value)
    try:
        value = encoding.plain(value)
    except encoding.NotPlain as error:
        raise NoAnswer(f"the answer is {error}") from None
    if isinstance(value, np.ndarray):
        if value.ndim:
            shape = tuple(map(int, value.shape))
            raise NoAnswer(f"the answer is an array of shape {shape}; one value is wanted, or a tuple such as (3, 4)")
        value = value[()]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return [f"b:{int(value)}"]
    if isinstance(value, (int, float)):
        return _number_keys(value, decimals)
    if isinstance(value, str):
        return ["s:" + " ".join(value.casefold().split())]
    if isinstance(value, (tuple, list)) and len(value) <= 8:
        choices = itertools.product(*(keys(item, decimals) for item in value))
        return ["t:(" + ",".join(choice) + ")" for choice in itertools.islice(choices, 16)]
    raise NoAnswer(f"the answer is a {encoding.type_name(value)}; one number or word is wanted")


def salt(lesson: str, number: str) -> str:
    """Return the salt of an exercise: another one for each, the same on every machine.

    Example:
        >>> len(salt("02_convolve_with_kernels", "2.1"))
        16
    """
    import hashlib

    return hashlib.sha256(f"{lesson}/{number}".encode()).hexdigest()[:16]


def digest(key: str, salt_text: str) -> str:
    """Return the stretched hash of a key; it takes some 20 ms, so that trying many answers takes long."""
    import hashlib

    return hashlib.pbkdf2_hmac("sha256", key.encode(), salt_text.encode(), _ROUNDS).hex()[:32]


def kind(value) -> str:
    """Return what sort of answer a value is: "number", "word", "truth value" or "tuple"."""
    prefix = keys(value)[0][0]
    return {"n": "number", "s": "word", "b": "truth value", "t": "tuple"}[prefix]


def shown(value) -> str:
    """Return an answer as it is repeated to the student.

    Example:
        >>> shown(np.int64(3)), shown("left")
        ('3', "'left'")
    """
    return describing.value(float(value) if isinstance(value, _EXACT) else encoding.plain(value))
