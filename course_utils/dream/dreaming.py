"""Let a photograph dream: add to it, from coarse to fine, what a network believes to see in it."""

import dataclasses

import cv2
import keras
import numpy as np

from course_utils import whole_numbers
from course_utils.dream import ascent, colour, objectives
from course_utils.features import gradients

_SMALLEST = 32  # pixels: below this the last maps of the course's networks are empty


@dataclasses.dataclass(frozen=True)
class Dream:
    """What `deep_dream` gives.

    Args:
        image (np.ndarray): the photograph at the end, uint8, (height, width, channels).
        octaves (tuple of np.ndarray): the picture after each octave, from the smallest to the whole; uint8.
        values (np.ndarray): the objective in each step, of all octaves in a row.
    """

    image: np.ndarray
    octaves: tuple[np.ndarray, ...]
    values: np.ndarray


def deep_dream(
    objective: objectives.Objective,
    photograph: np.ndarray,
    octaves: int = 3,
    ratio: float = 1.5,
    steps: int = 20,
    rate: float = 2.5,
    bands: tuple[float, ...] = (0.0, 2.0, 6.0),
    jitter: int = 16,
    seed: int = 0,
) -> Dream:
    """Return a photograph changed by gradient ascent so that an objective grows, first small, then larger.

    A network has one size for each thing that it knows. On the small copy of the photograph it adds large things, on
    the larger ones ever smaller things inside them. What shrinking took away of the photograph is put back before each
    octave. Each step adds the gradient, blurred to several bands, each divided by its root mean square: so that coarse
    changes, whose gradients are small, count as much as fine ones. RGB moves along independent colours.

    Args:
        objective (Objective): what is to grow, for one image or any number.
        photograph (np.ndarray): from 0 to 255, with as many channels as the network takes.
        octaves (int): how many sizes. Default 3.
        ratio (float): of each size to the next smaller. Default 1.5.
        steps (int): in each octave. Default 20.
        rate (float): root mean square of what a step adds, in gray levels. Default 2.5.
        bands (tuple of float): sigmas in pixels of the blurs of the gradient; 0 is none. Default (0, 2, 6).
        jitter (int): the picture is moved before each step by up to so many pixels, and back after it. Default 16.
        seed (int): of the jitter: the same seed gives the same picture on one machine. Default 0.

    Shapes:
        photograph (height, width, channels).

    Returns:
        A Dream.

    Raises:
        TypeError, ValueError: an argument is not what it must be; the smallest octave is below 32 pixels.

    Example:
        >>> network = keras.Sequential([keras.Input((None, None, 1)), keras.layers.ReLU(name="same")])
        >>> gray = np.random.default_rng(0).integers(100, 150, (40, 48, 1), dtype=np.uint8)
        >>> dreamt = deep_dream(objectives.layer(network, "same"), gray, octaves=1, steps=3)
        >>> dreamt.image.shape, bool(dreamt.values[-1] > dreamt.values[0])
        ((40, 48, 1), True)

    Source:
        A. Mordvintsev, C. Olah and M. Tyka, Inceptionism: Going Deeper into Neural Networks, 2015,
        https://research.google/blog/inceptionism-going-deeper-into-neural-networks; detail put back as in F. Chollet,
        Deep Learning with Python, section on DeepDream.
    """
    photograph = _check(objective, photograph).astype(np.float32)
    sizes = _sizes(photograph.shape[:2], whole_numbers.count(octaves, "octaves"), ratio)
    steps = whole_numbers.count(steps, "steps")
    jitter = whole_numbers.count(jitter, "jitter", least=0)
    if not rate > 0 or not bands or min(bands) < 0:
        raise ValueError(f"the rate is {rate}, the bands {bands}; a rate above 0 and at least one band of 0 or more.")
    random = np.random.default_rng(whole_numbers.count(seed, "the seed", least=0))

    def total(images):
        return keras.ops.sum(objective.measure(images))

    climb = gradients.compiled(total)
    progress, values, after = ascent.Progress(steps * len(sizes)), [], []
    added = np.zeros((*sizes[0], photograph.shape[-1]), np.float32)
    for size in sizes:
        smaller = _resized(photograph, size)
        picture = np.clip(smaller + _resized(added, size), 0, 255)
        for _ in range(steps):
            shift = tuple(int(number) for number in random.integers(-jitter, jitter + 1, 2))
            value, gradient = climb(np.roll(picture, shift, (0, 1))[np.newaxis])
            values.append(float(value))
            ascent.check_finite(values[-1], len(values))
            gradient = np.roll(keras.ops.convert_to_numpy(gradient)[0], (-shift[0], -shift[1]), (0, 1))
            picture = np.clip(picture + rate * _balanced(gradient, bands), 0, 255)
            progress.show(len(values), values[-1])
        added = picture - smaller
        after.append(np.rint(picture).astype(np.uint8))
    progress.close()
    return Dream(after[-1], tuple(after), np.array(values))


def _balanced(gradient: np.ndarray, bands: tuple[float, ...]) -> np.ndarray:
    """Return the sum of a gradient's bands, each of mean square 1, made of mean square 1."""
    if gradient.shape[-1] == 3:
        # A step along the independent directions of colour, each as far as photographs go.
        gradient = gradient @ (colour.MEASURED @ colour.MEASURED.T).astype("float32")
    total = np.zeros_like(gradient)
    for sigma in bands:
        band = gradient if sigma == 0 else cv2.GaussianBlur(gradient, (0, 0), sigma).reshape(gradient.shape)
        total += band / (_size(band) + 1e-12)
    return total / (_size(total) + 1e-12)


def _size(numbers: np.ndarray) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(np.square(numbers))))


def _resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if image.shape[:2] == size:
        return image
    way = cv2.INTER_AREA if size[0] < image.shape[0] else cv2.INTER_CUBIC
    return cv2.resize(image, size[::-1], interpolation=way).reshape(*size, image.shape[-1])


def _sizes(whole: tuple[int, int], octaves: int, ratio: float) -> list[tuple[int, int]]:
    if not ratio > 1:
        raise ValueError(f"the ratio is {ratio}; each octave must be larger than the one before: above 1.")
    sizes = [tuple(round(side / ratio**power) for side in whole) for power in reversed(range(octaves))]
    if min(sizes[0]) < _SMALLEST:
        raise ValueError(
            f"{octaves} octaves with the ratio {ratio} of a photograph of {whole[0]} x {whole[1]} pixels begin with "
            f"{sizes[0][0]} x {sizes[0][1]}; at least {_SMALLEST} are needed: take fewer octaves or a larger picture."
        )
    return sizes


def _check(objective: objectives.Objective, photograph: np.ndarray) -> np.ndarray:
    if not isinstance(objective, objectives.Objective):
        raise TypeError(f"the objective is {objective!r}; make one with dream.layer, dream.channel ...")
    if objective.count not in (None, 1):
        raise ValueError(f"the objective has {objective.count} targets for as many images; a dream is one image.")
    photograph = np.asarray(photograph)
    if photograph.ndim != 3 or photograph.shape[-1] != objective.channels or photograph.dtype.kind not in "uif":
        raise ValueError(
            f"the photograph is {photograph.dtype} of the shape {photograph.shape}; it must be numbers from 0 to 255 "
            f"of the shape (height, width, {objective.channels})."
        )
    return photograph
