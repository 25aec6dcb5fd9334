"""Read training curves as an experienced person does: what happened, and what to try next."""

import dataclasses
from collections.abc import Mapping

import numpy as np

SENTENCES = {
    "diverged": (
        "The loss is no longer a number: the steps were so large that the weights ran away. Divide the learning "
        "rate by 10, and make sure that the images are scaled to 0 ... 1."
    ),
    "rate too high": (
        "The training loss jumps up and down or grows instead of falling: the steps are too large. "
        "Divide the learning rate by 3 to 10."
    ),
    "under-fitting": (
        "The training loss has stopped falling and is still high, and validation is no worse: the network cannot "
        "even learn what it is shown. Give it more filters or layers, take away regularisation, or raise the "
        "learning rate."
    ),
    "over-fitting": (
        "The training loss goes on falling while the validation loss rises: the network learns the training images "
        "by heart. Stop earlier, augment the images, add dropout or weight decay, or find more data."
    ),
    "still improving": (
        "Both losses were still falling when training stopped. Train for more epochs before you change anything else."
    ),
    "good": ("The training loss is low and has levelled off, and the validation loss with it. Keep this network."),
}


@dataclasses.dataclass(frozen=True)
class Reading:
    """What curves say.

    Args:
        kind (str): one of the keys of SENTENCES.
        sentence (str): what happened and what to try.
    """

    kind: str
    sentence: str


def reading(history, num_classes: int | None = None) -> Reading:
    """Read the curves of a training.

    Args:
        history (keras History, or dict of lists): with "loss" and, for most readings, "val_loss"; with "accuracy",
            a high loss is told from a low one by it.
        num_classes (int): of the task. Default none.

    Returns:
        A Reading.

    Raises:
        ValueError: no loss, or fewer than three epochs.

    Example:
        >>> reading({"loss": [2.3, float("nan"), float("nan")]}).kind
        'diverged'
    """
    curves = history if isinstance(history, Mapping) else history.history
    if "loss" not in curves:
        raise ValueError(f"the history has {', '.join(curves) or 'nothing'}, but no 'loss'; give what fit returns.")
    train = np.asarray(curves["loss"], dtype=float)
    validation = np.asarray(curves.get("val_loss", ()), dtype=float)
    if not np.isfinite(train).all() or not np.isfinite(validation).all():
        return Reading("diverged", SENTENCES["diverged"])
    if len(train) < 3:
        raise ValueError(f"the history has {len(train)} epochs; a curve can be read from the third epoch on.")
    kind = _kind(train, validation, np.asarray(curves.get("accuracy", ()), dtype=float), num_classes)
    return Reading(kind, SENTENCES[kind])


def _kind(train, validation, accuracy, num_classes) -> str:
    span = max(train[0], train.max()) - train.min()
    scale = max(abs(train[0]), 1e-12)
    ups = np.clip(np.diff(train), 0, None)
    if train[-1] > 1.05 * train[0] or (ups.sum() > 0.5 * span and span > 0.02 * scale):
        return "rate too high"
    if len(validation):
        best = int(validation.argmin())
        gap = validation[-1] - validation[best]
        if (
            best < len(validation) - 1
            and gap > 0.1 * max(validation[0] - validation[best], 0.1 * validation[best])
            and train[-1] < train[best]
        ):
            return "over-fitting"
    high = accuracy[-1] < 0.8 if len(accuracy) else train[-1] > 0.5 * scale
    tail = max(2, len(train) // 4)
    falling = (train[-1 - tail] - train[-1]) / max(train[-1 - tail], 1e-12) / tail
    if falling > 0.03 and (not len(validation) or validation[-1] <= validation[-1 - tail] * 0.99):
        return "still improving"
    return "under-fitting" if high else "good"
