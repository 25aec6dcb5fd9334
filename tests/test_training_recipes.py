"""Recipes, fresh starts for each seed, budgets of CPU seconds, and the switches for graphics cards."""

import time
from unittest import mock

import keras
import numpy as np
import pytest

from course_utils import training
from course_utils.training import hardware, recipes

IMAGES = np.random.default_rng(0).integers(0, 256, (24, 28, 28, 1), dtype=np.uint8)
LABELS = np.arange(24) % 10


def test_the_mlp_has_thirty_times_the_parameters_that_the_lesson_says():
    small = recipes.patch_cnn((32, 32, 3), 17).count_params()
    units = 30 * small // (3072 + 17 + 1) + 1
    assert 30 <= recipes.one_layer_mlp((32, 32, 3), 17, units).count_params() / small < 31


def test_a_smoothed_loss_is_that_of_smoothed_labels_and_survives_saving():
    logits = np.random.default_rng(1).normal(size=(6, 10)).astype("float32")
    labels = np.arange(6)
    smoothed = np.eye(10)[labels] * 0.9 + 0.1 / 10
    expected = keras.losses.CategoricalCrossentropy(from_logits=True)(smoothed, logits)
    loss = recipes.SmoothedCrossentropy(0.1)
    assert float(loss(labels, logits)) == pytest.approx(float(expected), rel=1e-5)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert float(again(labels, logits)) == float(loss(labels, logits))


def compiled():
    model = keras.Sequential(
        [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255), keras.layers.Flatten(), keras.layers.Dropout(0.5),
         keras.layers.Dense(10)]
    )  # fmt: skip
    recipes.compile_one_cycle(model, 24, 8, 2)
    return model


def trained(model, seed):
    model.fit(training.batches(IMAGES, LABELS, 8, seed=seed), epochs=2, verbose=0, callbacks=training.callbacks())
    return model.get_weights()


def test_fresh_starts_ask_for_compiled_networks():
    with pytest.raises(ValueError, match="not compiled"):
        next(training.fresh_starts(lambda: keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])))


def test_fresh_starts_train_as_new_networks_do():
    starts = {seed: trained(model, seed) for seed, model in training.fresh_starts(compiled, (3, 1, 3))}
    again = [trained(model, seed) for seed, model in training.fresh_starts(compiled, (3, 1, 3))]
    for number, seed in ((0, 3), (1, 1), (2, 3)):
        training.seed(seed)
        for expected, repeated, found in zip(trained(compiled(), seed), again[number], starts[seed], strict=True):
            np.testing.assert_array_equal(repeated, expected)
            np.testing.assert_array_equal(found, expected)


def test_training_ends_after_the_epoch_in_which_the_budget_is_used_up():
    class Work(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            end = time.process_time() + 0.05
            while time.process_time() < end:
                pass

    model = compiled()
    trained(model, 0)
    history = model.fit(
        training.batches(IMAGES, LABELS, 8), epochs=1000, verbose=0, callbacks=[Work(), training.StopAfter(0.3)]
    )
    assert 1 <= len(history.epoch) <= 6
    with pytest.raises(ValueError, match="cpu_seconds is 0"):
        training.StopAfter(0)


def test_precision_is_halved_only_where_there_is_a_gpu():
    with mock.patch.object(hardware, "num_gpus", return_value=0):
        assert training.precision() == "float32"
    with mock.patch.object(hardware, "num_gpus", return_value=1):
        assert training.precision() == "mixed_float16"


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="about tf.distribute")
def test_with_several_gpus_a_network_is_mirrored_and_trains_on_the_course_s_batches():
    with mock.patch.object(hardware, "num_gpus", return_value=2), training.all_gpus():
        model = compiled()
    assert type(model.distribute_strategy).__name__ == "MirroredStrategy"
    assert all(np.isfinite(array).all() for array in trained(model, 0))


def test_the_quick_cnn_and_the_course_s_cnn_take_uint8_images_as_they_are():
    for build in (recipes.quick_cnn, recipes.mlp, recipes.patch_cnn):
        outputs = build((28, 28, 1), 10)(IMAGES[:2])
        assert outputs.shape == (2, 10)
        assert np.isfinite(np.asarray(outputs)).all()
