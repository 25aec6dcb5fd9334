"""The callbacks that every training of the course uses."""

import keras
import numpy as np

from course_utils import live_line
from course_utils.training import feeding, keeping_best, progress_display, resuming


class _TellEpoch(keras.callbacks.Callback):
    """Tells the batches for which network they are, and which epoch it is: their order depends on nothing else."""

    def on_train_begin(self, logs=None):
        feeding.begin_fit(self.model)

    def on_test_begin(self, logs=None):
        feeding.begin_fit(self.model)

    def on_test_end(self, logs=None):
        feeding.end_fit()

    def on_train_end(self, logs=None):
        feeding.end_fit()

    def on_epoch_begin(self, epoch, logs=None):
        feeding.begin_epoch(epoch)


class _MakeVariables(keras.callbacks.Callback):
    """Makes the variables of optimiser, loss and metrics before the first step, where labels are whole numbers.

    TensorFlow traces a step that makes variables twice. With them made, `fit` starts in less than half the CPU time.
    """

    def on_train_begin(self, logs=None):
        model = self.model
        if keras.backend.backend() != "tensorflow" or model.optimizer.built:
            return
        shape = model.output_shape
        one_output = isinstance(shape, tuple) and len(shape) == 2
        if not one_output or not _takes_whole_numbers(model.loss) or model.distribute_strategy.num_replicas_in_sync > 1:
            return
        model.optimizer.build(model.trainable_variables)
        labels, logits = np.zeros((1,), "int64"), np.zeros((1, shape[1]), "float32")
        model.compute_loss(x=None, y=labels, y_pred=logits)
        model.compute_metrics(None, labels, logits)
        model.reset_metrics()


def _takes_whole_numbers(loss) -> bool:
    name = loss if isinstance(loss, str) else type(loss).__name__
    return name in ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", "SmoothedCrossentropy")


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
        >>> [type(one).__name__ for one in callbacks(patience=3)][:3]
        ['_MakeVariables', '_TellEpoch', 'KeepBest']
    """
    best = keeping_best.KeepBest(patience=patience, monitor=monitor)
    saving = [] if checkpoint is None else [resuming.Resume(checkpoint, best)]
    live = [progress_display.ProgressDisplay()] if live_line.screen() else []
    return [_MakeVariables(), _TellEpoch(), best, *saving, *live]
