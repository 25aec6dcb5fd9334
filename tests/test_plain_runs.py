"""A Keras lesson runs a second time in one thread and without oneDNN, and has to print the same."""

import nbformat
import pytest
import test_pytest_notebooks as small
from nbformat import v4

from course_utils.execution import forked_kernels

SETUP = 'import sys; print("keras" in sys.modules, "tensorflow" in sys.modules)\nimport os, keras'
DEPENDS = 'print(os.environ.get("TF_ENABLE_ONEDNN_OPTS", "on"))'
THREADS = """
import tensorflow as tf
tf.linalg.matmul(tf.ones((9, 9)), tf.ones((9, 9)))
names = [open(f"/proc/self/task/{task}/comm").read().strip() for task in os.listdir("/proc/self/task")]
assert names.count("tf_Compute") <= 2, names  # one within, one between operations
"""
TRAINS = """
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
model.compile("adam", "mse")
history = model.fit(keras.ops.ones((8, 3)), keras.ops.ones((8, 2)), epochs=2, verbose=0)
print(len(history.history["loss"]))
"""
CELLS = [
    ("setup", SETUP, "True True\n", []),
    ("trains", TRAINS, "2\n", []),
    ("depends", DEPENDS, "on\n", []),
    ("exercise", DEPENDS, "on\n", ["exercise"]),
    ("another", DEPENDS, "on\n", []),
]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    (folder / "pytest.ini").write_text(small.SETTINGS, encoding="utf-8")
    for name in ("solutions", "lessons"):
        (folder / name).mkdir()
        cells = []
        for count, (identity, source, printed, tags) in enumerate(CELLS, 1):
            new = (
                small.cell(source, printed, count, tags=tags) if name == "solutions" else small.cell(source, count=None)
            )
            new.id = identity
            cells.append(new)
        if name == "lessons":
            cells[-1].source += "  # edited"
            cells.append(v4.new_code_cell(THREADS))
        nbformat.write(v4.new_notebook(cells=cells), folder / name / "05_train.ipynb")
    return small.run_pytest(folder, "-n", "0")[0]


def test_the_reference_runs_as_ever(outcomes):
    for index in range(len(CELLS)):
        outcome, message, _ = outcomes[f"solutions/05_train::Cell {index}"]
        assert outcome == "passed", message


@pytest.mark.skipif(not forked_kernels.supported(), reason="kernels are not forked here")
def test_the_plain_kernel_is_forked_too_and_trains(outcomes):
    for index in (0, 1):  # the setup cell has printed that Keras was loaded before it
        outcome, message, _ = outcomes[f"lessons/05_train::Cell {index}"]
        assert outcome == "passed", message


def test_what_depends_on_the_machine_is_named(outcomes):
    outcome, message, _ = outcomes["lessons/05_train::Cell 2"]
    assert outcome == "failure"
    assert "Cell 'depends' prints other text in one thread and without oneDNN than its reference" in message


def test_exercises_and_cells_that_the_student_has_changed_may_differ(outcomes):
    for index in (3, 4):
        outcome, message, _ = outcomes[f"lessons/05_train::Cell {index}"]
        assert outcome == "passed", message


@pytest.mark.skipif(not forked_kernels.supported(), reason="counts threads as Linux lists them")
def test_it_is_one_thread(outcomes, tmp_path):
    outcome, message, _ = outcomes["lessons/05_train::Cell 5"]
    assert outcome == "passed", message
