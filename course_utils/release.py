"""The student bundle: the course without its solutions, written as a folder and proven free of them."""

import pathlib
import shutil
import tempfile
import tomllib
import zipfile

from course_utils import locations

CONTENTS = ("lessons", "course_utils", "data", ".constraints", "pyproject.toml", "README.md", "LICENSE")
_OPTIONAL = (".constraints",)
_LEFT_OUT = ("__pycache__", ".*", "*.pyc", "*.pyo", "*.partial", "*.egg-info", "*.ipynb_checkpoints")
_ZIP_DATE = (2020, 1, 1, 0, 0, 0)  # the same files give the same archive


class ReleaseError(Exception):
    """A bundle that was not written; the message says why."""


class LeakError(ReleaseError):
    """A bundle in which something of a solution was found.

    Args:
        messages (list of str): what was found where.
    """

    def __init__(self, messages: list[str]):
        super().__init__("the bundle would give solutions away")
        self.messages = messages


def is_bundle(folder: pathlib.Path) -> bool:
    """Return whether a folder holds an earlier bundle of this course, and not a checkout of it."""
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return project == "cnn-course" and not (folder / "solutions").exists()


def _check_target(target: pathlib.Path, root: pathlib.Path, force: bool) -> None:
    inside = target == root or root.is_relative_to(target)
    if inside or any(target.is_relative_to(root / name) for name in (*CONTENTS, "solutions", "tests", ".git")):
        raise ReleaseError(f"{target} is a part of the course itself, or holds it; give a folder elsewhere.")
    if target.exists() and not target.is_dir():
        raise ReleaseError(f"{target} is a file; give a folder.")
    if not target.is_dir() or not any(target.iterdir()):
        return
    if not force:
        raise ReleaseError(f"{target} is not empty. Give a new folder, or --force to renew an earlier bundle in it.")
    clashes = [name for name in CONTENTS if (target / name).exists()]
    if clashes and not is_bundle(target):
        raise ReleaseError(
            f"{target} holds {', '.join(clashes)} but no earlier bundle, so --force does not replace them. "
            "Give another folder."
        )


def _copy(root: pathlib.Path, staging: pathlib.Path) -> None:
    ignore = shutil.ignore_patterns(*_LEFT_OUT)
    for name in CONTENTS:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, staging / name, ignore=ignore)
        elif source.is_file():
            shutil.copy2(source, staging / name)
        elif name not in _OPTIONAL:
            raise ReleaseError(f"{source} is missing, so the bundle would be incomplete.")
    if not any((staging / "lessons").glob("*.ipynb")):
        raise ReleaseError(f"{root / 'lessons'} holds no notebooks; make them with `course build`.")


def _faults(folder: pathlib.Path) -> list[str]:
    """Return what must not be in a bundle and is in it."""
    from course_utils.authoring import leaks

    unwanted = [f"{name}/ is in the bundle" for name in ("solutions", "tests") if (folder / name).exists()]
    return [*unwanted, *leaks.find(folder)]


def _zip(folder: pathlib.Path, archive: pathlib.Path) -> None:
    partial = archive.with_name(archive.name + ".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as file:
        for name in CONTENTS:
            top = folder / name
            for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
                if path.is_file():
                    inside = pathlib.PurePosixPath(folder.name, *path.relative_to(folder).parts)
                    entry = zipfile.ZipInfo(str(inside), _ZIP_DATE)
                    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                    file.writestr(entry, path.read_bytes())
    partial.replace(archive)


def write(target: pathlib.Path, force: bool = False, archive: bool = False) -> list[pathlib.Path]:
    """Write the student bundle and prove that no solution, hidden check or output is in it.

    It is put together beside the target and moved there only when it has passed.

    Args:
        target (pathlib.Path): a folder that is new or empty.
        force (bool): renew the earlier bundle that the folder holds; other files in it are left alone. Default False.
        archive (bool): write TARGET.zip too. Default False.

    Returns:
        What was written: the folder, and the archive.

    Raises:
        ReleaseError: this is no checkout, the folder may not be used, or something is missing.
        LeakError: something of a solution was found; nothing was written.
    """
    root = locations.root()
    if root is None or locations.solutions() is None:
        raise ReleaseError("there is no solutions/ here: a bundle is made, and checked, in a checkout of the course.")
    root, target = root.resolve(), target.resolve()
    _check_target(target, root, force)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".release-") as folder:
        staging = pathlib.Path(folder) / target.name
        staging.mkdir()
        _copy(root, staging)
        faults = _faults(staging)
        if faults:
            raise LeakError(faults)
        target.mkdir(exist_ok=True)
        for name in CONTENTS:
            if (target / name).is_dir():
                shutil.rmtree(target / name)
            if (staging / name).exists():
                (staging / name).replace(target / name)
    faults = _faults(target)
    if faults:
        raise LeakError([f"{message} (it was in {target} before)" for message in faults])
    if not archive:
        return [target]
    packed = target.parent / f"{target.name}.zip"
    _zip(target, packed)
    return [target, packed]
