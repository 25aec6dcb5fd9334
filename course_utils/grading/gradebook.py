"""The gradebook: one row per student whatever happened, for people and for other systems.

Whatever a student wrote, a name too, is defused: a spreadsheet must not take it for a formula.
"""

import csv
import dataclasses
import io
import pathlib
import re

from course_utils.checks import library
from course_utils.grading import records

_FORMULA = ("=", "+", "-", "@")
_IDENTIFIER = re.compile(r"^(?P<name>.*) \((?P<id>\d+)\)$")
NBGRADER_COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


@dataclasses.dataclass(frozen=True)
class Row:
    """What one student has for one lesson, the instructor's remarks included.

    Args:
        entry (records.Entry): what was handed in and marked.
        points (float), max_points (float): of the lesson.
        exercises (dict): points by exercise number.
        remarks (dict): the instructor's remarks by exercise number.
    """

    entry: records.Entry
    points: float
    max_points: float
    exercises: dict[str, float]
    remarks: dict[str, records.Remark]


def defused(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, and from which the text can be told again.

    Example:
        >>> defused("=1+1"), defused("Ana"), defused("'=1+1")
        ("'=1+1", 'Ana', "''=1+1")
    """
    text = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    return f"'{text}" if _is_formula(text.lstrip("'")) else text


def _is_formula(text: str) -> bool:
    return text.lstrip()[:1] in _FORMULA and bool(text.strip())


def undefused(text: str) -> str:
    """Return the text that was defused.

    Example:
        >>> undefused(defused("=1+1")), undefused(defused("'=1+1"))
        ('=1+1', "'=1+1")
    """
    return text[1:] if text[:1] == "'" and _is_formula(text.lstrip("'")) else text


def number(value: float) -> str:
    """Return points without needless digits.

    Example:
        >>> number(2.0), number(1 / 3)
        ('2', '0.3333')
    """
    return f"{value:.4f}".rstrip("0").rstrip(".")


def write_table(path: pathlib.Path, columns: tuple[str, ...], rows: list[tuple]) -> None:
    """Write a CSV file in one step: UTF-8, LF, texts defused, numbers as they are."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([number(cell) if isinstance(cell, float) else defused(str(cell)) for cell in row])
    partial = path.with_name(path.name + ".partial")
    partial.write_text(buffer.getvalue(), encoding="utf-8", newline="\n")
    partial.replace(path)


def rows(
    entries: list[records.Entry],
    remarks: dict[tuple[str, str, str], records.Remark],
    max_points: dict[str, float],
) -> list[Row]:
    """Return the rows of the gradebook.

    Args:
        entries (list of records.Entry): what is on record.
        remarks (dict): the instructor's, by (student, lesson, exercise); a lesson "" stands for any.
        max_points (dict of str to float): of each lesson.
    """
    found = []
    for entry in entries:
        own = {
            exercise: remark
            for (student, lesson, exercise), remark in remarks.items()
            if student == entry.student and lesson in ("", entry.lesson)
        }
        points = {mark.number: mark.points for mark in entry.marks}
        points.update({exercise: remark.points for exercise, remark in own.items() if remark.points is not None})
        whole = max_points.get(entry.lesson, sum(mark.max_points for mark in entry.marks))
        found.append(Row(entry, round(sum(points.values()), 4), whole, points, own))
    return found


def _exercises(all_rows: list[Row]) -> list[str]:
    return sorted({number for row in all_rows for number in row.exercises}, key=library.order)


def _identified(student: str) -> tuple[str, str]:
    match = _IDENTIFIER.match(student)
    return (match["name"], match["id"]) if match else (student, "")


def write(folder: pathlib.Path, all_rows: list[Row]) -> list[pathlib.Path]:
    """Write gradebook.csv, and the tables that nbgrader, Moodle and Canvas understand.

    Args:
        folder (path): where.
        all_rows (list of Row): see `rows`.

    Returns:
        The files.
    """
    numbers = _exercises(all_rows)
    write_table(
        folder / "gradebook.csv",
        ("student", "lesson", "status", "points", "max_points", *numbers),
        [
            (
                row.entry.student,
                row.entry.lesson,
                row.entry.status,
                float(row.points),
                float(row.max_points),
                *(float(row.exercises[one]) if one in row.exercises else "" for one in numbers),
            )
            for row in all_rows
        ],
    )
    write_table(
        folder / "nbgrader.csv",
        NBGRADER_COLUMNS,
        [
            (row.entry.lesson, "", "", row.entry.student, "", "", "", float(row.points), 0.0, float(row.points),
             float(row.max_points))
            for row in all_rows
        ],
    )  # fmt: skip
    write_table(
        folder / "moodle.csv",
        ("Identifier", "Full name", "Assignment", "Grade", "Maximum Grade", "Feedback comments"),
        [
            (
                f"Participant {_identified(row.entry.student)[1]}".strip(),
                _identified(row.entry.student)[0],
                row.entry.lesson,
                float(row.points),
                float(row.max_points),
                "; ".join(f"{exercise}: {remark.comment}" for exercise, remark in sorted(row.remarks.items())
                          if remark.comment),
            )
            for row in all_rows
        ],
    )  # fmt: skip
    _write_canvas(folder / "canvas.csv", all_rows)
    return [folder / name for name in ("gradebook.csv", "nbgrader.csv", "moodle.csv", "canvas.csv")]


def _write_canvas(path: pathlib.Path, all_rows: list[Row]) -> None:
    """Write one column per lesson, with Canvas's line of points possible."""
    lessons = sorted({row.entry.lesson for row in all_rows if row.entry.lesson})
    possible = {row.entry.lesson: row.max_points for row in all_rows}
    by_student: dict[str, dict[str, float]] = {}
    for row in all_rows:
        by_student.setdefault(row.entry.student, {})[row.entry.lesson] = row.points
    lines: list[tuple] = [("    Points Possible", "", "", "", *(float(possible[lesson]) for lesson in lessons))]
    for student, points in sorted(by_student.items()):
        name, identity = _identified(student)
        lines.append((name, identity, "", "", *(float(points.get(lesson, 0.0)) for lesson in lessons)))
    write_table(path, ("Student", "ID", "SIS Login ID", "Section", *lessons), lines)
