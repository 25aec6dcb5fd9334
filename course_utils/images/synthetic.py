"""Pictures whose every pixel is known, for testing an idea before a photograph complicates it."""

import numpy as np


def _shape(size: int | tuple[int, int]) -> tuple[int, int]:
    height, width = (size, size) if np.isscalar(size) else size
    if height < 1 or width < 1:
        raise ValueError(f"size is {size}; height and width must be at least 1 pixel.")
    return int(height), int(width)


def checkerboard(size: int | tuple[int, int], square: int = 8, low: int = 0, high: int = 255) -> np.ndarray:
    """Draw a checkerboard whose top left square is dark.

    Args:
        size (int or (height, width)): in pixels.
        square (int): side of one square, in pixels. Default 8.
        low, high (int): the two intensities, 0 ... 255. Defaults 0 and 255.

    Shapes:
        returns (height, width), uint8.

    Raises:
        ValueError: size or square is not positive.

    Example:
        >>> checkerboard(2, square=1)
        array([[  0, 255],
               [255,   0]], dtype=uint8)
    """
    if square < 1:
        raise ValueError(f"square is {square}; it must be at least 1 pixel.")
    rows, columns = np.indices(_shape(size))
    return np.where((rows // square + columns // square) % 2, high, low).astype(np.uint8)


def stripes(
    size: int | tuple[int, int],
    period: float,
    angle: float = 0.0,
    phase: float = 0.0,
    low: float = 0.0,
    high: float = 1.0,
    profile: str = "sine",
) -> np.ndarray:
    """Draw stripes of an exact period; the first pixel is at the brightest place when phase is 0.

    Args:
        size (int or (height, width)): in pixels.
        period (float): distance from one bright stripe to the next, in pixels.
        angle (float): direction in which the intensity changes, in degrees: 0 to the right (upright
            stripes), 90 downwards (level stripes). Default 0.
        phase (float): shift along that direction, in periods (0 ... 1). Default 0.
        low, high (float): darkest and brightest intensity. Defaults 0 and 1.
        profile (str): "sine", or "square" for sharp-edged stripes. Default "sine".

    Shapes:
        returns (height, width), float32.

    Raises:
        ValueError: period is not positive, or the profile is unknown.

    Example:
        >>> stripes((1, 5), period=4)
        array([[1. , 0.5, 0. , 0.5, 1. ]], dtype=float32)
    """
    if period <= 0:
        raise ValueError(f"period is {period}; it must be more than 0 pixels.")
    if profile not in ("sine", "square"):
        raise ValueError(f"profile is {profile!r}; it must be 'sine' or 'square'.")
    rows, columns = np.indices(_shape(size), dtype=np.float64)
    across = columns * np.cos(np.deg2rad(angle)) + rows * np.sin(np.deg2rad(angle))
    cycles = across / period - phase
    if profile == "sine":
        level = 0.5 + 0.5 * np.cos(2 * np.pi * cycles)
    else:
        level = (np.mod(np.round(cycles, 9), 1) < 0.5).astype(np.float64)
    return np.round(low + (high - low) * level, 12).astype(np.float32)


def step(
    size: int | tuple[int, int],
    position: int | None = None,
    low: int = 0,
    high: int = 255,
    axis: int = 1,
) -> np.ndarray:
    """Draw one step: `low` before the position, `high` from it on.

    Args:
        size (int or (height, width)): in pixels.
        position (int): first column (axis 1) or row (axis 0) that is `high`. Default: the middle.
        low, high (int): the two intensities, 0 ... 255; low may be the brighter one. Defaults 0 and 255.
        axis (int): 1 steps from left to right (an upright edge), 0 from top to bottom. Default 1.

    Shapes:
        returns (height, width), uint8.

    Raises:
        ValueError: axis is neither 0 nor 1.

    Example:
        >>> step((2, 4), low=10, high=90)
        array([[10, 10, 90, 90],
               [10, 10, 90, 90]], dtype=uint8)
    """
    if axis not in (0, 1):
        raise ValueError(f"axis is {axis}; it must be 1 (left to right) or 0 (top to bottom).")
    shape = _shape(size)
    position = shape[axis] // 2 if position is None else position
    return np.where(np.indices(shape)[axis] < position, low, high).astype(np.uint8)


def disc(
    size: int | tuple[int, int],
    radius: float,
    centre: tuple[float, float] | None = None,
    low: int = 0,
    high: int = 255,
) -> np.ndarray:
    """Draw a filled disc: a pixel is `high` when its middle is at most `radius` from the centre.

    Args:
        size (int or (height, width)): in pixels.
        radius (float): in pixels.
        centre ((row, column)): Default: the middle of the image.
        low, high (int): intensity outside and inside, 0 ... 255. Defaults 0 and 255.

    Shapes:
        returns (height, width), uint8.

    Raises:
        ValueError: radius is negative.

    Example:
        >>> disc(3, radius=1, high=9)
        array([[0, 9, 0],
               [9, 9, 9],
               [0, 9, 0]], dtype=uint8)
    """
    if radius < 0:
        raise ValueError(f"radius is {radius}; it must be at least 0 pixels.")
    shape = _shape(size)
    middle = ((shape[0] - 1) / 2, (shape[1] - 1) / 2) if centre is None else centre
    rows, columns = np.indices(shape)
    inside = (rows - middle[0]) ** 2 + (columns - middle[1]) ** 2 <= radius**2
    return np.where(inside, high, low).astype(np.uint8)
