"""Say what a wrong value looks like: turned round, transposed, clipped, off by a factor."""

import numpy as np

_FACTORS = {
    -1.0: "every value has the wrong sign",
    255.0: "every value is 255 times too large",
    1 / 255.0: "every value is 255 times too small",
    0.5: "every value is half of what it should be",
    2.0: "every value is twice what it should be",
}


def _same(first: np.ndarray, second: np.ndarray) -> bool:
    if first.shape != second.shape:
        return False
    scale = float(np.abs(first).max(initial=0.0))
    return bool(np.allclose(first, second, rtol=1e-4, atol=1e-5 * scale))


def numbers(expected, found) -> tuple[str, ...]:
    """Return what a wrong number looks like, at most one line.

    Example:
        >>> numbers(4.0, -4.0)
        ('the sign is wrong',)
    """
    if any(isinstance(value, (complex, np.complexfloating)) for value in (expected, found)):
        return ()
    try:
        wanted, given = float(expected), float(found)
    except OverflowError:
        return ()
    if not (np.isfinite(wanted) and np.isfinite(given)) or wanted == 0:
        return ("NaN is no number: look for 0/0 or the log of 0",) if np.isnan(given) else ()
    ratio = given / wanted
    for factor, words in (
        (-1.0, "the sign is wrong"),
        (255.0, "it is 255 times too large"),
        (1 / 255.0, "it is 255 times too small"),
        (100.0, "it is 100 times too large: a fraction is wanted, not a percentage"),
        (0.01, "it is 100 times too small: a percentage is wanted, not a fraction"),
    ):
        if abs(ratio - factor) <= 1e-4 * abs(factor):
            return (words,)
    return ()


def shapes(expected: np.ndarray, found: np.ndarray) -> tuple[str, ...]:
    """Return what a wrong shape looks like, at most one line.

    Example:
        >>> shapes(np.zeros((2, 3)), np.zeros((3, 2)))
        ('the axes are in another order: rows come first, then columns',)
    """
    if expected.size == found.size:
        if expected.ndim == found.ndim:
            return ("the axes are in another order: rows come first, then columns",)
        return (f"the number of values is right, the number of axes is not: {found.ndim}, not {expected.ndim}",)
    if expected.ndim != found.ndim:
        return (f"{expected.ndim} axes are expected, {found.ndim} were found",)
    gaps = {
        int(given) - int(wanted) for wanted, given in zip(expected.shape, found.shape, strict=True) if given != wanted
    }
    if len(gaps) == 1 and abs(gap := gaps.pop()) <= 8:
        return (f"it is {abs(gap)} too {'large' if gap > 0 else 'small'} along an axis",)
    return ()


def _moved_table(wanted: np.ndarray, given: np.ndarray) -> str | None:
    """Return how two columns of numbers, such as points, were rearranged; of an image one would say it otherwise."""
    if _same(wanted[:, ::-1], given):
        return "it is the right answer with its two columns exchanged"
    if _same(wanted[::-1], given):
        return "it is the right answer with its rows in reverse order"
    if _same(wanted[::-1, ::-1], given):
        return "it is the right answer with its rows in reverse order and its two columns exchanged"
    return None


def _moved(wanted: np.ndarray, given: np.ndarray) -> str | None:
    """Return how the found array is a rearrangement of the expected one."""
    if wanted.ndim < 2 or not np.isfinite(given).all():
        return None
    if wanted.shape[0] == wanted.shape[1] and _same(wanted.swapaxes(0, 1), given):
        return "it is the right answer with rows and columns swapped (transposed)"
    if wanted.ndim == 2 and wanted.shape[1] == 2 and (words := _moved_table(wanted, given)):
        return words
    if _same(wanted[::-1, ::-1], given):
        return "it is the right answer turned by 180 degrees: is a kernel flipped?"
    if _same(wanted[::-1], given):
        return "it is the right answer upside down"
    if _same(wanted[:, ::-1], given):
        return "it is the right answer mirrored left to right"
    if wanted.ndim == 3 and _same(wanted[..., ::-1], given):
        return "the channels are in reverse order (RGB and BGR)"
    for axis, words in ((0, "row"), (1, "column")):
        if wanted.shape[axis] < 3:
            continue
        inner = [slice(None)] * wanted.ndim
        ahead, behind = list(inner), list(inner)
        ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
        shifts = ((ahead, behind), (behind, ahead))
        for one, other in shifts:
            stayed = _same(wanted[tuple(other)], given[tuple(other)])
            if not stayed and _same(wanted[tuple(one)], given[tuple(other)]):
                return f"it is the right answer shifted by one {words}"
    return None


def _scaled(wanted: np.ndarray, given: np.ndarray) -> str | None:
    """Return how the found values follow from the expected ones, value by value."""
    largest = float(np.abs(wanted).max(initial=0.0))
    # With two values only, black and white, many rules lead from one array to the other.
    is_rich = np.unique(wanted).size > 2
    for factor, words in _FACTORS.items():
        if (is_rich or factor == -1.0) and _same(wanted * factor, given):
            return words
    if _same(np.maximum(wanted, 0), given):
        return "all values below 0 are lost (they became 0)"
    if _same(np.clip(wanted, 0, 255), given):
        return "the values are clipped to 0..255"
    if _same(np.abs(wanted), given):
        return "all values below 0 lost their sign"
    if np.array_equal(np.rint(wanted), given) or np.array_equal(np.trunc(wanted), given):
        return "the digits behind the point are lost: the values were made integers too early"
    with np.errstate(invalid="ignore"):
        if np.array_equal(np.mod(np.trunc(wanted), 256), given):
            return "the values wrapped round at 256, as uint8 does"
    if not np.isfinite(given).all() or largest == 0 or not is_rich:
        return None
    offset = given - wanted
    if np.ptp(offset) <= 1e-5 * max(largest, float(np.abs(offset).max())):
        return f"every value is {abs(float(offset.flat[0])):.6g} too {'large' if offset.flat[0] > 0 else 'small'}"
    strongest = np.unravel_index(np.argmax(np.abs(wanted)), wanted.shape)
    factor = float(given[strongest] / wanted[strongest])
    if factor and _same(wanted * factor, given):
        return f"every value is {factor:.6g} times what it should be"
    return None


def arrays(expected: np.ndarray, found: np.ndarray) -> list[str]:
    """Return what a wrong array of the right shape looks like, at most one line.

    Args:
        expected (numpy.ndarray): the right array.
        found (numpy.ndarray): the student's array, of the same shape.

    Example:
        >>> arrays(np.array([[1.0, -2.0]]), np.array([[1.0, 0.0]]))
        ['note: all values below 0 are lost (they became 0)']
    """
    if expected.dtype.kind not in "iuf" or found.dtype.kind not in "iuf" or expected.size < 2:
        return []
    wanted, given = expected.astype(np.float64), found.astype(np.float64)
    if not np.isfinite(wanted).all() or np.ptp(wanted) == 0:
        return []
    words = _moved(wanted, given) or _scaled(wanted, given)
    return [f"note: {words}"] if words else []
