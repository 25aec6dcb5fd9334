"""Listen to what layers give while a model runs, or put other numbers in the place of what one of them gives.

It works for every model whose layers are called one by one, however it was written or nested, on every backend. The
model has to be called directly, `model(images)`: `predict` may run a program that was compiled before.
"""

import contextlib
import functools
from collections.abc import Iterator, Sequence
from typing import Any

import keras


@contextlib.contextmanager
def recorded(layers: Sequence[keras.Layer]) -> Iterator[list[list[Any]]]:
    """Return a context in which the outputs of layers are written down.

    Args:
        layers (sequence of keras.Layer): the layers to listen to.

    Returns:
        One list for each layer, with one output for each time that it was called.

    Example:
        >>> import numpy as np
        >>> relu = keras.layers.ReLU()
        >>> model = keras.Sequential([keras.Input((2,)), relu])
        >>> with recorded([relu]) as (outputs,):
        ...     _ = model(np.array([[-1.0, 2.0]]))
        >>> keras.ops.convert_to_numpy(outputs[0]).tolist()
        [[0.0, 2.0]]
    """
    outputs: list[list[Any]] = [[] for _ in layers]
    with contextlib.ExitStack() as stack:
        for layer, found in zip(layers, outputs, strict=True):
            stack.enter_context(_wrapped(layer, functools.partial(_kept, found)))
        yield outputs


@contextlib.contextmanager
def replaced(layer: keras.Layer, output: Any) -> Iterator[None]:
    """Return a context in which a layer gives a fixed tensor, whatever comes in.

    Args:
        layer (keras.Layer): whose output is replaced.
        output (tensor): what it gives instead.

    Example:
        >>> import numpy as np
        >>> relu = keras.layers.ReLU()
        >>> model = keras.Sequential([keras.Input((1,)), relu, keras.layers.Rescaling(10.0)])
        >>> with replaced(relu, keras.ops.convert_to_tensor([[3.0]])):
        ...     float(model(np.array([[-1.0]]))[0, 0])
        30.0
    """
    with _wrapped(layer, lambda _: output):
        yield


def only(found: list[Any], layer: keras.Layer) -> Any:
    """Return the output of a layer that was called once and gave one tensor, or say what else happened.

    Args:
        found (list): the outputs that `recorded` gave for this layer.
        layer (keras.Layer): to name it in an error.

    Raises:
        ValueError: it was not called, or more than once, or gave several tensors.
    """
    if len(found) != 1:
        often = "is not used when the model runs" if not found else f"is used {len(found)} times in one pass"
        raise ValueError(f"the layer {layer.name!r} {often}, so it has no one output; take another layer.")
    if not hasattr(found[0], "shape"):
        raise ValueError(f"the layer {layer.name!r} gives several tensors; take a layer that gives one.")
    return found[0]


def _kept(found: list[Any], output: Any) -> Any:
    found.append(output)
    return output


@contextlib.contextmanager
def _wrapped(layer: keras.Layer, change) -> Iterator[None]:
    """Let what a layer's `call` returns go through a function; the attribute hides the method of the class."""
    hidden = vars(layer).get("call")
    method = layer.call

    @functools.wraps(method)
    def call(*arguments, **options):
        return change(method(*arguments, **options))

    # Keras watches its attributes and would take notice; a plain one is enough here, and leaves no trace.
    object.__setattr__(layer, "call", call)
    try:
        yield
    finally:
        if hidden is None:
            object.__delattr__(layer, "call")
        else:
            object.__setattr__(layer, "call", hidden)
