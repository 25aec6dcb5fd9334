"""A live line that says how a training is getting on."""

import time

import keras

from course_utils import live_line

_BAR = 16
_SECONDS_BETWEEN = 0.2
_WORDS = {"val_": "validation ", "sparse_categorical_accuracy": "accuracy"}


def in_words(logs: dict) -> str:
    """Return the numbers of an epoch as a reader says them.

    Example:
        >>> in_words({"loss": 0.51234, "accuracy": 0.91, "val_loss": 0.4})
        'loss 0.512, accuracy 0.910, validation loss 0.400'
    """
    parts = []
    for name, value in logs.items():
        for word, said in _WORDS.items():
            name = name.replace(word, said)
        parts.append(f"{name.replace('_', ' ')} {float(value):.3f}")
    return ", ".join(parts)


class ProgressDisplay(keras.callbacks.Callback):
    """Shows epoch, bar, numbers and the time left on one line, which it rewrites; see `live_line.LiveLine`.

    Args:
        where (str): "notebook" or "terminal". Default: what `live_line.screen` says; nothing where it says None.
    """

    def __init__(self, where: str | None = None):
        super().__init__()
        self.where = where or live_line.screen()

    def on_train_begin(self, logs=None):
        self._started, self._last, self._first_epoch = None, 0.0, None
        self._epoch, self._numbers, self._steps = 0, "", self.params.get("steps")
        self._line = live_line.LiveLine(self.where)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch
        if self._first_epoch is None:
            self._first_epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self._started is None:  # the first step takes much longer than all others: the network is made ready in it
            self._started = time.monotonic(), self._done((batch + 1) / self._steps if self._steps else 0.0)
        if time.monotonic() - self._last >= _SECONDS_BETWEEN:
            self._show((batch + 1) / self._steps if self._steps else 0.0, self._numbers or in_words(logs or {}))

    def on_epoch_end(self, epoch, logs=None):
        if not self._steps:
            self._steps = None
        self._numbers = in_words(logs or {})
        self._show(1.0, self._numbers)

    def on_train_end(self, logs=None):
        self._line.close()

    def _done(self, share: float) -> float:
        """Return how many epochs of this fit are done, with the share of the present one."""
        return self._epoch - (self._first_epoch or 0) + share

    def _show(self, share: float, numbers: str) -> None:
        self._last = time.monotonic()
        epochs = self.params.get("epochs", 0)
        since, done_then = self._started or (self._last, 0.0)
        done = self._done(share) - done_then
        left = (epochs - self._epoch - share) * (self._last - since) / done if done > 0 else 0.0
        full = round(_BAR * min(1.0, (self._epoch + share) / max(1, epochs)))
        bar = "█" * full + "░" * (_BAR - full)
        waiting = f", {live_line.duration(left)} left" if left >= 1 else ""
        self._line.write(f"epoch {self._epoch + 1}/{epochs} {bar} {numbers}{waiting}")
