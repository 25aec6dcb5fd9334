"""Change a picture, step by step, so that a network answers to it more and more."""

import dataclasses
import time
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from course_utils import live_line, whole_numbers
from course_utils.dream import objectives, parametrisations, regularisers
from course_utils.features import gradients


@dataclasses.dataclass(frozen=True)
class Maximised:
    """What an ascent gives.

    Args:
        images (np.ndarray): at the end, uint8, (num_images, height, width, channels).
        before, after (np.ndarray): the objective of each image at the start and at the end, as the network sees the
            whole image with no transformation; (num_images,).
        values (np.ndarray): in each step, the mean over the images of objective minus penalties; (steps,).
        frames (tuple of np.ndarray): the images on the way, as asked for with `keep`; each as `images`.
    """

    images: np.ndarray
    before: np.ndarray
    after: np.ndarray
    values: np.ndarray
    frames: tuple[np.ndarray, ...] = ()


def maximise(
    objective: objectives.Objective,
    size: int | tuple[int, int],
    parametrisation: parametrisations.Pixels | parametrisations.Fourier | None = None,
    transformations: Sequence[Any] = (),
    penalties: Sequence[regularisers.Regulariser] = (),
    steps: int = 128,
    rate: float | None = None,
    seed: int = 0,
    num_images: int | None = None,
    start: np.ndarray | None = None,
    keep: Sequence[int] = (),
) -> Maximised:
    """Return images that make an objective large, grown from noise or from given images by gradient ascent (Adam).

    Args:
        objective (Objective): what is to grow.
        size (int or (height, width)): of the images, in pixels.
        parametrisation (Pixels or Fourier): the numbers that are moved. Default Fourier().
        transformations (sequence): what is done to the images in each step before the network sees them, in order:
            Jitter, View, Blur. Default none.
        penalties (sequence of Regulariser): L2, TotalVariation, Smoothing. Default none.
        steps (int): Default 128.
        rate (float): how far Adam moves each number at most per step. Default: the parametrisation's.
        seed (int): of the noise and of the transformations: the same seed gives the same images on one machine.
        num_images (int): Default: one for each target of the objective.
        start (np.ndarray): images to begin with, from 0 to 255, in place of noise. Default noise.
        keep (sequence of int): after which steps to keep the images in `frames`; 0 is the start. Default none.

    Shapes:
        start (num_images, height, width, channels).

    Returns:
        A Maximised.

    Raises:
        TypeError, ValueError: an argument is not what it must be, or the objective is not a finite number.

    Example:
        >>> network = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.ReLU(name="same")])
        >>> found = maximise(objectives.channel(network, "same", 0), 8, steps=20)
        >>> bool(found.after[0] > found.before[0] + 50), found.images.shape
        (True, (1, 8, 8, 1))

    Source:
        D. Erhan, Y. Bengio, A. Courville and P. Vincent, Visualizing Higher-Layer Features of a Deep Network, 2009;
        Adam: D. Kingma and J. Ba, 2015, arXiv:1412.6980, algorithm 1.
    """
    if not isinstance(objective, objectives.Objective):
        raise TypeError(f"the objective is {objective!r}; make one with dream.channel, dream.log_probability ...")
    walk = parametrisation or parametrisations.Fourier()
    height, width = whole_numbers.sides(size, "the size", least=2)
    steps = whole_numbers.count(steps, "steps")
    random = np.random.default_rng(whole_numbers.count(seed, "the seed", least=0))
    shape = (_number_of_images(objective, num_images, start), height, width, objective.channels)
    _check_parts(transformations, penalties, walk)
    parameters = walk.begin(shape, random) if start is None else walk.encode(_starting_images(start, shape))
    climb = _gradient(objective, walk, transformations, penalties, parameters.shape)
    draws = random.uniform(size=(steps, sum(one.numbers for one in transformations))).astype("float32")
    before = objective(walk.images(parameters))
    values, frames = [], {0: _as_bytes(walk, parameters)} if 0 in keep else {}
    adam, progress = Adam(walk.rate if rate is None else rate), Progress(steps)
    for step in range(1, steps + 1):
        value, gradient = climb(parameters, draws[step - 1])
        check_finite(value, step)
        parameters = walk.allowed(parameters + adam.step(gradient))
        for penalty in penalties:
            parameters = penalty.after_step(parameters)
        values.append(value)
        progress.show(step, value)
        if step in keep:
            frames[step] = _as_bytes(walk, parameters)
    progress.close()
    kept = tuple(frames[step] for step in sorted(frames))
    return Maximised(_as_bytes(walk, parameters), before, objective(walk.images(parameters)), np.array(values), kept)


def _gradient(objective, walk, transformations, penalties, shape: tuple[int, ...]) -> Callable:
    """Return a function: parameters and random numbers -> the mean objective less penalties, and its gradient."""
    amount = sum(one.numbers for one in transformations)

    def total(packed):
        numbers, images = packed[:amount], walk.images(keras.ops.reshape(packed[amount:], shape))
        seen, used = images, 0
        for one in transformations:
            seen = one.apply(seen, [numbers[used + place] for place in range(one.numbers)])
            used += one.numbers
        # Each image climbs on its own: their sum has, for each, its own gradient.
        value = keras.ops.sum(objective.measure(seen))
        for penalty in penalties:
            value = value - keras.ops.sum(penalty.penalty(images / 255))
        return value

    # One tensor holds the random numbers too: whatever else a compiled function reads is fixed by its first call.
    compiled = gradients.compiled(total)

    def climb(parameters: np.ndarray, numbers: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = compiled(np.concatenate([numbers, parameters.ravel()]))
        gradient = keras.ops.convert_to_numpy(gradient)[amount:].reshape(shape)
        return float(value) / _images_in(walk, shape), gradient

    return climb


def _images_in(walk, shape: tuple[int, ...]) -> int:
    return shape[1] if isinstance(walk, parametrisations.Fourier) else shape[0]


class Adam:
    """Steps of about `rate` in each number, whatever the size of its gradient.

    Args:
        rate (float): above 0.
        mean_decay, square_decay (float): of the running means of the gradient and of its square. Defaults 0.9, 0.999.

    Example:
        >>> Adam(0.5).step(np.array([100.0, -0.01])).round(3).astype(str).tolist()
        ['0.5', '-0.5']

    Source:
        D. Kingma and J. Ba, Adam: A Method for Stochastic Optimization, 2015, arXiv:1412.6980, algorithm 1, uphill.
    """

    def __init__(self, rate: float, mean_decay: float = 0.9, square_decay: float = 0.999):
        if not np.isfinite(rate) or rate <= 0:
            raise ValueError(f"the rate is {rate}; it must be a number above 0, such as 0.05.")
        self.rate, self.decays = rate, (mean_decay, square_decay)
        self.mean, self.square, self.count = 0.0, 0.0, 0

    def step(self, gradient: np.ndarray) -> np.ndarray:
        """Return what to add to the numbers."""
        self.count += 1
        first, second = self.decays
        self.mean = first * self.mean + (1 - first) * gradient
        self.square = second * self.square + (1 - second) * gradient**2
        mean, square = self.mean / (1 - first**self.count), self.square / (1 - second**self.count)
        return (self.rate * mean / (np.sqrt(square) + 1e-8)).astype("float32")


class Progress:
    """One line that says which step it is, shown where a live line can be, and gone at the end.

    Args:
        steps (int): how many there will be.

    Example:
        >>> progress = Progress(3)
        >>> progress.show(1, 0.5)
        >>> progress.close()
    """

    def __init__(self, steps: int):
        self.steps, self.last = steps, 0.0
        where = live_line.screen()
        self.line = live_line.LiveLine(where) if where else None

    def show(self, step: int, value: float) -> None:
        """Show the step and the objective, at most five times a second."""
        now = time.monotonic()
        if self.line and (now - self.last > 0.2 or step == self.steps):
            self.line.write(f"step {step}/{self.steps}, objective {value:.3f}")
            self.last = now

    def close(self) -> None:
        """Empty the line."""
        if self.line:
            self.line.close()


def _as_bytes(walk, parameters: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(keras.ops.convert_to_numpy(walk.images(parameters))), 0, 255).astype(np.uint8)


def _number_of_images(objective, num_images: int | None, start: np.ndarray | None) -> int:
    given = num_images if start is None else len(start)
    if given is None:
        return objective.count or 1
    whole_numbers.count(given, "the number of images")
    if objective.count not in (None, given):
        raise ValueError(
            f"the objective has {objective.count} targets, one for each image, but there are {given} images. Leave "
            "num_images out, or name as many channels or classes as there are images."
        )
    return given


def _starting_images(start: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    start = np.asarray(start)
    if start.shape != shape or start.dtype.kind not in "uif":
        raise ValueError(f"start is {start.dtype} of the shape {start.shape}; it must be numbers 0..255 of {shape}.")
    return start


def _check_parts(transformations, penalties, walk) -> None:
    if not hasattr(walk, "encode"):
        raise TypeError(f"the parametrisation is {walk!r}; give dream.Fourier() or dream.Pixels().")
    for one in transformations:
        if not hasattr(one, "apply"):
            raise TypeError(f"{one!r} is no transformation; give dream.Jitter, dream.View or dream.Blur.")
    for penalty in penalties:
        if not isinstance(penalty, regularisers.Regulariser):
            raise TypeError(f"{penalty!r} is no penalty; give dream.L2, dream.TotalVariation or dream.Smoothing.")
        if isinstance(penalty, regularisers.Smoothing) and not isinstance(walk, parametrisations.Pixels):
            raise ValueError("dream.Smoothing acts on pixels; use it with parametrisation=dream.Pixels().")


def check_finite(value: float, step: int) -> None:
    """Raise a ValueError where the objective of a step is no finite number."""
    if not np.isfinite(value):
        raise ValueError(f"the objective is {value} in step {step}. Take a smaller rate, and look for a division by 0.")
