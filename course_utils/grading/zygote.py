"""The process in the sandbox that has everything imported and forks a child for each exercise.

It holds no tests and nothing of any submission: requests go straight from the grader to the child. It watches over
time, memory and disk, reports how each child ended, and ends with the grader. What makes the fork safe is that it has
one thread only and has never computed anything.

Started by `desk.Desk` as `python -m course_utils.grading.zygote DESCRIPTOR`, with a connected socket.
"""

import atexit
import contextlib
import dataclasses
import gc
import importlib
import json
import os
import pathlib
import resource
import select
import signal
import socket
import sys
import time

from course_utils.grading import scratch

# Each further package makes every fork slower; what a lesson needs is imported by its setup.
_LIGHT = (
    "ast",
    "numpy",
    "numpy.fft",
    "numpy.linalg",
    "numpy.random",
    "course_utils.checks.calling",
    "course_utils.checks.encoding",
    "course_utils.grading.child",
)
_KERAS = ("keras", "tensorflow", "course_utils.checks.observing")
_LOOKS_EVERY = 0.03  # seconds
_MEGABYTE = 2**20
_LARGEST_FILE = 64 * _MEGABYTE
_LARGEST_FOLDER = 128 * _MEGABYTE
_MOST_DESCRIPTORS = 256
_WALLS_ARE_UP = b"walls"
_LONGEST_REASON = 300  # bytes
_ADDRESSES = 1.5  # address space that a child may add, as a multiple of its memory; what is mapped is not yet used


@dataclasses.dataclass(frozen=True)
class Walls:
    """What a child may touch.

    Args:
        readable (tuple of str): files and folders to read.
        work (str): the folder to write in; it is emptied after each child.
        confined (bool): whether Landlock and the seccomp filter are put on; False only for trusted submissions.
    """

    readable: tuple[str, ...]
    work: str
    confined: bool


def _limit(kind: int, value: int) -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (value, value))


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _private_bytes(pid: int) -> int:
    """Return the memory that a process has to itself: what it has written to since the fork, shared mappings too."""
    total = 0
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith(("RssAnon:", "RssShmem:")):
                    total += int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return total


def confine(walls: Walls, seconds: float, memory_mb: float) -> None:
    """Take from this process whatever an exercise does not need, for good.

    Args:
        walls (Walls): what may be touched.
        seconds (float): CPU time.
        memory_mb (float): memory in addition to what the process has now.
    """
    os.chdir(walls.work)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, _LARGEST_FILE)
    _limit(resource.RLIMIT_NOFILE, _MOST_DESCRIPTORS)
    _limit(resource.RLIMIT_CPU, int(seconds) * 4 + 10)
    _limit(resource.RLIMIT_AS, _address_space() + int(memory_mb * _ADDRESSES * _MEGABYTE))
    if walls.confined:
        from course_utils.grading import capabilities, landlock, seccomp

        landlock.restrict((*walls.readable, "/proc/self"), (walls.work, "/dev/null"))
        capabilities.drop()
        seccomp.restrict()


class _Child:
    """A running child as the zygote sees it."""

    def __init__(self, number: int, pid: int, request: dict):
        self.number, self.pid = number, pid
        self.deadline = time.monotonic() + request["seconds"]
        self.most = _private_bytes(pid) + request["memory_mb"] * _MEGABYTE
        self.why = ""

    def look(self, work: str) -> None:
        """Kill the child when it has used up what it was given."""
        if self.why:
            return
        if time.monotonic() > self.deadline:
            self.why = "timed out"
        elif _private_bytes(self.pid) > self.most:
            self.why = "memory"
        elif scratch.is_over(work, self.pid, _LARGEST_FOLDER):
            self.why = "disk"
        if self.why:
            self.kill()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def _receive(connection: socket.socket) -> tuple[dict, list[int]] | None:
    """Return the next request and the descriptor that came with it; None when the grader is gone."""
    head, descriptors, _, _ = socket.recv_fds(connection, 4, 1)
    if not head:
        return None
    length, body = int.from_bytes(head, "big"), b""
    while len(body) < length:
        data = connection.recv(length - len(body))
        if not data:
            return None
        body += data
    return json.loads(body), descriptors


def _tell(connection: socket.socket, message: dict) -> None:
    connection.sendall(json.dumps(message).encode() + b"\n")


def _watch(child: _Child, connection: socket.socket, work: str) -> dict | None:
    """Wait until a child has ended; return how, or None when the grader went away meanwhile."""
    started_usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        watched = os.pidfd_open(child.pid)
    except OSError:
        watched = None
    while True:
        pid, status = os.waitpid(child.pid, os.WNOHANG)
        if pid:
            break
        ready, _, _ = select.select([connection, *([watched] if watched is not None else [])], [], [], _LOOKS_EVERY)
        if connection in ready:
            if not connection.recv(1, socket.MSG_PEEK):
                child.kill()
                os.waitpid(child.pid, 0)
                return None
            request = _receive(connection)
            if request and request[0].get("stop") == child.number:
                child.why = child.why or "stopped"
                child.kill()
        child.look(work)
    if watched is not None:
        os.close(watched)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = usage.ru_utime + usage.ru_stime - started_usage.ru_utime - started_usage.ru_stime
    code = os.waitstatus_to_exitcode(status)
    return {"child": child.number, "code": code, "why": child.why, "cpu_seconds": round(cpu, 4)}


def _become_child(descriptor: int, told: int, connection: socket.socket, request: dict, walls: Walls) -> None:
    """Put the walls up, say so, and only then run anything of a student's; without walls, say why and end."""
    try:
        connection.close()
        own = socket.socket(fileno=descriptor)
        own.set_inheritable(False)
        from course_utils.grading import child

        try:
            confine(walls, request["seconds"], request["memory_mb"])
        except BaseException as error:
            os.write(told, str(error).encode("utf-8", "replace")[:_LONGEST_REASON])
            return
        os.write(told, _WALLS_ARE_UP)
        os.close(told)
        child.run(own)
    finally:
        os._exit(0)


def _why_no_walls(told: int) -> str:
    """Return why a child that has ended had no walls; "" when it had them."""
    said = os.read(told, _LONGEST_REASON)
    return "" if said == _WALLS_ARE_UP else said.decode("utf-8", "replace") or "its process ended before they stood"


def preload(keras: bool, setups: list[str]) -> None:
    """Import what lessons import, in one thread.

    Args:
        keras (bool): whether Keras too.
        setups (list of str): code of the lessons' setup cells, of which the imports are run.
    """
    for name in (*_LIGHT, *(_KERAS if keras else ())):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    from course_utils.grading import program

    for setup in setups:
        exec(program.imports(setup), {"__name__": "__preloaded__"})
        program.prepared(setup)
    if "course_utils.datasets" in sys.modules:
        sys.modules["course_utils.datasets"].manifest()
    if keras:
        import keras as keras_package

        # Attributes that load on demand would read files that a child may not need to read later.
        _ = keras_package.layers, keras_package.ops, keras_package.models
    gc.collect()
    gc.freeze()  # else every child's first collection would write to, and so copy, all these pages


def _leave(work: str) -> None:
    with contextlib.suppress(OSError):
        scratch.empty(work)
        os.rmdir(work)


def serve(connection: socket.socket) -> None:
    """Fork children on request until the grader goes away."""
    received = _receive(connection)
    if received is None:
        return
    settings = received[0]
    walls = Walls(tuple(settings["readable"]), settings["work"], settings["confined"])
    atexit.register(_leave, walls.work)  # a grader that was killed cannot; a child ends without it
    preload(settings["keras"], settings["setups"])
    threads = len(os.listdir("/proc/self/task"))
    _tell(connection, {"ready": threads == 1, "threads": threads})
    while True:
        received = _receive(connection)
        if received is None:
            return
        request, descriptors = received
        if not descriptors:
            continue  # a word about a child that has ended already
        heard, told = os.pipe()
        try:
            pid = os.fork()
        except OSError as error:
            os.close(heard)
            os.close(told)
            os.close(descriptors[0])
            why = f"cannot fork: {error.strerror}"
            _tell(connection, {"child": request["child"], "code": -1, "why": why, "clean": True})
            continue
        if pid == 0:
            os.close(heard)
            _become_child(descriptors[0], told, connection, request, walls)
        os.close(descriptors[0])
        os.close(told)
        child = _Child(request["child"], pid, request)
        try:
            ended = _watch(child, connection, walls.work)
        except BaseException:
            child.kill()
            raise
        clean = scratch.empty(walls.work)
        no_walls = "" if ended is None or ended["why"] else _why_no_walls(heard)
        os.close(heard)
        if ended is None:
            return
        _tell(connection, {**ended, "clean": clean, "no_walls": no_walls})


def main() -> None:
    """Serve on the connected socket that the first argument names."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader, which then ends this process
    with contextlib.suppress(OSError):  # if the machine runs out of memory, this process goes before others
        pathlib.Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
