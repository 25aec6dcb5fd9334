"""CPU seconds, time and memory of `course grade`, beside nbgrader on the same notebooks and a fresh kernel for each.

nbgrader grades its whole class in one call, which is its quickest way. Of both tools the start is left out where a
figure speaks of "each further" notebook, and counted where it speaks of a class. nbgrader is measured when it is
installed in this Python (pip install nbgrader); otherwise the figure says so and is set against a fresh kernel.
"""

import importlib.util
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from unittest import mock

import numpy as np
import psutil
from nbformat import v4

from course_utils import benchmarks
from course_utils.authoring import define
from course_utils.execution import forked_kernels, runner
from course_utils.grading import engine, reference, sandbox, synthetic

NBGRADER, KERNEL = "nbgrader autograde", "a fresh kernel"
CLASS_LESSON = "02_"
MOST_SECONDS, MOST_GIGABYTES = 120.0, 3.0
_LOOKS_EVERY = 0.5  # seconds
_NUMPY_SETUP = "import numpy as np"
_NUMPY_ANSWERS = {
    "gradient": "def gradient(image):\n    image = image.astype(np.float64)\n    return image[:, 1:] - image[:, :-1]",
    "bright_share": "def bright_share(image, threshold):\n    return float((image > threshold).mean())",
    "box_blur": "def box_blur(image, side):\n"
    "    windows = np.lib.stride_tricks.sliding_window_view(image.astype(np.float64), (side, side))\n"
    "    return windows.mean(axis=(2, 3))",
}
_NUMPY_INPUTS = {
    "gradient": lambda image: {"image": image},
    "bright_share": lambda image: {"image": image, "threshold": 90},
    "box_blur": lambda image: {"image": image, "side": 3},
}
_KERAS_SETUP = "import keras\nimport numpy as np"
_KERAS_ANSWERS = {
    "train": "def train(num_images, seed):\n"
    "    keras.utils.set_random_seed(seed)\n"
    "    rng = np.random.default_rng(seed)\n"
    "    images, labels = rng.normal(size=(num_images, 14, 14, 1)), rng.integers(0, 10, num_images)\n"
    "    model = keras.Sequential([keras.Input((14, 14, 1)), keras.layers.Conv2D(8, 3, activation='relu'),\n"
    "                              keras.layers.Flatten(), keras.layers.Dense(10, activation='softmax')])\n"
    "    model.compile('adam', 'sparse_categorical_crossentropy')\n"
    "    history = model.fit(images, labels, epochs=2, batch_size=64, verbose=0)\n"
    "    return [len(history.history['loss']), model.count_params()]"
}
_KERAS_INPUT = {"num_images": 512, "seed": 0}


def _images(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (12 + number, 16), dtype=np.uint8) for number in range(count)]


def _exercise(number: str, name: str, function, inputs: list[dict]) -> reference.Exercise:
    made = define.function(number, function, rtol=1e-6)
    for place, one in enumerate(inputs):
        made.case(f"case {place + 1}", visible=place == 0, **one)
    cases = [{**case, "visible": True} for case in made.visible_documents()]
    cases += [{**case, "visible": False} for case in made.hidden_documents()]
    released = f"def {name}(*arguments):\n    ..."
    return reference.Exercise(number, name, "apply", 2, "function", name, (), (), (released,), tuple(cases))


def _function(setup: str, code: str, name: str):
    names: dict = {}
    exec(f"{setup}\n{code}", names)
    return names[name]


def _numpy_reference() -> reference.Reference:
    exercises = tuple(
        _exercise(f"1.{place}", name, _function(_NUMPY_SETUP, code, name), list(map(_NUMPY_INPUTS[name], _images(6))))
        for place, (name, code) in enumerate(_NUMPY_ANSWERS.items(), 1)
    )
    return reference.Reference("numpy", "NumPy", _NUMPY_SETUP, False, exercises, "numpy", 500)


def _keras_reference() -> reference.Reference:
    def train(num_images, seed):
        return [2, 8 * (3 * 3 + 1) + 10 * (12 * 12 * 8 + 1)]

    exercise = _exercise("1.1", "train", train, [_KERAS_INPUT])
    return reference.Reference("keras", "Keras", _KERAS_SETUP, True, (exercise,), "keras", 1500)


def _notebook(setup: str, answers: dict[str, str], tests: dict[str, str], student: int):
    """Return a notebook as nbgrader knows it; `student` makes it unlike every other one."""
    common = {"locked": False, "schema_version": 3, "task": False}
    cells = [v4.new_code_cell(f"{setup}\n# notebook {student}")]
    for place, (name, code) in enumerate(answers.items(), 1):
        solution = {**common, "grade": False, "grade_id": f"exercise-1-{place}", "solution": True}
        grade = {**common, "grade": True, "grade_id": f"test-1-{place}", "locked": True, "points": 2, "solution": False}
        cells += [
            v4.new_code_cell(f"{code}\n# by {student}", metadata={"nbgrader": solution}),
            v4.new_code_cell(tests[name], metadata={"nbgrader": grade}),
        ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _numpy_notebook(student: int):
    tests = {
        name: f"image = np.arange(192, dtype=np.uint8).reshape(12, 16)\n"
        f"for rows in range(6, 12):\n    assert np.all(np.isfinite({name}(image[:rows]{more})))"
        for name, more in (("gradient", ""), ("bright_share", ", 90"), ("box_blur", ", 3"))
    }
    return _notebook(_NUMPY_SETUP, _NUMPY_ANSWERS, tests, student)


def _keras_notebook(student: int):
    test = "assert train({num_images}, {seed})[0] == 2".format(**_KERAS_INPUT)
    return _notebook(_KERAS_SETUP, _KERAS_ANSWERS, {"train": test}, student)


def _cpu_so_far() -> float:
    """Return the CPU seconds of this process and of all that it started, running or ended."""
    me = psutil.Process()
    return sum(sum(process.cpu_times()[:4]) for process in (me, *me.children(recursive=True)))


def _ours(by: reference.Reference, make, few: int, many: int) -> float:
    """Return the CPU seconds of each further notebook, of the grader and of all its processes."""
    isolation = sandbox.found()
    limits = engine.Limits(seconds=120, trusted=not isolation.inner)
    notebooks = {str(number): json.dumps(make(number)).encode() for number in range(few + many)}
    names = list(notebooks)
    readings = []
    with engine.Threads(by, limits, jobs=1) as at:
        for part in (names[:few], names[few:]):
            for _, marks in at.run({name: lambda name=name: notebooks[name] for name in part}):
                wrong = [mark for mark in marks if mark.status != "passed"]
                if wrong:
                    raise RuntimeError(f"a right answer was marked {wrong[0].status!r}: {wrong[0].message}")
            readings.append(_cpu_so_far())
    return (readings[1] - readings[0]) / many


def _fresh_kernel(make, count: int) -> float:
    """Return the CPU seconds of a notebook in a kernel of its own."""
    outside = {key: value for key, value in os.environ.items() if key != forked_kernels.FOLDER_VARIABLE}
    seconds = []
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, outside, clear=True):
        for number in range(count):
            result = runner.run(make(number), folder=folder)
            if result.error or result.kernel != "ordinary":
                raise RuntimeError(f"the notebook did not run in an ordinary kernel: {result.error}")
            seconds.append(result.cpu_seconds)
    return statistics.median(seconds)


def _nbgrader_call(folder: pathlib.Path, *arguments: str) -> float:
    """Return the CPU seconds of one call of nbgrader, its kernels included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    path = os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path, "JUPYTER_PLATFORM_DIRS": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"nbgrader {arguments[0]} failed: {done.stderr[-600:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _nbgrader(make, few: int, many: int) -> float:
    """Return the CPU seconds of each further notebook of a class that nbgrader grades in one call."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "nbgrader_config.py").write_text(
            'c = get_config()\nc.CourseDirectory.course_id = "class"\n'
            'c.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}\n',
            encoding="utf-8",
        )
        seconds = []
        for assignment, count in (("few", few), ("many", many)):
            source = folder / "source" / assignment
            source.mkdir(parents=True)
            (source / "lesson.ipynb").write_text(json.dumps(make(0)), encoding="utf-8")
            _nbgrader_call(folder, "generate_assignment", assignment)
            for number in range(count):
                target = folder / "submitted" / f"student{number}" / assignment
                target.mkdir(parents=True)
                (target / "lesson.ipynb").write_text(json.dumps(make(number)), encoding="utf-8")
            seconds.append(_nbgrader_call(folder, "autograde", assignment))
    return (seconds[1] - seconds[0]) / (many - few)


def _per_notebook(quick: bool) -> list[benchmarks.Figure]:
    few, many = (5, 20) if quick else (10, 60)
    ours = _ours(_numpy_reference(), _numpy_notebook, few, many)
    peers = {KERNEL: _fresh_kernel(_numpy_notebook, 3 if quick else 5)}
    what, peer = "CPU of each further NumPy notebook, 3 exercises", KERNEL
    if importlib.util.find_spec("nbgrader") is not None:
        peers[NBGRADER], peer = _nbgrader(_numpy_notebook, 1, 5 if quick else 9), NBGRADER
    else:
        what += " (nbgrader is not installed)"
    numpy_figure = benchmarks.at_least(10, what, ours, peers, peer=peer)
    ours = _ours(_keras_reference(), _keras_notebook, 1, 4 if quick else 8)
    peers = {KERNEL: _fresh_kernel(_keras_notebook, 2 if quick else 4)}
    what = "CPU of each further notebook that trains a small Keras model"
    return [numpy_figure, benchmarks.at_least(4, what, ours, peers, peer=KERNEL)]


class _Memory(threading.Thread):
    """Looks at the memory of a process and all below it, shared pages counted once, and remembers the most."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self._pid, self._over = pid, threading.Event()
        self.most = 0

    def run(self) -> None:
        while not self._over.wait(_LOOKS_EVERY):
            self.most = max(self.most, self._now())

    def stop(self) -> float:
        """End, and return the most in GB."""
        self._over.set()
        self.join()
        return self.most / 1e9

    def _now(self) -> int:
        total = 0
        try:
            top = psutil.Process(self._pid)
            for process in (top, *top.children(recursive=True)):
                total += process.memory_full_info().pss
        except psutil.Error:
            return 0  # one of them ended meanwhile
        return total


def _whole_class(folder: pathlib.Path, lesson: pathlib.Path, count: int) -> tuple[float, float, float]:
    """Grade a made-up class by the command itself; return seconds, CPU seconds and the most memory in GB."""
    submissions = folder / f"{count}"
    synthetic.write(submissions, lesson, count)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    trusted = [] if sandbox.found().inner else ["--trusted"]
    process = subprocess.Popen(
        [sys.executable, "-c", "from course_utils import cli; cli.main()", "grade", str(submissions), "--jobs", "2",
         "--out", str(folder / f"{count}-out"), "--lesson", lesson.stem.split("_")[0], *trusted],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    memory = _Memory(process.pid)
    memory.start()
    said = process.communicate()[1]
    seconds = time.perf_counter() - started
    most = memory.stop()
    if process.returncode:
        raise RuntimeError(f"course grade failed: {said.decode('utf-8', 'replace')[-600:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, most


def _classes(quick: bool) -> list[benchmarks.Figure]:
    from course_utils import locations

    lesson = next(iter(sorted((locations.solutions() or pathlib.Path()).glob(f"{CLASS_LESSON}*.py"))), None)
    if lesson is None:
        return [benchmarks.Figure("a whole class: only in a checkout, which has solutions/", 0.0, {})]
    few, some, many = (10, 30, 90) if quick else (50, 150, 500)
    with tempfile.TemporaryDirectory() as name:
        measured = {count: _whole_class(pathlib.Path(name), lesson, count) for count in (few, some, many)}
    seconds, cpu, gigabytes = measured[many]
    early = (measured[some][1] - measured[few][1]) / (some - few)
    late = (cpu - measured[some][1]) / (many - some)
    what = f"{many} notebooks of lesson {lesson.stem[:2]}"
    others = {f"{count} notebooks": measured[count][0] for count in (few, some)}
    return [
        benchmarks.within(MOST_SECONDS, f"{what}, 2 at a time", seconds, others),
        benchmarks.Figure(f"{what}, CPU", cpu, {f"{count} notebooks": measured[count][1] for count in (few, some)}),
        benchmarks.within(MOST_GIGABYTES, f"{what}, memory", gigabytes, unit="GB"),
        benchmarks.at_most(
            1.25, f"CPU of each further notebook, {some} to {many}", late, {f"{few} to {some}": early},
            peer=f"{few} to {some}",
        ),
    ]  # fmt: skip


def figures(quick: bool) -> list[benchmarks.Figure]:
    """Measure single notebooks and whole classes.

    Args:
        quick (bool): a class of 90 instead of 500, and fewer notebooks of each kind.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return [*_per_notebook(quick), *_classes(quick)]
