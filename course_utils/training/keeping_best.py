"""Keep the weights of the best epoch, and stop when there has been no better one for a while."""

import math
import time

import keras
import numpy as np

from course_utils import whole_numbers


def copies(variables) -> list[np.ndarray]:
    """Return the values of Keras variables as arrays of their own."""
    return [np.array(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(variable))) for variable in variables]


class KeepBest(keras.callbacks.Callback):
    """At the end of `fit` the network has the weights of its best epoch; with `patience`, training stops early.

    The best epoch is the one with the lowest validation loss. Without validation data there is no telling which
    epoch was best: the network keeps its last weights.

    Args:
        patience (int): stop after this many epochs without a better one. Default none: never stop early.
        monitor (str): the number by which epochs are compared, as it is called in the history; one whose name ends
            with "loss" is better when lower, all others when higher. Default "val_loss".

    Attributes:
        best_epoch (int or None): counted from 0.
        best_value (float or None): its `monitor`.

    Raises:
        ValueError: `patience` is no whole number above 0, or is given without validation data.
    """

    def __init__(self, patience: int | None = None, monitor: str = "val_loss"):
        super().__init__()
        self.patience = None if patience is None else whole_numbers.count(patience, "patience")
        self.monitor = monitor
        self.lower_is_better = monitor.endswith("loss")
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.best_epoch, self.best_value, self.best_weights, self.stopped = None, None, None, False

    def on_train_begin(self, logs=None):
        self.forget()

    def _is_better(self, value: float) -> bool:
        if math.isnan(value):
            return False
        if self.best_value is None:
            return True
        return value < self.best_value if self.lower_is_better else value > self.best_value

    def _waited(self, epoch: int) -> int:
        return epoch + 1 if self.best_epoch is None else epoch - self.best_epoch

    def on_epoch_end(self, epoch, logs=None):
        value = (logs or {}).get(self.monitor)
        if value is None:
            if self.patience is not None:
                raise ValueError(
                    f"patience={self.patience} needs {self.monitor!r}, which this training does not measure: it has "
                    f"{', '.join(logs or {})}. Give fit its validation_data, or leave patience out."
                )
            return
        if self._is_better(float(value)):
            self.best_epoch, self.best_value = epoch, float(value)
            self.best_weights = copies(self.model.weights)
        elif self.patience is not None and self._waited(epoch) >= self.patience:
            self.stopped = self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)


class StopAfter(keras.callbacks.Callback):
    """Ends a training after the epoch in which a budget of CPU seconds is used up: for fair comparisons.

    Args:
        cpu_seconds (float): of this process, all its threads added up, counted from the callback's making, so that
            building and compiling the network can be made to count.

    Raises:
        ValueError: the budget is not above 0.
    """

    def __init__(self, cpu_seconds: float):
        super().__init__()
        if not cpu_seconds > 0:
            raise ValueError(f"cpu_seconds is {cpu_seconds!r}; it must be above 0.")
        self._end = time.process_time() + cpu_seconds

    def on_epoch_end(self, epoch, logs=None):
        if time.process_time() >= self._end:
            self.model.stop_training = True
