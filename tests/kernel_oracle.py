"""The slow oracle: a notebook runs in a fresh Jupyter kernel behind walls, and what its functions do there is marked.

Nothing of the quick way of running is used: no choice of cells, no fork, no preloaded process. Only the judging is the
same. Hidden inputs are given to the kernel, so this is for submissions that tests made.
"""

import contextlib
import dataclasses
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import jupyter_client
import nbclient
import nbformat
from jupyter_client import kernelspec

from course_utils.grading import marking, reference, sandbox

_SECONDS = 60
_MARK = "what came of it: "
# The inner wall but for the filter of system calls: a kernel cannot do without sockets. These are files in its folder.
_LAUNCH = """
import json, os, sys
work, readable = sys.argv.pop(1), json.loads(sys.argv.pop(1))
from course_utils.grading import capabilities, landlock
os.chdir(work)
os.environ.pop("JPY_PARENT_PID", None)
landlock.restrict((*readable, "/proc"), (work, "/dev/null"))
capabilities.drop()
from ipykernel import kernelapp
kernelapp.launch_new_instance()
"""
# What a kernel is asked at the end; `NAME`, `CASES` and `KIND` are filled in.
_ASK = """
import json as _json
from course_utils.checks import encoding as _encoding
from course_utils.grading import child as _child
_thing, _cases, _found = get_ipython().user_ns.get({name!r}, _json), _json.loads({cases!r}), []
if {kind!r} == "answer":
    _found = [_encoding.encode(_thing)] if _thing is not _json else []
elif callable(_thing):
    _found = [_child._call(_thing, _case) for _case in _cases]
print({mark!r} + _json.dumps(_found))
"""


@contextlib.contextmanager
def _kernel():
    """Give the manager of a kernel that is started behind walls, and end it."""
    work = tempfile.mkdtemp(prefix="oracle-", dir="/tmp")  # short: the path of a socket has at most 108 letters
    outer = sandbox._unshare() if sandbox._works(sandbox._unshare()) else []
    readable = json.dumps(sandbox.readable())
    command = [*outer, sys.executable, "-P", "-c", _LAUNCH, work, readable, "-f", "{connection_file}"]
    manager = jupyter_client.AsyncKernelManager(
        transport="ipc", ip=f"{work}/s", connection_file=f"{work}/connection.json"
    )
    manager._kernel_spec = kernelspec.KernelSpec(argv=command, display_name="walled", language="python")
    environment = {**sandbox.environment(work, keras=False), "IPYTHONDIR": work, "JUPYTER_RUNTIME_DIR": work}
    try:
        yield manager, environment
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _run(cells: list[str]) -> list[list[dict]]:
    """Return the outputs of cells that run in a fresh kernel, one after the other, whatever stops."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    with _kernel() as (manager, environment):
        client = nbclient.NotebookClient(
            notebook, km=manager, allow_errors=True, timeout=_SECONDS, shutdown_kernel="immediate"
        )
        # Without cleanup_kc a kernel whose manager was given to nbclient would go on.
        client.execute(env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cleanup_kc=True)
    return [cell.outputs for cell in notebook.cells]


def _printed(outputs: list[dict]) -> str:
    return "".join(output.get("text", "") for output in outputs if output.get("name") == "stdout")


def printed(code: str) -> str:
    """Return what a cell prints in a fresh kernel behind walls."""
    return _printed(_run([code])[0])


def _error(outputs: list[dict]) -> dict:
    names = [output["ename"] for output in outputs if output.get("output_type") == "error"]
    return {"raised": names[0]} if names else {}


def mark(content: bytes, by: reference.Reference) -> list[marking.Mark]:
    """Mark the bytes of a sound notebook of a lesson that needs no Keras.

    Args:
        content (bytes): of the notebook.
        by (reference.Reference): what it is marked by.
    """
    cells = [cell for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    asked = []
    for exercise in by.exercises:
        inputs = [{key: case[key] for key in ("arguments", "by_keyword") if key in case} for case in exercise.cases]
        asked.append(_ASK.format(name=exercise.name, cases=json.dumps(inputs), kind=exercise.kind, mark=_MARK))
    outputs = _run([*sources, *asked])
    marks = []
    for exercise, said in zip(by.exercises, outputs[len(cells) :], strict=True):
        (line,) = [line for line in _printed(said).splitlines() if line.startswith(_MARK)]
        found = json.loads(line.removeprefix(_MARK))
        own = [output for cell, output in zip(cells, outputs, strict=False) if cell.get("id") in exercise.cell_ids]
        blank = marking.Mark(exercise.number, marking.NOT_ATTEMPTED, 0.0, exercise.points)
        nothing = [{"event": "no answer", **(_error(own[-1]) if own else {})}]
        if exercise.kind == "answer":
            events = nothing
            if found:
                kind = "blank" if found[0]["kind"] in ("ellipsis", "none") else "answer"
                events = [{"event": kind, "value": found[0]}]
            marks.append(marking._mark_answer(exercise, events, "", blank))
        else:
            outcomes = dict(enumerate(found))
            others = [] if found else nothing
            marks.append(marking._mark_function(exercise, by.setup, outcomes, others, "", None, blank))
    return [dataclasses.replace(one, cpu_seconds=0.0, wall_seconds=0.0) for one in marks]


def exists(path: pathlib.Path) -> bool:
    """Return whether a kernel behind walls can see what is in a file."""
    return "seen" in printed(f"open({str(path)!r}).read()\nprint('seen')")
