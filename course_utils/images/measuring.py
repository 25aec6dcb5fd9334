"""Numbers that say something about an image: its intensity along a line, its contrast."""

import numpy as np

from course_utils.images import scaling


def intensity_profile(
    image: np.ndarray, start: tuple[float, float], stop: tuple[float, float], samples: int | None = None
) -> np.ndarray:
    """Read the intensities along a straight line, between pixels by bilinear interpolation.

    Args:
        image (np.ndarray): gray or colour.
        start, stop ((row, column)): the ends of the line, in pixels, both included.
        samples (int): number of points read. Default: one per pixel of length, and one more.

    Shapes:
        (height, width) -> (samples,); (height, width, channels) -> (samples, channels); float64.

    Raises:
        ValueError: an end lies outside the image, or samples is below 2.

    Example:
        >>> intensity_profile(np.array([[0, 10, 20, 30]]), start=(0, 0), stop=(0, 3))
        array([ 0., 10., 20., 30.])
    """
    image = scaling.check_image(image)
    height, width = image.shape[:2]
    for name, (row, column) in (("start", start), ("stop", stop)):
        if not (0 <= row <= height - 1 and 0 <= column <= width - 1):
            raise ValueError(
                f"{name} is (row {row}, column {column}), outside the image: "
                f"rows are 0 ... {height - 1}, columns 0 ... {width - 1}."
            )
    if samples is None:
        samples = round(float(np.hypot(stop[0] - start[0], stop[1] - start[1]))) + 1
        samples = max(samples, 2)
    if samples < 2:
        raise ValueError(f"samples is {samples}; a line needs at least 2.")
    rows, columns = np.linspace(start[0], stop[0], samples), np.linspace(start[1], stop[1], samples)
    top, left = np.minimum(rows.astype(int), max(height - 2, 0)), np.minimum(columns.astype(int), max(width - 2, 0))
    below, right = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    down, across = rows - top, columns - left
    if image.ndim == 3:
        down, across = down[:, np.newaxis], across[:, np.newaxis]
    upper = image[top, left] * (1 - across) + image[top, right] * across
    lower = image[below, left] * (1 - across) + image[below, right] * across
    return upper * (1 - down) + lower * down


def contrast(image: np.ndarray, kind: str = "rms") -> float:
    """Measure how far apart the intensities of an image lie; colour images are turned to gray first.

    Args:
        image (np.ndarray): uint8, or float on the scale 0 ... 1.
        kind (str): "rms", the standard deviation on the scale 0 ... 1 (0 for a flat image, at most 0.5), or
            "michelson", (max - min) / (max + min), between 0 and 1. Default "rms".

    Returns:
        A float.

    Raises:
        ValueError: kind is unknown, or an intensity is negative.

    Example:
        >>> contrast(np.array([[0, 255]], dtype=np.uint8)), contrast(np.array([[0.25, 0.75]]), kind="michelson")
        (0.5, 0.5)

    Source:
        E. Peli, Contrast in complex images, Journal of the Optical Society of America A 7 (1990).
    """
    if kind not in ("rms", "michelson"):
        raise ValueError(f"kind is {kind!r}; it must be 'rms' or 'michelson'.")
    image = scaling.check_image(image)
    gray = scaling.to_gray(image) if image.ndim == 3 and image.shape[2] == 3 else image
    levels = gray.astype(np.float64) / 255 if gray.dtype == np.uint8 else gray.astype(np.float64)
    low, high = levels.min(), levels.max()
    if low < 0:
        raise ValueError(f"the smallest intensity is {low:g}; contrast is defined for intensities from 0 upwards.")
    if kind == "rms":
        return float(levels.std())
    return float((high - low) / (high + low)) if high > 0 else 0.0
