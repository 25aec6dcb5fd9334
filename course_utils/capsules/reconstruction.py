"""Reconstruction: a small network that draws the image from the vector of one capsule."""

import math

import keras
from keras import layers

WEIGHT_OF_SUM = 0.0005


def decoder(
    num_capsules: int, dim: int, image_shape: tuple[int, int, int], units: tuple[int, ...] = (512, 1024)
) -> keras.Sequential:
    """Return dense layers from masked capsules to an image with pixels from 0 to 1.

    Args:
        num_capsules, dim (int): of the capsules that are masked.
        image_shape (tuple): (height, width, channels).
        units (tuple of int): of the hidden layers. Default (512, 1024), as in the paper.

    Shapes:
        (N, num_capsules * dim) -> (N, height, width, channels).

    Example:
        >>> decoder(10, 16, (28, 28, 1)).count_params()
        1411344

    Source:
        S. Sabour, N. Frosst, G. Hinton, Dynamic routing between capsules, 2017, figure 2.
    """
    return keras.Sequential(
        [
            keras.Input((num_capsules * dim,)),
            *[layers.Dense(count, activation="relu") for count in units],
            layers.Dense(math.prod(image_shape), activation="sigmoid", dtype="float32"),
            layers.Reshape(image_shape, dtype="float32"),
        ],
        name="decoder",
    )


def sum_of_squares_weight(image_shape: tuple[int, ...], weight: float = WEIGHT_OF_SUM) -> float:
    """Return the weight of "mean_squared_error" that equals the paper's 0.0005 times the SUM of squared errors.

    Args:
        image_shape (tuple): of one image.
        weight (float): of the sum. Default 0.0005.

    Example:
        >>> round(sum_of_squares_weight((28, 28, 1)), 3)
        0.392
    """
    return weight * math.prod(image_shape)
