"""Mark many notebooks at once: in threads that each own a sandbox, or on the workers of a Dask cluster.

Both run the same function on the same bytes, so both give the same marks.
"""

import concurrent.futures
import dataclasses
import os
import threading
from collections.abc import Callable, Iterator

from course_utils.grading import desk, marking, reference, sandbox, submission

_WAITING_PER_WORKER = 4  # notebooks handed to a cluster beforehand, so that no worker waits and memory stays small


class EngineError(RuntimeError):
    """Notebooks cannot be marked in this way; the message says why."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one exercise may use, and whether the submissions are trusted.

    Args:
        seconds (float): wall time. Default 30.
        memory_mb (float): memory. Default 1500.
        trusted (bool): run without a sandbox. Default False.
        whole_notebook (bool): start a new sandbox for every notebook, with nothing loaded beforehand, and run every
            cell in order instead of what an exercise needs; slow, to compare with. Default False.
    """

    seconds: float = 30
    memory_mb: float = 1500
    trusted: bool = False
    whole_notebook: bool = False

    @property
    def key(self) -> str:
        """A text that is the same for the same limits."""
        return repr(dataclasses.astuple(self))


def _open_desk(by: reference.Reference, limits: Limits) -> desk.Desk:
    isolation = sandbox.required(limits.trusted)
    return desk.Desk(by.keras, isolation, limits.seconds, limits.memory_mb, (by.setup,), limits.whole_notebook)


def mark_at(at: desk.Desk, content: bytes, by: reference.Reference, whole_notebook: bool) -> list[marking.Mark]:
    """Mark the bytes of a notebook that is known to be readable, at a desk."""
    try:
        handed_in = submission.read(content, "the notebook")
    except submission.Unreadable as error:  # it was changed meanwhile
        return marking.unreadable(by, str(error))
    marks = marking.mark(handed_in, by, at, whole_notebook)
    if whole_notebook:
        at.close()  # the next notebook gets a new one
    return marks


class Threads:
    """Marks on this machine; a context manager.

    Args:
        by (reference.Reference): what the notebooks are marked by.
        limits (Limits): for each exercise.
        jobs (int): how many at a time, each in a sandbox of its own.
    """

    def __init__(self, by: reference.Reference, limits: Limits, jobs: int):
        self._by, self._limits = by, limits
        self._pool = concurrent.futures.ThreadPoolExecutor(jobs, thread_name_prefix="grading")
        self._own = threading.local()
        self._desks: list[desk.Desk] = []

    def __enter__(self) -> "Threads":
        return self

    def __exit__(self, *_) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        for one in self._desks:
            one.close()
        self._pool.shutdown(wait=True)

    def _mark(self, load: Callable[[], bytes]) -> list[marking.Mark]:
        at = getattr(self._own, "desk", None)
        if at is None:
            at = self._own.desk = _open_desk(self._by, self._limits)
            self._desks.append(at)
        return mark_at(at, load(), self._by, self._limits.whole_notebook)

    def run(self, loads: dict[str, Callable[[], bytes]]) -> Iterator[tuple[str, list[marking.Mark]]]:
        """Mark notebooks; give each name with its marks as soon as it is done.

        Args:
            loads (dict of str to callable): each returns the bytes of a notebook.
        """
        futures = {self._pool.submit(self._mark, load): name for name, load in loads.items()}
        for done in concurrent.futures.as_completed(futures):
            yield futures[done], done.result()


_of_this_thread = threading.local()


def mark_on_worker(content: bytes, by: reference.Reference, limits: Limits) -> list[marking.Mark]:
    """Mark the bytes of a notebook; the sandbox is kept for the next one. This is what a cluster's workers run."""
    key = (by.sha256, limits.key, os.getpid())
    if getattr(_of_this_thread, "key", None) != key:
        if getattr(_of_this_thread, "desk", None) is not None:
            _of_this_thread.desk.close()
        _of_this_thread.desk, _of_this_thread.key = _open_desk(by, limits), key
    return mark_at(_of_this_thread.desk, content, by, limits.whole_notebook)


class Cluster:
    """Marks on an existing Dask cluster; a context manager.

    Args:
        by (reference.Reference), limits (Limits): as for Threads.
        address (str): of the scheduler, for example "tcp://10.0.0.1:8786".

    Raises:
        EngineError: Dask is not installed or the scheduler cannot be reached.
    """

    def __init__(self, by: reference.Reference, limits: Limits, address: str):
        try:
            import distributed
        except ImportError:
            raise EngineError(
                "--dask needs the package distributed: pip install 'cnn-course[cluster]', here and on the workers."
            ) from None
        self._by, self._limits = by, limits
        try:
            self._client = distributed.Client(address, timeout="10s", set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise EngineError(f"no Dask scheduler answers at {address}: {error}") from None

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_) -> None:
        self._client.close()

    def run(self, loads: dict[str, Callable[[], bytes]]) -> Iterator[tuple[str, list[marking.Mark]]]:
        """Mark notebooks; see Threads.run. What a worker that dies had begun is marked by another one."""
        import distributed

        waiting = list(loads.items())
        by = self._client.scatter(self._by, broadcast=True)
        most = _WAITING_PER_WORKER * max(1, sum(self._client.nthreads().values()))
        done = distributed.as_completed(loop=self._client.loop)
        names = {}

        def hand_out() -> None:
            name, load = waiting.pop(0)
            future = self._client.submit(mark_on_worker, load(), by, self._limits, pure=False, retries=3)
            names[future.key] = name
            done.add(future)

        while waiting and len(names) < most:
            hand_out()
        for future in done:
            yield names.pop(future.key), future.result()
            if waiting:
                hand_out()
