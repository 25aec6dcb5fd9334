"""Networks and trainings that are known to work well, used by lesson 09 and by `course bench training`.

Each builder returns a network that is not compiled yet and that takes uint8 images as they are.
"""

import keras
from keras import layers

from course_utils.training import counting, schedules


def mlp(input_shape: tuple[int, int, int], num_classes: int, units: tuple[int, ...] = (512, 512)) -> keras.Model:
    """Return a plain MLP: flatten, dense layers with ReLU and dropout, one logit per class.

    Args:
        input_shape (tuple): (height, width, channels).
        num_classes (int): how many classes.
        units (tuple of int): of the hidden layers. Default (512, 512).

    Example:
        >>> mlp((28, 28, 1), 10).count_params()
        669706
    """
    hidden = [part for count in units for part in (layers.Dense(count, activation="relu"), layers.Dropout(0.2))]
    return keras.Sequential(
        [keras.Input(input_shape), layers.Rescaling(1 / 255), layers.Flatten(), *hidden, layers.Dense(num_classes)],
        name="mlp",
    )


def cnn(
    input_shape: tuple[int, int, int],
    num_classes: int,
    filters: tuple[int, ...] = (24, 48, 96),
    first_kernel: int = 5,
    dropout: float = 0.0,
) -> keras.Model:
    """Return a CNN whose blocks are convolution, pooling, batch normalisation and ReLU, in this order.

    Pooling before the normalisation leaves a quarter of the numbers to normalise; ReLU commutes with max pooling, so
    that the network can compute just what it could in the usual order, in less time.

    Args:
        input_shape (tuple): (height, width, channels).
        num_classes (int): how many classes.
        filters (tuple of int): one block each, 3x3 kernels from the second on. Default (24, 48, 96).
        first_kernel (int): kernel size of the first block. Default 5.
        dropout (float): before the last layer. Default 0.

    Example:
        >>> cnn((28, 28, 1), 10).count_params()
        62650
    """
    inputs = keras.Input(input_shape)
    x = layers.Rescaling(1 / 255)(inputs)
    for index, count in enumerate(filters):
        x = layers.Conv2D(count, 3 if index else first_kernel, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D(2)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    x = layers.Flatten()(x)
    if dropout:
        x = layers.Dropout(dropout)(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="cnn")


def compile_one_cycle(
    model: keras.Model, num_images: int, batch_size: int, epochs: int, peak: float = 0.01, label_smoothing: float = 0.0
) -> None:
    """Compile a network with Adam on a one-cycle schedule that lasts exactly as long as the training.

    Args:
        model (keras.Model): gives one logit per class.
        num_images, batch_size, epochs (int): of the training that follows.
        peak (float): the highest learning rate. Default 0.01.
        label_smoothing (float): share of each label that is spread over all classes. Default 0.
    """
    total_steps = counting.num_steps(num_images, batch_size, epochs)
    model.compile(
        optimizer=keras.optimizers.Adam(schedules.OneCycle(peak, total_steps)),
        loss=SmoothedCrossentropy(label_smoothing),
        metrics=["accuracy"],
    )


@keras.saving.register_keras_serializable(package="course_utils")
class SmoothedCrossentropy(keras.losses.Loss):
    """Cross-entropy of logits with whole-number labels, a share of which is spread evenly over all classes."""

    def __init__(self, label_smoothing: float = 0.0, name: str = "smoothed_crossentropy", **options):
        super().__init__(name=name, **options)
        self.label_smoothing = label_smoothing

    def call(self, y_true, y_pred):
        """Return one loss per image."""
        log_probabilities = keras.ops.log_softmax(keras.ops.cast(y_pred, "float32"), axis=-1)
        labels = keras.ops.reshape(keras.ops.cast(y_true, "int32"), (-1, 1))
        right = keras.ops.squeeze(keras.ops.take_along_axis(log_probabilities, labels, axis=-1), -1)
        every = keras.ops.mean(log_probabilities, axis=-1)
        return -((1 - self.label_smoothing) * right + self.label_smoothing * every)

    def get_config(self) -> dict:
        """Return the arguments."""
        return {**super().get_config(), "label_smoothing": self.label_smoothing}
