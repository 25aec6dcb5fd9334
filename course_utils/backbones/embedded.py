"""The narrow VGG16 and ResNet50 that come with the course, trained on CIFAR-10: their shape, not yet their weights."""

import keras
from keras import layers

from course_utils.backbones import resnet50, vgg16

# Of the training images of CIFAR-10, by channel.
MEAN = (125.3, 123.0, 113.9)
STANDARD_DEVIATION = (63.0, 62.1, 66.7)
WIDTHS = {"vgg16": 0.375, "resnet50": 0.25}


def preprocessing() -> keras.Layer:
    """Return the layer that the embedded networks expect: RGB from 0 to 255 in, about 0 with variance 1 out.

    Example:
        >>> import numpy as np
        >>> np.asarray(preprocessing()(np.full((1, 1, 1, 3), MEAN)))[0, 0, 0].tolist()
        [0.0, 0.0, 0.0]
    """
    variance = tuple(deviation**2 for deviation in STANDARD_DEVIATION)
    return layers.Normalization(mean=MEAN, variance=variance, name="preprocessing")


def build(name: str, num_classes: int = 10, width: float | None = None) -> keras.Model:
    """Return an untrained network: preprocessing, the body, the mean of each map, one logit per class.

    Args:
        name (str): "vgg16" or "resnet50".
        num_classes (int): how many classes. Default 10, those of CIFAR-10.
        width (float): the share of the original's filters. Default: that of the weights that come with the course.

    Shapes:
        takes (batch, height, width, 3), RGB from 0 to 255, sides of 32 pixels or more; gives (batch, num_classes).

    Example:
        >>> build("resnet50").count_params()
        1497466
    """
    inputs = keras.Input((None, None, 3), name="images")
    x = preprocessing()(inputs)
    width = WIDTHS[name] if width is None else width
    if name == "vgg16":
        x = vgg16.body(x, width, batch_normalization=True)
    else:
        x = resnet50.body(x, width, small_images=True)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    # Sums of float16 would lose digits: the logits are float32 under mixed precision too.
    return keras.Model(inputs, layers.Dense(num_classes, dtype="float32", name="predictions")(x), name=name)
