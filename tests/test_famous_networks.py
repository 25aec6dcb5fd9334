"""Large networks without weights, gradients by layer, and the pictures of blocks and of milestones."""

import backends
import numpy as np
import psutil
import pytest

from course_utils import architectures, plots, training


def test_vgg_and_resnet_have_their_published_parameters_and_take_no_memory():
    import keras
    from keras import layers, ops

    class Twice(layers.Layer):  # Keras has to trace it: that is when forgotten variables would get their values
        def call(self, x):
            return ops.relu(x) * 2

    process = psutil.Process()
    Twice()(keras.Input((4,)))
    before = process.memory_info().rss
    networks = {
        name: architectures.without_weights(getattr(keras.applications, name), weights=None)
        for name in ("VGG16", "VGG19", "ResNet50")
    }
    Twice()(keras.Input((4,)))
    model = keras.Sequential([keras.Input((4,)), Twice(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 4)), np.ones(4), verbose=0)
    grown = process.memory_info().rss - before
    counts = {name: network.count_params() for name, network in networks.items()}
    assert counts == {"VGG16": 138_357_544, "VGG19": 143_667_240, "ResNet50": 25_636_712}
    assert grown < 250e6  # VGG16 alone has 553 MB of weights
    rows = architectures.table(networks["VGG16"]).rows
    assert (rows[1].shape, rows[1].parameters) == ((224, 224, 64), 1792)


def test_without_weights_passes_arguments_and_errors_on():
    import keras

    def build(units, use_bias=True):
        return keras.Sequential([keras.Input((3,)), keras.layers.Dense(units, use_bias=use_bias)])

    assert architectures.without_weights(build, 5, use_bias=False).count_params() == 15
    with pytest.raises(TypeError, match="units"):
        architectures.without_weights(build)
    with pytest.raises(TypeError, match="not the model"):
        architectures.without_weights(build(2))


def _network():
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            layers.Conv2D(2, 3, name="first"),
            layers.BatchNormalization(),
            layers.Activation("tanh"),
            layers.Flatten(),
            layers.Dense(3, name="last"),
        ]
    )


def _gradients(images, labels, weights):
    from course_utils import training

    model = _network()
    model.set_weights(weights)
    norms = training.gradient_norms(model, images, labels)
    return {"norms": norms, "kept": [np.array(one) for one in model.get_weights()]}


@pytest.fixture(scope="module")
def batch():
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=one.shape).astype("float32") for one in _network().get_weights()]
    weights[5] = np.abs(weights[5]) + 0.5  # the moving variance
    return {
        "images": rng.normal(size=(6, 4, 4, 1)).astype("float32"),
        "labels": np.array([0, 1, 2, 0, 1, 2]),
        "weights": weights,
    }


def test_gradients_are_those_of_finite_differences_and_the_weights_stay(batch):
    import keras

    found = _gradients(**batch)
    for before, after in zip(batch["weights"], found["kept"], strict=True):
        np.testing.assert_array_equal(before, after)
    assert list(found["norms"]) == ["first", "last"]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = _network()
    model.set_weights(batch["weights"])

    def loss_with(name, place, step):
        kernel = model.get_layer(name).kernel
        values = np.array(kernel)
        values[place] += step
        kernel.assign(values)
        value = float(loss(batch["labels"], model(batch["images"], training=True)))
        values[place] -= step
        kernel.assign(values)
        return value

    for name, norm in found["norms"].items():
        shape = model.get_layer(name).kernel.shape
        slopes = [(loss_with(name, p, 1e-2) - loss_with(name, p, -1e-2)) / 2e-2 for p in np.ndindex(*shape)]
        assert np.linalg.norm(slopes) == pytest.approx(norm, rel=0.01)


@pytest.mark.parametrize("backend", backends.OTHERS)
def test_other_backends_measure_the_same(backend, batch):
    expected, found = _gradients(**batch), backends.run_on(backend, _gradients, **batch)
    for name, norm in expected["norms"].items():
        assert found["norms"][name] == pytest.approx(norm, rel=1e-3)


def test_gradient_norms_say_what_is_missing(batch):
    import keras

    with pytest.raises(ValueError, match="no layer with a trainable kernel"):
        training.gradient_norms(keras.Sequential([keras.Input((2,)), keras.layers.ReLU()]), np.ones((1, 2)), [0])
    with pytest.raises(ValueError, match="6 images and 2 labels"):
        training.gradient_norms(_network(), batch["images"], batch["labels"][:2])


def _words(picture):
    return [text.get_text() for text in picture.axes[0].texts]


def test_a_block_shows_its_layers_in_order_and_what_goes_around():
    drawn = plots.block(["Conv2D\n8, 3×3", "ReLU"], shortcut=["Conv2D\n8, 1×1"], after=["ReLU"], alt="a block")
    words = [word for word in _words(drawn) if word]
    assert words == ["x", "Conv2D\n8, 3×3", "ReLU", "+", "ReLU", "Conv2D\n8, 1×1"]
    assert "x, unchanged" in _words(plots.block(["ReLU"], shortcut=(), alt="a block"))
    assert "+" not in _words(plots.block(["ReLU", "ReLU"], alt="no way around"))
    wide = plots.block(["Conv2D\n256, 1×1"] * 12, shortcut=(), alt="many")
    assert wide.get_figwidth() <= 9
    with pytest.raises(ValueError, match="at least one layer"):
        plots.block([], alt="nothing")
    with pytest.raises(ValueError, match="no sum"):
        plots.block(["ReLU"], after=["ReLU"], alt="no sum")


def test_milestones_stand_at_their_year_and_value():
    drawn = plots.milestones([(2015, 0.0357, "B"), (2012, 0.164, "A")], percent=True, alt="two points")
    dots = drawn.axes[0].get_lines()[1]
    np.testing.assert_array_equal(dots.get_xdata(), [2012, 2015])
    np.testing.assert_array_equal(dots.get_ydata(), [0.164, 0.0357])
    assert _words(drawn) == ["A\n16.4%", "B\n3.6%"]
    with pytest.raises(ValueError, match="no entry"):
        plots.milestones([], alt="nothing")
