"""Arguments that have to be whole numbers, and the sentences for those that are not."""

import numpy as np


def count(value: int, what: str, least: int = 1, meaning: str = "") -> int:
    """Return a whole number, or say what is wrong with it.

    Args:
        value (int): the number.
        what (str): the name to use in messages.
        least (int): the smallest that is allowed. Default 1.
        meaning (str): what the number is, for the end of the message. Default none.

    Raises:
        TypeError: no whole number.
        ValueError: too small.

    Example:
        >>> count(np.int64(3), "filters")
        3
    """
    rule = f"it must be a whole number, {least} or more{meaning and f': {meaning}'}."
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{what} is {value!r}; {rule}")
    if value < least:
        raise ValueError(f"{what} is {value}; {rule}")
    return int(value)


def sides(value: int | tuple[int, ...], what: str, least: int = 1, number: int = 2) -> tuple[int, ...]:
    """Return one whole number for each side, made of one number for all sides or of a tuple.

    Args:
        value (int or tuple): the same number for all sides, or one for each.
        what (str): the name to use in messages.
        least (int): the smallest that is allowed. Default 1.
        number (int): how many sides there are. Default 2: (height, width).

    Raises:
        TypeError, ValueError: no whole numbers, too few or too many of them, or one that is too small.

    Example:
        >>> sides(3, "kernel_size"), sides((3, 5), "kernel_size")
        ((3, 3), (3, 5))
    """
    if not isinstance(value, (tuple, list)):
        return (count(value, what, least),) * number
    if len(value) != number:
        meant = "(height, width)" if number == 2 else f"{number} numbers"
        raise ValueError(f"{what} is {tuple(value)!r}, which are {len(value)} numbers; give one number or {meant}.")
    return tuple(count(one, what, least) for one in value)
