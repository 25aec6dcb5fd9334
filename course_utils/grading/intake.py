"""Find the submissions in a folder, however it was collected, and say for each student which file counts.

Understood are: one notebook, folder or zip file per student; nbgrader's `submitted/STUDENT/ASSIGNMENT/`; the names that
Moodle and Canvas give to downloads; a zip file of any of these. Nothing is unpacked to disk.
"""

import dataclasses
import datetime
import io
import os
import pathlib
import re
import stat
import zipfile
from collections.abc import Iterator

from course_utils.grading import submission

RULE = "Of several files of one student for one lesson, the last one that can be read counts: by attempt, else by time."

_LARGEST_MEMBER = submission.LARGEST
_LARGEST_ARCHIVE = 512 * 2**20
_MOST_MEMBERS = 20_000
_MOST_FILES = 100_000
_SKIPPED = {"__MACOSX", ".ipynb_checkpoints", "__pycache__", ".git"}
_NEWEST_ZIP_TIME = 2107
# "Jane Doe_1234567_assignsubmission_file_" or "..._onlinetext_", as a folder or before the file's name.
_MOODLE = re.compile(r"^(?P<student>.+?)_(?P<id>\d{3,})_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)$")
# "doejane_LATE_12345_67890_lesson-1.ipynb"
_CANVAS = re.compile(r"^(?P<student>[^_\W][^_]*)(?P<late>_LATE)?_(?P<id>\d{2,})_(?P<submission>\d{2,})_(?P<file>.+)$")
_ATTEMPT = re.compile(r"-(\d{1,3})(?=\.(?:ipynb|zip)$)")


class IntakeError(ValueError):
    """The folder of submissions cannot be used; the message says why."""


@dataclasses.dataclass(frozen=True)
class _File:
    """A file in a folder or an archive: its path, time, where to read it, size, and what is wrong with it.

    `archive` is the name of the archive among the submissions that it came from, "" for none: what is in there was
    named by a student.
    """

    parts: tuple[str, ...]
    time: float
    place: pathlib.Path | tuple[zipfile.ZipFile, zipfile.ZipInfo] | None
    size: int
    problem: str = ""
    archive: str = ""


@dataclasses.dataclass(frozen=True)
class Found:
    """One file that was handed in.

    Args:
        student (str): a name that tells students apart.
        name (str): where it is, for the instructor; "" where nothing was handed in.
        reason (str): why it cannot be used, "" when nothing speaks against it yet.
        late (bool): whether the collecting system marked it as late.
        order (tuple): sorts the files of a student; the last one counts.
    """

    student: str
    name: str
    reason: str = ""
    late: bool = False
    order: tuple = ()
    file: _File | None = None

    def load(self) -> tuple[bytes, str]:
        """Return the bytes of the notebook, and why there are none."""
        if self.file is None or self.reason:
            return b"", self.reason
        content, problem = _content(self.file)
        return content, f"{self.name}: {problem}" if problem else ""


def _printable(text: str) -> str:
    """Return a name without line breaks and control characters."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text).strip() or "?"


def _on_disk(root: pathlib.Path) -> Iterator[_File]:
    count = 0
    for where, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
        for name in sorted(names):
            count += 1
            if count > _MOST_FILES:
                raise IntakeError(f"{root} holds more than {_MOST_FILES:,} files; give the folder of one assignment.")
            path = pathlib.Path(where, name)
            names_on_disk = path.relative_to(root).parts
            parts = tuple(_printable(os.fsencode(part).decode("utf-8", "replace")) for part in names_on_disk)
            try:
                about = path.lstat()
            except OSError as error:
                yield _File(parts, 0.0, None, 0, f"it cannot be looked at: {error.strerror}")
                continue
            problem = ""
            if stat.S_ISLNK(about.st_mode):
                problem = "it is a link to another file; hand in the file itself"
            elif not stat.S_ISREG(about.st_mode):
                problem = "it is no ordinary file"
            yield _File(parts, about.st_mtime, path, about.st_size, problem)


def _read_disk(path: pathlib.Path, most: int) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is no ordinary file")
        return file.read(most + 1)


def _in_archive(content: bytes, parts: tuple[str, ...], time: float) -> Iterator[_File]:
    """Give the files in a zip archive; what is wrong with it becomes a file with a problem."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except Exception as error:  # whatever a damaged or forged archive makes its reader raise
        yield _File(parts, time, None, len(content), f"it is no sound zip file ({error})")
        return
    if len(members) > _MOST_MEMBERS:
        yield _File(parts, time, None, len(content), f"it holds {len(members):,} files")
        return
    left = _LARGEST_ARCHIVE
    for member in members:
        inner = tuple(_printable(part) for part in pathlib.PurePosixPath(member.filename.replace("\\", "/")).parts)
        inner = tuple(part for part in inner if part not in ("/", "..", "."))
        if member.is_dir() or not inner or _SKIPPED & set(inner):
            continue
        try:
            when = datetime.datetime(*member.date_time).timestamp()
        except (ValueError, OverflowError):
            when = time
        problem = "it is encrypted" if member.flag_bits & 1 else ""
        if member.file_size > _LARGEST_MEMBER or member.file_size > left:
            problem = f"unpacked it has {member.file_size / 2**20:,.0f} MB"
        else:
            left -= member.file_size
        yield _File((*parts, *inner), when, (archive, member), member.file_size, problem)


def _content(file: _File) -> tuple[bytes, str]:
    """Return the bytes of a file, or why there are none."""
    if file.problem:
        return b"", file.problem
    if file.size > submission.LARGEST:
        return b"", f"it has {file.size / 2**20:,.0f} MB; {submission.LARGEST // 2**20} MB are the most"
    try:
        if isinstance(file.place, tuple):
            archive, member = file.place
            with archive.open(member) as inside:
                content = inside.read(_LARGEST_MEMBER + 1)
        else:
            content = _read_disk(file.place, submission.LARGEST)
    except Exception as error:  # whatever a damaged or forged archive makes its reader raise
        return b"", f"it cannot be read ({getattr(error, 'strerror', None) or error})"
    if len(content) > submission.LARGEST:
        return b"", f"it is larger than {submission.LARGEST // 2**20} MB"
    return content, ""


def _expanded(files: Iterator[_File]) -> Iterator[_File]:
    """Give all files, those in zip archives in place of the archives; an archive in an archive is opened too, once."""
    for file in files:
        if not file.parts[-1].lower().endswith(".zip"):
            yield file
            continue
        content, problem = _archive_content(file)
        if problem:
            yield dataclasses.replace(file, problem=problem)
            continue
        stem = file.parts[-1][:-4]
        name = file.archive or (file.parts[-1] if len(file.parts) == 1 else "")
        for inner in _in_archive(content, (*file.parts[:-1], stem), file.time):
            inner = dataclasses.replace(inner, archive=name)
            nested = inner.parts[-1].lower().endswith(".zip") and not inner.problem
            if not nested:
                yield inner
                continue
            inside, trouble = _archive_content(inner)
            if trouble:
                yield dataclasses.replace(inner, problem=trouble)
            else:
                for one in _in_archive(inside, (*inner.parts[:-1], inner.parts[-1][:-4]), inner.time):
                    yield dataclasses.replace(one, archive=name)


def _archive_content(file: _File) -> tuple[bytes, str]:
    if file.problem:
        return b"", file.problem
    if file.size > _LARGEST_ARCHIVE:
        return b"", f"it has {file.size / 2**20:,.0f} MB"
    try:
        if isinstance(file.place, tuple):
            with file.place[0].open(file.place[1]) as inside:
                return inside.read(_LARGEST_ARCHIVE), ""
        return _read_disk(file.place, _LARGEST_ARCHIVE), ""
    except Exception as error:  # whatever a damaged or forged archive makes its reader raise
        return b"", f"it cannot be read ({getattr(error, 'strerror', None) or error})"


def _whose(file: _File, names: set[str]) -> tuple[str, bool, tuple]:
    """Return whose a file is, whether it is late, and its attempt, from the name that the collecting side gave.

    That is the first part of its path: what lies in a folder or an archive was named by a student, who must not be
    able to hand in for another one.

    Args:
        file (_File): the file.
        names (set of str): the first parts of all paths.
    """
    first = file.archive or file.parts[0]
    match = _MOODLE.match(first)
    if match:
        return f"{match['student']} ({match['id']})", False, ()
    match = _CANVAS.match(first) or _CANVAS.match(f"{first}_folder")
    attempt = _ATTEMPT.search(first)
    if match:
        order = (int(match["submission"]), int(attempt[1]) if attempt else 0)
        return f"{match['student']} ({match['id']})", bool(match["late"]), order
    if first == "submitted" and len(file.parts) > 2:  # nbgrader's, beside its other folders
        return file.parts[1], False, ()
    if len(file.parts) > 1 and not file.archive:
        return first, False, ()
    stem, kind = first.rsplit(".", 1) if "." in first else (first, "")
    # "ana-1.ipynb" beside "ana.ipynb" is Ana's second attempt; on its own it may be the student number 1 of group Ana.
    if attempt and f"{first[: attempt.start()]}.{kind}" in names:
        return first[: attempt.start()], False, (int(attempt[1]),)
    return stem, False, ()


def _timestamp(content: bytes) -> float | None:
    """Return the time in nbgrader's timestamp.txt."""
    text = content[:100].decode("utf-8", "replace").strip()
    for form in ("%Y-%m-%d %H:%M:%S.%f %Z", "%Y-%m-%d %H:%M:%S %Z", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.datetime.strptime(text, form).replace(tzinfo=datetime.UTC).timestamp()
        except ValueError:
            continue
    return None


def find(place: pathlib.Path) -> list[Found]:
    """Find what was handed in.

    Args:
        place (path): a folder, a zip file or one notebook.

    Returns:
        A Found for every notebook, and for every student in whose part there is none; sorted by student and age.

    Raises:
        IntakeError: there is no such place, or nothing in it.
    """
    if not place.exists():
        raise IntakeError(f"{place} is not there.")
    if place.is_dir():
        files = list(_expanded(_on_disk(place)))
    else:
        about = place.stat()
        files = list(_expanded(iter([_File((place.name,), about.st_mtime, place, about.st_size)])))
        if place.suffix.lower() == ".zip":  # a download of the whole class: the archive's own name is nobody's
            files = [dataclasses.replace(file, parts=file.parts[1:] or file.parts, archive="") for file in files]
    files = _without_collecting_folder(files)
    names = {file.archive or file.parts[0] for file in files}
    times: dict[tuple[str, ...], float] = {}
    for file in files:
        if file.parts[-1] == "timestamp.txt" and not file.problem and file.size < 1000:
            when = _timestamp(_content(file)[0])
            if when is not None:
                times[file.parts[:-1]] = when
    found: list[Found] = []
    others: dict[str, str] = {}
    for file in files:
        student, late, order = _whose(file, names)
        name = "/".join(file.parts)
        if not file.parts[-1].lower().endswith(".ipynb"):
            if file.parts[-1] != "timestamp.txt":
                others.setdefault(student, f"{name}: {file.problem or 'it is no notebook (.ipynb)'}")
            continue
        when = times.get(file.parts[:-1], file.time)
        reason = f"{name}: {file.problem}" if file.problem else ""
        found.append(Found(student, name, reason, late, (*(order or (0,)), when, name), file))
    nothing = (0, 0.0, "")
    with_notebook = {one.student for one in found}
    for student, why in others.items():
        if student not in with_notebook:
            found.append(Found(student, "", f"there is no notebook; {why}", order=nothing))
    if place.is_dir():
        known = {one.student for one in found}
        for entry in sorted(place.iterdir()):
            is_folder = entry.is_dir() and not entry.is_symlink()
            if is_folder and entry.name not in known and not any(entry.iterdir()):
                found.append(Found(entry.name, "", "the folder is empty", order=nothing))
    if not found:
        raise IntakeError(f"{place} holds no submissions: no notebook (.ipynb) and no folder or zip file with one.")
    return sorted(found, key=lambda one: (one.student, one.order))


def _without_collecting_folder(files: list[_File]) -> list[_File]:
    """Return files without a folder around all of them that is no student's: `submitted`, or of a whole download."""
    while files:
        first = files[0].parts[0]
        if not all(len(file.parts) > 2 - bool(_collected(file)) and file.parts[0] == first for file in files):
            return files
        if first not in ("submitted", "submissions") and not all(map(_collected, files)):
            return files
        files = [dataclasses.replace(file, parts=file.parts[1:], archive="") for file in files]
    return files


def _collected(file: _File) -> bool:
    """Return whether the second part of a path is a name that Moodle or Canvas gives."""
    name = file.parts[1] if len(file.parts) > 1 else ""
    return bool(_MOODLE.match(name) or _CANVAS.match(name))
