"""No device is named anywhere, and a GPU's memory is taken as it is needed."""

import os
import pathlib
import subprocess
import sys

import pytest
from nbformat import v4

from course_utils.authoring import devices
from course_utils.execution import forked_kernels, runner

ROOT = pathlib.Path(__file__).parents[1]
FILES = sorted(
    path
    for folder in ("course_utils", "solutions", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if path.is_file()
)
ABOUT_DEVICES = {"devices.py", "test_devices.py"}  # the words themselves
AN_ANSWER = ("tests/test_doctor.py", "'GPU:0' names a device")  # what a backend says it has


def test_no_file_names_a_device():
    found = [
        f"{path.relative_to(ROOT)}:{line}: {fault}"
        for path in FILES
        if path.name not in ABOUT_DEVICES
        for line, fault in devices.faults(path.read_text(encoding="utf-8"))
        if (path.relative_to(ROOT).as_posix(), fault) != AN_ANSWER
    ]
    assert len(FILES) > 50
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        "with tf.device(name): pass",
        "with tensorflow.device(name): pass",
        "with keras.device('gpu:1'): pass",
        "torch.device(name)",
        "images.cuda()",
        "model.to('cuda')",
        "torch.zeros(3, device=name)",
        "jax.devices()[0]",
        "jax.device_put(images)",
        "tf.config.set_visible_devices([], 'GPU')",
        "tf.distribute.MirroredStrategy(['GPU:0'])",
        "os.environ['CUDA_VISIBLE_DEVICES'] = ''",
        "tf.config.experimental.set_memory_growth(gpu, True)",
        "x = '/device:GPU:0'",
    ],
)
def test_what_names_a_device(code):
    assert devices.faults(code)


@pytest.mark.parametrize(
    "code",
    [
        "gpus = tf.config.list_physical_devices('GPU')",
        "print(len(jax.devices()))",
        "tf.distribute.MirroredStrategy()",
        "keras.distribution.DataParallel(devices=None)",
        "print('GPU: 2 of them')",
        "image.to(float)",
        "device = 'the machine'",
    ],
)
def test_what_does_not(code):
    assert devices.faults(code) == []


def imported(code, **variables):
    environment = {key: value for key, value in os.environ.items() if key not in GROWTH}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**environment, **variables}, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


GROWTH = ("TF_FORCE_GPU_ALLOW_GROWTH", "XLA_PYTHON_CLIENT_PREALLOCATE")
SHOW = f"import os, course_utils; print(*(os.environ[name] for name in {GROWTH}))"


def test_importing_the_course_lets_a_gpus_memory_grow():
    assert imported(SHOW) == ["true", "false"]


def test_who_chose_otherwise_keeps_it():
    assert imported(SHOW, TF_FORCE_GPU_ALLOW_GROWTH="false", XLA_PYTHON_CLIENT_PREALLOCATE="true") == ["false", "true"]


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
def test_kernels_have_it_and_are_forked_all_the_same(tmp_path):
    with forked_kernels.preloaded():
        notebook = v4.new_notebook(cells=[v4.new_code_cell(SHOW)])
        result = runner.run(notebook, folder=tmp_path)
    assert result.kernel == "forked"
    assert result.notebook.cells[0].outputs[0].text == "true false\n"
