"""Say what works on this machine, and what each missing thing would need."""

import dataclasses
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

from course_utils import locations

OK, NOTE, BROKEN = "ok", "note", "broken"
DISTRIBUTION = "cnn-course"
_OLDEST_PYTHON = (3, 11)
_SECONDS_FOR_BACKEND = 180
_SMALLEST_MEMORY = 2 * 10**9

# Run in a process of its own: a backend that crashes while it loads must not take the doctor along.
_ASK_BACKEND = """
import json, os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
backend = keras.backend.backend()
if backend == "tensorflow":
    import tensorflow
    version, gpus = tensorflow.__version__, [gpu.name for gpu in tensorflow.config.list_physical_devices("GPU")]
elif backend == "jax":
    import jax
    version, gpus = jax.__version__, [str(gpu) for gpu in jax.devices() if gpu.platform != "cpu"]
else:
    import torch
    version, gpus = torch.__version__, [torch.cuda.get_device_name(n) for n in range(torch.cuda.device_count())]
total = float(keras.ops.sum(keras.ops.ones((2, 3))))
answer = {"keras": keras.__version__, "backend": backend, "version": version, "gpus": gpus, "total": total}
print("\\n" + json.dumps(answer))
"""


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Args:
        group (str): "python", "packages", "backend", "jupyter", "data", "weights", "course" or
            "grading".
        name (str): the thing.
        status (str): OK, NOTE (worth knowing, nothing needs it) or BROKEN (something of the course will not work).
        detail (str): what was found.
        remedy (str): what to do about it; "" when nothing is.
        sha256 (str): of a file; "" for other things.
    """

    group: str
    name: str
    status: str
    detail: str
    remedy: str = ""
    sha256: str = ""


def _python() -> list[Finding]:
    version = platform.python_version()
    old = sys.version_info[:2] < _OLDEST_PYTHON
    needed = ".".join(map(str, _OLDEST_PYTHON))
    found = [
        Finding(
            "python",
            "Python",
            BROKEN if old else OK,
            f"{version} at {sys.executable}",
            f"install Python {needed} or newer" if old else "",
        ),
        Finding("python", "system", OK, f"{platform.system()} {platform.release()}, {platform.machine()}"),
    ]
    try:
        import psutil

        total = psutil.virtual_memory().total
    except ImportError:
        return found
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    small = total < _SMALLEST_MEMORY
    remedy = "close other programs, or run one lesson at a time: course run --jobs 1" if small else ""
    found.append(
        Finding("python", "machine", NOTE if small else OK, f"{cores} cores, {total / 1e9:.1f} GB of memory", remedy)
    )
    return found


def _version_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version.split("+")[0])[:3])


def _requirements() -> list[tuple[str, str]]:
    """Return the packages of the base install and their lowest versions, as this installation declares them."""
    wanted = []
    for line in importlib.metadata.requires(DISTRIBUTION) or []:
        match = re.fullmatch(r"([A-Za-z0-9._-]+)\s*(?:\(?>=\s*([0-9.]+)\)?)?", line)
        if match:  # lines with a marker belong to an extra
            wanted.append((match[1], match[2] or "0"))
    return wanted


def _package(name: str, lowest: str) -> Finding:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding("packages", name, BROKEN, "not installed", f"pip install '{name}>={lowest}'")
    if _version_numbers(version) < _version_numbers(lowest):
        return Finding(
            "packages", name, BROKEN, f"{version}, older than {lowest}", f"pip install --upgrade '{name}>={lowest}'"
        )
    return Finding("packages", name, OK, version)


def _packages() -> list[Finding]:
    try:
        return [_package(name, lowest) for name, lowest in _requirements()]
    except importlib.metadata.PackageNotFoundError:
        return [
            Finding(
                "packages",
                DISTRIBUTION,
                BROKEN,
                "not installed in this Python",
                "in the course's folder: pip install -e .",
            )
        ]


def _has_nvidia_gpu() -> bool:
    if shutil.which("nvidia-smi") is None:
        return False
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return listed.returncode == 0 and b"GPU 0" in listed.stdout


def _backend() -> list[Finding]:
    remedy = f"pip install --upgrade {DISTRIBUTION}, or choose another backend with KERAS_BACKEND"
    try:
        asked = subprocess.run(
            [sys.executable, "-c", _ASK_BACKEND],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS_FOR_BACKEND,
        )
    except subprocess.TimeoutExpired:
        return [Finding("backend", "Keras", BROKEN, f"did not load within {_SECONDS_FOR_BACKEND} s", remedy)]
    try:
        answer = json.loads(asked.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        said = [line for line in asked.stderr.splitlines() if line.strip()] or [f"ended with code {asked.returncode}"]
        return [Finding("backend", "Keras", BROKEN, f"does not load: {said[-1].strip()[:200]}", remedy)]
    works = answer["total"] == 6.0
    found = [
        Finding("backend", "Keras", OK if works else BROKEN, answer["keras"], "" if works else remedy),
        Finding("backend", answer["backend"], OK, answer["version"]),
    ]
    if answer["gpus"]:
        found.append(Finding("backend", "GPU", OK, ", ".join(answer["gpus"])))
    elif _has_nvidia_gpu():
        advice = "Linux: pip install 'tensorflow[and-cuda]'; no lesson needs it"
        found.append(Finding("backend", "GPU", NOTE, "there is one, but the backend does not use it", advice))
    else:
        found.append(Finding("backend", "GPU", OK, "none; every lesson runs on the CPU"))
    return found


def _jupyter() -> list[Finding]:
    found = []
    if importlib.util.find_spec("jupyterlab") is None:
        found.append(Finding("jupyter", "JupyterLab", BROKEN, "not installed", "pip install jupyterlab"))
    else:
        found.append(Finding("jupyter", "JupyterLab", OK, importlib.metadata.version("jupyterlab")))
    try:
        from jupyter_client import kernelspec

        spec = kernelspec.KernelSpecManager().get_kernel_spec("python3")
    except Exception as error:  # a broken kernel file ends in whatever its reader raises
        remedy = "pip install --force-reinstall ipykernel"
        return [*found, Finding("jupyter", "Python kernel", BROKEN, f"not found: {error}", remedy)]
    program = spec.argv[0]
    # jupyter_client starts its own Python when a kernel asks for plain "python".
    if program in ("python", "python3") or pathlib.Path(program).resolve() == pathlib.Path(sys.executable).resolve():
        return [*found, Finding("jupyter", "Python kernel", OK, "this Python")]
    remedy = "python -m ipykernel install --sys-prefix"
    return [*found, Finding("jupyter", "Python kernel", NOTE, f"another Python, {program}", remedy)]


def _file(entry) -> Finding:
    """Look at one file of the manifest."""
    from course_utils import datasets

    group = "weights" if "weight" in entry.kind else "data"
    if entry.kind == "public dataset":
        return _public_dataset(entry)
    try:
        content = datasets.verify(datasets.locate(entry.name), entry.sha256)
    except (ImportError, FileNotFoundError, ValueError, OSError) as error:
        problem, _, advice = str(error).partition(" Install ")
        return Finding(group, entry.name, BROKEN, problem.rstrip("."), f"Install {advice}" if advice else "")
    found = hashlib.sha256(content).hexdigest()
    return Finding(group, entry.name, OK, f"{len(content) / 1000:,.0f} kB, {entry.package}", sha256=found)


def _public_dataset(entry) -> Finding:
    """Look for a dataset that only the full profile uses, in the mirror and among Keras's downloads."""
    from course_utils import datasets

    mirror = locations.mirror()
    copy = mirror and mirror / f"{entry.name.removesuffix('_public')}.npz"
    if copy and copy.is_file():
        return Finding("data", entry.name, OK, f"{copy} (checked when it is loaded)")
    try:
        path = datasets.locate(entry.name)
    except FileNotFoundError:
        return Finding("data", entry.name, OK, "not here; only the full profile uses it, and fetches it")
    return Finding("data", entry.name, OK, f"{path} (checked when it is loaded)")


def _files() -> list[Finding]:
    from course_utils import datasets

    try:
        entries = list(datasets.manifest().values())
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [Finding("data", "MANIFEST.toml", BROKEN, f"cannot be read: {error}", "install the course again")]
    return [_file(entry) for entry in entries]


def _course() -> list[Finding]:
    from course_utils import lesson_names

    lessons = lesson_names.student_notebooks()
    found = [
        Finding(
            "course",
            "lessons",
            OK if lessons else BROKEN,
            f"{len(lessons)} in {locations.lessons()}",
            "" if lessons else "in a checkout: course build; otherwise install the course again",
        )
    ]
    folder = locations.work()
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    usable = there.is_dir() and os.access(there, os.W_OK)
    detail = f"{folder}{'' if folder.exists() else ' (made when a lesson is opened)'}"
    remedy = "" if usable else "set COURSE_WORK to a folder that you can write"
    found.append(Finding("course", "your folder", OK if usable else BROKEN, detail, remedy))
    for name in ("COURSE_PROFILE", "COURSE_OFFLINE", "KERAS_BACKEND"):
        if os.environ.get(name):
            found.append(Finding("course", name, NOTE, f"is set to {os.environ[name]!r}"))
    return found


def _grading() -> list[Finding]:
    """Look at the walls that `course grade` can put around students' code; only instructors need them."""
    from course_utils.grading import sandbox

    isolation = sandbox.found()
    if not isolation.inner:
        advice = "only to grade a class: use Linux 5.13 or newer, WSL 2, a virtual machine or a container"
        return [Finding("grading", "sandbox", NOTE, f"{sandbox.missing()}; course grade refuses", advice)]
    remedy = "" if isolation.outer else "a second wall for course grade: install bubblewrap"
    return [Finding("grading", "sandbox", OK if isolation.outer else NOTE, str(isolation), remedy)]


def examine() -> list[Finding]:
    """Look at everything the course needs; takes as long as Keras takes to load."""
    return [*_python(), *_packages(), *_backend(), *_jupyter(), *_files(), *_course(), *_grading()]


def healthy(findings: list[Finding]) -> bool:
    """Return whether everything that is needed works.

    Example:
        >>> healthy([Finding("backend", "GPU", NOTE, "not used")])
        True
    """
    return all(finding.status != BROKEN for finding in findings)
