"""Grad-CAM: where in an image the maps of a late layer speak for a class."""

import keras
import numpy as np

from course_utils.features import enlarging, layer_gradients


def grad_cam(
    model: keras.Model,
    images: np.ndarray,
    layer: "str | keras.Layer",
    classes: "int | np.ndarray | None" = None,
    batch_size: int = 16,
) -> np.ndarray:
    """Return, for each pixel, how much the layer speaks for the class there.

    The weight of a map is the mean of the score's gradient over its places; the weighted maps are added, what speaks
    against the class is set to 0, and the result is enlarged to the size of the image.

    Args:
        model (keras.Model): a classifier, best one that ends in logits; of any kind, also nested.
        images (array): as the model expects them.
        layer (str or keras.Layer): usually the last one with maps.
        classes (int, array of int or None): one for all images, or one each. Default None: the model's answers.
        batch_size (int): images at a time. Default 16.

    Shapes:
        images (num_images, height, width, channels); returns (num_images, height, width), float32, none negative.

    Raises:
        TypeError, ValueError: no classifier, no such class or layer, a layer without maps, or no batch of images.

    Example:
        >>> conv = keras.layers.Conv2D(1, 1, kernel_initializer="ones", name="conv")
        >>> model = keras.Sequential([keras.Input((2, 2, 1)), conv, keras.layers.GlobalAveragePooling2D()])
        >>> grad_cam(model, np.array([[[[8.0], [0.0]], [[-4.0], [4.0]]]]), "conv").tolist()
        [[[2.0, 0.0], [0.0, 1.0]]]

    Source:
        R. Selvaraju and others, Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization,
        2017, arXiv:1610.02391.
    """
    maps, slopes = layer_gradients.maps_and_gradients(model, images, layer, classes, batch_size)
    weights = slopes.mean(axis=(1, 2), keepdims=True)
    return enlarging.enlarge(np.maximum((weights * maps).sum(axis=-1), 0), *np.shape(images)[1:3])
