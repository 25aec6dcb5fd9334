"""A fully connected network as circles and lines."""

import itertools
from collections.abc import Sequence

import numpy as np

from course_utils.plots import picture

SHOWN = 9  # circles per layer, at most; the rest are three dots


def _heights(units: int) -> list[float]:
    """Return where the circles of a layer stand, in inches from the middle; None of them under the dots."""
    if units <= SHOWN:
        return [(units - 1) / 2 * 0.3 - 0.3 * place for place in range(units)]
    half = SHOWN // 2
    upper = [1.35 - 0.3 * place for place in range(half)]
    return upper + [-height for height in reversed(upper)]


@picture.style()
def dense_network(
    sizes: Sequence[int],
    names: Sequence[str] | None = None,
    *,
    alt: str,
    width: float = 9,
) -> picture.Picture:
    """Draw a network in which every unit of a layer is connected with every unit of the next one.

    Layers with many units are drawn with eight of them and three dots. Between two layers stands how many weights
    connect them, below a layer how many biases it has.

    Args:
        sizes (sequence of int): numbers per layer, the input first.
        names (sequence of str): one per layer. Default none.
        alt (str): what is seen.
        width (float): in inches of 96 CSS pixels. Default 9.

    Returns:
        A Picture.

    Raises:
        ValueError: fewer than two layers, a size below 1, or another number of names.

    Example:
        >>> dense_network([3, 2], alt="three inputs, each connected with two units")
        Picture: three inputs, each connected with two units
    """
    sizes = [int(size) for size in sizes]
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes is {sizes}; a network has at least two layers of at least one number each.")
    if names is not None and len(names) != len(sizes):
        raise ValueError(f"{len(names)} names for {len(sizes)} layers; give one per layer.")
    height = 3.95
    result = picture.Picture(width, height, alt=alt)
    axes = result.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(-2.08, height - 2.08))
    axes.set_axis_off()
    places = np.linspace(0.9, width - 0.9, len(sizes))
    columns = [_heights(size) for size in sizes]
    for layer, (left, right) in enumerate(itertools.pairwise(places)):
        for start in columns[layer]:
            for stop in columns[layer + 1]:
                axes.plot([left, right], [start, stop], color="#9a9a9a", linewidth=0.35, zorder=1)
        label = f"{sizes[layer]:,} × {sizes[layer + 1]:,}\n= {sizes[layer] * sizes[layer + 1]:,} weights"
        axes.text((left + right) / 2, -1.62, label, ha="center", va="top", fontsize=9, linespacing=1.25)
    for layer, (place, column) in enumerate(zip(places, columns, strict=True)):
        ink = picture.LINE_COLOURS[4] if layer == 0 else picture.LINE_COLOURS[0]
        axes.plot(
            [place] * len(column), column, "s" if layer == 0 else "o", color=ink, markersize=11,
            markeredgecolor="black", linestyle="none", zorder=3,
        )  # fmt: skip
        if sizes[layer] > SHOWN:
            for dot in (-0.13, 0.0, 0.13):
                axes.plot([place], [dot], "o", color=picture.INK, markersize=2.6, zorder=3)
        if layer:
            axes.text(place, -1.62, f"+ {sizes[layer]:,}\nbiases", ha="center", va="top", fontsize=9, linespacing=1.25)
        if names is not None:
            axes.text(place, 1.6, names[layer], ha="center", va="bottom", fontsize=10)
    return result
