"""Counting the steps of a training run."""

from course_utils import whole_numbers


def num_steps(num_images: int, batch_size: int, epochs: int) -> int:
    """Return how many steps a training run takes: one per batch, the last, smaller batch of an epoch included.

    Args:
        num_images (int): images in the training set.
        batch_size (int): images per batch.
        epochs (int): passes over the training set.

    Returns:
        The number of steps, for `OneCycle(total_steps=...)`.

    Raises:
        TypeError, ValueError: an argument is no whole number above 0.

    Example:
        >>> num_steps(1000, batch_size=300, epochs=2)  # batches of 300, 300, 300 and 100 images, twice
        8
    """
    num_images = whole_numbers.count(num_images, "num_images")
    batch_size = whole_numbers.count(batch_size, "batch_size")
    return -(-num_images // batch_size) * whole_numbers.count(epochs, "epochs")
