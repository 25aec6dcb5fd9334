"""Images side by side: a row, a grid, a row with a closer look below it, an image with a line on it."""

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib import patches

from course_utils.images import measuring
from course_utils.plots import colours, picture

GAP = 0.14
MARGIN = 0.04
TITLE_LINE = 0.21
TITLE_PAD = 0.08
BAR_SPACE = 0.62
ZOOM_SIDE = 2.7
CHARACTERS_PER_INCH = 12.4


@picture.style()
def compare(
    *images: np.ndarray,
    titles: Sequence[str] | None = None,
    alt: str,
    shared_scale: bool = True,
    zoom: tuple[int, int, int] | None = None,
    width: float = 9,
    height: float = 3.6,
) -> picture.Picture:
    """Show images in one row, equally high: gray, RGB and signed arrays in any mixture.

    Args:
        images (arrays): what to show.
        titles (sequence of str): one per image. Default none.
        alt (str): what is seen.
        shared_scale (bool): equal colours mean equal numbers in all images. Default True.
        zoom ((row, column, size)): a second row shows this square of every image, enlarged, its pixels
            sharp; a frame in the first row says where it is. Default none.
        width (float): of the whole picture, at most, in inches of 96 CSS pixels. Default 9.
        height (float): of the images, at most, in the same unit. Default 3.6.

    Shapes:
        each (height, width) or (height, width, 3).

    Returns:
        A Picture.

    Raises:
        ValueError: no image, more than 8, a title missing or too many, or a zoom outside an image.

    Example:
        >>> ramp = np.arange(64, dtype=np.uint8).reshape(8, 8)
        >>> compare(ramp, ramp - 32.0, titles=["gray", "signed"], alt="a ramp, twice")
        Picture: a ramp, twice
    """
    if not 1 <= len(images) <= 8:
        raise ValueError(f"compare shows 1 to 8 images, not {len(images)}; plots.grid shows more.")
    shades = colours.shade(images, shared_scale)
    names = check_titles(titles, len(images))
    sizes = [shade.values.shape[:2] for shade in shades]
    has_bar = shared_scale and any(shade.kind == "signed" for shade in shades)
    room = width - 2 * MARGIN - GAP * (len(images) - 1) - (BAR_SPACE if has_bar else 0)
    aspects = [columns / rows for rows, columns in sizes]
    row_height = min(height, room / sum(aspects))
    widths = [row_height * aspect for aspect in aspects]
    wrapped = [wrap(name, panel) for name, panel in zip(names, widths, strict=True)]
    title_height = title_space(wrapped)
    zoom_height = min(*widths, ZOOM_SIDE) if zoom else 0
    total_width = 2 * MARGIN + sum(widths) + GAP * (len(images) - 1) + (BAR_SPACE if has_bar else 0)
    total_height = 2 * MARGIN + title_height + row_height + (GAP + zoom_height if zoom else 0)
    result = picture.Picture(total_width, total_height, alt=alt)
    left, bottom = MARGIN, total_height - MARGIN - title_height - row_height
    for shade, title, panel in zip(shades, wrapped, widths, strict=True):
        axes = place(result, left, bottom, panel, row_height)
        show(axes, shade, title)
        if zoom:
            _show_zoom(result, axes, shade, zoom, left + (panel - zoom_height) / 2, MARGIN, zoom_height)
        left += panel + GAP
    if has_bar:
        add_bar(result, left, bottom, row_height, next(s for s in shades if s.kind == "signed"))
    return result


@picture.style()
def grid(
    images: Sequence[np.ndarray],
    titles: Sequence[str] | None = None,
    columns: int = 6,
    *,
    alt: str,
    shared_scale: bool = True,
    width: float = 9,
    cell: float = 2.2,
) -> picture.Picture:
    """Show many images in a grid of equal cells.

    Args:
        images (sequence of arrays, or one array whose first axis counts them): what to show.
        titles (sequence of str): one per image. Default none.
        columns (int): images per row. Default 6.
        alt (str): what is seen.
        shared_scale (bool): equal colours mean equal numbers in all images. Default True.
        width (float): of the whole picture, at most, in inches of 96 CSS pixels. Default 9.
        cell (float): side of one cell, at most, in the same unit. Default 2.2.

    Shapes:
        each (height, width) or (height, width, 3).

    Returns:
        A Picture.

    Raises:
        ValueError: no image, columns below 1, or a title missing or too many.

    Example:
        >>> grid(np.zeros((7, 4, 4)), columns=4, alt="seven black squares")
        Picture: seven black squares
    """
    images = list(images)
    if not images:
        raise ValueError("grid was given no image.")
    if columns < 1:
        raise ValueError(f"columns is {columns}; it must be at least 1.")
    shades = colours.shade(images, shared_scale)
    names = check_titles(titles, len(images))
    columns = min(columns, len(images))
    num_rows = -(-len(images) // columns)
    has_bar = shared_scale and any(shade.kind == "signed" for shade in shades)
    room = width - 2 * MARGIN - GAP * (columns - 1) - (BAR_SPACE if has_bar else 0)
    panel = min(cell, room / columns)
    aspect = max(shade.values.shape[0] / shade.values.shape[1] for shade in shades)
    panel_height = panel * min(aspect, 1.5)
    wrapped = [wrap(name, panel) for name in names]
    row_gap = 0.04 if any(names) else GAP
    title_heights = [title_space(wrapped[row * columns : (row + 1) * columns]) for row in range(num_rows)]
    total_width = 2 * MARGIN + columns * panel + GAP * (columns - 1) + (BAR_SPACE if has_bar else 0)
    total_height = 2 * MARGIN + sum(title_heights) + num_rows * panel_height + row_gap * (num_rows - 1)
    result = picture.Picture(total_width, total_height, alt=alt)
    bottom = total_height - MARGIN
    for row in range(num_rows):
        bottom -= title_heights[row] + panel_height
        for column in range(columns):
            index = row * columns + column
            if index < len(shades):
                axes = place(result, MARGIN + column * (panel + GAP), bottom, panel, panel_height)
                show(axes, shades[index], wrapped[index])
        if has_bar and row == 0:
            signed = next(shade for shade in shades if shade.kind == "signed")
            add_bar(result, MARGIN + columns * (panel + GAP), bottom, panel_height, signed)
        bottom -= row_gap
    return result


@picture.style()
def overlay_line(
    image: np.ndarray,
    start: tuple[float, float],
    stop: tuple[float, float],
    *,
    alt: str,
    title: str | None = None,
    profile: bool = True,
    width: float = 9,
    height: float = 3.0,
) -> picture.Picture:
    """Show an image with a line on it and, beside it, the intensities along the line.

    Args:
        image (np.ndarray): gray or RGB.
        start, stop ((row, column)): ends of the line, in pixels.
        alt (str): what is seen.
        title (str): above the image. Default none.
        profile (bool): draw the intensities beside the image. Default True.
        width, height (float): at most, in inches of 96 CSS pixels. Defaults 9 and 3.

    Shapes:
        image: (height, width) or (height, width, 3).

    Returns:
        A Picture.

    Raises:
        ValueError: an end lies outside the image.

    Example:
        >>> overlay_line(np.eye(9), (0, 0), (8, 8), alt="a diagonal line on a diagonal matrix")
        Picture: a diagonal line on a diagonal matrix
    """
    values = measuring.intensity_profile(image, start, stop)
    (shade,) = colours.shade([image])
    rows, columns = shade.values.shape[:2]
    title_height = title_space([title or ""])
    image_width = min(height * columns / rows, width * (0.5 if profile else 1) - 2 * MARGIN)
    image_height = image_width * rows / columns
    total_width = width if profile else image_width + 2 * MARGIN
    total_height = max(image_height, 1.6 if profile else 0) + title_height + 2 * MARGIN
    result = picture.Picture(total_width, total_height, alt=alt)
    bottom = total_height - MARGIN - title_height - image_height
    axes = place(result, MARGIN, bottom, image_width, image_height)
    show(axes, shade, title or "")
    ends = [start[1], stop[1]], [start[0], stop[0]]
    for colour, thickness in (("black", 4.2), (picture.LINE_COLOURS[4], 2.2)):
        axes.plot(*ends, color=colour, linewidth=thickness, solid_capstyle="round")
    # The badges stay inside the image, so that none is cut off.
    radius = 0.11 * columns / image_width
    for (row, column), letter in ((start, "A"), (stop, "B")):
        row, column = (float(np.clip(v, radius, n - 1 - radius)) for v, n in ((row, rows), (column, columns)))
        axes.text(
            column, row, letter, ha="center", va="center", fontsize=9, fontweight="bold", color="black",
            bbox={"boxstyle": "circle,pad=0.25", "facecolor": picture.LINE_COLOURS[4], "edgecolor": "black"},
        )  # fmt: skip
    if profile:
        left = image_width + 0.85
        head = max(title_height, 0.3 if values.ndim == 2 else 0.0)
        chart = place(result, left, 0.5, total_width - left - 0.15, total_height - head - 0.6)
        _draw_profile(chart, values, shade)
    return result


def _draw_profile(chart, values: np.ndarray, shade: colours.Shade) -> None:
    channels = values[:, np.newaxis] if values.ndim == 1 else values
    names = ["intensity"] if values.ndim == 1 else ["red", "green", "blue"]
    inks = [picture.INK] if values.ndim == 1 else CHANNEL_COLOURS
    for channel, name, ink, dash in zip(channels.T, names, inks, ("-", "--", ":"), strict=False):
        chart.plot(channel, color=ink, linestyle=dash, label=name, linewidth=1.5)
    chart.set_xlabel("distance from A (pixels)")
    chart.set_ylabel("intensity")
    chart.set_xlim(0, len(values) - 1)
    if shade.kind != "signed" and values.max() > 1:
        chart.set_ylim(0, max(260, values.max() * 1.02))
    chart.grid(axis="y")
    if values.ndim == 2:
        chart.legend(loc="lower center", ncols=3, bbox_to_anchor=(0.5, 0.99), frameon=False)


CHANNEL_COLOURS = ("#c0392b", "#1e8449", "#1f5fbf")


def check_titles(titles: Sequence[str] | None, count: int) -> list[str]:
    """Return one title per image.

    Raises:
        ValueError: their number is not that of the images.

    Example:
        >>> check_titles(None, 2)
        ['', '']
    """
    if titles is None:
        return [""] * count
    if isinstance(titles, str):
        titles = [titles]
    names = [str(title) for title in titles]
    if len(names) != count:
        raise ValueError(f"{len(names)} titles for {count} images; give one title per image.")
    return names


def wrap(title: str, width: float) -> str:
    """Break a title into lines that fit a panel `width` inches wide.

    Example:
        >>> wrap("one two three", 0.6)
        'one two\\nthree'
    """
    lines = title.split("\n")
    room = max(7, int(width * CHARACTERS_PER_INCH))
    return "\n".join("\n".join(textwrap.wrap(line, room)) for line in lines)


def title_space(wrapped: Sequence[str]) -> float:
    """Return the height that the tallest of several wrapped titles needs, in inches.

    Example:
        >>> title_space(["", ""])
        0.0
    """
    if not any(wrapped):
        return 0.0
    return TITLE_PAD + TITLE_LINE * max(title.count("\n") + 1 for title in wrapped)


def place(result: picture.Picture, left: float, bottom: float, width: float, height: float):
    """Add axes at a place given in inches."""
    total_width, total_height = result.get_size_inches()
    return result.add_axes((left / total_width, bottom / total_height, width / total_width, height / total_height))


def show(axes, shade: colours.Shade, title: str = "") -> None:
    """Draw one shaded image into axes, with no ticks and a thin frame."""
    rows, columns = shade.values.shape[:2]
    box = axes.get_window_extent()
    enlarged = min(box.width / columns, box.height / rows)
    axes.imshow(shade.values, interpolation="nearest" if enlarged >= 1.7 else "antialiased", **shade.options)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(visible=True, color="#bdbdbd", linewidth=0.6)
    if title:
        axes.set_title(title, fontsize=10.5, linespacing=1.15)


def add_bar(result: picture.Picture, left: float, bottom: float, height: float, shade: colours.Shade) -> None:
    """Add the scale of signed numbers to the right of a row."""
    axes = place(result, left, bottom, 0.09, height)
    axes.imshow(
        np.linspace(shade.high, shade.low, 128)[:, np.newaxis],
        extent=(0, 1, shade.low, shade.high), aspect="auto", **shade.options,
    )  # fmt: skip
    axes.yaxis.tick_right()
    axes.set_xticks([])
    numbers = (shade.low, 0, shade.high)
    axes.set_yticks(numbers, [short_number(number) for number in numbers])
    axes.tick_params(length=2, pad=2)
    for label, side in zip(axes.get_yticklabels(), ("bottom", "center", "top"), strict=True):
        label.set_verticalalignment(side)
    for spine in axes.spines.values():
        spine.set(visible=True, color="#bdbdbd", linewidth=0.6)


def short_number(value: float) -> str:
    """Write a number in few characters, with a true minus sign.

    Example:
        >>> short_number(-1020.0), short_number(0.0625), short_number(3)
        ('−1020', '0.062', '3')
    """
    text = f"{value:.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:.2g}"
    return text.replace("-", "−")


def _show_zoom(result, axes, shade, zoom, left: float, bottom: float, size: float) -> None:
    row, column, side = zoom
    rows, columns = shade.values.shape[:2]
    if side < 1 or row < 0 or column < 0 or row + side > rows or column + side > columns:
        raise ValueError(
            f"zoom is (row {row}, column {column}, size {side}), which does not fit into an image of "
            f"{rows} rows and {columns} columns."
        )
    frame = patches.Rectangle(
        (column - 0.5, row - 0.5), side, side, fill=False, edgecolor=picture.LINE_COLOURS[4], linewidth=1.6
    )
    axes.add_patch(frame)
    part = colours.Shade(shade.values[row : row + side, column : column + side], shade.kind, shade.low, shade.high)
    closer = place(result, left, bottom, size, size)
    show(closer, part)
    for spine in closer.spines.values():
        spine.set(color=picture.LINE_COLOURS[4], linewidth=1.6)
