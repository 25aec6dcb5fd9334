"""The images that a network is asked about: a batch of floats, or an error that says what is missing."""

import numpy as np


def checked(images: np.ndarray) -> np.ndarray:
    """Return a batch of images as float32. The numbers are not scaled: they must be what the model expects.

    Args:
        images (array): a batch.

    Shapes:
        images (num_images, height, width, channels).

    Raises:
        ValueError: not four axes, no image, or a number that is not finite.

    Example:
        >>> checked(np.zeros((1, 4, 4, 3), np.uint8)).dtype
        dtype('float32')
    """
    images = np.asarray(images)
    if images.ndim != 4 or not images.size:
        single = " Make a batch of your one image: images[np.newaxis]." if images.ndim == 3 else ""
        raise ValueError(f"images have the shape {images.shape}; give (num_images, height, width, channels).{single}")
    images = images.astype(np.float32)
    if not np.isfinite(images).all():
        raise ValueError(f"images hold {int((~np.isfinite(images)).sum())} NaN or infinite numbers.")
    return images


def classes_of(scores_shape: tuple, classes: "int | np.ndarray | None", best: np.ndarray) -> np.ndarray:
    """Return one class for each image.

    Args:
        scores_shape (tuple): of what the model gives.
        classes (int, array of int or None): one for all images, or one each; None: the best one of each.
        best (array of int): the class with the highest score, of each image.

    Shapes:
        returns (num_images,), int64.

    Raises:
        ValueError: a class that the model does not have, or another number of classes than of images.

    Example:
        >>> classes_of((2, 10), 3, np.array([1, 1])).tolist()
        [3, 3]
    """
    num_images, num_classes = scores_shape
    chosen = np.asarray(best if classes is None else classes)
    if chosen.ndim == 0:
        chosen = np.repeat(chosen, num_images)
    if chosen.shape != (num_images,):
        raise ValueError(f"classes have the shape {chosen.shape}; give one number, or one for each of {num_images}.")
    if chosen.min() < 0 or chosen.max() >= num_classes:
        raise ValueError(f"classes are {chosen.min()} to {chosen.max()}; the model has classes 0 to {num_classes - 1}.")
    return chosen.astype(np.int64)
