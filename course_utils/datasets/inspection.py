"""Look at images and labels before a network does, and say in a sentence what is wrong with them."""

import numpy as np

_CHANNELS = (1, 3, 4)


def check(
    images: np.ndarray,
    labels: np.ndarray | None = None,
    *,
    num_classes: int | None = None,
    shape: tuple[int, int, int] | None = None,
    side_divisible_by: int = 1,
) -> None:
    """Make sure that images, and labels if there are any, can be given to a network of the course.

    Args:
        images (np.ndarray): uint8, or floats from 0 to 255.
        labels (np.ndarray of int): the class of each image. Default none.
        num_classes (int): labels must lie below it. Default: not looked at.
        shape (tuple of 3 int): (height, width, channels) that every image must have. Default: any.
        side_divisible_by (int): a number that height and width must be a multiple of. Default 1.

    Shapes:
        images: (num_images, height, width, channels); labels: (num_images,).

    Raises:
        TypeError: images or labels are no arrays of numbers.
        ValueError: anything else, each with what came, what is needed and what to do.

    Example:
        >>> check(np.zeros((2, 8, 8, 3), np.uint8), np.array([0, 1]), num_classes=2)
        >>> check(np.zeros((28, 28, 1), np.uint8))
        Traceback (most recent call last):
            ...
        ValueError: images have the shape (28, 28, 1): that is one image. Networks take batches: images[np.newaxis].
    """
    images = _array(images, "images")
    _check_axes(images.shape)
    _check_values(images)
    height, width, channels = images.shape[1:]
    if shape is not None and tuple(shape) != (height, width, channels):
        raise ValueError(
            f"the images are {height}x{width}x{channels}, the network takes {'x'.join(map(str, shape))}. "
            "Resize them (images.resize_square) or build the network for their size."
        )
    if height % side_divisible_by or width % side_divisible_by:
        raise ValueError(
            f"the images are {height}x{width}; this network halves them until each side has to be a multiple of "
            f"{side_divisible_by}. Crop, pad or resize them, for example to "
            f"{_next_multiple(height, side_divisible_by)}x{_next_multiple(width, side_divisible_by)}."
        )
    if labels is not None:
        _check_labels(_array(labels, "labels"), len(images), num_classes)


def _next_multiple(side: int, divisor: int) -> int:
    return -(-side // divisor) * divisor


def _array(values, what: str) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{what} are of dtype {array.dtype}; arrays of numbers are needed, all of the same shape.")
    return array


def _check_axes(shape: tuple[int, ...]) -> None:
    needed = "(num_images, height, width, channels)"
    said = f"images have the shape {shape}"
    if len(shape) == 3 and shape[-1] in _CHANNELS and shape[0] not in _CHANNELS:
        raise ValueError(f"{said}: that is one image. Networks take batches: images[np.newaxis].")
    if len(shape) == 3:
        raise ValueError(f"{said}: the axis of the channels is missing, {needed}. Add it: images[..., np.newaxis].")
    if len(shape) == 2:
        raise ValueError(f"{said}, {needed} is needed. One gray image: image[np.newaxis, ..., np.newaxis].")
    if len(shape) != 4:
        raise ValueError(f"{said}; {needed} is needed.")
    if shape[0] == 0:
        raise ValueError(f"{said}: there is no image in this split. Look at how it was cut or filtered.")
    if 0 in shape:
        raise ValueError(f"{said}: an axis of length 0 holds no pixels. Look at how the images were cropped.")
    if shape[1] in _CHANNELS and shape[3] not in _CHANNELS:
        raise ValueError(
            f"{said}: the channels seem to come first, Keras wants them last, {needed}. "
            "Move them: np.moveaxis(images, 1, -1)."
        )


def _check_values(images: np.ndarray) -> None:
    if images.dtype == np.uint8:
        return
    if images.dtype.kind == "b":
        raise ValueError("images are of dtype bool; 0 to 255 is needed: images.astype(np.uint8) * 255.")
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        bad = np.argwhere(~np.isfinite(images))
        raise ValueError(
            f"{len(bad):,} values of the images are NaN or infinite, the first in image {bad[0][0]}. "
            "Find where they come from; a division by a range of 0 is the commonest cause."
        )
    low, high = float(images.min()), float(images.max())
    if low < 0 or high > 255:
        raise ValueError(
            f"the values of the images go from {low:g} to {high:g}; 0 to 255 is needed. "
            "Give the images as they were read: the networks of the course scale them themselves."
        )
    if images.dtype.kind == "f" and 0 < high <= 1:
        raise ValueError(
            f"the values of the images go from {low:g} to {high:g}; 0 to 255 is needed, since the networks of the "
            "course divide by 255 themselves. Give the images as they were read, or images * 255."
        )


def _check_labels(labels: np.ndarray, num_images: int, num_classes: int | None) -> None:
    if labels.ndim == 2 and labels.shape[1] > 1:
        raise ValueError(
            f"labels have the shape {labels.shape}, as if one-hot; whole numbers of shape ({num_images},) are "
            "needed: labels.argmax(axis=1)."
        )
    if labels.ndim != 1:
        raise ValueError(f"labels have the shape {labels.shape}; ({num_images},) is needed: labels.ravel().")
    if len(labels) != num_images:
        raise ValueError(f"{num_images:,} images and {len(labels):,} labels; there must be one label per image.")
    if labels.dtype.kind not in "iu":
        raise ValueError(f"labels are of dtype {labels.dtype}; whole numbers are needed: labels.astype(np.int64).")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or (num_classes is not None and high >= num_classes):
        allowed = f"0 to {num_classes - 1}" if num_classes is not None else "0 and up"
        raise ValueError(
            f"the labels go from {low} to {high}; {allowed} is needed. Count classes from 0, and give the network "
            "one output per class."
        )
