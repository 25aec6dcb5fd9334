"""The LESSON argument: what the shell completes, and how a wrong name is answered."""

import pathlib
from collections.abc import Callable, Iterable

import click
from click import shell_completion


class Lesson(click.ParamType):
    """A lesson's number or name; which ones exist is asked when the command runs."""

    name = "lesson"

    def shell_complete(self, context, parameter, incomplete: str) -> list[shell_completion.CompletionItem]:
        from course_utils import lesson_names

        names = [path.stem for path in lesson_names.references()]
        return [shell_completion.CompletionItem(name) for name in names if name.startswith(incomplete)]


def choose(wanted: Iterable[str], notebooks: Callable[[], list[pathlib.Path]]) -> list[pathlib.Path]:
    """Return the notebooks of the lessons that were typed, or end the command with the nearest names."""
    from course_utils import lesson_names

    try:
        return lesson_names.choose(wanted, notebooks())
    except lesson_names.UnknownLessonError as error:
        raise click.UsageError(str(error)) from None
