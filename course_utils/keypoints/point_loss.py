"""A loss for coordinates that leaves out the points that are absent."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="course_utils")
class PointLoss(keras.losses.Loss):
    """Mean squared distance between true and predicted points; a true point that is NaN does not count.

    Args:
        name (str): in the history. Default "point_loss".

    Shapes:
        y_true and y_pred (num_images, num_points, 2), in the same unit.

    Example:
        >>> nan = float("nan")
        >>> loss = PointLoss()
        >>> float(loss([[[0.0, 0.0], [nan, nan]]], [[[3.0, 4.0], [7.0, 7.0]]]))
        25.0
    """

    def __init__(self, name: str = "point_loss", **options):
        super().__init__(name=name, **options)

    def call(self, y_true, y_pred):
        """Return one loss for each image: the mean over the points that it has."""
        y_true, y_pred = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
        present = ops.logical_not(ops.isnan(y_true[..., 0]))
        # The difference of what is absent is taken as 0 BEFORE it is squared: 0 * NaN would still be NaN.
        difference = ops.where(present[..., None], y_true - y_pred, ops.zeros_like(y_pred))
        squared = ops.sum(ops.square(difference), axis=-1)
        count = ops.maximum(ops.sum(ops.cast(present, "float32"), axis=-1), 1.0)
        return ops.sum(squared, axis=-1) / count
