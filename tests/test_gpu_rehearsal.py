"""Every model that any lesson trains is tried as a GPU would run it; a lesson joins by importing Keras."""

import pytest

from course_utils import locations
from course_utils.execution import forked_kernels, rehearsal
from course_utils.execution.rehearsal import lesson as rehearsed_lesson

SOLUTIONS = locations.solutions()
LESSONS = [
    path for path in (sorted(SOLUTIONS.glob("[0-9][0-9]_*.py")) if SOLUTIONS else ()) if rehearsal.uses_keras(path)
]


@pytest.fixture(scope="module", autouse=True)
def preloaded():
    with forked_kernels.preloaded():
        yield


@pytest.mark.skipif(not LESSONS, reason="no lesson here imports Keras")
@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_every_model_of_a_lesson_takes_a_step_as_on_a_gpu(path, record_property):
    found = rehearsal.rehearse(path)
    record_property("cpu_seconds", round(found.cpu_seconds, 1))
    record_property("models", len(found.models))
    assert not found.faults, "\n".join(found.faults)
    assert found.models, f"{path.stem} trains nothing: then it need not import Keras"


SETUP = """\
# %% tags=["setup"]
import keras
import numpy as np
from keras import layers, ops

rng = np.random.default_rng(0)
images, labels = rng.integers(0, 256, (90, 8, 8, 1)).astype("uint8"), rng.integers(0, 3, 90)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def network(*middle, units=3):
    parts = [keras.Input((8, 8, 1)), layers.Rescaling(1 / 255), *middle, layers.Flatten(), layers.Dense(units)]
    model = keras.Sequential(parts)
    model.compile("adam", loss, metrics=["accuracy"])
    return model
"""
GOOD = """\
# %% [markdown]
# ## Train

# %%
curves = {}
for seed in range(3):
    keras.utils.set_random_seed(seed)
    model = network(layers.Conv2D(2, 3, activation="relu"), layers.BatchNormalization(), layers.Dropout(0.5))
    best = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    curves[seed] = model.fit(images, labels, epochs=7, validation_split=0.2, callbacks=[best], verbose=0)

# %% [markdown]
# ## Look

# %%
assert [len(curve.history["val_accuracy"]) for curve in curves.values()] == [7, 7, 7]
assert sorted(curves[0].history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
assert curves[0].epoch == list(range(7))
assert curves[2].model is model
assert model.predict(images, verbose=0).shape == model.predict_on_batch(images).shape == (90, 3)
figures = model.evaluate(images, labels, verbose=0, return_dict=True)
assert sorted(figures) == ["accuracy", "loss"]
assert len(model.evaluate(images, labels, verbose=0)) == 2

# %% [markdown]
# ## A stream, another loss and a functional model

# %%
import tensorflow as tf

stream = tf.data.Dataset.from_tensor_slices((images, labels)).batch(32)
inputs = keras.Input((8, 8, 1))
hidden = layers.GlobalAveragePooling2D()(layers.Rescaling(1 / 255)(inputs))
functional = keras.Model(inputs, layers.Dense(3, activation="softmax")(hidden))
functional.compile("sgd", "sparse_categorical_crossentropy")
history = functional.fit(stream, validation_data=stream, epochs=2, class_weight={0: 1.0, 1: 2.0, 2: 1.0}, verbose=0)
assert sorted(history.history) == ["loss", "val_loss"]
assert functional.predict(stream, verbose=0).shape == (90, 3)
assert isinstance(functional.evaluate(stream, verbose=0), float)
again = keras.models.clone_model(functional)
again.compile("sgd", "sparse_categorical_crossentropy")
again.train_on_batch(images[:40], labels[:40])

# %% tags=["check"]
raise RuntimeError("checks are left out")

# %% tags=["hidden"]
raise RuntimeError("hidden cells are left out")
"""
BREAKS_XLA = """\
# %% [markdown]
# ## Sorted

# %%
import tensorflow as tf


class Sorted(layers.Layer):
    def call(self, images):
        found = tf.numpy_function(lambda numbers: np.sort(numbers, axis=1), [images], images.dtype)
        return tf.ensure_shape(found, images.shape)


ordered = network(Sorted())
ordered.fit(images, labels, epochs=1, verbose=0)
"""
OVERFLOWS = """\
# %% [markdown]
# ## Energy

# %%
class Energy(layers.Layer):
    def call(self, images):
        return ops.log(ops.exp(15 * images))


energy = network(Energy())
energy.fit(images, labels, epochs=1, verbose=0)
"""
NEEDS_FLOAT32 = OVERFLOWS.replace("Energy()", 'Energy(dtype="float32")').replace("layers.Layer", "layers.Layer")
NAMES_A_DEVICE = """\
# %% [markdown]
# ## On the processor

# %%
import tensorflow as tf


class Pinned(layers.Layer):
    def call(self, images):
        with tf.device("/CPU:0"):
            return images * 2


pinned = network(Pinned())
pinned.fit(images, labels, epochs=1, verbose=0)
with keras.device("cpu:0"):
    pinned.predict(images, verbose=0)
"""
CANNOT_BE_MADE_AGAIN = """\
# %% [markdown]
# ## No configuration

# %%
class Scaled(layers.Layer):
    def __init__(self, factor_of_mine):
        super().__init__()
        self.factor = ops.convert_to_tensor(factor_of_mine)

    def call(self, images):
        return images * self.factor


scaled = network(Scaled(np.float32(2)))
scaled.fit(images, labels, epochs=1, verbose=0)
"""
TOO_SURE = """\
# %% [markdown]
# ## Sure

# %%
model = network()
model.fit(images, labels, epochs=30, verbose=0)

# %%
sure = int(np.flatnonzero(model.predict(images, verbose=0).max(axis=1) > 1e6)[0])

# %%
print(images[sure].shape)
"""
TRAINS_ON = """\
# %% [markdown]
# ## Train on

# %%
def train_on(sure):
    network(layers.Dense(4)).fit(images[sure:], labels[sure:], verbose=0)


train_on(sure)
"""


def rehearsed(folder, *parts):
    path = folder / "98_train.py"
    path.write_text("\n".join([SETUP, *parts]), encoding="utf-8")
    return rehearsal.rehearse(path)


def test_a_lesson_that_can_do_it(tmp_path):
    found = rehearsed(tmp_path, GOOD)
    assert (found.faults, found.notes) == ((), ())
    assert found.num_fits == 5
    assert found.models == (
        "model (Rescaling, Conv2D, BatchNormalization, Dropout, Flatten, Dense)",
        "functional (Rescaling, GlobalAveragePooling2D, Dense)",
    )


def test_models_that_cannot(tmp_path):
    found = rehearsed(tmp_path, BREAKS_XLA, OVERFLOWS, NAMES_A_DEVICE, CANNOT_BE_MADE_AGAIN)
    xla, energy, *devices, config = found.faults
    assert "98_train, cell 'sorted-2' (line 20): ordered (Rescaling, Sorted, Flatten, Dense)" in xla
    assert "cannot take a step under jit_compile=True" in xla
    assert "energy (Rescaling, Energy, Flatten, Dense) cannot take a step under mixed_float16: its loss is" in energy
    assert "the first layer whose values are not finite is Energy" in energy
    assert any("tf.device('/CPU:0') names a device" in device for device in devices)
    assert any("keras.device('cpu:0') names a device" in device for device in devices)
    assert "it cannot be made again from its configuration" in config
    assert "get_config()" in config


def test_a_type_that_the_author_chose_is_kept(tmp_path):
    assert rehearsed(tmp_path, NEEDS_FLOAT32).faults == ()


def test_what_short_training_spoils_is_told_apart(tmp_path):
    found = rehearsed(tmp_path, TOO_SURE)
    assert found.faults == ()
    assert [note.partition(" (line")[0] for note in found.notes] == [f"98_train, cell 'sure-{n}'" for n in (3, 4)]
    assert "stops when the training is cut short (IndexError" in found.notes[0]


def test_models_that_go_untried_because_of_it_are_a_fault(tmp_path):
    (fault,) = rehearsed(tmp_path, TOO_SURE, TRAINS_ON).faults
    assert fault.startswith("98_train, cell 'sure-3' (line ")
    assert "(IndexError" in fault
    assert "so that what 'train-on-2' would train is not tried" in fault


def test_which_cells_may_train():
    codes = [
        "def run(build): build().fit(x)",
        "class A:\n    def go(self): run(f)",
        "A().go()",
        "fits = 1",
        "map(run, y)",
    ]
    assert rehearsed_lesson.training_cells(codes) == [False, False, True, False, True]


def test_a_model_whose_switches_were_turned_goes_on_with_its_old_step_until_it_is_compiled():
    import keras

    from course_utils.execution.rehearsal import short

    body = keras.layers.Dense(2)
    model = keras.Sequential([keras.Input((3,)), body, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    assert not short._switched_since_compiled(model)
    model.optimizer.build(model.trainable_variables)
    object.__setattr__(model, "_rehearsal_logs", {"loss": 1.0})
    assert not short._switched_since_compiled(model)
    body.trainable = False
    assert short._switched_since_compiled(model)
    model.compile("sgd", "mse")
    assert not short._switched_since_compiled(model)


def test_a_model_is_another_one_when_a_layer_is_frozen_and_the_same_under_other_names():
    import keras

    from course_utils.execution.rehearsal import trials

    def signature(model):
        return trials.signature(model, ["x"], {"loss": "mse"})

    first, second = (keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]) for _ in range(2))
    assert first.layers[0].name != second.layers[0].name
    assert signature(first) == signature(second) == signature(first)
    second.layers[0].trainable = False
    assert signature(second) != signature(first)
    second.layers[0].trainable = True
    assert signature(second) == signature(first)
    assert trials.signature(first, ["x"], {"loss": "mae"}) != signature(first)
