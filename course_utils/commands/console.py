"""Where the commands print: text of lessons is never taken for markup, and no line is coloured in a file."""

import os

from rich import console, table


def standard() -> console.Console:
    """Return a console on standard output as it is now; in a file or a pipe its lines are long."""
    made = console.Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = 160
    return made


def grid(*columns: str, right: tuple[str, ...] = ()) -> table.Table:
    """Return an empty table; the columns named in `right` hold numbers.

    Example:
        >>> [column.justify for column in grid("lesson", "seconds", right=("seconds",)).columns]
        ['left', 'right']
    """
    from rich import box

    made = table.Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name in columns:
        made.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return made
