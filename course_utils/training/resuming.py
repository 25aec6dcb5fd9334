"""Go on with a training that was interrupted, as if it had not been."""

import json
import os
import pathlib
import zipfile

import keras
import numpy as np

from course_utils.training import keeping_best

_FORMAT = 1
_FILE = "training.npz"


class DamagedCheckpoint(ValueError):
    """A checkpoint that cannot be read, or that belongs to another training; the message says what to do."""


def _write(path: pathlib.Path, facts: dict, groups: dict[str, list[np.ndarray]]) -> None:
    """Write a checkpoint so that, whatever happens, either the old one or the new one is there, whole."""
    arrays = {f"{group}/{index}": array for group, some in groups.items() for index, array in enumerate(some)}
    arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    with open(partial, "wb") as file:
        np.savez(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def _read(path: pathlib.Path) -> tuple[dict, dict[str, list[np.ndarray]]]:
    """Return the facts and the groups of arrays of a checkpoint."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            facts = json.loads(stored["facts"].tobytes())
            if facts["format"] != _FORMAT:
                raise DamagedCheckpoint(
                    f"The checkpoint {path} has the format {facts['format']}; this version of the course reads "
                    f"{_FORMAT}. Delete the file to train from the beginning, or choose another folder."
                )
            groups = {
                group: [stored[f"{group}/{index}"] for index in range(count)]
                for group, count in facts["arrays"].items()
            }
    except DamagedCheckpoint:
        raise
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise DamagedCheckpoint(
            f"The checkpoint {path} is damaged and cannot be read ({type(error).__name__}). "
            "Delete the file to train from the beginning, or choose another folder."
        ) from None
    return facts, groups


def _arrays(variables) -> list[np.ndarray]:
    found = keeping_best.copies(variables)
    return [array if array.dtype.kind in "biuf" else array.astype(np.float32) for array in found]  # bfloat16


def _what_matters(config):
    """Return a configuration without names ("adam_1") and learning rates that are numbers: callbacks change those."""
    if isinstance(config, dict):
        return {
            key: _what_matters(value)
            for key, value in config.items()
            if key != "name" and not (key == "learning_rate" and isinstance(value, (int, float)))
        }
    return [_what_matters(item) for item in config] if isinstance(config, (list, tuple)) else config


def _recipe(optimizer) -> str:
    config = keras.saving.serialize_keras_object(optimizer)
    return json.dumps(_what_matters(config), sort_keys=True, default=str)


class Resume(keras.callbacks.Callback):
    """Saves all that a training needs to go on after each epoch, and goes on from there when it finds it.

    Saved are the weights, the state of the optimiser (with its step count, hence the place in the schedule), the
    states of random layers such as dropout, the best weights so far and how long there was no better epoch, and the
    history. With the input from `training.batches`, whose order depends on the seed and the epoch only, a run
    that was killed and started again ends with exactly the weights of a run that was not, on the same machine with
    the same number of threads.

    Args:
        folder (path): where the file "training.npz" is kept; made when it does not exist.
        best (KeepBest): the callback that keeps the best weights of this training.

    Raises:
        DamagedCheckpoint: when the training begins and the file cannot be read, or belongs to another network,
            optimiser or schedule. The file is left as it is.
    """

    def __init__(self, folder: str | os.PathLike, best: keeping_best.KeepBest):
        super().__init__()
        self.path = pathlib.Path(folder).expanduser() / _FILE
        self.best = best

    def on_train_begin(self, logs=None):
        self.model._initial_epoch = None
        self._past, self._told = [], False
        if not self.model.optimizer.built:
            self.model.optimizer.build(self.model.trainable_variables)
        if self.path.exists():
            self._restore(*_read(self.path))

    def on_epoch_begin(self, epoch, logs=None):
        self._tell_history()

    def on_epoch_end(self, epoch, logs=None):
        self._past.append([epoch, {name: float(value) for name, value in (logs or {}).items()}])
        groups = {
            "model": _arrays(self.model.variables),
            "optimizer": _arrays(self.model.optimizer.variables),
            "best": self.best.best_weights or [],
        }
        facts = {
            "format": _FORMAT,
            "arrays": {group: len(some) for group, some in groups.items()},
            "recipe": _recipe(self.model.optimizer),
            "past": self._past,
            "best_epoch": self.best.best_epoch,
            "best_value": self.best.best_value,
            "stopped": self.best.stopped,
        }
        _write(self.path, facts, groups)

    def on_train_end(self, logs=None):
        self._tell_history()
        self.model._initial_epoch = None

    def _tell_history(self) -> None:
        """Put the epochs of the interrupted run into the history that fit will return."""
        if self._told:
            return
        self._told = True
        history = self.model.history
        for epoch, logs in self._past:
            history.epoch.append(epoch)
            for name, value in logs.items():
                history.history.setdefault(name, []).append(value)

    def _restore(self, facts: dict, groups: dict[str, list[np.ndarray]]) -> None:
        advice = "Choose another folder for this training, or delete the file."
        for group, variables in (("model", self.model.variables), ("optimizer", self.model.optimizer.variables)):
            stored = groups[group]
            shapes = [tuple(variable.shape) for variable in variables]
            if [array.shape for array in stored] != shapes:
                odd = next((i for i, (a, s) in enumerate(zip(stored, shapes, strict=False)) if a.shape != s), None)
                what = (
                    f"{len(stored)} variables where this one has {len(shapes)}"
                    if odd is None
                    else f"the shape {stored[odd].shape} where {variables[odd].path} has {shapes[odd]}"
                )
                raise DamagedCheckpoint(f"The checkpoint {self.path} is of another network: its {group} has {what}. "
                                        f"{advice}")  # fmt: skip
        if facts["recipe"] != _recipe(self.model.optimizer):
            raise DamagedCheckpoint(
                f"The checkpoint {self.path} was made with another optimiser or schedule, so that going on from it "
                f"would be neither the one training nor the other. {advice}"
            )
        for group, variables in (("model", self.model.variables), ("optimizer", self.model.optimizer.variables)):
            for variable, array in zip(variables, groups[group], strict=True):
                variable.assign(array)
        self.best.best_epoch, self.best.best_value = facts["best_epoch"], facts["best_value"]
        self.best.best_weights = groups["best"] or None
        self.best.stopped = facts["stopped"]
        self._past = facts["past"]
        epochs, next_epoch = self.params["epochs"], self._past[-1][0] + 1
        self.model._initial_epoch = max(epochs, next_epoch) if self.best.stopped else next_epoch
