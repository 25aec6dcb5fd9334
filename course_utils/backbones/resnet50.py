"""ResNet50 at any width, for large or small images, with the layer names of keras.applications."""

import keras
from keras import layers

from course_utils.backbones import vgg16

# Blocks and filters (of the two inner convolutions; the last has four times as many) of each stage, at full width.
STAGES = ((3, 64), (4, 128), (6, 256), (3, 512))
EXPANSION = 4
FEATURE_LAYERS = ("pool1_pool", "conv2_block3_out", "conv3_block4_out", "conv4_block6_out", "conv5_block3_out")


def body(
    inputs: keras.KerasTensor,
    width: float = 1.0,
    small_images: bool = False,
) -> keras.KerasTensor:
    """Return the feature maps after the four stages of bottleneck blocks.

    For small images the stem is a 3x3 convolution that keeps the size, in place of a 7x7 one with stride 2, has no
    bias, and the stride of a stage is in its 3x3 convolution, which sees every pixel, in place of its first 1x1 one,
    which skips three in four.

    Args:
        inputs (keras.KerasTensor): images that are preprocessed already.
        width (float): the share of ResNet50's filters. Default 1.
        small_images (bool): the stem and strides for images of about 32 pixels. Default False: as in the paper and
            in keras.applications.

    Shapes:
        inputs (batch, height, width, 3); returns (batch, height / 32, width / 32, 2048 * width), for small images
        height / 16 and width / 16.

    Example:
        >>> keras.Model(inputs := keras.Input((64, 64, 3)), body(inputs)).count_params()
        23587712

    Source:
        K. He, X. Zhang, S. Ren and J. Sun, Deep Residual Learning for Image Recognition, 2015, arXiv:1512.03385,
        table 1, 50-layer.
    """
    stem = vgg16.scaled(64, width)
    if small_images:
        x = _convolution(inputs, stem, 3, 1, "conv1_conv", use_bias=False)
    else:
        x = layers.ZeroPadding2D(3, name="conv1_pad")(inputs)
        x = _convolution(x, stem, 7, 2, "conv1_conv", padding="valid")
    x = _normalised(x, "conv1")
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, (num_blocks, count) in enumerate(STAGES, start=2):
        for block in range(1, num_blocks + 1):
            strides = 2 if block == 1 and stage > 2 else 1
            x = bottleneck(
                x, vgg16.scaled(count, width), strides, f"conv{stage}_block{block}", block == 1, small_images
            )
    return x


def bottleneck(
    x: keras.KerasTensor,
    num_filters: int,
    strides: int,
    name: str,
    project: bool,
    small_images: bool = False,
) -> keras.KerasTensor:
    """Return the output of one bottleneck block: 1x1, 3x3 and 1x1 convolutions, added to their input.

    Args:
        x (keras.KerasTensor): the block's input.
        num_filters (int): of the two inner convolutions; the last one has four times as many.
        strides (int): by which the block shrinks its maps.
        name (str): with which the names of its layers begin.
        project (bool): the input goes through a 1x1 convolution before it is added, as it must where its shape changes.
        small_images (bool): the 3x3 convolution has the stride. Default False: the first one has.

    Shapes:
        x (batch, height, width, channels); returns (batch, height / strides, width / strides, 4 * num_filters).
    """
    first, second = (1, strides) if small_images else (strides, 1)
    bias = not small_images
    shortcut = x
    if project:
        shortcut = _convolution(x, EXPANSION * num_filters, 1, strides, f"{name}_0_conv", use_bias=bias)
        shortcut = layers.BatchNormalization(epsilon=1.001e-5, momentum=MOMENTUM, name=f"{name}_0_bn")(shortcut)
    x = _normalised(_convolution(x, num_filters, 1, first, f"{name}_1_conv", use_bias=bias), f"{name}_1")
    x = _normalised(_convolution(x, num_filters, 3, second, f"{name}_2_conv", use_bias=bias), f"{name}_2")
    x = _convolution(x, EXPANSION * num_filters, 1, 1, f"{name}_3_conv", use_bias=bias)
    x = layers.BatchNormalization(epsilon=1.001e-5, momentum=MOMENTUM, name=f"{name}_3_bn")(x)
    x = layers.Add(name=f"{name}_add")([shortcut, x])
    return layers.ReLU(name=f"{name}_out")(x)


# Of the moving averages. Keras' own default, 0.99, needs hundreds of steps to follow; short trainings have fewer.
MOMENTUM = 0.9


def _convolution(x, num_filters: int, kernel_size: int, strides: int, name: str, padding="same", use_bias=True):
    return layers.Conv2D(
        num_filters,
        kernel_size,
        strides=strides,
        padding=padding,
        use_bias=use_bias,
        kernel_initializer="he_normal",
        name=name,
    )(x)


def _normalised(x, name: str):
    x = layers.BatchNormalization(epsilon=1.001e-5, momentum=MOMENTUM, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x)
