"""Colours as a photograph has them: three independent directions in place of red, green and blue.

In photographs red, green and blue rise and fall together: most of what changes is brightness. An ascent that moves the
three channels separately, by equal steps, gives garish noise. One that moves along the directions below, each as far as
photographs do, gives plausible colours.
"""

from collections.abc import Sequence

import numpy as np

# Whose colours were measured: the course's colour photographs of daily things.
PHOTOGRAPHS = ("astronaut", "cat", "china", "coffee", "flower", "motorcycle", "rocket")
# What `directions` gives for them. The columns are brightness, orange against blue, green against purple.
MEASURED = np.array([[0.6037, 0.2688, -0.0245], [0.5751, -0.0714, 0.0792], [0.5521, -0.2196, -0.0558]])


def covariance(photographs: Sequence[np.ndarray]) -> np.ndarray:
    """Return how red, green and blue vary together in photographs, each with the same weight.

    Args:
        photographs (sequence of arrays): RGB from 0 to 255.

    Shapes:
        each (height, width, 3); returns (3, 3).

    Raises:
        ValueError: no photograph, or one without three channels.

    Example:
        >>> gray = np.repeat(np.array([[[0.0], [255.0]]]), 3, axis=-1)
        >>> covariance([gray]).tolist()
        [[0.25, 0.25, 0.25], [0.25, 0.25, 0.25], [0.25, 0.25, 0.25]]
    """
    if not len(photographs):
        raise ValueError("no photograph was given; give at least one, of the shape (height, width, 3).")
    total = np.zeros((3, 3))
    for photograph in photographs:
        pixels = np.asarray(photograph)
        if pixels.ndim != 3 or pixels.shape[-1] != 3:
            raise ValueError(f"a photograph has the shape {pixels.shape}; colours need (height, width, 3).")
        total += np.cov(pixels.reshape(-1, 3).astype(np.float64) / 255, rowvar=False, bias=True)
    return total / len(photographs)


def directions(photographs: Sequence[np.ndarray]) -> np.ndarray:
    """Return three independent directions of colour, each as long as its share in photographs, as columns.

    Independent numbers along these columns have the covariance of the photographs, up to one factor.

    Args:
        photographs (sequence of arrays): RGB from 0 to 255.

    Shapes:
        each (height, width, 3); returns (3, 3), the longest column of length 1.

    Example:
        >>> red_only = np.array([[[0, 0, 0], [255, 0, 0]]])
        >>> np.abs(directions([red_only])).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]

    Source:
        C. Olah, A. Mordvintsev and L. Schubert, Feature Visualization, 2017, section Preconditioning and
        Parameterization, https://distill.pub/2017/feature-visualization.
    """
    values, vectors = np.linalg.eigh(covariance(photographs))
    lengths = np.sqrt(np.maximum(values[::-1], 0))
    vectors = vectors[:, ::-1]
    # The sign of a direction means nothing: let the largest of its three numbers be positive.
    largest = np.abs(vectors).argmax(axis=0)
    vectors = vectors * np.sign(vectors[largest, np.arange(3)])
    return vectors * lengths / lengths.max()
