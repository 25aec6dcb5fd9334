"""CPU seconds of a small Keras notebook in a kernel that is forked, beside an ordinary kernel."""

import os
import pathlib
import statistics
import tempfile
from unittest import mock

import psutil
from nbformat import v4

from course_utils import benchmarks
from course_utils.execution import forked_kernels, runner

CELLS = (
    "import keras\nimport numpy as np\nkeras.utils.set_random_seed(0)\nrng = np.random.default_rng(0)",
    "model = keras.Sequential([keras.Input((14, 14, 1)), keras.layers.Conv2D(8, 3, activation='relu'),\n"
    "                          keras.layers.Flatten(), keras.layers.Dense(10, activation='softmax')])\n"
    "model.compile('adam', 'sparse_categorical_crossentropy')",
    "images, labels = rng.normal(size=(512, 14, 14, 1)), rng.integers(0, 10, 512)\n"
    "history = model.fit(images, labels, epochs=2, batch_size=64, verbose=0)\n"
    "print(history.history['loss'])",
)


def _cpu_seconds(count: int, folder: pathlib.Path, kernel: str) -> list[float]:
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in CELLS])
    results = [runner.run(notebook, folder=folder) for _ in range(count)]
    for result in results:
        if result.error or result.kernel != kernel:
            raise RuntimeError(f"wanted a run in a {kernel} kernel, had a {result.kernel} one: {result.error}")
    return [result.cpu_seconds for result in results]


def figures(quick: bool) -> list[benchmarks.Figure]:
    """Measure the kernels' CPU seconds; none where kernels cannot be forked.

    Args:
        quick (bool): two notebooks with each kind of kernel instead of four.
    """
    if not forked_kernels.supported():
        return []
    count = 2 if quick else 4
    outside = {key: value for key, value in os.environ.items() if key != forked_kernels.FOLDER_VARIABLE}
    with tempfile.TemporaryDirectory() as name, mock.patch.dict(os.environ, outside, clear=True):
        folder = pathlib.Path(name)
        ordinary = _cpu_seconds(count, folder, "ordinary")
        before = {process.pid for process in psutil.Process().children()}
        with forked_kernels.preloaded():
            started = [process for process in psutil.Process().children() if process.pid not in before]
            forked = _cpu_seconds(count, folder, "forked")
            everything = sum(sum(process.cpu_times()[:4]) for process in started)  # own and finished children
    return [
        benchmarks.at_least(
            2.5,
            "CPU of a small Keras notebook, forked kernel",
            statistics.median(forked),
            {"ordinary kernel": statistics.median(ordinary)},
            peer="ordinary kernel",
        ),
        benchmarks.Figure(
            f"CPU of {count} such notebooks, the preloaded process counted too",
            everything,
            {"ordinary kernels": sum(ordinary)},
            ratio=sum(ordinary) / everything,
        ),
    ]
