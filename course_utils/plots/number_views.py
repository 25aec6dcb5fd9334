"""Small arrays with their numbers written into them: kernels and pixels."""

from collections.abc import Mapping

import numpy as np

from course_utils.images import scaling
from course_utils.plots import colours, panels, picture

LARGEST_WITH_NUMBERS = 11


def kernel(values: np.ndarray, title: str | None = None, *, alt: str) -> picture.Picture:
    """Show a kernel: blue is negative, white 0, red positive, and every weight is written down.

    Args:
        values (np.ndarray): the weights.
        title (str): above it. Default none.
        alt (str): what is seen.

    Shapes:
        (height, width).

    Returns:
        A Picture.

    Raises:
        ValueError: the kernel is not 2D.

    Example:
        >>> kernel(np.eye(3), "identity", alt="a 3 by 3 kernel with 1 on its diagonal")
        Picture: a 3 by 3 kernel with 1 on its diagonal
    """
    return kernels({title or "": values}, alt=alt)


@picture.style()
def kernels(named: Mapping[str, np.ndarray], *, alt: str, columns: int = 5) -> picture.Picture:
    """Show several kernels, each with its own colours, its size and the sum of its weights.

    Args:
        named (mapping of str to array): the kernels by name.
        alt (str): what is seen.
        columns (int): kernels per row, at most. Default 5.

    Shapes:
        each (height, width).

    Returns:
        A Picture.

    Raises:
        ValueError: no kernel, or one that is not 2D.

    Example:
        >>> kernels({"left": np.ones((1, 3)), "up": np.ones((3, 1))}, alt="a row and a column of ones")
        Picture: a row and a column of ones
    """
    if not named:
        raise ValueError("kernels was given no kernel.")
    arrays = {name: _check_kernel(values, name) for name, values in named.items()}
    columns = min(columns, len(arrays))
    cell, gap, caption = (2.0 if columns < 5 else 1.62), 0.2, 0.26
    wrapped = {name: panels.wrap(name, cell) for name in arrays}
    title_height = panels.title_space(list(wrapped.values()))
    names = list(arrays)
    rows = [names[start : start + columns] for start in range(0, len(names), columns)]
    heights = [max(cell * _height_share(arrays[name]) for name in row) for row in rows]
    width = 2 * panels.MARGIN + columns * cell + (columns - 1) * gap
    height = 2 * panels.MARGIN + sum(heights) + len(rows) * (title_height + caption) + (len(rows) - 1) * gap
    result = picture.Picture(width, height, alt=alt)
    bottom = height - panels.MARGIN
    for row, row_height in zip(rows, heights, strict=True):
        bottom -= title_height + row_height
        for column, name in enumerate(row):
            left = panels.MARGIN + column * (cell + gap)
            _draw_kernel(result, (left, bottom, cell, row_height), arrays[name], wrapped[name])
        bottom -= caption + gap
    return result


def _height_share(values: np.ndarray) -> float:
    return values.shape[0] / max(values.shape)


@picture.style()
def pixels(image: np.ndarray, *, alt: str, title: str | None = None, width: float = 6) -> picture.Picture:
    """Show a small image with its numbers printed in its pixels; three per pixel when it is RGB.

    Args:
        image (np.ndarray): uint8, float or signed.
        alt (str): what is seen.
        title (str): above it. Default none.
        width (float): of the picture, at most, in inches of 96 CSS pixels. Default 6.

    Shapes:
        (height, width) up to 24 x 24, or (height, width, 3) up to 12 x 12.

    Returns:
        A Picture.

    Raises:
        ValueError: the image is too large for its numbers to be read.

    Example:
        >>> pixels(np.arange(6, dtype=np.uint8).reshape(2, 3), alt="two rows: 0 1 2 and 3 4 5")
        Picture: two rows: 0 1 2 and 3 4 5
    """
    (shade,) = colours.shade([image])
    rows, columns = shade.values.shape[:2]
    most = 12 if shade.kind == "colour" else 24
    if max(rows, columns) > most:
        raise ValueError(
            f"the image has {rows} rows and {columns} columns; its numbers can be read up to {most} x {most}. "
            "Cut a part out: image[top:bottom, left:right]."
        )
    cell = min(0.62, (width - 2 * panels.MARGIN) / columns)
    wrapped = panels.wrap(title or "", columns * cell)
    title_height = panels.title_space([wrapped])
    result = picture.Picture(
        columns * cell + 2 * panels.MARGIN, rows * cell + title_height + 2 * panels.MARGIN, alt=alt
    )
    axes = panels.place(result, panels.MARGIN, panels.MARGIN, columns * cell, rows * cell)
    panels.show(axes, shade, wrapped)
    write_numbers(axes, np.asarray(image).reshape(shade.values.shape), shade, cell)
    return result


def write_numbers(axes, values: np.ndarray, shade: colours.Shade, cell: float, size: float | None = None) -> list:
    """Write every number into its pixel, dark on light and light on dark.

    Args:
        axes: where the image is shown.
        values (np.ndarray): the numbers to write.
        shade (Shade): how the image is shown.
        cell (float): side of a pixel, in inches.
        size (float): of the type, in points. Default: what fits.

    Returns:
        The texts, row by row.
    """
    texts = number_texts(values)
    lines = 3 if values.ndim == 3 else 1
    longest = max(len(text) for text in texts.flat) + (2 if lines == 3 else 0)
    fits = min(cell * 72 / (0.66 * (longest + 0.7)), cell * 72 / (1.35 * lines + 0.3))
    size = size or float(np.clip(fits, 3.5, 11))
    lightness = lightness_of(shade)
    written = []
    for (row, column), light in np.ndenumerate(lightness):
        ink = "black" if light > 0.47 else "white"
        label = texts[row, column]
        if values.ndim == 3:
            label = "\n".join(f"{name} {number}" for name, number in zip("RGB", label, strict=True))
        written.append(
            axes.text(column, row, label, ha="center", va="center", color=ink, fontsize=size, linespacing=1.1)
        )
    return written


def number_texts(values: np.ndarray) -> np.ndarray:
    """Return every number as short text, with as few decimals as tell the numbers apart (2 at most).

    Example:
        >>> number_texts(np.array([[1.0, -2.0]])), number_texts(np.array([[0.25, -0.5]]))
        (array([['1', '−2']], dtype=object), array([['0.25', '−0.5']], dtype=object))
    """
    values = np.asarray(values)
    texts = np.empty(values.shape, dtype=object)
    small = np.abs(values[values != 0]).min(initial=1.0)
    decimals = 2 if small >= 0.02 else 3
    for index, value in np.ndenumerate(values):
        if values.dtype.kind in "bui" or float(value).is_integer():
            text = str(int(value))
        else:
            text = f"{float(value):.{decimals}f}".rstrip("0").rstrip(".")
            text = "0" if text == "-0" else text
        texts[index] = text.replace("-", "−")
    return texts


def lightness_of(shade: colours.Shade) -> np.ndarray:
    """Return how light each shown pixel is, from 0 (black) to 1 (white).

    Shapes:
        returns (height, width), float.

    Example:
        >>> lightness_of(colours.Shade(np.array([[0.0, 1.0]]), "gray", 0.0, 1.0))
        array([[0., 1.]])
    """
    import matplotlib

    if shade.kind == "colour":
        rgb = shade.values / 255
    else:
        position = (shade.values.astype(float) - shade.low) / ((shade.high - shade.low) or 1)
        rgb = matplotlib.colormaps[shade.options["cmap"]](np.clip(position, 0, 1))[:, :, :3]
    return np.round(rgb @ np.asarray(scaling.LUMINANCE), 6)


def _check_kernel(values: np.ndarray, name: str) -> np.ndarray:
    array = np.asarray(values)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"kernel {name!r} has the shape {array.shape}; a kernel that can be drawn is (height, width).")
    return array


def _draw_kernel(result, place: tuple[float, float, float, float], values: np.ndarray, title: str) -> None:
    left, bottom, cell, row_height = place
    rows, columns = values.shape
    pixel = cell / max(rows, columns)
    width, height = pixel * columns, pixel * rows
    axes = panels.place(result, left + (cell - width) / 2, bottom + (row_height - height) / 2, width, height)
    reach = float(np.abs(values).max()) or 1.0
    # Paler than the full map: the weights are to be read, the colours only to be seen.
    shade = colours.Shade(values, "signed", -1.6 * reach, 1.6 * reach)
    panels.show(axes, shade, title)
    if max(rows, columns) <= LARGEST_WITH_NUMBERS:
        write_numbers(axes, values, shade, pixel)
        _draw_cell_borders(axes, rows, columns)
    total = float(values.sum())
    total = 0.0 if abs(total) < 1e-6 else total
    caption = f"{rows} × {columns}, sums to {panels.short_number(round(total, 4))}"
    axes.annotate(
        caption, (0.5, 0), (0, -5), xycoords="axes fraction", textcoords="offset points",
        ha="center", va="top", fontsize=8.5, color="#555555",
    )  # fmt: skip


def _draw_cell_borders(axes, rows: int, columns: int) -> None:
    for column in range(1, columns):
        axes.axvline(column - 0.5, color="#d0d0d0", linewidth=0.6)
    for row in range(1, rows):
        axes.axhline(row - 0.5, color="#d0d0d0", linewidth=0.6)
