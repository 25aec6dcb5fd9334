"""What grading cost: CPU and wall time by notebook and by exercise, on a page of its own.

Times differ from run to run, so this page is the only report that does; see `reports` for the others.
"""

import dataclasses
import pathlib
import statistics

from course_utils.grading import gradebook, marking, reference, reports

FILE = reports.TIME_PAGE
_BINS = 10


@dataclasses.dataclass(frozen=True)
class Run:
    """What a run did: notebooks marked, notebooks on record before, and seconds from beginning to end."""

    num_marked: int
    num_kept: int
    seconds: float


@dataclasses.dataclass(frozen=True)
class Notebook:
    """What one notebook cost, in seconds."""

    student: str
    cpu: float
    wall: float


@dataclasses.dataclass(frozen=True)
class ExerciseTime:
    """What one exercise cost in a class.

    Args:
        number (str), title (str): of the exercise.
        count (int): notebooks in which something of it was run.
        median (float), high (float), total (float): CPU seconds: of half of these, of nine in ten, of all together.
        longest (float): wall seconds of the one that took longest.
        student (str): whose that was.
    """

    number: str
    title: str
    count: int
    median: float
    high: float
    total: float
    longest: float
    student: str


def seconds(value: float) -> str:
    """Return seconds with two digits that count.

    Example:
        >>> seconds(0.01234), seconds(1.26), seconds(123.4)
        ('0.012', '1.3', '123')
    """
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def _once(rows: list[gradebook.Row]) -> list[gradebook.Row]:
    """Return one row for each content: what is the same to the byte was graded once."""
    found: dict[str, gradebook.Row] = {}
    for row in rows:
        if row.entry.marks:
            found.setdefault(row.entry.content, row)
    return list(found.values())


def notebooks(rows: list[gradebook.Row]) -> list[Notebook]:
    """Return what each notebook of a lesson cost, the slowest first."""
    found = [
        Notebook(
            row.entry.student,
            sum(mark.cpu_seconds for mark in row.entry.marks),
            sum(mark.wall_seconds for mark in row.entry.marks),
        )
        for row in _once(rows)
    ]
    return sorted(found, key=lambda one: (-one.cpu, one.student))


def exercises(rows: list[gradebook.Row], by: reference.Reference) -> list[ExerciseTime]:
    """Return what each exercise of a lesson cost, the slowest first; those that nobody worked on are left out."""
    found = []
    for exercise in by.exercises:
        pairs: list[tuple[marking.Mark, str]] = [
            (mark, row.entry.student)
            for row in _once(rows)
            for mark in row.entry.marks
            if mark.number == exercise.number and (mark.cpu_seconds or mark.wall_seconds)
        ]
        if not pairs:
            continue
        cpu = sorted(mark.cpu_seconds for mark, _ in pairs)
        longest, student = max(pairs, key=lambda pair: pair[0].wall_seconds)
        high = cpu[min(len(cpu) - 1, int(0.9 * len(cpu)))]
        found.append(
            ExerciseTime(
                exercise.number,
                exercise.title,
                len(pairs),
                statistics.median(cpu),
                high,
                sum(cpu),
                longest.wall_seconds,
                student,
            )
        )
    return sorted(found, key=lambda one: -one.total)


def _histogram(values: list[float], top: float) -> list[int]:
    counts = [0] * _BINS
    for value in values:
        counts[min(_BINS - 1, int(_BINS * value / top))] += 1
    return counts


def write(
    folder: pathlib.Path, rows: list[gradebook.Row], by: dict[str, reference.Reference], run: Run
) -> pathlib.Path:
    """Write time.html and return it.

    Args:
        folder (path): where.
        rows (list of gradebook.Row): the gradebook.
        by (dict of str to reference.Reference): by lesson.
        run (Run): what this run did.
    """
    lessons = []
    for lesson in sorted(by):
        own = [row for row in rows if row.entry.lesson == lesson]
        slowest = notebooks(own)
        if slowest:
            top = max(slowest[0].cpu, 1e-3)
            counts = _histogram([one.cpu for one in slowest], top)
            lessons.append((by[lesson], slowest, exercises(own, by[lesson]), counts, top))
    environment = reports.environment()
    environment.filters["seconds"] = seconds
    text = environment.get_template("time.html.jinja").render(lessons=lessons, run=run, file_name=reports.file_name)
    return reports.write_page(folder / FILE, text)
