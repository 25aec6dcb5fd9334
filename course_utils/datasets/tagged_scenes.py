"""Digits on pieces of photographs with a coloured tag in a corner: it is known where both are."""

import dataclasses

import cv2
import numpy as np

from course_utils.datasets import digits
from course_utils.images import photographs

SIDE = 56
DIGIT_SIDE = 28
TAG_SIDE = 8
MARGIN = 2
CLASSES = (0, 1, 4, 7)
# Okabe and Ito's vermilion, sky blue, yellow and pink, one for each class: people tell them apart, and so do networks.
COLOURS = np.array([(213, 94, 0), (86, 180, 233), (240, 228, 66), (204, 121, 167)], np.uint8)
CORNERS = ("top left", "top right", "bottom left", "bottom right")
_BACKGROUNDS = ("brick", "camera", "china", "grass", "gravel", "motorcycle")


@dataclasses.dataclass(frozen=True)
class Scenes:
    """Images with one digit and one tag each.

    Args:
        images (array): RGB, uint8.
        labels (array of int): which of CLASSES the digit is, from 0 to 3.
        boxes (array of int): top, left, bottom, right around the digit's ink, two pixels wider on each side.
        tags (array of int): the colour of each tag, from 0 to 3; -1 for an image without one.
        tag_boxes (array of int): top, left, bottom, right of the tag, or of the place that it would have.

    Shapes:
        images (n, 56, 56, 3); labels and tags (n,); boxes and tag_boxes (n, 4).
    """

    images: np.ndarray
    labels: np.ndarray
    boxes: np.ndarray
    tags: np.ndarray
    tag_boxes: np.ndarray


def make(
    count: int,
    tags: str = "class",
    corner: str = "top left",
    split: str = "train",
    seed: int = 0,
) -> Scenes:
    """Return images of one real digit each, at a random place of a piece of a photograph.

    No digit reaches into a corner where a tag may be.
    With the same count, split and seed only the tags differ: the same digits stand at the same places.

    Args:
        count (int): how many images; the four classes in turn.
        tags (str): "class": the tag has the colour of the class; "random": any colour; "other": a colour of another
            class; "none": no tag. Default "class".
        corner (str): one of CORNERS. Default "top left".
        split (str): "train" or "test": which MNIST digits, and which part of the photographs. Default "train".
        seed (int): of all choices. Default 0.

    Raises:
        ValueError: an unknown kind of tag, corner or split, or no image.

    Example:
        >>> scenes = make(8, tags="other")
        >>> scenes.images.shape, scenes.labels.tolist(), bool((scenes.tags == scenes.labels).any())
        ((8, 56, 56, 3), [0, 1, 2, 3, 0, 1, 2, 3], False)
    """
    _check("tags", tags, ("class", "random", "other", "none"))
    _check("corner", corner, CORNERS)
    _check("split", split, ("train", "test"))
    if count < 1:
        raise ValueError(f"count is {count}; give 1 image or more.")
    data = getattr(digits.mnist_5k(), split)
    of_class = [data.images[data.labels == digit][..., 0] for digit in CLASSES]
    pieces = [_part(photographs.load(name, gray=True), split) for name in _BACKGROUNDS]
    random, tag_random = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    labels = np.arange(count) % len(CLASSES)
    boxes = np.zeros((count, 4), np.int64)
    images = np.zeros((count, SIDE, SIDE, 3), np.uint8)
    for number, label in enumerate(labels):
        piece = pieces[random.integers(len(pieces))]
        top, left = (random.integers(length - SIDE + 1) for length in piece.shape)
        # Half as bright, so that a white digit can be read on it.
        image = piece[top : top + SIDE, left : left + SIDE] // 2
        digit = of_class[label][random.integers(len(of_class[label]))]
        while True:
            row, column = random.integers(SIDE - DIGIT_SIDE + 1, size=2)
            boxes[number] = _around(digit) + np.tile((row, column), 2)
            if not any(_overlap(boxes[number], _tag_box(other)) for other in CORNERS):
                break
        part = image[row : row + DIGIT_SIDE, column : column + DIGIT_SIDE]
        np.maximum(part, digit, out=part)
        images[number] = image[:, :, np.newaxis]
    offset = tag_random.integers(len(CLASSES), size=count)
    colours = {
        "class": labels,
        "random": offset,
        "other": (labels + 1 + offset % (len(CLASSES) - 1)) % len(CLASSES),
        "none": np.full(count, -1),
    }[tags]
    return _with_tags(Scenes(images, labels, boxes, colours, boxes), corner)


def _around(digit: np.ndarray) -> np.ndarray:
    """Return top, left, bottom, right around what is brighter than a fifth of white, two pixels wider on each side."""
    rows, columns = np.nonzero(digit > 50)
    box = np.array([rows.min() - 2, columns.min() - 2, rows.max() + 3, columns.max() + 3])
    return np.clip(box, 0, DIGIT_SIDE)


def _overlap(first: np.ndarray, second: np.ndarray) -> bool:
    return bool((np.maximum(first[:2], second[:2]) < np.minimum(first[2:], second[2:])).all())


def _tag_box(corner: str) -> np.ndarray:
    far = SIDE - MARGIN - TAG_SIDE
    top, left = far if "bottom" in corner else MARGIN, far if "right" in corner else MARGIN
    return np.array([top, left, top + TAG_SIDE, left + TAG_SIDE])


def _with_tags(scenes: Scenes, corner: str) -> Scenes:
    box = _tag_box(corner)
    top, left, bottom, right = box
    images = scenes.images.copy()
    for image, tag in zip(images, scenes.tags, strict=True):
        if tag >= 0:
            image[top:bottom, left:right] = COLOURS[tag]
    return dataclasses.replace(scenes, images=images, tag_boxes=np.tile(box, (len(images), 1)))


def _part(photograph: np.ndarray, split: str) -> np.ndarray:
    """Return the left or the right part of a photograph, at half its size."""
    half = cv2.resize(photograph, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    edge = round(0.6 * half.shape[1])
    return half[:, :edge] if split == "train" else half[:, edge:]


def _check(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(map(repr, known))}.")
