"""Integrated gradients: the score, shared out among the pixels so that the shares add up to it."""

import keras
import numpy as np

from course_utils.features import class_scores, image_batch, saliency_maps


def integrated_gradients(
    model: keras.Model,
    images: np.ndarray,
    classes: "int | np.ndarray | None" = None,
    baseline: "float | np.ndarray" = 0.0,
    steps: int = 32,
    batch_size: int = 16,
) -> np.ndarray:
    """Return how much each number of an image adds to the score of a class, compared with an image without content.

    The gradient is averaged along the straight way from the baseline to the image, in the middle of each step, and
    multiplied by their difference. All together add up to score(image) - score(baseline), the more exactly the more
    steps.

    Args:
        model (keras.Model): a classifier, best one that ends in logits.
        images (array): as the model expects them.
        classes (int, array of int or None): one for all images, or one each. Default None: the model's answers.
        baseline (float or array): the image without content: one number, or an array that fits the images. Default 0,
            black.
        steps (int): on the way. Default 32.
        batch_size (int): images at a time. Default 16.

    Shapes:
        images (num_images, height, width, channels); returns the same, float32.

    Raises:
        TypeError, ValueError: no classifier, no such class, no batch of images, no step, or a baseline that does not
            fit.

    Example:
        >>> model = keras.Sequential([keras.Input((1, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
        >>> model.set_weights([np.array([[3.0], [-4.0]]), np.zeros(1)])
        >>> integrated_gradients(model, np.full((1, 1, 2, 1), 2.0)).ravel().tolist()
        [6.0, -8.0]

    Source:
        M. Sundararajan, A. Taly and Q. Yan, Axiomatic Attribution for Deep Networks, 2017, arXiv:1703.01365.
    """
    images = image_batch.checked(images)
    if not isinstance(steps, (int, np.integer)) or steps < 1:
        raise ValueError(f"steps is {steps!r}; give a whole number of 1 or more.")
    try:
        start = np.broadcast_to(np.asarray(baseline, np.float32), images.shape)
    except ValueError:
        raise ValueError(
            f"baseline has the shape {np.shape(baseline)}; it must be one number or fit images of {images.shape}."
        ) from None
    classes = class_scores.chosen(model, images, classes)
    total = np.zeros(images.shape, np.float64)
    for step in range(steps):
        between = start + np.float32((step + 0.5) / steps) * (images - start)
        total += saliency_maps.input_gradients(model, between, classes, batch_size)
    return (total / steps * (images - start)).astype(np.float32)
