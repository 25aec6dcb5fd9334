"""The two steps that every distinct model of a lesson takes: under jit_compile=True and under mixed_float16."""

import contextlib
import dataclasses
import json
import math
import re
import warnings
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

JIT, MIXED = "jit_compile=True", "mixed_float16"
_LONGEST_REASON = 300


class TrialError(RuntimeError):
    """Why a model cannot take a step, in words."""


class ConfigurationError(TrialError):
    """Why a model cannot be made again."""


@dataclasses.dataclass(frozen=True)
class Trial:
    """What became of one step.

    Args:
        step (str): JIT or MIXED.
        fault (str): why it failed; "" when it did not.
        note (str): what is worth knowing all the same.
    """

    step: str
    fault: str = ""
    note: str = ""


def remember_explicit_types() -> None:
    """From now on, know of each layer whether its author gave it a dtype: mixed precision leaves that as it is."""
    original = keras.layers.Layer.__init__

    def initialise(self, *arguments, dtype=None, **keywords):
        if dtype is not None:
            object.__setattr__(self, "_rehearsal_explicit_dtype", True)
        original(self, *arguments, dtype=dtype, **keywords)

    keras.layers.Layer.__init__ = initialise


def _architecture(model: keras.Model) -> str:
    """Return a model's configuration as a text in which layers have numbers for names.

    It is kept with the model until a layer is frozen or unfrozen: of a deep network it takes a tenth of a second, and a
    lesson may take hundreds of steps one by one.
    """
    parts = list(model._flatten_layers())
    switches = model.built, [layer.trainable for layer in parts]
    if getattr(model, "_rehearsal_architecture", (None,))[0] != switches:
        try:
            config = model.get_config()
        except Exception:  # tried, and told, by `remade`
            config = [type(model).__qualname__, [tuple(weight.shape) for weight in model.weights]]
        text = json.dumps(_plain(config), sort_keys=True, default=str)
        for index, layer in enumerate(parts):
            text = text.replace(f'"{layer.name}"', f'"layer {index}"')
        object.__setattr__(model, "_rehearsal_architecture", (switches, text))
    return model._rehearsal_architecture[1]


def signature(model: keras.Model, kinds: list, compiled: dict) -> str:
    """Return a text that is the same for models of one architecture, loss and kind of data, whatever their names."""
    return json.dumps(
        [type(model).__qualname__, _architecture(model), _plain(compiled.get("loss")), kinds], default=str
    )


def signature_of_optimizer(optimizer: keras.optimizers.Optimizer | None) -> str:
    """Return a text that is the same for optimisers that update in the same way."""
    return json.dumps(
        [type(optimizer).__qualname__, _plain(optimizer.get_config()) if optimizer else None], default=str
    )


def _plain(config: Any) -> Any:
    """Return a configuration without what differs between seeds."""
    if isinstance(config, dict):
        return {key: _plain(value) for key, value in config.items() if key not in ("seed", "build_config")}
    if isinstance(config, (list, tuple)):
        return [_plain(item) for item in config]
    if hasattr(config, "get_config"):
        return [type(config).__qualname__, _plain(config.get_config())]
    return getattr(config, "__qualname__", config)


def short(error: BaseException) -> str:
    """Return an error as one line.

    Example:
        >>> short(ValueError("no\\n  way"))
        'ValueError: no way'
    """
    text = re.sub(r"\s+", " ", str(error)).strip()
    text = text if len(text) <= _LONGEST_REASON else text[:_LONGEST_REASON] + " ..."
    return f"{type(error).__name__}: {text}"


@contextlib.contextmanager
def _policy(name: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def remade(model: keras.Model, data: tuple, policy: str | None = None) -> keras.Model:
    """Return an equal model with weights of its own, all layers under another dtype policy if one is given.

    Layers that were given a dtype of their own keep it.

    Raises:
        ConfigurationError: the model cannot be made from its configuration.
    """

    def remake(layer):
        config = layer.get_config()
        if policy and not getattr(layer, "_rehearsal_explicit_dtype", False):
            config["dtype"] = policy
        return type(layer).from_config(config)

    with _policy(policy or keras.config.dtype_policy().name):
        try:
            if isinstance(model, keras.Sequential) or hasattr(model, "_operations_by_depth"):
                twin = keras.models.clone_model(model, clone_function=remake, recursive=True)
            else:
                twin = type(model).from_config(model.get_config())
            if not twin.built or len(twin.weights) != len(model.weights):
                twin(data[0])
            twin.set_weights(model.get_weights())
        except Exception as error:
            raise ConfigurationError(
                f"it cannot be made again from its configuration ({short(error)}): give each layer and model of your "
                "own a get_config() with the arguments of its __init__"
            ) from error
    return twin


def _compile(model: keras.Model, compiled: dict, jit: bool, plain_optimizer: bool) -> None:
    """Compile as the lesson did, but with an optimiser and metrics of its own."""

    def own(thing):
        return type(thing).from_config(thing.get_config()) if hasattr(thing, "get_config") else thing

    settings = dict(compiled)
    optimizer = keras.optimizers.SGD(1e-3) if plain_optimizer else settings.get("optimizer", "rmsprop")
    settings["optimizer"] = keras.optimizers.get(optimizer) if isinstance(optimizer, str) else own(optimizer)
    for key in ("metrics", "weighted_metrics"):
        if settings.get(key) is not None:
            settings[key] = keras.tree.map_structure(own, settings[key])
    settings.update(jit_compile=jit, run_eagerly=False, steps_per_execution=1)
    model.compile(**settings)


def tensors(data: tuple) -> tuple:
    """Return rows of data as tensors of the backend."""
    return keras.tree.map_structure(lambda leaf: None if leaf is None else keras.ops.convert_to_tensor(leaf), data)


def loss_of(logs: dict) -> float:
    """Return the loss among the results of a step."""
    return float(logs["loss"] if "loss" in logs else next(iter(logs.values())))


def _not_finite(model: keras.Model) -> str:
    bad = [weight.path for weight in model.weights if not np.isfinite(keras.ops.convert_to_numpy(weight)).all()]
    return f"; {bad[0]} is no longer finite" if bad else ""


def _jit_step(model: keras.Model, data: tuple, compiled: dict, plain_optimizer: bool) -> Trial:
    import tensorflow as tf

    twin = remade(model, data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _compile(twin, compiled, jit=True, plain_optimizer=plain_optimizer)
        supported = bool(twin.jit_compile)
    if not supported:
        names = sorted({type(layer).__name__ for layer in twin._flatten_layers() if not layer.supports_jit})
        return Trial(JIT, note=f"Keras trains it without XLA, because of {', '.join(names)}")
    few = tensors(data)
    twin.train_step(few)  # builds what is built when it is first used: a compiled step may not make variables

    @tf.autograph.experimental.do_not_convert
    def step(batch):
        return twin.train_step(batch)

    twin.reset_metrics()
    loss = loss_of(tf.function(step, jit_compile=True)(few))
    bad = _not_finite(twin)
    if not math.isfinite(loss) or bad:
        raise TrialError(f"its loss is {loss:g} after one step{bad}")
    return Trial(JIT)


def _first_not_finite(model: keras.Model, x: Any) -> str:
    """Return which layer is the first whose values are not finite, "" when that cannot be told."""
    try:
        outputs = keras.Model(model.inputs, [layer.output for layer in model.layers])(x)
        for layer, output in zip(model.layers, outputs, strict=True):
            if not np.isfinite(keras.ops.convert_to_numpy(keras.ops.cast(output, "float32"))).all():
                return f"; the first layer whose values are not finite is {type(layer).__name__}"
    except Exception:
        return ""
    return ""


def _mixed_step(model: keras.Model, data: tuple, compiled: dict) -> Trial:
    twin = remade(model, data, policy=MIXED)
    few = tensors(data)
    with _policy(MIXED):
        _compile(twin, compiled, jit=False, plain_optimizer=False)
        loss = loss_of(twin.train_step(few))
    bad = _not_finite(twin)
    if not math.isfinite(loss) or bad:
        raise TrialError(f"its loss is {loss:g}{_first_not_finite(twin, few[0])}{bad}")
    return Trial(MIXED)


def both(model: keras.Model, data: tuple, compiled: dict, plain_optimizer: bool) -> list[Trial]:
    """Let an equal of the model take both steps; the model itself stays as it is.

    Args:
        model (keras.Model): built and compiled.
        data (tuple): x, y and sample weights, a few rows.
        compiled (dict): what its `compile` was given.
        plain_optimizer (bool): whether an SGD will do under XLA, because the lesson's own optimiser has been
            tried with another model: compiling the update of each weight is what takes most of the time.
    """
    trials = []
    for step, attempt in (
        (JIT, lambda: _jit_step(model, data, compiled, plain_optimizer)),
        (MIXED, lambda: _mixed_step(model, data, compiled)),
    ):
        try:
            trials.append(attempt())
        except TrialError as error:
            trials.append(Trial(step, fault=str(error)))
            if isinstance(error, ConfigurationError):
                break
        except Exception as error:
            trials.append(Trial(step, fault=short(error)))
    return trials
