"""Activation maps: what a layer makes of images, for any layer of any model, and filters that never answer."""

from collections.abc import Sequence

import keras
import numpy as np

from course_utils.features import image_batch, layer_outputs, layer_search


def activation_maps(
    model: keras.Model,
    images: np.ndarray,
    layers: "str | keras.Layer | Sequence[str | keras.Layer] | None" = None,
    batch_size: int = 32,
) -> np.ndarray | dict[str, np.ndarray]:
    """Return what layers give when a model sees images, with dropout and batch normalisation as in use.

    Args:
        model (keras.Model): Sequential, functional, written as a class, or nested.
        images (array): as the model expects them.
        layers (str, keras.Layer, or a sequence of these): which; "outer/inner" names a layer of a nested model.
            Default None: all layers that give maps, with four axes.
        batch_size (int): images at a time. Default 32.

    Shapes:
        images (num_images, height, width, channels); maps of a convolution (num_images, height, width, num_filters).

    Returns:
        An array, if one layer was named, else a dict of arrays by the names as they were given.

    Raises:
        TypeError, ValueError: no Keras model, no such layer, one that is used more than once, or no batch of images.

    Example:
        >>> conv = keras.layers.Conv2D(2, 2, kernel_initializer="ones", name="conv")
        >>> model = keras.Sequential([keras.Input((3, 3, 1)), conv, keras.layers.Flatten()])
        >>> activation_maps(model, np.ones((1, 3, 3, 1)), "conv")[0, :, :, 0].tolist()
        [[4.0, 4.0], [4.0, 4.0]]
    """
    images = image_batch.checked(images)
    known = layer_search.every_layer(model)
    single = isinstance(layers, (str, keras.Layer))
    wanted = list(known) if layers is None else [layers] if single else list(layers)
    found = {_name(one): layer_search.find(model, one) for one in wanted}
    if layers is None:
        found = {name: layer for name, layer in found.items() if not isinstance(layer, keras.layers.InputLayer)}
    maps: dict[str, list[np.ndarray]] = {name: [] for name in found}
    for start in range(0, len(images), batch_size):
        with layer_outputs.recorded(list(found.values())) as outputs:
            model(images[start : start + batch_size], training=False)
        for (name, layer), given in zip(found.items(), outputs, strict=True):
            if layers is None and (len(given) != 1 or len(getattr(given[0], "shape", ())) != 4):
                continue
            maps[name].append(keras.ops.convert_to_numpy(layer_outputs.only(given, layer)))
    joined = {name: np.concatenate(parts) for name, parts in maps.items() if parts}
    return joined[_name(layers)] if single else joined


def dead_filters(maps: np.ndarray) -> np.ndarray:
    """Return which filters are 0 at every place of every image: behind a ReLU they have no gradient and learn no more.

    A filter that is silent on few images may answer to others: give many and different ones.

    Args:
        maps (array): of a layer that ends in ReLU.

    Shapes:
        maps (num_images, height, width, num_filters); returns (num_filters,), bool: `.sum()` counts them.

    Raises:
        ValueError: not four axes, or negative numbers, which no ReLU gives.

    Example:
        >>> maps = np.zeros((1, 2, 2, 3))
        >>> maps[0, 1, 1, 2] = 0.5
        >>> dead_filters(maps).tolist()
        [True, True, False]
    """
    maps = np.asarray(maps)
    if maps.ndim != 4:
        raise ValueError(f"maps have the shape {maps.shape}; give (num_images, height, width, num_filters).")
    if maps.min() < 0:
        raise ValueError(
            f"maps hold numbers as low as {maps.min():.3g}, so they do not come from a ReLU, and a filter without one "
            "is never dead. Take the maps behind the activation."
        )
    return maps.max(axis=(0, 1, 2)) == 0


def _name(layer: "str | keras.Layer") -> str:
    return layer if isinstance(layer, str) else layer.name
