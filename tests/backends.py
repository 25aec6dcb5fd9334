"""Run a piece of a test on another Keras backend, where that backend is installed.

Keras takes its backend when it is imported, so each run is a process of its own with KERAS_BACKEND set. Importing
costs 2 to 5 CPU seconds: put all that one backend is asked into one function.

    def everything(images):                       # at the top level of the test module
        import keras                              # inside: the test itself may use another backend
        layer = local.LocallyConnected2D(4, 3)
        layer.build(images.shape)
        ...
        return {"output": keras.ops.convert_to_numpy(layer(images)), "config": layer.get_config()}

    @pytest.mark.parametrize("backend", backends.OTHERS)
    def test_other_backends_give_the_same(backend):
        images = np.random.default_rng(0).normal(size=(2, 7, 6, 3)).astype("float32")
        expected, found = everything(images), backends.run_on(backend, everything, images=images)
        np.testing.assert_allclose(found["output"], expected["output"], atol=1e-5)

Where JAX or torch is missing the test is skipped. Elsewhere: `pip install jax torch`, or the tests' nightly job.
"""

import importlib.util
import inspect
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import pytest

OTHERS = ("jax", "torch")
ALL = ("tensorflow", *OTHERS)
_SECONDS = 170

# argv: the module's file, the function's name, the file that holds the inputs and shall hold the answer.
_CHILD = """
import importlib.util, pathlib, pickle, sys

file, name, exchange = sys.argv[1:]
sys.path.insert(0, str(pathlib.Path(file).parent))
specification = importlib.util.spec_from_file_location(pathlib.Path(file).stem, file)
module = importlib.util.module_from_spec(specification)
sys.modules[specification.name] = module
specification.loader.exec_module(module)
answer = getattr(module, name)(**pickle.loads(pathlib.Path(exchange).read_bytes()))
pathlib.Path(exchange).write_bytes(pickle.dumps(answer))
"""


def installed(backend: str) -> bool:
    """Return whether a backend's package is installed."""
    return importlib.util.find_spec(backend) is not None


def run_on(backend: str, function: Callable[..., Any], **inputs: Any) -> Any:
    """Call a function of a test module in a process whose Keras has another backend, and return its answer.

    Args:
        backend (str): "tensorflow", "jax" or "torch".
        function (function): defined at the top level of its module; its module must not import keras at the top.
        **inputs: what the function gets: arrays and plain data. It answers with the same, not with tensors.

    Returns:
        What the function returned.

    Raises:
        pytest.skip.Exception: the backend is not installed.
        AssertionError: the function failed; the message ends with its traceback.
    """
    if not installed(backend):
        pytest.skip(f"{backend} is not installed")
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    with tempfile.TemporaryDirectory(prefix="course-backend-") as folder:
        exchange = pathlib.Path(folder) / "exchange.pickle"
        exchange.write_bytes(pickle.dumps(inputs))
        command = [sys.executable, "-c", _CHILD, inspect.getfile(function), function.__name__, str(exchange)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_SECONDS)
        assert done.returncode == 0, f"{function.__name__} failed on {backend}:\n{done.stderr[-4000:]}"
        return pickle.loads(exchange.read_bytes())
