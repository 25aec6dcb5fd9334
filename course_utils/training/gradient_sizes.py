"""How long the gradient of each layer is: the first thing to measure when a deep network does not learn."""

import keras
import numpy as np

from course_utils.training import keeping_best


class _WriteGradients(keras.optimizers.Optimizer):
    """Puts each gradient in the place of the weights that it belongs to; works the same on every backend."""

    # A name of its own: TensorFlow takes no scope whose name begins with an underscore, as the class's does.
    def __init__(self, learning_rate: float = 1.0, name: str = "write_gradients", **options):
        super().__init__(learning_rate=learning_rate, name=name, **options)

    def update_step(self, gradient, variable, learning_rate):
        self.assign(variable, keras.ops.cast(gradient, variable.dtype))


def gradient_norms(model: keras.Model, images: np.ndarray, labels: np.ndarray, loss=None) -> dict[str, float]:
    """Return, for each layer with a kernel, the length of the gradient of the loss with respect to that kernel.

    The loss is the mean over the images, in training mode (dropout drops, batch normalisation uses the batch). The
    weights and the moving averages are afterwards what they were. The optimiser is not: compile the model again
    before you train it.

    Args:
        model (keras.Model): built, with at least one layer that has a trainable kernel.
        images (np.ndarray): one batch.
        labels (np.ndarray): the right classes, counted from 0, or whatever the loss takes.
        loss (keras loss): Default: sparse categorical cross-entropy from logits.

    Shapes:
        images (N, height, width, channels), labels (N,).

    Returns:
        The square root of the sum of the squares of each kernel's gradient, by the name of the layer, in the model's
        order.

    Raises:
        ValueError: no layer with a trainable kernel, or another number of labels than of images.

    Example:
        >>> dense = keras.layers.Dense(2, use_bias=False, kernel_initializer="zeros", name="scores")
        >>> model = keras.Sequential([keras.Input((2,)), dense])
        >>> norms = gradient_norms(model, np.array([[3.0, 4.0]]), np.array([0]))
        >>> {name: round(norm, 4) for name, norm in norms.items()}  # |x| * |p - y| = 5 * sqrt(0.25 + 0.25)
        {'scores': 3.5355}
    """
    found = [layer for layer in model.layers if getattr(layer, "kernel", None) is not None and layer.trainable]
    if not found:
        raise ValueError("the model has no layer with a trainable kernel (Conv2D, Dense ...); nothing has a gradient.")
    if len(images) != len(labels):
        raise ValueError(f"there are {len(images)} images and {len(labels)} labels; give one label for each image.")
    before = keeping_best.copies(model.weights)
    loss = loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    # One step alone is not worth the compilation.
    model.compile(optimizer=_WriteGradients(), loss=loss, run_eagerly=True)
    model.train_on_batch(images, labels)
    norms = {layer.name: float(np.linalg.norm(keras.ops.convert_to_numpy(layer.kernel))) for layer in found}
    model.set_weights(before)
    return norms
