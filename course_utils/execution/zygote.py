"""The process that has imported everything and does nothing but fork kernels.

It is started by `forked_kernels.preloaded()` with a listening unix socket and ends when its owner closes its
standard input. It imports nothing heavy before the first request. What makes the fork safe is that it has one
thread only and has never computed anything; when an import starts a thread all the same, it refuses to fork.
"""

import contextlib
import gc
import importlib
import json
import os
import pathlib
import runpy
import selectors
import signal
import socket
import sys
import time

# The kernel itself with what it loads while it starts, then what nearly every lesson loads.
LIGHT = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "tornado.queues",
    "sqlite3",
    "psutil",
    "threadpoolctl",
    "numpy",
    "cv2",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "scipy.fft",
    "course_utils",
)
KERAS = (*LIGHT, "keras", "tensorflow")
PRELOADS = {"light": LIGHT, "keras": KERAS, "keras-plain": KERAS}

# TensorFlow as another machine may compute: in one thread and without oneDNN, adding numbers in another order.
PLAIN = {
    "OMP_NUM_THREADS": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
}
STARTED_WITH = {"keras-plain": PLAIN}

# Read by libraries or by Python while they load: a kernel that wants other values cannot be a fork.
_READ_AT_IMPORT = (
    "BLIS_",
    "CUDA_",
    "DYLD_",
    "GOTO_",
    "JAX_",
    "KERAS_",
    "LANG",
    "LC_",
    "LD_PRELOAD",
    "MKL_",
    "MPL",
    "NPY_",
    "NUMEXPR_",
    "NVIDIA_",
    "OMP_",
    "ONEDNN_",
    "OPENBLAS_",
    "OPENCV_",
    "PYTHON",
    "TF_",
    "XLA_",
)
_ONLY_ABOUT_LOGS = ("TF_CPP_",)
_THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")
_LENGTH_BYTES = 4


def relevant(environment: dict[str, str]) -> dict[str, str]:
    """Return the variables that matter while libraries load, HOME (for keras.json) among them.

    LD_LIBRARY_PATH is not among them: OpenCV sets it for the children of whoever imports it.

    Example:
        >>> relevant({"OMP_NUM_THREADS": "2", "COURSE_PROFILE": "quick", "TF_CPP_MIN_LOG_LEVEL": "3"})
        {'OMP_NUM_THREADS': '2'}
    """
    return {
        name: value
        for name, value in environment.items()
        if name == "HOME" or (name.startswith(_READ_AT_IMPORT) and not name.startswith(_ONLY_ABOUT_LOGS))
    }


def preload(names: tuple[str, ...]) -> None:
    """Import modules with a single-threaded OpenBLAS; one that cannot be imported is left to the notebook."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    # What ipykernel sets before a notebook imports matplotlib; read while matplotlib loads.
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # else every child's first collection would write to, and so copy, all these pages


def _receive_request(connection: socket.socket) -> dict:
    head, descriptors, _, _ = socket.recv_fds(connection, _LENGTH_BYTES, 3)
    if not head:
        raise EOFError
    with connection.makefile("rb") as stream:
        request = json.loads(stream.read(int.from_bytes(head, "big")))
    request["descriptors"] = descriptors
    return request


def _send(connection: socket.socket, message: dict) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b"\n")


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:  # not yet a group of its own
            os.kill(pid, signal.SIGKILL)


class _Server:
    """Answers requests until the owner goes away; in a child, `serve` returns the request to become."""

    def __init__(self, listener: socket.socket, names: tuple[str, ...]):
        self.listener, self.names = listener, names
        self.started_with = dict(os.environ)
        self.loaded = False
        self.kernels: dict[int, socket.socket] = {}
        self.selector = selectors.DefaultSelector()
        self.wake_read, self.wake_write = os.pipe()
        os.set_blocking(self.wake_write, False)
        signal.set_wakeup_fd(self.wake_write)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for readable in (listener, sys.stdin.fileno(), self.wake_read):
            self.selector.register(readable, selectors.EVENT_READ)

    def serve(self) -> dict | None:
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    self.selector.register(self.listener.accept()[0], selectors.EVENT_READ)
                elif key.fileobj == sys.stdin.fileno():
                    self._end()
                    return None
                elif key.fileobj == self.wake_read:
                    os.read(self.wake_read, 4096)
                    self._reap()
                elif (request := self._hear(key.fileobj)) is not None:
                    return request

    def _end(self) -> None:
        for pid in self.kernels:
            _kill(pid)
        path = pathlib.Path(self.listener.getsockname())
        with contextlib.suppress(OSError):  # the owner tidies up too, unless it was killed
            path.unlink()
            path.parent.rmdir()

    def _reap(self) -> None:
        while self.kernels:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            connection = self.kernels.pop(pid, None)
            if connection:
                _send(connection, {"status": os.waitstatus_to_exitcode(status)})
                self._close(connection)

    def _close(self, connection: socket.socket) -> None:
        if connection.fileno() >= 0:
            self.selector.unregister(connection)
            connection.close()

    def _hear(self, connection: socket.socket) -> dict | None:
        """Fork for a new connection; a known one becomes readable only when its kernel's manager is gone."""
        if connection.fileno() < 0:  # closed by an event before it in the same round
            return None
        known = [pid for pid, owner in self.kernels.items() if owner is connection]
        if known:
            _kill(known[0])
            self._close(connection)
            return None
        try:
            request = _receive_request(connection)
        except (EOFError, OSError, ValueError):
            self._close(connection)
            return None
        refusal, pid = self._refusal(request["environment"]), None
        if not refusal:
            try:
                pid = os.fork()
            except OSError as error:
                refusal = f"cannot fork: {error.strerror}"
        if pid == 0:
            self._leave(connection)
            return request
        for descriptor in request["descriptors"]:
            os.close(descriptor)
        if refusal:
            _send(connection, {"refused": refusal})
            self._close(connection)
        else:
            self.kernels[pid] = connection
            _send(connection, {"pid": pid})
        return None

    def _refusal(self, environment: dict[str, str]) -> str | None:
        if not self.loaded:
            preload(self.names)
            self.loaded = True
        threads = len(os.listdir("/proc/self/task"))
        if threads != 1:
            return f"the preloaded process has {threads} threads"
        ours, theirs = relevant(self.started_with), relevant(environment)
        different = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
        return f"other values of {', '.join(different)}" if different else None

    def _leave(self, connection: socket.socket) -> None:
        """In a child: let go of everything that belongs to the parent."""
        signal.set_wakeup_fd(-1)
        self.selector.close()
        self.listener.close()
        os.close(self.wake_read)
        os.close(self.wake_write)
        for kept in (connection, *self.kernels.values()):
            kept.close()


def _restore_threads(environment: dict[str, str]) -> None:
    """Give OpenBLAS the number of threads that it would have taken by itself: results depend on it."""
    import threadpoolctl

    asked = [environment[name] for name in _THREAD_VARIABLES if environment.get(name, "").isdigit()]
    count = next((int(text) for text in asked if int(text) > 0), len(os.sched_getaffinity(0)))
    for library in threadpoolctl.ThreadpoolController().lib_controllers:
        if library.internal_api == "openblas":
            library.set_num_threads(count)


def _become_kernel(request: dict) -> None:
    os.setsid()
    for number, handler in (
        (signal.SIGCHLD, signal.SIG_DFL),
        (signal.SIGTERM, signal.SIG_DFL),
        (signal.SIGINT, signal.default_int_handler),
    ):
        signal.signal(number, handler)
    for target, descriptor in enumerate(request["descriptors"]):
        os.dup2(descriptor, target)
        os.close(descriptor)
    os.chdir(request["folder"])
    environment = request["environment"]
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    _restore_threads(environment)
    import numpy as np

    np.random.seed()  # noqa: NPY002  (the legacy generator was seeded once, in the parent)
    if environment.get("COURSE_OFFLINE") == "1":
        from course_utils import network_guard

        network_guard.install()
    # As `python -m ipykernel_launcher` would: the launcher itself decides what becomes of the folder in sys.path.
    sys.path.insert(0, os.getcwd())
    sys.argv = ["", *request["arguments"], f"--IPKernelApp.parent_handle={os.getppid()}"]
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)


def main(descriptor: int, name: str) -> None:
    """Serve on an inherited listening socket until standard input ends."""
    request = _Server(socket.socket(fileno=descriptor), PRELOADS[name]).serve()
    if request is not None:
        _become_kernel(request)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
