"""Load Keras without the red lines that TensorFlow writes while it is loaded.

TensorFlow 2.21 tells of oneDNN, missing CUDA drivers and the processor's instructions before it looks at
`TF_CPP_MIN_LOG_LEVEL`, on the descriptor of stderr itself, so that a notebook begins with a block of red text in which
nothing is wrong.
"""

import contextlib
import importlib
import os
from collections.abc import Iterator

_STDERR = 2


@contextlib.contextmanager
def _nothing_heard() -> Iterator[None]:
    """Throw away what is written to the descriptor of stderr, by whatever language."""
    try:
        saved = os.dup(_STDERR)
    except OSError:  # there is none, as in a program without a console
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, _STDERR)
        yield
    finally:
        os.dup2(saved, _STDERR)
        os.close(saved)
        os.close(nowhere)


def load_keras() -> None:
    """Import Keras; what its backend writes meanwhile is thrown away, an error is raised as ever.

    Later lines of TensorFlow are kept away by the variable `TF_CPP_MIN_LOG_LEVEL`, unless it is set already.

    Example:
        >>> load_keras()
        >>> import keras
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # what goes wrong is told by exceptions too
    with _nothing_heard():
        importlib.import_module("keras")
