"""Grade a class from beginning to end: intake, marking, records, reports."""

import dataclasses
import hashlib
import pathlib
import secrets
import time
from collections.abc import Callable

from course_utils.grading import (
    engine,
    gradebook,
    intake,
    marking,
    records,
    reference,
    remarks,
    reports,
    sandbox,
    submission,
    timing,
)


class ClassRunError(RuntimeError):
    """The class cannot be graded; the message says why and what to do."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """How a class is graded.

    Args:
        place (path): the submissions.
        out (path): the folder for records and reports.
        lesson (str): the name of the only lesson to grade; "" for whatever was handed in. Default "".
        jobs (int): how many notebooks at a time. Default 2.
        limits (engine.Limits): for each exercise.
        seed (int or None): for the random hidden cases. Default None: the folder's own, drawn by its first run.
        student (str): grade this student anew and no other; "" for all. Default "".
        dask (str): address of a Dask scheduler; "" for this machine. Default "".
    """

    place: pathlib.Path
    out: pathlib.Path
    lesson: str = ""
    jobs: int = 2
    limits: engine.Limits = dataclasses.field(default_factory=engine.Limits)
    seed: int | None = None
    student: str = ""
    dask: str = ""


class Listener:
    """Hears how a run goes on; does nothing by itself."""

    def found(self, num_submissions: int, num_students: int) -> None:
        """The submissions were found."""

    def preparing(self, lesson: str) -> None:
        """A lesson's hidden cases are being worked out."""

    def begun(self, lesson: str, num_new: int, num_kept: int) -> None:
        """The notebooks of a lesson are being marked; so many were marked before."""

    def marked(self, student: str, marks: tuple[marking.Mark, ...]) -> None:
        """A notebook was marked and is on record."""


@dataclasses.dataclass(frozen=True)
class Summary:
    """What came of a run.

    Args:
        entries (list of records.Entry): everything on record.
        num_marked (int), num_kept (int): notebooks marked now, and marked before.
        isolation (str): the walls, in words.
        files (list of path): the reports.
    """

    entries: list[records.Entry]
    num_marked: int
    num_kept: int
    isolation: str
    files: list[pathlib.Path]


@dataclasses.dataclass(frozen=True)
class _Candidate:
    """A readable notebook, or why it is none."""

    found: intake.Found
    lesson: str
    content: str
    damage: str
    reason: str


def _candidate(found: intake.Found, plan: Plan, known: list[str]) -> _Candidate:
    content, reason = found.load()
    fallback = plan.lesson or (next((name for name in known if name in found.name), ""))
    if reason:
        return _Candidate(found, fallback, "", "", reason)
    digest = hashlib.sha256(content).hexdigest()
    try:
        read = submission.read(content, found.name)
    except submission.Unreadable as error:
        return _Candidate(found, fallback, digest, "", str(error))
    lesson = submission.lesson_of(read, found.name.rsplit("/", 1)[-1], known) or plan.lesson
    if not lesson:
        return _Candidate(found, "", digest, read.damage, f"{found.name}: nothing says which lesson it is of")
    return _Candidate(found, lesson, digest, read.damage, "")


def _that_count(candidates: list[_Candidate]) -> list[tuple[_Candidate, int]]:
    """Return for each student and lesson the notebook that counts, and how many others there are."""
    lessons = {one.lesson for one in candidates if one.lesson and not one.reason}
    if len(lessons) == 1:  # a class that was given one lesson: what cannot be read was meant for it too
        only = next(iter(lessons))
        candidates = [one if one.lesson else dataclasses.replace(one, lesson=only) for one in candidates]
    with_lesson = {one.found.student for one in candidates if one.lesson and not one.reason}
    groups: dict[tuple[str, str], list[_Candidate]] = {}
    for candidate in candidates:
        groups.setdefault((candidate.found.student, candidate.lesson), []).append(candidate)
    chosen = []
    for (student, lesson), group in sorted(groups.items()):
        readable = [candidate for candidate in group if not candidate.reason]
        if not readable and not lesson and student in with_lesson:
            continue  # a stray file beside a notebook that can be graded
        chosen.append(((readable or group)[-1], len(group) - 1))
    return chosen


def _check_places(plan: Plan) -> None:
    out = plan.out.resolve()
    inside = plan.place.resolve()
    if out == inside or (inside.is_dir() and out.is_relative_to(inside)):
        raise ClassRunError(f"{plan.out} lies in the folder of the submissions; give --out a folder elsewhere.")
    if plan.limits.trusted:
        return
    for what in (plan.place, plan.out):
        exposed = sandbox.exposed(what)
        if exposed:
            raise ClassRunError(
                f"{what} lies in {exposed}, which code in the sandbox may read: every student's code could read the "
                "others' work. Put it elsewhere."
            )


def _seed(plan: Plan, kept: records.Records) -> int:
    """Return the seed of this folder: the one that was given, else the one of its first run, which nobody can guess."""
    if plan.seed is not None:
        kept.change_setting("seed", str(plan.seed))
    return int(kept.setting("seed", str(secrets.randbits(62))))


def _apply_remarks(plan: Plan, kept: records.Records) -> None:
    table = remarks.read(plan.out)
    if table is not None:
        kept.replace_remarks(table)


def run(plan: Plan, sources: list[pathlib.Path], listener: Listener | None = None) -> Summary:
    """Grade a class.

    Args:
        plan (Plan): what and how.
        sources (list of path): the lessons' sources, solutions/NN_verb_phrase.py.
        listener (Listener): hears how it goes on. Default: nobody.

    Returns:
        A Summary.

    Raises:
        ClassRunError, intake.IntakeError, sandbox.NoSandbox, records.RecordsError, remarks.RemarksError,
        engine.EngineError: with what to do.
        KeyboardInterrupt: whatever was finished is kept.
    """
    listener, began = listener or Listener(), time.monotonic()
    isolation = sandbox.required(plan.limits.trusted)
    _check_places(plan)
    known = [path.stem for path in sources]
    handed_in = intake.find(plan.place)
    listener.found(len(handed_in), len({one.student for one in handed_in}))
    if plan.student and plan.student not in {one.student for one in handed_in}:
        raise ClassRunError(_no_such_student(plan.student, sorted({one.student for one in handed_in})))
    plan.out.mkdir(parents=True, exist_ok=True)
    with records.Records(plan.out) as kept:
        _apply_remarks(plan, kept)
        seed = _seed(plan, kept)
        chosen = _that_count([_candidate(one, plan, known) for one in handed_in])
        if plan.lesson:
            chosen = [(one, earlier) for one, earlier in chosen if one.lesson in ("", plan.lesson)]
        by: dict[str, reference.Reference] = {}
        num_marked = num_kept = 0
        for lesson in sorted({one.lesson for one, _ in chosen if not one.reason}):
            listener.preparing(lesson)
            by[lesson] = reference.build(next(path for path in sources if path.stem == lesson), seed)
            group = [pair for pair in chosen if pair[0].lesson == lesson and not pair[0].reason]
            new, old = _mark(plan, kept, by[lesson], group, listener)
            num_marked, num_kept = num_marked + new, num_kept + old
        for one, earlier in chosen:
            if one.reason:
                kept.enter(_entry(one, earlier, records.UNREADABLE), "", "")
        kept.drop_others({(one.found.student, one.lesson) for one, _ in chosen})
        entries = kept.entries()
        table = kept.remarks()
        remarks.write(plan.out, table)
        rows = gradebook.rows(entries, table, {lesson: one.max_points for lesson, one in by.items()})
        files = gradebook.write(plan.out, rows)
        files += reports.write(plan.out, rows, by, str(isolation))
        files.append(timing.write(plan.out, rows, by, timing.Run(num_marked, num_kept, time.monotonic() - began)))
    return Summary(entries, num_marked, num_kept, str(isolation), files)


def _no_such_student(name: str, names: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, names, n=3)
    return f"no submission of {name!r}." + (f" Did you mean {', '.join(map(repr, near))}?" if near else "")


def _entry(one: _Candidate, earlier: int, status: str) -> records.Entry:
    found = one.found
    return records.Entry(
        found.student, one.lesson, status, one.reason, found.name, found.late, earlier, one.content, one.damage
    )


def _loader(one: _Candidate) -> Callable[[], bytes]:
    return lambda: one.found.load()[0]


def _mark(
    plan: Plan,
    kept: records.Records,
    by: reference.Reference,
    group: list[tuple[_Candidate, int]],
    listener: Listener,
) -> tuple[int, int]:
    """Mark the notebooks of a lesson that are not on record yet; return how many, and how many were.

    Notebooks that are the same to the byte are marked once.
    """
    limits = plan.limits.key
    if plan.student:
        for one, _ in group:
            if one.found.student == plan.student:
                kept.forget_marks(one.content)
        group = [pair for pair in group if pair[0].found.student == plan.student] or group
    waiting: dict[str, list[tuple[_Candidate, int]]] = {}
    num_kept = 0
    for one, earlier in group:
        if kept.marks(one.content, by.sha256, limits) is None:
            waiting.setdefault(one.content, []).append((one, earlier))
        else:
            num_kept += 1
            kept.enter(_entry(one, earlier, records.GRADED), by.sha256, limits)
    num_new = sum(map(len, waiting.values()))
    listener.begun(by.lesson, num_new, num_kept)
    if not waiting:
        return 0, num_kept
    loads = {content: _loader(alike[0][0]) for content, alike in waiting.items()}
    way = (
        engine.Cluster(by, plan.limits, plan.dask)
        if plan.dask
        else engine.Threads(by, plan.limits, min(plan.jobs, len(loads)))
    )
    with way:
        for content, marks in way.run(loads):
            kept.keep_marks(content, by.sha256, limits, marks)
            for one, earlier in waiting[content]:
                kept.enter(_entry(one, earlier, records.GRADED), by.sha256, limits)
                listener.marked(one.found.student, tuple(marks))
    return num_new, num_kept
