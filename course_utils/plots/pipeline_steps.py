"""The six steps of image classification as one row of pictures, from the photograph to the word."""

import numpy as np
from matplotlib import patches

from course_utils import pipeline
from course_utils.plots import picture

STEPS = ("1 take", "2 prepare", "3 cut out", "4 measure", "5 compare", "6 name")
HIGHLIGHT = "#D55E00"


def _no_ticks(axes) -> None:
    axes.set(xticks=[], yticks=[])


@picture.style()
def row(name: str = "brick", side: int = 64, index: int = 9) -> picture.Picture:
    """Return the six steps for one area of a photograph.

    Args:
        name (str): one of pipeline.CLASSES. Default "brick".
        side (int): of the area, in pixels. Default 64.
        index (int): which area of the right half. Default 9.

    Raises:
        ValueError: unknown name, impossible side, or no area of that index.

    Example:
        >>> row("grass").axes[0].get_title()
        '1 take'
    """
    photograph = pipeline.take(name)
    prepared = pipeline.prepare(photograph)
    squares = pipeline.areas(prepared, side, "right")
    if not 0 <= index < len(squares):
        raise ValueError(f"index is {index}; there are areas 0 to {len(squares) - 1} of {side} pixels.")
    area = squares[index]
    measured = pipeline.features(area)
    compared = pipeline.distances(measured, pipeline.typical_features(side))
    answer = pipeline.label(compared)
    alt = (
        f"Six pictures in a row. 1: a photograph of {name}, with a small square marked. 2: numbers from 0 to 1 from "
        "its corner. 3: the square, enlarged. 4: two bars, upright and level edges. 5: three bars, the distances to "
        f"brick, grass and gravel; the one to {answer} is the shortest. 6: the word {answer}."
    )
    result = picture.Picture(9.2, 2.35, alt=alt, layout="constrained")
    axes = result.subplots(1, 6, width_ratios=[1, 1, 1, 0.75, 0.85, 0.7])
    for step, title in zip(axes, STEPS, strict=True):
        step.set_title(title, fontweight="bold")
    _photograph(axes[0], photograph, side, index)
    _numbers(axes[1], prepared)
    axes[2].imshow(area, cmap="gray", vmin=0, vmax=1)
    axes[2].set_xlabel(f"{side} × {side} pixels", fontsize=8.5)
    _no_ticks(axes[2])
    _bars(axes[3], measured, ("upright\nedges", "level\nedges"), ["#0072B2", "#0072B2"], "strength")
    nearest = int(np.argmin(compared))
    colours = [HIGHLIGHT if position == nearest else "#999999" for position in range(len(compared))]
    _bars(axes[4], compared, pipeline.CLASSES, colours, "distance to the\ntypical values")
    axes[5].text(0.5, 0.5, f'"{answer}"', ha="center", va="center", fontsize=14, color=HIGHLIGHT)
    axes[5].set_axis_off()
    return result


def _photograph(axes, photograph: np.ndarray, side: int, index: int) -> None:
    per_row = (photograph.shape[1] - photograph.shape[1] // 2) // side
    corner = (photograph.shape[1] // 2 + side * (index % per_row), side * (index // per_row))
    axes.imshow(photograph, cmap="gray", vmin=0, vmax=255)
    axes.add_patch(patches.Rectangle(corner, side, side, fill=False, edgecolor=HIGHLIGHT, linewidth=2))
    axes.set_xlabel(f"{photograph.shape[0]} × {photograph.shape[1]}, 0 to 255", fontsize=8.5)
    _no_ticks(axes)


def _numbers(axes, prepared: np.ndarray) -> None:
    corner = prepared[:4, :4]
    axes.imshow(corner, cmap="gray", vmin=0, vmax=1)
    for (place_row, place_column), value in np.ndenumerate(corner):
        ink = "black" if value > 0.5 else "white"
        axes.text(place_column, place_row, f"{value:.2f}", ha="center", va="center", fontsize=7.5, color=ink)
    axes.set_xlabel("numbers from 0 to 1", fontsize=8.5)
    _no_ticks(axes)


def _bars(axes, values: np.ndarray, names, colours: list[str], label: str) -> None:
    positions = np.arange(len(values))
    axes.bar(positions, values, color=colours, width=0.7)
    for position, value in zip(positions, values, strict=True):
        axes.text(position, value, f"{value:.2f}", ha="center", va="bottom", fontsize=8)
    axes.set_xticks(positions, names, fontsize=7.5)
    axes.set(yticks=[], ylim=(0, float(max(values)) * 1.18))
    axes.set_xlabel(label, fontsize=8.5)


@picture.style()
def feature_plane(side: int = 64) -> picture.Picture:
    """Return every tested area as a point, its two features as coordinates, beside the typical point of each class.

    Args:
        side (int): of an area, in pixels. Default 64.

    Example:
        >>> len(feature_plane().axes)
        1
    """
    alt = (
        "Points in a plane, upright edges to the right and level edges upwards. The points of brick lie far from all "
        "others, low and at the left. The points of grass and of gravel lie close together, and a few are mixed."
    )
    result = picture.Picture(6.4, 3.6, alt=alt, layout="constrained")
    axes = result.subplots()
    typical = pipeline.typical_features(side)
    for position, (name, marker) in enumerate(zip(pipeline.CLASSES, "so^", strict=True)):
        areas = pipeline.areas(pipeline.prepare(pipeline.take(name)), side, "right")
        points = np.array([pipeline.features(area) for area in areas])
        colour = picture.LINE_COLOURS[position]
        axes.scatter(*points.T, s=22, marker=marker, color=colour, alpha=0.75, linewidth=0, label=name)
        axes.scatter(*typical[position], s=190, marker=marker, facecolor="none", edgecolor="black", linewidth=1.6)
    axes.scatter(
        [], [], s=90, marker="o", facecolor="none", edgecolor="black", label="typical (mean of the\nleft half)"
    )
    axes.set(xlabel="strength of upright edges", ylabel="strength of level edges")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return result
