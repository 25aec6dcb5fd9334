"""Measuring: the CPU time of a piece of code, the accuracy of a network."""

import contextlib
import dataclasses
import time
from collections.abc import Iterator

import numpy as np


@dataclasses.dataclass
class Timer:
    """What `cpu_timer` gives; `seconds` is set when the block ends."""

    seconds: float = float("nan")


@contextlib.contextmanager
def cpu_timer() -> Iterator[Timer]:
    """Measure the CPU seconds that this process spends in a `with` block, the seconds of all its threads added up.

    Unlike the time on the clock it hardly depends on what else the machine is doing. Work on a GPU is not counted.

    Example:
        >>> with cpu_timer() as timer:
        ...     total = sum(range(100_000))
        >>> 0 < timer.seconds < 10
        True
    """
    timer = Timer()
    started = time.process_time()
    try:
        yield timer
    finally:
        timer.seconds = time.process_time() - started


def accuracy(model, images: np.ndarray, labels: np.ndarray, batch_size: int = 500) -> float:
    """Return the share of images whose largest output is that of the right class.

    Args:
        model (keras.Model): gives one number per class, logits or probabilities.
        images (np.ndarray): what the model takes.
        labels (np.ndarray): the right classes, counted from 0.
        batch_size (int): images at a time; it changes the memory needed, not the result. Default 500.

    Shapes:
        images (N, height, width, channels); labels (N,); the model gives (N, classes).

    Returns:
        A number from 0 to 1.

    Raises:
        ValueError: no images, another number of labels, images of a shape that the model does not take, values that
            are NaN, labels beyond the model's outputs, or a model that gives no row of numbers per image.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Softmax()])
        >>> accuracy(model, np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 3.0]]), np.array([0, 1, 0]))
        0.6666666666666666
    """
    images, labels = np.asarray(images), np.asarray(labels)
    if len(images) == 0 or labels.shape != (len(images),):
        raise ValueError(
            f"there are {len(images)} images and labels of the shape {labels.shape}; "
            "accuracy needs at least one image, and one whole number as label for each: shape (N,)."
        )
    takes = getattr(model, "input_shape", None)
    one_input = isinstance(takes, tuple) and all(side is None or isinstance(side, int) for side in takes)
    if one_input and not _takes(takes, images.shape):
        needed = ", ".join("any" if side is None else str(side) for side in takes[1:])
        raise ValueError(
            f"images have the shape {images.shape}; the model takes (N, {needed}). A missing axis: "
            "images[..., np.newaxis] for the channel, image[np.newaxis] for a batch of one."
        )
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        bad = np.argwhere(~np.isfinite(images))
        raise ValueError(
            f"{len(bad):,} values of the images are NaN or infinite, the first in image {bad[0][0]}. "
            "Find where they come from; a division by a range of 0 is the commonest cause."
        )
    import keras

    # Not model.predict, which is compiled anew for every network: that takes longer than a few thousand small images.
    outputs = np.concatenate(
        [
            keras.ops.convert_to_numpy(model(images[start : start + batch_size], training=False))
            for start in range(0, len(images), batch_size)
        ]
    )
    if outputs.ndim != 2 or outputs.shape[1] < 2:
        raise ValueError(
            f"the model gives the shape {outputs.shape}; accuracy needs one number per class and image: (N, classes). "
            "Does the network end with Dense(number of classes)?"
        )
    if labels.min() < 0 or labels.max() >= outputs.shape[1]:
        raise ValueError(
            f"the labels go from {labels.min()} to {labels.max()}; the model has {outputs.shape[1]} outputs, so 0 to "
            f"{outputs.shape[1] - 1} is needed. Count classes from 0, and give the network one output per class."
        )
    return float(np.mean(outputs.argmax(axis=1) == labels))


def _takes(wanted: tuple, shape: tuple) -> bool:
    """Return whether a model with this input shape takes arrays of that shape; None is any side."""
    return len(wanted) == len(shape) and all(
        side is None or side == given for side, given in zip(wanted[1:], shape[1:], strict=True)
    )
