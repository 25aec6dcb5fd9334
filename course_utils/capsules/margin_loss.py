"""The margin loss: the right capsule is to be long, every other one short, and beyond that nothing is asked."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("course_utils")
class MarginLoss(keras.losses.Loss):
    """Sum over classes of T max(0, present - n)^2 + absent_weight (1 - T) max(0, n - absent)^2, n a capsule's length.

    Unlike a softmax it lets several classes be there at once: each is asked on its own.

    Args:
        present (float): a class that is there should reach this length. Default 0.9.
        absent (float): one that is not should stay below this. Default 0.1.
        absent_weight (float): how much the absent classes count, of which there are many; without it they shrink all
            capsules before any has learnt. Default 0.5.
        reduction, name, dtype: as every Keras loss takes them.

    Shapes:
        y_true: (N,) or (N, 1) whole numbers, or (N, classes) of 0 and 1, also with several 1s. y_pred: lengths
        (N, classes). One loss per image, of which `reduction` takes the mean.

    Raises:
        ValueError: margins that are not 0 <= absent < present <= 1, a negative weight, lengths that are no rows.

    Example:
        >>> loss = MarginLoss()
        >>> round(float(loss([0], [[0.5, 0.3, 0.05]])), 4)
        0.18

    Source:
        S. Sabour, N. Frosst, G. Hinton, Dynamic routing between capsules, 2017, equation 4.
    """

    def __init__(
        self,
        present: float = 0.9,
        absent: float = 0.1,
        absent_weight: float = 0.5,
        reduction: str = "sum_over_batch_size",
        name: str = "margin_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if not 0 <= absent < present <= 1:
            raise ValueError(f"present is {present} and absent is {absent}; they must be 0 <= absent < present <= 1.")
        if absent_weight < 0:
            raise ValueError(f"absent_weight is {absent_weight}; it must be 0 or more.")
        self.present, self.absent, self.absent_weight = float(present), float(absent), float(absent_weight)

    def call(self, y_true, y_pred):
        """Return one loss per image."""
        lengths = ops.convert_to_tensor(y_pred)
        if len(lengths.shape) != 2:
            raise ValueError(
                f"the lengths have the shape {tuple(lengths.shape)}; MarginLoss needs (N, classes). "
                "CapsuleLength() makes lengths of capsules."
            )
        is_there = _rows(ops.convert_to_tensor(y_true), lengths)
        too_short = ops.maximum(0.0, self.present - lengths)
        too_long = ops.maximum(0.0, lengths - self.absent)
        of_class = is_there * ops.square(too_short) + self.absent_weight * (1 - is_there) * ops.square(too_long)
        return ops.sum(of_class, axis=-1)

    def get_config(self) -> dict:
        """Return the arguments."""
        return {
            **super().get_config(), "present": self.present, "absent": self.absent,
            "absent_weight": self.absent_weight,
        }  # fmt: skip


def _rows(labels, lengths):
    """Return labels as rows of 0 and 1."""
    num_classes = lengths.shape[1]
    if len(labels.shape) == 2 and (labels.shape[1] == num_classes):
        return ops.cast(labels, lengths.dtype)
    if len(labels.shape) == 1 or (len(labels.shape) == 2 and labels.shape[1] == 1):
        return ops.one_hot(ops.reshape(ops.cast(labels, "int32"), (-1,)), num_classes, dtype=lengths.dtype)
    raise ValueError(
        f"the labels have the shape {tuple(labels.shape)}; MarginLoss needs (N,) whole numbers, or (N, {num_classes}) "
        "of 0 and 1."
    )
