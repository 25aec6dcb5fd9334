"""LocallyConnected2D beside plain loops, beside Conv2D, saved and loaded, in half precision, compiled, elsewhere."""

import backends
import numpy as np
import pytest

from course_utils import local


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


def random(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def padded(images, kernel_size, strides, padding):
    if padding == "valid":
        return images
    missing = [
        max((-(-side // step) - 1) * step + window - side, 0)
        for side, window, step in zip(images.shape[1:3], kernel_size, strides, strict=True)
    ]
    return np.pad(images, [(0, 0), *((m // 2, m - m // 2) for m in missing), (0, 0)])


def by_loops(images, kernel, bias, strides, padding):
    """Return what the layer has to give, one product after another, in double precision."""
    rows, columns, kernel_height, kernel_width, channels, filters = kernel.shape
    framed = padded(images.astype(np.float64), (kernel_height, kernel_width), strides, padding)
    output = np.zeros((len(images), rows, columns, filters))
    for n, r, c, f in np.ndindex(output.shape):
        total = 0.0 if bias is None else float(bias[r, c, f])
        for i, j, d in np.ndindex(kernel_height, kernel_width, channels):
            total += float(kernel[r, c, i, j, d, f]) * framed[n, r * strides[0] + i, c * strides[1] + j, d]
        output[n, r, c, f] = total
    return output


def gradients_by_loops(images, kernel, strides, padding, of_output):
    """Return d(sum of output * of_output) / d(images, kernel, bias), one product after another."""
    rows, columns, kernel_height, kernel_width, channels, filters = kernel.shape
    framed = padded(images.astype(np.float64), (kernel_height, kernel_width), strides, padding)
    for_framed, for_kernel = np.zeros_like(framed), np.zeros(kernel.shape)
    for n, r, c, f in np.ndindex(len(images), rows, columns, filters):
        for i, j, d in np.ndindex(kernel_height, kernel_width, channels):
            place = n, r * strides[0] + i, c * strides[1] + j, d
            for_kernel[r, c, i, j, d, f] += of_output[n, r, c, f] * framed[place]
            for_framed[place] += of_output[n, r, c, f] * kernel[r, c, i, j, d, f]
    top, left = ((after - before) // 2 for after, before in zip(framed.shape[1:3], images.shape[1:3], strict=True))
    height, width = images.shape[1:3]
    return for_framed[:, top : top + height, left : left + width], for_kernel, of_output.sum(axis=0)


SETTINGS = [
    # height, width, channels, filters, kernel_size, strides, padding
    (4, 4, 1, 1, (2, 2), (2, 2), "valid"),
    (5, 7, 2, 3, (3, 2), (1, 1), "valid"),
    (7, 6, 3, 2, (3, 3), (2, 2), "valid"),
    (8, 5, 1, 4, (2, 3), (3, 1), "valid"),
    (5, 7, 2, 3, (3, 3), (1, 1), "same"),
    (6, 7, 1, 2, (2, 4), (2, 3), "same"),
    (7, 4, 2, 1, (5, 1), (2, 2), "same"),
    (5, 5, 1, 2, (1, 1), (3, 4), "same"),
    (3, 3, 2, 2, (5, 5), (1, 2), "same"),
]


@pytest.mark.parametrize(
    ("height", "width", "channels", "filters", "kernel_size", "strides", "padding"), SETTINGS, ids=str
)
def test_values_and_gradients_are_those_of_plain_loops(
    keras, height, width, channels, filters, kernel_size, strides, padding
):
    import tensorflow as tf

    if keras.backend.backend() != "tensorflow":
        pytest.skip("gradients are taken with TensorFlow here; the other backends have a test of their own")
    layer = local.LocallyConnected2D(filters, kernel_size, strides, padding, bias_initializer="random_normal")
    images = random(2, height, width, channels)
    layer.build(images.shape)
    with tf.GradientTape() as tape:
        inputs = tf.constant(images)
        tape.watch(inputs)
        output = layer(inputs)
        of_output = random(*output.shape, seed=1)
        weighted = tf.reduce_sum(output * of_output)
    found = tape.gradient(weighted, [inputs, layer.kernel.value, layer.bias.value])
    kernel, bias = layer.get_weights()
    assert tuple(output.shape) == layer.compute_output_shape(images.shape)
    np.testing.assert_allclose(output, by_loops(images, kernel, bias, strides, padding), atol=1e-5)
    for one, expected in zip(found, gradients_by_loops(images, kernel, strides, padding, of_output), strict=True):
        np.testing.assert_allclose(tf.convert_to_tensor(one), expected, atol=1e-4)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("kernel_size", [1, 2, 3, (4, 3)])
@pytest.mark.parametrize("size", [(8, 8), (9, 7)])
def test_with_equal_kernels_it_is_conv2d(keras, size, kernel_size, strides, padding):
    images = random(3, *size, 2)
    convolution = keras.layers.Conv2D(5, kernel_size, strides, padding, bias_initializer="random_normal")
    expected = keras.ops.convert_to_numpy(convolution(images))
    layer = local.LocallyConnected2D(5, kernel_size, strides, padding)
    assert layer.compute_output_shape(images.shape) == convolution.compute_output_shape(images.shape)
    layer.build(images.shape)
    kernel, bias = convolution.get_weights()
    layer.set_weights([np.broadcast_to(kernel, layer.kernel.shape), np.broadcast_to(bias, layer.bias.shape)])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(images)), expected, atol=1e-5)


def test_channels_first_is_channels_last_with_the_sides_swapped(keras):
    images = random(2, 6, 5, 3)
    last = local.LocallyConnected2D(4, 3, 2, "same")
    expected = keras.ops.convert_to_numpy(last(images))
    first = local.LocallyConnected2D(4, 3, 2, "same", data_format="channels_first")
    swapped = images.transpose(0, 3, 1, 2)
    assert first.compute_output_shape(swapped.shape) == (2, 4, 3, 3)
    first.build(swapped.shape)
    first.set_weights(last.get_weights())
    np.testing.assert_allclose(keras.ops.convert_to_numpy(first(swapped)).transpose(0, 2, 3, 1), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("height", "width", "channels", "filters", "kernel_size", "strides", "padding"), SETTINGS, ids=str
)
def test_number_of_parameters(keras, height, width, channels, filters, kernel_size, strides, padding):
    layer = local.LocallyConnected2D(filters, kernel_size, strides, padding)
    layer.build((None, height, width, channels))
    _, rows, columns, _ = layer.compute_output_shape((None, height, width, channels))
    assert layer.count_params() == rows * columns * filters * (kernel_size[0] * kernel_size[1] * channels + 1)


def test_number_of_parameters_of_the_lesson(keras):
    layer = local.LocallyConnected2D(1, 2, 2)
    layer.build((None, 4, 4, 1))
    assert layer.count_params() == 20
    without = local.LocallyConnected2D(1, 2, 2, use_bias=False)
    without.build((None, 4, 4, 1))
    assert without.count_params() == 16
    assert without.bias is None


@pytest.mark.parametrize("name", ["glorot_uniform", "he_normal", "lecun_uniform", "random_normal"])
def test_kernels_begin_as_those_of_a_convolution(keras, name):
    keras.utils.set_random_seed(0)
    layer = local.LocallyConnected2D(16, 3, kernel_initializer=name)
    layer.build((None, 14, 14, 4))
    convolution = keras.layers.Conv2D(16, 3, kernel_initializer=name)
    convolution.build((None, 14, 14, 4))
    kernel, expected = layer.get_weights()[0], convolution.get_weights()[0]
    assert kernel.std() == pytest.approx(expected.std(), rel=0.1)
    assert np.abs(kernel).max() < 1.3 * np.abs(expected).max() or name == "random_normal"
    assert kernel[0, 0].std() == pytest.approx(expected.std(), rel=0.2)
    assert np.abs(kernel[0, 0] - kernel[0, 1]).min() > 0


def test_the_same_seed_gives_the_same_kernels(keras):
    def drawn():
        keras.utils.set_random_seed(3)
        layer = local.LocallyConnected2D(2, 3)
        layer.build((None, 5, 5, 1))
        return layer.get_weights()[0]

    np.testing.assert_array_equal(drawn(), drawn())


def small_model(keras):
    return keras.Sequential(
        [
            keras.Input((9, 7, 1)),
            local.LocallyConnected2D(
                4, 3, 2, "same", activation="relu", kernel_regularizer=keras.regularizers.L2(1e-3)
            ),
            local.LocallyConnected2D(
                3, (2, 1), kernel_initializer=keras.initializers.HeNormal(seed=1), bias_constraint="non_neg"
            ),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )


@pytest.mark.parametrize("ending", ["keras", "weights.h5"])
def test_saved_and_loaded_it_is_the_same(keras, tmp_path, ending):
    model, images = small_model(keras), random(5, 9, 7, 1)
    path = tmp_path / f"model.{ending}"
    if ending == "keras":
        model.save(path)
        loaded = keras.models.load_model(path)
    else:
        model.save_weights(path)
        loaded = small_model(keras)
        loaded.load_weights(path)
    for layer, copy in zip(model.layers, loaded.layers, strict=True):
        assert {**copy.get_config(), "name": layer.name} == layer.get_config()
    np.testing.assert_array_equal(loaded.predict(images, verbose=0), model.predict(images, verbose=0))
    copy = local.LocallyConnected2D.from_config(model.layers[0].get_config())
    assert copy.get_config() == model.layers[0].get_config()


def test_a_clone_of_a_model(keras):
    model = small_model(keras)
    clone = keras.models.clone_model(model)
    assert [layer.get_config() for layer in clone.layers] == [layer.get_config() for layer in model.layers]


@pytest.mark.parametrize(
    ("policy", "tolerance"), [("mixed_float16", 2e-2), ("mixed_bfloat16", 1e-1), ("float64", 1e-5)]
)
def test_other_precisions(keras, policy, tolerance):
    images = random(4, 8, 8, 2)
    layer = local.LocallyConnected2D(3, 3, 2, "same")
    expected = keras.ops.convert_to_numpy(layer(images))
    other = local.LocallyConnected2D(3, 3, 2, "same", dtype=policy)
    other.build(images.shape)
    other.set_weights(layer.get_weights())
    output = other(images)
    assert keras.backend.standardize_dtype(output.dtype) == policy.removeprefix("mixed_")
    assert keras.backend.standardize_dtype(other.kernel.dtype) == ("float64" if policy == "float64" else "float32")
    found = keras.ops.convert_to_numpy(keras.ops.cast(output, "float32"))
    np.testing.assert_allclose(found, expected, atol=tolerance)


@pytest.mark.parametrize(("jit_compile", "policy"), [(False, "float32"), (True, "mixed_float16")])
def test_it_learns_compiled_and_in_half_precision(keras, jit_compile, policy, recwarn):
    keras.utils.set_random_seed(0)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = small_model(keras)
        model.compile(
            keras.optimizers.Adam(0.01),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            jit_compile=jit_compile,
        )
        images, labels = random(48, 9, 7, 1), np.random.default_rng(1).integers(0, 10, 48)
        losses = model.fit(images, labels, batch_size=24, epochs=30, verbose=0).history["loss"]
    finally:
        keras.config.set_dtype_policy(before)
    assert np.isfinite(losses).all()
    assert losses[-1] < 0.5 * losses[0]
    assert not [str(warning.message) for warning in recwarn if "IndexedSlices" in str(warning.message)]


def test_integers_are_computed_as_floats(keras):
    layer = local.LocallyConnected2D(1, 2, kernel_initializer="ones", use_bias=False)
    output = keras.ops.convert_to_numpy(layer(np.full((1, 2, 2, 1), 255, np.uint8)))
    assert output.ravel().tolist() == [1020.0]


def test_any_batch_size_and_any_layout_in_memory(keras):
    layer = local.LocallyConnected2D(2, 3)
    images = random(7, 6, 5, 1)
    expected = keras.ops.convert_to_numpy(layer(images))
    assert expected.shape == (7, 4, 3, 2)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(images[2:3])), expected[2:3], atol=1e-6)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(images[::-1])), expected[::-1], atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"filters": 0}, ValueError, "filters is 0; it must be a whole number, 1 or more"),
        ({"filters": 2.5}, TypeError, "filters is 2.5; it must be a whole number, 1 or more"),
        ({"filters": True}, TypeError, "filters is True"),
        ({"kernel_size": 0}, ValueError, "kernel_size is 0"),
        ({"kernel_size": (1, 2, 3)}, ValueError, "which are 3 numbers"),
        ({"kernel_size": "3"}, TypeError, "kernel_size is '3'"),
        ({"strides": (1, -1)}, ValueError, "strides is -1"),
        ({"padding": "full"}, ValueError, "padding is 'full'; it must be 'valid' or 'same'"),
        ({"padding": 1}, ValueError, "padding is 1"),
        ({"data_format": "NHWC"}, ValueError, "'channels_last' or 'channels_first'"),
    ],
)
def test_what_is_wrong_with_the_arguments_is_said(keras, arguments, error, words):
    with pytest.raises(error, match=words):
        local.LocallyConnected2D(**{"filters": 1, "kernel_size": 2, **arguments})


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((None, 28, 28), r"\(None, 28, 28\).*needs \(N, height, width, channels\).*images\[..., np.newaxis\]"),
        ((None, None, 28, 1), "every place has kernels of its own"),
        ((None, 2, 9, 1), r"window of \(3, 3\) does not fit into images of \(2, 9\).*padding='same'"),
    ],
)
def test_what_is_wrong_with_the_images_is_said(keras, shape, words):
    for use in (local.LocallyConnected2D(1, 3).build, local.LocallyConnected2D(1, 3).compute_output_shape):
        with pytest.raises(ValueError, match=words):
            use(shape)


def test_images_of_another_size_are_refused(keras):
    layer = local.LocallyConnected2D(1, 3)
    layer.build((None, 8, 8, 1))
    for shape in ((2, 9, 8, 1), (2, 8, 8, 3)):
        words = rf"built for images of \(8, 8, 1\).* and got \({shape[1]}, {shape[2]}, {shape[3]}\)"
        with pytest.raises(ValueError, match=words):
            layer(np.zeros(shape, np.float32))
        with pytest.raises(ValueError, match=words):
            layer.compute_output_shape(shape)
        with pytest.raises(ValueError, match=words):
            layer(keras.KerasTensor((None, *shape[1:])))


def test_an_initializer_made_for_one_matrix_is_refused(keras):
    layer = local.LocallyConnected2D(1, 3, kernel_initializer="orthogonal")
    with pytest.raises(ValueError, match=r"Orthogonal.*'glorot_uniform'"):
        layer.build((None, 8, 8, 1))


def everything(images):
    """Return outputs of three layers, and the losses of a small training, on whatever backend this runs."""
    import keras

    answer = {}
    for name, settings in {"valid": (4, 3, 2, "valid"), "same": (3, (2, 3), (2, 1), "same")}.items():
        layer = local.LocallyConnected2D(*settings, activation="relu")
        layer.build(images.shape)
        kernel = np.random.default_rng(1).standard_normal(layer.kernel.shape).astype("float32")
        layer.set_weights([kernel, np.zeros(layer.bias.shape, "float32")])
        answer[name] = keras.ops.convert_to_numpy(layer(images))
        answer[f"shape {name}"] = layer.compute_output_shape(images.shape)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input(images.shape[1:]),
            local.LocallyConnected2D(4, 3, 2, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(2),
        ]
    )
    rng = np.random.default_rng(2)
    model.set_weights([0.3 * rng.standard_normal(weight.shape) for weight in model.get_weights()])
    model.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    labels = np.arange(len(images)) % 2
    answer["losses"] = model.fit(images, labels, batch_size=len(images), epochs=5, verbose=0).history["loss"]
    half = local.LocallyConnected2D(2, 3, dtype="mixed_float16")
    answer["half"] = keras.backend.standardize_dtype(half(images).dtype)
    return answer


@pytest.mark.parametrize("backend", backends.OTHERS)
def test_other_backends_give_the_same(backend):
    images = random(6, 7, 6, 3)
    expected, found = everything(images), backends.run_on(backend, everything, images=images)
    for name in ("valid", "same", "losses"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-4, atol=1e-4)
    for name in ("shape valid", "shape same", "half"):
        assert found[name] == expected[name]
