"""Values in words, short enough for a check's message."""

import numpy as np

from course_utils.checks import encoding

_WIDEST = 72
_LARGEST_PRINTED = 36


def number(value) -> str:
    """Return a number with six significant digits, whole numbers in full.

    Example:
        >>> number(0.30000000000000004), number(3.0), number(405900)
        ('0.3', '3.0', '405900')
    """
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (complex, np.complexfloating)):
        return f"{complex(value):.6g}"
    text = f"{float(value):.6g}"
    return text if any(letter in text for letter in ".en") else text + ".0"


def shortened(text: str, longest: int = _WIDEST) -> str:
    """Return a text on one line, cut in the middle when it is longer than `longest` characters."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    half = (longest - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"


def shape(array: np.ndarray) -> str:
    """Return a shape as a student writes it.

    Example:
        >>> shape(np.zeros((3, 4)))
        '(3, 4)'
    """
    return str(tuple(int(side) for side in array.shape))


def _rows(array: np.ndarray) -> list[str]:
    """Return a small array of one or two axes as right-aligned rows."""
    rows = np.atleast_2d(array)
    cells = [[number(item) for item in row] for row in rows]
    if all(cell.endswith(".0") for row in cells for cell in row):
        cells = [[cell.removesuffix(".0") for cell in row] for row in cells]
    width = max(len(cell) for row in cells for cell in row)
    return ["[" + " ".join(cell.rjust(width) for cell in row) + "]" for row in cells]


def value(thing) -> str:
    """Return a plain value in words: what it is and, when short, what it holds.

    Example:
        >>> value(np.zeros((20, 30), np.uint8))
        'array of shape (20, 30), uint8, all 0'
        >>> value((3, "left"))
        "(3, 'left')"
    """
    if isinstance(thing, np.ndarray):
        about = f"array of shape {shape(thing)}, {thing.dtype}"
        if thing.size == 0 or thing.dtype.kind == "U":
            return about
        if thing.size > 1 and thing.dtype.kind != "c" and (thing == thing.flat[0]).all():
            return f"{about}, all {number(thing.flat[0])}"
        return about
    if isinstance(thing, str):
        return shortened(repr(thing))
    if isinstance(thing, (bool, int, float, complex, np.generic)):
        return number(thing)
    if isinstance(thing, (tuple, list)):
        inner = ", ".join(value(item) for item in thing)
        opening, closing = ("(", ",)" if len(thing) == 1 else ")") if isinstance(thing, tuple) else "[]"
        return shortened(f"{opening}{inner}{closing}")
    if isinstance(thing, dict):
        return shortened("{" + ", ".join(f"{value(key)}: {value(item)}" for key, item in thing.items()) + "}")
    return shortened(str(thing))


def with_type(thing) -> str:
    """Return a plain value in words with its type where that is not plain to see.

    Example:
        >>> with_type(2.0), with_type(None)
        ('2.0 (float)', 'None')
    """
    if thing is None or isinstance(thing, np.ndarray):
        return value(thing)
    return f"{value(thing)} ({encoding.type_name(thing)})"


def picture_of_numbers(array: np.ndarray) -> list[str]:
    """Return the rows of a small array as lines of text; an empty list for a large one or one with many axes.

    Example:
        >>> picture_of_numbers(np.array([[1, 20], [3, 4]]))
        ['[ 1 20]', '[ 3  4]']
    """
    if array.ndim not in (1, 2) or not 0 < array.size <= _LARGEST_PRINTED or array.dtype.kind == "U":
        return []
    rows = _rows(array)
    return rows if max(map(len, rows)) <= _WIDEST else []
