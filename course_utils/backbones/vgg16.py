"""VGG16 at any width, with or without batch normalisation, with the layer names of keras.applications."""

import keras
from keras import layers

# Convolutions and filters of each block, at full width.
BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
FEATURE_LAYERS = tuple(f"block{block}_pool" for block in range(1, len(BLOCKS) + 1))


def scaled(count: int, width: float) -> int:
    """Return how many filters a layer has at a width, at least one.

    Example:
        >>> scaled(64, 0.25)
        16
    """
    return max(1, round(count * width))


def body(inputs: keras.KerasTensor, width: float = 1.0, batch_normalization: bool = False) -> keras.KerasTensor:
    """Return the feature maps after the five blocks: 3x3 convolutions in twos and threes, and a pool after each block.

    Args:
        inputs (keras.KerasTensor): images that are preprocessed already.
        width (float): the share of VGG16's filters. Default 1.
        batch_normalization (bool): a normalisation after each convolution, which then has no bias; the original has
            none. Default False.

    Shapes:
        inputs (batch, height, width, 3), at least 32 pixels high and wide; returns (batch, height // 32,
        width // 32, 512 * width).

    Example:
        >>> keras.Model(inputs := keras.Input((32, 32, 3)), body(inputs)).count_params()
        14714688

    Source:
        K. Simonyan and A. Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014,
        arXiv:1409.1556, configuration D.
    """
    x = inputs
    for block, (depth, count) in enumerate(BLOCKS, start=1):
        for index in range(1, depth + 1):
            name = f"block{block}_conv{index}"
            convolution = layers.Conv2D(
                scaled(count, width),
                3,
                padding="same",
                use_bias=not batch_normalization,
                activation=None if batch_normalization else "relu",
                kernel_initializer="he_normal",
                name=name,
            )
            x = convolution(x)
            if batch_normalization:
                x = layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x)
                x = layers.ReLU(name=f"{name}_relu")(x)
        x = layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
    return x
