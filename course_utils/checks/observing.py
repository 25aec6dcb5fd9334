"""Look at a Keras model that a student's function returned, and say what it is in plain data that can be compared.

An exercise names an observer: `define.function("9.1", build_network, observe="layers")`.
"""

import sys

import numpy as np

from course_utils.checks import encoding, goals, standard_models

_FREE_SIDE = 8  # what stands in for a side that the model leaves open
_SETTINGS = {
    "filters": "{} filters",
    "units": "{} units",
    "kernel_size": "kernel {}",
    "pool_size": "window {}",
    "size": "size {}",
    "strides": "stride {}",
    "dilation_rate": "dilation {}",
    "depth_multiplier": "depth multiplier {}",
    "groups": "groups {}",
    "padding": "{}",
    "target_shape": "to {}",
    "rate": "rate {}",
    "scale": "scale {:.6g}",
}
_USUAL = {"dilation_rate": (1, 1), "depth_multiplier": 1, "groups": 1}
_ACTIVATIONS = {"ReLU": "relu", "Softmax": "softmax", "LeakyReLU": "leaky_relu", "ELU": "elu"}


def _words(value) -> str:
    if isinstance(value, (tuple, list)):
        parts = [str(part) for part in value]
        return parts[0] if len(parts) == 2 and parts[0] == parts[1] else "x".join(parts)
    return str(value)


def _shape(shape) -> str:
    sides = shape[1:]
    return (" x " if None in sides else "x").join("any" if side is None else str(side) for side in sides)


def _built(model):
    """Return the model, or say what the function should have returned."""
    keras = sys.modules.get("keras")
    if keras is None or not isinstance(model, keras.Model):
        raise encoding.NotPlain(f"a {encoding.type_name(model)}; return the network, a keras.Model")
    try:
        known = model.built and model.inputs and len(model.inputs) == 1
    except Exception:
        known = False
    if not known:
        raise encoding.NotPlain(
            "a network that does not know its input shape yet; let it begin with keras.Input(shape=...), one input only"
        )
    return model


def _settings(layer) -> list[str]:
    config = layer.get_config()
    found = []
    for key, form in _SETTINGS.items():
        value = config.get(key)
        value = tuple(value) if isinstance(value, list) else value
        if value is None or isinstance(value, bool) or value == _USUAL.get(key):
            continue
        found.append(form.format(_words(value) if not isinstance(value, float) else value))
    if config.get("use_bias") is False:
        found.append("no bias")
    return found


def _lines(model, keras) -> list[str]:
    lines = []
    for layer in model.layers:
        kind = encoding.type_name(layer)
        if kind == "InputLayer":
            continue
        if isinstance(layer, keras.Model):
            lines += _lines(layer, keras)
            continue
        activation = getattr(getattr(layer, "activation", None), "__name__", "")
        shape = _shape(layer.output.shape)
        if kind in _ACTIVATIONS or kind == "Activation":
            lines.append(f"Activation {_ACTIVATIONS.get(kind, activation)} -> {shape}")
            continue
        settings = _settings(layer)
        said = f"{kind}: {', '.join(settings)}" if settings else kind
        lines.append(f"{said} -> {shape}, {layer.count_params():,} parameters")
        if activation not in ("", "linear"):
            lines.append(f"Activation {activation} -> {shape}")
    return lines


def layers(model) -> list[str]:
    """Return one line per layer; the input is left out, and an activation inside a layer gets a line of its own.

    Args:
        model (keras.Model): with one input and a known input shape.

    Raises:
        encoding.NotPlain: it is no such model; the message tells the student what to return.
    """
    return _lines(_built(model), sys.modules["keras"])


def size(model) -> dict:
    """Return the shape of a model's output, without the batch, and the number of its parameters."""
    model = _built(model)
    sides = tuple(0 if side is None else int(side) for side in model.output_shape[1:])
    return {"output shape": sides, "parameters": int(model.count_params())}


def outputs(model) -> np.ndarray:
    """Return what a model gives for a fixed input when its weights are set to fixed numbers.

    Two models that compute the same give the same, however they were written down, as long as their layers with
    weights come in the same order.
    """
    model = _built(model)
    for number, variable in enumerate(model.weights):
        pattern = np.sin(np.arange(1, np.prod(variable.shape, dtype=int) + 1) * (0.7 + 0.1 * number))
        fan_in = max(1, int(np.prod(variable.shape[:-1], dtype=int)))
        values = np.abs(pattern) + 0.5 if "variance" in variable.name else pattern / np.sqrt(fan_in)
        variable.assign(values.reshape(variable.shape))
    shape = tuple(_FREE_SIDE if side is None else side for side in model.input_shape[1:])
    pixels = (np.arange(2 * np.prod(shape, dtype=int)) * 89 % 256).reshape(2, *shape).astype(np.float32)
    return np.asarray(sys.modules["keras"].ops.convert_to_numpy(model(pixels, training=False)), np.float64)


OBSERVERS = {"layers": layers, "size": size, "outputs": outputs}
TRAINED = "trained"  # the observer that needs a goal
NAMES = (*OBSERVERS, TRAINED)


def trained(model, goal: goals.Goal) -> dict[str, str]:
    """Return in words what a trained model has of what a goal asks for; see `goals.verdict`."""
    description, weights = standard_models.taken_apart(model)
    _, kinds = standard_models.checked(description)
    return goals.verdict(goal, kinds, weights, standard_models.scores(model, goal.images))


def observe(name: str | None, value, goal: dict | None = None):
    """Return what an observer sees in a value; the value itself when there is none.

    Args:
        name (str or None): "layers", "size", "outputs", "trained", or None.
        value (any): what the student's function returned.
        goal (dict): a goal's document, for "trained". Default none.

    Raises:
        encoding.NotPlain: the value is not what the observer looks at.

    Example:
        >>> observe(None, 3)
        3
    """
    if name is None or value is Ellipsis or value is None:
        return value
    return trained(value, goals.Goal.of(goal)) if name == TRAINED else OBSERVERS[name](value)
