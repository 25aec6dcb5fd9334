"""Pictures made by a network: what excites a unit, a channel or a class most, and photographs that dream.

A part is loaded when it is first named, so that importing this package does not load Keras.

Example:
    >>> from course_utils import dream
    >>> dream.Jitter(4).numbers
    2
"""

from course_utils import lazy_parts

_HOME = {
    "Blur": "transformations",
    "Fourier": "parametrisations",
    "Jitter": "transformations",
    "L2": "regularisers",
    "Maximised": "ascent",
    "Objective": "objectives",
    "Pixels": "parametrisations",
    "Smoothing": "regularisers",
    "TotalVariation": "regularisers",
    "View": "transformations",
    "channel": "objectives",
    "deep_dream": "dreaming",
    "layer": "objectives",
    "likeness": "objectives",
    "log_probability": "objectives",
    "logit": "objectives",
    "maximise": "ascent",
    "pattern": "objectives",
    "total_variation": "regularisers",
    "unit": "objectives",
}
_PARTS = ("colour", "parametrisations", "regularisers", "transformations")

__getattr__, __dir__, __all__ = lazy_parts.attach(__name__, _HOME, _PARTS)
