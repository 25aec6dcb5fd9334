"""The maps of a layer together with the gradient of a class's score with respect to them."""

import keras
import numpy as np

from course_utils.features import class_scores, gradients, image_batch, layer_outputs, layer_search


def maps_and_gradients(
    model: keras.Model,
    images: np.ndarray,
    layer: "str | keras.Layer",
    classes: "int | np.ndarray | None" = None,
    batch_size: int = 16,
) -> tuple[np.ndarray, np.ndarray]:
    """Return what a layer gives, and how the score of each image's class depends on it.

    Args:
        model (keras.Model): a classifier, best one that ends in logits; of any kind, also nested.
        images (array): as the model expects them.
        layer (str or keras.Layer): one that gives maps.
        classes (int, array of int or None): one for all images, or one each. Default None: the model's answers.
        batch_size (int): images at a time. Default 16.

    Shapes:
        images (num_images, height, width, channels); returns twice (num_images, map height, map width, num_filters).

    Raises:
        TypeError, ValueError: no classifier, no such class or layer, a layer without maps, or no batch of images.

    Example:
        >>> conv = keras.layers.Conv2D(1, 1, kernel_initializer="ones", name="conv")
        >>> model = keras.Sequential([keras.Input((2, 2, 1)), conv, keras.layers.GlobalAveragePooling2D()])
        >>> maps, slopes = maps_and_gradients(model, np.full((1, 2, 2, 1), 5.0), "conv")
        >>> maps.ravel().tolist(), slopes.ravel().tolist()
        ([5.0, 5.0, 5.0, 5.0], [0.25, 0.25, 0.25, 0.25])
    """
    images = image_batch.checked(images)
    layer = layer_search.find(model, layer)
    classes = class_scores.chosen(model, images, classes)
    parts = [
        _part(model, images[start : start + batch_size], layer, classes[start : start + batch_size])
        for start in range(0, len(images), batch_size)
    ]
    maps, slopes = zip(*parts, strict=True)
    return np.concatenate(maps), np.concatenate(slopes)


def _part(model, images, layer, classes) -> tuple[np.ndarray, np.ndarray]:
    with layer_outputs.recorded([layer]) as (outputs,):
        model(images, training=False)
    maps = layer_outputs.only(outputs, layer)
    if len(maps.shape) != 4:
        raise ValueError(
            f"the layer {layer.name!r} gives the shape {tuple(maps.shape)}, not maps with a height and a width; take "
            "a convolution, its activation or a pooling layer."
        )
    score = class_scores.summed(model, classes)

    def score_of(tensor):
        # What comes before the layer runs once more, but its result is thrown away.
        with layer_outputs.replaced(layer, tensor):
            return score(images)

    _, slopes = gradients.of(score_of, maps)
    return tuple(keras.ops.convert_to_numpy(tensor).astype(np.float32) for tensor in (maps, slopes))
