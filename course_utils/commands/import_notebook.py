"""`course import`: carry edits made in Jupyter back into a lesson's source."""

import pathlib

import click


@click.command("import", short_help="Carry a notebook's edits back into its .py source.")
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path))
def command(notebook: pathlib.Path) -> None:
    """Write the cells that were changed, added or removed in NOTEBOOK into solutions/NN_name.py.

    NOTEBOOK is a generated reference or student notebook, edited and saved in Jupyter. Untouched cells keep their text
    to the letter. Look at the difference, then run `course build`.
    """
    from course_utils.authoring import importer

    try:
        path = importer.import_notebook(notebook)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{path} holds the edits now. Next: git diff {path.name}, then course build {path.name[:2]}")
