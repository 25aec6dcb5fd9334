"""Faces drawn by code: it is known to a fraction of a pixel where each part is, and parts can stand in wrong places."""

import dataclasses
import itertools
from collections.abc import Sequence

import cv2
import numpy as np

from course_utils import whole_numbers

SIDE = 48
PARTS = ("left eye", "right eye", "nose", "mouth")  # left and right as one sees them in the picture
KINDS = ("eye", "nose", "mouth")
POINTS = ("left eye", "right eye", "nose", "left mouth corner", "right mouth corner")
SWAP_PAIRS = ((0, 1), (3, 4))  # POINTS that change their names when a picture is mirrored
ARRANGEMENTS = ("face", "swap", "upside", "scatter")
# Middles of PARTS in a face of size 1, upright, from its centre: x to the right, y downwards.
SLOTS = np.array([[-0.5, -0.5], [0.5, -0.5], [0.0, 0.18], [0.0, 0.82]])
_KIND_OF_PART = ("eye", "eye", "nose", "mouth")
_FINE = 4  # drawn four times as large, then reduced
_BITS = 4  # cv2 draws at sixteenths of a pixel
_HEAD = np.array([1.0, 1.28])  # half axes of the head's outline
_JITTER = 0.04  # how far a part may lie off its slot, in face sizes


@dataclasses.dataclass(frozen=True)
class Faces:
    """Drawn scenes and all that is known of them. Positions are x, y in pixels; the first pixel's middle is (0, 0).

    Args:
        images (array): gray, uint8.
        points (array): where POINTS are, float32; NaN for those of a missing part.
        places (array): the middle of each of PARTS, float32; NaN where it is missing.
        centres (array): the face's centre, float32.
        sizes (array): the face's size in pixels, float32: the eyes of a face are one size apart.
        turns (array): by how many degrees the face is turned clockwise, float32.

    Shapes:
        images (n, 48, 48, 1); points (n, 5, 2); places (n, 4, 2); centres (n, 2); sizes and turns (n,).
    """

    images: np.ndarray
    points: np.ndarray
    places: np.ndarray
    centres: np.ndarray
    sizes: np.ndarray
    turns: np.ndarray


def make(
    count: int,
    arrangement: str = "face",
    missing: "str | Sequence[str]" = (),
    outline: bool = False,
    turn: float = 20.0,
    sizes: tuple[float, float] = (14.0, 18.0),
    noise: float = 8.0,
    seed: int = 0,
) -> Faces:
    """Return drawn faces, or scenes of the same parts in another arrangement.

    Every face has its own place, size, turn, shape of parts, gray values, light from one side, and noise. With the
    same count, seed, outline, turn and sizes all of these are the same in every arrangement: only the parts' places
    differ.

    Args:
        count (int): how many images.
        arrangement (str): "face"; "swap": the face's places, but at least two of them with the wrong part; "upside":
            the mouth above, the eyes below, each part itself upright; "scatter": random places, far from any face.
            Default "face".
        missing (str or several): kinds to leave out, of "eye" (both of them), "nose" and "mouth"; or "some": one or
            two kinds, others in each image. Default none.
        outline (bool): whether a head is drawn around the parts. Default False.
        turn (float): the largest turn to either side, degrees. Default 20.
        sizes (pair): smallest and largest size, pixels; 5 or more, and 20 at most. Default (14, 18).
        noise (float): the largest standard deviation of the noise, gray values. Default 8.
        seed (int): of all choices. Default 0.

    Raises:
        ValueError: an unknown arrangement or kind, all kinds missing, a number out of range.
        TypeError: count or seed are no whole numbers.

    Example:
        >>> faces = make(3)
        >>> faces.images.shape, faces.images.dtype.name, faces.points.shape
        ((3, 48, 48, 1), 'uint8', (3, 5, 2))
        >>> np.isnan(make(3, missing="nose").points[0, :, 0]).tolist()
        [False, False, True, False, False]
    """
    count, seed = whole_numbers.count(count, "count"), whole_numbers.count(seed, "seed", least=0)
    gone = _missing_kinds(missing, count, seed)
    _check(arrangement, turn, sizes, noise)
    random = np.random.default_rng(seed)
    size = random.uniform(*sizes, count)
    margin = np.minimum(size * (_HEAD[1] if outline else 0.98), (SIDE - 1) / 2)
    centre = margin[:, np.newaxis] + random.uniform(0, 1, (count, 2)) * (SIDE - 1 - 2 * margin)[:, np.newaxis]
    degrees = random.uniform(-turn, turn, count)
    shapes = random.uniform(-1, 1, (count, 6))
    jitter = random.uniform(-_JITTER, _JITTER, (count, len(PARTS), 2))
    looks = random.uniform(0, 1, (count, 5))
    arranging, noising = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])
    images = np.zeros((count, SIDE, SIDE, 1), np.uint8)
    points = np.full((count, len(POINTS), 2), np.nan, np.float32)
    places = np.full((count, len(PARTS), 2), np.nan, np.float32)
    for number in range(count):
        frame = _turning(degrees[number]) * size[number]  # face coordinates @ frame.T + centre -> pixels
        spots = _spots(arrangement, frame, centre[number], size[number], arranging)
        spots = spots + jitter[number] @ frame.T
        ink = np.zeros((SIDE * _FINE, SIDE * _FINE), np.uint8)
        for part, kind in enumerate(_KIND_OF_PART):
            if kind not in gone[number]:
                _draw(ink, kind, spots[part], frame, shapes[number])
                places[number, part] = spots[part]
        points[number] = _points(places[number], frame, shapes[number])
        head = _head(ink, centre[number], frame) if outline else None
        images[number, ..., 0] = _developed(ink, head, looks[number], noise, noising)
    return Faces(images, points, places, *(a.astype(np.float32) for a in (centre, size, degrees)))


def template(kind: str, size: float = 15.0, degrees: float = 0.0, bend: float = 0.0) -> np.ndarray:
    """Return a small picture of one part: what a detector of this part looks for.

    Args:
        kind (str): "eye", "nose" or "mouth".
        size (float): of the face that it belongs to, pixels. Default 15.
        degrees (float): turned clockwise. Default 0.
        bend (float): of a mouth, from -1, straight, to 1, the deepest smile; all else is middling. Default 0.

    Shapes:
        (n, n), float32: 0 for paper, -1 for ink, since parts are darker than what they are drawn on. n is odd, and
        the part's middle is the middle pixel.

    Raises:
        ValueError: an unknown kind, a bend that no mouth has.

    Example:
        >>> template("mouth").shape, float(template("mouth").min()) < -0.9
        ((15, 15), True)
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; it must be one of {', '.join(map(repr, KINDS))}.")
    if not -1 <= bend <= 1:
        raise ValueError(f"bend is {bend!r}; it must lie between -1 and 1.")
    half = int(np.ceil({"eye": 0.28, "nose": 0.28, "mouth": 0.44}[kind] * size))
    ink = np.zeros((SIDE * _FINE, SIDE * _FINE), np.uint8)
    middle = SIDE // 2
    _draw(ink, kind, np.array([middle, middle]), _turning(degrees) * size, np.array([0, 0, 0, 0, 0, bend]))
    small = cv2.resize(ink, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return small[middle - half : middle + half + 1, middle - half : middle + half + 1] / np.float32(-255)


def _turning(degrees: float) -> np.ndarray:
    """Return the matrix of a clockwise turn where y points downwards."""
    angle = np.deg2rad(degrees)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _spots(arrangement: str, frame, centre, size: float, random: np.random.Generator) -> np.ndarray:
    """Return the middles of PARTS in pixels, without jitter."""
    if arrangement == "scatter":
        return _scattered(frame, centre, size, random)
    slots = SLOTS
    if arrangement == "upside":
        slots = SLOTS * (1, -1)
    elif arrangement == "swap":
        slots = SLOTS[list(_WRONG_ORDERS[random.integers(len(_WRONG_ORDERS))])]
    return slots @ frame.T + centre


# In which slot each of PARTS lies. The eyes are equal, so an order that only exchanges them is a face.
_WRONG_ORDERS = [
    order
    for order in itertools.permutations(range(len(PARTS)))
    if order[0] < order[1] and order != tuple(range(len(PARTS)))
]


def _scattered(frame, centre, size: float, random: np.random.Generator) -> np.ndarray:
    """Return random places, none on another, which are no face wherever one might see its centre."""
    margin = 0.5 * size
    while True:
        spots = random.uniform(margin, SIDE - 1 - margin, (len(PARTS), 2))
        gaps = [np.linalg.norm(one - other) for one, other in itertools.combinations(spots, 2)]
        # Where each part, were it in its slot, would put the centre. In a face these four places are one.
        votes = [spots - SLOTS[list(order)] @ frame.T for order in ((0, 1, 2, 3), (1, 0, 2, 3))]
        spread = min(np.sqrt(np.mean(np.sum((v - v.mean(axis=0)) ** 2, axis=1))) for v in votes)
        if min(gaps) > 0.78 * size and spread > 0.4 * size:
            return spots


def _outline_points(kind: str, shape: np.ndarray) -> list[tuple[np.ndarray, bool]]:
    """Return the lines of one part of size 1, upright: points, and whether the line is closed."""
    around = np.linspace(0, 2 * np.pi, 25)[:-1]
    circle = np.stack([np.cos(around), np.sin(around)], axis=1)
    if kind == "eye":
        lids = circle * (0.19 * (1 + 0.15 * shape[0]), 0.125 * (1 + 0.2 * shape[1]))
        return [(lids, True), (circle * 0.035, True)]
    if kind == "nose":
        half, top = 0.12 * (1 + 0.2 * shape[2]), -0.175 * (1 + 0.15 * shape[3])
        return [(np.array([[0, top], [half, 0.175], [-half, 0.175]]), True)]
    half, depth = _mouth(shape)
    x = np.linspace(-1, 1, 13)
    return [(np.stack([half * x, depth * (1 - x**2) - depth / 2], axis=1), False)]


def _mouth(shape: np.ndarray) -> tuple[float, float]:
    """Return half the width, and by how much the middle hangs below the corners."""
    return 0.32 * (1 + 0.15 * shape[4]), 0.1 * (1 + shape[5])


def _points(places: np.ndarray, frame: np.ndarray, shape: np.ndarray) -> np.ndarray:
    half, depth = _mouth(shape)
    own = np.array([[0, 0], [0, 0], [0, 0.175], [-half, -depth / 2], [half, -depth / 2]])  # from the part's middle
    return places[[0, 1, 2, 3, 3]] + own @ frame.T


def _fine(pixels: np.ndarray) -> np.ndarray:
    """Return positions in the large drawing, in sixteenths of its pixels, as cv2 wants them."""
    return np.round(((pixels + 0.5) * _FINE - 0.5) * 2**_BITS).astype(np.int32)


def _draw(ink: np.ndarray, kind: str, middle: np.ndarray, frame: np.ndarray, shape: np.ndarray) -> None:
    size = np.hypot(*frame[:, 0])
    width = max(1, round({"eye": 0.055, "nose": 0.065, "mouth": 0.085}[kind] * size * _FINE))
    for points, closed in _outline_points(kind, shape):
        cv2.polylines(ink, [_fine(points @ frame.T + middle)], closed, 255, width, cv2.LINE_AA, _BITS)


def _head(ink: np.ndarray, centre: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """Draw the head's outline and return the head filled."""
    around = np.linspace(0, 2 * np.pi, 49)[:-1]
    edge = _fine((np.stack([np.cos(around), np.sin(around)], axis=1) * _HEAD) @ frame.T + centre)
    filled = np.zeros_like(ink)
    cv2.fillPoly(filled, [edge], 255, cv2.LINE_AA, _BITS)
    cv2.polylines(ink, [edge], True, 255, max(1, round(0.05 * np.hypot(*frame[:, 0]) * _FINE)), cv2.LINE_AA, _BITS)
    return filled


def _developed(ink, head, look, noise: float, random: np.random.Generator) -> np.ndarray:
    """Return the gray picture of a drawing: paper, light from one side, ink, noise."""
    small = cv2.resize(ink, (SIDE, SIDE), interpolation=cv2.INTER_AREA) / 255
    paper, contrast = 150 + 70 * look[0], 60 + 80 * look[1]
    along = np.linspace(-1, 1, SIDE)
    slope = 20 * look[2]
    angle = 2 * np.pi * look[3]
    picture = paper + slope * (np.cos(angle) * along + np.sin(angle) * along[:, np.newaxis]) - contrast * small
    if head is not None:
        picture = picture + 25 * (cv2.resize(head, (SIDE, SIDE), interpolation=cv2.INTER_AREA) / 255)
    picture = picture + random.normal(0, 1, (SIDE, SIDE)) * noise * look[4]
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def _missing_kinds(missing, count: int, seed: int) -> list[tuple[str, ...]]:
    if isinstance(missing, str) and missing == "some":
        # Each of the six ways to leave out one or two kinds, equally often.
        ways = [way for number in (1, 2) for way in itertools.combinations(KINDS, number)]
        chosen = np.random.default_rng([seed, 3]).permutation(np.arange(count) % len(ways))
        return [ways[way] for way in chosen]
    kinds = (missing,) if isinstance(missing, str) else tuple(missing)
    for kind in kinds:
        if kind not in KINDS:
            raise ValueError(f"missing names {kind!r}; it must be some of {', '.join(map(repr, KINDS))}, or 'some'.")
    if set(kinds) == set(KINDS):
        raise ValueError("missing names all kinds; leave at least one to be drawn.")
    return [kinds] * count


def _check(arrangement: str, turn: float, sizes, noise: float) -> None:
    if arrangement not in ARRANGEMENTS:
        raise ValueError(f"arrangement is {arrangement!r}; it must be one of {', '.join(map(repr, ARRANGEMENTS))}.")
    if not 0 <= turn <= 180:
        raise ValueError(f"turn is {turn!r}; it must lie between 0 and 180 degrees.")
    smallest, largest = sizes
    if not 5 <= smallest <= largest <= 20:
        raise ValueError(f"sizes is {sizes!r}; it must be (smallest, largest) with 5 <= smallest <= largest <= 20.")
    if not 0 <= noise <= 100:
        raise ValueError(f"noise is {noise!r}; it must lie between 0 and 100 gray values.")
