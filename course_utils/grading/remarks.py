"""The instructor's own points and comments: a table that is edited in any spreadsheet and survives every run."""

import csv
import io
import math
import pathlib

from course_utils.grading import gradebook, records

FILE = "remarks.csv"
COLUMNS = ("student", "lesson", "exercise", "points", "comment")


class RemarksError(ValueError):
    """A line of the table that cannot be used; nothing of the table was taken."""


def _points(text: str, where: str) -> float | None:
    if not text.strip():
        return None
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        points = math.nan
    if not (math.isfinite(points) and points >= 0):
        raise RemarksError(f"{where}: points are {text!r}; give a number, 0 or more, or leave it empty.")
    return points


def read(folder: pathlib.Path) -> dict[tuple[str, str, str], records.Remark] | None:
    """Return the remarks in a folder's table, or None when it has none.

    Raises:
        RemarksError: a column is missing, or a line makes no sense; the message names the line.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RemarksError(f"{path} cannot be read ({error}); save it as CSV in UTF-8.") from None
    separator = ";" if ";" in text.split("\n", 1)[0] else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=separator)
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise RemarksError(f"{path}: there is no column {missing[0]!r}; the first line must be {','.join(COLUMNS)}.")
    found = {}
    for row in rows:
        where = f"{path}, line {rows.line_num}"
        values = {name: gradebook.undefused((row.get(name) or "").strip()) for name in COLUMNS}
        if not any(values.values()):
            continue
        if not values["student"] or not values["exercise"]:
            raise RemarksError(f"{where}: student and exercise must be given.")
        key = (values["student"], values["lesson"], values["exercise"])
        if key in found:
            raise RemarksError(f"{where}: there is a line for {', '.join(key)} already.")
        found[key] = records.Remark(_points(values["points"], where), values["comment"])
    return found


def write(folder: pathlib.Path, remarks: dict[tuple[str, str, str], records.Remark]) -> None:
    """Write the table, with its first line even when there are no remarks yet."""
    rows = [
        (*key, "" if remark.points is None else gradebook.number(remark.points), remark.comment)
        for key, remark in sorted(remarks.items())
    ]
    gradebook.write_table(folder / FILE, COLUMNS, rows)
