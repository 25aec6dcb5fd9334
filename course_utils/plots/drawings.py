"""Small scenes drawn by code, where no photograph is free to use: a screen, doodles, signs, a forest path."""

import cv2
import numpy as np
from matplotlib import font_manager, textpath

BRICK_ROWS = ((200, 72, 72), (198, 108, 58), (180, 122, 48), (162, 162, 42), (72, 160, 72), (66, 72, 200))
WALL = (142, 142, 142)
_SHARP = 4  # signs and doodles are drawn this many times larger and then made smaller


def write(image: np.ndarray, text: str, centre: tuple[float, float], height: float, colour: tuple[int, ...]) -> None:
    """Write bold text into an image, in letters that are the same with every version of OpenCV.

    Args:
        image (numpy.ndarray): uint8, is changed.
        text (str): what to write.
        centre ((float, float)): its middle, (column, row).
        height (float): of a capital letter, in pixels.
        colour (tuple of int): one number per channel.
    """
    font = font_manager.FontProperties(family="DejaVu Sans", weight="bold")
    letters = textpath.TextPath((0, 0), text, size=100, prop=font)
    outlines = letters.to_polygons(closed_only=True)
    corners = np.concatenate(outlines)
    low, high = corners.min(axis=0), corners.max(axis=0)
    scale = height / (high[1] - low[1])
    points = [
        np.rint(((outline - (low + high) / 2) * [scale, -scale] + centre) * 16).astype(np.int32) for outline in outlines
    ]
    cv2.fillPoly(image, points, colour, cv2.LINE_AA, shift=4)


def breakout_screen(step: int = 0) -> np.ndarray:
    """Return a screen of a game in which a ball knocks bricks out of a wall.

    Args:
        step (int): which moment; the ball moves on by 6 pixels a step. Default 0.

    Shapes:
        returns (210, 160, 3), uint8, as large as an Atari's screen.

    Example:
        >>> breakout_screen().shape
        (210, 160, 3)
    """
    screen = np.zeros((210, 160, 3), np.uint8)
    screen[17:32] = WALL
    screen[17:196, :8] = screen[17:196, 152:] = WALL
    for row, colour in enumerate(BRICK_ROWS):
        screen[57 + 6 * row : 63 + 6 * row, 8:152] = colour
    for row, column in ((5, 4), (5, 5), (5, 6), (4, 5), (4, 6), (5, 11), (5, 1)):
        screen[57 + 6 * row : 63 + 6 * row, 8 + 8 * column : 16 + 8 * column] = 0
    left, top = 60 + 6 * step, 150 - 6 * step
    screen[top : top + 5, left : left + 4] = BRICK_ROWS[0]
    screen[189:193, 66 + 3 * step : 82 + 3 * step] = BRICK_ROWS[0]
    return screen


def _curve(points: list[tuple[float, float]]) -> np.ndarray:
    return np.array(points, np.float64)


def _arc(centre: tuple[float, float], radius: tuple[float, float], start: float = 0, stop: float = 360) -> np.ndarray:
    angle = np.radians(np.linspace(start, stop, 40))
    return np.stack([centre[0] + radius[0] * np.cos(angle), centre[1] + radius[1] * np.sin(angle)], axis=1)


DOODLES = {
    "cat": [
        _arc((50, 56), (28, 26)),
        _curve([(28, 40), (26, 14), (42, 31)]),
        _curve([(58, 31), (74, 14), (72, 40)]),
        _arc((40, 52), (3, 4)),
        _arc((60, 52), (3, 4)),
        _curve([(46, 63), (50, 67), (54, 63)]),
        _curve([(36, 64), (10, 60)]),
        _curve([(36, 68), (10, 72)]),
        _curve([(64, 64), (90, 60)]),
        _curve([(64, 68), (90, 72)]),
    ],
    "house": [
        _curve([(20, 48), (20, 86), (80, 86), (80, 48)]),
        _curve([(12, 52), (50, 16), (88, 52)]),
        _curve([(44, 86), (44, 64), (58, 64), (58, 86)]),
        _curve([(28, 56), (38, 56), (38, 66), (28, 66), (28, 56)]),
        _curve([(68, 33), (68, 18), (76, 18), (76, 40)]),
    ],
    "fish": [
        _arc((42, 50), (30, 19)),
        _curve([(70, 46), (92, 30), (88, 50), (93, 70), (70, 55)]),
        _arc((26, 45), (3, 3)),
        _arc((34, 52), (8, 14), -50, 50),
        _curve([(14, 58), (24, 58)]),
    ],
    "bicycle": [
        _arc((26, 66), (17, 17)),
        _arc((76, 66), (17, 17)),
        _curve([(26, 66), (42, 40), (70, 40), (48, 66), (26, 66)]),
        _curve([(48, 66), (40, 34)]),
        _curve([(32, 34), (46, 34)]),
        _curve([(76, 66), (68, 30), (80, 27)]),
    ],
    "sun": [_arc((50, 50), (18, 18))]
    + [
        _curve(
            [
                (50 + 24 * np.cos(turn), 50 + 24 * np.sin(turn)),
                (50 + 38 * np.cos(turn), 50 + 38 * np.sin(turn)),
            ]
        )
        for turn in np.radians(np.arange(10, 370, 40))
    ],
}


def doodle(name: str, side: int = 200, thickness: float = 2.2) -> np.ndarray:
    """Return a doodle: dark strokes on white.

    Args:
        name (str): one of DOODLES.
        side (int): of the picture, in pixels. Default 200.
        thickness (float): of a stroke, in hundredths of the side. Default 2.2.

    Shapes:
        returns (side, side), uint8.

    Example:
        >>> doodle("cat", side=28).shape
        (28, 28)
    """
    large = side * _SHARP
    paper = np.full((large, large), 255, np.uint8)
    for number, stroke in enumerate(DOODLES[name]):
        # A hand does not draw straight: a slow wave of one hundredth of the side.
        wave = 0.9 * np.sin(np.linspace(0, 5, len(stroke)) + number)[:, None] * np.array([1.0, -1.0])
        points = np.rint((stroke + wave) * large / 100).astype(np.int32)
        cv2.polylines(paper, [points], False, 30, max(1, round(thickness * large / 100)), cv2.LINE_AA)
    return cv2.resize(paper, (side, side), interpolation=cv2.INTER_AREA)


def _polygon(corners: int, radius: float, turn: float) -> np.ndarray:
    angle = np.radians(turn + 360 / corners * np.arange(corners))
    return np.stack([50 + radius * np.cos(angle), 50 + radius * np.sin(angle)], axis=1)


def _fill(sign: np.ndarray, points: np.ndarray, colour: tuple[int, int, int]) -> None:
    scale = sign.shape[0] / 100
    cv2.fillPoly(sign, [np.rint(points * scale).astype(np.int32)], (*colour, 255), cv2.LINE_AA)


ROAD_SIGNS = ("stop", "give way", "speed limit", "priority", "no entry", "straight on")
RED, WHITE, BLUE, YELLOW, BLACK = (190, 25, 35), (250, 250, 250), (25, 80, 170), (245, 190, 20), (25, 25, 25)


def road_sign(name: str, side: int = 200) -> np.ndarray:
    """Return a road sign on nothing.

    Args:
        name (str): one of ROAD_SIGNS.
        side (int): of the picture, in pixels. Default 200.

    Shapes:
        returns (side, side, 4), uint8: red, green, blue and how much of the pixel the sign covers.

    Example:
        >>> road_sign("stop", side=32).shape
        (32, 32, 4)
    """
    if name not in ROAD_SIGNS:
        raise ValueError(f"there is no road sign {name!r}; there are {', '.join(ROAD_SIGNS)}.")
    sign = np.zeros((side * _SHARP, side * _SHARP, 4), np.uint8)
    circle = _arc((50, 50), (46, 46))
    inner = _arc((50, 50), (35, 35))
    if name == "stop":
        _fill(sign, _polygon(8, 47, 22.5), WHITE)
        _fill(sign, _polygon(8, 44, 22.5), RED)
        write(sign, "STOP", (sign.shape[1] / 2, sign.shape[0] / 2), 0.2 * sign.shape[0], (*WHITE, 255))
    elif name == "give way":
        _fill(sign, np.array([(2.0, 10), (98, 10), (50, 94)]), RED)
        _fill(sign, np.array([(20.0, 20), (80, 20), (50, 73)]), WHITE)
    elif name == "speed limit":
        _fill(sign, circle, RED)
        _fill(sign, inner, WHITE)
        write(sign, "50", (sign.shape[1] / 2, sign.shape[0] / 2), 0.34 * sign.shape[0], (*BLACK, 255))
    elif name == "priority":
        _fill(sign, _polygon(4, 48, 0), WHITE)
        _fill(sign, _polygon(4, 36, 0), YELLOW)
    elif name == "no entry":
        _fill(sign, circle, RED)
        _fill(sign, np.array([(18.0, 41), (82, 41), (82, 59), (18, 59)]), WHITE)
    else:
        _fill(sign, circle, BLUE)
        _fill(sign, np.array([(43.0, 82), (43, 44), (28, 44), (50, 16), (72, 44), (57, 44), (57, 82)]), WHITE)
    return cv2.resize(sign, (side, side), interpolation=cv2.INTER_AREA)


def seen_from_a_car(sign: np.ndarray, background: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a sign as a small, blurred, tilted, dim crop of a camera's image.

    Args:
        sign (numpy.ndarray): from `road_sign`.
        background (numpy.ndarray): what is behind it.
        rng (numpy.random.Generator): draws tilt, light and noise.

    Shapes:
        (200, 200, 4) and (200, 200, 3), uint8 -> (32, 32, 3), uint8.
    """
    side = sign.shape[0]
    corners = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    moved = np.float32(0.12 * side) + 0.76 * corners + rng.uniform(-0.07, 0.07, (4, 2)).astype(np.float32) * side
    warped = cv2.warpPerspective(sign, cv2.getPerspectiveTransform(corners, moved.astype(np.float32)), (side, side))
    cover = warped[..., 3:].astype(np.float32) / 255
    scene = cover * warped[..., :3] + (1 - cover) * background
    scene = cv2.GaussianBlur(scene * rng.uniform(0.4, 0.85), (0, 0), 0.012 * side)
    small = cv2.resize(scene, (32, 32), interpolation=cv2.INTER_AREA)
    return np.clip(small + rng.normal(0, 4, small.shape), 0, 255).astype(np.uint8)


def forest_path(turn: float, size: tuple[int, int] = (150, 200)) -> np.ndarray:
    """Return a path through a forest as a drone sees it.

    Args:
        turn (float): where the path leads, from -1 (to the left) over 0 (ahead) to 1 (to the right).
        size ((int, int)): height and width in pixels. Default (150, 200).

    Shapes:
        returns (height, width, 3), uint8.

    Example:
        >>> forest_path(0.0).shape
        (150, 200, 3)
    """
    rng = np.random.default_rng(7)
    height, width = size
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float64)
    horizon = 0.42 * height
    scene = np.empty((height, width, 3))
    scene[:] = np.array([176.0, 200, 205]) - rows[..., None] * 0.25
    depth = np.clip((rows - horizon) / (height - horizon), 0, 1)
    ground = np.array([72.0, 104, 52]) + rng.normal(0, 11, (height, width, 1))
    scene = np.where((rows > horizon)[..., None], ground, scene)
    middle = width * (0.5 + 0.42 * turn * (1 - depth) ** 1.4)
    on_path = (np.abs(columns - middle) < width * (0.025 + 0.27 * depth)) & (rows > horizon)
    sand = np.array([176.0, 146, 104]) + rng.normal(0, 8, (height, width, 1))
    scene = np.where(on_path[..., None], sand, scene)
    for near in np.sort(rng.uniform(0.05, 1.0, 34)):
        side = rng.choice([-1, 1])
        foot = horizon + near * 0.55 * (height - horizon)
        centre = width * (0.5 + 0.42 * turn * (1 - near * 0.55) ** 1.4)
        stem = centre + side * width * (0.10 + 0.30 * near + rng.uniform(0, 0.38))
        half = 1.2 + 4.5 * near
        trunk = (np.abs(columns - stem) < half) & (rows < foot)
        scene = np.where(trunk[..., None], np.array([92.0, 70, 52]) * (1.25 - 0.6 * near), scene)
        crown = ((columns - stem) / (9 + 22 * near)) ** 2 + ((rows - 0.1 * height) / (0.26 * height)) ** 2 < 1
        leaves = np.array([58.0, 112, 60]) * (1.2 - 0.5 * near) + rng.normal(0, 14, (height, width, 1))
        scene = np.where((crown & (rng.uniform(size=crown.shape) < 0.85))[..., None], leaves, scene)
    return np.clip(scene, 0, 255).astype(np.uint8)
