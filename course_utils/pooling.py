"""Pooling that blurs before it leaves pixels out, and measures of what a network does when its input moves.

Taking every second pixel of a feature map breaks the sampling theorem: fast changes turn into slow ones that were never
there (lesson 04), and which ones they become depends on whether the image moved by an even or an odd number of pixels.
The cure is as old as sampling: a low-pass filter first.

Example:
    >>> from course_utils import pooling
    >>> pooling.binomial(3)
    array([0.25, 0.5 , 0.25])
"""

import dataclasses
import math
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from course_utils import whole_numbers

BORDERS = {"mirror": "reflect", "padding": "constant"}  # the course's word, and the word of keras.ops.pad


def binomial(size: int) -> np.ndarray:
    """Return the binomial low-pass filter of a size: a row of Pascal's triangle that sums to 1.

    Args:
        size (int): how many numbers, at least 1.

    Shapes:
        returns (size,), float64.

    Raises:
        TypeError: size is no integer.
        ValueError: size is below 1.

    Example:
        >>> binomial(5) * 16
        array([1., 4., 6., 4., 1.])
    """
    size = whole_numbers.count(size, "size")
    return np.array([math.comb(size - 1, k) for k in range(size)]) / 2 ** (size - 1)


@keras.saving.register_keras_serializable(package="course_utils")
class BlurPool2D(keras.layers.Layer):
    """Blur every channel with a binomial kernel, then keep every `strides`-th pixel: anti-aliased downsampling.

    The kernel is fixed: the layer has no weights. In place of a max pool of stride 2, take the maximum at every place
    and blur: `MaxPooling2D(2, strides=1, padding="same")`, then `BlurPool2D()`. In place of a convolution of stride 2:
    the convolution with stride 1, its activation, then `BlurPool2D()`.

    Args:
        pool_size (int): side of the kernel in pixels. 1 only leaves pixels out; 2 is the mean of 2 x 2; 3 has the
            weights 1 2 1. Default 3.
        strides (int or tuple): pixels from one output to the next, or (down, right). Default 2.
        padding (str): "same": output number i is centred on input pixel i * strides, as many as there are such pixels;
            "valid": only windows that lie wholly on the map. Default "same".
        border (str): what "same" puts around the map. "mirror": the map in a mirror, so that a flat map stays flat up
            to its edge; "padding": zeros, which darken the edge, but fit any size. Default "mirror".
        data_format (str): "channels_last" or "channels_first". Default: Keras's setting.

    Shapes:
        (N, height, width, channels) -> (N, rows, columns, channels), where rows are ceil(height / strides) with "same"
        and floor((height - pool_size) / strides) + 1 with "valid"; columns likewise.

    Raises:
        TypeError: a size or stride that is no integer.
        ValueError: a size or stride below 1, an unknown padding or border, an input that is no batch of maps, or one
            that is too small for the kernel.

    Example:
        >>> fence = np.tile([0.0, 0, 1, 1], 4)[None, None, :, None]        # (1, 1, 16, 1)
        >>> row = BlurPool2D(border="padding")(np.tile(fence, (1, 4, 1, 1)))[0, 1, :, 0]
        >>> ops.convert_to_numpy(row)[1:5]
        array([0.75, 0.25, 0.75, 0.25], dtype=float32)

    Source:
        R. Zhang, Making Convolutional Networks Shift-Invariant Again, 2019.
    """

    def __init__(
        self,
        pool_size: int = 3,
        strides: int | tuple[int, int] = 2,
        padding: str = "same",
        border: str = "mirror",
        data_format: str | None = None,
        **options,
    ):
        super().__init__(**options)
        self.pool_size = whole_numbers.count(pool_size, "pool_size")
        self.strides = whole_numbers.sides(strides, "strides")
        if padding not in ("same", "valid"):
            raise ValueError(f"padding is {padding!r}; it must be 'same' or 'valid'.")
        if border not in BORDERS:
            raise ValueError(f"border is {border!r}; it must be 'mirror' (the map in a mirror) or 'padding' (zeros).")
        self.padding, self.border = padding, border
        self.data_format = keras.config.image_data_format() if data_format is None else data_format
        if self.data_format not in ("channels_last", "channels_first"):
            raise ValueError(f"data_format is {data_format!r}; it must be 'channels_last' or 'channels_first'.")
        row = binomial(self.pool_size)
        self._kernel = np.outer(row, row)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Check the shape; there are no weights to make."""
        self._check_shape(input_shape)
        self.built = True

    def call(self, inputs):
        """Return the blurred, thinned maps."""
        self._check_shape(inputs.shape)
        inputs = ops.cast(inputs, self.compute_dtype)
        rows, columns = self._axes()
        if self.padding == "same" and self.pool_size > 1:
            around = [(0, 0)] * 4
            around[rows] = around[columns] = ((self.pool_size - 1) // 2, self.pool_size // 2)
            inputs = ops.pad(inputs, around, mode=BORDERS[self.border])
        channels = inputs.shape[self._channel_axis()]
        kernel = np.tile(self._kernel[:, :, np.newaxis, np.newaxis], (1, 1, channels, 1))
        down, right = self.strides
        step = down if down == right else 1  # TensorFlow on a CPU wants equal strides
        blurred = ops.depthwise_conv(
            inputs, ops.cast(kernel, self.compute_dtype), strides=step, padding="valid", data_format=self.data_format
        )
        if down == right:
            return blurred
        keep = [slice(None)] * 4
        keep[rows], keep[columns] = slice(None, None, down), slice(None, None, right)
        return blurred[tuple(keep)]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the output; a side that is not known yet stays None."""
        self._check_shape(input_shape)
        output = list(input_shape)
        for axis, step in zip(self._axes(), self.strides, strict=True):
            side = input_shape[axis]
            missing = 1 if self.padding == "same" else self.pool_size
            output[axis] = None if side is None else (side - missing) // step + 1
        return tuple(output)

    def get_config(self) -> dict:
        """Return what is needed to make the layer again."""
        names = ("pool_size", "strides", "padding", "border", "data_format")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def _channel_axis(self) -> int:
        return 3 if self.data_format == "channels_last" else 1

    def _axes(self) -> tuple[int, int]:
        return (1, 2) if self.data_format == "channels_last" else (2, 3)

    def _check_shape(self, shape: tuple[int | None, ...]) -> None:
        shape = tuple(shape)
        if len(shape) != 4:
            batch = "(N, height, width, channels)" if self._channel_axis() == 3 else "(N, channels, height, width)"
            raise ValueError(
                f"BlurPool2D got an input of shape {shape}; it needs {batch}. One image: image[None]; a map without "
                "channels: feature_map[None, :, :, None]."
            )
        if shape[self._channel_axis()] is None:
            raise ValueError(f"BlurPool2D got an input of shape {shape}; the number of channels must be known.")
        sides = [shape[axis] for axis in self._axes() if shape[axis] is not None]
        if self.padding == "valid":
            least, cure = self.pool_size, "padding='same'"
        else:
            least, cure = (self.pool_size // 2 + 1 if self.border == "mirror" else 1), "border='padding'"
        if sides and min(sides) < least:
            raise ValueError(
                f"BlurPool2D got maps of {' x '.join(map(str, sides))} pixels; with pool_size {self.pool_size} and "
                f"{self._choice()} each side needs at least {least}. Pool less often before, or take a smaller "
                f"pool_size or {cure}."
            )

    def _choice(self) -> str:
        return "padding 'valid'" if self.padding == "valid" else f"border {self.border!r}"


@dataclasses.dataclass(frozen=True)
class ShiftResponse:
    """What a network answered to the same images at several places; made by `respond_to_shifts`.

    Args:
        shifts (tuple of (dx, dy)): how far the images were moved, in pixels right and down; the first is (0, 0).
        logits (np.ndarray): the answers, (shifts, images, outputs).

    Example:
        >>> logits = np.array([[[1.0, 0], [0, 1]], [[1.0, 0], [1, 0]]])
        >>> response = ShiftResponse(((0, 0), (1, 0)), logits)
        >>> response.change, response.same_answer
        (array([0.        , 0.70710678]), array([1. , 0.5]))
    """

    shifts: tuple[tuple[int, int], ...]
    logits: np.ndarray

    @property
    def change(self) -> np.ndarray:
        """How far the logits moved, (shifts,): 0 not at all, 1 as far as two different images are apart.

        Both distances are root mean squares: over the images, and over all pairs of different images.
        """
        moved = np.square(self.logits - self.logits[0]).sum(axis=2).mean(axis=1)
        count = self.logits.shape[1]
        between_images = 2 * self.logits[0].var(axis=0).sum() * count / max(count - 1, 1)
        if between_images == 0:
            raise ValueError("the answers to all images are equal: there is no distance to compare with.")
        return np.sqrt(moved / between_images)

    @property
    def same_answer(self) -> np.ndarray:
        """Share of the images that get the same class as unmoved ones, right or wrong, (shifts,)."""
        classes = self.logits.argmax(axis=2)
        return (classes == classes[0]).mean(axis=1)

    def accuracy(self, labels: np.ndarray) -> np.ndarray:
        """Return the share of right answers at every shift, (shifts,)."""
        labels = np.asarray(labels)
        if labels.shape != self.logits.shape[1:2]:
            raise ValueError(
                f"labels has the shape {labels.shape}; one label per image makes {self.logits.shape[1:2]}."
            )
        return (self.logits.argmax(axis=2) == labels).mean(axis=1)


def respond_to_shifts(
    model: keras.Model,
    images: np.ndarray,
    shifts: Sequence[tuple[int, int]],
    *,
    fill: float = 0,
    batch_size: int = 500,
) -> ShiftResponse:
    """Show a network the same images moved by whole pixels and keep its answers.

    Args:
        model (keras.Model): takes the images, gives one row of numbers per image: logits, or features.
        images (np.ndarray): at least 2 different ones, with so much margin that nothing of them is pushed out.
        shifts (sequence of (dx, dy)): pixels to the right and down; the first must be (0, 0), with which the others
            are compared.
        fill (float): the value that comes in at the sides. Default 0.
        batch_size (int): images at a time. Default 500.

    Shapes:
        images (N, height, width, channels); the answers are (shifts, N, outputs).

    Returns:
        A ShiftResponse.

    Raises:
        ValueError: shifts do not begin with (0, 0), too few images, or a model that does not give one row per image.

    Example:
        >>> pixels = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten()])
        >>> dots = np.eye(4)[1:3].reshape(2, 4, 1, 1) * np.eye(4)[1:3].reshape(2, 1, 4, 1)  # one pixel each
        >>> respond_to_shifts(pixels, dots, [(0, 0), (1, 0)]).change.round(6)
        array([0., 1.])

    Source:
        A. Azulay and Y. Weiss, Why do deep convolutional networks generalize so poorly to small image
        transformations?, 2019.
    """
    from course_utils import datasets

    shifts = tuple((int(dx), int(dy)) for dx, dy in shifts)
    if not shifts or shifts[0] != (0, 0):
        raise ValueError(f"shifts begins with {shifts[:1]}; the first must be (0, 0): all others are compared with it.")
    if len(images) < 2:
        raise ValueError(f"images has {len(images)} image; at least 2 are needed: their distance is the unit.")
    answers = []
    for dx, dy in shifts:
        moved = np.asarray(datasets.shift(images, dx, dy, fill=fill))
        rows = [
            ops.convert_to_numpy(model.predict_on_batch(moved[start : start + batch_size]))
            for start in range(0, len(moved), batch_size)
        ]
        answers.append(np.concatenate(rows).astype(np.float64))
    logits = np.stack(answers)
    if logits.ndim != 3:
        raise ValueError(
            f"the model gives an output of shape {logits.shape[1:]} for {len(images)} images; one row of numbers per "
            "image is needed. End it with a Flatten, a global pooling or a Dense layer."
        )
    return ShiftResponse(shifts, logits)
