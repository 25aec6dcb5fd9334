"""Say in a sentence what is wrong with a setting of the augmentation."""

import math
import numbers

import numpy as np

from course_utils.augment import sampling

FLIPS = (None, "horizontal", "vertical", "both")


def number(value, name: str, least: float, most: float | None, meaning: str) -> float:
    """Return a setting as a float.

    Raises:
        ValueError: it is no finite number from `least` to `most`.

    Example:
        >>> number(200, "rotation_degrees", 0, 180, "the largest turn to either side, in degrees")
        Traceback (most recent call last):
            ...
        ValueError: rotation_degrees is 200; it must be from 0 to 180: the largest turn to either side, in degrees.
    """
    rule = f"at least {least:g}" if most is None else f"from {least:g} to {most:g}"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ValueError(f"{name} is {value!r}; it must be one number, {rule}: {meaning}.")
    if not math.isfinite(value) or value < least or (most is not None and value > most):
        raise ValueError(f"{name} is {value!r}; it must be {rule}: {meaning}.")
    return float(value)


def one_of(value, name: str, choices: tuple, advice: str = "") -> None:
    """Raise a ValueError when a setting is none of the choices.

    Example:
        >>> one_of("mirror", "fill", ("nearest", "reflect"))
        Traceback (most recent call last):
            ...
        ValueError: fill is 'mirror'; it must be 'nearest' or 'reflect'.
    """
    if not any(value is choice or (isinstance(value, str) and value == choice) for choice in choices):
        shown = ", ".join(repr(choice) for choice in choices[:-1])
        raise ValueError(f"{name} is {value!r}; it must be {shown} or {choices[-1]!r}{advice}.")


def fill(value) -> str:
    """Return a rule for what lies beyond the border."""
    one_of(value, "fill", sampling.FILLS)
    return value


def value_range(value) -> tuple[float, float]:
    """Return the lowest and the highest intensity that images may have.

    Example:
        >>> value_range((0, 255))
        (0.0, 255.0)
        >>> value_range((1, 0))
        Traceback (most recent call last):
            ...
        ValueError: value_range is (1, 0); it must be (lowest, highest): (0, 255) for images as they are, or (0, 1).
    """
    rule = "it must be (lowest, highest): (0, 255) for images as they are, or (0, 1)"
    try:
        low, high = (float(end) for end in value)
    except (TypeError, ValueError):
        raise ValueError(f"value_range is {value!r}; {rule}.") from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"value_range is {value!r}; {rule}.")
    return low, high


def images_shape(shape, who: str) -> None:
    """Raise a ValueError unless a shape is that of one image or of a batch of images.

    Example:
        >>> images_shape((5, 784), "Augment")
        Traceback (most recent call last):
            ...
        ValueError: Augment was given the shape (5, 784); it takes a batch (images, height, width, channels) or one \
image (height, width, channels). Give gray images their channel: images[..., np.newaxis].
    """
    if len(shape) not in (3, 4):
        raise ValueError(
            f"{who} was given the shape {tuple(shape)}; it takes a batch (images, height, width, channels) or one "
            "image (height, width, channels). Give gray images their channel: images[..., np.newaxis]."
        )


def not_rescaled(images, limits: tuple[float, float], shares: list[str]) -> None:
    """Raise a ValueError for images from 0 to 1 whose settings are shares of a range like 0 to 255.

    Args:
        images (any): looked at only when it is a NumPy array of floats.
        limits ((float, float)): the range that the layer was told.
        shares (list of str): the settings in use that are shares of it.

    Example:
        >>> not_rescaled(np.array([0.0, 1.0]), (0.0, 255.0), ["noise"])
        Traceback (most recent call last):
            ...
        ValueError: these images lie between 0 and 1, but value_range is (0, 255), so noise would drown them. Say \
value_range=(0, 1), or augment before you rescale.
    """
    if not (shares and isinstance(images, np.ndarray) and images.dtype.kind == "f" and images.size):
        return
    lowest, highest = images.min(), images.max()
    if limits[1] > 10 and lowest >= 0 and 0 < highest <= 1:
        raise ValueError(
            f"these images lie between {lowest:g} and {highest:g}, but value_range is ({limits[0]:g}, {limits[1]:g}), "
            f"so {shares[0]} would drown them. Say value_range=(0, 1), or augment before you rescale."
        )
