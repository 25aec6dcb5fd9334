"""What happens to a picture, anew in each step, before the network sees it.

A picture that must please the network although it is moved, turned or blurred cannot rely on single pixels.
Each transformation says in `numbers` how many random numbers from 0 to 1 it needs, and `apply` takes them.
"""

import math
from typing import Any

import keras
import numpy as np

from course_utils import whole_numbers


class Jitter:
    """Moves the picture by up to some pixels in each direction; what leaves at one side comes in at the other.

    Args:
        pixels (int): by how many at most.

    Example:
        >>> row = np.arange(4.0).reshape(1, 1, 4, 1)
        >>> keras.ops.convert_to_numpy(Jitter(1).apply(row, [0.5, 1.0])).ravel().tolist()
        [3.0, 0.0, 1.0, 2.0]
    """

    numbers = 2

    def __init__(self, pixels: int):
        self.pixels = whole_numbers.count(pixels, "the pixels of Jitter")

    def apply(self, images: Any, numbers: Any) -> Any:
        """Return the moved images, of the same shape."""
        images = keras.ops.convert_to_tensor(images)
        num_images, height, width, channels = images.shape
        for axis in (1, 2):
            images = _wrapped(images, axis, self.pixels)
        # A part of the larger, periodic picture: the same on every backend, also where the shift is a tensor.
        first = [
            keras.ops.cast(keras.ops.round(2 * self.pixels * (1 - keras.ops.convert_to_tensor(number))), "int32")
            for number in numbers
        ]
        zero = keras.ops.cast(0, "int32")
        return keras.ops.slice(images, keras.ops.stack([zero, *first, zero]), (num_images, height, width, channels))


class View:
    """Shows the network a random square or rectangular part of the picture, enlarged or shrunk to one size.

    What excites the network from near and from far, here and there, is a thing and not noise. Nothing comes in at the
    other side, so the picture has no seams. Where it is shrunk, neighbours are averaged.

    Args:
        size (int or (height, width)): of what the network sees, in pixels.
        least, most (float): of which share of the picture's sides the part is. Defaults 0.35 and 1.

    Example:
        >>> row = np.arange(8.0).reshape(1, 1, 8, 1)
        >>> whole = View((1, 4)).apply(row, [1.0, 0.0, 0.0])
        >>> part = View((1, 4), least=0.5).apply(row, [0.0, 0.0, 1.0])
        >>> [keras.ops.convert_to_numpy(one).ravel().round(1).astype(str).tolist() for one in (whole, part)]
        [['0.7', '2.5', '4.5', '6.3'], ['4.0', '5.0', '6.0', '7.0']]
    """

    numbers = 3

    def __init__(self, size: int | tuple[int, int], least: float = 0.35, most: float = 1.0):
        self.size = whole_numbers.sides(size, "the size of View")
        if not 0 < least <= most <= 1:
            raise ValueError(f"least is {least}, most {most}; they must be shares with 0 < least <= most <= 1.")
        self.least, self.most = least, most

    def apply(self, images: Any, numbers: Any) -> Any:
        """Return the parts, (num_images, *size, channels)."""
        images = keras.ops.transpose(keras.ops.cast(images, "float32"), (0, 3, 1, 2))
        numbers = [keras.ops.cast(number, "float32") for number in numbers]
        share = self.least + (self.most - self.least) * numbers[0]
        rows, columns = (
            _resampling(side, seen, share * side, place * (1 - share) * side)
            for side, seen, place in zip(images.shape[2:], self.size, numbers[1:], strict=True)
        )
        images = keras.ops.matmul(keras.ops.matmul(rows, images), keras.ops.transpose(columns))
        return keras.ops.transpose(images, (0, 2, 3, 1))


class Blur:
    """Blurs the picture, always by the same: the network cannot be fed with fine noise.

    Args:
        sigma (float): standard deviation of the Gaussian kernel, in pixels.

    Example:
        >>> spot = np.zeros((1, 9, 9, 1))
        >>> spot[0, 4, 4] = 1.0
        >>> blurred = keras.ops.convert_to_numpy(Blur(1.0).apply(spot, []))
        >>> round(float(blurred.sum()), 4), round(float(blurred[0, 4, 4, 0]), 3)
        (1.0, 0.159)
    """

    numbers = 0

    def __init__(self, sigma: float):
        if not sigma > 0:
            raise ValueError(f"the sigma of Blur is {sigma}; it must be above 0: leave Blur out for no blur.")
        self.sigma = sigma
        reach = max(1, math.ceil(2.5 * sigma))
        weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
        self._weights = (weights / weights.sum()).astype("float32")

    def apply(self, images: Any, numbers: Any = ()) -> Any:
        """Return the blurred images, of the same shape; the border is mirrored."""
        images = keras.ops.cast(images, "float32")
        reach, channels = len(self._weights) // 2, images.shape[-1]
        images = keras.ops.pad(images, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="reflect")
        for shape in ((-1, 1, 1, 1), (1, -1, 1, 1)):
            kernel = np.repeat(self._weights.reshape(shape), channels, axis=2)
            images = keras.ops.depthwise_conv(images, kernel, padding="valid", data_format="channels_last")
        return images


def _wrapped(images: Any, axis: int, pixels: int) -> Any:
    """Return images with as many pixels of the other side added at both ends of an axis."""
    if pixels > images.shape[axis]:
        raise ValueError(f"Jitter moves by {pixels} pixels; the images have only {images.shape[axis]} on one side.")
    before = images[:, -pixels:] if axis == 1 else images[:, :, -pixels:]
    after = images[:, :pixels] if axis == 1 else images[:, :, :pixels]
    return keras.ops.concatenate([before, images, after], axis=axis)


def _resampling(side: int, seen: int, length: Any, first: Any) -> Any:
    """Return the weights with which `seen` new pixels are made of `side` old ones, (seen, side).

    They are triangles about the places of the new pixels, as wide as it takes to touch every old pixel.
    """
    places = first + (keras.ops.arange(seen, dtype="float32") + 0.5) * (length / seen) - 0.5
    distance = keras.ops.abs(places[:, None] - keras.ops.arange(side, dtype="float32")[None])
    weights = keras.ops.relu(1 - distance / keras.ops.maximum(length / seen, 1.0))
    return weights / keras.ops.sum(weights, axis=1, keepdims=True)
