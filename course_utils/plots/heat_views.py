"""A heat map over the image that it belongs to."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib import patches

from course_utils.images import scaling
from course_utils.plots import colours, panels, picture

BOX_COLOURS = ("#ffffff", "#56B4E9")
_STRONGEST = 0.85  # so much of the hottest pixel's colour is heat; the rest is the image


@picture.style()
def heat_overlay(
    images: Sequence[np.ndarray],
    heats: Sequence[np.ndarray],
    titles: Sequence[str] | None = None,
    columns: int = 4,
    *,
    boxes: Sequence | None = None,
    alt: str,
    shared_scale: bool = False,
    beside: bool = True,
    width: float = 9,
    cell: float = 2.2,
) -> picture.Picture:
    """Show images in gray with their heat over them: from no colour, none or negative heat, to bright yellow.

    A line runs around the pixels with at least half of the greatest heat (of all images, on a shared scale), so that no
    meaning hangs on colour alone.

    Args:
        images (sequence of arrays): gray or RGB, uint8 or float.
        heats (sequence of arrays): one for each image, of its height and width.
        titles (sequence of str): one for each image. Default none.
        columns (int): overlays in one row. Default 4.
        boxes (sequence): for each image a (top, left, bottom, right), a sequence of these, or None: drawn as frames,
            the first one white, the second one dashed. Default none.
        alt (str): what is seen.
        shared_scale (bool): equal colours mean equal heat in all images. Default False: each has its own scale.
        beside (bool): the plain images stand in a row of their own above each row of overlays. Default True.
        width, cell (float): as for `plots.grid`. Defaults 9 and 2.2.

    Shapes:
        each image (height, width) or (height, width, 3), each heat (height, width).

    Returns:
        A Picture.

    Raises:
        ValueError: no image, another number of heats, titles or boxes, or a heat of another size or with NaN.

    Example:
        >>> heat_overlay([np.zeros((4, 4))], [np.eye(4)], alt="heat on the diagonal")
        Picture: heat on the diagonal
    """
    images, heats = list(images), [np.asarray(heat, np.float64) for heat in heats]
    if not images or len(images) != len(heats):
        raise ValueError(
            f"{len(images)} images and {len(heats)} heats; give one heat for each image, and one at least."
        )
    names = panels.check_titles(titles, len(images))
    boxes = [None] * len(images) if boxes is None else list(boxes)
    if len(boxes) != len(images):
        raise ValueError(f"{len(boxes)} entries of boxes for {len(images)} images; give None where there is no box.")
    for number, (image, heat) in enumerate(zip(images, heats, strict=True), 1):
        if heat.shape != np.shape(image)[:2] or not np.isfinite(heat).all():
            raise ValueError(
                f"heat {number} has the shape {heat.shape}, its image {np.shape(image)}; give one finite number for "
                "each pixel."
            )
    top = max(float(heat.max()) for heat in heats) if shared_scale else None
    drawn = [blend(image, heat, top) for image, heat in zip(images, heats, strict=True)]
    cells, kept = _arranged(images, drawn, names, columns, beside)
    result = panels.grid(
        [cell_image for cell_image, _, _ in cells], [name for _, name, _ in cells], columns, alt=alt, width=width,
        cell=cell,
    )  # fmt: skip
    for axes, (_, _, number) in zip(result.axes, cells, strict=False):
        if number is None:
            continue
        heat = np.maximum(heats[number], 0)
        if number in kept and heat.max() > heat.min():
            half = (top or heat.max()) / 2
            if heat.max() > half:
                axes.contour(heat, levels=[half], colors="white", linewidths=0.9)
        _frames(axes, boxes[number])
    return result


def blend(image: np.ndarray, heat: np.ndarray, top: float | None = None) -> np.ndarray:
    """Return an image in gray under its heat.

    Args:
        image (array): gray or RGB, uint8 or float.
        heat (array): negative numbers count as 0.
        top (float or None): the heat that gets the brightest colour. Default None: the greatest.

    Shapes:
        image (height, width) or (height, width, 3), heat (height, width); returns (height, width, 3), uint8.

    Example:
        >>> blend(np.full((1, 2), 255, np.uint8), np.array([[0.0, 1.0]]))[0].max(axis=1).tolist()
        [166, 241]
    """
    (shade,) = colours.shade([image])
    if shade.kind == "colour":
        gray = scaling.to_gray(shade.values).astype(np.float64) / 255
    else:
        gray = (shade.values - shade.low) / ((shade.high - shade.low) or 1)
    heat = np.maximum(np.asarray(heat, np.float64), 0)
    share = np.clip(heat / (top or heat.max() or 1.0), 0, 1)
    # Dimmed, so that what is bright is heat and not a bright place of the image.
    below = 0.65 * gray[..., np.newaxis]
    coloured = matplotlib.colormaps[colours.MAGNITUDE_MAP](share)[..., :3]
    weight = _STRONGEST * share[..., np.newaxis]
    return scaling.to_uint8((1 - weight) * below + weight * coloured, 1.0)


def _arranged(images, drawn, names, columns: int, beside: bool):
    """Return (image, title, number) of each cell, and the numbers that are overlays in cells of their own."""
    if not beside:
        return [(one, name, number) for number, (one, name) in enumerate(zip(drawn, names, strict=True))], set(
            range(len(drawn))
        )
    cells = []
    for start in range(0, len(images), columns):
        part = range(start, min(start + columns, len(images)))
        blank = [(np.full((*np.shape(images[start])[:2], 3), 255, np.uint8), "", None)] * (columns - len(part))
        cells += [(images[number], names[number], None) for number in part] + blank * (len(images) > columns)
        cells += [(drawn[number], "", number) for number in part] + blank * (len(images) > columns)
    return cells, set(range(len(drawn)))


def _frames(axes, boxes) -> None:
    if boxes is None:
        return
    several = [boxes] if np.ndim(boxes[0]) == 0 else boxes
    for number, (top, left, bottom, right) in enumerate(several):
        axes.add_patch(
            patches.Rectangle(
                (left - 0.5, top - 0.5), right - left, bottom - top, fill=False, linewidth=1.6,
                edgecolor=BOX_COLOURS[number % 2], linestyle="--" if number % 2 else "-",
            )
        )  # fmt: skip
