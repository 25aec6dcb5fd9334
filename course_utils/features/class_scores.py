"""The score that a model gives to one class of each image: what saliency, Grad-CAM and occlusion ask about."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from course_utils.features import image_batch


def scores(model: keras.Model, images: np.ndarray, batch_size: int = 32) -> np.ndarray:
    """Return what a model gives: one score for each class of each image.

    Args:
        model (keras.Model): a classifier. One that ends in logits is best: a softmax lets the score of a class rise
            because another one falls, and where it is sure it has hardly any gradient.
        images (array): as the model expects them.
        batch_size (int): images at a time. Default 32.

    Shapes:
        images (num_images, height, width, channels); returns (num_images, num_classes).

    Raises:
        TypeError: no Keras model.
        ValueError: no classifier, or no batch of images.

    Example:
        >>> model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten()])
        >>> scores(model, np.array([[[[1.0], [2.0]], [[3.0], [4.0]]]])).tolist()
        [[1.0, 2.0, 3.0, 4.0]]
    """
    images = image_batch.checked(images)
    parts = [_scores(model, images[start : start + batch_size]) for start in range(0, len(images), batch_size)]
    return np.concatenate([keras.ops.convert_to_numpy(part) for part in parts])


def chosen(model: keras.Model, images: np.ndarray, classes: "int | np.ndarray | None" = None) -> np.ndarray:
    """Return one class for each image: those that are given, or the model's own answers.

    Args:
        model (keras.Model): a classifier.
        images (array): as the model expects them.
        classes (int, array of int or None): one for all images, or one each. Default None: the class with the highest
            score.

    Shapes:
        images (num_images, height, width, channels); returns (num_images,), int64.

    Raises:
        TypeError, ValueError: as for `scores`, or a class that the model does not have.

    Example:
        >>> model = keras.Sequential([keras.Input((1, 2, 1)), keras.layers.Flatten()])
        >>> chosen(model, np.array([[[[5.0], [2.0]]]])).tolist()
        [0]
    """
    found = scores(model, images)
    return image_batch.classes_of(found.shape, classes, found.argmax(axis=1))


def summed(model: keras.Model, classes: np.ndarray) -> Callable[[Any], Any]:
    """Return a function: images -> the sum of the score of each one's class. Its gradient holds each image's own.

    Args:
        model (keras.Model): a classifier.
        classes (array of int): one for each image.

    Example:
        >>> model = keras.Sequential([keras.Input((1, 2, 1)), keras.layers.Flatten()])
        >>> float(summed(model, np.array([1]))(keras.ops.convert_to_tensor([[[[5.0], [2.0]]]])))
        2.0
    """

    def total(images: Any) -> Any:
        found = _scores(model, images)
        chosen_ones = keras.ops.one_hot(classes, found.shape[-1], dtype=found.dtype)
        return keras.ops.sum(found * chosen_ones)

    return total


def _scores(model: keras.Model, images: Any) -> Any:
    if not isinstance(model, keras.Model):
        hint = " Of a Backbone take .model." if hasattr(model, "body") else ""
        raise TypeError(f"model is a {type(model).__name__}; a Keras model is needed.{hint}")
    found = model(images, training=False)
    if len(getattr(found, "shape", ())) != 2:
        shape = f"a tensor of the shape {tuple(found.shape)}" if hasattr(found, "shape") else "several outputs"
        raise ValueError(f"the model gives {shape}; a classifier gives one score for each class: (images, classes).")
    return found
