"""Random numbers for a batch: a row of uniform numbers per image, and noise for its pixels."""

import keras
from keras import ops

# One column for each of these, always in this order and all of them, so that with the same seed an image is turned
# by the same angle whatever else is on.
NAMES = ("flip_x", "flip_y", "turn", "right", "down", "zoom", "shear", "contrast", "brightness", "cut_x", "cut_y")


class SeedOfStep(keras.random.SeedGenerator):
    """Seeds that follow from a start and a step (epoch, batch), both possibly tensors; it keeps no state.

    Args:
        start (tensor): (2,), the state of another generator that is never advanced.
        step (tensor): (2,), whole numbers.
    """

    def __init__(self, start, step):
        # No call of the parent's __init__: it would make a variable, which a step has no use for.
        dtype = keras.backend.standardize_dtype(start.dtype)
        start, step = ops.convert_to_tensor(start), ops.cast(step, dtype)
        self._first = start[0] + step[0] * 7919  # seeds 0, 1, 2 stay apart for as many epochs
        self._second = step[1] * 2
        self._dtype = dtype

    def next(self, ordered=True):
        """Return the next seed."""
        seed = ops.stack([self._first, self._second])
        self._second = self._second + ops.cast(1, self._dtype)
        return seed


def uniform(num_images, seed):
    """Return a row of numbers for each image, one for each of NAMES.

    Shapes:
        returns (num_images, 11), float32 from -1 up to, not including, 1.
    """
    return keras.random.uniform((num_images, len(NAMES)), -1.0, 1.0, dtype="float32", seed=seed)


def columns(draws) -> dict:
    """Return the columns of `uniform` by name."""
    return dict(zip(NAMES, ops.unstack(draws, len(NAMES), axis=1), strict=True))
