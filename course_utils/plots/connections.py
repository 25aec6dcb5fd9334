"""Which pixel feeds which unit, and how well a network does where: pictures for dense, local and shared weights."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import patches, patheffects

from course_utils.plots import colours, panels, picture

FEW_WEIGHTS = 6
SLANT = (0.42, 0.52)  # how far a row of pixels stands to the left and below the one before it
LEVEL = 0.62  # how high the units stand above the image, as a share of its rows
DASHES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1)), (0, (1, 1)))


@picture.style()
def wiring(
    named: Mapping[str, np.ndarray],
    size: tuple[int, int],
    units: tuple[int, int],
    *,
    alt: str,
    width: float = 9,
    height: float = 2.6,
) -> picture.Picture:
    """Draw how layers connect a small image with their units, which stand above it: one line per connection.

    Lines of one colour belong to one unit. Where a layer has only a few different weights, colour and dash of a line
    say which weight it is instead, and so does the letter in the pixel.

    Args:
        named (mapping of str to array): for each layer, which weight connects which pixel with which unit: 0 for none,
            equal numbers, counted from 1, for one and the same weight.
        size ((int, int)): height and width of the image in pixels.
        units ((int, int)): rows and columns in which the units stand.
        alt (str): what is seen.
        width, height (float): of the picture, in inches of 96 CSS pixels. Defaults 9 and 2.6.

    Shapes:
        each (pixels, units), whole numbers; pixels and units counted row by row.

    Returns:
        A Picture.

    Raises:
        ValueError: a table that does not fit the image and the units.

    Example:
        >>> wiring({"dense": np.arange(1, 9).reshape(4, 2)}, (2, 2), (1, 2), alt="four pixels, two units, every line")
        Picture: four pixels, two units, every line
    """
    tables = {name: np.asarray(table) for name, table in named.items()}
    wanted = (size[0] * size[1], units[0] * units[1])
    for name, table in tables.items():
        if table.shape != wanted or table.dtype.kind not in "ui":
            raise ValueError(
                f"the table of {name!r} is {table.dtype} of the shape {table.shape}; it must be whole numbers of the "
                f"shape {wanted}: a row for each pixel, a column for each unit."
            )
    result = picture.figure(width, height, alt=alt)
    for axes, (name, table) in zip(np.atleast_1d(result.subplots(1, len(tables))), tables.items(), strict=True):
        _draw_wiring(axes, table, size, units)
        axes.set_title(name, fontsize=10)
    return result


def _seen(row, column, level: float = 0.0):
    """Return where a point of a plane is drawn: as seen from the front, from above and from the left."""
    return np.asarray(column) - SLANT[0] * np.asarray(row), SLANT[1] * np.asarray(row) - level


def _draw_wiring(axes, table: np.ndarray, size: tuple[int, int], units: tuple[int, int]) -> None:
    rows, columns = size
    few = len(np.unique(table[table > 0])) <= FEW_WEIGHTS
    many = (table > 0).sum() > 2 * len(table)
    level = LEVEL * rows
    tops = [
        _seen((r + 0.5) * rows / units[0] - 0.5, (c + 0.5) * columns / units[1] - 0.5, level)
        for r in range(units[0])
        for c in range(units[1])
    ]
    for pixel in range(rows * columns):
        row, column = divmod(pixel, columns)
        _draw_pixel(axes, row, column, *_mark(table[pixel], few))
    for pixel, unit in np.argwhere(table > 0):
        which = int(table[pixel, unit]) - 1 if few else int(unit)
        x, y = _seen(*divmod(int(pixel), columns))
        axes.plot(
            [x, tops[unit][0]], [y, tops[unit][1]], color=picture.LINE_COLOURS[which % 7], zorder=3, alpha=0.8,
            linewidth=0.7 if many else 1.5, linestyle=DASHES[which % 6] if few else "-",
        )  # fmt: skip
    for unit, (x, y) in enumerate(tops):
        ink = picture.INK if few else picture.LINE_COLOURS[unit % 7]
        axes.plot([x], [y], "o", markersize=17, zorder=4, color="white", markeredgewidth=1.6, markeredgecolor=ink)
        axes.text(x, y, str(unit + 1), ha="center", va="center_baseline", fontsize=9.5, zorder=5)
    axes.set_aspect("equal")
    axes.invert_yaxis()
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    axes.set(xlim=(left - 0.1, right + 0.1), ylim=(low, high - 0.25))
    axes.axis("off")


def _mark(weights: np.ndarray, few: bool) -> tuple[str, str]:
    """Return the text for a pixel that feeds one unit only (the weight's letter or number), and its colour."""
    if (weights > 0).sum() != 1:
        return "", picture.INK
    unit = int(np.flatnonzero(weights)[0])
    number = int(weights[unit])
    if few:
        return chr(ord("a") + number - 1), picture.LINE_COLOURS[(number - 1) % 7]
    return str(number), picture.LINE_COLOURS[unit % 7]


def _draw_pixel(axes, row: int, column: int, text: str, ink: str) -> None:
    corners = [(-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5)]
    x, y = _seen(*np.transpose([(row + down, column + right) for down, right in corners]))
    axes.fill(x, y, facecolor="#f4f4f4", edgecolor="#bdbdbd", linewidth=0.8, zorder=1)
    x, y = _seen(row, column)
    axes.plot([x], [y], "o", color=picture.FAINT, markersize=3, zorder=3)
    x, y = _seen(row + 0.14, column - 0.3)
    halo = [patheffects.withStroke(linewidth=2.5, foreground="#f4f4f4")]
    axes.text(x, y, text, ha="center", va="center", fontsize=8.5, color=ink, weight="bold", zorder=4, path_effects=halo)


@picture.style()
def position_maps(
    named: Mapping[str, np.ndarray],
    offsets: Sequence[int],
    *,
    alt: str,
    home: tuple[int, int] | None = None,
    label: str = "accuracy",
    width: float = 9,
    height: float = 2.75,
) -> picture.Picture:
    """Draw how well networks do when the object lies elsewhere: a square for every position, from 0 to 1.

    Args:
        named (mapping of str to array): one map per network.
        offsets (sequence of int): of the object's upper left corner, in pixels; the same down and to the right.
        alt (str): what is seen.
        home ((int, int)): the position that the network was trained on, (down, right); it is framed. Default none.
        label (str): what the numbers are. Default "accuracy".
        width, height (float): of the picture, in inches of 96 CSS pixels. Defaults 9 and 2.75.

    Shapes:
        each (offsets, offsets), from 0 to 1.

    Returns:
        A Picture.

    Raises:
        ValueError: a map whose shape is not that of the offsets, or with values outside 0 to 1.

    Example:
        >>> position_maps({"dense": np.eye(3)}, [0, 4, 8], home=(0, 0), alt="three of nine squares are bright")
        Picture: three of nine squares are bright
    """
    count = len(offsets)
    result = picture.figure(width, height, alt=alt)
    row = np.atleast_1d(result.subplots(1, len(named), sharey=True))
    for axes, (name, values) in zip(row, named.items(), strict=True):
        values = np.asarray(values, dtype=float)
        if values.shape != (count, count) or not (values.min() >= 0 and values.max() <= 1):
            raise ValueError(
                f"the map of {name!r} has the shape {values.shape} and goes from {values.min():g} to {values.max():g}; "
                f"it must be ({count}, {count}), one number from 0 to 1 for each pair of offsets."
            )
        shown = axes.imshow(values, cmap=colours.MAGNITUDE_MAP, vmin=0, vmax=1)
        axes.set_title(panels.wrap(name, (width - 1.2) / len(named) - 0.2))
        ticks = np.arange(0, count, max(1, (count - 1) // 2) if count > 6 else 1)
        axes.set_xticks(ticks, [offsets[tick] for tick in ticks])
        axes.set_yticks(ticks, [offsets[tick] for tick in ticks])
        if home is not None:
            place = (list(offsets).index(home[1]) - 0.5, list(offsets).index(home[0]) - 0.5)
            axes.add_patch(_frame(place))
    row[0].set_ylabel("pixels from the top")
    result.supxlabel("pixels from the left", fontsize=9.5, color=picture.INK)
    bar = result.colorbar(shown, ax=list(row), fraction=0.03, pad=0.015)
    bar.set_label(label)
    bar.outline.set_visible(False)
    return result


def _frame(place: tuple[float, float]):
    return patches.Rectangle(place, 1, 1, fill=False, edgecolor=picture.LINE_COLOURS[1], linewidth=2.4)
