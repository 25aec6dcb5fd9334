"""A slider that goes closer and closer to one place of an image, until only numbers are left."""

import itertools
from collections.abc import Sequence

import numpy as np
from matplotlib import patches

from course_utils.plots import colours, frame_slider, number_views, panels, picture

SIDE = 5.0
MOST_NUMBERS = 14
FRAME_BYTES = 18_000


@picture.style()
def zoom_into(
    image: np.ndarray, centre: tuple[int, int], sides: Sequence[int], *, alt: str, title: str | None = None
) -> frame_slider.Slider:
    """Show ever smaller squares around one pixel; a frame marks the next one, the last ones show their numbers.

    Args:
        image (np.ndarray): gray or RGB.
        centre ((row, column)): the pixel to approach; a square that would leave the image is moved inside.
        sides (sequence of int): of the squares, in pixels, from large to small.
        alt (str): what is seen.
        title (str): above the pictures. Default none.

    Shapes:
        image: (height, width) or (height, width, 3).

    Returns:
        A Slider with one frame per side; squares of at most 14 pixels (gray) or 7 (RGB) show their numbers.

    Raises:
        ValueError: the sides do not shrink, or the first does not fit into the image.

    Example:
        >>> zoom_into(np.eye(20), (10, 10), [20, 5], alt="a diagonal line, then five of its pixels")
        Slider: a diagonal line, then five of its pixels (2 frames)
    """
    (shade,) = colours.shade([image])
    sides = [int(side) for side in sides]
    if len(sides) < 2 or any(later >= earlier for earlier, later in itertools.pairwise(sides)):
        raise ValueError(f"sides is {sides}; give at least 2, each smaller than the one before.")
    if sides[0] > min(shade.values.shape[:2]) or sides[-1] < 1:
        raise ValueError(f"sides is {sides}; they must lie between 1 and {min(shade.values.shape[:2])} here.")
    frames = [
        _frame(shade, _corner(shade, centre, side), side, following)
        for side, following in zip(sides, [_place(shade, centre, side) for side in sides[1:]] + [None], strict=True)
    ]
    uris = [frame_slider.pack(frame, FRAME_BYTES) for frame in frames]
    labels = [f"{side} × {side} pixels" for side in sides]
    width = round(SIDE * picture.CSS_PIXELS_PER_INCH)
    return frame_slider.Slider(uris, labels, picture.check_alt(alt), title, width)


def _corner(shade: colours.Shade, centre: tuple[int, int], side: int) -> tuple[int, int]:
    rows, columns = shade.values.shape[:2]
    return (
        int(np.clip(centre[0] - side // 2, 0, rows - side)),
        int(np.clip(centre[1] - side // 2, 0, columns - side)),
    )


def _place(shade: colours.Shade, centre: tuple[int, int], side: int) -> tuple[int, int, int]:
    return (*_corner(shade, centre, side), side)


def _frame(shade: colours.Shade, corner: tuple[int, int], side: int, following) -> np.ndarray:
    row, column = corner
    part = colours.Shade(shade.values[row : row + side, column : column + side], shade.kind, shade.low, shade.high)
    stage = picture.Picture(SIDE, SIDE, alt="one step")
    stage.set_dpi(1.5 * picture.CSS_PIXELS_PER_INCH)
    axes = panels.place(stage, 0.02, 0.02, SIDE - 0.04, SIDE - 0.04)
    panels.show(axes, part)
    if side <= (MOST_NUMBERS if part.kind != "colour" else MOST_NUMBERS // 2):
        number_views.write_numbers(axes, part.values, part, SIDE / side)
    if following:
        place = (following[1] - column - 0.5, following[0] - row - 0.5)
        axes.add_patch(
            patches.Rectangle(
                place, following[2], following[2], fill=False, edgecolor=picture.LINE_COLOURS[4], linewidth=2
            )
        )
    return stage.to_rgb()
