"""Trained networks to build on: VGG16, ResNet50 and EfficientNet-Lite0, their features, and a classifier for a folder.

A part is loaded when it is first named, so that importing this package loads neither Keras nor TensorFlow.

Example:
    >>> from course_utils import backbones
    >>> backbones.NAMES
    ('vgg16', 'resnet50', 'efficientnet_lite0')
"""

from course_utils import lazy_parts

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

__getattr__, __dir__, __all__ = lazy_parts.attach(__name__, _HOME)
