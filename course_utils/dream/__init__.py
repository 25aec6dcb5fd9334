"""Pictures made by a network: what excites a unit, a channel or a class most, and photographs that dream.

A part is loaded when it is first named, so that importing this package does not load Keras.

Example:
    >>> from course_utils import dream
    >>> dream.Jitter(4).numbers
    2
"""

import importlib

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

__all__ = sorted((*_HOME, *_PARTS))


def __getattr__(name: str):
    if name in _PARTS:
        return importlib.import_module(f"course_utils.dream.{name}")
    if name not in _HOME:
        raise AttributeError(f"course_utils.dream has no {name!r}. It has: {', '.join(__all__)}.")
    return getattr(importlib.import_module(f"course_utils.dream.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
