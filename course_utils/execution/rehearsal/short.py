"""Inside the kernel of a rehearsal: fit, evaluate and predict cut short, and each distinct model put to the test.

What a lesson sees of a fit is what it would see of a long one that went well: a history of as many epochs, callbacks
called in their order, metrics that get better. Only the weights hardly move. Claims about accuracy mean nothing here.
"""

import inspect
import mmap
import os
import pathlib
import time
from typing import Any

import keras

from course_utils import results
from course_utils.execution.rehearsal import slices, trials

EVENT = "rehearsal"
_BETTER_EACH_EPOCH = 0.8
# Without these a step of a small network takes 5 s to compile, with them 1 s.
_QUICK_XLA = {"xla_backend_optimization_level": "0", "xla_cpu_use_fusion_emitters": "false"}
_PACKAGES = tuple(str(pathlib.Path(module.__file__).parent) for module in (keras,))


class _Rehearsal:
    """What has been tried so far, and which cell is running."""

    def __init__(self):
        self.cell = -1
        self.tried: dict[str, dict] = {}
        self.optimizers: set[str] = set()
        self.fits = 0
        self.shell = None

    def next_cell(self, *_) -> None:
        self.cell += 1

    def record(self, **facts: Any) -> None:
        results.record({"event": EVENT, "cell": self.cell, **facts})

    def name_of(self, model: keras.Model) -> str:
        """Return a model as its reader knows it: by its variable, if it has one, and its layers."""
        names = [
            name
            for name, value in (self.shell.user_ns.items() if self.shell else ())
            if value is model and name[:1] != "_"
        ]
        kinds = [type(layer).__name__ for layer in model.layers if type(layer).__name__ != "InputLayer"]
        return f"{names[0] if names else model.name} ({', '.join(dict.fromkeys(kinds))})"

    def try_out(self, model: keras.Model, x: Any, y: Any = None, sample_weight: Any = None, class_weight=None) -> dict:
        """Put a model to the test unless an equal one has been; return the results of an ordinary step."""
        self.fits += 1
        compiled = getattr(model, "_rehearsal_compiled", {})
        key = trials.signature(model, slices.kinds(x, y), compiled)
        if key in self.tried and model.built:
            if model.optimizer is not None and not model.optimizer.built:
                model.optimizer.build(model.trainable_variables)
            return self.tried[key]
        if _switched_since_compiled(model):
            return model._rehearsal_logs
        data = slices.first_rows(x, y, sample_weight, class_weight)
        if not model.built:
            model(trials.tensors(data)[0])
            key = trials.signature(model, slices.kinds(x, y), compiled)
            if key in self.tried:
                return self.tried[key]
        optimizer = trials.signature_of_optimizer(model.optimizer)
        started = time.process_time()
        outcomes = trials.both(model, data, compiled, plain_optimizer=optimizer in self.optimizers)
        self.optimizers.add(optimizer)
        seconds = time.process_time() - started
        for trial in outcomes:
            self.record(model=self.name_of(model), step=trial.step, fault=trial.fault, note=trial.note, seconds=seconds)
        model.reset_metrics()
        logs = {name: float(value) for name, value in model.train_step(trials.tensors(data)).items()}
        self.tried[key] = logs
        object.__setattr__(model, "_rehearsal_logs", logs)
        return logs


def _switched_since_compiled(model) -> bool:
    """Return whether layers were frozen or unfrozen after the model was tried, and it was not compiled again.

    Keras goes on with the step that it made before, so there is nothing new to try, and its optimiser knows no other
    variables.
    """
    known = getattr(model.optimizer, "_trainable_variables", None)
    if not known or not hasattr(model, "_rehearsal_logs"):
        return False
    return {id(variable) for variable in known} != {id(variable) for variable in model.trainable_variables}


_rehearsal = _Rehearsal()


def _compile(original):
    names = list(inspect.signature(original).parameters)[1:]

    def compile(self, *arguments, **keywords):
        settings = {**dict(zip(names, arguments, strict=False)), **keywords}
        # Past Keras's own __setattr__, which would take losses and metrics in here for parts of the model.
        object.__setattr__(self, "_rehearsal_compiled", settings)
        original(self, *arguments, **keywords)

    return compile


def _curve(logs: dict, epoch: int) -> dict:
    """Return the results of an epoch of a training that goes well."""
    left = _BETTER_EACH_EPOCH**epoch
    return {
        name: value * left if "loss" in name or "error" in name or not 0 <= value <= 1 else 1 - (1 - value) * left
        for name, value in logs.items()
    }


def _steps(x: Any, batch_size: int | None, steps_per_epoch: int | None) -> int | None:
    if steps_per_epoch:
        return steps_per_epoch
    if not slices.is_stream(x):
        return -(-slices.num_rows(x) // (batch_size or 32))
    count = x.cardinality() if hasattr(x, "cardinality") else getattr(x, "num_batches", None)
    return None if count is None or int(count) < 0 else int(count)


def fit(
    self, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, validation_split=0.0,
    validation_data=None, shuffle=True, class_weight=None, sample_weight=None, initial_epoch=0, steps_per_epoch=None,
    validation_steps=None, validation_batch_size=None, validation_freq=1,
):  # fmt: skip
    """Try the model out, then go through the motions of a training."""
    self._assert_compile_called("fit")
    logs = _rehearsal.try_out(self, x, y, sample_weight, class_weight)
    if validation_data is not None or validation_split:
        logs = {**logs, **{f"val_{name}": value for name, value in logs.items()}}
    listed = keras.callbacks.CallbackList(
        callbacks, add_history=True, epochs=epochs, steps=_steps(x, batch_size, steps_per_epoch), model=self
    )
    self.stop_training = False
    listed.on_train_begin()
    now = None
    for epoch in range(getattr(self, "_initial_epoch", None) or initial_epoch, epochs):
        listed.on_epoch_begin(epoch)
        listed.on_train_batch_begin(0)
        now = _curve(logs, epoch)
        listed.on_train_batch_end(0, {name: value for name, value in now.items() if not name.startswith("val_")})
        listed.on_epoch_end(epoch, dict(now))
        if self.stop_training:
            break
    listed.on_train_end(now)
    return self.history


def evaluate(
    self, x=None, y=None, batch_size=None, verbose="auto", sample_weight=None, steps=None, callbacks=None,
    return_dict=False, **keywords,
):  # fmt: skip
    """Evaluate on a few rows."""
    self._assert_compile_called("evaluate")
    self.reset_metrics()
    data = slices.first_rows(x, y, sample_weight)
    logs = {name: float(value) for name, value in self.test_step(trials.tensors(data)).items()}
    if return_dict:
        return logs
    values = [logs[name] for name in sorted(logs, key=lambda name: name != "loss")]
    return values[0] if len(values) == 1 else values


def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
    """Predict a few rows, and repeat them until there are as many as there should be."""
    outputs = self(trials.tensors(slices.first_rows(x))[0], training=False)
    return slices.repeated(outputs, slices.count_rows(x, steps))


def predict_on_batch(self, x):
    """Predict a few rows, as `predict` does."""
    return predict(self, x)


def _train_on_batch(original):
    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        data = slices.first_rows(x, y, sample_weight, class_weight)
        _rehearsal.try_out(self, *data)
        # One step is taken; a lesson that takes hundreds, one by one, gets its results again.
        taken = getattr(self, "_rehearsal_step", {})
        if return_dict not in taken:
            step = original(self, data[0], y=data[1], sample_weight=data[2], return_dict=return_dict)
            object.__setattr__(self, "_rehearsal_step", {**taken, return_dict: step})
        return self._rehearsal_step[return_dict]

    return train_on_batch


def _device(original, word: str):
    """Return the same function, which tells on whoever calls it, unless that is Keras or TensorFlow."""

    def device(name, *arguments, **keywords):
        caller = inspect.currentframe().f_back.f_code.co_filename
        if not caller.startswith(_PACKAGES):
            _rehearsal.record(step="device", model="", fault=f"{word}({name!r}) names a device", note="")
        return original(name, *arguments, **keywords)

    return device


def _knows(flag: str) -> bool:
    """Return whether this TensorFlow's XLA has a flag; one that it does not know would end the process."""
    import tensorflow as tf

    for library in pathlib.Path(tf.__file__).parent.glob("libtensorflow_framework.so*"):
        with open(library, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(flag.encode()) >= 0
    return False


def _compile_quickly() -> None:
    """Let XLA leave out its optimisations where it only makes code for this CPU; read when it is first used."""
    import tensorflow as tf

    if not tf.config.list_physical_devices("GPU"):
        chosen = [f"--{flag}={value}" for flag, value in _QUICK_XLA.items() if _knows(flag)]
        os.environ["XLA_FLAGS"] = " ".join([os.environ.get("XLA_FLAGS", ""), *chosen]).strip()


def install() -> None:
    """Cut the training of everything that this kernel runs from now on short."""
    import tensorflow as tf
    from IPython import get_ipython

    global _PACKAGES
    _PACKAGES = tuple(str(pathlib.Path(module.__file__).parent) for module in (keras, tf))
    _compile_quickly()
    trials.remember_explicit_types()
    keras.Model.compile = _compile(keras.Model.compile)
    keras.Model.fit, keras.Model.evaluate = fit, evaluate
    keras.Model.predict, keras.Model.predict_on_batch = predict, predict_on_batch
    keras.Model.train_on_batch = _train_on_batch(keras.Model.train_on_batch)
    tf.device, keras.device = _device(tf.device, "tf.device"), _device(keras.device, "keras.device")
    shell = get_ipython()
    if shell is not None:
        _rehearsal.shell = shell
        shell.ast_node_interactivity = "none"  # nobody looks: do not draw the last value of a cell
        shell.events.register("pre_run_cell", _rehearsal.next_cell)


def finish() -> None:
    """Tell how often the lesson trained."""
    _rehearsal.record(step="end", model="", fault="", note="", fits=_rehearsal.fits, distinct=len(_rehearsal.tried))
