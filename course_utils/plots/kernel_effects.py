"""What kernels do to a photograph: a slider with the kernel's numbers beside each result."""

from collections.abc import Mapping

import numpy as np

from course_utils import kernels
from course_utils.plots import colours, frame_slider, number_views, panels, picture

WIDTH, HEIGHT = 8.4, 3.8


@picture.style()
def _frame(result_image: np.ndarray, weights: np.ndarray, label: str, alt: str) -> picture.Picture:
    """Return one frame: the kernel with its numbers at the left, the photograph after it at the right."""
    frame = picture.Picture(WIDTH, HEIGHT, alt=alt)
    side = 2.2
    table = panels.place(frame, 0.1, (HEIGHT - side) / 2 - 0.15, side, side)
    reach = float(np.abs(weights).max()) or 1.0
    shade = colours.Shade(weights, "signed", -1.6 * reach, 1.6 * reach)
    panels.show(table, shade, "the kernel")
    number_views.write_numbers(table, weights, shade, side / max(weights.shape))
    axes = panels.place(frame, 2.6, 0.05, WIDTH - 2.65, HEIGHT - 0.4)
    axes.imshow(
        result_image, cmap=None if result_image.ndim == 3 else "gray", vmin=0, vmax=255, interpolation="antialiased"
    )
    axes.set_title(label)
    axes.set_axis_off()
    return frame


def shown(photograph: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return what a kernel makes of a photograph, ready to be looked at.

    A kernel whose numbers sum to 1 is used on each colour and gives a photograph again. One whose numbers sum to
    0 is used on the gray photograph; 0 becomes middle gray, so that dark and bright show the sign.

    Args:
        photograph (numpy.ndarray): uint8.
        weights (numpy.ndarray): the kernel.

    Shapes:
        (height, width, 3), (kernel height, kernel width) -> (height, width, 3) or (height, width); uint8.

    Example:
        >>> int(shown(np.full((5, 5, 3), 90, np.uint8), kernels.SOBEL_X)[2, 2])
        128
    """
    if abs(float(weights.sum())) < 1e-3:
        gray = photograph.astype(np.float32).mean(axis=2)
        response = kernels.correlate2d(gray, weights)
        reach = float(np.percentile(np.abs(response), 97)) or 1.0
        return np.clip(np.rint(128 + 127 * response / reach), 0, 255).astype(np.uint8)
    return np.clip(np.rint(kernels.correlate2d(photograph, weights)), 0, 255).astype(np.uint8)


def slider(
    photograph: np.ndarray, named: Mapping[str, np.ndarray], *, alt: str, title: str | None = None
) -> frame_slider.Slider:
    """Return a slider over kernels; each frame holds a kernel with its numbers and what it makes of the photograph.

    Args:
        photograph (numpy.ndarray): RGB.
        named (mapping of str to numpy.ndarray): kernels of up to 7 x 7 numbers by what they do.
        alt (str): what is seen.
        title (str): above it. Default none.

    Shapes:
        photograph (height, width, 3), uint8.

    Raises:
        ValueError: the photograph is no RGB image, or a kernel is too large for its numbers to be read.

    Example:
        >>> black = np.zeros((9, 9, 3), np.uint8)
        >>> slider(black, {"same": kernels.IDENTITY, "mean": kernels.BOX_3}, alt="a black square")
        Slider: a black square (2 frames)
    """
    photograph = np.asarray(photograph)
    if photograph.ndim != 3 or photograph.shape[2] != 3:
        raise ValueError(f"the photograph has the shape {photograph.shape}; it must be RGB: (height, width, 3).")
    for name, weights in named.items():
        if max(np.shape(weights)) > 7:
            raise ValueError(f"kernel {name!r} has the shape {np.shape(weights)}; numbers can be read up to 7 x 7.")
    frames = [_frame(shown(photograph, weights), np.asarray(weights), name, alt) for name, weights in named.items()]
    return frame_slider.slider(frames, list(named), alt=alt, title=title)
