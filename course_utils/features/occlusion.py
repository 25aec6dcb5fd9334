"""Occlusion: how far the score of a class falls when a part of the image is covered."""

import keras
import numpy as np

from course_utils.features import class_scores, image_batch


def places(length: int, size: int, stride: int) -> list[int]:
    """Return where the squares of one side begin; the last one ends at the border.

    Example:
        >>> places(10, size=4, stride=4)
        [0, 4, 6]
    """
    return sorted({*range(0, length - size + 1, stride), length - size})


def occlusion_map(
    model: keras.Model,
    image: np.ndarray,
    size: int,
    stride: int | None = None,
    class_number: int | None = None,
    fill: "float | np.ndarray | None" = None,
    batch_size: int = 32,
) -> np.ndarray:
    """Return how much of the score each pixel carries: the mean fall over all squares that cover it.

    Positive: without the pixel's surroundings the score falls. Negative: they spoke against the class.

    Args:
        model (keras.Model): a classifier. Nothing is assumed about it: no gradient, no layer.
        image (array): one image, as the model expects it.
        size (int): side of the square, in pixels.
        stride (int or None): pixels from one square to the next. Default None: half of the size.
        class_number (int or None): Default None: the model's answer.
        fill (float, array or None): what the square is filled with: one number, or one for each channel. Default None:
            the mean colour of the image.
        batch_size (int): covered images at a time. Default 32.

    Shapes:
        image (height, width, channels); returns (height, width), float32.

    Raises:
        TypeError, ValueError: no classifier, no such class, no image, or a square that is larger than the image or
            leaves gaps.

    Example:
        >>> model = keras.Sequential([keras.Input((1, 3, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
        >>> model.set_weights([np.array([[1.0], [2.0], [-3.0]]), np.zeros(1)])
        >>> occlusion_map(model, np.ones((1, 3, 1)), size=1, fill=0).tolist()
        [[1.0, 2.0, -3.0]]

    Source:
        M. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks, 2014, arXiv:1311.2901, 4.2.
    """
    image = image_batch.checked(np.asarray(image)[np.newaxis])[0]
    height, width = image.shape[:2]
    stride = max(1, size // 2) if stride is None else stride
    if not 1 <= size <= min(height, width):
        raise ValueError(f"size is {size}; a square in an image of {height} x {width} has 1 to {min(height, width)}.")
    if not 1 <= stride <= size:
        raise ValueError(f"stride is {stride}; from 1 to size ({size}) every pixel is covered.")
    fill = image.mean(axis=(0, 1)) if fill is None else np.asarray(fill, np.float32)
    before = class_scores.scores(model, image[np.newaxis])
    wanted = image_batch.classes_of(before.shape, class_number, before.argmax(axis=1))[0]
    corners = [(top, left) for top in places(height, size, stride) for left in places(width, size, stride)]
    total, times = np.zeros((height, width)), np.zeros((height, width))
    for start in range(0, len(corners), batch_size):
        part = corners[start : start + batch_size]
        covered = np.repeat(image[np.newaxis], len(part), axis=0)
        for one, (top, left) in zip(covered, part, strict=True):
            one[top : top + size, left : left + size] = fill
        after = class_scores.scores(model, covered, batch_size)[:, wanted]
        for (top, left), score in zip(part, after, strict=True):
            total[top : top + size, left : left + size] += float(before[0, wanted]) - float(score)
            times[top : top + size, left : left + size] += 1
    return (total / times).astype(np.float32)
