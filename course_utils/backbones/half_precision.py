"""Weights of a network in a small file: kernels as float16, everything else, which is little, as float32."""

import os
import pathlib
import zipfile

import keras
import numpy as np


def _named(model: keras.Model) -> dict[str, keras.Variable]:
    """Return the variables by "layer/variable"; the names of layers do not depend on what was built before them."""
    named = {f"{layer.name}/{variable.name}": variable for layer in model.layers for variable in layer.weights}
    if len(named) != len(model.weights):
        raise ValueError(f"{model.name} has layers within layers or two of one name: its weights cannot be told apart.")
    return named


def save(model: keras.Model, path: str | os.PathLike) -> None:
    """Write a network's weights; the file of before stays until the new one is whole.

    Args:
        model (keras.Model): without layers that have layers of their own.
        path (path): ending in ".npz".
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {name: np.asarray(variable) for name, variable in _named(model).items()}
    largest = max((float(np.abs(array).max()) for array in arrays.values() if array.ndim > 1), default=0.0)
    if not largest < np.finfo(np.float16).max:
        raise ValueError(f"A weight of {model.name} is {largest:g}, which float16 cannot hold; train it again.")
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("wb") as file:
        np.savez(
            file, **{name: array.astype(np.float16 if array.ndim > 1 else np.float32) for name, array in arrays.items()}
        )
    os.replace(partial, path)


def load(model: keras.Model, path: str | os.PathLike) -> keras.Model:
    """Read weights into a network of the same shape and return it.

    Args:
        model (keras.Model): built as it was when its weights were written.
        path (path): written by `save`.

    Raises:
        ValueError: the file cannot be read, or is of another network; the network is left as it was.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float32) for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} cannot be read as weights ({type(error).__name__}). Get the file again.") from None
    variables = _named(model)
    shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
    found = {name: array.shape for name, array in arrays.items()}
    if shapes != found:
        odd = sorted(name for name in shapes.keys() | found.keys() if shapes.get(name) != found.get(name))
        raise ValueError(
            f"{path} is of another network than {model.name}: {odd[0]} is {found.get(odd[0], 'missing')} in the file "
            f"and {shapes.get(odd[0], 'unknown')} in the network ({len(odd)} differ). Build it as it was trained."
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])
    return model
