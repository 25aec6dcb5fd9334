"""The command line `course`: each command lives in a module of its own and is loaded when it is named."""

import importlib
import sys

import click

# In the order in which a newcomer meets them.
COMMANDS = {
    "run": "run",
    "lab": "lab",
    "check": "check",
    "doctor": "doctor",
    "build": "build",
    "import": "import_notebook",
    "release": "release",
    "grade": "grade",
    "bench": "bench",
}


class Course(click.Group):
    """A group whose commands are imported on demand and suggested when mistyped."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        return importlib.import_module(f"course_utils.commands.{COMMANDS[name]}").command

    def resolve_command(self, context: click.Context, arguments: list[str]):
        name = arguments[0]
        if name not in COMMANDS and not name.startswith("-"):
            import difflib

            near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
            advice = f" Did you mean 'course {near[0]}'?" if near else f" There are: {', '.join(COMMANDS)}."
            raise click.UsageError(f"no command {name!r}.{advice}", context)
        return super().resolve_command(context, arguments)


@click.command(
    cls=Course,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Exit codes: 0 all is well, 1 something did not hold (it is named), 2 the command was typed wrongly.",
)
@click.version_option(package_name="cnn-course", prog_name="course")
def main() -> None:
    """Convolutional neural networks, lesson by lesson.

    \b
    Learn:    course lab        open a lesson in JupyterLab, on a copy of your own
              course check      see which exercises of your notebook pass
    Look:     course run        run the lessons, with every claim and picture in a report
              course doctor     what works here, and what each missing thing needs
    Teach:    course build, import, release, grade
    Measure:  course bench
    """
    for stream in (sys.stdout, sys.stderr):
        # A Windows console of an old code page must not stop a run over one character.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    main()
