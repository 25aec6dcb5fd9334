"""The one-cycle learning-rate schedule: warm up in a straight line, cool down along half a cosine."""

import math

import keras
from keras import ops

from course_utils import whole_numbers


@keras.saving.register_keras_serializable(package="course_utils")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises in a straight line to its peak and then falls along half a cosine to its end.

    With warm-up steps `w = warm_up * total_steps` the rate at step `s` is

        s < w:  start + (peak - start) * s / w
        else:   end + (peak - end) * (1 + cos(pi * (s - w) / (total_steps - w))) / 2

    and from step `total_steps` on it stays at its end.

    Args:
        peak (float): the highest learning rate.
        total_steps (int): steps of the whole run, see `num_steps`.
        warm_up (float): share of the steps on which the rate rises, from 0 up to but not 1. Default 0.25.
        start (float): the rate at step 0, as a share of the peak. Default 0.04.
        end (float): the rate at the last step, as a share of the peak. Default 0.001.
        name (str): of the schedule. Default "one_cycle".

    Raises:
        ValueError: a value out of its range.

    Example:
        >>> schedule = OneCycle(peak=0.01, total_steps=100, warm_up=0.2)
        >>> [round(float(schedule(step)), 5) for step in (0, 10, 20, 60, 100, 500)]
        [0.0004, 0.0052, 0.01, 0.005, 1e-05, 1e-05]

    Source:
        L. N. Smith and N. Topin, "Super-convergence: very fast training of neural networks using large learning
        rates", 2017, arXiv:1708.07120.
    """

    def __init__(
        self,
        peak: float,
        total_steps: int,
        warm_up: float = 0.25,
        start: float = 0.04,
        end: float = 0.001,
        name: str = "one_cycle",
    ):
        super().__init__()
        self.total_steps = whole_numbers.count(total_steps, "total_steps")
        for label, value, fits, rule in (
            ("peak", peak, lambda x: x > 0, "above 0"),
            ("warm_up", warm_up, lambda x: 0 <= x < 1, "a share of all steps: 0 or more, below 1"),
            ("start", start, lambda x: 0 <= x <= 1, "a share of the peak, from 0 to 1"),
            ("end", end, lambda x: 0 <= x <= 1, "a share of the peak, from 0 to 1"),
        ):
            number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
            if not (number and fits(value)):
                raise ValueError(f"{label} is {value!r}; it must be {rule}.")
        self.peak, self.warm_up, self.start, self.end, self.name = peak, warm_up, start, end, name

    def __call__(self, step):
        """Return the learning rate of a step, a float32 tensor.

        Shapes:
            step: (), counted from 0; returns ().
        """
        step = ops.cast(step, "float32")
        rising_steps = self.warm_up * self.total_steps
        falling = ops.clip((step - rising_steps) / (self.total_steps - rising_steps), 0.0, 1.0)
        cosine = (1.0 + ops.cos(math.pi * falling)) / 2.0
        rate = self.peak * (self.end + (1.0 - self.end) * cosine)
        if rising_steps:
            rising = self.peak * (self.start + (1.0 - self.start) * step / rising_steps)
            rate = ops.where(step < rising_steps, rising, rate)
        return ops.cast(rate, "float32")

    def get_config(self) -> dict:
        """Return the arguments, so that a saved model finds its schedule again."""
        names = ("peak", "total_steps", "warm_up", "start", "end", "name")
        return {name: getattr(self, name) for name in names}
