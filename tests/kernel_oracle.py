"""The slow oracle: a notebook runs in a fresh Jupyter kernel behind walls, and what its functions do there is marked.

Nothing of the quick way of running is used: no choice of cells, no fork, no preloaded process. Only the judging is the
same. A cell or a call that ends the kernel, or does not end itself, is left out of the next kernel, in which everything
else runs again.
"""

import contextlib
import dataclasses
import functools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

import grading_desk
import jupyter_client
import nbclient
import nbformat
import psutil
from jupyter_client import kernelspec
from nbclient import exceptions

from course_utils.grading import marking, reference, sandbox, scratch, submission

SECONDS = 60
_MARK = "what came of it: "
_MOST_LIVES = 3
_LARGEST_FOLDER = 128 * 2**20
_LONGEST_OUTPUT = 16 * 2**20  # letters; a network of the lessons takes less than one million
_LOOKS_EVERY = 0.03  # seconds
_MEMORY_MB, _MEMORY_MB_WITH_KERAS = 1500, 8000  # address space; libraries map much that they do not use
_BLANK = ("ellipsis", "none")
# The inner wall but for the filter of system calls: a kernel cannot begin without sockets. These are files in its
# folder.
_LAUNCH = """
import json, os, sys
work, readable, memory_mb = sys.argv.pop(1), json.loads(sys.argv.pop(1)), float(sys.argv.pop(1))
from course_utils.grading import capabilities, landlock, zygote
zygote.confine(zygote.Walls((), work, False), 300, memory_mb)
os.environ.pop("JPY_PARENT_PID", None)
landlock.restrict((*readable, "/proc/self"), (work, "/dev/null"))
capabilities.drop()
from ipykernel import kernelapp
kernelapp.launch_new_instance()
"""
# The first cell: the rest of the wall, and what the questions at the end need.
_BEGIN = f"""
def _wall():
    import json
    from course_utils.checks import encoding, observing
    from course_utils.grading import child, seccomp
    shell, dumps, loads, show, nothing = get_ipython(), json.dumps, json.loads, print, object()

    def ask(name, kind, index, case):
        case = loads(case)
        if not index:
            child._same_every_time()
        thing = shell.user_ns.get(name, nothing)
        if kind == "answer":
            found = [] if thing is nothing else [encoding.encode(thing)]
        else:
            found = [child._call(thing, case)] if callable(thing) else []
        show({_MARK!r} + dumps(found))

    seccomp.restrict()
    return ask
_ask = _wall()
del _wall
"""


@dataclasses.dataclass(frozen=True)
class _Question:
    """What a kernel is asked at the end: one case of an exercise, or the answer that it is."""

    exercise: reference.Exercise
    index: int

    @property
    def code(self) -> str:
        case = {}
        if self.exercise.kind == "function":
            whole = self.exercise.cases[self.index]
            case = {key: whole[key] for key in ("arguments", "by_keyword", "observe") if key in whole}
        return f"_ask({self.exercise.name!r}, {self.exercise.kind!r}, {self.index}, {json.dumps(case)!r})"


@dataclasses.dataclass(frozen=True)
class _Run:
    """The outputs of the cells that were begun, and how the last of them ended the kernel, "" when none did."""

    outputs: list[list[dict]]
    ended: str = ""


class _FolderWatch(threading.Thread):
    """Kills a kernel that takes more disk than an exercise may."""

    def __init__(self, work: str, num_processes: int):
        super().__init__(daemon=True)
        self._work, self._num_processes, self._over = work, num_processes, threading.Event()

    def run(self) -> None:
        pids: list[int] = []
        while not self._over.wait(_LOOKS_EVERY):
            if len(pids) < self._num_processes:  # to look for them costs more than to look at them
                pids = self._kernels()
            held = (scratch.num_open_bytes(pid, _LARGEST_FOLDER) for pid in pids)
            if (
                scratch.num_bytes(self._work, _LARGEST_FOLDER) > _LARGEST_FOLDER
                or max(held, default=0) > _LARGEST_FOLDER
            ):
                for pid in self._kernels():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

    def _kernels(self) -> list[int]:
        found = psutil.process_iter(["pid", "cmdline"])
        return [one.info["pid"] for one in found if self._work in (one.info["cmdline"] or ())]

    def stop(self) -> None:
        """End."""
        self._over.set()
        self.join()


@contextlib.contextmanager
def _kernel(keras: bool):
    """Give the manager of a kernel that is started behind walls, and end it."""
    work = tempfile.mkdtemp(prefix="oracle-", dir="/tmp")  # short: the path of a socket has at most 108 letters
    # A shell comes first, so that a kernel is not the first process of its namespace, which may look at itself.
    outer = [*sandbox._unshare(), "sh", "-c", '"$@"; exit', "sh"] if sandbox._works(sandbox._unshare()) else []
    memory_mb = _MEMORY_MB_WITH_KERAS if keras else _MEMORY_MB
    given = [work, json.dumps(sandbox.readable()), str(memory_mb), "-f", "{connection_file}"]
    manager = jupyter_client.AsyncKernelManager(
        transport="ipc", ip=f"{work}/s", connection_file=f"{work}/connection.json"
    )
    manager.client_factory = _WithoutHeartbeat
    command = [*outer, sys.executable, "-P", "-c", _LAUNCH, *given]
    manager._kernel_spec = kernelspec.KernelSpec(argv=command, display_name="walled", language="python")
    environment = {**sandbox.environment(work, keras), "IPYTHONDIR": work, "JUPYTER_RUNTIME_DIR": work}
    watch = _FolderWatch(work, num_processes=3 if outer else 1)  # unshare, the shell, Python
    watch.start()
    try:
        yield manager, environment
    finally:
        watch.stop()
        scratch.empty(work)
        shutil.rmtree(work, ignore_errors=True)


class _WithoutHeartbeat(jupyter_client.AsyncKernelClient):
    """Waits for no heartbeat: a kernel that has written noise to its sockets would make the thread for it hang."""

    def start_channels(self, *given, **named):
        super().start_channels(*given, **{**named, "hb": False})


class _Client(nbclient.NotebookClient):
    """Forgets what a cell prints beyond what an answer can be."""

    def process_message(self, msg, cell, cell_index):
        printed = msg["content"].get("text", "") if msg["msg_type"] == "stream" else ""
        if len(printed) + sum(len(output.get("text", "")) for output in cell.outputs) < _LONGEST_OUTPUT:
            return super().process_message(msg, cell, cell_index)
        return None


def _run(cells: list[str], keras: bool = False, seconds: float = SECONDS) -> _Run:
    """Run cells in a fresh kernel, one after the other, whatever stops."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    begun, ended = [0], ""
    own_wall_and_setup = cells[:2]
    with _kernel(keras) as (manager, environment):
        client = _Client(
            notebook,
            km=manager,
            allow_errors=True,
            timeout_func=lambda cell: SECONDS if cell.source in own_wall_and_setup else seconds,
            shutdown_kernel="immediate",
            on_cell_start=lambda cell, cell_index: begun.__setitem__(0, cell_index + 1),
        )
        try:
            # Without cleanup_kc a kernel whose manager was given to nbclient would go on.
            client.execute(env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cleanup_kc=True)
        except exceptions.CellTimeoutError:
            ended = "timed out"
        except Exception:  # the kernel is dead, or a cell has written noise to what it is heard by
            ended = "crashed"
    return _Run([cell.outputs for cell in notebook.cells[: begun[0]]], ended)


def _printed(outputs: list[dict]) -> str:
    return "".join(output.get("text", "") for output in outputs if output.get("name") == "stdout")


def printed(code: str) -> str:
    """Return what a cell prints in a fresh kernel behind walls."""
    return _printed(_run([_BEGIN, code]).outputs[1])


def _error(outputs: list[dict]) -> dict:
    names = [output["ename"] for output in outputs if output.get("output_type") == "error"]
    return {"raised": names[0]} if names else {}


def _answered(outputs: list[dict]) -> list[dict]:
    """Return what a kernel says of a question: nothing unless it is one line of sound data, believed in nothing."""
    lines = [line for line in _printed(outputs).splitlines() if line.startswith(_MARK)]
    try:
        found = json.loads(lines[0].removeprefix(_MARK)) if len(lines) == 1 else []
    except (ValueError, RecursionError):
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


@functools.cache
def _only_show() -> frozenset[str]:
    """Return the code of all cells that are handed out and are no exercise: a setup runs once anyhow, the rest show."""
    found = set()
    for path in (grading_desk.ROOT / "lessons").glob("*.ipynb"):
        for cell in submission.read(path.read_bytes(), path.name).cells:
            if not cell.exercise:
                found.add(cell.source)
    return frozenset(found)


def _kept(handed_in: submission.Submission, exercises) -> list[submission.Cell]:
    """Return the cells to run: all but those that only show, and those left blank whose answer stands elsewhere."""
    blank: set[str] = set()
    for exercise in exercises:
        own = {handed_in.cells[place].label for place in submission.own_cells(handed_in, exercise)}
        if submission.worked_on(handed_in, exercise, submission.own_cells(handed_in, exercise)):
            blank |= {
                cell.label
                for cell in handed_in.cells
                if submission._is_released(cell, exercise) and (cell.label not in own or len(exercise.released) == 1)
            }
    kept = (cell for cell in handed_in.cells if cell.source not in _only_show() and cell.label not in blank)
    return [cell for cell in kept if not submission._is_check(cell)]


class _Kernels:
    """Runs one notebook in as many kernels as it takes, and keeps what was found."""

    def __init__(self, setup: str, cells: list[submission.Cell], exercises, keras: bool, seconds: float):
        self._setup, self._cells, self._keras, self._seconds = setup, cells, keras, seconds
        self._left = [
            _Question(exercise, index)
            for exercise in exercises
            for index in range(len(exercise.cases) if exercise.kind == "function" else 1)
        ]
        self.found: dict[tuple[str, int], list[dict]] = {}
        self.errors: dict[str, dict] = {}  # by the label of a cell
        self.cell_ends: dict[str, str] = {}
        self.question_ends: dict[str, str] = {}  # by the number of an exercise
        self._lives: dict[str, int] = {}

    def run(self) -> None:
        while self._left:
            cells = [cell for cell in self._cells if cell.label not in self.cell_ends]
            codes = [_BEGIN, self._setup, *(cell.source for cell in cells), *(one.code for one in self._left)]
            done = _run(codes, self._keras, self._seconds)
            whole = done.outputs if not done.ended else done.outputs[:-1]
            for begins, outputs in zip(("the wall", "the setup"), whole[:2], strict=False):
                assert not _error(outputs), f"{begins}: {outputs}"
            for cell, outputs in zip(cells, whole[2:], strict=False):
                self.errors[cell.label] = _error(outputs)
            asked = whole[2 + len(cells) :]
            for question, outputs in zip(self._left, asked, strict=False):
                self.found[question.exercise.number, question.index] = _answered(outputs)
            if not done.ended:
                return
            at = len(done.outputs) - 3
            assert at >= 0, f"the kernel {done.ended} before anything of a student's was run"
            if at < len(cells):
                self.cell_ends[cells[at].label] = done.ended
                continue
            self._given_up(self._left[len(asked)], done.ended)
            self._left = self._left[len(asked) + 1 :]

    def _given_up(self, question: _Question, ended: str) -> None:
        number = question.exercise.number
        self.question_ends.setdefault(number, ended)
        self._lives[number] = self._lives.get(number, 0) + 1
        if self._lives[number] == _MOST_LIVES:
            self._left = [one for one in self._left if one.exercise.number != number or one.index <= question.index]


def _mark(handed_in: submission.Submission, exercise: reference.Exercise, setup: str, ran: _Kernels, at):
    places = submission.own_cells(handed_in, exercise)
    own = [handed_in.cells[place] for place in places]
    blank = marking.Mark(exercise.number, marking.NOT_ATTEMPTED, 0.0, exercise.points)
    if not submission.worked_on(handed_in, exercise, places):
        return blank
    ended = ran.question_ends.get(exercise.number, "")
    ended = ended or next((ran.cell_ends[cell.label] for cell in own if cell.label in ran.cell_ends), "")
    nothing = [{"event": "no answer", **(ran.errors.get(own[-1].label, {}) if own else {})}]
    nothing = [] if ended else nothing
    metered = marking._Metered(at)
    if exercise.kind == "answer":
        events = nothing
        for value in ran.found.get((exercise.number, 0), ()):
            kind = "blank" if value.get("kind") in _BLANK else "answer"
            events = [{"event": kind, "value": value}]
        return marking._mark_answer(exercise, events, ended, blank)
    outcomes = {
        index: ran.found[exercise.number, index][0]
        for index in range(len(exercise.cases))
        if ran.found.get((exercise.number, index))
    }
    return marking._mark_function(exercise, setup, outcomes, [] if outcomes else nothing, ended, metered, blank)


def mark(
    handed_in: submission.Submission, exercises, setup: str, keras: bool = False, at=None, seconds: float = SECONDS
) -> list[marking.Mark]:
    """Mark exercises of a submission in fresh kernels.

    Args:
        handed_in (submission.Submission): the notebook.
        exercises (sequence of reference.Exercise): what it is marked by.
        setup (str): the lesson's setup.
        keras (bool): whether the lesson needs Keras. Default False.
        at (desk.Desk): where the networks are looked at that come out of the kernel. Default nowhere.
        seconds (float): that one cell or one call may take. Default 60.
    """
    ran = _Kernels(setup, _kept(handed_in, exercises), exercises, keras, seconds)
    ran.run()
    marks = [_mark(handed_in, exercise, setup, ran, at) for exercise in exercises]
    return [dataclasses.replace(one, cpu_seconds=0.0, wall_seconds=0.0) for one in marks]


def exists(path: pathlib.Path) -> bool:
    """Return whether a kernel behind walls can see what is in a file."""
    return "seen" in printed(f"open({str(path)!r}).read()\nprint('seen')")
