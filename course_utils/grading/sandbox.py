"""The sandbox: which walls there are on this machine, and how a process is started behind them.

Two walls stand around a student's code.

- **Inner**, in the child itself: Landlock (files, TCP, signals), a seccomp filter (sockets, processes, modes, mounts)
  and limits of memory, time and file size. It needs Linux 5.13 or newer and no privileges, also inside a container.
- **Outer**, around the process that forks the children: namespaces of its own for network, processes and mounts, by
  bubblewrap where it is installed, else by `unshare` of util-linux, where the system lets users make them.

The inner wall is enough to let strangers' code run; without it nothing runs, unless the instructor trusts the code.
"""

import dataclasses
import functools
import os
import pathlib
import platform
import shutil
import site
import subprocess
import sys
import sysconfig
import tempfile

from course_utils import locations
from course_utils.grading import landlock, seccomp

_SECONDS_TO_TRY = 60
_PUT_UP_WALLS = (
    "import sys; from course_utils.grading import zygote as z; z.confine(z.Walls((), sys.argv[1], True), 9, 500)"
)
_SYSTEM = (
    "/usr",
    "/bin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/etc/localtime",
    "/etc/mime.types",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/sys/devices/system",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
    "/dev/full",
)


class NoSandbox(RuntimeError):
    """Strangers' code cannot be run safely here; the message says why and what to do."""


@dataclasses.dataclass(frozen=True)
class Isolation:
    """The walls that are in use.

    Args:
        inner (bool): Landlock, seccomp and limits in the child.
        outer (str): "bubblewrap", "unshare" or "" for none.
        landlock_version (int): of the kernel's interface; 0 where there is none.
    """

    inner: bool
    outer: str
    landlock_version: int

    def __str__(self) -> str:
        if not self.inner:
            return "none: the submissions were trusted"
        parts = [f"Landlock {self.landlock_version}", "seccomp", "limits of time, memory and disk"]
        if self.outer:
            parts.append(f"namespaces of their own for network, processes and mounts (by {self.outer})")
        return ", ".join(parts)


def _works(command: list[str]) -> bool:
    if not command:
        return False
    try:
        done = subprocess.run([*command, "true"], capture_output=True, timeout=_SECONDS_TO_TRY, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _inner_works() -> bool:
    """Return whether a process can put the inner wall on itself; a container's host may filter the calls it takes."""
    if sys.platform != "linux" or not landlock.version() or not seccomp.supported():
        return False
    with tempfile.TemporaryDirectory(prefix="course-walls-") as work:
        return _works([sys.executable, "-P", "-c", _PUT_UP_WALLS, work])


def _bubblewrap(work: str = "") -> list[str]:
    program = shutil.which("bwrap")
    if not program:
        return []
    command = [program, "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    return [*command, *(["--size", str(64 * 2**20), "--tmpfs", work] if work else []), "--"]


def _unshare() -> list[str]:
    program = shutil.which("unshare")
    if not program:
        return []
    return [
        program, "--user", "--map-current-user", "--net", "--pid", "--ipc", "--uts", "--mount", "--fork",
        "--kill-child", "--mount-proc",
    ]  # fmt: skip


@functools.cache
def found() -> Isolation:
    """Return the walls that this machine has, tried out once.

    Example:
        >>> isinstance(found().inner, bool)
        True
    """
    inner = _inner_works()
    outer = ""
    if inner:
        if _works(_bubblewrap()):
            outer = "bubblewrap"
        elif _works(_unshare()):
            outer = "unshare"
    return Isolation(inner, outer, landlock.version() if inner else 0)


def missing() -> str:
    """Return in words why there is no inner wall."""
    if sys.platform != "linux":
        return f"{sys.platform} has neither Landlock nor seccomp"
    if not landlock.version():
        return "this kernel has no Landlock, or the container's host does not let it through"
    if not seccomp.supported():
        return f"this course has no seccomp filter for {platform.machine()}"
    return "Landlock or seccomp is refused here, probably by the container's host"


def required(trusted: bool) -> Isolation:
    """Return the walls to use, or refuse.

    Args:
        trusted (bool): the instructor vouches for the submissions: no wall is needed.

    Raises:
        NoSandbox: there is no inner wall and the submissions are not trusted.
    """
    if trusted:
        return Isolation(False, "", 0)
    isolation = found()
    if isolation.inner:
        return isolation
    raise NoSandbox(
        f"Submissions cannot be run safely here: {missing()}. Linux 5.13 or newer on x86_64 or aarch64 has what it "
        "takes: grade on such a Linux, in a virtual machine, in WSL 2, or in a container whose host lets Landlock and "
        "seccomp through. If you know that every submission is harmless, add --trusted: their code then "
        "runs with all your rights."
    )


def readable() -> list[str]:
    """Return what a child may read: Python, its packages, this course without solutions and tests, system libraries."""
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, sysconfig.get_path("stdlib"), *_SYSTEM}
    places.update(site.getsitepackages())
    if site.ENABLE_USER_SITE:
        places.add(site.getusersitepackages())
    places.update((str(locations.PACKAGE), str(locations.data()), str(locations.cache())))
    return sorted(place for place in places if place and os.path.exists(place))


def exposed(path: pathlib.Path) -> str | None:
    """Return which readable place a path lies in, or None when a child cannot read it."""
    resolved = path.resolve()
    for place in readable():
        top = pathlib.Path(place).resolve()
        if resolved == top or resolved.is_relative_to(top):
            return place
    return None


def command(isolation: Isolation, work: str) -> list[str]:
    """Return what to put before a command so that it runs behind the outer wall."""
    if isolation.outer == "bubblewrap":
        return _bubblewrap(work)
    return _unshare() if isolation.outer == "unshare" else []


def environment(work: str, keras: bool) -> dict[str, str]:
    """Return the variables of the sandbox: none of the user's own.

    Args:
        work (str): the folder that can be written.
        keras (bool): whether Keras lessons are graded.
    """
    variables = {
        "COURSE_CACHE": str(locations.cache()),
        "COURSE_PROFILE": "quick",
        "COURSE_PROGRESS": "off",
        "HOME": work,
        "KERAS_HOME": work,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": work,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": os.defpath,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TMPDIR": work,
    }
    if keras:
        variables.update({"TF_NUM_INTEROP_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_ENABLE_ONEDNN_OPTS": "0"})
        variables["KERAS_BACKEND"] = os.environ.get("KERAS_BACKEND", "tensorflow")
    return variables
