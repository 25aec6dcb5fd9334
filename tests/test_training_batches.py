"""Input for fit: every image once an epoch, in an order that follows from seed and epoch; bad input is told."""

import gc

import keras
import numpy as np
import pytest

from course_utils import training
from course_utils.training import feeding

IMAGES = np.arange(7 * 4 * 4, dtype=np.uint8).reshape(7, 4, 4, 1)
LABELS = np.arange(7)


def labels_of(dataset):
    return np.concatenate([labels.numpy() for _, labels in dataset])


def test_images_and_labels_stay_together_and_all_come_once():
    dataset = training.batches(IMAGES, LABELS, 3, seed=5)
    assert len(dataset) == 3
    parts = list(dataset)
    assert [len(labels) for _, labels in parts] == [3, 3, 1]
    for images, labels in parts:
        assert images.dtype == "uint8"
        np.testing.assert_array_equal(images.numpy(), IMAGES[labels.numpy()])
    assert sorted(np.concatenate([labels for _, labels in parts])) == list(range(7))


def test_the_order_is_that_of_seed_and_epoch():
    dataset = training.batches(IMAGES, LABELS, 3, seed=5)
    for epoch in range(3):
        np.testing.assert_array_equal(labels_of(dataset), training.order_of_epoch(7, 5, epoch))
    feeding.begin_epoch(1)
    np.testing.assert_array_equal(labels_of(dataset), np.random.default_rng([5, 1]).permutation(7))
    assert not np.array_equal(training.order_of_epoch(7, 5, 0), training.order_of_epoch(7, 6, 0))


def test_without_shuffling_the_order_stays():
    dataset = training.batches(IMAGES, LABELS, 4, shuffle=False)
    for _ in range(2):
        np.testing.assert_array_equal(labels_of(dataset), LABELS)


def test_fit_sees_the_epochs_in_order_however_often_a_data_set_was_used_before():
    dataset = training.batches(IMAGES, LABELS, 3, seed=2)
    labels_of(dataset)
    seen = []

    class Spy(keras.layers.Layer):
        def call(self, images):
            import tensorflow as tf

            tf.numpy_function(lambda some: seen.append(some.copy()) or np.int64(0), [images[:, 0, 0, 0]], tf.int64)
            return keras.ops.mean(images, axis=(1, 2, 3))[:, None]

    model = keras.Sequential([keras.Input((4, 4, 1)), Spy(dtype="float32"), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(dataset, epochs=2, verbose=0, callbacks=training.callbacks())
    order = np.concatenate([training.order_of_epoch(7, 2, epoch) for epoch in range(2)])
    np.testing.assert_array_equal(np.concatenate(seen)[-14:] / 16, order)


def test_augmentation_is_of_the_batch_and_repeats():
    class Noise(keras.layers.Layer):
        def call(self, images, training=False, step=None):
            epoch, batch = step
            assert training
            return keras.ops.cast(images, "float32") + keras.ops.cast(100 * epoch + batch, "float32")

    dataset = training.batches(IMAGES, LABELS, 3, shuffle=False, augment=Noise())
    for epoch in range(2):
        for index, (images, labels) in enumerate(dataset):
            assert images.dtype == "float32"
            np.testing.assert_array_equal(images.numpy(), IMAGES[labels.numpy()] + 100.0 * epoch + index)


def test_any_keras_layer_augments():
    dataset = training.batches(IMAGES, LABELS, 3, augment=keras.layers.RandomFlip("horizontal", seed=0))
    for images, labels in dataset:
        for image, label in zip(images.numpy(), labels.numpy(), strict=True):
            original = IMAGES[label].astype("float32")
            assert np.array_equal(image, original) or np.array_equal(image, original[:, ::-1])


def test_the_course_s_augmentation_repeats_with_its_seed():
    from course_utils import augment

    def first(seed):
        layer = augment.Augment(rotation_degrees=30, seed=seed)
        return [images.numpy() for images, _ in training.batches(IMAGES, LABELS, 4, augment=layer)]

    for one, again in zip(first(1), first(1), strict=True):
        np.testing.assert_array_equal(one, again)
    assert not np.array_equal(first(1)[0], first(2)[0])


def test_data_sets_that_are_gone_are_forgotten():
    gc.collect()
    before = len(feeding._living)
    dataset = training.batches(IMAGES, LABELS, 3)
    assert len(feeding._living) == before + 1
    del dataset
    gc.collect()
    assert len(feeding._living) <= before + 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"labels": LABELS[:5]}, "7 images.*5"),
        ({"images": IMAGES[:0], "labels": LABELS[:0]}, "empty|no image|at least one"),
        ({"batch_size": 0}, "batch_size is 0; it must be a whole number, 1 or more"),
        ({"seed": -1}, "seed is -1"),
        ({"images": IMAGES[..., 0]}, r"\(7, 4, 4\)"),
        ({"images": np.full((7, 4, 4, 1), np.nan, np.float32)}, "NaN|nan"),
    ],
)
def test_bad_input_is_told(wrong, said):
    with pytest.raises(ValueError, match=said):
        training.batches(**{"images": IMAGES, "labels": LABELS, "batch_size": 3, **wrong})


def reader(shape=(4, 4, 1), num_classes=7):
    layers = [keras.layers.Conv2D(2, 2), keras.layers.GlobalMaxPooling2D(), keras.layers.Dense(num_classes)]
    model = keras.Sequential([keras.Input(shape), *layers])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@pytest.mark.parametrize(
    ("images", "labels", "said"),
    [
        (IMAGES, LABELS + 1, "the labels go from 1 to 7; 0 to 6 is needed"),
        (IMAGES[:, :3], LABELS, "the images are 3x4x1, the network takes 4x4x1. Resize them"),
        (np.repeat(IMAGES, 3, axis=-1), LABELS, "the images are 4x4x3, the network takes 4x4x1"),
    ],
)
def test_what_does_not_fit_the_network_is_told_before_the_first_step(images, labels, said):
    """Else TensorFlow says it, from deep within a graph."""
    right = training.batches(IMAGES, LABELS, 3)
    wrong = training.batches(images, labels, 3)
    with pytest.raises(ValueError, match=said):
        reader().fit(wrong, verbose=0, callbacks=training.callbacks())
    assert len(labels_of(wrong)) == 7, "a loop of one's own is not about that network"
    with pytest.raises(ValueError, match=said):
        reader().fit(right, validation_data=wrong, verbose=0, callbacks=training.callbacks())
    reader().fit(right, validation_data=right, verbose=0, callbacks=training.callbacks())


def test_a_network_for_any_size_takes_any_size():
    reader((None, None, 1)).fit(training.batches(IMAGES[:, :3], LABELS, 3), verbose=0, callbacks=training.callbacks())


def test_no_warning_comes_from_fit(recwarn):
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(training.batches(IMAGES, LABELS, 3), verbose=0)
    assert not [str(one.message) for one in recwarn if "shuffle" in str(one.message)]
