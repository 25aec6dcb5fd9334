"""Augmentation: change training images at random, in ways that must not change their label.

`Augment` is a Keras layer that turns, moves, zooms, shears and flips each image in one step, and changes its light.
`warp` does the same by given amounts, for pictures and for measuring how much a network bears. `mixed` blends the
images of a batch with Keras' own MixUp and CutMix.

Example:
    >>> import numpy as np
    >>> images = np.zeros((2, 8, 8, 1), dtype=np.uint8)
    >>> layer = Augment(rotation_degrees=15, shift_pixels=2, fill="constant", seed=0)
    >>> tuple(layer(images, training=True).shape)
    (2, 8, 8, 1)
"""

from course_utils.augment.layer import Augment
from course_utils.augment.mixing import cut_mix, mix_up, mixed
from course_utils.augment.warping import warp

__all__ = ["Augment", "cut_mix", "mix_up", "mixed", "warp"]
