"""Execute a notebook from top to bottom without a browser and tell what it printed, claimed and used."""

import copy
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable

import ipykernel.kernelspec
import jupyter_client
import nbclient
import nbformat
from jupyter_client import kernelspec, provisioning

from course_utils.execution import forked_kernels, measure

# Importing the package is what installs the guard, and a notebook that never does so must not escape it.
_OFFLINE_ARGUMENTS = ["--IPKernelApp.exec_lines=__import__('course_utils')"]


@dataclasses.dataclass(frozen=True)
class RunResult:
    """A notebook that was run.

    Args:
        notebook (nbformat.NotebookNode): a copy of the notebook with this run's outputs, counted 1..n.
        seconds (float): wall time from asking for the kernel to the last reply.
        cpu_seconds (float): CPU time of the kernel; a forked kernel does not pay for the imports made before it.
        peak_mb (float): the kernel's peak memory in MB.
        events (list of dict): what `course_utils.results` recorded: claims and checks, in order.
        error (str or None): why the run stopped early; None when it reached the end.
        kernel (str): "forked" from a preloaded process, or "ordinary".
    """

    notebook: nbformat.NotebookNode
    seconds: float
    cpu_seconds: float
    peak_mb: float
    events: list[dict]
    error: str | None
    kernel: str


class _ThisInterpreter(kernelspec.KernelSpecManager):
    """Starts kernels of the running Python, whatever kernels the user has installed under the same name."""

    def get_kernel_spec(self, kernel_name: str) -> kernelspec.KernelSpec:
        return self.kernel_spec_class(
            resource_dir=ipykernel.kernelspec.RESOURCES, **ipykernel.kernelspec.get_kernel_dict()
        )


def _blank_copy(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Join pieces of one stream that follow each other: where a print is cut depends on the clock."""
    joined: list[nbformat.NotebookNode] = []
    for output in outputs:
        if joined and output.output_type == "stream" and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def read_events(path: pathlib.Path) -> list[dict]:
    """Return the events that `course_utils.results` wrote to a file, none when there is no file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def ending(provisioner: provisioning.KernelProvisionerBase) -> str:
    """Return how a kernel's process ended, in words: "signal SIGKILL (perhaps out of memory)", "exit status 3"."""
    status = getattr(getattr(provisioner, "process", None), "returncode", None)
    if status is None:
        return "cause unknown"
    if status >= 0:
        return f"exit status {status}"
    name = signal.Signals(-status).name
    return f"signal {name} (perhaps out of memory)" if name == "SIGKILL" else f"signal {name}"


def _explain(error: Exception, index: int, timeout: float, ended: str) -> str:
    where = f"cell {index + 1}"
    if isinstance(error, nbclient.exceptions.CellExecutionError):
        return f"{where} stopped with {error.ename}: {error.evalue}"
    if isinstance(error, nbclient.exceptions.CellTimeoutError):
        return f"{where} took longer than {timeout:g} s"
    if isinstance(error, nbclient.exceptions.DeadKernelError):
        return f"the kernel died in {where}: {ended}"
    return f"{where} could not be run: {error}"


def run(
    notebook: nbformat.NotebookNode,
    *,
    folder: pathlib.Path | str,
    environment: dict[str, str] | None = None,
    timeout_per_cell: float = 180,
    on_progress: Callable[[int, int], None] | None = None,
    on_events: Callable[[list[dict]], None] | None = None,
    allow_errors: bool = False,
) -> RunResult:
    """Execute a notebook in a kernel of its own.

    The kernel is forked from a preloaded process inside `forked_kernels.preloaded()`, and an ordinary one
    elsewhere. The notebook that is given stays as it is.

    Args:
        notebook (nbformat.NotebookNode): what to run; stored outputs are ignored.
        folder (path): the kernel's working directory.
        environment (dict, default None): variables that the kernel gets on top of this process's own;
            COURSE_RESULTS, COURSE_PROGRESS and IPYTHONDIR are set here.
        timeout_per_cell (float, default 180): seconds that a cell may take.
        on_progress (function, default None): called as on_progress(cell_index, total) before each cell, from 0,
            and at the end with both equal.
        on_events (function, default None): called after each code cell with all events recorded so far.
        allow_errors (bool, default False): go on after a cell that raises.

    Returns:
        A RunResult; a run that stopped early has its reason in `error` and the cells after it have no outputs.

    Example:
        >>> from nbformat import v4
        >>> result = run(v4.new_notebook(cells=[v4.new_code_cell("print(6 * 7)")]), folder=".")
        >>> result.notebook.cells[0].outputs[0].text, result.error
        ('42\\n', None)
    """
    notebook = _blank_copy(notebook)
    total = len(notebook.cells)
    error, seconds, usage, kernel, ended = None, 0.0, measure.Usage(0.0, 0.0), "ordinary", ""
    with tempfile.TemporaryDirectory(prefix="course-run-", ignore_cleanup_errors=True) as scratch:
        results = pathlib.Path(scratch) / "results.jsonl"
        variables = {
            "TF_CPP_MIN_LOG_LEVEL": "3",
            **os.environ,
            **(environment or {}),
            **forked_kernels.kernel_environment(notebook),
            "COURSE_RESULTS": str(results),
            "COURSE_PROGRESS": "off",
            "IPYTHONDIR": str(pathlib.Path(scratch) / "ipython"),
        }
        client = nbclient.NotebookClient(
            notebook,
            km=jupyter_client.AsyncKernelManager(kernel_spec_manager=_ThisInterpreter()),
            timeout=timeout_per_cell,
            allow_errors=allow_errors,
            record_timing=False,
            shutdown_kernel="immediate",
            extra_arguments=_OFFLINE_ARGUMENTS if variables.get("COURSE_OFFLINE") == "1" else [],
        )
        started = time.perf_counter()
        index = 0
        try:
            with client.setup_kernel(env=variables, cwd=str(folder), stderr=subprocess.DEVNULL, cleanup_kc=True):
                kernel = "forked" if getattr(client.km.provisioner, "forked", False) else "ordinary"
                meter = measure.Meter(client.km.provisioner.pid)
                try:
                    for index, cell in enumerate(notebook.cells):
                        if on_progress:
                            on_progress(index, total)
                        client.execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
                        if on_events and cell.cell_type == "code":
                            on_events(read_events(results))
                finally:
                    seconds = time.perf_counter() - started
                    usage = meter.read()
                    meter.close()
                    ended = ending(client.km.provisioner)
        except (nbclient.exceptions.CellControlSignal, RuntimeError) as problem:
            error = _explain(problem, index, timeout_per_cell, ended)
        events = read_events(results)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    if on_progress and error is None:
        on_progress(total, total)
    return RunResult(notebook, seconds, usage.cpu_seconds, usage.peak_mb, events, error, kernel)
