"""`course grade`: mark a class's notebooks, safely and fairly."""

import contextlib
import pathlib
import time

import click

from course_utils.commands import lesson_type

_INTERRUPTED = 130


@click.command("grade", short_help="Grade a class's notebooks: gradebook, feedback, class page.")
@click.argument("submissions", type=click.Path(exists=True, path_type=pathlib.Path))
@click.option("--out", required=True, metavar="DIR", type=click.Path(file_okay=False, path_type=pathlib.Path),
              help="Folder for grades.db, the tables and the pages; give the same again to go on.")  # fmt: skip
@click.option("--lesson", type=lesson_type.Lesson(), help="Grade this lesson only. Default: whatever was handed in.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Notebooks at the same time.")
@click.option("--dask", metavar="ADDRESS", default="", help="Use the workers of this Dask scheduler instead.")
@click.option(
    "--timeout", type=click.FloatRange(min=1), default=30, show_default=True, help="Seconds an exercise may take."
)
@click.option("--memory", type=click.IntRange(min=100), default=1500, show_default=True, help="MB per exercise.")
@click.option("--seed", type=int, help="For the random hidden cases. Default: drawn by the first run and kept.")
@click.option("--student", default="", metavar="NAME", help="Grade this student anew and nobody else.")
@click.option("--trusted", is_flag=True, help="Run without a sandbox: for submissions that you wrote yourself.")
def command(
    submissions: pathlib.Path,
    out: pathlib.Path,
    lesson: str | None,
    jobs: int,
    dask: str,
    timeout: float,
    memory: int,
    seed: int | None,
    student: str,
    trusted: bool,
) -> None:
    """Grade every notebook in SUBMISSIONS against the course's hidden cases.

    SUBMISSIONS is a folder (a notebook, folder or zip file per student), nbgrader's submitted/, or what Moodle or
    Canvas let you download, unpacked or not. The code runs in a sandbox; only data comes back.

    DIR gets gradebook.csv, tables for nbgrader, Moodle and Canvas, feedback/ with a page per student, class.html, and
    grades.db. Your own points and comments go into DIR/remarks.csv; they survive every run. Running again grades only
    what changed; Ctrl-C loses nothing that was finished.

    \b
    course grade handed_in --out grades
    course grade handed_in --out grades --lesson 2 --jobs 8
    course grade handed_in --out grades --student "Ana Lima"
    """
    from course_utils import lesson_names, locations

    folder = locations.solutions()
    if folder is None:
        raise click.UsageError("there is no solutions/ here: a class is graded in a checkout of the course.")
    sources = sorted(folder.glob("[0-9][0-9]_*.py"))
    chosen = ""
    if lesson:
        try:
            chosen = lesson_names.choose([lesson], sources)[0].stem
        except lesson_names.UnknownLessonError as error:
            raise click.UsageError(str(error)) from None

    from course_utils.commands import console, grading_display
    from course_utils.grading import class_run, desk, engine, intake, records, remarks, sandbox

    limits = engine.Limits(timeout, memory, trusted)
    plan = class_run.Plan(submissions, out, chosen, jobs, limits, seed, student, dask)
    screen, began = console.standard(), time.monotonic()
    try:
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(grading_display.display(screen))
            summary = class_run.run(plan, sources, listener)
    except KeyboardInterrupt:
        screen.print("Stopped. What was finished is kept; run the same command again to go on.")
        raise click.exceptions.Exit(_INTERRUPTED) from None
    except (
        class_run.ClassRunError,
        intake.IntakeError,
        sandbox.NoSandbox,
        records.RecordsError,
        remarks.RemarksError,
        engine.EngineError,
        desk.DeskError,
    ) as error:
        raise click.ClickException(str(error)) from None
    _show(screen, summary, out, time.monotonic() - began)


def _show(screen, summary, out: pathlib.Path, seconds: float) -> None:
    unreadable = [entry for entry in summary.entries if entry.status != "graded"]
    for entry in unreadable:
        screen.print(f"{entry.student}: {entry.status}: {entry.reason}")
    graded = len(summary.entries) - len(unreadable)
    screen.print(
        f"{graded} graded ({summary.num_marked} now, {summary.num_kept} before), {len(unreadable)} could not be read, "
        f"in {seconds:.0f} s."
    )
    screen.print(f"Isolation: {summary.isolation}.")
    screen.print(f"Gradebook: {out / 'gradebook.csv'}   Class: {out / 'class.html'}   Feedback: {out / 'feedback'}")
