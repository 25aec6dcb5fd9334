"""First weights of a capsule layer: large enough that routing has something to choose between."""

import math

import keras


@keras.saving.register_keras_serializable("course_utils")
class VoteScaling(keras.initializers.Initializer):
    """Normally distributed weights whose spread makes up for the couplings, which begin at 1 / parents.

    Each parent gets the mean of all votes, divided among the parents: with usual first weights its vector is so
    short that squash leaves next to nothing of it, and training stands still. The spread is
    scale * parents / sqrt(children).

    Args:
        scale (float): of the spread. Default 0.17, found by trial on digits.
        seed (int): Default none: another draw each time.

    Shapes:
        weights (parents, children, child dim, dim).

    Example:
        >>> weights = VoteScaling(seed=0)((10, 256, 8, 16))
        >>> round(float(keras.ops.std(weights)), 3)
        0.106
    """

    def __init__(self, scale: float = 0.17, seed: int | None = None):
        if not scale > 0:
            raise ValueError(f"scale is {scale}; it must be above 0, 0.17 is a good one.")
        self.scale = float(scale)
        self._seed = seed
        self.seed = seed if seed is not None else keras.random.SeedGenerator()

    def __call__(self, shape, dtype=None):
        """Return the weights."""
        if len(shape) != 4:
            raise ValueError(f"the weights' shape is {tuple(shape)}; it must be (parents, children, child dim, dim).")
        parents, children = shape[:2]
        return keras.random.normal(
            shape, stddev=self.scale * parents / math.sqrt(children), dtype=dtype, seed=self.seed
        )

    def get_config(self) -> dict:
        """Return the arguments."""
        return {"scale": self.scale, "seed": self._seed}
