"""Change every image of a set in the same known way, to see what a network makes of it."""

import numpy as np


def _batch(images: np.ndarray) -> np.ndarray:
    images = np.asarray(images)
    if images.ndim != 4:
        raise ValueError(f"images have the shape {images.shape}; give (num_images, height, width, channels).")
    return images


def permute_pixels(images: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return images whose pixels have changed places, in every image by the same fixed permutation.

    Args:
        images (np.ndarray): any dtype.
        seed (int): chooses the permutation. Default 0.

    Shapes:
        images and result: (num_images, height, width, channels).

    Raises:
        ValueError: images is not four-dimensional.

    Example:
        >>> image = np.arange(4).reshape(1, 2, 2, 1)
        >>> sorted(permute_pixels(image).ravel().tolist())
        [0, 1, 2, 3]
    """
    images = _batch(images)
    num_images, height, width, channels = images.shape
    places = np.random.default_rng(seed).permutation(height * width)
    return images.reshape(num_images, height * width, channels)[:, places].reshape(images.shape)


def shift(images: np.ndarray, dx: int, dy: int = 0, fill: float = 0) -> np.ndarray:
    """Return images moved by whole pixels; what leaves at one side does not come back at the other.

    Args:
        images (np.ndarray): any dtype.
        dx (int): pixels to the right; negative moves to the left.
        dy (int): pixels down; negative moves up. Default 0.
        fill (number): the value of the pixels that come in. Default 0.

    Shapes:
        images and result: (num_images, height, width, channels).

    Raises:
        ValueError: images is not four-dimensional, or a shift is no whole number.

    Example:
        >>> shift(np.array([1, 2, 3]).reshape(1, 1, 3, 1), dx=1).ravel().tolist()
        [0, 1, 2]
    """
    images = _batch(images)
    for name, pixels in (("dx", dx), ("dy", dy)):
        if int(pixels) != pixels:
            raise ValueError(f"{name} is {pixels!r}; images are moved by whole pixels, give an integer.")
    dx, dy = int(dx), int(dy)
    height, width = images.shape[1:3]
    moved = np.full_like(images, fill)
    if abs(dx) < width and abs(dy) < height:
        target = np.s_[:, max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)]
        origin = np.s_[:, max(-dy, 0) : height + min(-dy, 0), max(-dx, 0) : width + min(-dx, 0)]
        moved[target] = images[origin]
    return moved
