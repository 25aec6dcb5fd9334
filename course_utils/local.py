"""A locally connected layer: windows like a convolution's, but every place has kernels of its own.

Keras had such a layer and dropped it with version 3. This one uses `keras.ops` only.
"""

import keras
import numpy as np
from keras import ops

from course_utils import whole_numbers

PADDINGS = ("valid", "same")
DATA_FORMATS = ("channels_last", "channels_first")


@keras.saving.register_keras_serializable("course_utils")
class LocallyConnected2D(keras.layers.Layer):
    """A layer whose units each see one window of the image, through kernels that no other place shares.

    A convolution lays the same kernels on every window. Here the window at (row, column) has its own kernels and its
    own biases. So the layer costs rows x columns times as many parameters as a convolution, and what it learns in
    one place it does not know in any other.

    Args:
        filters (int): kernels per place, which is the number of feature maps.
        kernel_size (int or tuple): side of the window in pixels, or (height, width).
        strides (int or tuple): pixels from one window to the next, the same or (down, right). Default 1.
        padding (str): "valid" none; "same" zeros so that the output has ceil(side / stride) places, the odd one at
            the bottom and right, as `keras.layers.Conv2D` does. Default "valid".
        data_format (str): "channels_last", or "channels_first" for (N, channels, height, width). Default: what
            `keras.config.image_data_format()` says, which is "channels_last" unless you changed it.
        activation (str or function): applied to the output. Default none.
        use_bias (bool): whether every place has a bias for each filter. Default True.
        kernel_initializer (str or Initializer): scaled by the size of ONE place's kernels, so that a unit begins as a
            unit of a convolution does. Default "glorot_uniform".
        bias_initializer (str or Initializer): of the biases. Default "zeros".
        kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint: as in
            `keras.layers.Conv2D`. Default none.
        **kwargs: name, dtype, trainable, as every Keras layer takes them.

    Shapes:
        (N, height, width, channels) -> (N, rows, columns, filters), with
        rows = (height - kernel height) // stride + 1 for "valid" and ceil(height / stride) for "same".
        `kernel` is (rows, columns, kernel height, kernel width, channels, filters): `kernel[row, column]` has the
        shape of a Conv2D's kernel. `bias` is (rows, columns, filters).

    Raises:
        TypeError: an argument or an input shape that is not what it has to be.
        ValueError: a number out of range, an unknown word, a window larger than the image, an image whose size is not
            known or is not the one that the layer was built for.

    Example:
        >>> layer = LocallyConnected2D(filters=1, kernel_size=2, strides=2)
        >>> layer.build((None, 4, 4, 1))
        >>> layer.get_weights()[0].shape
        (2, 2, 2, 2, 1, 1)
        >>> layer.count_params()
        20

    Source:
        K. Gregor, Y. LeCun, Emergence of complex-like cells in a temporal product network with local receptive
        fields, 2010; the Keras 2 layer of the same name.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = whole_numbers.count(filters, "filters")
        self.kernel_size = whole_numbers.sides(kernel_size, "kernel_size")
        self.strides = whole_numbers.sides(strides, "strides")
        self.padding = _word(padding, "padding", PADDINGS)
        self.data_format = _word(data_format or keras.config.image_data_format(), "data_format", DATA_FORMATS)
        self.activation = keras.activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)
        self.bias_constraint = keras.constraints.get(bias_constraint)
        self.bias = None

    def build(self, input_shape):
        """Make the kernels and biases of every place.

        Args:
            input_shape (tuple): (N, height, width, channels), N may be None.
        """
        height, width, channels = self._image_shape(input_shape)
        rows, columns = self._places((height, width))
        self._image = height, width, channels
        self._pixel_numbers = _window_pixels(self._padded_size(), self.kernel_size, self.strides)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(rows, columns, *self.kernel_size, channels, self.filters),
            initializer=_for_every_place(self.kernel_initializer, rows * columns),
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(rows, columns, self.filters),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs):
        """Return the response of every place's kernels to its window.

        Args:
            inputs (tensor): images; integers are computed as floats.

        Shapes:
            (N, height, width, channels) -> (N, rows, columns, filters).
        """
        self._check(inputs.shape)
        channels = self._image[2]
        (top, bottom), (left, right) = self._zeros_around()
        images = ops.cast(inputs, self.compute_dtype)
        if self.data_format == "channels_first":
            images = ops.transpose(images, (0, 2, 3, 1))
        if top or bottom or left or right:
            images = ops.pad(images, ((0, 0), (top, bottom), (left, right), (0, 0)))
        # The batch becomes the last side, so that one pixel of all images is one run of memory. Windows are then
        # gathered run by run, and the product at each place is one matrix product over the batch.
        padded_height, padded_width = self._padded_size()
        pixels = ops.transpose(ops.reshape(images, (-1, padded_height * padded_width * channels)))
        pixels = ops.reshape(pixels, (padded_height * padded_width, -1))  # (pixels, channels * N)
        rows, columns, kernel_height, kernel_width, _, filters = self.kernel.shape
        places, inputs_per_unit = rows * columns, kernel_height * kernel_width * channels
        windows = ops.take(pixels, self._pixel_numbers, axis=0)  # (places, pixels of a window, channels * N)
        windows = ops.reshape(windows, (places, inputs_per_unit, -1))
        weights = ops.reshape(self.kernel, (places, inputs_per_unit, filters))
        responses = ops.matmul(ops.transpose(weights, (0, 2, 1)), windows)  # (places, filters, N)
        outputs = ops.transpose(ops.reshape(responses, (places * filters, -1)))
        outputs = ops.reshape(outputs, (-1, rows, columns, filters))
        if self.bias is not None:
            outputs = ops.add(outputs, self.bias)
        if self.data_format == "channels_first":
            outputs = ops.transpose(outputs, (0, 3, 1, 2))
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape):
        """Return the shape of the output for a shape of the input.

        Args:
            input_shape (tuple): (N, height, width, channels), N may be None.

        Example:
            >>> LocallyConnected2D(8, kernel_size=3, strides=2).compute_output_shape((None, 28, 28, 1))
            (None, 13, 13, 8)
        """
        if self.built:
            self._check(input_shape)
        height, width, _ = self._image_shape(input_shape)
        rows, columns = self._places((height, width))
        if self.data_format == "channels_first":
            return (input_shape[0], self.filters, rows, columns)
        return (input_shape[0], rows, columns, self.filters)

    def get_config(self):
        """Return the arguments from which an equal layer can be made."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": keras.regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": keras.regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
            "bias_constraint": keras.constraints.serialize(self.bias_constraint),
        }

    def _image_shape(self, shape) -> tuple[int, int, int]:
        """Return (height, width, channels) of an input shape, or say what is wrong with it."""
        order = "(N, height, width, channels)"
        if self.data_format == "channels_first":
            order = "(N, channels, height, width)"
        if len(shape) != 4:
            raise ValueError(
                f"LocallyConnected2D was given the shape {tuple(shape)}; it needs {order}. "
                "One gray image is image[np.newaxis, :, :, np.newaxis]; gray images are images[..., np.newaxis]."
            )
        if any(side is None for side in shape[1:]):
            raise ValueError(
                f"LocallyConnected2D was given the shape {tuple(shape)}; every side but N must be known, since every "
                "place has kernels of its own. Give the size in keras.Input, or use Conv2D, which takes any size."
            )
        height, width, channels = shape[1:] if self.data_format == "channels_last" else (*shape[2:], shape[1])
        return int(height), int(width), int(channels)

    def _check(self, shape) -> None:
        given = self._image_shape(shape)
        if given != self._image:
            raise ValueError(
                f"LocallyConnected2D was built for images of {self._image} (height, width, channels) and got {given}. "
                "It has kernels for the places of that size only: resize the images, or make a new layer."
            )

    def _places(self, size: tuple[int, int]) -> tuple[int, int]:
        if self.padding == "same":
            return -(-size[0] // self.strides[0]), -(-size[1] // self.strides[1])
        if self.kernel_size[0] > size[0] or self.kernel_size[1] > size[1]:
            raise ValueError(
                f"a window of {self.kernel_size} does not fit into images of {size} (height, width). "
                "Take a smaller kernel_size or padding='same'."
            )
        return tuple(
            (side - window) // step + 1 for side, window, step in zip(size, self.kernel_size, self.strides, strict=True)
        )

    def _zeros_around(self) -> list[tuple[int, int]]:
        """Return how many zeros stand (above, below) and (left, right) of the image."""
        if self.padding == "valid":
            return [(0, 0), (0, 0)]
        size = self._image[:2]
        missing = [
            max((places - 1) * step + window - side, 0)
            for places, step, window, side in zip(self._places(size), self.strides, self.kernel_size, size, strict=True)
        ]
        return [(zeros // 2, zeros - zeros // 2) for zeros in missing]

    def _padded_size(self) -> tuple[int, int]:
        return tuple(side + sum(zeros) for side, zeros in zip(self._image[:2], self._zeros_around(), strict=True))


def _window_pixels(size: tuple[int, int], kernel_size: tuple[int, int], strides: tuple[int, int]) -> np.ndarray:
    """Return which pixels, counted row by row, lie under the window of each place.

    Shapes:
        returns (places, pixels of a window), int32.

    Example:
        >>> _window_pixels((2, 3), (2, 2), (1, 1))
        array([[0, 1, 3, 4],
               [1, 2, 4, 5]], dtype=int32)
    """
    numbers = np.arange(size[0] * size[1], dtype=np.int32).reshape(size)
    windows = np.lib.stride_tricks.sliding_window_view(numbers, kernel_size)[:: strides[0], :: strides[1]]
    return np.ascontiguousarray(windows).reshape(-1, kernel_size[0] * kernel_size[1])


def _for_every_place(initializer, places: int):
    """Return an initializer for the kernels of all places that draws each as it would be drawn alone.

    Keras takes every side of a kernel but the last two for its window, so it would count the places as pixels and
    begin with numbers that are too small by the root of their number.
    """
    if isinstance(initializer, keras.initializers.VarianceScaling):
        return keras.initializers.VarianceScaling(
            scale=initializer.scale * places,
            mode=initializer.mode,
            distribution=initializer.distribution,
            seed=initializer.seed,
        )
    if isinstance(initializer, keras.initializers.Orthogonal):
        raise ValueError(
            "kernel_initializer is Orthogonal, which is made for one matrix, not for one in every place. "
            "Take 'glorot_uniform', 'he_normal' or another that draws every number by itself."
        )
    return initializer


def _word(value, name: str, words: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value.lower() not in words:
        raise ValueError(f"{name} is {value!r}; it must be {' or '.join(map(repr, words))}.")
    return value.lower()
