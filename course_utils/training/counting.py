"""Counting the steps of a training run."""

import operator


def whole_number(value, name: str, least: int = 1) -> int:
    """Return a whole number that is at least `least`, or say what is wrong with it.

    Example:
        >>> whole_number(8, "epochs")
        8
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or number < least:
        raise ValueError(f"{name} is {value!r}; it must be a whole number, {least} or more.")
    return number


def num_steps(num_images: int, batch_size: int, epochs: int) -> int:
    """Return how many steps a training run takes: one per batch, the last, smaller batch of an epoch included.

    Args:
        num_images (int): images in the training set.
        batch_size (int): images per batch.
        epochs (int): passes over the training set.

    Returns:
        The number of steps, for `OneCycle(total_steps=...)`.

    Raises:
        ValueError: an argument is no whole number above 0.

    Example:
        >>> num_steps(1000, batch_size=300, epochs=2)  # batches of 300, 300, 300 and 100 images, twice
        8
    """
    num_images = whole_number(num_images, "num_images")
    batch_size = whole_number(batch_size, "batch_size")
    return -(-num_images // batch_size) * whole_number(epochs, "epochs")
