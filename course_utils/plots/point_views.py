"""Images with points on them: the true ones, predicted ones, and the lines between them."""

from collections.abc import Sequence

import numpy as np
from matplotlib import lines

from course_utils.keypoints import point_arrays
from course_utils.plots import colours, panels, picture

TRUE, PREDICTED = "#ffffff", "#E69F00"
LEGEND = 0.3


@picture.style()
def points(
    images: Sequence[np.ndarray],
    predicted: np.ndarray | None = None,
    true: np.ndarray | None = None,
    titles: Sequence[str] | None = None,
    columns: int = 6,
    *,
    bones: Sequence[tuple[int, int]] = (),
    numbers: bool = False,
    alt: str,
    width: float = 9,
    cell: float = 2.2,
) -> picture.Picture:
    """Show images in a grid with their points: true ones as white crosses, predicted ones as orange dots.

    Args:
        images (sequence of arrays): gray or RGB.
        predicted (array), true (array): in pixels, NaN where there is none. Default none of that kind.
        titles (sequence of str): one per image. Default none.
        columns (int): images per row. Default 6.
        bones (sequence of (int, int)): which points are joined by lines. Default none.
        numbers (bool): write the number of each point beside it. Default False.
        alt (str): what is seen.
        width, cell (float): as for `plots.grid`. Defaults 9 and 2.2.

    Shapes:
        each image (height, width), (height, width, 1) or (height, width, 3); predicted and true (num_images,
        num_points, 2).

    Returns:
        A Picture; a legend tells dots and crosses apart where there are both.

    Raises:
        ValueError: no points at all, or another number of them than of images.

    Example:
        >>> points([np.zeros((4, 4))], np.array([[[1.0, 2.0]]]), alt="one dot")
        Picture: one dot
    """
    images = list(images)
    kinds = {"true": true, "predicted": predicted}
    kinds = {kind: point_arrays.checked(given, kind, axes=3) for kind, given in kinds.items() if given is not None}
    if not kinds:
        raise ValueError("points was given neither predicted nor true points; plots.grid shows images alone.")
    for kind, given in kinds.items():
        if len(given) != len(images):
            raise ValueError(f"{len(images)} images and {len(given)} rows of {kind} points; give one row per image.")
    result = panels.grid(images, titles, columns, alt=alt, shared_scale=False, width=width, cell=cell)
    for number, axes in enumerate(result.axes[: len(images)]):
        for kind, given in kinds.items():
            _draw(axes, given[number], kind, bones, numbers)
        rows, wide = colours.shade([images[number]])[0].values.shape[:2]
        axes.set(xlim=(-0.5, wide - 0.5), ylim=(rows - 0.5, -0.5))
    return _with_legend(result) if len(kinds) == 2 else result


def _draw(axes, given: np.ndarray, kind: str, bones, numbers: bool) -> None:
    ink = TRUE if kind == "true" else PREDICTED
    if len(bones):
        gaps = np.full((len(bones), 1, 2), np.nan)  # between two bones the line is broken
        x, y = np.concatenate([given[np.array(bones)], gaps], axis=1).reshape(-1, 2).T
        axes.plot(x, y, color="black", linewidth=2.6, alpha=0.6, solid_capstyle="round")
        axes.plot(x, y, color=ink, linewidth=1.2, solid_capstyle="round")
    size = 3.2 if bones else 4.6
    if kind == "true":
        axes.plot(*given.T, "x", color="black", markersize=size + 1.6, markeredgewidth=2.6)
        axes.plot(*given.T, "x", color=ink, markersize=size + 1, markeredgewidth=1.3)
    else:
        axes.plot(*given.T, "o", color=ink, markersize=size, markeredgecolor="black", markeredgewidth=0.8)
    if numbers:
        box = {"boxstyle": "round,pad=0.12", "facecolor": "white", "alpha": 0.75, "linewidth": 0}
        for number, (x, y) in enumerate(given):
            if not np.isnan(x):
                axes.annotate(
                    str(number), (x, y), (4, 3), textcoords="offset points", fontsize=8, fontweight="bold",
                    color="black", bbox=box,
                )  # fmt: skip


def _with_legend(result: picture.Picture) -> picture.Picture:
    """Make room below the panels for a line that says what dots and crosses are."""
    width, height = result.get_size_inches()
    places = [axes.get_position() for axes in result.axes]
    result.set_size_inches(width, height + LEGEND)
    for axes, place in zip(result.axes, places, strict=True):
        bottom = (place.y0 * height + LEGEND) / (height + LEGEND)
        axes.set_position((place.x0, bottom, place.width, place.height * height / (height + LEGEND)))
    marks = [
        lines.Line2D([], [], linestyle="", marker="x", color="black", markersize=6, markeredgewidth=2, label="true"),
        lines.Line2D([], [], linestyle="", marker="o", color=PREDICTED, markeredgecolor="black", label="predicted"),
    ]
    result.legend(handles=marks, loc="lower center", ncols=2, frameon=False, borderaxespad=0.1)
    return result
