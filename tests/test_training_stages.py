"""Adam with a rate for each stage, beside Adam written as a loop; snapshots of a network in training."""

import numpy as np
import pytest

from course_utils import training

keras = pytest.importorskip("keras")
RNG = np.random.default_rng(0)
IMAGES, LABELS = RNG.normal(size=(24, 3)).astype("float32"), RNG.integers(0, 2, 24)
STAGES = ("conv2_a", "conv5_a", "conv5_b", "head")


def network():
    keras.utils.set_random_seed(3)
    hidden = [keras.layers.Dense(3, activation="tanh", name=name) for name in STAGES[:-1]]
    return keras.Sequential([keras.Input((3,)), *hidden, keras.layers.Dense(2, name="head")])


def compiled(optimizer, model=None):
    model = model or network()
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def after_steps(optimizer, steps=3):
    """Return how far each kernel has moved; the network is the same for every optimiser."""
    model = compiled(optimizer)
    before = [layer.get_weights()[0] for layer in model.layers]
    for _ in range(steps):
        model.train_on_batch(IMAGES, LABELS)
    return [layer.get_weights()[0] - start for layer, start in zip(model.layers, before, strict=True)]


def by_hand(gradients, rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Adam on a row of gradients, as in the paper: Kingma and Ba, 2015, algorithm 1."""
    mean = square = moved = 0.0
    for step, gradient in enumerate(gradients, start=1):
        mean = beta_1 * mean + (1 - beta_1) * gradient
        square = beta_2 * square + (1 - beta_2) * gradient**2
        moved -= rate * (mean / (1 - beta_1**step)) / (np.sqrt(square / (1 - beta_2**step)) + epsilon)
    return moved


def test_without_factors_it_is_adam():
    for ours, theirs in zip(
        after_steps(training.AdamByStage(0.01)), after_steps(keras.optimizers.Adam(0.01)), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-8)


def test_the_first_step_of_each_stage_is_its_factor_times_that_of_adam():
    factors = {"conv2": 0.0, "conv5": 0.5, "conv5_b": 0.1}
    ours = after_steps(training.AdamByStage(0.01, factors), steps=1)
    theirs = after_steps(keras.optimizers.Adam(0.01), steps=1)
    for our, their, factor in zip(ours, theirs, (0.0, 0.5, 0.1, 1.0), strict=True):
        np.testing.assert_allclose(our, factor * their, rtol=1e-4, atol=1e-8)


def test_several_steps_are_those_of_a_loop():
    variables = [keras.Variable([0.0, 0.0]) for _ in range(2)]
    optimizer = training.AdamByStage(0.1)
    optimizer.factor_of = lambda variable: 1.0 if variable is variables[0] else 0.25
    optimizer.build(variables)
    gradients = RNG.normal(size=(5, 2, 2))
    for some in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(part, "float32") for part in some])
    for index, factor in enumerate((1.0, 0.25)):
        found = keras.ops.convert_to_numpy(variables[index])
        np.testing.assert_allclose(found, by_hand(gradients[:, index], 0.1 * factor), rtol=1e-4)


def test_layers_inside_a_network_inside_a_network_are_found():
    body = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, name="conv4_x")], name="body")
    head = keras.layers.Dense(2, name="head")
    model = compiled(training.AdamByStage(0.01, {"conv4": 0.0}), keras.Sequential([keras.Input((3,)), body, head]))
    before = [layer.get_weights()[0] for layer in (body.layers[0], head)]
    model.train_on_batch(IMAGES, LABELS)
    assert np.array_equal(body.layers[0].get_weights()[0], before[0])
    assert not np.array_equal(head.get_weights()[0], before[1])


def test_a_schedule_and_a_factor_multiply():
    schedule = training.OneCycle(0.02, 10)
    found = after_steps(training.AdamByStage(schedule, {"conv": 0.5}), steps=1)
    full = after_steps(keras.optimizers.Adam(float(schedule(0))), steps=1)
    np.testing.assert_allclose(found[0], 0.5 * full[0], rtol=1e-4, atol=1e-9)


def test_it_survives_saving(tmp_path):
    model = compiled(training.AdamByStage(0.02, {"conv5": 0.3}))
    model.train_on_batch(IMAGES, LABELS)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert type(again.optimizer) is training.AdamByStage
    assert again.optimizer.factors == {"conv5": 0.3}
    for one in (model, again):
        one.train_on_batch(IMAGES, LABELS)
    for ours, theirs in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf"), "0.1", None, True])
def test_a_factor_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match=r"the factor of 'conv5' is .*; it must be a number, 0 or more"):
        training.AdamByStage(0.01, {"conv5": wrong})


def test_a_stage_that_no_trainable_layer_has_is_refused():
    model = network()
    model.get_layer("conv2_a").trainable = False
    compiled(training.AdamByStage(0.01, {"conv2": 0.1}), model)
    with pytest.raises(ValueError, match=r"no trainable layer has a name that begins with 'conv2'.*conv5_a, conv5_b"):
        model.train_on_batch(IMAGES, LABELS)


def test_a_network_that_is_put_back_repeats_its_training():
    model = compiled(training.AdamByStage(training.OneCycle(0.05, 6)))
    before = training.Snapshot(model)
    runs = []
    for _ in range(2):
        before.put_back()
        for _ in range(3):
            model.train_on_batch(IMAGES, LABELS)
        runs.append([*model.get_weights(), float(keras.ops.convert_to_numpy(model.optimizer.iterations))])
    for first, second in zip(*runs, strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_snapshot_is_a_copy_and_needs_no_optimizer():
    model = network()
    before = training.Snapshot(model)
    arrays = model.get_weights()
    model.set_weights([array + 1 for array in arrays])
    before.put_back()
    for found, expected in zip(model.get_weights(), arrays, strict=True):
        np.testing.assert_array_equal(found, expected)
