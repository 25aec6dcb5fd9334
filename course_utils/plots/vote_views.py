"""Parts of a picture that vote for where the whole has its centre."""

from collections.abc import Sequence

import numpy as np

from course_utils.plots import colours, panels, picture

_AROUND = 0.22  # of the image's side: votes may fall outside of it


@picture.style()
def part_votes(
    images: Sequence[np.ndarray],
    places: np.ndarray,
    votes: np.ndarray,
    part_names: Sequence[str],
    titles: Sequence[str] | None = None,
    *,
    alt: str,
    columns: int = 4,
    width: float = 9,
) -> picture.Picture:
    """Draw a line from each part to the point that it votes for, over each image.

    Args:
        images (sequence of arrays): gray or RGB.
        places (array): x, y of each part, pixels.
        votes (array): x, y of what each part votes for, pixels; it may lie outside of the image.
        part_names (sequence of str): for the legend; each part has a colour and a marker of its own.
        titles (sequence of str): one per image. Default none.
        alt (str): what is seen.
        columns (int): images per row. Default 4.
        width (float): in inches of 96 CSS pixels. Default 9.

    Shapes:
        images (height, width) or (height, width, 3) each; places and votes (num_images, parts, 2).

    Returns:
        A Picture.

    Raises:
        ValueError: no image; places or votes that do not fit the images and the names.

    Example:
        >>> part_votes(np.zeros((1, 9, 9)), np.ones((1, 2, 2)), np.zeros((1, 2, 2)), ["eye", "nose"], alt="two votes")
        Picture: two votes
    """
    images = list(images)
    if not images:
        raise ValueError("part_votes was given no image.")
    places, votes = np.asarray(places, float), np.asarray(votes, float)
    wanted = (len(images), len(part_names), 2)
    for name, array in (("places", places), ("votes", votes)):
        if array.shape != wanted:
            raise ValueError(f"{name} have the shape {array.shape}; for these images and names give {wanted}.")
    names = panels.check_titles(titles, len(images))
    shades = colours.shade(images)
    columns = min(columns, len(images))
    num_rows = -(-len(images) // columns)
    cell = (width - 2 * panels.MARGIN - panels.GAP * (columns - 1)) / columns
    head, foot = (0.32 if any(names) else 0.06), 0.42
    result = picture.Picture(width, num_rows * (cell + head) + foot + panels.MARGIN, alt=alt)
    for number, (shade, name) in enumerate(zip(shades, names, strict=True)):
        row, column = divmod(number, columns)
        bottom = foot + (num_rows - 1 - row) * (cell + head)
        axes = panels.place(result, panels.MARGIN + column * (cell + panels.GAP), bottom, cell, cell)
        panels.show(axes, shade, name)
        _draw(axes, places[number], votes[number], part_names)
        height, wide = shade.values.shape[:2]
        axes.set_xlim(-0.5 - _AROUND * wide, wide - 0.5 + _AROUND * wide)
        axes.set_ylim(height - 0.5 + _AROUND * height, -0.5 - _AROUND * height)
    handles, labels = result.axes[0].get_legend_handles_labels()
    result.legend(handles, labels, loc="lower center", ncols=len(labels), frameon=False)
    return result


def _draw(axes, places: np.ndarray, votes: np.ndarray, part_names: Sequence[str]) -> None:
    for part, name in enumerate(part_names):
        ink = picture.LINE_COLOURS[part % len(picture.LINE_COLOURS)]
        axes.plot(*np.stack([places[part], votes[part]]).T, color=ink, linewidth=1.8, alpha=0.9, clip_on=True)
        axes.plot(
            *votes[part], "osD^vPX"[part % 7], color=ink, markersize=7, markeredgecolor="white", label=name,
            linestyle="none",
        )  # fmt: skip
