"""The callbacks that every training of the course uses."""

import keras

from course_utils.training import feeding, keeping_best, progress_display, resuming


class _TellEpoch(keras.callbacks.Callback):
    """Tells the batches which epoch it is, so that their order depends on nothing else."""

    def on_epoch_begin(self, epoch, logs=None):
        feeding.begin_epoch(epoch)


def callbacks(patience: int | None = None, checkpoint=None, monitor: str = "val_loss") -> list:
    """Return the callbacks for `model.fit(..., verbose=0, callbacks=training.callbacks())`; new ones for each fit.

    They show a live line in Jupyter and in a terminal and leave nothing behind in the notebook; they keep the
    weights of the best epoch and put them back at the end; on demand they stop early, and save after each epoch
    what it takes to go on after a crash.

    Args:
        patience (int): stop after this many epochs without a better one. Default none: never stop early.
        checkpoint (path): a folder. A run that was killed goes on from its last whole epoch when it is started
            again with the same folder, and ends with the weights it would have had. Default none.
        monitor (str): the number by which epochs are compared. Default "val_loss", lower is better.

    Returns:
        A list of keras callbacks.

    Raises:
        ValueError: `patience` is no whole number above 0.

    Example:
        >>> [type(one).__name__ for one in callbacks(patience=3)][:2]
        ['_TellEpoch', 'KeepBest']
    """
    best = keeping_best.KeepBest(patience=patience, monitor=monitor)
    saving = [] if checkpoint is None else [resuming.Resume(checkpoint, best)]
    live = [progress_display.ProgressDisplay()] if progress_display.screen() else []
    return [_TellEpoch(), best, *saving, *live]
