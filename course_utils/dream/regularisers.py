"""What a picture has to pay for: brightness, roughness, fine detail.

A penalty is one number per image, which the ascent subtracts; `Smoothing` acts on the picture after each step instead.
"""

from typing import Any

import cv2
import keras
import numpy as np


class Regulariser:
    """Does nothing; the others replace one of its two methods."""

    def penalty(self, images: Any) -> Any:
        """Return what each image pays; images from 0 to 1."""
        return keras.ops.zeros((images.shape[0],))

    def after_step(self, images: np.ndarray) -> np.ndarray:
        """Return the images as the next step is to find them."""
        return images


class L2(Regulariser):
    """Pixels pay for the square of their distance from a quiet value.

    Args:
        weight (float): of the penalty. Default 1.
        quiet (float): what costs nothing, from 0 to 1. Default 0.5, gray; 0 is black.

    Example:
        >>> keras.ops.convert_to_numpy(L2(2.0, quiet=0.0).penalty(np.full((1, 2, 2, 1), 0.5))).tolist()
        [0.5]
    """

    def __init__(self, weight: float = 1.0, quiet: float = 0.5):
        self.weight, self.quiet = _weight(weight, "L2"), quiet

    def penalty(self, images: Any) -> Any:
        """Return the mean square distance of the pixels of each image from the quiet value."""
        distance = keras.ops.convert_to_tensor(images) - self.quiet
        return self.weight * keras.ops.mean(keras.ops.square(distance), axis=(1, 2, 3))


class TotalVariation(Regulariser):
    """Neighbouring pixels pay for their difference.

    Args:
        weight (float): of the penalty. Default 1.

    Example:
        >>> step = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]).reshape(1, 2, 3, 1)
        >>> keras.ops.convert_to_numpy(TotalVariation().penalty(step)).tolist()
        [0.5]

    Source:
        L. Rudin, S. Osher and E. Fatemi, Nonlinear total variation based noise removal algorithms, 1992; here the
        differences along rows and along columns are added (anisotropic), each averaged.
    """

    def __init__(self, weight: float = 1.0):
        self.weight = _weight(weight, "TotalVariation")

    def penalty(self, images: Any) -> Any:
        """Return the mean difference between neighbours in each image, down plus across."""
        images = keras.ops.convert_to_tensor(images)
        down = keras.ops.mean(keras.ops.abs(images[:, 1:] - images[:, :-1]), axis=(1, 2, 3))
        across = keras.ops.mean(keras.ops.abs(images[:, :, 1:] - images[:, :, :-1]), axis=(1, 2, 3))
        return self.weight * (down + across)


class Smoothing(Regulariser):
    """The picture is blurred a little after each step: what is rough must be worth building up again.

    For the parametrisation Pixels only: waves have no neighbours.

    Args:
        sigma (float): standard deviation of the Gaussian kernel, in pixels.

    Example:
        >>> spot = np.zeros((1, 9, 9, 1), "float32")
        >>> spot[0, 4, 4] = 1.0
        >>> round(float(Smoothing(1.0).after_step(spot)[0, 4, 4, 0]), 2)
        0.16

    Source:
        J. Yosinski and others, Understanding Neural Networks Through Deep Visualization, 2015, arXiv:1506.06579.
    """

    def __init__(self, sigma: float):
        self.sigma = _weight(sigma, "Smoothing")

    def after_step(self, images: np.ndarray) -> np.ndarray:
        """Return the images blurred; the border is mirrored."""
        blurred = [cv2.GaussianBlur(image, (0, 0), self.sigma) for image in images]
        return np.stack(blurred).reshape(images.shape)


def total_variation(images: np.ndarray) -> np.ndarray:
    """Return the mean difference between neighbouring pixels of each image, down plus across.

    Args:
        images (array): from 0 to 255.

    Shapes:
        images (num_images, height, width, channels); returns (num_images,).

    Example:
        >>> total_variation(np.array([[0, 0, 2], [0, 0, 2]]).reshape(1, 2, 3, 1)).tolist()
        [1.0]
    """
    return keras.ops.convert_to_numpy(TotalVariation().penalty(np.asarray(images, "float32")))


def _weight(value: float, what: str) -> float:
    if not np.isfinite(value) or value <= 0:
        raise ValueError(f"{what} was given {value}; it must be a number above 0: leave {what} out for none.")
    return float(value)
