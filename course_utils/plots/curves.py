"""Curves: values along a line, several series, the histogram of an image."""

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.images import scaling
from course_utils.plots import picture

DASHES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 3)))


@picture.style()
def lines(
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    *,
    alt: str,
    xlabel: str = "",
    ylabel: str = "",
    title: str | None = None,
    markers: bool = False,
    log_x: bool = False,
    log_y: bool = False,
    width: float = 9,
    height: float = 3,
) -> picture.Picture:
    """Draw several series over the same x, told apart by colour and by dash.

    Args:
        x (sequence of float): common to all series.
        series (mapping of str to sequence): the values by label; a label of "" gets no legend.
        alt (str): what is seen.
        xlabel, ylabel (str): axis labels with their units. Default none.
        title (str): above the chart. Default none.
        markers (bool): mark the measured points. Default False.
        log_x, log_y (bool): logarithmic axes. Default False.
        width, height (float): in inches of 96 CSS pixels. Defaults 9 and 3.

    Shapes:
        x and every series: (points,).

    Returns:
        A Picture.

    Raises:
        ValueError: no series, or one whose length is not that of x.

    Example:
        >>> lines([0, 1, 2], {"square": [0, 1, 4]}, alt="a parabola")
        Picture: a parabola
    """
    if not series:
        raise ValueError("lines was given no series.")
    x = np.asarray(x)
    result = picture.figure(width, height, alt=alt)
    axes = result.subplots()
    for index, (label, values) in enumerate(series.items()):
        values = np.asarray(values)
        if values.shape != x.shape:
            raise ValueError(f"series {label!r} has the shape {values.shape}, x has {x.shape}; they must be equal.")
        axes.plot(
            x, values, label=label, linestyle=DASHES[index % len(DASHES)],
            marker="osD^vPX"[index % 7] if markers else None, markersize=5,
        )  # fmt: skip
    _finish(axes, xlabel, ylabel, title, log_x, log_y)
    if any(series):
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False) if len(series) > 3 else axes.legend(
            loc="best", frameon=False
        )
    return result


@picture.style()
def profile(
    values: Sequence[float] | Mapping[str, Sequence[float]],
    *,
    alt: str,
    xlabel: str = "position (pixels)",
    ylabel: str = "intensity",
    title: str | None = None,
    width: float = 9,
    height: float = 2.6,
) -> picture.Picture:
    """Draw values along a line, one per pixel; several profiles by name.

    Args:
        values (sequence, or mapping of str to sequence): what `images.intensity_profile` returns.
        alt (str): what is seen.
        xlabel, ylabel (str): axis labels. Defaults "position (pixels)" and "intensity".
        title (str): above the chart. Default none.
        width, height (float): in inches of 96 CSS pixels. Defaults 9 and 2.6.

    Shapes:
        each (points,); profiles may differ in length.

    Returns:
        A Picture.

    Raises:
        ValueError: a profile is not one-dimensional.

    Example:
        >>> profile([0, 0, 255, 255], alt="a step from 0 to 255")
        Picture: a step from 0 to 255
    """
    named = values if isinstance(values, Mapping) else {"": values}
    result = picture.figure(width, height, alt=alt)
    axes = result.subplots()
    longest = 2
    for index, (label, points) in enumerate(named.items()):
        points = np.asarray(points, dtype=float)
        if points.ndim != 1:
            raise ValueError(f"profile {label!r} has the shape {points.shape}; a profile is one row of numbers.")
        longest = max(longest, len(points))
        marker = "." if len(points) <= 40 else None
        axes.plot(points, label=label, linestyle=DASHES[index % len(DASHES)], linewidth=1.5, marker=marker)
    axes.set_xlim(0, longest - 1)
    _finish(axes, xlabel, ylabel, title)
    if any(named):
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(named), borderaxespad=0.1, frameon=False)
    return result


@picture.style()
def histogram(
    image: np.ndarray | Mapping[str, np.ndarray],
    *,
    alt: str,
    title: str | None = None,
    bins: int = 64,
    width: float = 9,
    height: float = 2.6,
) -> picture.Picture:
    """Draw how many of an image's pixels have which intensity; one curve per channel when it is RGB.

    Args:
        image (np.ndarray, or mapping of str to array): one image, or several by name.
        alt (str): what is seen.
        title (str): above the chart. Default none.
        bins (int): number of intervals. Default 64.
        width, height (float): in inches of 96 CSS pixels. Defaults 9 and 2.6.

    Shapes:
        each (height, width) or (height, width, 3).

    Returns:
        A Picture.

    Example:
        >>> histogram(np.zeros((4, 4), dtype=np.uint8), alt="one bar at 0")
        Picture: one bar at 0
    """
    if isinstance(image, Mapping):
        named = {name: scaling.check_image(one, name).ravel() for name, one in image.items()}
        inks = picture.LINE_COLOURS
    else:
        array = scaling.check_image(image)
        if array.ndim == 3 and array.shape[2] == 3:
            named = dict(zip(("red", "green", "blue"), np.moveaxis(array, -1, 0).reshape(3, -1), strict=True))
            inks = ("#c0392b", "#1e8449", "#1f5fbf")
        else:
            named, inks = {"": array.ravel()}, ("#555555",)
    edges = _edges(list(named.values()), bins)
    result = picture.figure(width, height, alt=alt)
    axes = result.subplots()
    for index, (label, values) in enumerate(named.items()):
        share = np.histogram(values, edges)[0] / values.size
        ink = inks[index % len(inks)]
        axes.stairs(share, edges, fill=True, color=ink, alpha=0.85 if len(named) == 1 else 0.16)
        if len(named) > 1:
            axes.stairs(share, edges, color=ink, label=label, linewidth=1.6, linestyle=DASHES[index % 4])
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}" if value >= 0.01 or value == 0 else f"{value:.1%}")
    _finish(axes, "value of a pixel", "share of pixels", title)
    if len(named) > 1:
        axes.legend(loc="best", frameon=False)
    return result


def _edges(arrays: list[np.ndarray], bins: int) -> np.ndarray:
    low, high = min(float(a.min()) for a in arrays), max(float(a.max()) for a in arrays)
    if all(array.dtype == np.uint8 for array in arrays):
        return np.linspace(0, 256, bins + 1)
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    return np.linspace(low, high if high > low else low + 1, bins + 1)


def _finish(axes, xlabel: str, ylabel: str, title: str | None, log_x: bool = False, log_y: bool = False) -> None:
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    if title:
        axes.set_title(title, loc="left")
    if log_x:
        axes.set_xscale("log")
    if log_y:
        axes.set_yscale("log")
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.8)
