"""Use what hardware there is: several GPUs at once, and half precision where it is faster."""

import contextlib

import keras


def num_gpus() -> int:
    """Return how many GPUs the Keras backend sees.

    Example:
        >>> num_gpus() >= 0
        True
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return len(tf.config.list_physical_devices("GPU"))
    if backend == "jax":
        import jax

        return sum(one.platform != "cpu" for one in jax.devices())
    import torch

    return torch.cuda.device_count()


def precision() -> str:
    """Return the dtype policy to build networks with: "mixed_float16" where there is a GPU, else "float32".

    Mixed precision computes in 16 bits and keeps the weights in 32. A GPU is up to three times faster with it; a CPU
    is slower.

    Example:
        >>> precision() in ("mixed_float16", "float32")
        True
    """
    return "mixed_float16" if num_gpus() else "float32"


@contextlib.contextmanager
def all_gpus():
    """Build and compile networks in a `with` block, and `fit` will share each batch among all GPUs.

    With TensorFlow this is `tf.distribute.MirroredStrategy`, with JAX `keras.distribution.DataParallel`; PyTorch has no
    such thing in Keras. With one GPU or none the block changes nothing.

    Example:
        >>> with all_gpus():
        ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.count_params()
        3
    """
    backend = keras.backend.backend()
    if num_gpus() < 2 or backend == "torch":
        yield
    elif backend == "tensorflow":
        import tensorflow as tf

        with tf.distribute.MirroredStrategy().scope():
            yield
    else:
        before = keras.distribution.distribution()
        keras.distribution.set_distribution(keras.distribution.DataParallel())
        try:
            yield
        finally:
            keras.distribution.set_distribution(before)
