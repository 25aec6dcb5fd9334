"""Read training curves as an experienced person does: what happened, and what to try next."""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

SENTENCES = {
    "diverged": (
        "The loss is no longer a number: the steps were so large that the weights ran away. Divide the learning "
        "rate by 10, and make sure that the images are scaled to 0 ... 1."
    ),
    "rate too high": (
        "The training loss jumps up and down, grows, or is stuck after a wild start: the steps are too large. "
        "Divide the learning rate by 3 to 10."
    ),
    "under-fitting": (
        "The training loss has stopped falling and is still high: the network cannot even learn what it is shown. "
        "Give it more filters or layers, take away regularisation, or try another learning rate."
    ),
    "over-fitting": (
        "The network does clearly better on the training images than on the validation images: it learns them by "
        "heart. Stop where validation was best, augment the images, add dropout or weight decay, or find more data."
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


def reading(history, num_classes: int | None = None, enough: float = 0.9) -> Reading:
    """Read the curves of a training: which of six kinds they are, and what to do.

    The rules are simple on purpose and can be wrong; a picture of the curves has the last word. In this order:

    * diverged: a loss is NaN or infinite;
    * rate too high: the training loss ends higher than it began, or its rises add up to more than half of its range,
      or it began worse than guessing and is stuck;
    * over-fitting: the validation loss has risen by more than a tenth of what it had fallen, while the training
      loss fell, or the two accuracies are more than 0.1 apart;
    * still improving: in the last quarter both losses fell by more than 3 % an epoch;
    * under-fitting: the training accuracy is below `enough` (without accuracies: more than half of the first
      training loss is left);
    * good: none of these.

    Args:
        history (keras History, or dict of lists): "loss", and where there are any "val_loss", "accuracy" and
            "val_accuracy".
        num_classes (int): of the task; guessing has the loss log(num_classes). Default none: 100 classes.
        enough (float): the training accuracy from which on the task counts as learnt. Default 0.9.

    Returns:
        A Reading.

    Raises:
        ValueError: no loss, or fewer than three epochs.

    Example:
        >>> reading({"loss": [2.3, float("nan"), float("nan")]}).kind
        'diverged'
        >>> found = reading({"loss": [1.0, 0.5, 0.2, 0.1, 0.05], "val_loss": [1.1, 0.7, 0.6, 0.8, 1.0]})
        >>> found.kind, found.sentence[:41]
        ('over-fitting', 'The network does clearly better on the tr')
    """
    curves = history if isinstance(history, Mapping) else history.history
    if "loss" not in curves:
        raise ValueError(f"the history has {', '.join(curves) or 'nothing'}, but no 'loss'; give what fit returns.")
    train, validation, accuracy, val_accuracy = (
        np.asarray(curves.get(name, ()), dtype=float) for name in ("loss", "val_loss", "accuracy", "val_accuracy")
    )
    if not np.isfinite(train).all() or not np.isfinite(validation).all():
        return Reading("diverged", SENTENCES["diverged"])
    if len(train) < 3:
        raise ValueError(f"the history has {len(train)} epochs; a curve can be read from the third epoch on.")
    learnt = accuracy[-1] >= enough if len(accuracy) else train[-1] <= 0.5 * train[0]
    if _too_wild(train) or (not learnt and train[0] > 1.3 * math.log(num_classes or 100)):
        kind = "rate too high"
    elif len(validation) and _learnt_by_heart(train, validation, accuracy, val_accuracy):
        kind = "over-fitting"
    elif _still_falling(train) and (not len(validation) or _still_falling(validation)):
        kind = "still improving"
    else:
        kind = "good" if learnt else "under-fitting"
    return Reading(kind, SENTENCES[kind])


def _too_wild(train: np.ndarray) -> bool:
    rises = np.clip(np.diff(train), 0, None).sum()
    reach = train.max() - train.min()
    return train[-1] > 1.05 * train[0] or (rises > 0.5 * reach and reach > 0.1 * train[0])


def _learnt_by_heart(train, validation, accuracy, val_accuracy) -> bool:
    best = int(validation.argmin())
    fallen, risen = validation[0] - validation[best], validation[-1] - validation[best]
    rising = train[-1] < train[best] and risen > 0.1 * max(fallen, validation[best])
    apart = len(accuracy) and len(val_accuracy) and accuracy[-1] - val_accuracy[-1] > 0.1
    return bool(rising or apart)


def _still_falling(losses: np.ndarray) -> bool:
    tail = max(2, len(losses) // 4)
    before, now = losses[-1 - tail], losses[-1]
    return before - now > 0.03 * tail * before and before - now > 0.02 * losses[0]
