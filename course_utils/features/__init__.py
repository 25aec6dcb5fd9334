"""What a network makes of images: rows of features as points, its maps, and what in an image a score depends on.

A part is loaded when it is first named, so that importing this package loads neither Keras nor TensorFlow.

Example:
    >>> import numpy as np
    >>> from course_utils import features
    >>> rows = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]])
    >>> features.neighbours(rows, count=1).ravel().tolist()
    [1, 0, 1]
"""

from course_utils import lazy_parts

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

__getattr__, __dir__, __all__ = lazy_parts.attach(__name__, _HOME)
