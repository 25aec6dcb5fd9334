"""Curves of experiments that were repeated: the mean as a line, all runs as a band."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import ticker

from course_utils.plots import curves, picture


def bands(
    x: Sequence[float],
    series: Mapping[str, np.ndarray],
    *,
    alt: str,
    xlabel: str = "",
    ylabel: str = "",
    title: str | None = None,
    log_y: bool = False,
    width: float = 9,
    height: float = 3.4,
) -> picture.Picture:
    """Draw the mean of several runs over x and, behind it, the band from the smallest to the largest run.

    Args:
        x (sequence of float): common to all series.
        series (mapping of str to array): the runs by label.
        alt (str): what is seen.
        xlabel, ylabel (str): axis labels with their units. Default none.
        title (str): above the chart. Default none.
        log_y (bool): logarithmic axis. Default False.
        width, height (float): in inches of 96 CSS pixels. Defaults 9 and 3.4.

    Shapes:
        x: (points,); each series: (runs, points), runs may differ.

    Returns:
        A Picture.

    Raises:
        ValueError: no series, or one that is not (runs, points).

    Example:
        >>> bands([1, 2], {"a": np.array([[1.0, 2.0], [3.0, 6.0]])}, alt="a mean that rises from 2 to 4")
        Picture: a mean that rises from 2 to 4
    """
    if not series:
        raise ValueError("bands was given no series.")
    x = np.asarray(x)
    result = picture.figure(width, height, alt=alt)
    axes = result.subplots()
    for index, (label, runs) in enumerate(series.items()):
        runs = np.asarray(runs, dtype=float)
        if runs.ndim != 2 or runs.shape[1] != len(x):
            raise ValueError(f"series {label!r} has the shape {runs.shape}; it must be (runs, {len(x)}).")
        ink = picture.LINE_COLOURS[index % len(picture.LINE_COLOURS)]
        axes.fill_between(x, runs.min(axis=0), runs.max(axis=0), color=ink, alpha=0.15, linewidth=0)
        axes.plot(
            x, runs.mean(axis=0), color=ink, label=label, linestyle=curves.DASHES[index % len(curves.DASHES)],
            marker="osD^vPX"[index % 7], markersize=5,
        )  # fmt: skip
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    if title:
        axes.set_title(title, loc="left")
    if log_y:
        axes.set_yscale("log")
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.8)
    if len(x) <= 12:
        axes.set_xticks(x)
    elif np.issubdtype(x.dtype, np.integer):
        axes.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    return result
