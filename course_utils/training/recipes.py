"""Networks and trainings that are known to work well, used by lesson 09 and by `course bench training`.

Each builder returns a network that is not compiled yet and that takes uint8 images as they are.
"""

import keras
from keras import layers

from course_utils import augment
from course_utils.training import counting, feeding, fitting, schedules, seeding


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


def quick_cnn(
    input_shape: tuple[int, int, int], num_classes: int, filters: tuple[int, ...] = (24, 48, 96)
) -> keras.Model:
    """Return a CNN that is cheap to train: its first convolution moves on by two pixels, where maps are largest.

    Args:
        input_shape (tuple): (height, width, channels), at least 21 pixels high and wide.
        num_classes (int): how many classes.
        filters (tuple of int): three convolutions. Default (24, 48, 96).

    Example:
        >>> quick_cnn((28, 28, 1), 10).count_params()
        61762
    """
    inputs = keras.Input(input_shape)
    x = layers.Rescaling(1 / 255)(inputs)
    for index, count in enumerate(filters):
        x = layers.Conv2D(count, 3 if index else 5, strides=1 if index else 2, use_bias=False)(x)
        if index == 1:
            x = layers.MaxPooling2D(2)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    return keras.Model(inputs, layers.Dense(num_classes)(layers.Flatten()(x)), name="quick_cnn")


def one_layer_mlp(input_shape: tuple[int, int, int], num_classes: int, units: int) -> keras.Model:
    """Return an MLP with one hidden layer.

    Example:
        >>> one_layer_mlp((32, 32, 3), 17, units=10).count_params()
        30917
    """
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(units, activation="relu"),
            layers.Dense(num_classes),
        ],
        name="one_layer_mlp",
    )


def patch_cnn(
    input_shape: tuple[int, int, int], num_classes: int, filters: tuple[int, ...] = (12, 24, 48)
) -> keras.Model:
    """Return a small CNN for photo patches: each block is a convolution with stride 2, batch normalisation and ReLU.

    After the blocks comes the mean of each map, then one logit per class. Lesson 09 builds the same network.

    Args:
        input_shape (tuple): (height, width, channels).
        num_classes (int): how many classes.
        filters (tuple of int): one block each. Default (12, 24, 48).

    Example:
        >>> patch_cnn((32, 32, 3), 17).count_params()
        14537
    """
    inputs = keras.Input(input_shape)
    x = layers.Rescaling(1 / 255)(inputs)
    for count in filters:
        x = layers.Conv2D(count, 3, strides=2, padding="same")(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    return keras.Model(inputs, layers.Dense(num_classes)(layers.GlobalAveragePooling2D()(x)), name="patch_cnn")


def compile_one_cycle(
    model: keras.Model,
    num_images: int,
    batch_size: int,
    epochs: int,
    peak: float = 0.01,
    label_smoothing: float = 0.0,
    steps_per_execution: int = 1,
) -> None:
    """Compile a network with Adam on a one-cycle schedule that lasts exactly as long as the training.

    Args:
        model (keras.Model): gives one logit per class.
        num_images, batch_size, epochs (int): of the training that follows.
        peak (float): the highest learning rate. Default 0.01.
        label_smoothing (float): share of each label that is spread over all classes. Default 0.
        steps_per_execution (int): steps that TensorFlow takes without going back to Python; with small batches 8 or
            so save a tenth of the time. Default 1.
    """
    total_steps = counting.num_steps(num_images, batch_size, epochs)
    model.compile(
        optimizer=keras.optimizers.Adam(schedules.OneCycle(peak, total_steps)),
        loss=SmoothedCrossentropy(label_smoothing),
        metrics=["accuracy"],
        steps_per_execution=steps_per_execution,
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


def photo_cnn(num_classes: int, filters: tuple[int, ...] = (32, 64, 128), residual_blocks: int = 2) -> keras.Model:
    """Return a CNN for small colour photographs of any size: cheap where maps are large, residual where they are small.

    The first convolution halves the image with its stride; each further one is pooled; the last maps go through
    residual blocks and global max pooling.

    Args:
        num_classes (int): how many classes.
        filters (tuple of int): of the first convolution and of the pooled ones. Default (32, 64, 128).
        residual_blocks (int): convolutions whose input is added to their output, at the end. Default 2.

    Example:
        >>> photo_cnn(10).count_params()
        391818
    """

    def normalised(x, count: int, kernel_size: int, strides: int = 1, pool: bool = False):
        x = layers.Conv2D(count, kernel_size, strides=strides, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D(2)(x) if pool else x
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))

    inputs = keras.Input((None, None, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = normalised(x, filters[0], kernel_size=4, strides=2)
    for count in filters[1:]:
        x = normalised(x, count, kernel_size=3, pool=True)
    for _ in range(residual_blocks):
        x = layers.Add()([x, normalised(x, filters[-1], kernel_size=3)])
    return keras.Model(inputs, layers.Dense(num_classes)(layers.GlobalMaxPooling2D()(x)), name="photo_cnn")


def train_on_digits(
    data, seed: int, epochs: int = 10, batch_size: int = 128
) -> tuple[keras.Model, keras.callbacks.History]:
    """Train the course's CNN on digits with affine augmentation.

    Args:
        data (datasets.Dataset): gray images.
        seed (int): of weights, order and augmentation.
        epochs (int): passes over the data. Default 10.
        batch_size (int): images per step. Default 128.

    Returns:
        The trained network and the history of its training.
    """
    change = augment.Augment(rotation_degrees=10, shift_pixels=2, zoom=0.1, shear_degrees=5, fill="constant", seed=seed)
    seeding.seed(seed)
    model = quick_cnn(data.train.images.shape[1:], len(data.class_names))
    compile_one_cycle(model, len(data.train.labels), batch_size, epochs, label_smoothing=0.1)
    return model, _fit(model, data, seed, epochs, batch_size, change)


def train_on_photographs(
    data, seed: int, epochs: int = 20, batch_size: int = 128
) -> tuple[keras.Model, keras.callbacks.History]:
    """Train `photo_cnn` on mirrored and moved small photographs.

    Args:
        data (datasets.Dataset): colour images.
        seed (int): of weights, order and augmentation.
        epochs (int): passes over the data. Default 20.
        batch_size (int): images per step. Default 128.

    Returns:
        The trained network and the history of its training.
    """
    change = augment.Augment(flip="horizontal", shift_pixels=3, fill="reflect", seed=seed)
    seeding.seed(seed)
    model = photo_cnn(len(data.class_names))
    steps = counting.num_steps(len(data.train.labels), batch_size, epochs)
    model.compile(
        optimizer=keras.optimizers.AdamW(schedules.OneCycle(0.01, steps), weight_decay=0.02),
        loss=SmoothedCrossentropy(0.1),
        metrics=["accuracy"],
        steps_per_execution=8,
    )
    return model, _fit(model, data, seed, epochs, batch_size, change)


def _fit(model, data, seed: int, epochs: int, batch_size: int, change) -> keras.callbacks.History:
    return model.fit(
        feeding.batches(*data.train, batch_size=batch_size, seed=seed, augment=change),
        validation_data=feeding.batches(*data.validation, batch_size=500, shuffle=False),
        epochs=epochs,
        verbose=0,
        callbacks=fitting.callbacks(),
    )
