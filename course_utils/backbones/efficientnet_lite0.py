"""EfficientNet-Lite0: EfficientNet-B0 for small devices, with the layer names that keras.applications gives B0."""

import keras
from keras import layers

# Kernel size, blocks, expansion, strides and filters of each stage.
STAGES = (
    (3, 1, 1, 1, 16),
    (3, 2, 6, 2, 24),
    (5, 2, 6, 2, 40),
    (3, 3, 6, 2, 80),
    (5, 3, 6, 1, 112),
    (5, 4, 6, 2, 192),
    (3, 1, 6, 1, 320),
)
# The last layer of each stage (a stage of one block ends in a normalisation, without a sum), and of the body.
FEATURE_LAYERS = (
    "block1a_project_bn",
    "block2b_add",
    "block3b_add",
    "block4c_add",
    "block5c_add",
    "block6d_add",
    "block7a_project_bn",
    "top_activation",
)


def preprocessing() -> keras.Layer:
    """Return the layer that the network expects: RGB from 0 to 255 in, about -1 to 1 out.

    Example:
        >>> import numpy as np
        >>> np.asarray(preprocessing()(np.array([0.0, 127.0, 255.0]))).tolist()
        [-0.9921875, 0.0, 1.0]
    """
    return layers.Rescaling(1 / 128, offset=-127 / 128, name="preprocessing")


def body(inputs: keras.KerasTensor) -> keras.KerasTensor:
    """Return the feature maps after the seven stages and the last 1x1 convolution.

    What differs from EfficientNet-B0: no squeeze-and-excitation, ReLU6 in place of swish.

    Args:
        inputs (keras.KerasTensor): images that are preprocessed already.

    Shapes:
        inputs (batch, height, width, 3); returns (batch, ceil(height / 32), ceil(width / 32), 1280).

    Example:
        >>> keras.Model(inputs := keras.Input((64, 64, 3)), body(inputs)).count_params()
        3413024

    Source:
        M. Tan and Q. Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019,
        arXiv:1905.11946, table 1; the Lite variant: M. Tan, 2020,
        https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite.
    """
    x = _convolution(inputs, 32, 3, 2, "stem_conv")
    x = _activated(x, "stem_bn", "stem_activation")
    for stage, (kernel_size, num_blocks, expansion, strides, filters) in enumerate(STAGES, start=1):
        for block in range(num_blocks):
            name = f"block{stage}{'abcd'[block]}"
            x = inverted_bottleneck(x, kernel_size, expansion, 1 if block else strides, filters, name)
    x = _convolution(x, 1280, 1, 1, "top_conv")
    return _activated(x, "top_bn", "top_activation")


def inverted_bottleneck(
    x: keras.KerasTensor, kernel_size: int, expansion: int, strides: int, num_filters: int, name: str
) -> keras.KerasTensor:
    """Return the output of one block: 1x1 to more maps, a depthwise convolution, 1x1 to fewer maps without ReLU.

    Args:
        x (keras.KerasTensor): the block's input; it is added to the output where the two have one shape.
        kernel_size (int): of the depthwise convolution.
        expansion (int): how many times as many maps are in the middle; with 1 the first convolution is left out.
        strides (int): by which the block shrinks its maps.
        num_filters (int): maps of the output.
        name (str): with which the names of its layers begin.

    Shapes:
        x (batch, height, width, channels); returns (batch, ceil(height / strides), ceil(width / strides), num_filters).

    Source:
        M. Sandler and others, MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018, arXiv:1801.04381.
    """
    shortcut = x
    if expansion != 1:
        x = _convolution(x, expansion * shortcut.shape[-1], 1, 1, f"{name}_expand_conv")
        x = _activated(x, f"{name}_expand_bn", f"{name}_expand_activation")
    x = layers.DepthwiseConv2D(kernel_size, strides, padding="same", use_bias=False, name=f"{name}_dwconv")(x)
    x = _activated(x, f"{name}_bn", f"{name}_activation")
    x = _convolution(x, num_filters, 1, 1, f"{name}_project_conv")
    x = layers.BatchNormalization(epsilon=1e-3, name=f"{name}_project_bn")(x)
    if strides == 1 and shortcut.shape[-1] == num_filters:
        x = layers.Add(name=f"{name}_add")([x, shortcut])
    return x


def build(num_classes: int = 1000) -> keras.Model:
    """Return an untrained network: preprocessing, the body, the mean of each map, one logit per class.

    Args:
        num_classes (int): how many classes. Default 1000, those of ImageNet.

    Shapes:
        takes (batch, height, width, 3), RGB from 0 to 255, trained at 224x224; gives (batch, num_classes).

    Example:
        >>> build().count_params()
        4694024
    """
    inputs = keras.Input((None, None, 3), name="images")
    x = body(preprocessing()(inputs))
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    # Sums of float16 would lose digits: the logits are float32 under mixed precision too.
    outputs = layers.Dense(num_classes, dtype="float32", name="predictions")(x)
    return keras.Model(inputs, outputs, name="efficientnet_lite0")


def _convolution(x, num_filters: int, kernel_size: int, strides: int, name: str):
    return layers.Conv2D(num_filters, kernel_size, strides, padding="same", use_bias=False, name=name)(x)


def _activated(x, normalisation: str, activation: str):
    x = layers.BatchNormalization(epsilon=1e-3, name=normalisation)(x)
    return layers.ReLU(max_value=6, name=activation)(x)
