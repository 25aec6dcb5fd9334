"""Small images on a map: each stands where its features put it."""

from collections.abc import Sequence

import numpy as np
from matplotlib import colors, offsetbox

from course_utils.plots import colours, panels, picture


@picture.style()
def thumbnail_map(
    places: np.ndarray | Sequence[np.ndarray],
    images: Sequence[np.ndarray],
    titles: Sequence[str] | None = None,
    *,
    alt: str,
    side: float = 0.34,
    width: float = 9,
    height: float = 3.6,
) -> picture.Picture:
    """Draw images as thumbnails on one map, or on several maps side by side.

    What is drawn later covers what was drawn before; the axes have no ticks, since only near and far mean something.

    Args:
        places (array, or sequence of arrays): where each image stands; one array per map.
        images (sequence of arrays): the same on every map, gray or RGB.
        titles (sequence of str): one per map. Default none.
        alt (str): what is seen.
        side (float): of a thumbnail, in inches of 96 CSS pixels. Default 0.34.
        width, height (float): of the picture, in the same unit. Defaults 9 and 3.6.

    Shapes:
        each array of places (num_images, 2); each image (height, width) or (height, width, 3).

    Returns:
        A Picture.

    Raises:
        ValueError: no image, places that do not fit the images, or a title missing or too many.

    Example:
        >>> thumbnail_map(np.array([[0, 0], [1, 1]]), np.zeros((2, 4, 4)), alt="two black squares")
        Picture: two black squares
    """
    images = list(images)
    maps = [np.asarray(places)] if isinstance(places, np.ndarray) else [np.asarray(one) for one in places]
    if not images or not maps:
        raise ValueError("thumbnail_map was given no image." if not images else "thumbnail_map was given no map.")
    for one in maps:
        if one.shape != (len(images), 2):
            raise ValueError(f"places have the shape {one.shape}; for {len(images)} images give ({len(images)}, 2).")
        if not np.isfinite(one).all():
            raise ValueError("places hold NaN or infinite numbers.")
    names = panels.check_titles(titles, len(maps))
    shades = colours.shade(images)
    gap, head = panels.GAP, 0.32 if any(names) else 0.0
    panel = (width - 2 * panels.MARGIN - gap * (len(maps) - 1)) / len(maps)
    result = picture.Picture(width, height, alt=alt)
    for number, (one, name) in enumerate(zip(maps, names, strict=True)):
        inner = height - head - 2 * panels.MARGIN
        axes = panels.place(result, panels.MARGIN + number * (panel + gap), panels.MARGIN, panel, inner)
        _frame(axes, one, side / panel, side / inner)
        for shade, point in zip(shades, one, strict=True):
            longest = max(shade.values.shape[:2])
            # An image of `longest` pixels is drawn one pixel per point of the figure times zoom.
            box = offsetbox.OffsetImage(shade.values, zoom=72 * side / longest, **_colouring(shade))
            axes.add_artist(offsetbox.AnnotationBbox(box, point, pad=0.06, bboxprops={"lw": 0.4, "ec": "#bdbdbd"}))
        if name:
            axes.set_title(name, loc="left")
    return result


def _colouring(shade: colours.Shade) -> dict:
    if shade.kind == "colour":
        return {}
    return {"cmap": shade.options["cmap"], "norm": colors.Normalize(shade.low, shade.high)}


def _frame(axes, places: np.ndarray, across: float, down: float) -> None:
    """Set limits that leave room for whole thumbnails, whose sides are shares of the axes."""
    for share, numbers, limit in ((across, places[:, 0], axes.set_xlim), (down, places[:, 1], axes.set_ylim)):
        low, high = float(numbers.min()), float(numbers.max())
        spread = high - low or 1.0
        margin = 0.7 * share * spread / max(0.1, 1 - 1.4 * share)
        limit(low - margin, high + margin)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(visible=True, color="#bdbdbd", linewidth=0.6)
