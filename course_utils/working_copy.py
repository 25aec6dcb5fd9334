"""The student's own copy of a lesson: made once, never overwritten, and renewed with the answers in it.

In the student's folder lie NN_name.ipynb, later NN_name.v2.ipynb and so on. The hidden folder `.originals` holds
each lesson as it was handed out, under its hash, and for each copy the hash of the lesson it was made from.
"""

import dataclasses
import hashlib
import os
import pathlib
import re
import tempfile

import nbformat

from course_utils import answer_merge, lesson_names, notebook_reading

ORIGINALS = ".originals"


@dataclasses.dataclass(frozen=True)
class WorkingCopy:
    """A copy of a lesson, ready to be opened.

    Args:
        path (pathlib.Path): the newest copy.
        state (str): "new", "kept" (the lesson has not changed since) or "renewed".
        messages (tuple of str): what the student should know.
    """

    path: pathlib.Path
    state: str
    messages: tuple[str, ...] = ()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_whole(path: pathlib.Path, content: bytes) -> None:
    """Write a file of our own so that nobody ever sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".partial-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.replace(partial, path)


def _create(path: pathlib.Path, content: bytes) -> bool:
    """Write a file that must not exist yet; return False, and write nothing, when it does."""
    try:
        with open(path, "xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True


def copies(name: str, folder: pathlib.Path) -> list[pathlib.Path]:
    """Return the copies of a lesson in a folder, oldest first.

    Args:
        name (str): "02_convolve_with_kernels".
        folder (pathlib.Path): the student's folder.
    """
    pattern = re.compile(re.escape(name) + r"(?:\.v([0-9]+))?\.ipynb")
    found = []
    for path in folder.glob(f"{name}*.ipynb"):
        match = pattern.fullmatch(path.name)
        if match:
            found.append((int(match[1] or 1), path))
    return [path for _, path in sorted(found)]


def _original_of(copy: pathlib.Path) -> str | None:
    """Return the hash of the lesson that a copy was made from, or None when that is not known."""
    try:
        return (copy.parent / ORIGINALS / f"{copy.name}.sha256").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None


def _stored_original(folder: pathlib.Path, sha256: str | None) -> nbformat.NotebookNode | None:
    """Return a lesson as it was handed out, or None when its file is gone or was changed."""
    path = folder / ORIGINALS / f"{sha256}.ipynb"
    try:
        if sha256 is None or _sha256(path.read_bytes()) != sha256:
            return None
        return notebook_reading.read(path).notebook
    except (OSError, notebook_reading.UnreadableError):
        return None


def _add(folder: pathlib.Path, name: str, content: bytes, lesson: bytes) -> pathlib.Path:
    """Write the next copy of a lesson and remember what it was made from."""
    sha256 = _sha256(lesson)
    _write_whole(folder / ORIGINALS / f"{sha256}.ipynb", lesson)
    version = 1
    for existing in copies(name, folder)[-1:]:
        version = int((re.search(r"\.v([0-9]+)\.ipynb$", existing.name) or ["", "1"])[1]) + 1
    while True:
        path = folder / (f"{name}.ipynb" if version == 1 else f"{name}.v{version}.ipynb")
        if _create(path, content):
            break
        version += 1
    _write_whole(folder / ORIGINALS / f"{path.name}.sha256", (sha256 + "\n").encode())
    return path


def _listed(names: list[str], most: int = 8) -> str:
    shown = ", ".join(dict.fromkeys(names[:most]))
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def _cells(count: int) -> str:
    return f"{count} cell" if count == 1 else f"{count} cells"


def _told(merged: answer_merge.Merged) -> list[str]:
    """Return what a merge did, in the words of the student."""
    messages = []
    changes = [
        f"{_cells(count)} {what}"
        for count, what in (
            (merged.lesson_changed, "changed"),
            (merged.lesson_new, "new"),
            (merged.lesson_removed, "removed"),
        )
        if count
    ]
    if changes:
        messages.append(f"In the lesson: {', '.join(changes)}.")
    carried = [*merged.carried]
    if carried:
        messages.append(f"Carried over from your copy: {_listed(carried)}.")
    if merged.added:
        messages.append(f"Your own {_cells(merged.added)} came along.")
    if merged.conflicts:
        messages.append(
            f"Changed by you and by the lesson: {_listed(merged.conflicts)}. Yours was kept; the lesson's version "
            "stands below it."
        )
    if merged.orphans:
        messages.append(f"No longer in the lesson, but you had changed it, so it was kept: {_listed(merged.orphans)}.")
    if merged.restored:
        messages.append(f"Missing in your copy and put back: {_cells(merged.restored)} of the lesson.")
    return messages


def _newest_readable(paths: list[pathlib.Path]) -> tuple[pathlib.Path, notebook_reading.Reading, list[str]]:
    """Return the newest copy of which anything can be read, and what was wrong with the newer ones."""
    messages = []
    for path in reversed(paths):
        try:
            reading = notebook_reading.read(path)
        except notebook_reading.UnreadableError as error:
            messages.append(f"{error} It was left as it is.")
            continue
        if reading.damage:
            messages.append(f"{path.name} is damaged: {reading.damage}. The file was left as it is.")
        return path, reading, messages
    raise notebook_reading.UnreadableError(" ".join(messages))


def prepare(lesson: pathlib.Path, folder: pathlib.Path) -> WorkingCopy:
    """Return the student's copy of a lesson, made or renewed where needed; no file of the student's is changed.

    Args:
        lesson (pathlib.Path): the student notebook of the course.
        folder (pathlib.Path): the student's folder; made when it is not there.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content, name = lesson.read_bytes(), lesson.stem
    existing = copies(name, folder)
    if not existing:
        path = _add(folder, name, content, content)
        return WorkingCopy(path, "new", (f"Your copy of this lesson: {path}",))
    try:
        path, reading, messages = _newest_readable(existing)
    except notebook_reading.UnreadableError as error:
        path = _add(folder, name, content, content)
        return WorkingCopy(path, "new", (str(error), f"A fresh copy of the lesson: {path}"))
    original = _original_of(path)
    if path == existing[-1] and not reading.damage and original == _sha256(content):
        return WorkingCopy(path, "kept", (f"Your copy of this lesson: {path}",))
    merged = answer_merge.merge(
        _stored_original(folder, original), reading.notebook, notebook_reading.read(lesson).notebook
    )
    text = nbformat.writes(merged.notebook, indent=1) + "\n"
    renewed = _add(folder, name, text.encode("utf-8", "replace"), content)
    reason = "was renewed" if messages else "has changed since you got it"
    messages.append(f"The lesson {reason}. New copy with your answers: {renewed}")
    messages += _told(merged)
    messages.append(f"Your earlier copy stays as it is: {path}")
    return WorkingCopy(renewed, "renewed", tuple(messages))


def prepare_all(lesson: pathlib.Path, folder: pathlib.Path) -> WorkingCopy:
    """Prepare one lesson, and put beside it what its links lead to: the other lessons and their companions.

    Another lesson is copied only when the student has no copy at all; it is renewed when it is opened itself.

    Args:
        lesson (pathlib.Path): the student notebook to open.
        folder (pathlib.Path): the student's folder.
    """
    prepared = prepare(lesson, folder)
    for other in lesson_names.student_notebooks():
        if not copies(other.stem, folder):
            prepare(other, folder)
    _refresh_companions(lesson.parent, folder)
    return prepared


def _refresh_companions(lessons: pathlib.Path, folder: pathlib.Path) -> None:
    """Copy the files beside the lessons (glossary, figures); one that the student changed is left alone."""
    for source in sorted(lessons.rglob("*")):
        relative = source.relative_to(lessons)
        hidden = any(part.startswith((".", "__")) for part in relative.parts)
        if hidden or source.suffix == ".ipynb" or not source.is_file():
            continue
        target, content = folder / relative, source.read_bytes()
        record = folder / ORIGINALS / f"{'.'.join(relative.parts)}.sha256"
        if target.exists():
            handed_out = record.read_text(encoding="utf-8").strip() if record.exists() else None
            if not target.is_file() or _sha256(target.read_bytes()) != handed_out:
                continue
        _write_whole(target, content)
        _write_whole(record, (_sha256(content) + "\n").encode())
