"""Pictures for the lessons: each takes data and alt text and returns an object that a notebook shows.

A helper is loaded when it is first named, so that importing this package does not load matplotlib.
Nothing here uses pyplot, changes matplotlib's settings, or writes a file.

Example:
    >>> import numpy as np
    >>> from course_utils import plots
    >>> plots.compare(np.zeros((2, 2), dtype=np.uint8), alt="a black square")
    Picture: a black square
"""

from course_utils import lazy_parts

_HOME = {
    "Picture": "picture",
    "Slider": "frame_slider",
    "alignments": "alignments_views",
    "arrows": "edge_views",
    "bands": "spread",
    "block": "block_views",
    "compare": "panels",
    "confusion": "training_views",
    "contributions": "contribution_views",
    "curve_pairs": "training_views",
    "dense_network": "dense_networks",
    "directions": "edge_views",
    "figure": "picture",
    "grid": "panels",
    "heat_overlay": "heat_views",
    "histogram": "curves",
    "kernel": "number_views",
    "kernels": "number_views",
    "lines": "curves",
    "milestones": "milestones_views",
    "overlay_line": "panels",
    "part_votes": "vote_views",
    "paint_directions": "edge_views",
    "pixels": "number_views",
    "points": "point_views",
    "position_maps": "connections",
    "pool_windows": "pooling_views",
    "predictions": "prediction_views",
    "profile": "curves",
    "routing": "routing_views",
    "seed_dots": "training_views",
    "seed_groups": "seed_groups_views",
    "slider": "frame_slider",
    "sliding_window": "window",
    "spectrum": "frequency_views",
    "thumbnail_map": "thumbnail_views",
    "training_curves": "training_views",
    "wall": "prediction_views",
    "zoom_into": "zooming",
    "volumes": "network_volumes",
    "window_places": "placements",
    "wiring": "connections",
}

__getattr__, __dir__, __all__ = lazy_parts.attach(__name__, _HOME)
