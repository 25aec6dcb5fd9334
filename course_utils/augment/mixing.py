"""Blend the images of a batch, and their labels with them: Keras' MixUp and CutMix on a stream of batches."""

import keras

from course_utils import whole_numbers
from course_utils.augment import settings


def _layer(name: str, since: str, **options):
    if not hasattr(keras.layers, name):
        raise ValueError(
            f"keras {keras.__version__} has no layer {name}; it needs {since} or newer: pip install --upgrade keras."
        )
    # float32: under mixed precision MixUp would multiply float16 images by float32 weights, and fail.
    return getattr(keras.layers, name)(dtype="float32", **options)


def mix_up(alpha: float = 0.2, seed: int | None = None):
    """Return Keras' MixUp: each image becomes a weighted mean of itself and another one of its batch.

    Args:
        alpha (float): 0 to 1; larger blends more. Default 0.2.
        seed (int): of the blending. Default: drawn.

    Raises:
        ValueError: alpha is out of range, or this version of Keras has no MixUp.

    Source:
        H. Zhang and others, mixup: Beyond Empirical Risk Minimization, 2018.

    Example:
        >>> mix_up(alpha=0.4, seed=0).alpha
        0.4
    """
    alpha = settings.number(alpha, "alpha", 1e-3, 1, "how strongly two images are blended")
    return _layer("MixUp", "keras 3.8", alpha=alpha, seed=seed)


def cut_mix(seed: int | None = None):
    """Return Keras' CutMix: a rectangle of each image is replaced by that of another one of its batch.

    Args:
        seed (int): of the rectangles. Default: drawn.

    Raises:
        ValueError: this version of Keras has no CutMix.

    Source:
        S. Yun and others, CutMix: Regularization Strategy to Train Strong Classifiers, 2019.
    """
    return _layer("CutMix", "keras 3.10", seed=seed)


def mixed(batches, layer, num_classes: int):
    """Return a stream of batches whose images, and whose labels with them, are blended.

    The labels become rows of `num_classes` shares that sum to 1, so the loss must be
    keras.losses.CategoricalCrossentropy(from_logits=True).

    Args:
        batches (tf.data.Dataset): of (images, integer labels), for example from `training.batches`.
        layer (Keras layer): from `mix_up` or `cut_mix`.
        num_classes (int): how many classes there are.

    Shapes:
        (batch, height, width, channels) and (batch,) become the same and (batch, num_classes), both float32.

    Returns:
        A tf.data.Dataset.

    Raises:
        ValueError: num_classes is below 2.
        tf.errors.InvalidArgumentError: a batch has a label that is no class below num_classes.
    """
    import tensorflow as tf

    whole_numbers.count(num_classes, "num_classes", 2, "how many classes the labels name")

    def blend(images, labels):
        beyond = f"mixed was given num_classes={num_classes}, but a label is {num_classes} or more; count the classes."
        tf.debugging.assert_less(tf.cast(labels, tf.int32), num_classes, message=beyond)
        shares = tf.one_hot(tf.cast(labels, tf.int32), num_classes)
        both = layer({"images": tf.cast(images, tf.float32), "labels": shares}, training=True)
        return both["images"], both["labels"]

    return batches.map(blend)
