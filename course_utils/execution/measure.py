"""CPU seconds and peak memory of another process, while it is still alive."""

import dataclasses
import pathlib
import sys
import threading
from collections.abc import Mapping

import psutil

_SAMPLE_SECONDS = 0.05


@dataclasses.dataclass(frozen=True)
class Usage:
    """What a process has used so far.

    Args:
        cpu_seconds (float): user and system time, that of its finished children included.
        peak_mb (float): the most resident memory it has had, in MB of 10**6 bytes.
    """

    cpu_seconds: float
    peak_mb: float

    def over(self, budget: Mapping[str, float]) -> str:
        """Return in words where this is more than a budget, "" where it is within.

        Args:
            budget (mapping): "cpu_seconds" and "memory_mb"; what is not named is not limited.

        Example:
            >>> Usage(12.5, 300).over({"cpu_seconds": 10, "memory_mb": 700})
            '12.5 of 10 CPU seconds'
        """
        limits = (
            (self.cpu_seconds, budget.get("cpu_seconds"), "CPU seconds", 1),
            (self.peak_mb, budget.get("memory_mb"), "MB of memory", 0),
        )
        return ", ".join(
            f"{used:.{digits}f} of {limit:g} {unit}"
            for used, limit, unit, digits in limits
            if limit is not None and used > limit
        )


class Meter:
    """Reads what a process has used; make it when the process starts, read it before the process ends.

    Linux and Windows keep the peak of a process themselves. macOS tells no other process, so there a thread
    looks every 0.05 s and remembers the most it has seen.

    Args:
        pid (int): the process.

    Raises:
        psutil.NoSuchProcess: there is no such process.

    Example:
        >>> import os
        >>> usage = Meter(os.getpid()).read()
        >>> usage.cpu_seconds > 0 and usage.peak_mb > 1
        True
    """

    def __init__(self, pid: int):
        self._process = psutil.Process(pid)
        self._last = Usage(0.0, 0.0)
        self._stopped = threading.Event()
        if sys.platform == "darwin":
            threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self._stopped.wait(_SAMPLE_SECONDS) and self._process.is_running():
            self.read()

    def _peak_bytes(self) -> int:
        if sys.platform == "linux":
            status = pathlib.Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
            for line in status.splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        memory = self._process.memory_info()
        return getattr(memory, "peak_wset", memory.rss)

    def read(self) -> Usage:
        """Return what the process has used; when it has ended, the last that was read."""
        try:
            times = self._process.cpu_times()
            peak_bytes = self._peak_bytes()
        except (psutil.Error, OSError):
            return self._last
        children = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
        self._last = Usage(
            times.user + times.system + children,
            max(self._last.peak_mb, peak_bytes / 1e6),
        )
        return self._last

    def close(self) -> None:
        """Stop looking."""
        self._stopped.set()
