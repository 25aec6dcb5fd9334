"""Keypoints: named points in images, how far off predicted ones are, mirroring, heads of networks, overlays.

Points are (x, y) in pixels, x to the right and y downwards; (0, 0) is the CENTRE of the first pixel, so that an image
that is `width` pixels wide reaches from -0.5 to width - 0.5. A point that is absent is (NaN, NaN). Left and right are
those of the PICTURE: the left eye is the one that you see on the left.

A part is loaded when it is first named, so that importing this package loads neither Keras nor TensorFlow.

Example:
    >>> import numpy as np
    >>> from course_utils import keypoints
    >>> eyes = np.array([[[2.0, 5.0], [6.0, 5.0]]])
    >>> keypoints.span(eyes, 0, 1).tolist()
    [4.0]
"""

from course_utils import lazy_parts

_HOME = {
    "HeatmapLoss": "heatmaps",
    "PointLoss": "point_loss",
    "PointTable": "point_tables",
    "SoftArgmax": "heatmaps",
    "apply_transform": "transforms",
    "coordinate_network": "networks",
    "errors": "scoring",
    "flip": "flipping",
    "fit_ridge": "ridge",
    "folds": "cross_folds",
    "glasses": "glasses_drawing",
    "heatmap_network": "networks",
    "heatmap_targets": "heatmaps",
    "mean_shape": "baselines",
    "mirrored_order": "flipping",
    "overlay": "overlaying",
    "pck": "scoring",
    "read_points": "point_tables",
    "resize": "resizing",
    "resize_points": "coordinates",
    "similarity": "transforms",
    "soft_argmax": "heatmaps",
    "span": "scoring",
    "to_pixels": "coordinates",
    "to_shares": "coordinates",
    "write_points": "point_tables",
}

__getattr__, __dir__, __all__ = lazy_parts.attach(__name__, _HOME)
