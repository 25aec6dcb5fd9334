"""`course bench`: the speed of the course's code beside its peers, measured in the same run."""

import click


@click.command("bench", short_help="Measure speed beside other libraries, as ratios.")
@click.argument("areas", metavar="[AREA]...", nargs=-1)
@click.option("--full", is_flag=True, help="More rounds and larger sizes.")
@click.option("--strict", is_flag=True, help="Exit code 1 when a goal is missed.")
@click.option(
    "--images",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Photographs with ImageNet's classes in their names (285_cat.jpg, n02124075/1.jpg), for the area backbones.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(areas: tuple[str, ...], full: bool, strict: bool, images: str | None, as_json: bool) -> None:
    """Measure AREAs (default all) and print each figure beside its peers.

    All of a figure's functions take turns in the same run, so that a busy machine is busy for all of them. x is a
    peer's time divided by the course's: above 1 the course is faster. A missed goal is shown, and is no failure unless
    --strict is given.
    """
    import dataclasses
    import json

    from course_utils import benchmarks
    from course_utils.commands import console

    unknown = [area for area in areas if area not in benchmarks.areas()]
    if unknown:
        raise click.UsageError(benchmarks.unknown(unknown[0]))
    with_images = {area for area in areas if images and benchmarks.takes_images(area)}
    if images and not with_images:
        raise click.UsageError("--images needs an area that measures photographs: course bench backbones --images DIR.")
    screen = console.standard()

    def measure(area: str) -> list:
        options = {"images": images} if area in with_images else {}
        try:
            return benchmarks.measure(area, quick=not full, **options)
        except ValueError as error:
            if not options:
                raise
            raise click.UsageError(str(error)) from None

    measured = {}
    for area in areas or benchmarks.areas():
        if as_json:
            measured[area] = measure(area)
            continue
        with screen.status(f"measuring {area}"):
            measured[area] = measure(area)
        _show(screen, area, measured[area])
    figures = [figure for group in measured.values() for figure in group]
    if as_json:
        listed = {area: [dataclasses.asdict(figure) for figure in group] for area, group in measured.items()}
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
    else:
        with_goal = [figure for figure in figures if figure.met is not None]
        met = sum(bool(figure.met) for figure in with_goal)
        screen.print(f"{met} of {len(with_goal)} goals met.", style="green" if met == len(with_goal) else "yellow")
    if strict and any(figure.met is False for figure in figures):
        raise click.exceptions.Exit(1)


def _quantity(value: float, unit: str) -> str:
    """Return a measured time in the unit that suits it; other units as they are.

    Example:
        >>> _quantity(0.00042, "s"), _quantity(3.2, "s"), _quantity(98.5, "%")
        ('0.420 ms', '3.20 s', '98.5 %')
    """
    if unit != "s":
        return f"{value:.4g} {unit}"
    for factor, name in ((1, "s"), (1e3, "ms")):
        if value * factor >= 0.1 or name == "ms":
            return f"{value * factor:#.3g} {name}"
    raise AssertionError("unreachable")


def _times(ratio: float) -> str:
    """Return a ratio with about two digits.

    Example:
        >>> _times(0.1234), _times(3.21), _times(1234.5)
        ('0.12x', '3.2x', '1,234x')
    """
    return f"{ratio:,.0f}x" if ratio >= 10 else f"{ratio:.2g}x"


def _show(screen, area: str, figures: list) -> None:
    from rich import text

    from course_utils.commands import console

    table = console.grid(
        area, "course", "peers (x: peer / course)", "goal", "measured", "met", right=("course", "measured")
    )
    for figure in figures:
        peers = "\n".join(
            f"{name} {_quantity(amount, figure.unit)} ({_times(amount / figure.ours_seconds)})"
            if figure.ours_seconds
            else f"{name} {_quantity(amount, figure.unit)}"
            for name, amount in figure.peers.items()
        )
        met = {None: text.Text("-"), True: text.Text("yes", "green"), False: text.Text("no", "bold red")}[figure.met]
        value = "" if figure.ratio is None else f"{figure.ratio:.3g}"
        table.add_row(figure.name, _quantity(figure.ours_seconds, figure.unit), peers, str(figure.goal), value, met)
    screen.print(table)
