"""Batches for `fit`: kept in memory, shuffled by seed and epoch, augmented, and made ready ahead of time."""

import functools
import inspect
import threading
import warnings
import weakref
from collections.abc import Callable

import numpy as np

from course_utils import datasets, whole_numbers
from course_utils.training import counting


def order_of_epoch(num_images: int, seed: int, epoch: int) -> np.ndarray:
    """Return the order in which an epoch goes through the images: it depends on the seed and the epoch only.

    A run that was interrupted therefore goes on with the very batches that it would have seen.

    Args:
        num_images (int): images in the training set.
        seed (int): of the run, 0 or more.
        epoch (int): counted from 0.

    Shapes:
        returns (num_images,), int64.

    Example:
        >>> order_of_epoch(5, seed=0, epoch=0).tolist(), order_of_epoch(5, seed=0, epoch=1).tolist()
        ([2, 4, 3, 0, 1], [1, 4, 3, 0, 2])
    """
    return np.random.default_rng([seed, epoch]).permutation(num_images)


class _Epochs:
    """Counts the epochs of one data set: each pass over it is one epoch, unless `begin_epoch` says which one."""

    def __init__(self):
        self.next = 0
        self.lock = threading.Lock()
        _living.add(self)

    def begin(self) -> int:
        with self.lock:
            epoch, self.next = self.next, self.next + 1
        return epoch


_living: weakref.WeakSet[_Epochs] = weakref.WeakSet()


def begin_epoch(epoch: int) -> None:
    """Tell every data set made by `batches` which epoch its next pass is; `callbacks` does so in every fit."""
    for epochs in list(_living):
        epochs.next = epoch


_waiting: list = []  # the network that has announced a fit or an evaluation, until the first pass over its data begins


def begin_fit(model) -> None:
    """Tell the next data set made by `batches` for which network its pass is; `callbacks` does so in every fit.

    The data set then looks whether the two fit each other. Without that, labels beyond the network's outputs and
    images of another size end in an error from the depths of TensorFlow.
    """
    _waiting[:] = [model]


def end_fit() -> None:
    """Tell that no data set needs to look at a network any more."""
    _waiting.clear()


def _compare(images: np.ndarray, labels: np.ndarray, model) -> None:
    """Raise where images or labels are not what the network takes; say what came, what is needed and what to do."""
    takes, gives = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    one_of_each = all(
        isinstance(shape, tuple) and all(side is None or isinstance(side, int) for side in shape)
        for shape in (takes, gives)
    )
    if not one_of_each or images.ndim != 4:
        return  # several inputs or outputs, or a network that does not know its shapes yet
    shape = None
    if len(takes) == 4:
        shape = tuple(
            side if wanted is None else wanted for side, wanted in zip(images.shape[1:], takes[1:], strict=True)
        )
    datasets.check(images[:1], shape=shape)
    if len(gives) == 2 and gives[1] is not None and gives[1] > 1 and labels.ndim == 1 and labels.dtype.kind in "iu":
        extremes = np.array([labels.min(), labels.max()])
        datasets.check(images[[0, 0]], extremes, num_classes=gives[1])


def _watched(dataset, images: np.ndarray, labels: np.ndarray):
    """Return the data set, which from now on compares itself with the network of a fit when its first pass begins."""

    class Batches(type(dataset)):
        def __iter__(self):
            if _waiting:
                _compare(images, labels, _waiting.pop())
            return super().__iter__()

    dataset.__class__ = Batches
    return dataset


def _checked(images, labels, batch_size: int) -> tuple[np.ndarray, np.ndarray]:
    images, labels = np.asarray(images), np.asarray(labels)
    if check := getattr(datasets, "check", None):
        check(images, labels)
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError(
            f"there are {len(images)} images and {len(labels)} labels; batches needs at least one image, "
            "and one label for each."
        )
    whole_numbers.count(batch_size, "batch_size")
    return images, labels


def batches(
    images: np.ndarray,
    labels: np.ndarray,
    batch_size: int = 128,
    *,
    seed: int = 0,
    shuffle: bool = True,
    augment: Callable | None = None,
):
    """Return the batches of a data set for `model.fit`, for its `validation_data`, or for a loop of one's own.

    The images stay in memory as they are. An epoch goes through them in the order of `order_of_epoch(number of
    images, seed, epoch)`; the next batch is made ready while the network works on the present one. The last batch
    of an epoch may be smaller; no image is left out.

    Args:
        images (np.ndarray): uint8 or float.
        labels (np.ndarray): one per image.
        batch_size (int): images per batch. Default 128.
        seed (int): of the order and of the augmentation. Default 0.
        shuffle (bool): a new order for every epoch; False for validation and test. Default True.
        augment (layer): changes the images of each batch, for example `augment.Augment(...)`; called with
            `training=True`, and with `step=(epoch, batch)` where it takes that, so that its random numbers follow
            from the seed, the epoch and the batch. Never for validation or test. Default none.

    Shapes:
        images (N, height, width, channels), labels (N,); each batch ((b, height, width, channels), (b,)).

    Returns:
        A tf.data.Dataset. Batches are of the images' own dtype, with `augment` float32.

    Raises:
        ValueError: no images, another number of labels than of images, or a batch size below 1.

    Example:
        >>> images, labels = np.zeros((5, 4, 4, 1), np.uint8), np.arange(5)
        >>> [part.numpy().tolist() for _, part in batches(images, labels, batch_size=2)]
        [[2, 4], [3, 0], [1]]
        >>> [part.numpy().tolist() for _, part in batches(images, labels, batch_size=3, shuffle=False)]
        [[0, 1, 2], [3, 4]]
    """
    import tensorflow as tf

    images, labels = _checked(images, labels, batch_size)
    # Keras 3.15 warns in every fit that it leaves the shuffling to the data set, which is just what is meant.
    warnings.filterwarnings("ignore", message=r"`shuffle=True` was passed, but will be ignored", category=UserWarning)
    whole_numbers.count(seed, "seed", least=0)
    num_images, num_batches = len(images), counting.num_steps(len(images), batch_size, 1)
    epochs = _Epochs()
    by_step = "step" in inspect.signature(getattr(augment, "call", augment) or _Epochs).parameters

    @functools.lru_cache(maxsize=2)
    def order(epoch: int) -> np.ndarray:
        return order_of_epoch(num_images, seed, epoch) if shuffle else np.arange(num_images)

    def cut(epoch: np.int64, index: np.int64) -> tuple[np.int64, np.ndarray, np.ndarray]:
        epoch = np.int64(epochs.begin()) if index == 0 else epoch
        chosen = order(int(epoch))[index * batch_size : (index + 1) * batch_size]
        return epoch, images[chosen], labels[chosen]

    def one_batch(epoch, index):
        epoch, some, right = tf.numpy_function(cut, [epoch, index], [tf.int64, images.dtype, labels.dtype])
        epoch.set_shape([])
        some.set_shape([None, *images.shape[1:]])
        right.set_shape([None, *labels.shape[1:]])
        return epoch, (some, right) if augment is None else (epoch, index, some, right)

    def augmented(epoch, index, some, right):
        options = {"step": (epoch, index)} if by_step else {}
        return tf.cast(augment(some, training=True, **options), tf.float32), right

    # As few functions as can be: setting one up costs every iterator, hence every epoch, some milliseconds.
    dataset = tf.data.Dataset.range(num_batches).scan(np.int64(0), one_batch)
    if augment is not None:
        dataset = dataset.map(augmented, num_parallel_calls=tf.data.AUTOTUNE if by_step else None)
    ready = dataset.apply(tf.data.experimental.assert_cardinality(num_batches)).prefetch(2)
    return _watched(ready, images, labels)
