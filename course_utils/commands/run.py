"""`course run`: execute lessons without a browser and report what they claim and show."""

import contextlib
import pathlib

import click

from course_utils import profile as profiles
from course_utils.commands import lesson_type

_INTERRUPTED = 130  # what a shell expects of a command that Ctrl-C ended


@click.command("run", short_help="Run lessons; table, results.json and a report with every picture.")
@click.argument("lessons", metavar="[LESSON]...", nargs=-1, type=lesson_type.Lesson())
@click.option(
    "--profile",
    type=click.Choice(profiles.NAMES),
    help="quick (default): a laptop's CPU, no network, budgets enforced. full: public data, GPU.",
)
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Lessons run at the same time.")
@click.option(
    "--report",
    type=click.Path(file_okay=False, writable=True, path_type=pathlib.Path),
    default="course-report",
    show_default=True,
    help="Folder for results.json and report.html.",
)
def command(lessons: tuple[str, ...], profile: str | None, jobs: int, report: pathlib.Path) -> None:
    """Run lessons from top to bottom, without a browser.

    LESSON is a number (2 or 02) or a name (02_convolve_with_kernels); default all. In a checkout the complete
    reference notebooks run, in a student's copy the lessons.

    Ends with a table, and writes results.json and report.html, a page with every claim and every figure that
    needs no network. Exit code 1 when a claim, a budget or a cell does not hold; it is named. Ctrl-C ends the run
    after the cells that are running.

    \b
    course run                 all lessons
    course run 2 04            two of them
    course run --report out    somewhere else
    """
    try:
        profile = profile or profiles.name()
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    from course_utils import lesson_names

    paths = lesson_type.choose(lessons, lesson_names.references)
    try:
        report.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(f"the folder {report} cannot be made: {error.strerror}.") from None

    from course_utils import lesson_runs
    from course_utils.commands import console, progress_display
    from course_utils.report import page, results_file

    screen = console.standard()
    with contextlib.ExitStack() as stack:
        if screen.is_terminal:
            listener = stack.enter_context(progress_display.Live(screen, len(paths)))
        else:
            listener = progress_display.Plain(screen)
        try:
            runs = lesson_runs.run_all(paths, profile, jobs, listener)
        except KeyboardInterrupt:
            screen.print("Stopped. No report was written.")
            raise click.exceptions.Exit(_INTERRUPTED) from None
    results_file.write(report / "results.json", runs)
    page.write(report / "report.html", runs, profile)
    _show(screen, runs, report)
    if any(run.faults for run in runs):
        raise click.exceptions.Exit(1)


def _show(screen, runs: list, report: pathlib.Path) -> None:
    from course_utils.commands import console

    numbers = ("seconds", "peak memory", "claims held")
    table = console.grid("lesson", *numbers, right=numbers)
    for run in runs:
        held = f"{run.held}/{len(run.claims)}"
        table.add_row(
            run.lesson, f"{run.seconds:.1f}", f"{run.peak_mb:.0f} MB", held, style="red" if run.faults else None
        )
    screen.print(table)
    num_claims, num_held = sum(len(run.claims) for run in runs), sum(run.held for run in runs)
    for run in runs:
        for fault in run.faults:
            screen.print(f"{run.lesson}: {fault}", style="bold red")
    screen.print(f"{num_held} of {num_claims} claims hold in {len(runs)} {'lesson' if len(runs) == 1 else 'lessons'}.")
    screen.print(f"Report: {report / 'report.html'}   Results: {report / 'results.json'}")
