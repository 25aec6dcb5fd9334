"""The six steps of image classification, each small enough to be read in a minute.

take, prepare, cut out, measure, compare, name: with two features chosen by hand and no training but a mean.
The photographs are of a brick wall, a lawn and a heap of gravel; a class is the photograph that a piece is from.

Example:
    >>> int(run(side=64).sum())
    96
"""

import numpy as np

from course_utils import images, kernels

CLASSES = ("brick", "grass", "gravel")


def take(name: str) -> np.ndarray:
    """Step 1: get the image, as the camera gave it.

    Args:
        name (str): one of CLASSES.

    Shapes:
        returns (512, 512), uint8, 0 to 255.

    Raises:
        ValueError: the name is none of CLASSES.

    Example:
        >>> take("brick").shape
        (512, 512)
    """
    if name not in CLASSES:
        raise ValueError(f"{name!r} is no class of this pipeline; its classes are {', '.join(CLASSES)}.")
    return images.load(name, gray=True)


def prepare(image: np.ndarray) -> np.ndarray:
    """Step 2: bring every image into one form, here float32 from 0 to 1.

    Example:
        >>> prepare(np.array([[0, 255]], np.uint8))
        array([[0., 1.]], dtype=float32)
    """
    return images.to_float(image)


def areas(image: np.ndarray, side: int, half: str) -> list[np.ndarray]:
    """Step 3: cut out the areas of interest, here squares side by side that do not overlap.

    Args:
        image (numpy.ndarray): the prepared image.
        side (int): of a square, in pixels; from 8 to half the image's width.
        half (str): "left", whose squares are for learning, or "right", whose squares are for testing.

    Shapes:
        (height, width) -> a list of (side, side).

    Raises:
        ValueError: the side is too small or too large, or the half is neither.

    Example:
        >>> len(areas(np.zeros((512, 512)), 64, "left"))
        32
    """
    height, width = image.shape
    middle = width // 2
    if isinstance(side, bool) or not isinstance(side, (int, np.integer)) or not 8 <= side <= min(height, middle):
        raise ValueError(f"side is {side!r}; give whole pixels from 8 to {min(height, middle)}.")
    if half not in ("left", "right"):
        raise ValueError(f"half is {half!r}; it must be 'left' (to learn from) or 'right' (to test with).")
    first, last = (0, middle) if half == "left" else (middle, width)
    return [
        image[row : row + side, column : column + side]
        for row in range(0, height - side + 1, side)
        for column in range(first, last - side + 1, side)
    ]


def features(area: np.ndarray) -> np.ndarray:
    """Step 4: measure what matters, here the strength of the upright and of the level edges.

    Args:
        area (numpy.ndarray): from `areas`.

    Shapes:
        (side, side) -> (2,), float64: mean absolute response of Sobel x and of Sobel y.

    Example:
        >>> features(np.ones((8, 8), np.float32))
        array([0., 0.])
    """
    upright = kernels.correlate2d(area, kernels.SOBEL_X, border="crop")
    level = kernels.correlate2d(area, kernels.SOBEL_Y, border="crop")
    return np.array([np.abs(upright).mean(dtype=np.float64), np.abs(level).mean(dtype=np.float64)])


def distances(measured: np.ndarray, typical: np.ndarray) -> np.ndarray:
    """Step 5: compare with every class; a small number means much alike.

    Args:
        measured (numpy.ndarray): the features of one area.
        typical (numpy.ndarray): the features that are typical of each class.

    Shapes:
        (2,), (classes, 2) -> (classes,), float64.

    Example:
        >>> distances(np.array([0.0, 1.0]), np.array([[0.0, 1.0], [3.0, 5.0]]))
        array([0., 5.])
    """
    return np.sqrt(((typical - measured) ** 2).sum(axis=1))


def label(compared: np.ndarray) -> str:
    """Step 6: say which class it is.

    Example:
        >>> label(np.array([0.3, 0.1, 0.2]))
        'grass'
    """
    return CLASSES[int(np.argmin(compared))]


def typical_features(side: int = 64) -> np.ndarray:
    """Return the mean features of each class over the left halves of the photographs: all that is learned.

    Shapes:
        returns (3, 2), float64, classes in the order of CLASSES.

    Example:
        >>> typical_features().shape
        (3, 2)
    """
    return np.array(
        [np.mean([features(area) for area in areas(prepare(take(name)), side, "left")], axis=0) for name in CLASSES]
    )


def run(side: int = 64) -> np.ndarray:
    """Learn from the left halves, name every area of the right halves, and count.

    Args:
        side (int): of an area, in pixels. Default 64.

    Shapes:
        returns (3, 3), int64: one row per true class, one column per answer; right answers on the diagonal.

    Example:
        >>> run(side=64)
        array([[32,  0,  0],
               [ 0, 28,  4],
               [ 0,  8, 24]])
    """
    typical = typical_features(side)
    counts = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    for row, name in enumerate(CLASSES):
        for area in areas(prepare(take(name)), side, "right"):
            counts[row, CLASSES.index(label(distances(features(area), typical)))] += 1
    return counts
