"""Saliency: how much the score of a class changes if a pixel changes a little."""

import keras
import numpy as np

from course_utils.features import class_scores, gradients, image_batch


def input_gradients(
    model: keras.Model, images: np.ndarray, classes: "int | np.ndarray | None" = None, batch_size: int = 16
) -> np.ndarray:
    """Return the gradient of the score of a class with respect to every number of the image.

    Args:
        model (keras.Model): a classifier, best one that ends in logits.
        images (array): as the model expects them.
        classes (int, array of int or None): one for all images, or one each. Default None: the model's answers.
        batch_size (int): images at a time. Default 16.

    Shapes:
        images (num_images, height, width, channels); returns the same, float32.

    Raises:
        TypeError, ValueError: no classifier, no such class, or no batch of images.

    Example:
        >>> model = keras.Sequential([keras.Input((1, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
        >>> model.set_weights([np.array([[3.0], [-4.0]]), np.zeros(1)])
        >>> input_gradients(model, np.ones((1, 1, 2, 1))).ravel().tolist()
        [3.0, -4.0]
    """
    images = image_batch.checked(images)
    classes = class_scores.chosen(model, images, classes)
    found = []
    for start in range(0, len(images), batch_size):
        part = slice(start, start + batch_size)
        _, gradient = gradients.of(class_scores.summed(model, classes[part]), images[part])
        found.append(keras.ops.convert_to_numpy(gradient))
    return np.concatenate(found)


def saliency(
    model: keras.Model, images: np.ndarray, classes: "int | np.ndarray | None" = None, batch_size: int = 16
) -> np.ndarray:
    """Return, for each pixel, the size of the gradient of the score: the largest over the channels.

    Args:
        model (keras.Model): a classifier, best one that ends in logits.
        images (array): as the model expects them.
        classes (int, array of int or None): one for all images, or one each. Default None: the model's answers.
        batch_size (int): images at a time. Default 16.

    Shapes:
        images (num_images, height, width, channels); returns (num_images, height, width), float32, none negative.

    Raises:
        TypeError, ValueError: no classifier, no such class, or no batch of images.

    Example:
        >>> model = keras.Sequential([keras.Input((1, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
        >>> model.set_weights([np.array([[3.0], [-4.0]]), np.zeros(1)])
        >>> saliency(model, np.ones((1, 1, 2, 1))).tolist()
        [[[3.0, 4.0]]]

    Source:
        K. Simonyan, A. Vedaldi and A. Zisserman, Deep Inside Convolutional Networks, 2013, arXiv:1312.6034.
    """
    return np.abs(input_gradients(model, images, classes, batch_size)).max(axis=-1)
