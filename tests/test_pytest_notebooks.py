"""The plugin at work on a small course of its own: each notebook shows one behaviour."""

import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import nbformat
import pytest
from nbformat import v4

from course_utils.execution import forked_kernels

SETTINGS = """
[pytest]
addopts = --doctest-modules -p course_utils.pytest_notebooks --nbval-current-env --nbval-cell-timeout=20
testpaths = tests solutions lessons
"""


def cell(source, stdout=None, count=1, stderr=None, html=None, tags=()):
    outputs = []
    for name, text in (("stdout", stdout), ("stderr", stderr)):
        if text is not None:
            outputs.append(v4.new_output("stream", name=name, text=text))
    if html is not None:
        outputs.append(v4.new_output("display_data", data={"text/plain": "a picture", "text/html": html}))
    return v4.new_code_cell(source, execution_count=count, outputs=outputs, metadata={"tags": list(tags)})


DISPLAY = """
from IPython.display import display
display({"text/plain": "a picture", "text/html": "<b>today</b>"}, raw=True)
"""
HUNGRY = """
import time
data = bytearray(400_000_000)
while time.process_time() < 1.5: pass
"""
NOTEBOOKS = {
    "solutions/right": [cell("print(6 * 7)", "42\n"), cell("print(1)", "1\n", count=2)],
    "solutions/wrong": [cell("print(6 * 7)", "41\n"), cell("print(1)", "1\n", count=2)],
    "lessons/wrong": [cell("print(6 * 7)", "41\n")],
    "lessons/raises": [cell("1 / 0", count=None), cell("print('goes on')", count=None)],
    "solutions/output_without_count": [cell("print(1)", "1\n", count=None)],
    "solutions/never_run": [cell("x = 1", count=None), cell("print(x)", "1\n", count=2)],
    "solutions/stderr": [cell("import sys; print('now', file=sys.stderr)", stderr="then\n")],
    "solutions/html": [cell(DISPLAY, html="<b>yesterday</b>")],
    "solutions/folder": [cell("import os; print(os.path.basename(os.getcwd()))", "solutions\n")],
    "solutions/variables": [
        cell("import os; print(os.environ['COURSE_OFFLINE'], os.environ['COURSE_PROGRESS'])", "1 off\n")
    ],
    "solutions/network": [cell("import socket; socket.create_connection(('192.0.2.1', 80), timeout=2)")],
    "solutions/dies": [cell("import os; os._exit(3)"), cell("print(1)", "1\n", count=2)],
    "lessons/setup_fails": [cell("import nothing_like_this", count=None, tags=["setup"]), cell("1 / 0", count=None)],
    "solutions/hungry": [cell(HUNGRY)],
    "solutions/modest": [cell("print(1)", "1\n")],
    "elsewhere/wrong": [cell("print(6 * 7)", "41\n")],
}
BUDGETS = {
    "solutions/hungry": {"cpu_seconds": 1, "memory_mb": 350},
    "solutions/modest": {"cpu_seconds": 100, "memory_mb": 5000},
    "solutions/dies": {"cpu_seconds": 100, "memory_mb": 5000},
}
ORDINARY_TEST = """
import socket
import pytest
from course_utils import network_guard

def test_network():
    with pytest.raises(network_guard.NetworkBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=2)
"""


def write_course(folder):
    (folder / "pytest.ini").write_text(SETTINGS, encoding="utf-8")
    for name, cells in NOTEBOOKS.items():
        path = folder / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        budget = {"course": {"budget": BUDGETS[name]}} if name in BUDGETS else {}
        nbformat.write(v4.new_notebook(cells=cells, metadata=budget), path)
    (folder / "tests").mkdir()
    (folder / "tests" / "test_ordinary.py").write_text(ORDINARY_TEST, encoding="utf-8")
    (folder / "solutions" / "source.py").write_text("raise RuntimeError('imported')\n", encoding="utf-8")


def run_pytest(folder, *arguments):
    """Return the outcome and message of every test, by "folder/notebook::cell", and the exit status."""
    inherited = {forked_kernels.FOLDER_VARIABLE, "JUPYTER_DEFAULT_PROVISIONER_NAME", "PYTEST_ADDOPTS"}
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in inherited and not name.startswith(("PYTEST_", "COURSE_"))
    }
    command = [sys.executable, "-m", "pytest", "--junitxml=outcome.xml", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    outcomes = {}
    for case in ElementTree.parse(folder / "outcome.xml").iter("testcase"):
        name = f"{case.get('classname').removesuffix('.ipynb').replace('.', '/')}::{case.get('name')}"
        found = [child for child in case if child.tag in ("failure", "error", "skipped")]
        message = "".join(f"{child.get('message')} {child.text}" for child in found)
        outcomes[name] = (found[0].tag if found else "passed", message, float(case.get("time")))
    return outcomes, done


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    write_course(folder)
    return folder


@pytest.fixture(scope="module")
def outcomes(course):
    return run_pytest(course)[0]


@pytest.mark.parametrize(
    "name",
    [
        "solutions/right::Cell 0",
        "solutions/right::Cell 1",
        "solutions/wrong::Cell 1",
        "lessons/wrong::Cell 0",
        "lessons/raises::Cell 1",
        "solutions/never_run::Cell 1",
        "solutions/stderr::Cell 0",
        "solutions/html::Cell 0",
        "solutions/folder::Cell 0",
        "solutions/variables::Cell 0",
        "solutions/modest::budget",
        "tests/test_ordinary::test_network",
    ],
)
def test_passes(name, outcomes):
    assert outcomes[name][0] == "passed", outcomes[name][1]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("solutions/wrong::Cell 0", "Cell outputs differ"),
        ("lessons/raises::Cell 0", "ZeroDivisionError"),
        ("lessons/setup_fails::Cell 0", "caused an exception ModuleNotFoundError: No module named 'nothing_like_this'"),
        ("solutions/output_without_count::Cell 0", "Unrun reference cell has outputs"),
        ("solutions/never_run::Cell 0", "stored without having been run"),
        ("solutions/network::Cell 0", "NetworkBlockedError"),
        ("solutions/dies::Cell 0", "The kernel died in this cell: exit status 3"),
        ("solutions/hungry::budget", "CPU seconds"),
        ("solutions/hungry::budget", "of 350 MB of memory"),
    ],
)
def test_fails_with_a_message(name, words, outcomes):
    outcome, message, _ = outcomes[name]
    assert outcome == "failure"
    assert words in message


def test_a_dead_kernel_is_noticed_at_once_and_the_rest_is_skipped(outcomes):
    assert outcomes["solutions/dies::Cell 0"][2] < 10
    for rest in ("Cell 1", "budget"):
        outcome, message, _ = outcomes[f"solutions/dies::{rest}"]
        assert outcome == "skipped"
        assert "exit status 3" in message


def test_one_failure_tells_of_a_setup_cell_that_fails(outcomes):
    outcome, message, _ = outcomes["lessons/setup_fails::Cell 1"]
    assert outcome == "skipped"
    assert "setup cell" in message


def test_nothing_else_is_collected(outcomes):
    assert {name.split("::")[0] for name in outcomes} == {
        *(name for name in NOTEBOOKS if not name.startswith("elsewhere")),
        "tests/test_ordinary",
    }


def without_seconds(outcomes):
    return {name: outcome for name, (outcome, _, _) in outcomes.items()}


def test_workers_are_the_default_and_change_nothing(course, outcomes):
    alone, done = run_pytest(course, "-n", "0", "-v")
    assert "[gw0]" not in done.stdout
    assert without_seconds(alone) == without_seconds(outcomes)


def test_it_works_without_xdist_and_for_single_files(course):
    without, done = run_pytest(course, "-p", "no:xdist", "solutions/right.ipynb")
    assert done.returncode == 0, done.stdout
    assert set(without) == {"solutions/right::Cell 0", "solutions/right::Cell 1"}
    _, done = run_pytest(course, "-v", "lessons/wrong.ipynb")
    assert "[gw0]" not in done.stdout
    _, done = run_pytest(course, "-v", "lessons")
    assert "[gw0]" in done.stdout


def test_nbvals_own_options_still_mean_what_they_say(course):
    lax, done = run_pytest(course, "--nbval-lax", "solutions/wrong.ipynb")
    assert done.returncode == 0, done.stdout
    strict, done = run_pytest(course, "--nbval", "lessons/wrong.ipynb")
    assert done.returncode == 1
    assert "budget" not in "".join([*lax, *strict])


def test_the_repository_loads_the_plugin():
    text = (pathlib.Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert '"-p", "course_utils.pytest_notebooks"' in text
    assert '"--nbval-cell-timeout=180"' in text
