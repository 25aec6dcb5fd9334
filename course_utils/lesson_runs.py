"""Run lessons from top to bottom, several at a time, and judge them by their claims and budgets."""

import concurrent.futures
import dataclasses
import pathlib
import threading
from collections.abc import Iterable

import nbformat

from course_utils.execution import forked_kernels, measure, runner

# A cell that takes longer hangs. In full, a cell may train a network on a whole public data set without a GPU.
SECONDS_PER_CELL = {"quick": 180, "full": 3600}


@dataclasses.dataclass(frozen=True)
class LessonRun:
    """One lesson that was run.

    Args:
        lesson (str): its name, "02_convolve_with_kernels".
        title (str): its title.
        seconds (float): wall time.
        cpu_seconds (float): CPU time of its kernel.
        peak_mb (float): peak memory of its kernel, in MB.
        claims (tuple of dict): sentence, held, value and unit of each claim, in order.
        faults (tuple of str): what did not hold; empty when all is well.
        notebook (nbformat.NotebookNode or None): with its outputs; None when it could not be read.
        measurements (tuple of dict): sentence, value and unit of what was measured without a bound, in order.
    """

    lesson: str
    title: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    claims: tuple[dict, ...]
    faults: tuple[str, ...]
    notebook: nbformat.NotebookNode | None
    measurements: tuple[dict, ...] = ()

    @property
    def held(self) -> int:
        """How many claims hold."""
        return sum(claim["held"] for claim in self.claims)


class Listener:
    """Is told how the lessons get on; called from several threads. This one keeps quiet."""

    def started(self, lesson: str, num_cells: int) -> None:
        """A lesson begins."""

    def progressed(self, lesson: str, cell: int, num_claims: int) -> None:
        """`cell` cells of a lesson are done, and it has checked `num_claims` claims."""

    def finished(self, run: LessonRun) -> None:
        """A lesson has ended, well or not."""


class StoppedError(Exception):
    """The person at the keyboard asked to stop."""


def _recorded(events: Iterable[dict], kind: str, keys: tuple[str, ...]) -> list[dict]:
    return [{key: event.get(key) for key in keys} for event in events if event.get("event") == kind]


def _claims(events: Iterable[dict]) -> list[dict]:
    return _recorded(events, "claim", ("sentence", "held", "value", "unit"))


def amount(value: float | None, unit: str | None = None) -> str:
    """Return a measured value as a person reads it: about four digits, and its unit.

    Example:
        >>> amount(0.38207), amount(405900.0, "values"), amount(None)
        ('0.3821', '405,900 values', '')
    """
    if value is None:
        return ""
    number = f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e12 else f"{value:,.4g}"
    return f"{number} {unit}" if unit else number


def _faults(result: runner.RunResult, budget: dict, is_reference: bool) -> list[str]:
    faults = [result.error] if result.error else []
    for claim in _claims(result.events):
        if not claim["held"]:
            measured = amount(claim["value"], claim["unit"])
            faults.append(f"claim fails: {claim['sentence']}" + (f" (measured: {measured})" if measured else ""))
    # In a student notebook an exercise may hand out code with a bug in it, which has to fail.
    for event in result.events if is_reference else ():
        if event.get("event") == "check" and event.get("status") in ("failed", "error"):
            faults.append(f"exercise {event.get('exercise')} does not pass its own check")
    over = measure.Usage(result.cpu_seconds, result.peak_mb).over(budget)
    return [*faults, f"over budget: {over}"] if over else faults


def run_lesson(
    path: pathlib.Path, profile: str = "quick", listener: Listener | None = None, stop: threading.Event | None = None
) -> LessonRun:
    """Run one lesson and judge it; whatever happens to it ends up in its faults.

    Args:
        path (pathlib.Path): its notebook.
        profile (str): "quick" (no network, budgets enforced) or "full". Default "quick".
        listener (Listener): told of progress. Default none.
        stop (threading.Event): when set, the run stops before the next cell. Default none.

    Raises:
        StoppedError: `stop` was set.
    """
    listener, name = listener or Listener(), path.stem
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError) as error:
        fault = f"{path} cannot be read as a notebook: {str(error).splitlines()[0]}"
        failed = LessonRun(name, name, 0.0, 0.0, 0.0, (), (fault,), None)
        listener.finished(failed)
        return failed
    course = notebook.metadata.get("course", {})
    done = {"cells": 0, "claims": 0}

    def tell() -> None:
        listener.progressed(name, done["cells"], done["claims"])

    def on_progress(index: int, total: int) -> None:
        if stop is not None and stop.is_set():
            raise StoppedError(name)
        done["cells"] = index
        tell()

    def on_events(events: list[dict]) -> None:
        num_claims = len(_claims(events))
        if num_claims != done["claims"]:
            done["claims"] = num_claims
            tell()

    listener.started(name, len(notebook.cells))
    environment = {"COURSE_PROFILE": profile, **({"COURSE_OFFLINE": "1"} if profile == "quick" else {})}
    result = runner.run(
        notebook,
        folder=path.parent,
        environment=environment,
        timeout_per_cell=SECONDS_PER_CELL[profile],
        on_progress=on_progress,
        on_events=on_events,
    )
    run = LessonRun(
        name,
        course.get("title", name),
        result.seconds,
        result.cpu_seconds,
        result.peak_mb,
        tuple(_claims(result.events)),
        tuple(_faults(result, course.get("budget", {}) if profile == "quick" else {}, "source_sha256" in course)),
        result.notebook,
        tuple(_recorded(result.events, "measurement", ("sentence", "value", "unit"))),
    )
    listener.finished(run)
    return run


def run_all(
    paths: Iterable[pathlib.Path], profile: str = "quick", jobs: int = 2, listener: Listener | None = None
) -> list[LessonRun]:
    """Run lessons, `jobs` at a time, and return them in the order given.

    Args:
        paths (iterable of path): their notebooks.
        profile (str): "quick" or "full". Default "quick".
        jobs (int): how many run at the same time. Default 2.
        listener (Listener): told of progress, from several threads. Default none.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; the cells that were running have ended.
    """
    stop = threading.Event()
    with forked_kernels.preloaded(), concurrent.futures.ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        futures = [pool.submit(run_lesson, path, profile, listener, stop) for path in paths]
        try:
            return [future.result() for future in futures]
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
