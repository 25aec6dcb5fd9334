"""Blur-pooling beside SciPy and plain loops, on every backend; and measures of what a moved image does."""

import math

import backends
import cv2
import numpy as np
import pytest
import scipy.ndimage

MODES = {"mirror": "mirror", "padding": "constant"}  # SciPy's words
SHAPES = [(2, 8, 8, 3), (1, 9, 7, 2), (3, 5, 6, 1), (1, 4, 4, 1)]


def maps(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def by_scipy(images, pool_size, strides, border):
    """Blur with SciPy at every place, then take the places that are asked for."""
    row = np.array([math.comb(pool_size - 1, k) for k in range(pool_size)], dtype=float)
    kernel = np.outer(row, row) / row.sum() ** 2
    origin = -1 if pool_size % 2 == 0 else 0  # SciPy's even window reaches one pixel further to the left
    output = np.empty(images.shape)
    for n, c in np.ndindex(images.shape[0], images.shape[3]):
        output[n, :, :, c] = scipy.ndimage.correlate(
            images[n, :, :, c].astype(float), kernel, mode=MODES[border], origin=origin
        )
    return output[:, :: strides[0], :: strides[1]]


def by_loops(images, pool_size, strides):
    """Blur wholly covered windows, one by one."""
    row = np.array([math.comb(pool_size - 1, k) for k in range(pool_size)], dtype=float)
    count, height, width, channels = images.shape
    rows, columns = (height - pool_size) // strides[0] + 1, (width - pool_size) // strides[1] + 1
    output = np.zeros((count, rows, columns, channels))
    for n, r, c, channel in np.ndindex(output.shape):
        for i, j in np.ndindex(pool_size, pool_size):
            weight = row[i] * row[j] / row.sum() ** 2
            output[n, r, c, channel] += weight * images[n, r * strides[0] + i, c * strides[1] + j, channel]
    return output


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


@pytest.fixture(scope="module")
def pooling(keras):
    from course_utils import pooling

    return pooling


@pytest.mark.parametrize("border", ["mirror", "padding"])
@pytest.mark.parametrize("strides", [1, 2, 3, (2, 1), (1, 3)])
@pytest.mark.parametrize("pool_size", [1, 2, 3, 4, 5])
def test_same_equals_scipy(keras, pooling, pool_size, strides, border):
    both = strides if isinstance(strides, tuple) else (strides, strides)
    for shape in SHAPES:
        images = maps(*shape)
        layer = pooling.BlurPool2D(pool_size, strides, border=border)
        found = keras.ops.convert_to_numpy(layer(images))
        np.testing.assert_allclose(found, by_scipy(images, pool_size, both, border), atol=1e-5)
        assert found.shape == layer.compute_output_shape(shape)
        assert found.shape[1:3] == tuple(-(-side // step) for side, step in zip(shape[1:3], both, strict=True))


@pytest.mark.parametrize("strides", [1, 2, (2, 1), (1, 3)])
@pytest.mark.parametrize("pool_size", [1, 2, 3, 4])
def test_valid_equals_loops(keras, pooling, pool_size, strides):
    both = strides if isinstance(strides, tuple) else (strides, strides)
    for shape in SHAPES:
        layer = pooling.BlurPool2D(pool_size, strides, padding="valid")
        found = keras.ops.convert_to_numpy(layer(maps(*shape)))
        np.testing.assert_allclose(found, by_loops(maps(*shape), pool_size, both), atol=1e-5)
        assert found.shape == layer.compute_output_shape(shape)


def test_size_five_stride_two_is_opencvs_pyramid(keras, pooling):
    image = maps(16, 22)
    found = keras.ops.convert_to_numpy(pooling.BlurPool2D(5)(image[None, :, :, None]))[0, :, :, 0]
    np.testing.assert_allclose(found, cv2.pyrDown(image), atol=1e-5)


def test_a_flat_map_stays_flat_with_a_mirror_and_darkens_with_zeros(keras, pooling):
    flat = np.full((1, 6, 6, 2), 5, dtype="float32")
    mirrored = keras.ops.convert_to_numpy(pooling.BlurPool2D()(flat))
    padded = keras.ops.convert_to_numpy(pooling.BlurPool2D(border="padding")(flat))
    np.testing.assert_allclose(mirrored, 5, rtol=1e-6)
    assert padded[0, 0, 0, 0] == pytest.approx(5 * 9 / 16)
    assert padded[0, 1, 1, 0] == pytest.approx(5)


def test_a_shift_by_the_stride_moves_the_output_by_one(keras, pooling):
    images = np.zeros((1, 16, 16, 1), dtype="float32")
    images[:, 5:9, 5:8] = maps(1, 4, 3, 1)
    before = keras.ops.convert_to_numpy(pooling.BlurPool2D()(images))
    after = keras.ops.convert_to_numpy(pooling.BlurPool2D()(np.roll(images, 2, axis=2)))
    np.testing.assert_allclose(after, np.roll(before, 1, axis=2), atol=1e-6)


def test_it_keeps_the_mean_of_the_fastest_stripes(keras, pooling):
    stripes = np.tile(np.array([0, 1], dtype="float32"), 8)[None, None, :, None].repeat(6, axis=1)
    found = keras.ops.convert_to_numpy(pooling.BlurPool2D()(stripes))
    np.testing.assert_allclose(found, 0.5, atol=1e-6)


def test_whole_numbers_come_out_as_floats(keras, pooling):
    images = np.arange(36, dtype=np.uint8).reshape(1, 6, 6, 1)
    found = keras.ops.convert_to_numpy(pooling.BlurPool2D()(images))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, by_scipy(images, 3, (2, 2), "mirror"), atol=1e-5)


def everything(images):
    """What every backend must give the same: outputs, shapes, gradients, a saved model, sides not known yet."""
    import pathlib
    import tempfile

    import keras
    import numpy as np

    from course_utils import pooling

    answer = {}
    for name, options in {
        "default": {},
        "pairs": {"pool_size": 2, "strides": (2, 1), "border": "padding"},
        "valid": {"pool_size": 4, "strides": 2, "padding": "valid"},
    }.items():
        answer[name] = keras.ops.convert_to_numpy(pooling.BlurPool2D(**options)(images))
    first = pooling.BlurPool2D(5, strides=2, data_format="channels_first")
    answer["first"] = np.moveaxis(keras.ops.convert_to_numpy(first(np.moveaxis(images, 3, 1))), 1, 3)
    inputs = keras.Input((None, None, images.shape[3]))
    maps = keras.layers.Conv2D(4, 3, padding="same", kernel_initializer=keras.initializers.Constant(0.1))(inputs)
    outputs = keras.layers.Dense(2, kernel_initializer="ones")(
        keras.layers.GlobalAveragePooling2D()(pooling.BlurPool2D()(maps))
    )
    model = keras.Model(inputs, outputs)
    answer["model"] = model.predict_on_batch(images)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.keras"
        model.save(path)
        answer["loaded"] = keras.models.load_model(path).predict_on_batch(images)
    model.compile("sgd", loss="mse")
    answer["loss"] = [float(model.train_on_batch(images, np.ones((len(images), 2), "float32"))) for _ in range(2)]
    return answer


@pytest.fixture(scope="module")
def of_tensorflow(keras):
    return everything(maps(2, 9, 8, 3))


def test_every_form_on_this_backend(of_tensorflow):
    images = maps(2, 9, 8, 3)
    np.testing.assert_allclose(of_tensorflow["default"], by_scipy(images, 3, (2, 2), "mirror"), atol=1e-5)
    np.testing.assert_allclose(of_tensorflow["pairs"], by_scipy(images, 2, (2, 1), "padding"), atol=1e-5)
    np.testing.assert_allclose(of_tensorflow["valid"], by_loops(images, 4, (2, 2)), atol=1e-5)
    np.testing.assert_allclose(of_tensorflow["first"], by_scipy(images, 5, (2, 2), "mirror"), atol=1e-5)
    np.testing.assert_allclose(of_tensorflow["loaded"], of_tensorflow["model"], rtol=1e-6)
    assert of_tensorflow["loss"][1] < of_tensorflow["loss"][0]


@pytest.mark.parametrize("backend", backends.OTHERS)
def test_other_backends_give_the_same(backend, of_tensorflow):
    found = backends.run_on(backend, everything, images=maps(2, 9, 8, 3))
    for name, expected in of_tensorflow.items():
        np.testing.assert_allclose(found[name], expected, rtol=1e-4, atol=1e-5, err_msg=name)


def small_network(keras, pooling, dtype=None):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(4, 3, padding="same", activation="relu", dtype=dtype),
            layers.MaxPooling2D(2, strides=1, padding="same", dtype=dtype),
            pooling.BlurPool2D(dtype=dtype),
            pooling.BlurPool2D(2, strides=(2, 1), border="padding", dtype=dtype),
            layers.GlobalMaxPooling2D(dtype=dtype),
            layers.Dense(3, dtype="float32"),
        ]
    )


@pytest.mark.parametrize("options", [{"jit_compile": True}, {"jit_compile": False, "run_eagerly": True}])
@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_one_step_of_training(keras, pooling, policy, options):
    keras.utils.set_random_seed(0)
    model = small_network(keras, pooling, keras.DTypePolicy(policy))
    model.compile("sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), **options)
    images, labels = maps(8, 12, 12, 1), np.arange(8) % 3
    before = model.get_weights()[0].copy()
    losses = [float(model.train_on_batch(images, labels)) for _ in range(3)]
    assert np.isfinite(losses).all()
    assert not np.array_equal(before, model.get_weights()[0])


def test_mixed_precision_computes_in_half(keras, pooling):
    layer = pooling.BlurPool2D(dtype="mixed_float16")
    images = maps(1, 8, 8, 2)
    output = layer(images)
    assert keras.backend.standardize_dtype(output.dtype) == "float16"
    found = keras.ops.convert_to_numpy(output).astype("float32")
    np.testing.assert_allclose(found, by_scipy(images, 3, (2, 2), "mirror"), atol=5e-3)


def test_it_has_no_weights_and_its_config_makes_it_again(keras, pooling):
    layer = pooling.BlurPool2D(5, strides=(2, 3), padding="valid", border="padding", name="thin")
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert again.get_config() == layer.get_config()
    assert (again.pool_size, again.strides, again.padding, again.border) == (5, (2, 3), "valid", "padding")
    assert layer(maps(1, 9, 9, 1)).shape == again(maps(1, 9, 9, 1)).shape
    assert layer.count_params() == 0
    assert pooling.BlurPool2D().compute_output_shape((None, None, 7, 3)) == (None, None, 4, 3)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"pool_size": 0}, ValueError, "pool_size is 0; it must be a whole number, 1 or more"),
        ({"pool_size": 2.0}, TypeError, "pool_size is 2.0; it must be a whole number, 1 or more"),
        ({"pool_size": True}, TypeError, "pool_size is True"),
        ({"strides": -1}, ValueError, "strides is -1; it must be a whole number, 1 or more"),
        ({"strides": (1, 2, 3)}, ValueError, "which are 3 numbers"),
        ({"padding": "full"}, ValueError, "padding is 'full'; it must be 'same' or 'valid'"),
        ({"border": "reflect"}, ValueError, "border is 'reflect'; it must be 'mirror'"),
        ({"data_format": "last"}, ValueError, "data_format is 'last'"),
    ],
)
def test_options_that_make_no_sense(pooling, options, error, words):
    with pytest.raises(error, match=words.replace("(", r"\(")):
        pooling.BlurPool2D(**options)


@pytest.mark.parametrize(
    ("options", "shape", "words"),
    [
        ({}, (8, 8, 3), r"shape \(8, 8, 3\); it needs \(N, height, width, channels\). One image: image\[None\]"),
        ({}, (2, 1, 8, 3), "maps of 1 x 8 pixels; with pool_size 3 and border 'mirror' each side needs at least 2"),
        ({"pool_size": 5, "padding": "valid"}, (1, 4, 9, 1), "4 x 9 pixels.*padding 'valid'.*at least 5"),
    ],
)
def test_inputs_that_do_not_fit(pooling, options, shape, words):
    with pytest.raises(ValueError, match=words):
        pooling.BlurPool2D(**options)(maps(*shape))


def test_unknown_channels_and_one_pixel(keras, pooling):
    with pytest.raises(ValueError, match="the number of channels must be known"):
        pooling.BlurPool2D().compute_output_shape((None, 8, 8, None))
    one = np.ones((1, 1, 1, 1), dtype="float32")
    assert float(pooling.BlurPool2D(border="padding")(one)[0, 0, 0, 0]) == pytest.approx(0.25)


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_binomial_is_the_box_of_two_again_and_again(pooling, size):
    expected = np.ones(1)
    for _ in range(size - 1):
        expected = np.convolve(expected, [0.5, 0.5])
    np.testing.assert_allclose(pooling.binomial(size), expected)


def test_binomial_says_what_it_needs(pooling):
    with pytest.raises(ValueError, match="size is 0; it must be a whole number, 1 or more"):
        pooling.binomial(0)
    with pytest.raises(TypeError, match="size is '3'; it must be a whole number, 1 or more"):
        pooling.binomial("3")


def global_network(keras, last):
    return keras.Sequential([keras.Input((None, None, 1)), last])


def test_change_and_same_answer_by_hand(pooling):
    logits = np.random.default_rng(0).normal(size=(3, 7, 4))
    response = pooling.ShiftResponse(((0, 0), (1, 0), (0, 2)), logits)
    pairs = [((a - b) ** 2).sum() for i, a in enumerate(logits[0]) for j, b in enumerate(logits[0]) if i != j]
    for place in range(3):
        moved = [((a - b) ** 2).sum() for a, b in zip(logits[0], logits[place], strict=True)]
        assert response.change[place] == pytest.approx(np.sqrt(np.mean(moved) / np.mean(pairs)))
        same = [a.argmax() == b.argmax() for a, b in zip(logits[0], logits[place], strict=True)]
        assert response.same_answer[place] == pytest.approx(np.mean(same))
    labels = logits[1].argmax(axis=1)
    assert response.accuracy(labels)[1] == 1
    with pytest.raises(ValueError, match=r"labels has the shape \(3,\)"):
        response.accuracy(labels[:3])


def test_change_is_one_for_answers_of_other_images(pooling):
    logits = np.random.default_rng(1).normal(size=(1, 4000, 5))
    mixed = np.concatenate([logits, np.roll(logits, 1, axis=1)])
    assert pooling.ShiftResponse(((0, 0), (1, 0)), mixed).change == pytest.approx([0, 1], abs=0.02)


def test_networks_that_must_and_must_not_move(keras, pooling):
    images = np.zeros((6, 12, 12, 1), dtype=np.uint8)
    images[:, 4:8, 4:8] = np.random.default_rng(0).integers(1, 256, (6, 4, 4, 1))
    shifts = [(0, 0), (1, 0), (-2, 1), (0, 3)]
    everywhere = pooling.respond_to_shifts(global_network(keras, keras.layers.GlobalMaxPooling2D()), images, shifts)
    np.testing.assert_allclose(everywhere.change, 0, atol=1e-7)
    fixed = pooling.respond_to_shifts(
        keras.Sequential([keras.Input((12, 12, 1)), keras.layers.Flatten()]), images, shifts, batch_size=4
    )
    assert (fixed.change[1:] > 0.5).all()
    expected = np.roll(images, (1, -2), axis=(1, 2)).reshape(6, -1)  # (dx, dy) = (-2, 1): nothing is pushed out
    np.testing.assert_array_equal(fixed.logits[2], expected)


def test_what_cannot_be_measured(keras, pooling):
    model = global_network(keras, keras.layers.GlobalMaxPooling2D())
    images = np.ones((2, 4, 4, 1), dtype="float32")
    with pytest.raises(ValueError, match=r"the first must be \(0, 0\)"):
        pooling.respond_to_shifts(model, images, [(1, 0)])
    with pytest.raises(ValueError, match="at least 2 are needed"):
        pooling.respond_to_shifts(model, images[:1], [(0, 0)])
    with pytest.raises(ValueError, match="one row of numbers per image"):
        pooling.respond_to_shifts(global_network(keras, keras.layers.MaxPooling2D()), images, [(0, 0)])
    same = pooling.respond_to_shifts(model, images, [(0, 0)])
    with pytest.raises(ValueError, match="the answers to all images are equal"):
        print(same.change)
