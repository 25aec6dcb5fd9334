"""The durable record of a grading run: one SQLite file, from which every report is made.

What was marked is keyed by the content of the notebook and of the reference, so that running again marks only what
changed, and whatever was finished when the process was killed is kept.
"""

import contextlib
import dataclasses
import json
import pathlib
import sqlite3
import threading

from course_utils.grading import marking

FILE = "grades.db"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS marks (
    content TEXT NOT NULL, reference TEXT NOT NULL, limits TEXT NOT NULL, marks TEXT NOT NULL,
    PRIMARY KEY (content, reference, limits)
);
CREATE TABLE IF NOT EXISTS submissions (
    student TEXT NOT NULL, lesson TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, file TEXT NOT NULL,
    late INTEGER NOT NULL, earlier INTEGER NOT NULL, content TEXT NOT NULL, reference TEXT NOT NULL,
    limits TEXT NOT NULL, damage TEXT NOT NULL,
    PRIMARY KEY (student, lesson)
);
CREATE TABLE IF NOT EXISTS remarks (
    student TEXT NOT NULL, lesson TEXT NOT NULL, exercise TEXT NOT NULL, points REAL, comment TEXT NOT NULL,
    PRIMARY KEY (student, lesson, exercise)
);
"""


class RecordsError(RuntimeError):
    """The records cannot be used; the message says why."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """What is on record of one student's work on one lesson.

    Args:
        student (str), lesson (str): whose and which; the lesson is "" when nothing says which.
        status (str): "graded" or "could not be read".
        reason (str): why it could not be read.
        file (str): the file that counts.
        late (bool): whether it was marked as late.
        earlier (int): how many other files of the student for this lesson there were.
        content (str): sha256 of the notebook.
        damage (str): what was wrong with the file, "" for nothing.
        marks (tuple of marking.Mark): one for each exercise; empty when it could not be read.
    """

    student: str
    lesson: str
    status: str
    reason: str
    file: str
    late: bool
    earlier: int
    content: str
    damage: str
    marks: tuple[marking.Mark, ...] = ()


@dataclasses.dataclass(frozen=True)
class Remark:
    """What the instructor wrote: points that replace the earned ones (None: they stay), and a comment."""

    points: float | None
    comment: str


GRADED, UNREADABLE = "graded", "could not be read"


def _dumped(marks: list[marking.Mark]) -> str:
    text = json.dumps([dataclasses.asdict(mark) for mark in marks], ensure_ascii=False, sort_keys=True)
    return text.encode("utf-8", "replace").decode()  # a student's text may hold halves of characters


def _loaded(text: str) -> tuple[marking.Mark, ...]:
    return tuple(
        marking.Mark(
            **{
                **one,
                "cases": tuple(marking.CaseMark(**case) for case in one["cases"]),
                "pictures": tuple(one["pictures"]),
            }
        )
        for one in json.loads(text)
    )


class Records:
    """Opens the records in a folder; a context manager, usable from several threads.

    Args:
        folder (path): where grades.db is, or will be.

    Raises:
        RecordsError: the file is no such record, or cannot be written.
    """

    def __init__(self, folder: pathlib.Path):
        self.path = folder / FILE
        self._lock = threading.Lock()
        try:
            self._database = sqlite3.connect(self.path, check_same_thread=False, timeout=30)
            with self._database:
                self._database.execute("PRAGMA journal_mode=WAL")
                self._database.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise RecordsError(
                f"{self.path} cannot be used ({error}). Give another folder, or move this file away."
            ) from None

    def __enter__(self) -> "Records":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._database.close()

    def _write(self, sql: str, values: tuple) -> None:
        with self._lock, self._database:
            self._database.execute(sql, values)

    def _rows(self, sql: str, values: tuple = ()) -> list[tuple]:
        with self._lock:
            return self._database.execute(sql, values).fetchall()

    def setting(self, name: str, default: str) -> str:
        """Return a setting that stays the same for this folder; the first call decides."""
        self._write("INSERT OR IGNORE INTO settings VALUES (?, ?)", (name, default))
        return self._rows("SELECT value FROM settings WHERE name = ?", (name,))[0][0]

    def change_setting(self, name: str, value: str) -> None:
        """Set a setting."""
        self._write("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def marks(self, content: str, reference: str, limits: str) -> tuple[marking.Mark, ...] | None:
        """Return the marks of a notebook that was marked before by the same reference, or None."""
        rows = self._rows(
            "SELECT marks FROM marks WHERE content = ? AND reference = ? AND limits = ?", (content, reference, limits)
        )
        return _loaded(rows[0][0]) if rows else None

    def keep_marks(self, content: str, reference: str, limits: str, marks: list[marking.Mark]) -> None:
        """Keep the marks of a notebook; when this returns they are on disk."""
        self._write("INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?)", (content, reference, limits, _dumped(marks)))

    def forget_marks(self, content: str) -> None:
        """Forget the marks of a notebook, so that it is marked anew."""
        self._write("DELETE FROM marks WHERE content = ?", (content,))

    def enter(self, entry: Entry, reference: str, limits: str) -> None:
        """Enter which file counts for a student and a lesson."""
        self._write(
            "INSERT OR REPLACE INTO submissions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.student,
                entry.lesson,
                entry.status,
                entry.reason,
                entry.file,
                int(entry.late),
                entry.earlier,
                entry.content,
                reference,
                limits,
                entry.damage,
            ),
        )

    def drop_others(self, kept: set[tuple[str, str]]) -> None:
        """Drop the entries of students and lessons that are not among the submissions any more; remarks stay."""
        for student, lesson in self._rows("SELECT student, lesson FROM submissions"):
            if (student, lesson) not in kept:
                self._write("DELETE FROM submissions WHERE student = ? AND lesson = ?", (student, lesson))

    def entries(self) -> list[Entry]:
        """Return everything on record, sorted by lesson and student."""
        found = []
        for row in self._rows("SELECT * FROM submissions ORDER BY lesson, student"):
            student, lesson, status, reason, file, late, earlier, content, reference, limits, damage = row
            marks = self.marks(content, reference, limits) if status == GRADED else ()
            found.append(
                Entry(student, lesson, status, reason, file, bool(late), earlier, content, damage, marks or ())
            )
        return found

    def replace_remarks(self, remarks: dict[tuple[str, str, str], Remark]) -> None:
        """Keep what the instructor says, by (student, lesson, exercise); marking anew never touches it."""
        with self._lock, self._database:
            self._database.execute("DELETE FROM remarks")
            self._database.executemany(
                "INSERT INTO remarks VALUES (?, ?, ?, ?, ?)",
                [(*key, remark.points, remark.comment) for key, remark in remarks.items()],
            )

    def remarks(self) -> dict[tuple[str, str, str], Remark]:
        """Return the instructor's remarks by (student, lesson, exercise)."""
        rows = self._rows("SELECT student, lesson, exercise, points, comment FROM remarks")
        return {
            (student, lesson, exercise): Remark(points, comment) for student, lesson, exercise, points, comment in rows
        }
