"""Keras loads without TensorFlow's lines on stderr, and errors and later lines are heard as ever."""

import os
import subprocess
import sys

import pytest

from course_utils.authoring import source, student

_LESSON = """\
# %% [markdown] tags=["front-matter"]
# title: Try
# read_minutes: 1
# exercise_minutes: 1
# objectives: [try]
# needs: []
# data: []
# budget: {cpu_seconds: 1, memory_mb: 100}

# %% tags=["setup"]
SETUP
"""


def _run(code: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


def test_keras_loads_in_silence_and_what_is_written_later_is_heard():
    pytest.importorskip("tensorflow")
    use = "keras.ops.zeros(3)\nos.write(2, b'heard')"
    quiet = _run(f"import os\nfrom course_utils import quiet_start\nquiet_start.load_keras()\nimport keras\n{use}")
    assert (quiet.returncode, quiet.stderr) == (0, "heard")


def test_an_error_is_raised_as_ever_and_what_was_written_meanwhile_is_not_heard():
    loads = "def loads(name):\n    os.write(2, b'red')\n    raise ImportError('no Keras here')\n"
    code = f"import importlib, os\nfrom course_utils import quiet_start\n{loads}importlib.import_module = loads\n"
    failed = _run(f"{code}quiet_start.load_keras()")
    assert failed.returncode == 1
    assert "red" not in failed.stderr
    assert failed.stderr.strip().endswith("ImportError: no Keras here")


def test_it_works_where_there_is_no_stderr():
    assert (
        _run("import os\nos.close(2)\nfrom course_utils import quiet_start\nquiet_start.load_keras()").returncode == 0
    )


@pytest.mark.parametrize(("setup", "loads"), [("import keras", True), ("import numpy as np", False)])
def test_only_notebooks_with_keras_load_it(setup, loads, tmp_path):
    path = tmp_path / "98_try.py"
    path.write_text(_LESSON.replace("SETUP", setup), encoding="utf-8")
    code = student.install(source.read(path))
    assert ("quiet_start.load_keras()" in code) == loads
    compile(code, "install", "exec")
