"""Kernels that are forked from a preloaded process, so that not every notebook imports everything anew.

`preloaded()` starts the processes and makes the provisioner below the default of jupyter_client. Wherever a fork
is not possible, the provisioner starts an ordinary kernel: on macOS and Windows (system libraries there do not
survive a fork), outside `preloaded()`, for another Python, or when a variable differs that libraries read while
they load.
"""

import contextlib
import importlib.metadata
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import IO, Any

import nbformat
from jupyter_client import connect, provisioning
from jupyter_client.provisioning import local_provisioner

from course_utils.execution import zygote

PROVISIONER = "course-forked"
FOLDER_VARIABLE = "COURSE_KERNELS"
PRELOAD_VARIABLE = "COURSE_PRELOAD"
_KNOWN_ARGUMENTS = {"cwd", "env", "kernel_id", "stdin", "stdout", "stderr"}
_SECONDS_TO_PRELOAD = 120


def kernel_environment(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Return the variable that tells which preloaded process suits a notebook.

    Example:
        >>> from nbformat import v4
        >>> kernel_environment(v4.new_notebook(cells=[v4.new_code_cell("import keras")]))
        {'COURSE_PRELOAD': 'keras'}
    """
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return {PRELOAD_VARIABLE: "keras" if "keras" in code or "tensorflow" in code else "light"}


def plain_environment() -> dict[str, str]:
    """Return the variables with which Keras computes in one thread and without oneDNN, as other machines may.

    Example:
        >>> plain_environment()["TF_ENABLE_ONEDNN_OPTS"]
        '0'
    """
    return {PRELOAD_VARIABLE: "keras-plain", **zygote.PLAIN}


def supported() -> bool:
    """Return whether kernels can be forked here and this package's provisioner is installed."""
    entry_points = importlib.metadata.entry_points(group="jupyter_client.kernel_provisioners", name=PROVISIONER)
    return sys.platform == "linux" and len(entry_points) > 0


@contextlib.contextmanager
def preloaded() -> Iterator[None]:
    """Fork the kernels that this process and its children start inside the `with` block.

    Processes are started; each waits, having imported nothing, until the first notebook asks for it. All
    end, with their kernels, when the block is left or this process goes away. Inside another `preloaded()`, and
    where forking is not possible, the block changes nothing.

    Example:
        >>> with preloaded():
        ...     pass  # runner.run(...) here
    """
    if FOLDER_VARIABLE in os.environ or not supported():
        yield
        return
    factory = provisioning.KernelProvisionerFactory.instance()
    variable = factory.default_provisioner_name_env
    default_before, variable_before = factory.default_provisioner_name, os.environ.get(variable)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="course-kernels-"))  # mode 0700
    processes: list[subprocess.Popen] = []
    try:
        with contextlib.suppress(OSError):  # a path too long for a socket, no process to be had: ordinary kernels
            for name in zygote.PRELOADS:
                processes.append(_start(folder, name))
            os.environ[FOLDER_VARIABLE] = str(folder)
            os.environ[variable] = PROVISIONER
            factory.default_provisioner_name = PROVISIONER
        yield
    finally:
        os.environ.pop(FOLDER_VARIABLE, None)
        os.environ.pop(variable, None)
        if variable_before is not None:
            os.environ[variable] = variable_before
        factory.default_provisioner_name = default_before
        for process in processes:
            process.stdin.close()
        for process in processes:
            _wait(process)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(process: subprocess.Popen) -> None:
    """Let a preloading process end its kernels; one that is still importing has none."""
    try:
        process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _start(folder: pathlib.Path, name: str) -> subprocess.Popen:
    """Start one preloading process on a socket that is open before it runs, so that nobody comes too early."""
    environment = {key: value for key, value in os.environ.items() if key != "COURSE_OFFLINE"}
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # what goes wrong is told by exceptions too
    environment.update(zygote.STARTED_WITH.get(name, {}))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(folder / name))
        listener.listen(64)
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "course_utils.execution.zygote", str(listener.fileno()), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # Ctrl-C is for the owner, which then ends this process
        )


class NotForkedError(RuntimeError):
    """Why a kernel has to be an ordinary one."""


class ForkedProcess:
    """What a provisioner needs of subprocess.Popen, for a kernel that is a child of the preloaded process."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket):
        self._connection, self._heard = connection, b""
        self.pid: int | None = None
        self.returncode: int | None = None

    def ask(self, request: dict[str, Any], descriptors: list[int]) -> None:
        """Ask for a fork; raise NotForkedError if there is none."""
        body = json.dumps(request).encode()
        socket.send_fds(self._connection, [len(body).to_bytes(4, "big")], descriptors)
        self._connection.sendall(body)
        answer = self._hear() or {"refused": "the preloaded process has ended"}
        if "refused" in answer:
            raise NotForkedError(answer["refused"])
        self.pid = answer["pid"]

    def _hear(self, flags: int = 0) -> dict[str, Any] | None:
        """Return the next message, or None when the other side is gone."""
        while b"\n" not in self._heard:
            data = self._connection.recv(4096, flags)
            if not data:
                return None
            self._heard += data
        line, _, self._heard = self._heard.partition(b"\n")
        return json.loads(line)

    def _end(self, flags: int) -> int | None:
        if self.returncode is None:
            try:
                message = self._hear(flags)
            except BlockingIOError:
                return None
            except OSError:
                message = None
            # The preloaded process takes its kernels along when it ends without a word.
            self.returncode = message["status"] if message else -signal.SIGKILL
            self._connection.close()
        return self.returncode

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal; None while the kernel runs."""
        return self._end(socket.MSG_DONTWAIT)

    def wait(self) -> int:
        """Return the exit status once there is one."""
        return self._end(0)

    def send_signal(self, number: int) -> None:
        """Send a signal unless the kernel has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


def _launcher_arguments(command: list[str]) -> list[str] | None:
    """Return what follows `python [-X ...] -m ipykernel_launcher`, or None for any other command."""
    if not command or command[0] != sys.executable or "ipykernel_launcher" not in command:
        return None
    position = command.index("ipykernel_launcher")
    options = command[1:position]
    return command[position + 1 :] if options[-1:] == ["-m"] and all(o[:2] == "-X" for o in options[:-1]) else None


def _descriptor(stream: Any, default: int, nothing: IO[bytes]) -> int:
    if stream is None:
        return default
    if stream == subprocess.DEVNULL:
        return nothing.fileno()
    return stream if isinstance(stream, int) else stream.fileno()


def _fork(command: list[str], arguments: dict[str, Any]) -> ForkedProcess:
    environment = arguments.get("env") or dict(os.environ)
    folder, preload = environment.get(FOLDER_VARIABLE), environment.get(PRELOAD_VARIABLE, "light")
    launcher_arguments = _launcher_arguments(command)
    if not folder:
        raise NotForkedError("there is no preloaded process")
    if launcher_arguments is None or not arguments.keys() <= _KNOWN_ARGUMENTS:
        raise NotForkedError(f"the preloaded process cannot become {command} with {sorted(arguments)}")
    request = {
        "arguments": launcher_arguments,
        "environment": environment,
        "folder": str(arguments.get("cwd") or os.getcwd()),
    }
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_SECONDS_TO_PRELOAD)
    process = ForkedProcess(connection)
    with open(os.devnull, "r+b") as nothing:
        descriptors = [
            nothing.fileno(),
            _descriptor(arguments.get("stdout"), 1, nothing),
            _descriptor(arguments.get("stderr"), 2, nothing),
        ]
        try:
            connection.connect(str(pathlib.Path(folder) / preload))
            process.ask(request, descriptors)
        except (OSError, NotForkedError) as error:
            connection.close()
            raise NotForkedError(str(error)) from error
    connection.setblocking(True)
    return process


class ForkedProvisioner(local_provisioner.LocalProvisioner):
    """Starts kernels as forks of a preloaded process, or as ordinary processes where that is not possible."""

    forked = False

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> connect.KernelConnectionInfo:
        """Launch a kernel and return where to reach it."""
        try:
            process = _fork(cmd, kwargs)
        except NotForkedError as reason:
            self.forked = False
            self.log.info("An ordinary kernel: %s", reason)
            return await super().launch_kernel(cmd, **kwargs)
        self.forked = True
        self.process = process
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd", pathlib.Path.cwd())
        return self.connection_info
