"""`course check`: how far the exercises of a student's notebook are."""

import pathlib

import click

_STYLES = {"passed": "green", "failed": "bold red", "not attempted": "yellow", "not checked": "yellow"}


@click.command("check", short_help="Run your notebook's checks: passed, failed or not attempted.")
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path))
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=60,
    show_default=True,
    help="Seconds that one cell may take; one that takes longer is left out.",
)
def command(notebook: pathlib.Path, timeout: float) -> None:
    """Run the checks in NOTEBOOK and show how far each exercise is, with the first hint for what fails.

    A copy is run, in memory, with your rights and in the notebook's folder; the file stays as it is. An error in one
    cell does not stop the others.

    \b
    Exit codes: 0 no exercise failed (one that is not attempted has not failed)
                1 an exercise failed
                2 the command was typed wrongly
                3 the notebook cannot be read

    \b
    course check ~/cnn-course/02_convolve_with_kernels.ipynb
    """
    from course_utils import notebook_reading

    try:
        reading = notebook_reading.read(notebook)
    except notebook_reading.UnreadableError as error:
        click.echo(f"Error: {error}", err=True)
        click.echo("A fresh copy of a lesson comes with `course lab LESSON`; this file is left as it is.", err=True)
        raise click.exceptions.Exit(3) from None

    from course_utils import notebook_check
    from course_utils.commands import console

    screen = console.standard()
    if reading.damage:
        screen.print(f"{notebook.name} is damaged: {reading.damage}. What could be read is checked.", style="yellow")
    with screen.status("starting") as status:
        report = notebook_check.check(
            reading.notebook,
            notebook,
            timeout,
            lambda index, total: status.update(f"cell {min(index + 1, total)} of {total}"),
        )
    _show(screen, report)
    if report.failed:
        raise click.exceptions.Exit(1)


def _show(screen, report) -> None:
    from rich import text

    from course_utils.commands import console

    if not report.outcomes:
        screen.print("This notebook has no exercises that the course knows.")
    else:
        table = console.grid("exercise", "title", "status", "points", right=("points",))
        for outcome in report.outcomes:
            table.add_row(
                outcome.number,
                outcome.title,
                text.Text(outcome.status, _STYLES[outcome.status]),
                f"{outcome.points:g}/{outcome.max_points:g}",
            )
        screen.print(table)
    for outcome in report.outcomes:
        if outcome.status == "failed":
            message = outcome.message.replace("\n", "\n    ")
            screen.print(f"{outcome.number} failed{': ' + message if message else ''}")
            if outcome.hint:
                screen.print(f"    hint: {outcome.hint}")
        elif outcome.status == "not checked":
            screen.print(f"{outcome.number} not checked: {outcome.message}")
    if report.troubles:
        screen.print("Cells that did not run to their end:")
        for trouble in report.troubles:
            screen.print(f"    {trouble}")
    if report.outcomes:
        reached, possible = (
            sum(getattr(outcome, name) for outcome in report.outcomes) for name in ("points", "max_points")
        )
        passed = sum(outcome.status == "passed" for outcome in report.outcomes)
        screen.print(f"{passed} of {len(report.outcomes)} exercises passed, {reached:g} of {possible:g} points.")
