"""pytest plugin: every notebook is a test, every cell a test case, and a plain `pytest` runs all of it.

nbval does the work; this plugin decides how. Notebooks in solutions/ are compared with their stored outputs,
those in lessons/ only have to run. A lesson with Keras runs there in one thread and without oneDNN, and what it prints
outside its exercises and checks must be what its reference has stored: nothing printed depends on the machine. Each
notebook is held to the budget in its metadata. Kernels are forked from a preloaded process where that is possible. The
network is off, in this process and in the kernels. Loaded through `-p course_utils.pytest_notebooks` in pyproject.toml.

With pytest-xdist two workers share the files, unless single files or `-n` are named on the command line. Under
`--nbval` or `--nbval-lax` the notebooks are left to nbval and its own options.
"""

import contextlib
import os
import pathlib
import re
import tempfile
import time
from queue import Empty
from unittest import mock

import nbformat
import pytest

from course_utils import network_guard, profile
from course_utils.execution import forked_kernels, measure, runner

try:
    import nbval.kernel
    import nbval.plugin
except ImportError:
    raise pytest.UsageError('The tests need nbval: pip install -e ".[test]".') from None

WORKERS = 2
STRICT = {"solutions": True, "lessons": False}
_NOT_COMPARED = ("stderr", "text/html")
_SECONDS_BETWEEN_LOOKS = 0.5
_MAY_DIFFER = {"exercise", "check"}
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_preloaded = pytest.StashKey[contextlib.ExitStack]()


class KernelDiedError(RuntimeError):
    """The kernel is gone while a cell was running."""


class BudgetExceededError(AssertionError):
    """A notebook used more than its front matter grants."""


class WatchedKernel(nbval.kernel.RunningKernel):
    """nbval's kernel, whose death is noticed at once and not after the whole time of a cell."""

    def get_message(self, stream, timeout=None):
        """Return the next message; the same as nbval's but for the look at the kernel twice a second."""
        deadline = time.monotonic() + timeout if timeout is not None else float("inf")
        while True:
            wait = min(_SECONDS_BETWEEN_LOOKS, max(deadline - time.monotonic(), 0.0))
            try:
                return super().get_message(stream, timeout=wait)
            except Empty:
                if not self.is_alive():
                    raise KernelDiedError(runner.ending(self.km.provisioner)) from None
                if time.monotonic() >= deadline:
                    raise

    def off_the_network(self):
        """Install the network guard, also for a notebook that never imports course_utils."""
        code = "from course_utils import network_guard as _guard; _guard.install(); del _guard"
        self.await_reply(self.kc.execute(code, silent=True, store_history=False), timeout=60)


class Notebook(nbval.plugin.IPyNbFile):
    """A notebook of the course: its cells, then its budget."""

    def __init__(self, *args, strict, **kwargs):
        super().__init__(*args, **kwargs)
        self.strict = self.compare_outputs = strict
        self.skip_compare = (*self.skip_compare, *_NOT_COMPARED)
        self.stopped = ""
        self.meter = self.scratch = None
        self.plain = False

    def collect(self):
        """Yield nbval's cells, and the budget if the notebook states one."""
        cells = list(super().collect())  # reads self.nb
        told = {} if self.strict else self._what_the_reference_tells()
        for cell in cells:
            reference = told.get(cell.cell.get("id"))
            if reference and reference.source == cell.cell.source:
                cell.cell.outputs, cell.cell.execution_count = reference.outputs, reference.execution_count
                cell.options["check"] = True
            yield Cell.from_parent(self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell, options=cell.options)
        budget = self.nb.metadata.get("course", {}).get("budget")
        if budget:
            yield Budget.from_parent(self, name="budget", budget=budget)

    def _what_the_reference_tells(self):
        """Return the reference's cells by id, for a Keras lesson: this run of it is the plain one."""
        path = self.path.parent.parent / "solutions" / self.path.name
        if forked_kernels.kernel_environment(self.nb)[forked_kernels.PRELOAD_VARIABLE] != "keras" or not path.exists():
            return {}
        self.plain = True
        cells = nbformat.read(path, as_version=4).cells
        return {
            cell.id: cell
            for cell in cells
            if cell.cell_type == "code" and not _MAY_DIFFER & set(cell.metadata.get("tags", []))
        }

    def setup(self):
        """Start the kernel in the notebook's folder, off the network, with nothing of the user's own settings."""
        self.scratch = tempfile.TemporaryDirectory(prefix="course-test-", ignore_cleanup_errors=True)
        variables = {
            **forked_kernels.kernel_environment(self.nb),
            **(forked_kernels.plain_environment() if self.plain else {}),
            "COURSE_OFFLINE": "1",
            "COURSE_PROGRESS": "off",
            "IPYTHONDIR": self.scratch.name,
        }
        with (
            mock.patch.dict(os.environ, variables),
            mock.patch.object(nbval.plugin, "RunningKernel", WatchedKernel),
        ):
            # ipykernel shows less of what C libraries print when it finds this variable.
            os.environ.pop("PYTEST_CURRENT_TEST", None)
            super().setup()
        self.meter = measure.Meter(self.kernel.km.provisioner.pid)
        self.kernel.off_the_network()

    def teardown(self):
        """Stop the kernel; one that died by itself leaves channels and a connection file behind."""
        if self.kernel is not None and hasattr(self.kernel, "km") and not self.kernel.is_alive():
            self.kernel.kc.stop_channels()
            self.kernel.km.cleanup_resources()
        super().teardown()
        if self.meter:
            self.meter.close()
        if self.scratch:
            self.scratch.cleanup()


class Cell(nbval.plugin.IPyNbCell):
    """A cell; nothing more is asked of it once the kernel has died or the setup cell has failed."""

    def setup(self):
        if self.parent.stopped:
            pytest.skip(self.parent.stopped)
        super().setup()

    def runtest(self):
        """Run the cell; in a reference, outputs that were never stored are a failure too."""
        try:
            super().runtest()
        except KernelDiedError as error:
            self.parent.stopped = f"the kernel died in an earlier cell: {error}"
            self.raise_cell_error(f"The kernel died in this cell: {error}.")
        except nbval.plugin.NbCellError as error:
            if self.parent.plain and str(error) == "Cell outputs differ":
                self.raise_cell_error(
                    f"Cell {self.cell.id!r} prints other text in one thread and without oneDNN than its reference in "
                    "solutions/: print what is the same on every machine, and make measured numbers claims.",
                    error.inner_traceback,
                )
            if "setup" in self.cell.metadata.get("tags", []):
                self.parent.stopped = "the setup cell of this notebook failed"
            raise
        unrun = self.cell.source.strip() and self.cell.execution_count is None
        if self.parent.strict and unrun and not self.options["skip"]:
            self.raise_cell_error("This reference cell was stored without having been run; run `course build`.")

    def repr_failure(self, excinfo):
        """Return nbval's report behind one line that says it all; plain text unless on a terminal."""
        text = super().repr_failure(excinfo)
        if isinstance(excinfo.value, nbval.plugin.NbCellError):
            last = (excinfo.value.inner_traceback or "").strip().rpartition("\n")[2]
            text = f"{excinfo.value} {last}\n{text}"
        return text if self.config.get_terminal_writer().hasmarkup else _ANSI.sub("", text)


class Budget(pytest.Item):
    """What the notebook's kernel has used, held against what the notebook states."""

    def __init__(self, *, budget, **kwargs):
        super().__init__(**kwargs)
        self.budget = budget

    def runtest(self):
        if self.parent.stopped or profile.name() != "quick":
            pytest.skip(self.parent.stopped or "budgets are for the quick profile")
        usage = self.parent.meter.read()
        self.user_properties += [("cpu_seconds", round(usage.cpu_seconds, 2)), ("peak_mb", round(usage.peak_mb))]
        over = usage.over(self.budget)
        if over:
            raise BudgetExceededError(over)

    def repr_failure(self, excinfo):
        if excinfo.errisinstance(BudgetExceededError):
            return f"{self.path.name} is over its budget: {excinfo.value}."
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, None, f"{self.path.relative_to(self.config.rootpath)}::budget"


def _is_worker(config):
    return hasattr(config, "workerinput")


def pytest_configure(config):
    """Take this process off the network, and what it starts."""
    network_guard.install()
    os.environ["COURSE_OFFLINE"] = "1"


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config):
    """Share the files among two workers, unless the command line says how to run."""
    option = config.option
    if hasattr(option, "numprocesses") and not _is_worker(config):
        files_only = all(pathlib.Path(argument.split("::")[0]).is_file() for argument in config.args)
        if option.numprocesses is None and not (files_only or option.tx or option.collectonly or option.usepdb):
            option.numprocesses = WORKERS
        if option.numprocesses and option.dist == "no":
            option.dist = "loadfile"  # the cells of a notebook share a kernel
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    """Start the preloaded processes, before xdist starts the workers that inherit them."""
    if not _is_worker(session.config):
        stack = contextlib.ExitStack()
        stack.enter_context(forked_kernels.preloaded())
        session.config.stash[_preloaded] = stack


def pytest_unconfigure(config):
    """End the preloaded processes."""
    if _preloaded in config.stash:
        config.stash[_preloaded].close()


def pytest_ignore_collect(collection_path, config):
    """Leave the lesson sources alone: doctest would import, that is run, each of them."""
    if collection_path.suffix == ".py" and collection_path.parent == config.rootpath / "solutions":
        return True
    return None


def pytest_collect_file(file_path, parent):
    """Collect the notebooks of the course, strictly or laxly according to their folder."""
    option = parent.config.option
    if file_path.suffix != ".ipynb" or option.nbval or option.nbval_lax:
        return None
    if file_path.parent.parent != parent.config.rootpath or file_path.parent.name not in STRICT:
        return None
    return Notebook.from_parent(parent, path=file_path, strict=STRICT[file_path.parent.name])
