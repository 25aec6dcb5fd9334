"""Trained networks to build on: VGG16, ResNet50 and EfficientNet-Lite0, their features, and a classifier for a folder.

A part is loaded when it is first named, so that importing this package loads neither Keras nor TensorFlow.

Example:
    >>> from course_utils import backbones
    >>> backbones.NAMES
    ('vgg16', 'resnet50', 'efficientnet_lite0')
"""

import importlib

_HOME = {
    "Backbone": "backbone",
    "NAMES": "catalogue",
    "centre_crop": "cropping",
    "LinearClassifier": "linear",
    "extract": "features",
    "fit_linear": "linear",
    "load": "loading",
    "train_on_folder": "folder",
    "untrained": "loading",
}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"course_utils.backbones has no {name!r}. It has: {', '.join(__all__)}.")
    return getattr(importlib.import_module(f"course_utils.backbones.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
