"""Compare a student's value with the expected one, and say in words how they differ."""

import dataclasses
import itertools
import math

import numpy as np

from course_utils.checks import describing, encoding, resemblance

RTOL = 1e-5
NOTHING_CAME_BACK = "nothing came back: is there a `return` line?"
_INTEGER_SLACK = 1e-6
_MOST_ROWS = 8


@dataclasses.dataclass(frozen=True)
class Tolerance:
    """How far a right answer may be away.

    Args:
        rtol (float or None): relative to the expected value. Default None: 1e-5 for floats, 0 for integers.
        atol (float or None): absolute. Default None: 1e-6 of an array's largest value, 1e-8 for single floats;
            integers must be equal.
        check_dtype (bool): whether an array's dtype must be the expected one. Default False.
    """

    rtol: float | None = None
    atol: float | None = None
    check_dtype: bool = False

    def limits(self, expected: np.ndarray, found: np.ndarray) -> tuple[float, float]:
        """Return (rtol, atol) for a pair of arrays or numbers."""
        if expected.dtype.kind in "biu":
            slack = 0.0 if found.dtype.kind in "biu" else _INTEGER_SLACK
            return self.rtol or 0.0, slack if self.atol is None else self.atol
        rtol = RTOL if self.rtol is None else self.rtol
        if self.atol is not None:
            return rtol, self.atol
        finite = np.abs(expected[np.isfinite(expected)])
        return rtol, 1e-8 if expected.ndim == 0 else 1e-6 * float(finite.max(initial=0.0))


@dataclasses.dataclass(frozen=True)
class Difference:
    """How a value differs from the expected one.

    Args:
        lines (tuple of str): the difference in words.
        expected (numpy.ndarray or None), found (numpy.ndarray or None): arrays worth a picture.
    """

    lines: tuple[str, ...]
    expected: np.ndarray | None = None
    found: np.ndarray | None = None


def _is_number(value) -> bool:
    """Return whether a plain value is one number; a truth value is none."""
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and value.dtype.kind in "iufc"
    if isinstance(value, np.generic):
        return value.dtype.kind in "iufc"
    return type(value) in (int, float, complex)


def _is_truth_value(value) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and value.dtype.kind == "b"
    return isinstance(value, (bool, np.bool_))


def _close(expected: np.ndarray, found: np.ndarray, tolerance: Tolerance) -> np.ndarray:
    """Return where two arrays agree; NaN agrees with NaN only, an infinity with itself only."""
    rtol, atol = tolerance.limits(expected, found)
    if expected.dtype.kind in "biu" and found.dtype.kind in "biu" and not (rtol or atol):
        return np.asarray(expected == found)
    wide = np.complex128 if "c" in (expected.dtype.kind, found.dtype.kind) else np.float64
    expected, found = expected.astype(wide), found.astype(wide)
    with np.errstate(invalid="ignore", over="ignore"):
        close = np.abs(found - expected) <= atol + rtol * np.abs(expected)
    close &= np.isfinite(expected) & np.isfinite(found)
    return close | (expected == found) | (np.isnan(expected) & np.isnan(found))


def _pair(expected, found) -> tuple[str, ...]:
    """Return both values in words; what comes of a forgotten `return` is named."""
    lines = (f"expected  {describing.with_type(expected)}", f"found     {describing.with_type(found)}")
    return (*lines, NOTHING_CAME_BACK) if found is None else lines


def _number(expected, found, tolerance: Tolerance) -> Difference | None:
    if not _is_number(found):
        lines = _pair(expected, found)
        if _is_truth_value(found):
            lines += ("a number is needed, not True or False",)
        elif isinstance(found, np.ndarray):
            lines += ("a single number is needed, not an array",)
        return Difference(lines)
    wanted, given = np.asarray(expected), np.asarray(found)
    if isinstance(expected, int) and isinstance(found, int):
        same = expected == found or abs(expected - found) <= (tolerance.atol or 0) + (tolerance.rtol or 0) * abs(
            expected
        )
    elif wanted.dtype.kind == "O" or given.dtype.kind == "O":
        same = expected == found
    else:
        same = bool(_close(wanted, given, tolerance))
    if same:
        return None
    lines = _pair(expected, found)
    if describing.number(expected) == describing.number(found):
        lines = (f"expected  {expected!s}", f"found     {found!s}")
    return Difference(lines + resemblance.numbers(expected, found))


def _truth(expected, found) -> Difference | None:
    if _is_truth_value(found) and bool(found) == bool(expected):
        return None
    lines = _pair(expected, found)
    return Difference(lines if found is None or _is_truth_value(found) else (*lines, "True or False is needed"))


def _text(expected: str, found) -> Difference | None:
    if isinstance(found, str) and str(found) == expected:
        return None
    lines = _pair(expected, found)
    if isinstance(found, str) and found.strip().casefold() == expected.strip().casefold():
        lines += ("only spaces or capital letters differ",)
    return Difference(lines)


def _position(index: tuple[int, ...]) -> str:
    return "[" + ", ".join(str(int(step)) for step in index) + "]"


def _array_shape(expected: np.ndarray, found: np.ndarray) -> Difference:
    lines = (
        f"expected  shape {describing.shape(expected)}, {expected.dtype}",
        f"found     shape {describing.shape(found)}, {found.dtype}",
    )
    return Difference((*lines, *resemblance.shapes(expected, found), *_spelled_out(expected, found)))


def _spelled_out(expected: np.ndarray, found: np.ndarray) -> list[str]:
    """Return the numbers of two arrays as lines, each of them only if it is small."""
    lines = []
    for label, array in (("expected", expected), ("found", found)):
        rows = describing.picture_of_numbers(array)
        if len(rows) > _MOST_ROWS:
            continue
        lines += [f"{label + ':':10}{rows[0]}", *(" " * 10 + row for row in rows[1:])] if rows else []
    return lines


def _array_values(expected: np.ndarray, found: np.ndarray, close: np.ndarray) -> Difference:
    wrong = ~close
    first = tuple(np.argwhere(wrong)[0])
    lines = [
        f"{int(wrong.sum())} of {wrong.size} values differ; the first at {_position(first)}: "
        f"expected {describing.number(expected[first])}, found {describing.number(found[first])}"
    ]
    if expected.dtype.kind in "iuf" and found.dtype.kind in "iuf":
        both = np.isfinite(expected) & np.isfinite(found) & wrong
        if both.any():
            gap = np.abs(found[both].astype(np.float64) - expected[both].astype(np.float64)).max()
            of_what = "" if np.isfinite(found[wrong]).all() else " among finite values"
            lines.append(f"the largest difference{of_what} is {describing.number(gap)}")
        endless = int((np.isinf(found) & ~np.isinf(expected)).sum()) if found.dtype.kind == "f" else 0
        if endless:
            lines.append(f"{endless} values are infinite: look for a division by 0 or the log of 0")
        lost = int((np.isnan(found) & ~np.isnan(expected)).sum()) if found.dtype.kind == "f" else 0
        if lost:
            lines.append(f"{lost} values are NaN (not a number): look for 0/0 or the log of 0")
    lines += _spelled_out(expected, found)
    lines += resemblance.arrays(expected, found)
    return Difference(tuple(lines), expected, found)


def _array(expected: np.ndarray, found, tolerance: Tolerance) -> Difference | None:
    if not isinstance(found, np.ndarray):
        lines = _pair(expected, found)
        if isinstance(found, tuple) and len(found) == 1 and isinstance(found[0], np.ndarray):
            lines += ("the array is wrapped in a tuple, as np.where and np.nonzero do: take its item [0]",)
        elif isinstance(found, (list, tuple)):
            lines += ("an array is needed: np.array(...)",)
        elif _is_number(found):
            lines += ("an array is needed, not a single number",)
        return Difference(lines)
    if expected.shape != found.shape:
        return _array_shape(expected, found)
    if expected.dtype.kind == "U" or found.dtype.kind == "U":
        same = expected.dtype.kind == found.dtype.kind and bool((expected == found).all())
        return None if same else Difference(_pair(expected.tolist(), found.tolist()))
    if tolerance.check_dtype and expected.dtype != found.dtype:
        lines = (f"expected  dtype {expected.dtype}", f"found     dtype {found.dtype}")
        return Difference((*lines, f"the shape is right; convert the values: .astype(np.{expected.dtype})"))
    if expected.dtype.kind == "b" and found.dtype.kind != "b":
        lines = ("expected  an array of True and False (bool)", f"found     dtype {found.dtype}")
        return Difference((*lines, "a comparison such as image > 100 gives bool"))
    close = _close(expected, found, tolerance)
    return None if close.all() else _array_values(expected, found, close)


def _item_lines(expected, found, index: int, difference: Difference) -> tuple[str, ...]:
    """Return in words how one item differs: a few numbers say more side by side than the one that is wrong."""
    inner = tuple(line for line in difference.lines if line != NOTHING_CAME_BACK)
    whole = _pair(expected, found)
    plain = all(isinstance(item, (str, bool, int, float, np.generic)) for item in (*expected, *found))
    in_full = not any(" ... " in line for line in whole)
    if plain and in_full and describing.value(expected[index]) != describing.value(found[index]):
        return (*whole, f"the first that differs is item [{index}]", *inner[2:])
    return (f"item [{index}] differs", *inner)


def _first_text(expected, found, counts: str) -> tuple[str, ...]:
    """Return, for long lists of lines, the first line that differs: the lists themselves would not fit."""
    if not all(isinstance(item, str) for item in (*expected, *found)) or not any(" " in item for item in expected):
        return ()
    pairs = itertools.zip_longest(expected, found, fillvalue="nothing more")
    index, (wanted, given) = next((place, pair) for place, pair in enumerate(pairs) if pair[0] != pair[1])
    return (f"item [{index}] is the first that differs", f"expected  {wanted}", f"found     {given}", counts)


def _sequence(expected, found, tolerance: Tolerance) -> Difference | None:
    kind = encoding.type_name(expected)
    if not isinstance(found, (tuple, list)):
        lines = _pair(expected, found)
        return Difference(lines if found is None else (*lines, f"a {kind} of {len(expected)} is needed"))
    if len(expected) != len(found):
        counts = f"{len(expected)} items are expected, {len(found)} were found"
        return Difference(_first_text(expected, found, counts) or (*_pair(expected, found), counts))
    for index, (wanted, given) in enumerate(zip(expected, found, strict=True)):
        difference = compare(wanted, given, tolerance)
        if difference:
            return dataclasses.replace(difference, lines=_item_lines(expected, found, index, difference))
    return None


def _dictionary(expected: dict, found, tolerance: Tolerance) -> Difference | None:
    if not isinstance(found, dict):
        lines = _pair(expected, found)
        return Difference(lines if found is None else (*lines, "a dict is needed"))
    missing = [key for key in expected if key not in found]
    surplus = [key for key in found if key not in expected]
    if missing or surplus:
        lines = []
        if missing:
            lines.append("these keys are missing: " + ", ".join(map(describing.value, missing)))
        if surplus:
            lines.append("these keys are not expected: " + ", ".join(map(describing.value, surplus)))
        return Difference(tuple(lines))
    for key, wanted in expected.items():
        difference = compare(wanted, found[key], tolerance)
        if difference:
            return dataclasses.replace(difference, lines=(f"under the key {describing.value(key)}", *difference.lines))
    return None


def compare(expected, found, tolerance: Tolerance | None = None) -> Difference | None:
    """Compare two plain values.

    Args:
        expected (any): the right value, from `encoding.plain` or `encoding.decode`.
        found (any): the student's value, from `encoding.plain`.
        tolerance (Tolerance): how far a right answer may be away. Default Tolerance().

    Returns:
        None when the found value is right, otherwise a Difference. Lists and tuples count as the same, and so
        do numbers of different types; NaN equals NaN only.

    Example:
        >>> compare(2.0, np.float32(2.0)) is None
        True
        >>> compare(np.zeros((2, 3)), np.zeros((3, 2))).lines[0]
        'expected  shape (2, 3), float64'
    """
    tolerance = tolerance or Tolerance()
    if isinstance(expected, np.ndarray) and expected.ndim:
        return _array(expected, found, tolerance)
    if _is_truth_value(expected):
        return _truth(expected, found)
    if _is_number(expected):
        return _number(expected, found, tolerance)
    if isinstance(expected, str):
        return _text(expected, found)
    if isinstance(expected, (tuple, list)):
        return _sequence(expected, found, tolerance)
    if isinstance(expected, dict):
        return _dictionary(expected, found, tolerance)
    return None if expected is found else Difference(_pair(expected, found))


def rounded(value, tolerance: Tolerance):
    """Return a value with its floats rounded far below the tolerance, so that machines agree on the bytes.

    Args:
        value (any): a plain value.
        tolerance (Tolerance): with an rtol below 1e-6 nothing is rounded.

    Example:
        >>> rounded(0.1 + 0.2, Tolerance())
        0.3
    """
    if tolerance.rtol is not None and tolerance.rtol < 1e-6:
        return value
    if isinstance(value, (tuple, list)):
        return type(value)(rounded(item, tolerance) for item in value)
    if isinstance(value, dict):
        return {key: rounded(item, tolerance) for key, item in value.items()}
    if isinstance(value, float) and not isinstance(value, np.generic):
        return float(f"{value:.10g}") if math.isfinite(value) else value
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind == "f":
        digits = 10 if value.dtype.itemsize >= 8 else 7
        flat = [float(f"{item:.{digits}g}") for item in np.ravel(value).tolist()]
        array = np.array(flat, value.dtype).reshape(value.shape)
        return array if isinstance(value, np.ndarray) else array[()]
    return value
