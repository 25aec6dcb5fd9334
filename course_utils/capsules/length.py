"""The length of each capsule: how sure it is that its thing is there."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("course_utils")
class CapsuleLength(keras.layers.Layer):
    """The Euclidean length of every capsule's vector; its gradient at the zero vector is 0.

    Shapes:
        (..., dim) -> (...).

    Example:
        >>> ops.convert_to_numpy(CapsuleLength()(ops.array([[[3.0, 4.0], [0.0, 0.0]]]))).tolist()
        [[5.0, 0.0]]
    """

    def call(self, inputs):
        """Return the lengths, computed in float32 at least."""
        inputs = ops.cast(inputs, "float64" if self.compute_dtype == "float64" else "float32")
        squared = ops.sum(ops.square(inputs), axis=-1)
        is_zero = ops.equal(squared, 0)
        length = ops.sqrt(ops.where(is_zero, ops.ones_like(squared), squared))
        return ops.where(is_zero, ops.zeros_like(squared), length)

    def compute_output_spec(self, inputs):
        """Return shape and precision of the lengths."""
        dtype = "float64" if self.compute_dtype == "float64" else "float32"
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), dtype)

    def compute_output_shape(self, input_shape):
        """Return the shape without its last side."""
        return tuple(input_shape[:-1])
