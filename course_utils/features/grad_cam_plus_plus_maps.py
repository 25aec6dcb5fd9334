"""Grad-CAM++: Grad-CAM with weights that do not shrink where a class is seen at few places only."""

import keras
import numpy as np

from course_utils.features import enlarging, layer_gradients


def grad_cam_plus_plus(
    model: keras.Model,
    images: np.ndarray,
    layer: "str | keras.Layer",
    classes: "int | np.ndarray | None" = None,
    batch_size: int = 16,
) -> np.ndarray:
    """Return, for each pixel, how much the layer speaks for the class there, as `grad_cam` does with other weights.

    The positive gradients g of a map A are summed with the factors g**2 / (2 g**2 + sum(A) g**3), which is where the
    exponential of the score has its derivatives.

    Args:
        model (keras.Model): a classifier that ends in logits; of any kind, also nested.
        images (array): as the model expects them.
        layer (str or keras.Layer): usually the last one with maps, behind its ReLU.
        classes (int, array of int or None): one for all images, or one each. Default None: the model's answers.
        batch_size (int): images at a time. Default 16.

    Shapes:
        images (num_images, height, width, channels); returns (num_images, height, width), float32, none negative.

    Raises:
        TypeError, ValueError: no classifier, no such class or layer, a layer without maps, or no batch of images.

    Example:
        >>> conv = keras.layers.Conv2D(1, 1, kernel_initializer="ones", name="conv")
        >>> model = keras.Sequential([keras.Input((2, 2, 1)), conv, keras.layers.GlobalAveragePooling2D()])
        >>> grad_cam_plus_plus(model, np.array([[[[8.0], [0.0]], [[0.0], [0.0]]]]), "conv").tolist()
        [[[2.0, 0.0], [0.0, 0.0]]]

    Source:
        A. Chattopadhay and others, Grad-CAM++: Improved Visual Explanations for Deep Convolutional Networks, 2018,
        arXiv:1710.11063, equations 10 and 19.
    """
    maps, slopes = layer_gradients.maps_and_gradients(model, images, layer, classes, batch_size)
    slopes = slopes.astype(np.float64)
    below = 2 * slopes**2 + maps.sum(axis=(1, 2), keepdims=True) * slopes**3
    factors = np.divide(slopes**2, below, out=np.zeros_like(slopes), where=below != 0)
    weights = (factors * np.maximum(slopes, 0)).sum(axis=(1, 2), keepdims=True)
    return enlarging.enlarge(np.maximum((weights * maps).sum(axis=-1), 0), *np.shape(images)[1:3])
