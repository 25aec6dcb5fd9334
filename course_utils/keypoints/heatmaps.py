"""Heatmaps: one map for each point that says where it may be, and the way from a map back to a point."""

import keras
from keras import ops


def _centres(height: int, width: int):
    """Return the places of the cells as shares of the image: (height, width, 2), x before y."""
    x = (ops.arange(width, dtype="float32") + 0.5) / width
    y = (ops.arange(height, dtype="float32") + 0.5) / height
    columns, rows = ops.meshgrid(x, y)
    return ops.stack([columns, rows], axis=-1)


def heatmap_targets(points, height: int, width: int, sigma: float = 1.0):
    """Return for each point a Gaussian hill on a grid of cells; the cells of each map add up to 1.

    A point that lies far outside the grid has its hill at the nearest edge; one that is NaN has NaN everywhere.

    Args:
        points (array): as shares of the image, 0 to 1.
        height, width (int): of the maps, in cells.
        sigma (float): how broad a hill is, in cells. Default 1.

    Shapes:
        points (num_images, num_points, 2); returns (num_images, height, width, num_points), float32.

    Raises:
        ValueError: sigma is not above 0.

    Example:
        >>> hill = heatmap_targets([[[0.5, 0.5]]], height=1, width=3, sigma=1.0)
        >>> [round(float(value), 2) for value in ops.convert_to_numpy(hill).ravel()]
        [0.27, 0.45, 0.27]

    Source:
        J. Tompson and others, Joint Training of a Convolutional Network and a Graphical Model, 2014, arXiv:1406.2984.
    """
    if not sigma > 0:
        raise ValueError(f"sigma is {sigma}; it must be above 0, in cells of the map.")
    points = ops.cast(points, "float32")
    cells = ops.convert_to_tensor([width, height], dtype="float32")
    away = (_centres(height, width)[None, :, :, None] - points[:, None, None]) * cells  # (N, height, width, points, 2)
    logits = -ops.sum(ops.square(away), axis=-1) / (2 * sigma**2)
    return _softmax_over_places(logits)


def _softmax_over_places(logits):
    """Return maps whose cells add up to 1 for each image and each point."""
    _, height, width, num_points = logits.shape
    flat = ops.reshape(logits, (-1, height * width, num_points))
    return ops.reshape(ops.softmax(flat, axis=1), (-1, height, width, num_points))


def soft_argmax(logits):
    """Return for each map the mean place, weighted by the softmax of the map.

    Unlike the place of the largest number it falls between cells, and it has a gradient.

    Args:
        logits (array): any numbers; larger means more likely here.

    Shapes:
        logits (num_images, height, width, num_points); returns (num_images, num_points, 2): shares of the image.

    Example:
        >>> logits = ops.log(ops.convert_to_tensor([[[[0.25], [0.75]]]]))  # one row of two cells
        >>> ops.convert_to_numpy(soft_argmax(logits)).tolist()
        [[[0.625, 0.5]]]

    Source:
        X. Sun and others, Integral Human Pose Regression, 2018, arXiv:1711.08229.
    """
    logits = ops.cast(logits, "float32")
    weights = _softmax_over_places(logits)
    centres = _centres(*logits.shape[1:3])
    return ops.einsum("nhwp,hwc->npc", weights, centres)


class SoftArgmax(keras.layers.Layer):
    """A layer that does `soft_argmax`.

    Example:
        >>> tuple(SoftArgmax()(ops.zeros((1, 4, 4, 3))).shape)
        (1, 3, 2)
    """

    def __init__(self, **options):
        # Half precision has too few digits for coordinates.
        super().__init__(**{"dtype": "float32", **options})

    def call(self, logits):
        """Return (num_images, num_points, 2), shares of the image."""
        return soft_argmax(logits)

    def compute_output_shape(self, input_shape):
        """Return the shape of the points."""
        return (input_shape[0], input_shape[3], 2)


@keras.saving.register_keras_serializable(package="course_utils")
class HeatmapLoss(keras.losses.Loss):
    """Cross-entropy between the hills of true points and predicted maps; a true point that is NaN does not count.

    What is left of it when a map is right is the entropy of the hill, so that 0 means: the maps are the hills.

    Args:
        sigma (float): how broad the hills are, in cells. Default 1.
        name (str): in the history. Default "heatmap_loss".

    Shapes:
        y_true (num_images, num_points, 2), shares of the image; y_pred (num_images, height, width, num_points), logits.

    Example:
        >>> loss = HeatmapLoss(sigma=1.0)
        >>> target = [[[0.5, 0.5]]]
        >>> right = ops.log(heatmap_targets(target, 4, 4, sigma=1.0))
        >>> abs(float(loss(target, right))) < 1e-5, float(loss(target, ops.zeros((1, 4, 4, 1)))) > 0.1
        (True, True)
    """

    def __init__(self, sigma: float = 1.0, name: str = "heatmap_loss", **options):
        super().__init__(name=name, **options)
        if not sigma > 0:
            raise ValueError(f"sigma is {sigma}; it must be above 0, in cells of the map.")
        self.sigma = sigma

    def call(self, y_true, y_pred):
        """Return one loss for each image: the mean over the points that it has."""
        y_true, y_pred = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
        _, height, width, num_points = y_pred.shape
        present = ops.logical_not(ops.isnan(y_true[..., 0]))
        filled = ops.where(present[..., None], y_true, ops.full_like(y_true, 0.5))
        hills = ops.reshape(heatmap_targets(filled, height, width, self.sigma), (-1, height * width, num_points))
        predicted = ops.log_softmax(ops.reshape(y_pred, (-1, height * width, num_points)), axis=1)
        surprise = ops.sum(hills * (ops.log(hills + 1e-9) - predicted), axis=1)  # (num_images, num_points)
        count = ops.maximum(ops.sum(ops.cast(present, "float32"), axis=-1), 1.0)
        return ops.sum(ops.where(present, surprise, ops.zeros_like(surprise)), axis=-1) / count

    def get_config(self) -> dict:
        """Return the arguments."""
        return {**super().get_config(), "sigma": self.sigma}
