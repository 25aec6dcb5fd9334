"""`course release`: the bundle that students get."""

import pathlib

import click


@click.command("release", short_help="Write the student bundle, proven free of solutions.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=pathlib.Path))
@click.option("--force", is_flag=True, help="Renew the earlier bundle in DIR; other files in it are left alone.")
@click.option("--zip", "archive", is_flag=True, help="Write DIR.zip too.")
def command(folder: pathlib.Path, force: bool, archive: bool) -> None:
    """Write the student bundle into DIR: lessons, course_utils, data, README and what is needed to install them.

    No solutions, no tests, no hidden checks. The bundle is searched for every line of every solution before it is
    put in place; exit code 1, and nothing written, when one is found.
    """
    from course_utils import release

    try:
        written = release.write(folder, force, archive)
    except release.LeakError as error:
        for message in error.messages:
            click.echo(message, err=True)
        raise click.ClickException(f"{error}.") from None
    except release.ReleaseError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error.strerror or error}.") from None
    lessons = len(list((written[0] / "lessons").glob("*.ipynb")))
    files = sum(path.is_file() for path in written[0].rglob("*"))
    click.echo(f"{written[0]}: {lessons} lessons, {files} files; no line of a solution in them.")
    for path in written[1:]:
        click.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
