"""A training that is killed in the middle and started again ends as if nothing had happened; damage is told."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from course_utils import training

# argv: checkpoint folder, file for the weights, epoch in which the process announces itself and waits to be killed.
CHILD = """
import sys, time
import keras, numpy as np
from keras import layers
from course_utils import augment, training

folder, result, wait_in_epoch = sys.argv[1], sys.argv[2], int(sys.argv[3])
images = np.random.default_rng(0).integers(0, 256, (150, 8, 8, 1), dtype=np.uint8)
labels = (images.mean(axis=(1, 2, 3)) > 127).astype(np.int64)


class Announce(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == wait_in_epoch and batch == 1:
            print("in the middle", flush=True)
            time.sleep(100)


training.seed(0)
model = keras.Sequential([
    keras.Input((8, 8, 1)), layers.Rescaling(1 / 255), layers.Conv2D(4, 3), layers.BatchNormalization(momentum=0.9),
    layers.ReLU(), layers.GaussianNoise(0.05), layers.Flatten(), layers.Dropout(0.3), layers.Dense(2),
])
epochs = 5
model.compile(
    keras.optimizers.Adam(training.OneCycle(0.05, training.num_steps(100, 32, epochs))),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"],
)
history = model.fit(
    training.batches(images[:100], labels[:100], 32, seed=1, augment=augment.Augment(shift_pixels=1, seed=2)),
    validation_data=training.batches(images[100:], labels[100:], 50, shuffle=False), epochs=epochs, verbose=0,
    callbacks=[*training.callbacks(patience=4, checkpoint=folder), Announce()],
)
arrays = [*model.get_weights(), *(np.asarray(variable) for variable in model.optimizer.variables)]
np.savez(result, *arrays, losses=history.history["val_loss"], epochs=history.epoch)
"""


def start(*arguments):
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", CHILD, *map(str, arguments)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def finish(process):
    _, errors = process.communicate(timeout=170)
    assert process.returncode == 0, errors[-3000:]


def kill_in_the_middle(process):
    line = process.stdout.readline()
    assert line.strip() == "in the middle", process.stderr.read()[-3000:]
    process.kill()
    process.communicate(timeout=60)


def test_a_run_that_was_killed_twice_ends_with_exactly_the_weights_of_one_that_was_not(tmp_path):
    whole = start(tmp_path / "whole", tmp_path / "whole.npz", -1)
    kill_in_the_middle(start(tmp_path / "killed", tmp_path / "none.npz", 1))
    kill_in_the_middle(start(tmp_path / "killed", tmp_path / "none.npz", 3))
    assert not (tmp_path / "none.npz").exists()
    finish(start(tmp_path / "killed", tmp_path / "killed.npz", -1))
    finish(whole)
    with np.load(tmp_path / "whole.npz") as expected, np.load(tmp_path / "killed.npz") as found:
        assert set(expected) == set(found)
        for name in expected:
            np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


def network(units=3):
    training.seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(training.OneCycle(0.1, 100)), "mse")
    return model


def fit(model, folder, epochs=3, **options):
    inputs = np.arange(40, dtype="float32").reshape(10, 4) / 40
    with_validation = {"validation_data": (inputs, inputs[:, :1])}
    callbacks = training.callbacks(checkpoint=folder, **options)
    return model.fit(inputs, inputs[:, :1], epochs=epochs, verbose=0, shuffle=False, callbacks=callbacks,
                     **with_validation)  # fmt: skip


def test_a_finished_run_is_not_trained_again(tmp_path):
    first = network()
    history = fit(first, tmp_path)
    steps = int(first.optimizer.iterations)
    again = network()
    repeated = fit(again, tmp_path)
    assert int(again.optimizer.iterations) == steps
    assert repeated.history == history.history
    assert repeated.epoch == [0, 1, 2]
    for one, other in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_more_epochs_go_on_from_the_last_one(tmp_path):
    fit(network(), tmp_path, epochs=2)
    longer = network()
    history = fit(longer, tmp_path, epochs=5)
    assert history.epoch == [0, 1, 2, 3, 4]
    whole = network()
    fit(whole, tmp_path / "other", epochs=5)
    for one, other in zip(whole.get_weights(), longer.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_run_that_stopped_early_stays_stopped(tmp_path):
    class Worse(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["val_loss"] = float(epoch)

    def run():
        model = network()
        inputs = np.ones((4, 4), "float32")
        return model.fit(
            inputs, inputs[:, :1], epochs=9, verbose=0,
            callbacks=[Worse(), *training.callbacks(patience=2, checkpoint=tmp_path)],
        )  # fmt: skip

    assert run().epoch == [0, 1, 2]
    assert run().epoch == [0, 1, 2]


def test_the_model_can_be_fitted_again_afterwards(tmp_path):
    model = network()
    fit(model, tmp_path)
    inputs = np.ones((4, 4), "float32")
    assert model.fit(inputs, inputs[:, :1], epochs=2, verbose=0).epoch == [0, 1]


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Return the bytes of a good checkpoint."""
    folder = tmp_path_factory.mktemp("stored")
    fit(network(), folder)
    return (folder / "training.npz").read_bytes()


@pytest.mark.parametrize("damage", ["empty", "begun", "last bytes missing", "one bit"])
def test_a_damaged_checkpoint_is_told_and_left_alone(tmp_path, stored, damage):
    path = tmp_path / "training.npz"
    path.write_bytes(stored)
    flipped = bytearray(stored)
    flipped[stored.index(np.load(path)["model/0"].tobytes()[:12])] ^= 1
    damaged = {"empty": b"", "begun": stored[:200], "last bytes missing": stored[:-30], "one bit": bytes(flipped)}
    path.write_bytes(damaged[damage])
    with pytest.raises(training.DamagedCheckpoint, match=r"training.npz is damaged.*Delete the file to train from"):
        fit(network(), tmp_path)
    assert path.read_bytes() == damaged[damage]


def test_the_checkpoint_of_another_network_or_schedule_is_told(tmp_path, stored):
    (tmp_path / "training.npz").write_bytes(stored)
    with pytest.raises(training.DamagedCheckpoint, match=r"of another network: its model has the shape \(4, 3\) where"):
        fit(network(units=5), tmp_path)
    other = network()
    other.compile(keras.optimizers.Adam(training.OneCycle(0.1, 200)), "mse")
    with pytest.raises(training.DamagedCheckpoint, match="another optimiser or schedule"):
        fit(other, tmp_path)


def test_a_format_of_the_future_is_told(tmp_path):
    facts = np.frombuffer(json.dumps({"format": 99, "arrays": {}}).encode(), dtype=np.uint8)
    np.savez(tmp_path / "training.npz", facts=facts)
    with pytest.raises(training.DamagedCheckpoint, match="has the format 99"):
        fit(network(), tmp_path)


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    fit(network(), tmp_path, epochs=1)
    before = (tmp_path / "training.npz").read_bytes()

    def broken(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="No space left"):
        fit(network(), tmp_path, epochs=2)
    assert (tmp_path / "training.npz").read_bytes() == before


def everything(folder):
    """Train, go on and compare, on whatever backend this process has."""
    import numpy as np

    inputs = np.arange(40, dtype="float32").reshape(10, 4, 1, 1)

    def run(place, epochs):
        import keras

        from course_utils import training

        training.seed(0)
        layers = [keras.layers.Flatten(), keras.layers.Dense(8), keras.layers.Dropout(0.5), keras.layers.Dense(2)]
        model = keras.Sequential([keras.Input((4, 1, 1)), keras.layers.Rescaling(1 / 40), *layers])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(training.OneCycle(0.1, 100)), loss)
        labels = np.arange(10) % 2
        model.fit(
            training.batches(inputs, labels, 4), validation_data=(inputs, labels), epochs=epochs, verbose=0,
            callbacks=training.callbacks(checkpoint=f"{folder}/{place}"),
        )  # fmt: skip
        return model.get_weights()

    whole = run("whole", 4)
    run("parts", 2)
    return {"whole": whole, "parts": run("parts", 4)}


def test_it_works_on_every_backend(tmp_path):
    from backends import OTHERS, run_on

    found = {"here": everything(str(tmp_path))}
    for backend in OTHERS:
        try:
            found[backend] = run_on(backend, everything, folder=str(tmp_path / backend))
        except pytest.skip.Exception:
            continue
    for answer in found.values():
        for one, other in zip(answer["whole"], answer["parts"], strict=True):
            np.testing.assert_array_equal(one, other)
