"""`course lab`: open a lesson in JupyterLab, on a copy of the student's own."""

import click

from course_utils.commands import lesson_type


@click.command("lab", short_help="Open a lesson in JupyterLab, on a copy of your own.")
@click.argument("lesson", required=False, type=lesson_type.Lesson())
@click.argument("jupyter_options", metavar="[-- JUPYTER_OPTIONS]", nargs=-1)
@click.option("--no-browser", is_flag=True, help="Start JupyterLab and print its address only.")
@click.option("--prepare-only", is_flag=True, help="Make or renew the copy, print where it is, and stop.")
def command(lesson: str | None, jupyter_options: tuple[str, ...], no_browser: bool, prepare_only: bool) -> None:
    """Open LESSON (a number or a name; default the first) in JupyterLab.

    You work on your own copy in ~/cnn-course (or the folder that COURSE_WORK names). It is never overwritten. When
    the lesson has changed since, a new copy (NN_name.v2.ipynb) takes your answers along, cell by cell, and what
    changed is printed.

    \b
    course lab                      start with lesson 00
    course lab 2                    open lesson 02
    course lab 2 -- --port 9999     with options for JupyterLab
    """
    if lesson and lesson.startswith("-"):
        lesson, jupyter_options = None, (lesson, *jupyter_options)
    from course_utils import lesson_names, locations

    paths = lesson_type.choose([lesson] if lesson else [], lesson_names.student_notebooks)

    from course_utils import working_copy
    from course_utils.commands import console

    folder = locations.work()
    try:
        prepared = working_copy.prepare_all(paths[0], folder)
    except OSError as error:
        raise click.ClickException(
            f"your folder {folder} cannot be used: {error.strerror or error}. Set COURSE_WORK to a folder of yours."
        ) from None
    screen = console.standard()
    for message in prepared.messages:
        screen.print(message)
    if prepare_only:
        return
    screen.print("JupyterLab starts; leave this window open, and press Ctrl-C in it to end.")
    raise click.exceptions.Exit(_open(prepared.path, [*(["--no-browser"] if no_browser else []), *jupyter_options]))


def _open(path, options: list[str]) -> int:
    """Run JupyterLab until it ends and return its exit code."""
    import importlib.util
    import os
    import pathlib
    import subprocess
    import sys

    if importlib.util.find_spec("jupyterlab") is None:
        raise click.ClickException("JupyterLab is not installed: pip install jupyterlab")
    arguments = [sys.executable, "-m", "jupyterlab", "--log-level=WARN", path.name, *options]
    # TensorFlow's own log would put red lines about missing GPUs into the notebooks. Part of it heeds the level. For
    # the rest, the kernel in the folder beside this file sends what C++ writes to this window, not to the notebook.
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ}
    own = str(pathlib.Path(__file__).with_name("jupyter"))
    environment["JUPYTER_PATH"] = os.pathsep.join([own, *filter(None, [os.environ.get("JUPYTER_PATH")])])
    process = subprocess.Popen(arguments, cwd=path.parent, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # JupyterLab gets Ctrl-C too, and asks whether to stop
