import os
import pathlib
import subprocess
import sys
import textwrap
import time

import jupyter_client
import psutil
import pytest
from nbformat import v4

from course_utils.execution import forked_kernels, runner, zygote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")

SAME_EVERYWHERE = """
import os, sys
print(sys.argv[0].endswith("ipykernel_launcher.py"), os.path.basename(os.getcwd()), __name__, sys.path[0])
# %%
import numpy as np
rng = np.random.default_rng(0)
values = rng.normal(size=(700, 500)).astype(np.float32)
print(float((values @ values.T).sum()).hex(), np.linalg.svd(values)[1][:3].tobytes().hex())
# %%
import scipy.linalg
print(scipy.linalg.inv(values[:300, :300].astype(float)).tobytes().hex()[:64])
# %%
import cv2, threadpoolctl
print({(pool["internal_api"], pool["num_threads"]) for pool in threadpoolctl.threadpool_info()})
# %%
print(cv2.filter2D(values, -1, np.ones((5, 5), np.float32)).tobytes()[:32].hex(), cv2.getNumThreads())
# %%
import matplotlib, matplotlib.pyplot as plt
print(matplotlib.get_backend())
plt.plot([1, 2])
plt.show()
# %%
print(os.environ.get("OPENBLAS_NUM_THREADS"), os.environ.get("MPLBACKEND"), os.environ["COURSE_PROGRESS"])
# %%
import signal
print([signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE)])
"""
KERAS = """
import keras, numpy as np
keras.utils.set_random_seed(1)
rng = np.random.default_rng(0)
# %%
layers = [keras.layers.Conv2D(8, 3), keras.layers.GlobalMaxPooling2D(), keras.layers.Dense(3)]
model = keras.Sequential([keras.Input((12, 12, 1)), *layers])
model.summary()
# %%
model.compile("adam", "mse")
history = model.fit(rng.normal(size=(256, 12, 12, 1)), rng.normal(size=(256, 3)), epochs=2, verbose=0)
print(history.history["loss"])
"""


def notebook(text):
    return v4.new_notebook(cells=[v4.new_code_cell(source) for source in text.split("# %%\n")])


def outputs(result):
    kept = []
    for cell in result.notebook.cells:
        for output in cell.outputs:
            if output.get("name") != "stderr":
                kept.append(output.get("text") or sorted(output.get("data", {}).items()) or output)
    return kept


@pytest.fixture
def preloaded():
    with forked_kernels.preloaded():
        yield


def ordinary_run(text, folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(forked_kernels.FOLDER_VARIABLE, raising=False)
        return runner.run(notebook(text), folder=folder)


def test_the_provisioner_is_installed():
    assert forked_kernels.supported(), "the installed package is older than this checkout: pip install -e ."


@pytest.mark.parametrize("text", [SAME_EVERYWHERE, KERAS], ids=["light", "keras"])
def test_forked_and_ordinary_kernels_print_the_same(text, tmp_path, preloaded):
    forked, ordinary = runner.run(notebook(text), folder=tmp_path), ordinary_run(text, tmp_path)
    assert (forked.kernel, ordinary.kernel) == ("forked", "ordinary")
    assert (forked.error, ordinary.error) == (None, None)
    assert outputs(forked) == outputs(ordinary)
    assert len(outputs(forked)) >= text.count("# %%")


def test_kernels_do_not_share_random_numbers(tmp_path, preloaded):
    code = "import numpy as np, random\nprint(np.random.rand(), random.random())"
    first, second = (runner.run(notebook(code), folder=tmp_path) for _ in range(2))
    assert first.kernel == second.kernel == "forked"
    assert outputs(first) != outputs(second)


@pytest.mark.parametrize("variable", ["OMP_NUM_THREADS", "KERAS_BACKEND", "PYTHONHASHSEED"])
def test_another_value_of_what_libraries_read_while_loading_gives_an_ordinary_kernel(variable, tmp_path, preloaded):
    code = f"import os; print(os.environ[{variable!r}])"
    result = runner.run(notebook(code), folder=tmp_path, environment={variable: "1"})
    assert (result.kernel, outputs(result)) == ("ordinary", ["1\n"])


@pytest.mark.parametrize("variable", ["LD_LIBRARY_PATH", "TF_CPP_MIN_LOG_LEVEL", "COURSE_PROFILE"])
def test_what_importing_opencv_or_asking_for_quiet_changes_is_no_hindrance(variable, tmp_path, preloaded):
    code = f"import os; print(os.environ[{variable!r}])"
    result = runner.run(notebook(code), folder=tmp_path, environment={variable: "quick"})
    assert (result.kernel, outputs(result)) == ("forked", ["quick\n"])


def test_without_a_preloaded_process_kernels_are_ordinary(tmp_path, preloaded):
    folder = tmp_path / "nobody listens here"
    result = runner.run(notebook("1"), folder=tmp_path, environment={forked_kernels.FOLDER_VARIABLE: str(folder)})
    assert (result.kernel, result.error) == ("ordinary", None)


def test_a_temporary_folder_with_a_long_name_gives_ordinary_kernels(tmp_path, monkeypatch):
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(forked_kernels.tempfile, "tempdir", str(long))
    monkeypatch.delenv(forked_kernels.FOLDER_VARIABLE, raising=False)
    with forked_kernels.preloaded():
        result = runner.run(notebook("1"), folder=tmp_path)
    assert (result.kernel, result.error) == ("ordinary", None)
    assert list(long.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ([sys.executable, "-m", "ipykernel_launcher", "-f", "x.json"], ["-f", "x.json"]),
        ([sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "x"], ["-f", "x"]),
        ([sys.executable, "-O", "-m", "ipykernel_launcher", "-f", "x"], None),
        (["/other/python", "-m", "ipykernel_launcher", "-f", "x"], None),
        ([sys.executable, "-m", "other_kernel", "-f", "x"], None),
        ([], None),
    ],
)
def test_only_this_interpreter_and_its_kernel_are_forked(command, arguments):
    assert forked_kernels._launcher_arguments(command) == arguments


@pytest.fixture
def manager(preloaded, tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    kernel_manager = jupyter_client.KernelManager()
    kernel_manager.start_kernel(cwd=str(tmp_path))
    assert kernel_manager.provisioner.forked
    yield kernel_manager
    if kernel_manager.has_kernel:
        kernel_manager.shutdown_kernel(now=True)


def client_of(kernel_manager):
    client = kernel_manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=30)
    return client


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "took too long"
        time.sleep(0.02)


def test_a_kernel_can_be_interrupted_restarted_and_shut_down(manager):
    client = client_of(manager)
    client.execute("import time\ntime.sleep(60)")
    wait_until(lambda: client.get_iopub_msg(timeout=5)["msg_type"] == "execute_input")
    manager.interrupt_kernel()
    reply = client.get_shell_msg(timeout=10)
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    first = manager.provisioner.pid
    manager.restart_kernel(now=True)
    assert manager.provisioner.pid != first
    assert not psutil.pid_exists(first)
    client.wait_for_ready(timeout=30)
    client.stop_channels()
    last = manager.provisioner.pid
    manager.shutdown_kernel()
    assert not psutil.pid_exists(last)


def test_a_killed_kernel_is_known_to_be_dead_and_leaves_no_zombie(manager):
    pid = manager.provisioner.pid
    assert manager.is_alive()
    os.kill(pid, 9)
    wait_until(lambda: not manager.is_alive())
    assert manager.provisioner.process.returncode == -9
    assert not psutil.pid_exists(pid)


def test_nothing_stays_behind_when_the_owner_is_killed(tmp_path):
    script = textwrap.dedent("""
        import jupyter_client, os, time
        from course_utils.execution import forked_kernels
        with forked_kernels.preloaded():
            manager = jupyter_client.KernelManager()
            manager.start_kernel()
            assert manager.provisioner.forked
            print(manager.provisioner.pid, os.environ["COURSE_KERNELS"], flush=True)
            time.sleep(60)
    """)
    environment = {key: value for key, value in os.environ.items() if key != forked_kernels.FOLDER_VARIABLE}
    owner = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path
    )
    with owner:
        pid, _, folder = owner.stdout.readline().strip().partition(" ")
        kernel, others = psutil.Process(int(pid)), psutil.Process(owner.pid).children()
        assert kernel.parent() in others
        assert pathlib.Path(folder).stat().st_mode & 0o777 == 0o700
        owner.kill()
    wait_until(lambda: not any(process.is_running() for process in (kernel, *others)))
    wait_until(lambda: not pathlib.Path(folder).exists())


def test_preloading_leaves_one_thread_and_no_trace_of_keras():
    code = (
        "import os, sys\nfrom course_utils.execution import zygote\nzygote.preload(zygote.LIGHT)\n"
        "print(len(os.listdir('/proc/self/task')), 'keras' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False", "True"]


def test_a_preloaded_process_with_threads_refuses_to_fork(monkeypatch):
    server = zygote._Server.__new__(zygote._Server)
    server.loaded, server.started_with = True, {}
    monkeypatch.setattr(zygote.os, "listdir", lambda path: ["1", "2"])
    assert "2 threads" in server._refusal({})


def test_what_tensorflow_logs_stays_out_of_notebooks(tmp_path, preloaded, monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    result = runner.run(notebook("import keras\n# %%\nprint(float(keras.ops.ones(3)[0]))"), folder=tmp_path)
    assert result.kernel == "forked"
    assert [(output.name, output.text) for cell in result.notebook.cells for output in cell.outputs] == [
        ("stdout", "1.0\n")
    ]
