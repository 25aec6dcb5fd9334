"""The parts of images that a filter answers to most."""

import dataclasses
import math

import keras
import numpy as np

from course_utils.architectures import graph, receptive, windows
from course_utils.features import activations, image_batch, layer_search


@dataclasses.dataclass(frozen=True)
class Patches:
    """The parts of images that one filter answers to most, strongest first.

    Args:
        pixels (array): the parts, cut out; what lies beyond an image has the mean colour of all images.
        values (array): how strong each answer was.
        images (array of int): which image each part is from.
        places (array of int): row and column of the answer on the map.
        boxes (array of int): top, left, bottom, right of each part in its image; may reach beyond it.

    Shapes:
        pixels (count, side, side, channels); values, images (count,); places (count, 2); boxes (count, 4).
    """

    pixels: np.ndarray
    values: np.ndarray
    images: np.ndarray
    places: np.ndarray
    boxes: np.ndarray


def exciting_patches(
    model: keras.Model,
    images: np.ndarray,
    layer: "str | keras.Layer",
    filter_number: int,
    count: int = 9,
    side: int | None = None,
    maps: np.ndarray | None = None,
) -> Patches:
    """Return the patches that excite a filter most, at most one from each image.

    A patch is what the answer's place sees (its receptive field), or its middle part.

    Args:
        model (keras.Model): of any kind, also nested.
        images (array): as the model expects them.
        layer (str or keras.Layer): one that gives maps.
        filter_number (int): which map.
        count (int): how many patches. Default 9.
        side (int or None): of the patches, in pixels. Default None: the whole receptive field.
        maps (array or None): of this layer, where they are known already. Default None: they are computed.

    Shapes:
        images (num_images, height, width, channels); maps (num_images, map height, map width, num_filters).

    Raises:
        TypeError, ValueError: no such layer or filter, more patches than images, a layer that sees the whole image or
            of which it is not known what it sees, or no batch of images.

    Example:
        >>> conv = keras.layers.Conv2D(1, 2, kernel_initializer="ones", name="conv")
        >>> model = keras.Sequential([keras.Input((3, 3, 1)), conv])
        >>> found = exciting_patches(model, np.arange(9.0).reshape(1, 3, 3, 1), "conv", 0, count=1)
        >>> found.pixels[0, :, :, 0].tolist(), found.values.tolist(), found.boxes.tolist()
        ([[4.0, 5.0], [7.0, 8.0]], [24.0], [[1, 1, 3, 3]])

    Source:
        M. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks, 2014, arXiv:1311.2901.
    """
    pixels = image_batch.checked(images)
    layer = layer_search.find(model, layer)
    rows, columns = _fields(model, layer)
    maps = activations.activation_maps(model, images, layer) if maps is None else np.asarray(maps)
    if maps.ndim != 4 or len(maps) != len(pixels):
        raise ValueError(f"maps have the shape {maps.shape}; give ({len(pixels)}, height, width, num_filters).")
    if not 0 <= filter_number < maps.shape[-1]:
        raise ValueError(f"filter_number is {filter_number}; {layer.name!r} has the filters 0 to {maps.shape[-1] - 1}.")
    if not 1 <= count <= len(pixels):
        raise ValueError(
            f"count is {count}; with one patch from each of {len(pixels)} images, give 1 to {len(pixels)}."
        )
    answers = maps[..., filter_number].reshape(len(maps), -1)
    best = answers.max(axis=1)
    chosen = np.argsort(-best, kind="stable")[:count]
    places = np.stack(np.unravel_index(answers[chosen].argmax(axis=1), maps.shape[1:3]), axis=1)
    boxes = np.array([_box(rows, columns, place, side) for place in places])
    fill = pixels.mean(axis=(0, 1, 2))
    cut = np.stack([_cut(pixels[image], box, fill) for image, box in zip(chosen, boxes, strict=True)])
    return Patches(cut.astype(np.asarray(images).dtype), best[chosen], chosen, places, boxes)


def _fields(model: keras.Model, layer: keras.Layer):
    sees = next((step.sees for step in graph.steps(model) if step.layer is layer), windows.UNKNOWN)
    if isinstance(sees, str):
        if sees == windows.WHOLE:
            raise ValueError(
                f"each value of {layer.name!r} sees the whole image, so it has no patch; take a layer of maps."
            )
        if sees == windows.UNKNOWN:
            raise ValueError(
                f"it is not known what the values of {layer.name!r} see; see `course_utils.architectures`."
            )
        return receptive.Field(), receptive.Field()
    return sees


def _box(rows, columns, place, side: int | None) -> tuple[int, int, int, int]:
    (top, bottom), (left, right) = (
        _span(field, int(number), side) for field, number in zip((rows, columns), place, strict=True)
    )
    return top, left, bottom, right


def _span(field, number: int, side: int | None) -> tuple[int, int]:
    start = field.start + number * field.jump
    if side is None:
        return math.floor(start), math.ceil(start + field.size)
    first = math.floor(start + field.size / 2 - side / 2)
    return first, first + side


def _cut(image: np.ndarray, box: np.ndarray, fill: np.ndarray) -> np.ndarray:
    top, left, bottom, right = box
    cut = np.tile(fill, (bottom - top, right - left, 1))
    inside = image[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    row, column = max(0, -top), max(0, -left)
    cut[row : row + inside.shape[0], column : column + inside.shape[1]] = inside
    return cut
