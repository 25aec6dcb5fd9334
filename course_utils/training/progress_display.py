"""One live line that says how a training is getting on, and leaves nothing behind in a notebook."""

import os
import shutil
import sys
import time

import keras

_BAR = 16
_SECONDS_BETWEEN = 0.2
_WORDS = {"val_": "validation ", "sparse_categorical_accuracy": "accuracy"}


def screen() -> str | None:
    """Return where a live line can be shown: "notebook", "terminal", or None for nowhere.

    Nowhere when COURSE_PROGRESS=off (set wherever a notebook is run for its outputs), while nbgrader grades, and
    when the output is a file or a pipe.

    Example:
        >>> screen() in ("notebook", "terminal", None)
        True
    """
    if os.environ.get("COURSE_PROGRESS") == "off" or os.environ.get("NBGRADER_EXECUTION"):
        return None
    if "ipykernel" in sys.modules:
        import IPython

        shell = IPython.get_ipython()
        if getattr(shell, "kernel", None) is not None:
            return "notebook"
    return "terminal" if sys.stdout is not None and sys.stdout.isatty() else None


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


def duration(seconds: float) -> str:
    """Return a time to wait in words.

    Example:
        >>> duration(3.4), duration(125)
        ('3 s', '2 min 05 s')
    """
    seconds = max(0, round(seconds))
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60:02} s"


class ProgressDisplay(keras.callbacks.Callback):
    """Shows epoch, bar, numbers and the time left on one line, which it rewrites.

    In a notebook the line is emptied at the end, so that what is stored does not depend on the run; in a terminal it
    stays and says how the last epoch ended.

    Args:
        where (str): "notebook" or "terminal". Default: what `screen` says; nothing is shown where it says None.
    """

    def __init__(self, where: str | None = None):
        super().__init__()
        self.where = where or screen()
        self._handle = None

    def on_train_begin(self, logs=None):
        self._started, self._last, self._first_epoch = time.monotonic(), 0.0, None
        self._epoch, self._numbers, self._steps = 0, "", self.params.get("steps")
        if self.where == "notebook":
            from IPython import display

            self._handle = display.display(_Line("training ..."), display_id=True)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch
        if self._first_epoch is None:
            self._first_epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if time.monotonic() - self._last >= _SECONDS_BETWEEN:
            self._show((batch + 1) / self._steps if self._steps else 0.0, self._numbers or in_words(logs or {}))

    def on_epoch_end(self, epoch, logs=None):
        if not self._steps:
            self._steps = None
        self._numbers = in_words(logs or {})
        self._show(1.0, self._numbers)

    def on_train_end(self, logs=None):
        if self.where == "notebook" and self._handle is not None:
            self._handle.update(_Line(""))
            self._handle = None
        elif self.where == "terminal":
            sys.stdout.write("\n")
            sys.stdout.flush()

    def _show(self, share: float, numbers: str) -> None:
        self._last = time.monotonic()
        epochs = self.params.get("epochs", 0)
        done = self._epoch - (self._first_epoch or 0) + share
        left = (epochs - self._epoch - share) * (self._last - self._started) / done if done > 0 else 0.0
        full = round(_BAR * min(1.0, (self._epoch + share) / max(1, epochs)))
        bar = "█" * full + "░" * (_BAR - full)
        waiting = f", {duration(left)} left" if left >= 1 else ""
        self._write(f"epoch {self._epoch + 1}/{epochs} {bar} {numbers}{waiting}")

    def _write(self, line: str) -> None:
        if self.where == "notebook" and self._handle is not None:
            self._handle.update(_Line(line))
        elif self.where == "terminal":
            columns = shutil.get_terminal_size((80, 24)).columns - 1
            sys.stdout.write("\r" + line[:columns].ljust(columns))
            sys.stdout.flush()


class _Line:
    """A line of text that a notebook shows and can replace."""

    def __init__(self, text: str):
        self.text = text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/plain": self.text}
