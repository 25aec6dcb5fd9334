"""Pooling, window by window: which numbers of a map lie together, and the one number that is left of them."""

import numpy as np
from matplotlib import patches

from course_utils.plots import frame_slider, number_views, panels, picture

# Paler than the colours of lines, so that black numbers can be read on them.
WINDOW_COLOURS = ("#8fc1e3", "#f4b183", "#94d3b7", "#e5b8d3", "#f5d58a", "#bcbcbc")
EMPTY = "#efefef"
MOST_SIDE, MOST_STEPS = 8, 16
CELL, GAP, TOP, FOOT = 0.56, 0.55, 0.34, 0.5
FRAME_BYTES = 20_000


@picture.style()
def pool_windows(
    feature_map: np.ndarray, pool_size: int = 2, stride: int | None = None, *, alt: str, title: str | None = None
) -> frame_slider.Slider:
    """Show how a small map is pooled: one frame per window, with its maximum and its mean.

    Every window has a colour; the number that is left of it has the same. Where windows overlap, the colour of the
    current one is on top.

    Args:
        feature_map (np.ndarray): whole numbers or floats.
        pool_size (int): side of the window. Default 2.
        stride (int): numbers from one window to the next. Default: pool_size.
        alt (str): what is seen.
        title (str): above the pictures. Default none.

    Shapes:
        feature_map: (height, width), up to 8 x 8, with 2 to 16 windows.

    Returns:
        A Slider.

    Raises:
        ValueError: the map is not 2D or too large, or there are too few or too many windows.

    Example:
        >>> pool_windows(np.arange(16).reshape(4, 4), alt="four windows of four numbers")
        Slider: four windows of four numbers (4 frames)
    """
    feature_map = np.asarray(feature_map)
    stride = pool_size if stride is None else stride
    if feature_map.ndim != 2 or max(feature_map.shape) > MOST_SIDE:
        raise ValueError(f"feature_map has the shape {feature_map.shape}; it must be (height, width), at most 8 x 8.")
    if pool_size < 1 or stride < 1:
        raise ValueError(f"pool_size is {pool_size} and stride {stride}; both must be at least 1.")
    rows, columns = ((side - pool_size) // stride + 1 for side in feature_map.shape)
    if min(rows, columns) < 1 or not 2 <= rows * columns <= MOST_STEPS:
        raise ValueError(
            f"a window of {pool_size} with stride {stride} has {max(rows, 0)} x {max(columns, 0)} places on a map of "
            f"{feature_map.shape}; 2 to {MOST_STEPS} can be shown."
        )
    frames, labels = [], []
    for step in range(rows * columns):
        frames.append(_frame(feature_map, pool_size, stride, (rows, columns), step))
        row, column = divmod(step, columns)
        labels.append(f"window {row}, {column}")
    uris = [frame_slider.pack(frame.to_rgb(), FRAME_BYTES) for frame in frames]
    width = round(frames[0].get_size_inches()[0] * picture.CSS_PIXELS_PER_INCH)
    return frame_slider.Slider(uris, labels, picture.check_alt(alt), title, width)


def _frame(feature_map: np.ndarray, pool_size: int, stride: int, places: tuple[int, int], step: int):
    height, width = feature_map.shape
    rows, columns = places
    total_width = 2 * panels.MARGIN + CELL * (width + 2 * columns) + 2 * GAP
    total_height = TOP + CELL * height + FOOT
    result = picture.Picture(max(total_width, 5.2), total_height, alt="one step")
    result.set_dpi(1.5 * picture.CSS_PIXELS_PER_INCH)
    left = (max(total_width, 5.2) - total_width) / 2 + panels.MARGIN
    board = _board(result, left, FOOT, (height, width), "the map")
    largest = _board(result, left + CELL * width + GAP, FOOT + CELL * (height - rows) / 2, places, "maximum")
    means = _board(result, left + CELL * (width + columns) + 2 * GAP, FOOT + CELL * (height - rows) / 2, places, "mean")
    colours = np.full((height, width), EMPTY, dtype=object)
    for number in range(step + 1):
        row, column = divmod(number, columns)
        top, start = row * stride, column * stride
        colour = WINDOW_COLOURS[number % len(WINDOW_COLOURS)]
        colours[top : top + pool_size, start : start + pool_size] = colour
        window = feature_map[top : top + pool_size, start : start + pool_size].astype(float)
        for axes, value in ((largest, window.max()), (means, window.mean())):
            _cell(axes, row, column, colour, number_views.number_texts(np.array(value))[()])
    for (row, column), text in np.ndenumerate(number_views.number_texts(feature_map)):
        _cell(board, row, column, colours[row, column], text)
    for number in range(step + 1, rows * columns):
        for axes in (largest, means):
            _cell(axes, *divmod(number, columns), EMPTY, "")
    for axes in (largest, means):
        axes.add_patch(_outline(*divmod(step, columns), 1))
    board.add_patch(_outline(top, start, pool_size))
    result.text(0.5, 0.06, _sentence(window), ha="center", va="bottom", fontsize=11)
    return result


def _board(result, left: float, bottom: float, shape: tuple[int, int], title: str):
    rows, columns = shape
    axes = panels.place(result, left, bottom, CELL * columns, CELL * rows)
    axes.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[])
    axes.set_title(title, fontsize=10.5)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def _cell(axes, row: int, column: int, colour: str, text: str) -> None:
    axes.add_patch(patches.Rectangle((column, row), 1, 1, facecolor=colour, edgecolor="white", linewidth=1.2))
    axes.text(column + 0.5, row + 0.53, text, ha="center", va="center", fontsize=11, color="black")


def _outline(row: int, column: int, side: int):
    return patches.Rectangle(
        (column, row), side, side, fill=False, edgecolor="black", linewidth=2.6, clip_on=False, zorder=3
    )


def _sentence(window: np.ndarray) -> str:
    """Return how maximum and mean come about, in one line.

    Example:
        >>> _sentence(np.array([[1.0, 9.0], [5.0, 4.0]]))
        'max of 1, 9, 5, 4 = 9        mean = 19 / 4 = 4.75'
    """
    numbers = ", ".join(number_views.number_texts(window).flat)
    largest, total, mean = number_views.number_texts(np.array([window.max(), window.sum(), window.mean()]))
    if window.size > 9:
        return f"max = {largest}        mean = {total} / {window.size} = {mean}"
    return f"max of {numbers} = {largest}        mean = {total} / {window.size} = {mean}"
