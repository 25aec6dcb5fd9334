"""Drawn people in front of pieces of photographs, with their joints known exactly, and boxes that hide some of them."""

import dataclasses

import cv2
import numpy as np

from course_utils import whole_numbers
from course_utils.images import photographs

SIDE = 48
# Left and right are those of the picture, as everywhere in the course.
JOINTS = (
    "head", "neck", "left shoulder", "right shoulder", "left elbow", "right elbow", "left wrist", "right wrist",
    "left hip", "right hip", "left knee", "right knee", "left ankle", "right ankle",
)  # fmt: skip
PAIRS = ((2, 3), (4, 5), (6, 7), (8, 9), (10, 11), (12, 13))
BONES = (
    (0, 1), (1, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 7), (2, 8), (3, 9), (8, 9), (8, 10), (9, 11), (10, 12),
    (11, 13),
)  # fmt: skip
_FINE = 4  # drawn so many times larger, then shrunk: smooth edges
_BACKGROUNDS = ("brick", "camera", "china", "coffee", "grass", "gravel", "motorcycle", "rocket")
_SKIN = np.array([(255, 219, 190), (234, 192, 150), (198, 145, 105), (141, 90, 60), (92, 58, 40)], np.float64)
_CLOTHES = np.array(
    [(196, 60, 50), (40, 90, 180), (40, 140, 90), (235, 205, 70), (120, 70, 160), (240, 240, 235), (45, 45, 55),
     (225, 130, 50)], np.float64,
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Figures:
    """Images of one person each.

    Args:
        images (array): RGB, uint8.
        points (array): the joints in the order of JOINTS, in pixels, hidden ones too.
        visible (array of bool): whether a joint is not covered by the box.
        boxes (array of int): top, left, bottom, right of the box; all 0 without one.

    Shapes:
        images (n, 48, 48, 3), points (n, 14, 2), visible (n, 14), boxes (n, 4).
    """

    images: np.ndarray
    points: np.ndarray
    visible: np.ndarray
    boxes: np.ndarray


def make(count: int, occluded: float | tuple[float, float] = 0.0, split: str = "train", seed: int = 0) -> Figures:
    """Return drawn people, each in a pose of its own, facing us.

    With the same count, split and seed only the boxes differ: the same people stand in the same places.

    Args:
        count (int): how many.
        occluded (float or (float, float)): how much of the rectangle around a person is hidden by a box: this share,
            or one drawn between two. 0 means no box; 0.7 at most. Default 0.
        split (str): "train" or "test": which part of the photographs is behind them. Default "train".
        seed (int): of all choices; train and test draw different people. Default 0.

    Returns:
        Figures.

    Raises:
        ValueError: no image, an unknown split, or a share that is not from 0 to 0.7.

    Example:
        >>> figures = make(2, occluded=0.3)
        >>> figures.images.shape, figures.points.shape, bool(figures.visible.all())
        ((2, 48, 48, 3), (2, 14, 2), False)
    """
    whole_numbers.count(count, "count")
    if split not in ("train", "test"):
        raise ValueError(f"split is {split!r}; it must be 'train' or 'test'.")
    low, high = occluded if isinstance(occluded, (tuple, list)) else (occluded, occluded)
    if not 0 <= low <= high <= 0.7:
        raise ValueError(
            f"occluded is {occluded!r}; it must be a share from 0 to 0.7, or two of them, the lower first."
        )
    pieces = [_part(photographs.load(name), split) for name in _BACKGROUNDS]
    which = ("train", "test").index(split)
    images, points = np.zeros((count, SIDE, SIDE, 3), np.uint8), np.zeros((count, len(JOINTS), 2))
    visible, boxes = np.ones((count, len(JOINTS)), bool), np.zeros((count, 4), np.int64)
    for number in range(count):
        random = np.random.default_rng([seed, which, number])
        points[number] = _placed(_pose(random), random)
        large = _crop(pieces, SIDE * _FINE, random)
        _draw(large, (points[number] + 0.5) * _FINE - 0.5, random)
        images[number] = cv2.resize(large, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        hiding = np.random.default_rng([seed, which, number, 1])
        share = hiding.uniform(low, high)
        if share > 0:
            boxes[number] = _box(points[number], share, hiding)
            top, left, bottom, right = boxes[number]
            cover = _crop(pieces, SIDE * 2, hiding)[: bottom - top, : right - left]
            images[number, top:bottom, left:right] = cover
            x, y = points[number].T
            visible[number] = ~((x > left - 0.5) & (x < right - 0.5) & (y > top - 0.5) & (y < bottom - 0.5))
    return Figures(images, points, visible, boxes)


def _part(photograph: np.ndarray, split: str) -> np.ndarray:
    """Return the left or the right part of a photograph, as RGB."""
    image = np.repeat(photograph[..., np.newaxis], 3, axis=-1) if photograph.ndim == 2 else photograph[..., :3]
    edge = round(0.6 * image.shape[1])
    return image[:, :edge] if split == "train" else image[:, edge:]


def _crop(pieces: list[np.ndarray], side: int, random: np.random.Generator) -> np.ndarray:
    """Return a square of a photograph, in a tint and a brightness of its own."""
    piece = pieces[random.integers(len(pieces))]
    used = min(side, *piece.shape[:2])
    top, left = (int(random.integers(length - used + 1)) for length in piece.shape[:2])
    square = piece[top : top + used, left : left + used].astype(np.float32)
    square = square * random.uniform(0.55, 1.0) * random.uniform(0.85, 1.15, 3).astype(np.float32)
    square = square.clip(0, 255).astype(np.uint8)
    return square if used == side else cv2.resize(square, (side, side), interpolation=cv2.INTER_LINEAR)


def _towards(start: np.ndarray, degrees: float, length: float) -> np.ndarray:
    """Return the end of a limb; 0 degrees hangs straight down, 90 points to the right of the picture."""
    angle = np.deg2rad(degrees)
    return start + length * np.array([np.sin(angle), np.cos(angle)])


def _pose(random: np.random.Generator) -> np.ndarray:
    """Return the joints of a person whose trunk is 1 long, before they are placed: (14, 2)."""
    lean = random.normal(0, 7)
    hips = np.zeros(2)
    neck = _towards(hips, 180 + lean, 1.0)
    head = _towards(neck, 180 + lean + random.normal(0, 10), 0.42)
    across = np.array([np.cos(np.deg2rad(lean)), -np.sin(np.deg2rad(lean))])
    points = {0: head, 1: neck}
    for side, shoulder, hip in ((-1, 2, 8), (1, 3, 9)):
        points[shoulder] = neck + side * 0.33 * across + np.array([0, 0.09])
        points[hip] = hips + side * 0.2 * across
        # Arms hang, stretch out, or are raised; an elbow bends inwards and upwards only.
        lowest, highest = ((5, 50), (5, 50), (50, 110), (110, 165))[random.integers(4)]
        arm = random.uniform(lowest, highest)
        bend = random.uniform(0, 110) * random.choice([0.15, 1.0])
        points[shoulder + 2] = _towards(points[shoulder], side * arm - lean, 0.56)
        points[shoulder + 4] = _towards(points[shoulder + 2], side * (arm + (bend if arm > 60 else -bend)) - lean, 0.52)
        leg, knee = random.uniform(-4, 38), random.uniform(0, 60) * random.choice([0.2, 1.0])
        points[hip + 2] = _towards(points[hip], side * leg, 0.72)
        points[hip + 4] = _towards(points[hip + 2], side * (leg - knee), 0.7)
    return np.array([points[number] for number in range(len(JOINTS))])


def _placed(pose: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return a pose in pixels, at a random size and place, all of it inside the image."""
    pose = pose * [random.uniform(0.9, 1.1), 1.0]
    low, high = pose.min(axis=0) - (0.2, 0.34), pose.max(axis=0) + 0.2  # room for the head, hands and feet
    factor = random.uniform(0.78, 0.98) * SIDE / (high - low).max()
    room = SIDE - factor * (high - low)
    return factor * (pose - low) + random.uniform(0, 1, 2) * room - 0.5


def _limb(canvas: np.ndarray, start: np.ndarray, stop: np.ndarray, first: float, last: float, colour) -> None:
    """Draw a limb that gets thinner, with round ends."""
    along = stop - start
    across = np.array([-along[1], along[0]]) / max(np.linalg.norm(along), 1e-6)
    outline = np.array([start + first * across, stop + last * across, stop - last * across, start - first * across])
    cv2.fillConvexPoly(canvas, np.round(outline * 16).astype(np.int32), colour, cv2.LINE_AA, 4)
    for place, radius in ((start, first), (stop, last)):
        cv2.circle(canvas, np.round(place * 16).astype(int).tolist(), round(radius * 16), colour, -1, cv2.LINE_AA, 4)


def _draw(canvas: np.ndarray, points: np.ndarray, random: np.random.Generator) -> None:
    """Draw a person: legs, trunk, arms, head, in colours of its own."""
    trunk = float(np.linalg.norm(points[1] - (points[8] + points[9]) / 2))
    skin = _SKIN[random.integers(len(_SKIN))]
    shirt, trousers = _CLOTHES[random.permutation(len(_CLOTHES))[:2]]
    hair = np.array([(30, 22, 18), (80, 50, 25), (190, 150, 80), (120, 120, 120)], np.float64)[random.integers(4)]
    long_sleeves = random.random() < 0.5

    def shade(colour, factor=1.0):
        return tuple(float(value) for value in np.clip(colour * factor, 0, 255))

    for side, factor in ((0, 0.92), (1, 1.0)):
        hip, knee, ankle = points[8 + side], points[10 + side], points[12 + side]
        _limb(canvas, hip, knee, 0.16 * trunk, 0.12 * trunk, shade(trousers, factor))
        _limb(canvas, knee, ankle, 0.12 * trunk, 0.09 * trunk, shade(trousers, factor))
        foot = ankle + np.array([(-1, 1)[side] * 0.13, 0.08]) * trunk
        _limb(canvas, ankle - (0, -0.06 * trunk), foot, 0.09 * trunk, 0.08 * trunk, (35, 30, 30))
    _limb(canvas, points[1], points[0], 0.1 * trunk, 0.1 * trunk, shade(skin, 0.9))
    outline = np.array([points[2], points[3], points[9], points[8]])
    cv2.fillConvexPoly(canvas, np.round(outline * 16).astype(np.int32), shade(shirt), cv2.LINE_AA, 4)
    for first, second, thick in ((2, 3, 0.12), (3, 9, 0.1), (9, 8, 0.13), (8, 2, 0.1)):
        _limb(canvas, points[first], points[second], thick * trunk, thick * trunk, shade(shirt))
    for side, factor in ((0, 0.84), (1, 0.9)):
        shoulder, elbow, wrist = points[2 + side], points[4 + side], points[6 + side]
        _limb(canvas, shoulder, elbow, 0.115 * trunk, 0.095 * trunk, shade(shirt, factor))
        _limb(canvas, elbow, wrist, 0.09 * trunk, 0.07 * trunk, shade(shirt if long_sleeves else skin, factor))
        cv2.circle(canvas, np.round(wrist).astype(int).tolist(), round(0.1 * trunk), shade(skin), -1, cv2.LINE_AA)
    _head(canvas, points[0], points[1], trunk, shade(skin), shade(hair))


def _head(canvas: np.ndarray, head: np.ndarray, neck: np.ndarray, trunk: float, skin, hair) -> None:
    up = (head - neck) / max(np.linalg.norm(head - neck), 1e-6)
    across = np.array([-up[1], up[0]])
    tilt = float(np.degrees(np.arctan2(up[0], -up[1])))

    def place(upwards: float, sideways: float = 0.0) -> list[int]:
        return np.round(head + trunk * (upwards * up + sideways * across)).astype(int).tolist()

    for upwards, wide, high, colour in ((0.05, 0.21, 0.26, hair), (-0.04, 0.18, 0.21, skin)):
        radii = (round(wide * trunk), round(high * trunk))
        cv2.ellipse(canvas, place(upwards), radii, tilt, 0, 360, colour, -1, cv2.LINE_AA)
    for side in (-1, 1):
        cv2.circle(canvas, place(0.02, side * 0.075), max(1, round(0.028 * trunk)), (30, 25, 25), -1, cv2.LINE_AA)


def _box(points: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    """Return a box that covers a share of the rectangle around a person: (top, left, bottom, right)."""
    low, high = points.min(axis=0) - 2, points.max(axis=0) + 2
    # From upright to lying, but never wider or higher than the person.
    wide = random.uniform(max(share, 0.6 * share**0.5), min(1.0, share**0.5 / 0.6))
    size = np.array([wide, share / wide]) * (high - low)
    left, top = low + random.uniform(0, 1, 2) * (high - low - size)
    box = np.round([top + 0.5, left + 0.5, top + 0.5 + size[1], left + 0.5 + size[0]]).astype(int)
    return np.clip(box, 0, SIDE)
