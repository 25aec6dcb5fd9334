"""VGG16 and ResNet50 as keras.applications builds them, for images of any size, and without a download."""

import keras
from keras import layers, ops

from course_utils.backbones import resnet50, vgg16

# Of ImageNet's training images, in the order blue, green, red.
MEANS = (103.939, 116.779, 123.68)
NUM_CLASSES = 1000


@keras.saving.register_keras_serializable(package="course_utils")
class ToCentredBGR(layers.Layer):
    """Turns RGB from 0 to 255 into BGR about 0: what the ImageNet weights of VGG16 and ResNet50 expect.

    Shapes:
        takes and gives (batch, height, width, 3).

    Example:
        >>> import numpy as np
        >>> np.asarray(ToCentredBGR()(np.array([[[[123.68, 116.779, 104.939]]]]))).round(3)[0, 0, 0].tolist()
        [1.0, 0.0, 0.0]
    """

    def call(self, images):
        """Return the images with their channels turned round and the mean of each taken off."""
        images = ops.cast(images, self.compute_dtype)
        return ops.flip(images, axis=-1) - ops.convert_to_tensor(MEANS, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape


def body(name: str, width: float = 1.0) -> keras.Model:
    """Return the untrained body: images -> preprocessing -> the last feature maps.

    Args:
        name (str): "vgg16" or "resnet50".
        width (float): the share of the filters. Default 1.

    Shapes:
        takes (batch, height, width, 3), RGB from 0 to 255; gives (batch, height / 32, width / 32, 512 or 2048).

    Example:
        >>> body("vgg16", 1 / 16).output.shape
        (None, None, None, 32)
    """
    inputs = keras.Input((None, None, 3), name="images")
    x = ToCentredBGR(name="preprocessing")(inputs)
    outputs = (vgg16 if name == "vgg16" else resnet50).body(x, width)
    return keras.Model(inputs, outputs, name=f"{name}_body")


def with_head(name: str, features: keras.Model, width: float = 1.0) -> keras.Model:
    """Return a body with the dense layers that end in one logit per class of ImageNet; they are zero.

    Args:
        name (str): "vgg16" or "resnet50".
        features (keras.Model): made by `body`; its layers are shared.
        width (float): the share of the units. Default 1.

    Shapes:
        takes (batch, 224, 224, 3), of ResNet50 any size; gives (batch, 1000).
    """
    x = features.output
    if name == "vgg16":
        # The body takes any size, the dense layers take 7x7 maps: Reshape says so where Flatten could not be built.
        x = layers.Reshape((7 * 7 * x.shape[-1],), name="flatten")(x)
        for hidden in ("fc1", "fc2"):
            units = vgg16.scaled(4096, width)
            x = layers.Dense(units, activation="relu", kernel_initializer="zeros", name=hidden)(x)
    else:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    dense = layers.Dense(NUM_CLASSES, kernel_initializer="zeros", dtype="float32", name="predictions")
    return keras.Model(features.input, dense(x), name=name)
