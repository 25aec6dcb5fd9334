"""`course build`: regenerate every generated file from the lesson sources."""

import click

from course_utils.commands import lesson_type


@click.command("build", short_help="Regenerate the notebooks from solutions/*.py, or report drift.")
@click.argument("lessons", metavar="[LESSON]...", nargs=-1, type=lesson_type.Lesson())
@click.option("--check", is_flag=True, help="Execute and write nothing; report what differs from its source.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Lessons built at once.")
@click.option("--force", is_flag=True, help="Execute lessons whose source has not changed, too.")
def command(lessons: tuple[str, ...], check: bool, jobs: int, force: bool) -> None:
    """Build LESSONs (numbers or names; default all) from solutions/*.py.

    Each source gives the executed reference solutions/NN.ipynb, the student notebook lessons/NN.ipynb and the
    exercise file. A lesson whose source has not changed is left as it is. Exit code 1 when anything is wrong or, with
    --check, out of date; each fault is named.
    """
    from course_utils.authoring import build
    from course_utils.commands import console

    screen = console.standard()
    try:
        with screen.status("building") as status:

            def tell(name: str, text: str) -> None:
                if screen.is_terminal and text.startswith("cell "):
                    status.update(f"{name}: {text}")
                elif not text.startswith("cell "):
                    screen.print(f"{name}: {text}")

            messages = build.build(lessons, check=check, jobs=jobs, force=force, on_progress=tell)
    except (FileNotFoundError, ValueError) as error:
        raise click.UsageError(str(error)) from None
    for message in messages:
        screen.print(message, style="red")
    if messages:
        count = f"{len(messages)} {'fault' if len(messages) == 1 else 'faults'}"
        screen.print(f"{count}. Run `course build` and commit what it writes." if check else f"{count}.")
        raise click.exceptions.Exit(1)
    screen.print("Every generated file is what its source builds.", style="green")
