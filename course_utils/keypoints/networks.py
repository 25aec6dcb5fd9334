"""Two networks for points that differ in their heads: numbers from a dense layer, or one map for each point."""

import keras
from keras import layers


def _block(x, filters: int, kernel_size: int = 3, strides: int = 1, name: str | None = None):
    x = layers.Conv2D(filters, kernel_size, strides=strides, padding="same", use_bias=False)(x)
    return layers.ReLU(name=name)(layers.BatchNormalization(momentum=0.9)(x))


def _encoder(inputs, filters: tuple[int, int, int]):
    """Return the maps at a half, a quarter and an eighth of the image's sides; the last layer is called "smallest"."""
    half = _block(layers.Rescaling(1 / 127.5, offset=-1)(inputs), filters[0], kernel_size=5, strides=2)
    quarter = _block(layers.MaxPooling2D(2)(half), filters[1])
    eighth = _block(layers.MaxPooling2D(2)(quarter), filters[2], name="smallest")
    return half, quarter, eighth


def coordinate_network(
    input_shape: tuple[int, int, int], num_points: int, filters: tuple[int, int, int] = (16, 32, 48)
) -> keras.Model:
    """Return a network that gives the coordinates of points as the numbers of a dense layer.

    Args:
        input_shape (tuple): (height, width, channels), each side a multiple of 8.
        num_points (int): how many points.
        filters (tuple of int): of the three convolutions. Default (16, 32, 48).

    Shapes:
        images (num_images, height, width, channels), 0 to 255 -> (num_images, num_points, 2), shares of the image.

    Raises:
        ValueError: a side that is no multiple of 8.

    Example:
        >>> coordinate_network((32, 32, 1), num_points=5).output_shape
        (None, 5, 2)
    """
    inputs = keras.Input(_checked(input_shape))
    *_, eighth = _encoder(inputs, filters)
    # All points begin in the middle of the image: a share of 0.5, and nothing added to it yet.
    numbers = layers.Dense(
        2 * num_points, kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(0.5), dtype="float32"
    )
    x = numbers(layers.Flatten()(eighth))
    return keras.Model(inputs, layers.Reshape((num_points, 2), dtype="float32")(x), name="coordinate_network")


def heatmap_network(
    input_shape: tuple[int, int, int],
    num_points: int,
    filters: tuple[int, int, int] = (16, 32, 48),
    way_up: tuple[int, ...] = (16, 16),
) -> keras.Model:
    """Return a network that gives one map for each point.

    On the way down the maps get smaller and see more; on the way up they are enlarged again and joined with those of
    the same size, which know better where.

    Args:
        input_shape (tuple): (height, width, channels), each side a multiple of 8.
        num_points (int): how many points.
        filters (tuple of int): of the three convolutions on the way down. Default (16, 32, 48).
        way_up (tuple of int): filters of the convolutions on the way up, one or two. Default (16, 16).

    Shapes:
        images (num_images, height, width, channels), 0 to 255 -> (num_images, height / s, width / s, num_points),
        logits; s is 2 for two steps up and 4 for one.

    Raises:
        ValueError: a side that is no multiple of 8, or another number of steps up.

    Example:
        >>> heatmap_network((32, 32, 1), num_points=5).output_shape
        (None, 16, 16, 5)
        >>> heatmap_network((32, 32, 1), num_points=5, way_up=(16,)).output_shape
        (None, 8, 8, 5)

    Source:
        O. Ronneberger and others, U-Net, 2015, arXiv:1505.04597; A. Newell and others, Stacked Hourglass Networks,
        2016, arXiv:1603.06937.
    """
    if len(way_up) not in (1, 2):
        raise ValueError(f"way_up is {way_up}; one or two steps up are possible: the image is halved three times.")
    inputs = keras.Input(_checked(input_shape))
    half, quarter, eighth = _encoder(inputs, filters)
    x = eighth
    for count, beside in zip(way_up, (quarter, half), strict=False):
        x = layers.Concatenate()([layers.UpSampling2D(2)(_block(x, count)), beside])
    maps = layers.Conv2D(num_points, 3, padding="same", name="maps", dtype="float32")(x)
    return keras.Model(inputs, maps, name="heatmap_network")


def _checked(input_shape: tuple[int, int, int]) -> tuple[int, int, int]:
    if len(input_shape) != 3 or any(side is None or side % 8 or side < 8 for side in input_shape[:2]):
        raise ValueError(
            f"input_shape is {tuple(input_shape)}; (height, width, channels) is needed, each side a multiple of 8, "
            "because the network halves them three times."
        )
    return tuple(input_shape)
