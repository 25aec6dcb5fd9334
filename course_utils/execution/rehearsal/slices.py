"""A few rows of whatever a lesson trains on: arrays, a tf.data stream, a PyDataset, a generator."""

import itertools
from typing import Any

import keras
import numpy as np

ROWS = 16


def _leaves(data: Any) -> list:
    return [leaf for leaf in keras.tree.flatten(data) if leaf is not None]


def num_rows(data: Any) -> int:
    """Return how many rows a batch, or nested arrays, have."""
    return int(np.shape(_leaves(data)[0])[0])


def _cut(data: Any, rows: int) -> Any:
    return keras.tree.map_structure(lambda leaf: None if leaf is None else leaf[:rows], data)


def is_stream(data: Any) -> bool:
    """Return whether data comes in batches by itself, rather than as arrays with one row per example."""
    return hasattr(data, "element_spec") or isinstance(data, keras.utils.PyDataset) or hasattr(data, "__next__")


def batches_of(data: Any):
    """Return an iterator over the batches of a stream."""
    if isinstance(data, keras.utils.PyDataset):
        return (data[index] for index in range(data.num_batches or 1))
    return iter(data.take(1)) if hasattr(data, "take") else iter(data)


def count_rows(data: Any, steps: int | None = None) -> int:
    """Return how many rows `predict` has to answer for."""
    if not is_stream(data):
        return num_rows(data)
    batches = iter(data) if hasattr(data, "take") else batches_of(data)
    return sum(num_rows(_inputs(batch)) for batch in itertools.islice(batches, steps))


def kinds(x: Any, y: Any = None) -> list[tuple]:
    """Return shape and type of one row of each part of the data, of a stream of batches without drawing one.

    Example:
        >>> kinds(np.zeros((99, 4), "float32"), np.ones(99, "int64"))
        [((4,), 'float32'), ((), 'int64')]
    """
    if hasattr(x, "element_spec"):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(x.element_spec)
    elif is_stream(x):
        return []
    return [(tuple(leaf.shape[1:]), keras.backend.standardize_dtype(leaf.dtype)) for leaf in _leaves((x, y))]


def _inputs(batch: Any) -> Any:
    return keras.utils.unpack_x_y_sample_weight(batch)[0]


def _weights(labels: Any, class_weight: dict | None) -> Any:
    if class_weight is None:
        return None
    labels = np.asarray(labels)
    classes = labels.argmax(axis=-1) if labels.ndim > 1 and labels.shape[-1] > 1 else labels.reshape(len(labels))
    return np.array([class_weight.get(int(number), 1.0) for number in classes], dtype="float32")


def first_rows(
    x: Any, y: Any = None, sample_weight: Any = None, class_weight: dict | None = None, rows: int = ROWS
) -> tuple:
    """Return the first rows as `fit` would hand them to a training step: (x, y, sample weights).

    Args:
        x, y, sample_weight, class_weight: as `fit` takes them.
        rows (int): at most this many. Default 16.

    Example:
        >>> x, y, weights = first_rows(np.zeros((99, 4)), np.ones(99), class_weight={1: 2.0}, rows=3)
        >>> x.shape, y.tolist(), weights.tolist()
        ((3, 4), [1.0, 1.0, 1.0], [2.0, 2.0, 2.0])
    """
    if is_stream(x):
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(next(batches_of(x)))
    x, y, sample_weight = _cut(x, rows), _cut(y, rows), _cut(sample_weight, rows)
    return x, y, sample_weight if sample_weight is not None else _weights(y, class_weight)


def repeated(outputs: Any, rows: int) -> Any:
    """Return arrays of that many rows, made of the few that were computed, again and again.

    Example:
        >>> repeated(np.array([[1], [2]]), 5).ravel().tolist()
        [1, 2, 1, 2, 1]
    """

    def repeat(leaf):
        array = np.asarray(keras.ops.convert_to_numpy(leaf))
        return array[np.arange(rows) % len(array)]

    return keras.tree.map_structure(repeat, outputs)
