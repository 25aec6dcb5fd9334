"""The first capsules: feature maps of a convolution, taken together in small groups."""

import keras
from keras import ops

from course_utils import whole_numbers
from course_utils.capsules import squashing


@keras.saving.register_keras_serializable("course_utils")
class PrimaryCapsules(keras.layers.Layer):
    """A convolution whose maps are read as vectors: `dim` neighbouring maps at one place are one capsule.

    Args:
        num_types (int): capsules at each place.
        dim (int): numbers in a capsule's vector.
        kernel_size (int or tuple): of the convolution, in pixels. Default 9.
        strides (int or tuple): of the convolution, in pixels. Default 2.
        padding (str): "valid" or "same", as in `keras.layers.Conv2D`. Default "valid".
        **kwargs: name, dtype, trainable, as every Keras layer takes them.

    Shapes:
        (N, height, width, channels) -> (N, rows * columns * num_types, dim); the capsules of one place are neighbours.

    Raises:
        TypeError, ValueError: an argument out of range; maps without height, width and channels.

    Example:
        >>> PrimaryCapsules(num_types=32, dim=8).compute_output_shape((None, 20, 20, 256))
        (None, 1152, 8)

    Source:
        S. Sabour, N. Frosst, G. Hinton, Dynamic routing between capsules, 2017, section 4.
    """

    def __init__(self, num_types, dim, kernel_size=9, strides=2, padding="valid", **kwargs):
        super().__init__(**kwargs)
        self.num_types = whole_numbers.count(num_types, "num_types", meaning="capsules at each place")
        self.dim = whole_numbers.count(dim, "dim", meaning="how many numbers are in a capsule's vector")
        self.kernel_size = whole_numbers.sides(kernel_size, "kernel_size")
        self.strides = whole_numbers.sides(strides, "strides")
        if padding not in ("valid", "same"):
            raise ValueError(f"padding is {padding!r}; it must be 'valid' or 'same'.")
        self.padding = padding
        self.convolution = keras.layers.Conv2D(
            self.num_types * self.dim, self.kernel_size, self.strides, padding, data_format="channels_last",
            dtype=self.dtype_policy, name="convolution",
        )  # fmt: skip

    def build(self, input_shape):
        """Make the weights of the convolution.

        Args:
            input_shape (tuple): (N, height, width, channels), N may be None.
        """
        self.compute_output_shape(input_shape)
        self.convolution.build(input_shape)

    def call(self, inputs):
        """Return the capsules of all places, squashed."""
        maps = self.convolution(inputs)
        number = self.compute_output_shape(inputs.shape)[1]
        return squashing.squash(ops.reshape(maps, (-1, number, self.dim)))

    def compute_output_shape(self, input_shape):
        """Return (N, capsules, dim) for the shape of the maps.

        Args:
            input_shape (tuple): (N, height, width, channels), N may be None.
        """
        if len(input_shape) != 4 or any(side is None for side in input_shape[1:]):
            raise ValueError(
                f"PrimaryCapsules was given the shape {tuple(input_shape)}; it needs (N, height, width, channels), all "
                "but N known. One gray image is image[np.newaxis, :, :, np.newaxis]."
            )
        for side, window in zip(input_shape[1:3], self.kernel_size, strict=True):
            if self.padding == "valid" and window > side:
                raise ValueError(
                    f"a window of {self.kernel_size} does not fit into maps of {tuple(input_shape[1:3])} (height, "
                    "width). Take a smaller kernel_size or padding='same'."
                )
        _, rows, columns, _ = self.convolution.compute_output_shape(input_shape)
        return (input_shape[0], rows * columns * self.num_types, self.dim)

    def get_config(self):
        """Return the arguments from which an equal layer can be made."""
        return {
            **super().get_config(),
            "num_types": self.num_types,
            "dim": self.dim,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
        }
