"""The gradient of any function of one tensor, by whatever Keras runs on: TensorFlow, JAX or PyTorch."""

from collections.abc import Callable
from typing import Any

import keras


def of(function: Callable[[Any], Any], inputs: Any) -> tuple[Any, Any]:
    """Return the value of a function at `inputs`, and its gradient there.

    On TensorFlow it is found with GradientTape, on JAX with jax.value_and_grad, on PyTorch with torch.autograd. The
    function has to compute with `keras.ops` or call Keras layers and models; NumPy would cut the gradient off.

    Args:
        function (function): takes one tensor, returns a tensor with a single number and no axis.
        inputs (array or tensor): where. Whole numbers become floats.

    Shapes:
        inputs: any; the gradient has the same.

    Returns:
        The value and the gradient, tensors of the backend: `keras.ops.convert_to_numpy` makes arrays of them. Where
        the function does not depend on its input, the gradient is 0.

    Raises:
        ValueError: the function gives something else than one number.

    Example:
        >>> value, gradient = of(lambda x: keras.ops.sum(x**2), [1.0, 2.0, 3.0])
        >>> float(value), keras.ops.convert_to_numpy(gradient).tolist()
        (14.0, [2.0, 4.0, 6.0])
    """
    inputs = keras.ops.convert_to_tensor(inputs)
    if not keras.backend.is_float_dtype(keras.backend.standardize_dtype(inputs.dtype)):
        inputs = keras.ops.cast(inputs, keras.backend.floatx())

    def checked(tensor: Any) -> Any:
        value = keras.ops.convert_to_tensor(function(tensor))
        if tuple(value.shape) != ():
            raise ValueError(
                f"the function gives a tensor of the shape {tuple(value.shape)}; a gradient needs one number: sum or "
                "average it with keras.ops.sum or keras.ops.mean."
            )
        return value

    return _ON[keras.backend.backend()](checked, inputs)


def compiled(function: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, Any]]:
    """Return a function that does what `of` does, compiled where the backend can: for many steps with one shape.

    Args:
        function (function): as for `of`. What it reads besides its tensor and weights is fixed by the first call.

    Example:
        >>> steps = compiled(lambda x: keras.ops.sum(x**2))
        >>> [float(steps([number])[1][0]) for number in (1.0, 3.0)]
        [2.0, 6.0]
    """

    def step(inputs: Any) -> tuple[Any, Any]:
        return of(function, inputs)

    if keras.backend.backend() == "tensorflow":
        import tensorflow

        traced = tensorflow.function(step, autograph=False, reduce_retracing=True)
        return lambda inputs: traced(keras.ops.convert_to_tensor(inputs))
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(step)
    return step


def _on_tensorflow(function: Callable[[Any], Any], inputs: Any) -> tuple[Any, Any]:
    import tensorflow

    with tensorflow.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        value = function(inputs)
    return value, tape.gradient(value, inputs, unconnected_gradients=tensorflow.UnconnectedGradients.ZERO)


def _on_jax(function: Callable[[Any], Any], inputs: Any) -> tuple[Any, Any]:
    import jax

    return jax.value_and_grad(function)(inputs)


def _on_torch(function: Callable[[Any], Any], inputs: Any) -> tuple[Any, Any]:
    import torch

    # A leaf of its own: the caller's tensor is left without a history.
    leaf = inputs.detach().clone().requires_grad_(True)
    with torch.enable_grad():
        value = function(leaf)
        if not value.requires_grad:
            return value, torch.zeros_like(leaf)
        (gradient,) = torch.autograd.grad(value, leaf, allow_unused=True)
    return value.detach(), torch.zeros_like(leaf) if gradient is None else gradient


# The course's code is the same on every backend, except for these three functions.
_ON = {"tensorflow": _on_tensorflow, "jax": _on_jax, "torch": _on_torch}
