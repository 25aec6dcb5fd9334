"""A network as a table: layer, output shape, parameters, receptive field."""

import dataclasses
import html
import math

from course_utils.architectures import graph, receptive, windows

HEADINGS = ("layer", "output shape", "parameters", "receptive field")
_CELL = "padding:2px 12px 2px 0;vertical-align:top;"
_STYLES = ("text-align:left;white-space:pre;", "text-align:left;", "text-align:right;", "text-align:right;")


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of a table.

    Args:
        layer (str): kind and settings, such as "Conv2D 16, 3×3, same, relu".
        shape (tuple or None): of what comes out, without the batch; None where it is not known.
        parameters (int): that this layer learns or keeps.
        receptive_field (int, tuple, str or None): pixels along each side that one value sees; a number where the
            sides are equal, "whole image", or None where it is not known.
        depth (int): 1 for the layers of a model that is itself a layer, and so on.
        used_before (bool): whether its parameters were counted in a row further up.
    """

    layer: str
    shape: tuple | None
    parameters: int
    receptive_field: int | tuple[int, ...] | str | None
    depth: int = 0
    used_before: bool = False


class Table:
    """The rows of a network's table; prints as text and shows as HTML in a notebook.

    Args:
        rows (list of Row): in order.
        parameters (int): of the whole network.
        not_trained (int): how many of them training leaves alone. Default 0.
    """

    def __init__(self, rows: list[Row], parameters: int, not_trained: int = 0):
        self.rows = tuple(rows)
        self.parameters = parameters
        self.not_trained = not_trained

    @property
    def total(self) -> str:
        """The line below the table."""
        frozen = f", {self.not_trained:,} of them not trained" if self.not_trained else ""
        return f"{self.parameters:,} parameters{frozen}"

    def texts(self) -> list[tuple[str, str, str, str]]:
        """Return the cells of each row as text."""
        return [_texts(row) for row in self.rows]

    def __repr__(self) -> str:
        lines = [HEADINGS, *self.texts()]
        widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
        written = [
            "  ".join(
                text.ljust(width) if column < 2 else text.rjust(width)
                for column, (text, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
        return "\n".join([written[0], rule, *written[1:], rule, self.total])

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col" style="{_CELL}{style}">{name}</th>' for name, style in zip(HEADINGS, _STYLES, strict=True)
        )
        body = "".join(
            "<tr>"
            + "".join(
                f'<td style="{_CELL}{style}">{html.escape(text)}</td>'
                for text, style in zip(line, _STYLES, strict=True)
            )
            + "</tr>"
            for line in self.texts()
        )
        return (
            f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody>'
            f'<tfoot><tr><td colspan="4" style="{_CELL}text-align:left;"><b>{self.total}</b></td></tr></tfoot></table>'
        )


def table(model, expand_nested: bool = True) -> Table:
    """Return a network as a table: layer, output shape, parameters, receptive field.

    The receptive field is given in pixels of the image. It may be larger than the image; what lies outside is padding.

    Args:
        model (keras.Model): Sequential, functional, or nested, built or begun with keras.Input.
        expand_nested (bool): whether a model that is itself a layer is followed by its layers, indented. Default True.

    Returns:
        A Table. `print` it, or let it be the last line of a cell; its `rows` hold the numbers.

    Raises:
        TypeError: no Keras model.
        ValueError: a model that does not know the size of its input yet.

    Example:
        >>> import keras
        >>> convolution = keras.layers.Conv2D(10, 3, activation="relu")
        >>> print(table(keras.Sequential([keras.Input((130, 130, 3)), convolution])))
        layer                 output shape    parameters  receptive field
        -----------------------------------------------------------------
        Input                 (130, 130, 3)            0            1 × 1
        Conv2D 10, 3×3, relu  (128, 128, 10)         280            3 × 3
        -----------------------------------------------------------------
        280 parameters
    """
    steps = graph.steps(model, expand_nested)
    # A model used as a layer repeats what its layers say: only its own row or theirs count towards the sum.
    trained = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    total = model.count_params()
    return Table([_row(step) for step in steps], total, total - trained)


def _row(step: graph.Step) -> Row:
    name = f"{step.kind} {step.settings}".strip()
    return Row(name, step.shape, step.parameters, _sees(step.sees), step.depth, step.used_before)


def _sees(sees: tuple[receptive.Field, ...] | str) -> int | tuple[int, ...] | str | None:
    if sees == windows.UNKNOWN:
        return None
    if isinstance(sees, str):
        return 1 if sees == windows.PIXEL else sees
    sizes = tuple(math.ceil(field.size) for field in sees)
    return sizes[0] if len(set(sizes)) == 1 else sizes


def _texts(row: Row) -> tuple[str, str, str, str]:
    shape = "?" if row.shape is None else str(tuple(row.shape))
    field = row.receptive_field
    if isinstance(field, int):
        field = (field, field)
    seen = "?" if field is None else field if isinstance(field, str) else " × ".join(map(str, field))
    count = "counted above" if row.used_before and not row.parameters else f"{row.parameters:,}"
    return "  " * row.depth + row.layer, shape, count, seen
