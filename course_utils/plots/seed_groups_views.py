"""Dots of repeated experiments in groups: the same variants under several conditions, beside bounds set beforehand."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import ticker

from course_utils.plots import picture


@picture.style()
def seed_groups(
    groups: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    alt: str,
    xlabel: str = "",
    marks: Mapping[str, float] | None = None,
    limits: tuple[float, float] | None = None,
    percent: bool = False,
    width: float = 8.5,
) -> picture.Picture:
    """Draw one dot for every run, a row for each variant, the rows in groups; a variant looks the same in each group.

    Args:
        groups (mapping of str to mapping of str to sequence of float): runs by variant, by group; one number per seed.
        alt (str): what is seen.
        xlabel (str): what the numbers are. Default none.
        marks (mapping of str to float): vertical lines with a label, such as a bound or chance. Default none.
        limits (pair): ends of the axis. Default: what the numbers and marks need.
        percent (bool): write 0.97 as 97%. Default False.
        width (float): in inches of 96 CSS pixels. Default 8.5.

    Returns:
        A Picture.

    Raises:
        ValueError: no group, or a variant without runs.

    Example:
        >>> seed_groups({"swap": {"bag": [0.9, 1.0], "capsules": [0.2, 0.3]}}, alt="two rows of two dots")
        Picture: two rows of two dots
    """
    if not groups:
        raise ValueError("seed_groups was given no group.")
    for group, variants in groups.items():
        for variant, values in variants.items():
            if not len(values):
                raise ValueError(f"the variant {variant!r} of {group!r} has no run.")
    looks = {variant: place for place, variant in enumerate(dict.fromkeys(v for g in groups.values() for v in g))}
    rows = [row for group, variants in groups.items() for row in ((group, None), *variants.items())]
    result = picture.figure(width, 0.85 + 0.3 * len(rows) + 0.25 * bool(marks), alt=alt)
    axes = result.subplots()
    for place, (name, values) in enumerate(rows):
        if values is not None:
            _row(axes, place, np.asarray(values, float), looks[name], percent)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    for label, (_, values) in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if values is None else "normal")
    for label, value in (marks or {}).items():
        axes.axvline(value, color=picture.INK, linestyle=":", linewidth=1.4)
        axes.annotate(label, (value, 1), (0, 3), xycoords=("data", "axes fraction"), textcoords="offset points",
                      ha="center", va="bottom", fontsize=9.5, color=picture.INK)  # fmt: skip
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.margins(x=0.06)
    if limits is not None:
        span = limits[1] - limits[0]
        axes.set_xlim(limits[0] - 0.03 * span, limits[1] + 0.03 * span)
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"{xlabel}   (dot: one seed; bar and number: mean)" if xlabel else "dot: one seed; bar: mean")
    if percent:
        axes.xaxis.set_major_formatter(ticker.PercentFormatter(1.0, decimals=0))
    return result


def _row(axes, place: int, values: np.ndarray, look: int, percent: bool) -> None:
    ink = picture.LINE_COLOURS[look % len(picture.LINE_COLOURS)]
    axes.plot([values.min(), values.max()], [place, place], color=ink, linewidth=5, alpha=0.18)
    heights = place + np.linspace(-0.14, 0.14, len(values)) * (len(values) > 1)  # equal runs stay apart
    axes.plot(values, heights, "osD^vPX"[look % 7], color=ink, markersize=6.5, alpha=0.85, linestyle="none",
              markeredgecolor="white", markeredgewidth=0.8)  # fmt: skip
    axes.plot([values.mean()] * 2, [place - 0.32, place + 0.32], color=picture.INK, linewidth=1.8)
    mean = f"{values.mean():.0%}" if percent else f"{values.mean():.2f}"
    axes.annotate(f"  {mean}", (1, place), xycoords=("axes fraction", "data"), va="center", color=picture.INK)
