"""Call a student's function on copies of a case's arguments, and take in whatever comes of it."""

import contextlib
import dataclasses
import inspect
import io
import linecache
import os
import pathlib
import sys
import traceback
import warnings
from collections.abc import Callable

import numpy as np

from course_utils.checks import comparison, describing, encoding, observing

_THIS_PACKAGE = str(pathlib.Path(__file__).resolve().parent)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a call.

    Args:
        value (any): the plain value that was returned.
        raised (str or None): name of the exception's type.
        message (str): the exception's message.
        where (str): the line of the student's own code, with its number.
        unusable (str or None): in words, a returned value that cannot be compared.
        changed (tuple of str): names of the arguments that the call changed.
        shares (tuple of str): names of the arguments whose memory the result shares.
        printed (int): lines that the call printed.
        warned (str): the first warning that was given, "" when there was none.
    """

    value: object = None
    raised: str | None = None
    message: str = ""
    where: str = ""
    unusable: str | None = None
    changed: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    printed: int = 0
    warned: str = ""

    def document(self, tolerance: comparison.Tolerance) -> dict:
        """Return the outcome as data for an exercise file."""
        if self.raised is not None:
            return {"raises": self.raised}
        if self.unusable is not None:
            return {"unusable": self.unusable}
        document: dict = {"value": encoding.encode(comparison.rounded(self.value, tolerance))}
        if self.changed:
            document["changed"] = list(self.changed)
        return document

    def equals(self, document: dict, tolerance: comparison.Tolerance) -> bool:
        """Return whether this is the outcome that a document describes."""
        if "raises" in document:
            return self.raised == document["raises"]
        if "unusable" in document:
            return self.unusable == document["unusable"]
        if self.raised is not None or self.unusable is not None:
            return False
        if list(self.changed) != document.get("changed", []):
            return False
        expected = encoding.decode(document["value"])
        return comparison.compare(expected, self.value, tolerance) is None


@contextlib.contextmanager
def _quiet(descriptor_too: bool):
    """Catch what is printed; under nbgrader also what libraries write past Python, since it counts as a fault."""
    saved = None
    caught = io.StringIO()
    try:
        if descriptor_too:
            with contextlib.suppress(OSError):
                saved = os.dup(2)
                with open(os.devnull, "wb") as nowhere:
                    os.dup2(nowhere.fileno(), 2)
        with (
            contextlib.redirect_stdout(caught),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(record=True) as warned,
        ):
            warnings.simplefilter("always")
            yield caught, warned
    finally:
        if saved is not None:
            os.dup2(saved, 2)
            os.close(saved)


def _own_file(function: Callable) -> str | None:
    try:
        return inspect.unwrap(function).__code__.co_filename
    except Exception:
        # Whatever else can be called, a class or a built-in function, has no file of its own.
        return None


def _where(error: BaseException, function: Callable) -> str:
    """Return the last line of the student's own code that the exception passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    own_file = _own_file(function)
    own = [frame for frame in frames if frame.filename == own_file]
    if not own:
        own = [frame for frame in frames if not frame.filename.startswith(_THIS_PACKAGE)][:1]
    if not own:
        return ""
    line = linecache.getline(own[-1].filename, own[-1].lineno or 0).strip()
    return f"line {own[-1].lineno}: {line}" if line else f"line {own[-1].lineno}"


def _first(given_warnings: list) -> str:
    """Return the first warning in words; those about what libraries do to each other are not for students."""
    for warning in given_warnings:
        if issubclass(warning.category, (DeprecationWarning, PendingDeprecationWarning)):
            continue
        return f"{warning.category.__name__}: {_message(warning.message)}"
    return ""


def _message(error: BaseException) -> str:
    try:
        return describing.shortened(str(error), 300)
    except Exception:
        return ""


def _same(before, after) -> bool:
    """Return whether a plain argument is exactly what it was."""
    if isinstance(before, np.ndarray):
        if not isinstance(after, np.ndarray) or before.shape != after.shape or before.dtype != after.dtype:
            return False
        return before.tobytes() == after.tobytes()
    if isinstance(before, (tuple, list)):
        return (
            type(before) is type(after)
            and len(before) == len(after)
            and all(_same(one, two) for one, two in zip(before, after, strict=True))
        )
    if isinstance(before, dict):
        return (
            isinstance(after, dict)
            and list(before) == list(after)
            and all(_same(before[key], after[key]) for key in before)
        )
    return True


def _shares(result, argument) -> bool:
    return isinstance(result, np.ndarray) and isinstance(argument, np.ndarray) and np.shares_memory(result, argument)


def call(
    function: Callable,
    make_arguments: Callable[[], list[tuple[str, object]]],
    by_keyword: frozenset[str] | set[str] = frozenset(),
    observe: str | None = None,
    goal: dict | None = None,
) -> Outcome:
    """Call a function once and never raise, except when the student interrupts it.

    Args:
        function (callable): the student's function.
        make_arguments (callable): returns fresh (name, value) pairs in the order of the parameters.
        by_keyword (set of str): names to pass by keyword; the others go by position. Default none.
        observe (str): the observer that looks at what comes back (see `observing`). Default None: the value itself.
        goal (dict): what the observer "trained" compares with. Default none.

    Returns:
        An Outcome.

    Raises:
        KeyboardInterrupt: the student stopped the kernel.

    Example:
        >>> float(call(lambda image: image.sum(), lambda: [("image", np.ones(3))]).value)
        3.0
    """
    before, given = make_arguments(), make_arguments()
    positional = [value for name, value in given if name not in by_keyword]
    keywords = {name: value for name, value in given if name in by_keyword}
    grading = os.environ.get("NBGRADER_EXECUTION") == "autograde"
    with _quiet(grading) as (caught, given_warnings):
        try:
            result = function(*positional, **keywords)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return Outcome(
                raised=encoding.type_name(error),
                message=_message(error),
                where=_where(error, function),
                printed=caught.getvalue().count("\n"),
                warned=_first(given_warnings),
            )
    printed, warned = caught.getvalue().count("\n"), _first(given_warnings)
    changed = tuple(name for (name, old), (_, new) in zip(before, given, strict=True) if not _same(old, new))
    try:
        with _quiet(grading):
            value = encoding.plain(observing.observe(observe, result, goal))
    except Exception as error:
        words = str(error) if isinstance(error, encoding.NotPlain) else "an object that cannot be read"
        return Outcome(unusable=words, changed=changed, printed=printed, warned=warned)
    shares = tuple(name for name, argument in given if _shares(value, argument))
    if isinstance(value, np.ndarray):
        value = value.copy()
    return Outcome(value=value, changed=changed, shares=shares, printed=printed, warned=warned)


def flush() -> None:
    """Write out what the kernel holds back, so that a verdict comes after what was printed before it."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
