"""Without walls nothing of a student's runs: where the kernel refuses one, the child ends and the run says so.

The refusals are real: a filter of the kernel, as hosts of containers use it, is put on before the sandbox starts.
"""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys
import textwrap

import grading_desk
import psutil
import pytest

from course_utils.grading import class_run, desk, engine, marking, sandbox, seccomp

LESSON, NUMBER = "00", "0.3"
BUBBLEWRAP = shutil.which("bwrap")

pytestmark = pytest.mark.skipif(not sandbox.found().inner, reason="this system has no sandbox for strangers' code")

# Becomes another program for which one system call (with one first argument) is refused from then on.
_WITHOUT = """
import ctypes, os, struct, sys
number, argument, error = map(int, sys.argv[1:4])
load, equal, give = 0x20, 0x15, 0x06
lines = [(load, 0, 0, 0), (equal, 0, 3, number), (load, 0, 0, 16), (equal, 0, 1, argument),
         (give, 0, 0, 0x00050000 | error), (give, 0, 0, 0x7FFF0000)]
code = b"".join(struct.pack("=HBBI", op, yes, no, value) for op, yes, no, value in lines)
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
buffer = ctypes.create_string_buffer(code, len(code))
library = ctypes.CDLL(None, use_errno=True)
assert library.prctl(38, 1, 0, 0, 0) == 0
assert library.prctl(22, 2, ctypes.byref(Program(len(lines), ctypes.cast(buffer, ctypes.c_void_p))), 0, 0) == 0
os.execv(sys.argv[4], sys.argv[4:])
"""
_MACHINE = {"x86_64": 0, "aarch64": 1}[os.uname().machine] if seccomp.supported() else 0
_NO_SUCH_CALL, _NOT_PERMITTED = 38, 1
# What is refused: the number of the call on x86_64 and aarch64, its first argument, and the error.
_REFUSALS = {
    "the kernel makes no rules of Landlock": ((444, 444), 0, _NOT_PERMITTED),  # asking for its version still works
    "Landlock's rules take no effect": ((446, 446), None, _NO_SUCH_CALL),
    "the kernel takes no seccomp filter": ((157, 167), 22, _NOT_PERMITTED),
    "capabilities stay": ((126, 91), None, _NOT_PERMITTED),
}


def _without(name: str) -> list[str]:
    """Return what to put before a command so that the kernel refuses it something."""
    numbers, argument, error = _REFUSALS[name]
    number = numbers[_MACHINE]
    code = _WITHOUT
    if argument is None:  # whatever its argument
        code = code.replace("(equal, 0, 3, number), (load, 0, 0, 16), (equal, 0, 1, argument)", "(equal, 0, 1, number)")
    elif argument == 0:  # whatever is not null: the question for the version has a null there
        code = code.replace("(equal, 0, 1, argument)", "(equal, 1, 0, argument)")
    return [sys.executable, "-c", textwrap.dedent(code), str(number), str(argument or 0), str(error)]


def _request(folder: pathlib.Path) -> dict:
    """Return a request whose code leaves a trace outside if it is run without walls."""
    source = f"open({str(folder / 'trace')!r}, 'w').close()\nx = 6 * 7"
    cells = [{"label": "1", "source": source, "own": True}]
    return {"job": "exercise", "setup": "", "name": "x", "kind": "answer", "cells": cells}


@pytest.mark.parametrize("name", _REFUSALS)
def test_a_child_without_walls_ends_before_it_runs_anything(name, tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "command", lambda isolation, work: _without(name))
    with desk.Desk(False, grading_desk.walls(outer=False), 20, 300) as at:
        with pytest.raises(desk.DeskError, match=r"could not be put up \(.+\), so none of it was run"):
            at.ask(_request(tmp_path))
        assert list(tmp_path.iterdir()) == []
        monkeypatch.undo()
        reply = at.ask(_request(tmp_path))  # with walls it runs, and cannot leave its trace
    assert reply.ended == "well"
    assert reply.events[0]["value"] == {"kind": "int", "value": 42}
    assert list(tmp_path.iterdir()) == []


def test_the_same_code_runs_without_walls_for_an_instructor_who_trusts_it(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "command", lambda isolation, work: _without(next(iter(_REFUSALS))))
    with desk.Desk(False, sandbox.required(trusted=True), 20, 300) as at:
        reply = at.ask(_request(tmp_path))
    assert (reply.ended, reply.events[0]["value"]) == ("well", {"kind": "int", "value": 42})
    assert [path.name for path in tmp_path.iterdir()] == ["trace"]


@pytest.mark.parametrize("name", _REFUSALS)
def test_a_machine_that_refuses_a_wall_is_found_out_before_anything_is_graded(name):
    code = (
        "from course_utils.grading import sandbox\n"
        "assert not sandbox.found().inner\n"
        "assert not sandbox.required(trusted=True).inner\n"
        "try:\n    sandbox.required(trusted=False)\n"
        "except sandbox.NoSandbox as error:\n    print(error)"
    )
    done = subprocess.run([*_without(name), sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    assert "refused here, probably by the container's host" in done.stdout
    assert "--trusted" in done.stdout


def test_a_class_run_stops_with_words_and_gives_nobody_a_mark(tmp_path, monkeypatch):
    """A machine that loses its walls in the middle must not give 300 zeros."""
    (tmp_path / "in" / "Ana").mkdir(parents=True)
    source = grading_desk.source_of(LESSON)
    (tmp_path / "in" / "Ana" / f"{source.stem}.ipynb").write_bytes(
        grading_desk.as_bytes(grading_desk.answered(LESSON, {NUMBER: grading_desk.right_code(LESSON, NUMBER)}))
    )
    plan = class_run.Plan(tmp_path / "in", tmp_path / "out", jobs=1, limits=engine.Limits(seconds=20), seed=7)
    monkeypatch.setattr(sandbox, "command", lambda isolation, work: _without("the kernel takes no seccomp filter"))
    with pytest.raises(desk.DeskError, match="seccomp filter"):
        class_run.run(plan, [source])
    assert not (tmp_path / "out" / "gradebook.csv").exists()
    monkeypatch.undo()
    summary = class_run.run(plan, [source])
    assert (summary.num_marked, summary.num_kept) == (1, 0)


@pytest.mark.parametrize(
    "code",
    ["os._exit(78)", "[os.write(n, b'no walls') for n in range(3, 40) if not attempt(n)]", "os.kill(os.getpid(), 9)"],
)
def test_no_submission_can_claim_that_its_walls_fell(code):
    """Else one student could stop the whole class from being graded."""
    attempt = "import os\ndef attempt(n):\n    try:\n        os.fstat(n)\n    except OSError:\n        return True\n"
    notebook = grading_desk.answered(LESSON, {NUMBER: f"{attempt}\n{code}"})
    mark = grading_desk.mark_of(LESSON, NUMBER, notebook, grading_desk.open_desk(LESSON, outer=False))
    assert mark.points == 0
    assert mark.status in (marking.CRASHED, marking.WRONG)


needs_bubblewrap = pytest.mark.skipif(not BUBBLEWRAP, reason="bubblewrap (bwrap) is not installed here")


@pytest.fixture(scope="module")
def in_bubblewrap():
    isolation = dataclasses.replace(sandbox.found(), outer="bubblewrap")
    if not sandbox._works(sandbox._bubblewrap()):
        pytest.skip("this system lets bubblewrap make no namespaces")
    by = grading_desk.reference_of(LESSON)
    with desk.Desk(by.keras, isolation, 20, 300, (by.setup,)) as opened:
        yield opened


@needs_bubblewrap
def test_bubblewrap_is_preferred_where_it_is_installed():
    assert sandbox.found().outer == "bubblewrap"
    assert "by bubblewrap" in str(sandbox.found())


@needs_bubblewrap
def test_in_bubblewrap_a_right_answer_passes_and_namespaces_are_its_own(in_bubblewrap):
    assert grading_desk.mark_of(LESSON, NUMBER, grading_desk.solved(LESSON), in_bubblewrap).status == marking.PASSED
    zygote = psutil.Process(in_bubblewrap._process.pid).children(recursive=True)[-1].pid
    for name in ("net", "pid", "ipc", "mnt", "uts"):
        assert os.readlink(f"/proc/{zygote}/ns/{name}") != os.readlink(f"/proc/self/ns/{name}")


@needs_bubblewrap
def test_what_is_written_in_bubblewrap_stays_in_its_memory_and_bubblewrap_ends_with_the_desk(in_bubblewrap):
    source = "open('left', 'w').write('x' * 1000)\nimport os\nx = sorted(os.listdir('.'))"
    request = {**_request(pathlib.Path("/tmp")), "cells": [{"label": "1", "source": source, "own": True}]}
    for _ in range(2):
        reply = in_bubblewrap.ask(request)
        assert reply.events[0]["value"]["items"] == [{"kind": "str", "value": "left"}]
        assert os.listdir(in_bubblewrap._folder) == []
    started = psutil.Process(in_bubblewrap._process.pid)
    below = [started, *started.children(recursive=True)]
    in_bubblewrap.close()
    assert psutil.wait_procs(below, timeout=20)[1] == []
