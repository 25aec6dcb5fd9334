"""Which numbers an ascent moves, and the picture that they stand for.

The steepest way up depends on what one walks in. In pixels it leads to fine noise; in waves whose sizes follow those of
photographs it leads to pictures.
"""

from typing import Any

import keras
import numpy as np

from course_utils.dream import colour

_CONTRAST = 2.5  # slope of the sigmoid that keeps waves between 0 and 1, per unit


class Pixels:
    """The picture itself, as numbers from 0 to 1.

    Args:
        start (float): the brightness to begin with, from 0 to 1. Default 0.5, gray.
        noise (float): standard deviation of what is added to it. Default 0.05.

    Example:
        >>> pixels = Pixels(start=0.2, noise=0.0)
        >>> parameters = pixels.begin((1, 2, 2, 1), np.random.default_rng(0))
        >>> keras.ops.convert_to_numpy(pixels.images(parameters)).ravel().tolist()
        [51.0, 51.0, 51.0, 51.0]
    """

    rate = 0.02

    def __init__(self, start: float = 0.5, noise: float = 0.05):
        if not 0 <= start <= 1 or noise < 0:
            raise ValueError(f"start is {start}, noise {noise}; start must lie in 0..1 and noise be 0 or more.")
        self.start, self.noise = start, noise

    def begin(self, shape: tuple[int, int, int, int], random: np.random.Generator) -> np.ndarray:
        """Return the numbers to begin with, for images of a shape."""
        return np.clip(random.normal(self.start, self.noise, shape), 0, 1).astype("float32")

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Return the numbers that stand for given images from 0 to 255."""
        return np.asarray(images, "float32") / 255

    def images(self, parameters: Any) -> Any:
        """Return the images, from 0 to 255."""
        return 255 * keras.ops.convert_to_tensor(parameters)

    def allowed(self, parameters: np.ndarray) -> np.ndarray:
        """Return the nearest numbers that stand for an image."""
        return np.clip(parameters, 0, 1)


class Fourier:
    """Waves of all frequencies; long waves are moved further than short ones, as photographs have them.

    In photographs the size of a wave falls about as 1 / frequency. With steps in this proportion each scale of the
    picture is as easy to change as any other. What comes out is squeezed into 0..255 by a sigmoid.

    Args:
        decay (float): sizes fall as 1 / frequency**decay; 0 treats all waves alike. Default 1.4: large shapes
            come a little before details.
        noise (float): standard deviation of the picture to begin with, before the sigmoid. Default 0.02.
        decorrelated (bool): of RGB images, move along the three independent directions of colour. Default True.

    Shapes:
        parameters (2, num_images, channels, height, width): real and imaginary part, frequency 0 first.

    Example:
        >>> fourier = Fourier()
        >>> photograph = np.random.default_rng(0).uniform(50, 200, (1, 6, 8, 3))
        >>> again = keras.ops.convert_to_numpy(fourier.images(fourier.encode(photograph)))
        >>> bool(np.abs(again - photograph).max() < 0.01)
        True

    Source:
        C. Olah, A. Mordvintsev and L. Schubert, Feature Visualization, 2017, section Preconditioning and
        Parameterization, https://distill.pub/2017/feature-visualization.
    """

    rate = 0.05

    def __init__(self, decay: float = 1.4, noise: float = 0.02, decorrelated: bool = True):
        if decay < 0 or noise < 0:
            raise ValueError(f"decay is {decay}, noise {noise}; both must be 0 or more.")
        self.decay, self.noise, self.decorrelated = decay, noise, decorrelated

    def begin(self, shape: tuple[int, int, int, int], random: np.random.Generator) -> np.ndarray:
        """Return the numbers to begin with, for images of a shape."""
        num_images, height, width, channels = shape
        return random.normal(0, self.noise, (2, num_images, channels, height, width)).astype("float32")

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Return the numbers that stand for given images from 0 to 255."""
        share = np.clip(np.asarray(images, np.float64) / 255, 1 / 510, 1 - 1 / 510)
        waves = np.log(share / (1 - share)) / _CONTRAST
        waves = waves @ np.linalg.inv(self._colours(waves.shape[-1])).T
        spectrum = np.fft.fft2(np.moveaxis(waves, -1, 1)) / self.sizes(*waves.shape[1:3])
        return np.stack([spectrum.real, spectrum.imag]).astype("float32")

    def images(self, parameters: Any) -> Any:
        """Return the images, from 0 to 255."""
        parameters = keras.ops.convert_to_tensor(parameters)
        sizes = self.sizes(*parameters.shape[-2:])
        # A real picture is the real part: of each wave and its mirror image one is superfluous, which does no harm.
        waves, _ = keras.ops.ifft2((parameters[0] * sizes, parameters[1] * sizes))
        waves = keras.ops.transpose(waves, (0, 2, 3, 1))
        waves = keras.ops.matmul(waves, self._colours(waves.shape[-1]).T.astype("float32"))
        return 255 * keras.ops.sigmoid(_CONTRAST * waves)

    def allowed(self, parameters: np.ndarray) -> np.ndarray:
        """Return the numbers as they are: all stand for an image."""
        return parameters

    def sizes(self, height: int, width: int) -> np.ndarray:
        """Return how far each wave is moved by one unit, for images of a size.

        The sum of their squares is such that independent standard normal numbers give pixels of variance 1.

        Shapes:
            returns (height, width), float32; frequency 0, at [0, 0], is moved as far as the longest wave.

        Example:
            >>> sizes = Fourier(decay=1).sizes(8, 8)
            >>> float(sizes[0, 1] / sizes[0, 2])
            2.0
        """
        rows, columns = np.fft.fftfreq(height)[:, np.newaxis], np.fft.fftfreq(width)[np.newaxis]
        frequency = np.maximum(np.hypot(rows, columns), 1 / max(height, width))
        sizes = frequency**-self.decay
        # ifft2 divides by the number of pixels; its real part has the sum of all squares as its variance.
        return (sizes * height * width / np.sqrt((sizes**2).sum())).astype("float32")

    def _colours(self, channels: int) -> np.ndarray:
        return colour.MEASURED if channels == 3 and self.decorrelated else np.eye(channels)
