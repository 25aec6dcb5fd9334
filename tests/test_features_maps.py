"""Activation maps, dead filters, exciting patches and effective fields against hand-made networks and slow loops."""

import keras
import numpy as np
import pytest
from keras import layers

from course_utils import backbones, features
from course_utils.features import layer_search

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(0, 255, (3, 32, 32, 3)).astype(np.float32)


def _body(name="body"):
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="conv")(inputs)
    return keras.Model(inputs, layers.Add(name="sum")([x, layers.Conv2D(4, 1, name="side")(x)]), name=name)


def _nested():
    return keras.Sequential([keras.Input((32, 32, 3)), _body(), layers.Flatten(name="row"), layers.Dense(2)])


class Written(keras.Model):
    """A model written as a class, with a branch that runs in training only."""

    def __init__(self):
        super().__init__()
        self.first = layers.Conv2D(4, 3, name="first")
        self.last = layers.Conv2D(2, 3, name="last")

    def call(self, images, training=False):
        """Return the maps of the second convolution."""
        return self.last(keras.ops.relu(self.first(images)))


def test_maps_of_a_nested_model_are_those_of_its_parts():
    model = _nested()
    body = model.get_layer("body")
    expected = keras.Model(body.input, body.get_layer("conv").output).predict(IMAGES, verbose=0)
    found = features.activation_maps(model, IMAGES, ["conv", "body/side", "body"], batch_size=2)
    np.testing.assert_allclose(found["conv"], expected, rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(found["body"], body.predict(IMAGES, verbose=0), rtol=1e-5, atol=1e-3)
    assert found["body/side"].shape == (3, 32, 32, 4)
    assert vars(model.get_layer("body").get_layer("conv")).get("call") is None, "the layer is left as it was"


def test_without_names_all_layers_that_give_maps_are_returned():
    assert list(features.activation_maps(_nested(), IMAGES[:1])) == ["body", "body/conv", "body/side", "body/sum"]


def test_a_model_written_as_a_class():
    model = Written()
    expected = keras.ops.convert_to_numpy(model(IMAGES))
    np.testing.assert_allclose(features.activation_maps(model, IMAGES, "last"), expected, rtol=1e-5)


def test_dropout_does_not_drop_and_predict_beforehand_does_not_matter():
    model = keras.Sequential([keras.Input((32, 32, 3)), layers.Dropout(0.5, name="drop"), layers.Conv2D(1, 3)])
    model.predict(IMAGES, verbose=0)
    np.testing.assert_array_equal(features.activation_maps(model, IMAGES, "drop"), IMAGES)


@pytest.mark.parametrize("layer", ["block2b_add", "block5c_dwconv"])
def test_course_backbones(layer):
    backbone = backbones.load("efficientnet_lite0", "random")
    found = features.activation_maps(backbone.body, IMAGES, layer)
    expected = backbone.up_to(layer).predict(IMAGES, verbose=0)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def test_keras_applications():
    model = keras.applications.MobileNetV2((32, 32, 3), alpha=0.35, weights=None, classes=3)
    expected = keras.Model(model.input, model.get_layer("block_5_add").output).predict(IMAGES, verbose=0)
    found = features.activation_maps(model, IMAGES, "block_5_add")
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


def test_a_layer_that_is_used_twice_has_no_one_output():
    inputs, relu = keras.Input((32, 32, 3)), layers.ReLU(name="relu")
    model = keras.Model(inputs, relu(layers.Conv2D(2, 3)(relu(inputs))))
    with pytest.raises(ValueError, match="'relu' is used 2 times"):
        features.activation_maps(model, IMAGES, "relu")


def test_names_that_are_not_there_or_are_there_twice():
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, [_body("left")(inputs), _body("right")(inputs)])
    with pytest.raises(ValueError, match="'left/conv' or 'right/conv'"):
        layer_search.find(model, "conv")
    with pytest.raises(ValueError, match="Did you mean 'left'"):
        layer_search.find(model, "lift")
    with pytest.raises(ValueError, match="none of this model's"):
        layer_search.find(model, layers.ReLU())
    with pytest.raises(TypeError, match=r"take \.model"):
        layer_search.find(backbones.load("vgg16", "random"), "conv")


@pytest.mark.parametrize(
    ("images", "message"),
    [(IMAGES[0], "images\\[np.newaxis\\]"), (IMAGES[:0], "shape"), (IMAGES * np.nan, "NaN")],
)
def test_images_that_are_no_batch(images, message):
    with pytest.raises(ValueError, match=message):
        features.activation_maps(_nested(), images, "conv")


def test_dead_filters_are_counted_and_need_a_relu():
    conv = layers.Conv2D(3, 1, activation="relu", name="conv")
    model = keras.Sequential([keras.Input((32, 32, 3)), conv])
    conv.set_weights([np.ones((1, 1, 3, 3), np.float32), np.array([0, -800, -100], np.float32)])
    maps = features.activation_maps(model, IMAGES, "conv")
    assert features.dead_filters(maps).tolist() == [False, True, False], "3 * 255 is less than 800"
    with pytest.raises(ValueError, match="behind the activation"):
        features.dead_filters(maps - 1)


def _pattern_net(padding="same", strides=1):
    """A network whose only filter answers to one bright pixel at the centre of its 3x3 window."""
    conv = layers.Conv2D(1, 3, strides, padding, use_bias=False, name="conv")
    model = keras.Sequential([keras.Input((12, 12, 1)), layers.Conv2D(1, 3, padding="same", name="first"), conv])
    kernel = np.zeros((3, 3, 1, 1), np.float32)
    kernel[1, 1] = 1
    model.get_layer("first").set_weights([kernel, np.zeros(1)])
    conv.set_weights([kernel])
    return model


def test_the_patch_is_centred_on_what_excites():
    images = RANDOM.uniform(0, 0.1, (4, 12, 12, 1)).astype(np.float32)
    for number, (row, column) in enumerate([(6, 4), (0, 11), (8, 8), (5, 5)]):
        images[number, row, column] = number + 1
    found = features.exciting_patches(_pattern_net(), images, "conv", 0, count=3)
    assert found.values.tolist() == [4, 3, 2]
    assert found.images.tolist() == [3, 2, 1]
    assert found.places.tolist() == [[5, 5], [8, 8], [0, 11]]
    assert found.boxes.tolist() == [[3, 3, 8, 8], [6, 6, 11, 11], [-2, 9, 3, 14]]
    np.testing.assert_array_equal(found.pixels[0], images[3, 3:8, 3:8])
    assert found.pixels[:, 2, 2, 0].tolist() == [4, 3, 2]
    np.testing.assert_allclose(found.pixels[2, 0], images.mean(), rtol=1e-6, err_msg="outside: the mean colour")


def test_a_stride_moves_the_patch():
    images = np.zeros((1, 12, 12, 1), np.float32)
    images[0, 7, 3] = 1
    found = features.exciting_patches(_pattern_net("valid", 2), images, "conv", 0, count=1, side=3)
    assert found.places.tolist() == [[3, 1]]
    assert found.boxes.tolist() == [[6, 2, 9, 5]]
    assert found.pixels[0, 1, 1, 0] == 1


def test_patches_that_cannot_be():
    with pytest.raises(ValueError, match="count is 4"):
        features.exciting_patches(_nested(), IMAGES, "conv", 0, count=4)
    with pytest.raises(ValueError, match="filters 0 to 3"):
        features.exciting_patches(_nested(), IMAGES, "conv", 4, count=1)
    model = _nested()
    with pytest.raises(ValueError, match="sees the whole image"):
        features.exciting_patches(model, IMAGES, model.layers[-1], 0, count=1)


def test_the_effective_field_of_linear_layers_is_the_convolution_of_their_kernels():
    first, second = layers.Conv2D(1, 3, use_bias=False), layers.Conv2D(1, 3, use_bias=False, name="second")
    model = keras.Sequential([keras.Input((9, 9, 1)), first, second])
    kernels = [RANDOM.uniform(0, 1, (3, 3)) for _ in range(2)]
    for layer, kernel in zip((first, second), kernels, strict=True):
        layer.set_weights([kernel[:, :, np.newaxis, np.newaxis]])
    expected = np.zeros((9, 9))
    for row, column in np.ndindex(3, 3):
        expected[2 + row : 5 + row, 2 + column : 5 + column] += kernels[1][row, column] * kernels[0]
    found = features.effective_field(model, np.zeros((2, 9, 9, 1)), "second")
    np.testing.assert_allclose(found, expected / expected.sum(), atol=1e-6)
    assert features.side_of_field(found, 1) == 5
    moved = features.effective_field(model, np.zeros((1, 9, 9, 1)), "second", 0, place=(0, 4))
    np.testing.assert_allclose(moved[0:5, 4:9], found[2:7, 2:7], atol=1e-6)


def test_the_effective_field_lies_within_the_theoretical_one_and_is_smaller():
    model = keras.Sequential([keras.Input((32, 32, 3)), *(layers.Conv2D(8, 3, padding="same") for _ in range(6))])
    field = features.effective_field(model, IMAGES, model.layers[-1])
    outside = field.copy()
    outside[10:23, 10:23] = 0  # 1 + 6 * 2 = 13 pixels around (16, 16)
    assert outside.max() == 0
    assert 3 <= features.side_of_field(field, 0.9) < 13


def test_fields_that_cannot_be():
    with pytest.raises(ValueError, match=r"place is \(40, 0\)"):
        features.effective_field(_nested(), IMAGES, "conv", place=(40, 0))
    with pytest.raises(ValueError, match="not maps"):
        features.effective_field(_nested(), IMAGES, "row")
    with pytest.raises(ValueError, match="0 everywhere"):
        features.side_of_field(np.zeros((3, 3)))
