"""Pictures of gradients: directions in colour, arrows on numbered pixels."""

import numpy as np
from matplotlib import colors

from course_utils.images import scaling
from course_utils.plots import colours, number_views, panels, picture

# Right, down, left, up: four colours of Okabe and Ito that stay apart for colour-blind eyes and on white.
DIRECTION_COLOURS = ("#E69F00", "#009E73", "#0072B2", "#CC79A7")
NAMES = {0: "right", 90: "down", 180: "left", 270: "up"}
WHEEL = 1.75


def direction_map() -> colors.LinearSegmentedColormap:
    """Return the cyclic colour map of directions: 0 and 360 degrees have the same colour.

    Example:
        >>> ends = direction_map()([0.0, 1.0])
        >>> bool((ends[0] == ends[1]).all())
        True
    """
    return colors.LinearSegmentedColormap.from_list("directions", [*DIRECTION_COLOURS, DIRECTION_COLOURS[0]], N=361)


def paint_directions(
    direction: np.ndarray, strength: np.ndarray | None = None, full: float | None = None
) -> np.ndarray:
    """Return directions as colours, fading to white where the strength is small.

    Args:
        direction (np.ndarray): in degrees; 0 points right, 90 down.
        strength (np.ndarray): 0 or more. Default: the same everywhere.
        full (float): the strength that gets the full colour. Default: the 99th percentile of strength.

    Shapes:
        (height, width) -> (height, width, 3), uint8.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> paint_directions(np.array([[0.0, 360.0]]))[0].tolist()
        [[230, 159, 0], [230, 159, 0]]
    """
    direction = scaling.check_image(direction, "direction")
    if strength is None:
        strength, full = np.ones(direction.shape), 1.0
    if np.shape(strength) != direction.shape:
        raise ValueError(f"direction has the shape {direction.shape}, strength {np.shape(strength)}; make them equal.")
    full = float(np.percentile(strength, 99)) if full is None else full
    weight = np.clip(np.asarray(strength) / (full or 1.0), 0, 1)[:, :, np.newaxis]
    ink = direction_map()(np.mod(direction, 360) / 360)[:, :, :3]
    return scaling.to_uint8(weight * ink + 1 - weight, white=1)


def directions(
    *fields: tuple[np.ndarray, np.ndarray],
    titles: list[str] | None = None,
    alt: str,
    full: float | None = None,
    width: float = 9,
    height: float = 3.4,
) -> picture.Picture:
    """Show gradient directions as colours, faint where the gradient is small, with a wheel as the legend.

    Args:
        fields (pairs of arrays): (direction in degrees, magnitude) of one or more images.
        titles (list of str): one per field. Default none.
        alt (str): what is seen.
        full (float): the magnitude that gets the full colour. Default: the 99th percentile of each.
        width, height (float): at most, in inches of 96 CSS pixels. Defaults 9 and 3.4.

    Shapes:
        each array (height, width).

    Returns:
        A Picture.

    Raises:
        ValueError: no field, shapes that differ, or a title missing or too many.

    Example:
        >>> directions((np.zeros((4, 4)), np.ones((4, 4))), alt="all of it points right")
        Picture: all of it points right
    """
    if not fields:
        raise ValueError("directions was given no pair (direction, magnitude).")
    names = panels.check_titles(titles, len(fields))
    painted = [paint_directions(angle, strength, full) for angle, strength in fields]
    room = width - WHEEL - 2 * panels.MARGIN - panels.GAP * len(painted)
    aspects = [one.shape[1] / one.shape[0] for one in painted]
    row_height = max(min(height, room / sum(aspects)), 1.0)
    wrapped = [panels.wrap(name, row_height * aspect) for name, aspect in zip(names, aspects, strict=True)]
    title_height = panels.title_space(wrapped)
    shown_height = max(row_height, WHEEL)
    total_width = 2 * panels.MARGIN + row_height * sum(aspects) + panels.GAP * len(painted) + WHEEL
    result = picture.Picture(total_width, shown_height + title_height + 2 * panels.MARGIN, alt=alt)
    left, bottom = panels.MARGIN, panels.MARGIN + shown_height - row_height
    for one, title, aspect in zip(painted, wrapped, aspects, strict=True):
        axes = panels.place(result, left, bottom, row_height * aspect, row_height)
        panels.show(axes, colours.Shade(one, "colour"), title)
        left += row_height * aspect + panels.GAP
    _draw_wheel(result, left, panels.MARGIN + (shown_height - WHEEL) / 2)
    return result


def _draw_wheel(result: picture.Picture, left: float, bottom: float) -> None:
    rows, columns = np.indices((181, 181)) - 90
    radius = np.hypot(rows, columns)
    ring = (radius <= 62) & (radius >= 34)
    painted = paint_directions(np.degrees(np.arctan2(rows, columns)) % 360, ring.astype(float), 1.0)
    axes = panels.place(result, left, bottom, WHEEL, WHEEL)
    axes.imshow(painted, interpolation="antialiased")
    axes.set_axis_off()
    for degrees, name in NAMES.items():
        across, down = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        axes.annotate(
            "", (90 + 28 * across, 90 + 28 * down), (90 + 6 * across, 90 + 6 * down),
            arrowprops={"arrowstyle": "->", "color": picture.INK, "linewidth": 1.2},
        )  # fmt: skip
        upright = 90 if degrees == 0 else -90 if degrees == 180 else 0
        axes.text(
            90 + 76 * across, 90 + 76 * down, f"{degrees}° {name}", ha="center", va="center", fontsize=8.5,
            rotation=-upright,
        )  # fmt: skip


def arrows(
    image: np.ndarray,
    gradient_x: np.ndarray,
    gradient_y: np.ndarray,
    *,
    alt: str,
    title: str | None = None,
    width: float = 6,
) -> picture.Picture:
    """Show a small image with its numbers and, in every pixel, an arrow along its gradient.

    The longest arrow is nearly as long as a pixel is wide; pixels with hardly any slope get no arrow.

    Args:
        image (np.ndarray): gray.
        gradient_x, gradient_y (np.ndarray): slopes to the right and downwards.
        alt (str): what is seen.
        title (str): above it. Default none.
        width (float): of the picture, at most, in inches of 96 CSS pixels. Default 6.

    Shapes:
        each (height, width), up to 16 x 16.

    Returns:
        A Picture.

    Raises:
        ValueError: the shapes differ, or the image is too large for its numbers to be read.

    Example:
        >>> arrows(np.array([[0, 9]]), np.array([[9, 9]]), np.zeros((1, 2)), alt="both arrows point right")
        Picture: both arrows point right
    """
    image = scaling.check_image(image)
    if not image.shape == np.shape(gradient_x) == np.shape(gradient_y) or image.ndim != 2:
        raise ValueError(
            f"image has the shape {image.shape}, the gradients {np.shape(gradient_x)} and {np.shape(gradient_y)}; "
            "all three must be the same (height, width)."
        )
    rows, columns = image.shape
    if max(rows, columns) > 16:
        raise ValueError(f"the image is {rows} x {columns}; its arrows can be read up to 16 x 16. Cut a part out.")
    cell = min(0.72, (width - 2 * panels.MARGIN) / columns)
    wrapped = panels.wrap(title or "", columns * cell)
    title_height = panels.title_space([wrapped])
    result = picture.Picture(
        columns * cell + 2 * panels.MARGIN, rows * cell + title_height + 2 * panels.MARGIN, alt=alt
    )
    axes = panels.place(result, panels.MARGIN, panels.MARGIN, columns * cell, rows * cell)
    (shade,) = colours.shade([image])
    panels.show(axes, shade, wrapped)
    texts = number_views.number_texts(image)
    length = np.hypot(gradient_x, gradient_y)
    longest = float(length.max()) or 1.0
    for (row, column), light in np.ndenumerate(number_views.lightness_of(shade)):
        ink = "black" if light > 0.5 else "white"
        axes.text(column - 0.44, row - 0.42, texts[row, column], ha="left", va="top", color=ink, fontsize=cell * 11)
        if length[row, column] > 0.06 * longest:
            right, down = (0.4 * slope[row, column] / longest for slope in (gradient_x, gradient_y))
            axes.annotate(
                "", (column + right, row + down + 0.1), (column - right, row - down + 0.1),
                arrowprops={
                    "arrowstyle": "-|>", "color": picture.LINE_COLOURS[4], "linewidth": 2, "mutation_scale": 11,
                    "shrinkA": 0, "shrinkB": 0,
                },
            )  # fmt: skip
    return result
