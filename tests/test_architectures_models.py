"""Tables and receptive fields of Keras models, against gradients through the real network."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")
from keras import layers  # noqa: E402

from course_utils import architectures  # noqa: E402
from course_utils.architectures import graph, windows  # noqa: E402


def _sequential(*parts, shape=(48, 48, 1)):
    return keras.Sequential([keras.Input(shape), *parts])


def _pixels_seen(model, row, column, size):
    """Return the pixels of one side that a single output value really depends on: found by changing each."""
    base = np.zeros((1, size, size, 1), np.float32)
    for variable in model.weights:
        variable.assign(np.full(variable.shape, 0.01, np.float32))
    lines = np.repeat(base, 2 * size, axis=0)
    for line in range(size):
        lines[line, line] = 1
        lines[size + line, :, line] = 1
    before = keras.ops.convert_to_numpy(model(base))[0, row, column]
    after = keras.ops.convert_to_numpy(model(lines))[:, row, column]
    changed = np.abs(after - before).max(axis=-1) > 1e-12
    return np.flatnonzero(changed[:size]), np.flatnonzero(changed[size:])


def _two_branches():
    image = keras.Input((48, 48, 1))
    short = layers.Conv2D(2, 1, strides=2, padding="same")(image)
    long = layers.Conv2D(2, 3, padding="same")(layers.Conv2D(2, 3, strides=2, padding="same")(image))
    return keras.Model(image, layers.Add()([short, long]))


def _nested():
    block = keras.Sequential([keras.Input((46, 46, 2)), layers.Conv2D(2, 3), layers.AveragePooling2D(2)])
    image = keras.Input((48, 48, 1))
    return keras.Model(image, layers.Conv2D(1, 3)(block(layers.Conv2D(2, 3)(image))))


MODELS = {
    "two 3x3": lambda: _sequential(layers.Conv2D(2, 3), layers.Conv2D(2, 3)),
    "three 3x3, same": lambda: _sequential(*[layers.Conv2D(2, 3, padding="same") for _ in range(3)]),
    "pooled twice": lambda: _sequential(
        layers.Conv2D(2, 3), layers.AveragePooling2D(2), layers.Conv2D(2, 3), layers.AveragePooling2D(2)
    ),
    "strided, same, even": lambda: _sequential(
        layers.Conv2D(2, 3, strides=2, padding="same"), layers.Conv2D(2, 3, strides=2, padding="same")
    ),
    "not square": lambda: _sequential(layers.Conv2D(2, (1, 5)), layers.Conv2D(2, (3, 1), strides=(3, 2))),
    "dilated": lambda: _sequential(layers.Conv2D(2, 3, dilation_rate=3), layers.Conv2D(2, 3)),
    "depthwise and separable": lambda: _sequential(layers.DepthwiseConv2D(5), layers.SeparableConv2D(3, 3, strides=2)),
    "zeros around": lambda: _sequential(layers.ZeroPadding2D(((2, 1), (0, 3))), layers.Conv2D(2, 3, strides=2)),
    "cropped": lambda: _sequential(layers.Cropping2D(3), layers.Conv2D(2, 3), layers.LeakyReLU()),
    "enlarged": lambda: _sequential(layers.AveragePooling2D(4), layers.UpSampling2D(2)),
    "two branches": _two_branches,
    "nested": _nested,
}


@pytest.mark.parametrize("name", MODELS)
def test_receptive_field_is_what_changing_pixels_finds(name):
    model = MODELS[name]()
    last = graph.last_step(model)
    for axis, (field, place) in enumerate(zip(last.sees, last.shape, strict=False)):
        middle = place // 2
        where = [last.shape[0] // 2, last.shape[1] // 2]
        seen = _pixels_seen(model, *where, 48)[axis]
        if "enlarged" not in name:
            start = field.start + middle * field.jump
            assert (seen[0], seen[-1] + 1) == (start, start + field.size), axis
        assert len(seen) == seen[-1] + 1 - seen[0] or "dilated" in name
        assert seen[-1] + 1 - seen[0] == -(-field.size // 1)
    expected = tuple(int(-(-field.size // 1)) for field in last.sees)
    assert architectures.receptive_field(model) == (expected[0] if len(set(expected)) == 1 else expected)


def test_model_and_list_of_pairs_agree():
    model = _sequential(layers.Conv2D(2, 3), layers.MaxPooling2D(2), layers.Conv2D(2, 5, strides=2))
    assert architectures.receptive_field(model) == architectures.receptive_field([(3, 1), (2, 2), (5, 2)]) == 12


def test_after_dense_and_after_global_pooling_every_value_sees_the_whole_image():
    flat = _sequential(layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3))
    pooled = _sequential(layers.Conv2D(2, 3), layers.GlobalAveragePooling2D(), shape=(None, None, 1))
    assert architectures.receptive_field(flat) is architectures.receptive_field(pooled) is None
    assert [row.receptive_field for row in architectures.table(flat).rows] == [1, 3, 3, "whole image"]


def test_pixel_by_pixel_layers_see_one_pixel():
    assert architectures.receptive_field(_sequential(layers.Rescaling(1 / 255), layers.ReLU())) == 1


def test_a_layer_that_is_not_known_says_so_and_can_help_itself():
    class Strange(keras.layers.Layer):
        def call(self, inputs):
            return inputs[:, ::-1]

    model = _sequential(layers.Conv2D(2, 3), Strange())
    assert architectures.table(model).rows[-1].receptive_field is None
    with pytest.raises(ValueError, match=r"a layer of the kind Strange sees.*receptive_windows"):
        architectures.receptive_field(model)
    Strange.receptive_windows = [(3, 2)]
    assert architectures.receptive_field(model) == 5
    whole = _sequential(Strange(), layers.GlobalMaxPooling2D())
    del Strange.receptive_windows
    assert architectures.receptive_field(whole) is None


def test_group_normalisation_looks_at_the_whole_image_and_layer_normalisation_at_one_place():
    assert architectures.receptive_field(_sequential(layers.Conv2D(2, 3), layers.GroupNormalization(2))) is None
    assert architectures.receptive_field(_sequential(layers.Conv2D(2, 3), layers.LayerNormalization())) == 3
    assert architectures.receptive_field(_sequential(layers.LayerNormalization(axis=[1, 2, 3]))) is None


TEXT = """\
layer                          output shape    parameters  receptive field
--------------------------------------------------------------------------
Input                          (130, 130, 3)            0            1 × 1
Conv2D 10, 3×3, relu           (128, 128, 10)         280            3 × 3
MaxPooling2D 4×4               (32, 32, 10)             0            6 × 6
Conv2D 20, 5×5, same           (32, 32, 20)         5,020          22 × 22
BatchNormalization             (32, 32, 20)            80          22 × 22
MaxPooling2D 2×2               (16, 16, 20)             0          26 × 26
Dropout 0.5                    (16, 16, 20)             0          26 × 26
Flatten                        (5120,)                  0          26 × 26
Dense 4, softmax, no bias "a"  (4,)                20,480      whole image
--------------------------------------------------------------------------
25,860 parameters, 40 of them not trained"""


def _quiz():
    return _sequential(
        layers.Conv2D(10, 3, activation="relu"),
        layers.MaxPooling2D(4),
        layers.Conv2D(20, 5, padding="same"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(2),
        layers.Dropout(0.5),
        layers.Flatten(),
        layers.Dense(4, activation="softmax", use_bias=False, name="a"),
        shape=(130, 130, 3),
    )


def test_table_prints_the_same_text_however_many_models_were_made_before():
    assert repr(architectures.table(_quiz())) == repr(architectures.table(_quiz())) == TEXT


def test_table_shows_as_html_with_header_cells():
    shown = architectures.table(_quiz())._repr_html_()
    assert shown.count("<tr>") == 11
    assert shown.count('<th scope="col"') == 4
    assert "&quot;a&quot;" in shown
    assert "whole image" in shown


def test_table_agrees_with_keras_on_every_shape_and_count():
    for model in (_quiz(), _nested(), _two_branches()):
        table = architectures.table(model)
        assert table.parameters == model.count_params() == sum(row.parameters for row in table.rows if not row.depth)
        assert table.rows[-1].shape == tuple(model.output_shape[1:]) or table.rows[-1].depth


def test_shared_layer_is_counted_once():
    image = keras.Input((8, 8, 2))
    shared = layers.Conv2D(2, 3, padding="same")
    table = architectures.table(keras.Model(image, shared(shared(image))))
    assert [row.parameters for row in table.rows] == [0, 38, 0]
    assert table.texts()[2][2] == "counted above"
    assert table.parameters == 38


def test_nested_model_is_indented_and_can_be_folded():
    table = architectures.table(_nested())
    assert [row.depth for row in table.rows] == [0, 0, 0, 1, 1, 0]
    assert table.rows[2].receptive_field == table.rows[4].receptive_field == 6
    assert table.texts()[3][0].startswith("  Conv2D 2, 3×3")
    folded = architectures.table(_nested(), expand_nested=False)
    assert [row.depth for row in folded.rows] == [0] * 4
    assert folded.rows[-1].receptive_field == table.rows[-1].receptive_field


def test_operations_between_layers_are_rows():
    image = keras.Input((8, 8, 2))
    table = architectures.table(keras.Model(image, keras.ops.relu(layers.Conv2D(2, 3)(image)) * 2))
    assert [row.layer.split()[0] for row in table.rows] == ["Input", "Conv2D", "Relu", "Multiply"]
    assert table.rows[-1].receptive_field == 3


def test_model_of_unknown_size_keeps_its_receptive_field():
    model = _sequential(layers.Conv2D(4, 3, padding="same"), layers.GlobalMaxPooling2D(), shape=(None, None, 3))
    rows = architectures.table(model).rows
    assert rows[1].shape == (None, None, 4)
    assert rows[1].receptive_field == 3


class _Written(keras.Model):
    def __init__(self):
        super().__init__()
        self.convolution = layers.Conv2D(3, 3)

    def call(self, inputs):
        return self.convolution(inputs)


def test_model_written_as_a_class_shows_its_parameters_only():
    model = _Written()
    model(np.zeros((1, 5, 5, 1), np.float32))
    (row,) = architectures.table(model).rows
    assert (row.parameters, row.shape, row.receptive_field) == (30, None, None)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: layers.Dense(3), TypeError, "a Dense; a Keras model is needed"),
        (lambda: keras.Sequential, TypeError, "make a model of it first"),
        (lambda: [layers.Dense(3)], TypeError, "a list; a Keras model"),
        (lambda: keras.Sequential(), ValueError, "no layers yet"),
        (lambda: keras.Sequential([layers.Dense(3)]), ValueError, "Begin it with keras.Input((height"),
        (lambda: _Written(), ValueError, "call it once on a batch"),
    ],
)
def test_error_says_what_to_do(make, error, words):
    with pytest.raises(error) as caught:
        architectures.table(make())
    assert words in str(caught.value)


def test_layers_of_the_course_are_known_too():
    """Some keep one number where Keras keeps a pair; augmentation works on training images only."""
    from course_utils import augment, local, pooling

    model = _sequential(
        augment.Augment(shift_pixels=2),
        local.LocallyConnected2D(4, 3),
        pooling.BlurPool2D(),
        layers.Conv2D(8, 3),
        shape=(28, 28, 1),
    )
    rows = architectures.table(model).rows
    assert [row.receptive_field for row in rows] == [1, 1, 3, 5, 9]
    assert rows[2].layer == "LocallyConnected2D 4, 3×3"
    assert rows[2].parameters == architectures.locally_connected_parameters(28, 1, 4, 3)


def test_known_network_has_known_numbers():
    """VGG16's convolutional part, whose weights are not made: 14,714,688 parameters and a field of 212 pixels."""
    parts = []
    for filters, repeats in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        parts += [layers.Conv2D(filters, 3, padding="same", kernel_initializer="zeros") for _ in range(repeats)]
        parts.append(layers.MaxPooling2D(2))
    table = architectures.table(_sequential(*parts, shape=(224, 224, 3)))
    assert table.parameters == 14_714_688
    assert table.rows[-1].shape == (7, 7, 512)
    assert architectures.flattened_size(table.rows[-1].shape) == 25_088
    assert table.rows[-1].receptive_field == 212


def test_words_for_what_is_seen_differ():
    assert len({windows.PIXEL, windows.WHOLE, windows.UNKNOWN}) == 3
