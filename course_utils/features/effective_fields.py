"""The effective receptive field: which pixels really change a value, and how much, not just which ones could."""

import keras
import numpy as np

from course_utils.features import gradients, image_batch, layer_outputs, layer_search


def effective_field(
    model: keras.Model,
    images: np.ndarray,
    layer: "str | keras.Layer",
    filter_number: int | None = None,
    place: tuple[int, int] | None = None,
) -> np.ndarray:
    """Return the share of each pixel in the change of one value of a layer, averaged over images.

    Args:
        model (keras.Model): of any kind, also nested.
        images (array): as the model expects them; a few will do.
        layer (str or keras.Layer): one that gives maps.
        filter_number (int or None): which map. Default None: the sum of all maps.
        place ((row, column) or None): which place of the map. Default None: the middle.

    Shapes:
        images (num_images, height, width, channels); returns (height, width), float64, none negative.

    Returns:
        The absolute gradients, summed over channels and images, divided by their total: all together are 1 (or 0,
        where nothing has an effect, as with a dead filter).

    Raises:
        TypeError, ValueError: no such layer, filter or place, a layer without maps, or no batch of images.

    Example:
        >>> conv = keras.layers.Conv2D(1, (1, 2), kernel_initializer="ones", name="conv")
        >>> model = keras.Sequential([keras.Input((1, 4, 1)), conv])
        >>> effective_field(model, np.ones((1, 1, 4, 1)), "conv").tolist()
        [[0.0, 0.5, 0.5, 0.0]]

    Source:
        W. Luo, Y. Li, R. Urtasun and R. Zemel, Understanding the Effective Receptive Field in Deep Convolutional
        Neural Networks, 2016, arXiv:1701.04128.
    """
    images = image_batch.checked(images)
    layer = layer_search.find(model, layer)

    def value(tensor):
        with layer_outputs.recorded([layer]) as (outputs,):
            model(tensor, training=False)
        maps = layer_outputs.only(outputs, layer)
        row, column = _checked_place(maps, layer, filter_number, place)
        found = maps[:, row, column, :] if filter_number is None else maps[:, row, column, filter_number]
        return keras.ops.sum(keras.ops.cast(found, "float32"))

    _, slopes = gradients.of(value, images)
    field = np.abs(keras.ops.convert_to_numpy(slopes)).astype(np.float64).sum(axis=(0, 3))
    return field / (field.sum() or 1.0)


def side_of_field(field: np.ndarray, share: float = 0.95) -> int:
    """Return the side of the smallest square around the middle of a field's weight that holds a share of it.

    Args:
        field (array): what `effective_field` returns.
        share (float): from 0 to 1. Default 0.95.

    Shapes:
        field (height, width).

    Returns:
        An odd number of pixels; what reaches beyond the image counts as empty.

    Raises:
        ValueError: a share outside 0 to 1, or a field without any weight.

    Example:
        >>> side_of_field(np.eye(5) / 5, share=0.6)
        3
    """
    field = np.asarray(field, np.float64)
    if not 0 < share <= 1:
        raise ValueError(f"share is {share}; give a number above 0 and up to 1.")
    total = field.sum()
    if not total > 0:
        raise ValueError("the field is 0 everywhere: no pixel changes this value.")
    row = round(float((field.sum(axis=1) * np.arange(field.shape[0])).sum() / total))
    column = round(float((field.sum(axis=0) * np.arange(field.shape[1])).sum() / total))
    for reach in range(max(field.shape)):
        part = field[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1]
        if part.sum() >= share * total * (1 - 1e-9):
            break
    return 2 * reach + 1


def _checked_place(maps, layer, filter_number, place) -> tuple[int, int]:
    if len(maps.shape) != 4:
        raise ValueError(f"the layer {layer.name!r} gives the shape {tuple(maps.shape)}, not maps; take another one.")
    _, height, width, num_filters = maps.shape
    if filter_number is not None and not 0 <= filter_number < num_filters:
        raise ValueError(f"filter_number is {filter_number}; {layer.name!r} has the filters 0 to {num_filters - 1}.")
    row, column = (height // 2, width // 2) if place is None else place
    if not (0 <= row < height and 0 <= column < width):
        raise ValueError(f"place is ({row}, {column}); the maps of {layer.name!r} have {height} x {width} places.")
    return row, column
