"""The pages of a grading run: feedback for each student, and one page for the instructor.

All text is escaped, no page holds a script or asks another address for anything, and nothing in them depends on the
order in which submissions were marked.
"""

import dataclasses
import hashlib
import pathlib
import re
import statistics

import jinja2

from course_utils.checks import library
from course_utils.grading import gradebook, intake, marking, records, reference, similarity

TIME_PAGE = "time.html"  # see `timing`; the only report that differs from run to run
_MOST_CLUSTERS = 6
_BINS = 10
_LONGEST_CODE = 20_000


@dataclasses.dataclass(frozen=True)
class Difficulty:
    """How a class did in one exercise: the mean share of points, and how many have each status."""

    exercise: reference.Exercise
    share: float
    counts: dict[str, int]


@dataclasses.dataclass(frozen=True)
class Cluster:
    """One wrong answer that several students gave.

    Args:
        number (str), title (str): of the exercise.
        words (str): what is wrong, in words.
        cases (tuple of str): the cases that fail.
        students (tuple of str): who gave it.
    """

    number: str
    title: str
    words: str
    cases: tuple[str, ...]
    students: tuple[str, ...]


def file_name(student: str) -> str:
    """Return a file name that is safe on every system and tells students apart.

    Example:
        >>> file_name("Zoë/..").startswith("Zoë-")
        True
    """
    safe = re.sub(r"[^\w]+", "-", student).strip("-")[:60] or "student"
    return f"{safe}-{hashlib.sha256(student.encode()).hexdigest()[:8]}.html"


def _difficulties(rows: list[gradebook.Row], by: reference.Reference) -> list[Difficulty]:
    found = []
    for exercise in by.exercises:
        marks = [mark for row in rows for mark in row.entry.marks if mark.number == exercise.number]
        earned = [row.exercises.get(exercise.number, 0.0) for row in rows if row.entry.marks]
        counts = {status: sum(mark.status == status for mark in marks) for status in marking.STATUSES}
        share = sum(earned) / (len(earned) * exercise.points) if earned and exercise.points else 0.0
        found.append(Difficulty(exercise, share, counts))
    return sorted(found, key=lambda one: (one.share, library.order(one.exercise.number)))


def _clusters(rows: list[gradebook.Row], by: reference.Reference) -> list[Cluster]:
    """Return the commonest wrong answers: by the typical mistake, else by the cases that fail."""
    groups: dict[tuple, list[str]] = {}
    words: dict[tuple, str] = {}
    for row in rows:
        for mark in row.entry.marks:
            if mark.status in (marking.PASSED, marking.NOT_ATTEMPTED):
                continue
            failing = tuple(case.name for case in mark.cases if not case.passed)
            key = (mark.number, mark.mistake, () if mark.mistake else failing, "" if failing else mark.status)
            groups.setdefault(key, []).append(row.entry.student)
            said = next((case.words for case in mark.cases if not case.passed and case.words), "")
            words.setdefault(key, mark.message or said.split("\n")[0] or mark.status)
    titles = {exercise.number: exercise.title for exercise in by.exercises}
    clusters = [
        Cluster(key[0], titles.get(key[0], ""), words[key], key[2], tuple(sorted(students)))
        for key, students in groups.items()
    ]
    clusters.sort(key=lambda one: (-len(one.students), library.order(one.number), one.words))
    return [one for one in clusters if len(one.students) > 1][:_MOST_CLUSTERS] or clusters[:_MOST_CLUSTERS]


def _histogram(rows: list[gradebook.Row]) -> list[int]:
    """Return how many students have 0 to 10 %, 10 to 20 %, ... of the points; the last bin holds 100 % too."""
    counts = [0] * _BINS
    for row in rows:
        if row.max_points:
            counts[max(0, min(_BINS - 1, int(_BINS * row.points / row.max_points)))] += 1
    return counts


def environment() -> jinja2.Environment:
    """Return what pages are made with: all text is escaped."""
    loader = jinja2.PackageLoader("course_utils.grading", "pages")
    made = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters["number"] = lambda points: gradebook.number(round(points, 2))
    made.filters["median"] = statistics.median
    made.filters["shortened"] = lambda code: code[:_LONGEST_CODE]
    return made


def write_page(path: pathlib.Path, text: str) -> pathlib.Path:
    """Write a page in one step, if it is another one than before."""
    data = text.encode("utf-8", "replace")
    if not path.is_file() or path.read_bytes() != data:
        partial = path.with_name(path.name + ".partial")
        partial.write_bytes(data)
        partial.replace(path)
    return path


def write(
    folder: pathlib.Path, rows: list[gradebook.Row], by: dict[str, reference.Reference], isolation: str
) -> list[pathlib.Path]:
    """Write feedback/NAME.html for every student, and class.html.

    Args:
        folder (path): where.
        rows (list of gradebook.Row): the gradebook.
        by (dict of str to reference.Reference): by lesson.
        isolation (str): the walls that stood around the submissions' code, in words.

    Returns:
        The page of the class.
    """
    pages = environment()
    feedback = folder / "feedback"
    feedback.mkdir(exist_ok=True)
    of_student: dict[str, list[gradebook.Row]] = {}
    for row in rows:
        of_student.setdefault(row.entry.student, []).append(row)
    page = pages.get_template("student.html.jinja")
    kept = set()
    for student, own in of_student.items():
        text = page.render(student=student, rows=own, by=by, statuses=marking, rule=intake.RULE)
        kept.add(write_page(feedback / file_name(student), text).name)
    for path in feedback.glob("*.html"):
        if path.name not in kept:
            path.unlink()
    lessons = []
    for lesson in sorted({row.entry.lesson for row in rows}):
        own = [row for row in rows if row.entry.lesson == lesson]
        if lesson in by:
            lessons.append(
                (by[lesson], own, _histogram(own), _difficulties(own, by[lesson]), _clusters(own, by[lesson]))
            )
    pairs = similarity.pairs([row.entry for row in rows], by)
    trouble = [row for row in rows if row.entry.status != records.GRADED or row.entry.damage]
    text = pages.get_template("class.html.jinja").render(
        rows=rows,
        lessons=lessons,
        pairs=pairs,
        trouble=trouble,
        isolation=isolation,
        file_name=file_name,
        num_students=len(of_student),
        rule=intake.RULE,
        time_page=TIME_PAGE,
    )
    return [write_page(folder / "class.html", text)]
