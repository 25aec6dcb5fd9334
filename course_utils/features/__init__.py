"""What a network makes of images: rows of features as points, its maps, and what in an image a score depends on.

A part is loaded when it is first named, so that importing this package loads neither Keras nor TensorFlow.

Example:
    >>> import numpy as np
    >>> from course_utils import features
    >>> rows = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]])
    >>> features.neighbours(rows, count=1).ravel().tolist()
    [1, 0, 1]
"""

import importlib

_HOME = {
    "Patches": "patch_search",
    "activation_maps": "activations",
    "agreement": "nearest",
    "concentration": "boxes",
    "cosine_distances": "distances",
    "dead_filters": "activations",
    "effective_field": "effective_fields",
    "euclidean_distances": "distances",
    "exciting_patches": "patch_search",
    "grad_cam": "grad_cam_maps",
    "grad_cam_plus_plus": "grad_cam_plus_plus_maps",
    "input_gradients": "saliency_maps",
    "integrated_gradients": "integrated",
    "neighbours": "nearest",
    "occlusion_map": "occlusion",
    "project": "principal",
    "rank_correlation": "ranks",
    "relative_change": "distances",
    "saliency": "saliency_maps",
    "scores": "class_scores",
    "share_inside": "boxes",
    "side_of_field": "effective_fields",
}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"course_utils.features has no {name!r}. It has: {', '.join(__all__)}.")
    return getattr(importlib.import_module(f"course_utils.features.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
