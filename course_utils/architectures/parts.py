"""What a Keras layer or model says about itself, read through Keras's public interface only."""

import dataclasses
import re

Key = tuple[str, int]  # the name of an operation and which of its uses

_POOLING = re.compile(r"(Max|Average)Pooling\dD")
_PARTS = ("filters", "units", "rate", "target_shape")
_WINDOW = ("kernel_size", "pool_size", "strides")


@dataclasses.dataclass(frozen=True)
class Use:
    """One use of an operation in a functional model."""

    layer: object
    name: str
    number: int
    inputs: tuple[Key, ...]


@dataclasses.dataclass(frozen=True)
class Graph:
    """A functional model: its uses in an order in which each comes after what it reads, and all shapes."""

    uses: tuple[Use, ...]
    shapes: dict[Key, tuple]
    inputs: tuple[Key, ...]
    outputs: tuple[Key, ...]


def is_model(layer) -> bool:
    """Return whether a layer is itself a model with layers."""
    import keras

    return isinstance(layer, keras.Model) and bool(layer.layers)


def without_batch(shape) -> tuple | None:
    """Return a shape without its first side, or None where it is none.

    Example:
        >>> without_batch((None, 28, 28, 1))
        (28, 28, 1)
    """
    if not isinstance(shape, (tuple, list)) or any(isinstance(side, (tuple, list, dict)) for side in shape):
        return None
    return tuple(None if side is None else int(side) for side in shape[1:])


def output_shape(layer, input_shape: tuple | None) -> tuple | None:
    """Return the shape of what a layer makes of an input, without the batch; None where Keras cannot say."""
    if input_shape is None:
        return None
    try:
        return without_batch(layer.compute_output_shape((None, *input_shape)))
    except Exception:  # a layer that is not ours may raise anything
        return without_batch(getattr(getattr(layer, "output", None), "shape", None))


def parameters(layer) -> int:
    """Return the number of parameters of a layer, 0 for an operation or a layer without any."""
    count = getattr(layer, "count_params", None)
    return int(count()) if count and getattr(layer, "built", True) else 0


def graph_of(model) -> Graph | None:
    """Return a functional model as a Graph; None for a model that was written as a class.

    It is read from the configuration that Keras writes into every saved model.
    """
    if not hasattr(model, "operations"):
        return None
    operations = {operation.name: operation for operation in model.operations}
    try:
        config = model.get_config()
    except (NotImplementedError, TypeError, ValueError):
        return None
    shapes: dict[Key, tuple] = {}
    uses: dict[Key, Use] = {}
    for entry in config.get("layers", []):
        nodes = entry["inbound_nodes"] or [{}]
        for number, node in enumerate(nodes):
            inputs = []
            for tensor in _tensors(node):
                name, which, _ = tensor["keras_history"]
                shapes[name, which] = without_batch(tensor["shape"])
                inputs.append((name, which))
            uses[entry["name"], number] = Use(operations[entry["name"]], entry["name"], number, tuple(inputs))
    inputs, outputs = _keys(config["input_layers"]), _keys(config["output_layers"])
    for keys, tensors in ((inputs, model.inputs), (outputs, model.outputs)):
        shapes.update({key: without_batch(tensor.shape) for key, tensor in zip(keys, tensors, strict=True)})
    return Graph(_in_order(uses, outputs), shapes, inputs, outputs)


def _tensors(node) -> list[dict]:
    if isinstance(node, dict):
        if node.get("class_name") == "__keras_tensor__":
            return [node["config"]]
        return [tensor for value in node.values() for tensor in _tensors(value)]
    return [tensor for value in node for tensor in _tensors(value)] if isinstance(node, (list, tuple)) else []


def _keys(entry) -> tuple[Key, ...]:
    if isinstance(entry, dict):
        return tuple(key for value in entry.values() for key in _keys(value))
    if len(entry) == 3 and isinstance(entry[0], str):
        return ((entry[0], entry[1]),)
    return tuple(key for value in entry for key in _keys(value))


def _in_order(uses: dict[Key, Use], outputs: tuple[Key, ...]) -> tuple[Use, ...]:
    # Depth first from the outputs, so that the layers of one branch stay together; without recursion, as networks
    # can be deeper than Python's stack.
    ordered: dict[Key, Use] = {key: use for key, use in uses.items() if not use.inputs}
    waiting = list(reversed(outputs))
    while waiting:
        missing = [one for one in uses[waiting[-1]].inputs if one not in ordered]
        if missing:
            waiting.extend(reversed(missing))
        else:
            key = waiting.pop()
            ordered.setdefault(key, uses[key])
    return tuple(ordered.values())


def settings(layer) -> str:
    """Return what a layer was given, in a few words, and its name where somebody chose one.

    Example:
        >>> import types
        >>> settings(types.SimpleNamespace(filters=8, kernel_size=(3, 3), strides=(1, 1), padding="same"))
        '8, 3×3, same'
    """
    words = [_short(getattr(layer, part)) for part in _PARTS if _is_plain(getattr(layer, part, None))]
    kernel_size, pool_size, strides = (_sides(getattr(layer, part, None)) for part in _WINDOW)
    enlarged = getattr(layer, "size", None) if type(layer).__name__.startswith("UpSampling") else None
    words += ["×".join(map(str, sides)) for sides in (kernel_size, pool_size, _sides(enlarged)) if sides]
    if strides and strides != (pool_size or (1,) * len(strides)):
        words.append("stride " + _short(strides))
    dilation = getattr(layer, "dilation_rate", None)
    if isinstance(dilation, (tuple, list)) and set(dilation) != {1}:
        words.append("dilation " + _short(dilation))
    padding = getattr(layer, "padding", None)
    if isinstance(padding, str) and padding != "valid":
        words.append(padding)
    elif isinstance(padding, (tuple, list)):
        words.append(_short(padding))
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if activation != "linear":
        words.append(activation)
    if getattr(layer, "use_bias", True) is False:
        words.append("no bias")
    return " ".join([*filter(None, [", ".join(words)]), *_own_name(layer)])


def _sides(value) -> tuple[int, ...]:
    # Layers of others may keep one number where Keras keeps one for each side.
    if isinstance(value, (tuple, list)):
        return tuple(value)
    return (value, value) if isinstance(value, int) and not isinstance(value, bool) else ()


def _is_plain(value) -> bool:
    return isinstance(value, (int, float, tuple)) and not isinstance(value, bool)


def _short(value) -> str:
    if isinstance(value, (tuple, list)) and value:
        if all(one == value[0] for one in value):
            return _short(value[0])
        return "×".join(str(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _own_name(layer) -> list[str]:
    # Keras numbers its own names through a whole session ("conv2d_17"): they would differ from run to run.
    name = getattr(layer, "name", "")
    kind = re.sub(r"\W+", "", type(layer).__name__)
    kind = re.sub(r"([a-z])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", kind)).lower()
    automatic = re.fullmatch(rf"{kind}(_\d+)?|functional(_\d+)?|sequential(_\d+)?", name)
    return [f'"{name}"'] if name and not automatic else []
