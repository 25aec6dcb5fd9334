"""Masking: all capsules but one are set to zero, so that a decoder sees that one alone."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("course_utils")
class MaskCapsules(keras.layers.Layer):
    """Keep one capsule of each image, that of a given class or the longest, and lay all of them out in one row.

    Called on [capsules, classes], with rows of 0 and 1, it keeps the named ones; called on capsules alone, the
    longest one of each image.

    Shapes:
        capsules (N, parents, dim), classes (N, parents) -> (N, parents * dim).

    Raises:
        ValueError: capsules that are not (N, parents, dim), or classes that do not fit to them.

    Example:
        >>> capsules = ops.convert_to_tensor([[[1.0, 2.0], [3.0, 4.0]]])
        >>> ops.convert_to_numpy(MaskCapsules()(capsules)).tolist()
        [[0.0, 0.0, 3.0, 4.0]]
        >>> ops.convert_to_numpy(MaskCapsules()([capsules, ops.array([[1.0, 0.0]])])).tolist()
        [[1.0, 2.0, 0.0, 0.0]]
    """

    def call(self, inputs):
        """Return the kept capsule of each image among zeros."""
        if isinstance(inputs, (list, tuple)):
            capsules, classes = inputs
            _check(capsules.shape, classes.shape)
            kept = ops.cast(classes, capsules.dtype)
        else:
            capsules = inputs
            _check(capsules.shape)
            squared = ops.sum(ops.square(ops.cast(capsules, "float32")), axis=-1)
            kept = ops.one_hot(ops.argmax(squared, axis=-1), capsules.shape[1], dtype=capsules.dtype)
        masked = capsules * ops.expand_dims(kept, -1)
        return ops.reshape(masked, (-1, capsules.shape[1] * capsules.shape[2]))

    def compute_output_shape(self, input_shape):
        """Return (N, parents * dim)."""
        shape = input_shape[0] if isinstance(input_shape[0], (list, tuple)) else input_shape
        _check(shape)
        return (shape[0], shape[1] * shape[2])


def _check(capsules, classes=None) -> None:
    if len(capsules) != 3:
        raise ValueError(f"the capsules have the shape {tuple(capsules)}; MaskCapsules needs (N, parents, dim).")
    if classes is not None and (len(classes) != 2 or classes[1] != capsules[1]):
        raise ValueError(
            f"the classes have the shape {tuple(classes)}; with these capsules it must be (N, {capsules[1]}), rows of "
            f"0 and 1: keras.utils.to_categorical(labels, {capsules[1]})."
        )
