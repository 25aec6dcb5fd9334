"""The two sizes at which every lesson runs: quick (a laptop, offline) and full (public data, GPU)."""

import os
from typing import TypeVar

Value = TypeVar("Value")

NAMES = ("quick", "full")


def name() -> str:
    """Return the profile that COURSE_PROFILE names, "quick" when it is not set.

    Raises:
        ValueError: COURSE_PROFILE is neither "quick" nor "full".

    Example:
        >>> name() in NAMES
        True
    """
    chosen = os.environ.get("COURSE_PROFILE") or "quick"
    if chosen not in NAMES:
        raise ValueError(f"COURSE_PROFILE is {chosen!r}; it must be 'quick' or 'full'. Unset it for 'quick'.")
    return chosen


def choose(*, quick: Value, full: Value) -> Value:
    """Return the value for the current profile; lessons use it for sizes and epochs only.

    Args:
        quick (any): the value on a laptop, offline.
        full (any): the value with public data sets and a GPU.

    Returns:
        `quick` or `full`.

    Example:
        >>> choose(quick=2, full=20) in (2, 20)
        True
    """
    return quick if name() == "quick" else full
