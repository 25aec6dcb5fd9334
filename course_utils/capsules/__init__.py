"""Capsules: vectors in place of single numbers, and layers in which they agree on what they see.

A part is loaded when it is first named, so that importing this package loads neither Keras nor TensorFlow.

Example:
    >>> from course_utils import capsules
    >>> capsules.Capsules(num_capsules=10, dim=16).compute_output_shape((None, 256, 8))
    (None, 10, 16)
"""

from course_utils import lazy_parts

_HOME = {
    "CapsuleLength": "length",
    "CapsuleNetwork": "network",
    "Capsules": "routing",
    "MarginLoss": "margin_loss",
    "MaskCapsules": "masking",
    "PrimaryCapsules": "primary",
    "SelfAttentionCapsules": "self_attention",
    "VoteScaling": "vote_scaling",
    "capsule_network": "network",
    "decoder": "reconstruction",
    "sum_of_squares_weight": "reconstruction",
    "squash": "squashing",
}

__getattr__, __dir__, __all__ = lazy_parts.attach(__name__, _HOME)
