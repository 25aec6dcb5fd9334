"""Batches and pooling beside Keras, SciPy and numbers by hand."""

import numpy as np
import pytest
import scipy.signal

from course_utils import kernels


@pytest.fixture(scope="module")
def keras_ops():
    import keras

    return keras.ops


def random_batch(*shape, seed=0, dtype=np.float32):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2, 3, (2, 1)])
@pytest.mark.parametrize("kernel_size", [(1, 1), (3, 3), (2, 2), (4, 3), (5, 1)])
def test_correlate_batch_equals_keras(keras_ops, kernel_size, stride, padding):
    for height, width in ((8, 8), (9, 7)):
        images, weights = random_batch(3, height, width, 2), random_batch(*kernel_size, 2, 5, seed=1)
        # TensorFlow on a CPU wants equal strides; the others follow by leaving places out.
        expected = keras_ops.convert_to_numpy(keras_ops.conv(images, weights, strides=1, padding="valid"))
        if padding == "valid":
            down, right = stride if isinstance(stride, tuple) else (stride, stride)
            expected = expected[:, ::down, ::right]
        elif isinstance(stride, int):
            expected = keras_ops.convert_to_numpy(keras_ops.conv(images, weights, strides=stride, padding=padding))
        else:
            continue
        np.testing.assert_allclose(kernels.correlate_batch(images, weights, stride, padding), expected, atol=1e-5)


@pytest.mark.parametrize("stride", [(1, 2), (2, 1), (3, 2)])
def test_unequal_strides(stride):
    images, weights = random_batch(1, 9, 7, 1), random_batch(3, 3, 1, 1, seed=1)
    found = kernels.correlate_batch(images, weights, stride, padding=1)
    padded = np.pad(images[0, :, :, 0], [(1, 1), (1, 1)])
    expected = scipy.signal.correlate2d(padded, weights[:, :, 0, 0], mode="valid")[:: stride[0], :: stride[1]]
    np.testing.assert_allclose(found[0, :, :, 0], expected, atol=1e-5)


@pytest.mark.parametrize("padding", [0, 1, 3, (2, 0)])
def test_a_number_of_zeros_on_every_side(padding):
    images, weights = random_batch(2, 5, 6, 3, dtype=np.float64), random_batch(3, 2, 3, 4, seed=1)
    down, right = padding if isinstance(padding, tuple) else (padding, padding)
    padded = np.pad(images, [(0, 0), (down, down), (right, right), (0, 0)])
    found = kernels.correlate_batch(images, weights, padding=padding)
    assert found.dtype == np.float64
    for index in range(2):
        for kernel in range(4):
            expected = sum(
                scipy.signal.correlate2d(padded[index, :, :, c], weights[:, :, c, kernel], mode="valid")
                for c in range(3)
            )
            np.testing.assert_allclose(found[index, :, :, kernel], expected, atol=1e-10)


def test_one_filter_on_one_image_is_correlate2d():
    image, kernel = random_batch(9, 8, 3), random_batch(3, 3, 3, seed=1)
    found = kernels.correlate_batch(image[np.newaxis], kernel[..., np.newaxis], padding="same")[0, :, :, 0]
    np.testing.assert_allclose(found, kernels.correlate2d(image, kernel, "padding"), atol=1e-5)


def test_new_axes_of_any_stride_are_read_rightly():
    """image[np.newaxis, :, :, np.newaxis] has sides of length 1 whose stride is 0."""
    image, kernel = random_batch(6, 7), random_batch(3, 3, seed=1)
    batch = image[np.newaxis, :, :, np.newaxis]
    assert 0 in batch.strides
    found = kernels.correlate_batch(batch, kernel[:, :, np.newaxis, np.newaxis])[0, :, :, 0]
    np.testing.assert_allclose(found, scipy.signal.correlate2d(image, kernel, mode="valid"), atol=1e-5)


def test_an_even_kernel_lies_where_correlate2d_lays_it():
    image, kernel = random_batch(9, 8), random_batch(4, 2, seed=1)
    found = kernels.correlate_batch(
        image[np.newaxis, ..., np.newaxis], kernel[..., np.newaxis, np.newaxis], padding="same"
    )
    np.testing.assert_allclose(found[0, :, :, 0], kernels.correlate2d(image, kernel, "padding"), atol=1e-5)


def test_integers_do_not_saturate_and_views_are_taken():
    images = np.full((2, 4, 4, 3), 255, dtype=np.uint8)
    found = kernels.correlate_batch(images[:, ::-1, :, ::-1], np.full((3, 3, 3, 1), -2))
    assert found.dtype == np.float32
    assert (found == -2 * 27 * 255).all()
    view = random_batch(2, 3, 6, 5).transpose(0, 3, 2, 1)
    weights = random_batch(2, 2, 3, 2, seed=1)
    np.testing.assert_array_equal(
        kernels.correlate_batch(view, weights), kernels.correlate_batch(np.ascontiguousarray(view), weights)
    )


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("pool_size", "stride"), [(2, None), (3, None), (3, 2), (2, 1), (1, None), ((2, 3), None)])
@pytest.mark.parametrize("channels", [1, 3, 9])
def test_max_pooling_equals_keras(keras_ops, pool_size, stride, padding, channels):
    images = random_batch(3, 9, 11, channels) - 5
    expected = keras_ops.convert_to_numpy(keras_ops.max_pool(images, pool_size, strides=stride, padding=padding))
    np.testing.assert_array_equal(kernels.max_pool2d(images, pool_size, stride, padding), expected)


def test_max_pooling_of_overlapping_windows_by_hand():
    image = np.array([[9, 1, 2, 0, 5], [3, 8, 1, 1, 1], [0, 0, 0, 0, 0], [1, 1, 7, 1, 1], [6, 0, 0, 0, 4]])
    assert kernels.max_pool2d(image, 3, 2).tolist() == [[9, 5], [7, 7]]
    assert kernels.max_pool2d(image, 4, 1).tolist() == [[9, 8], [8, 8]]


def test_max_pooling_of_many_images():
    images = random_batch(40, 64, 64, 4)
    expected = images.reshape(40, 32, 2, 32, 2, 4).max(axis=(2, 4))
    np.testing.assert_array_equal(kernels.max_pool2d(images), expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int64, np.float64])
def test_max_pooling_keeps_type_and_values(dtype):
    images = np.arange(35).astype(dtype).reshape(5, 7)
    found = kernels.max_pool2d(images, 2)
    assert found.dtype == dtype
    assert found.tolist() == [[8, 10, 12], [22, 24, 26]]
    assert kernels.max_pool2d(images, 2, padding="same")[-1].tolist() == [29, 31, 33, 34]
    assert kernels.max_pool2d(images[..., np.newaxis], 2).shape == (2, 3, 1)


def test_max_pooling_padding_never_wins():
    images = np.full((1, 3, 3, 1), -7, dtype=np.int8)
    assert (kernels.max_pool2d(images, 2, padding="same") == -7).all()
    images = np.full((1, 3, 3, 1), -np.inf)
    assert (kernels.max_pool2d(images, 2, padding="same") == -np.inf).all()


def test_max_pooling_hands_on_not_a_number():
    image = np.zeros((4, 4))
    image[0, 3] = np.nan
    np.testing.assert_array_equal(kernels.max_pool2d(image), [[0, np.nan], [0, 0]])


@pytest.mark.parametrize(
    ("images", "weights", "options", "error", "words"),
    [
        (np.ones((4, 4)), np.ones((3, 3, 1, 1)), {}, ValueError, r"\(4, 4\).*np.newaxis"),
        (np.ones((1, 4, 4, 2)), np.ones((3, 3, 3, 1)), {}, ValueError, "same number of channels"),
        (np.ones((1, 4, 4, 2)), np.ones((3, 3, 2)), {}, ValueError, "filters"),
        (np.ones((0, 4, 4, 2)), np.ones((3, 3, 2, 1)), {}, ValueError, "empty"),
        (np.ones((1, 4, 4, 2), dtype=bool), np.ones((3, 3, 2, 1)), {}, TypeError, "booleans"),
        (np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 1)) * 1j, {}, TypeError, "complex"),
        (np.ones((1, 4, 4, 2)), np.ones((5, 3, 2, 1)), {}, ValueError, "does not fit"),
        (np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 1)), {"stride": 0}, ValueError, "stride is 0"),
        (np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 1)), {"stride": 1.5}, TypeError, "stride is 1.5"),
        (np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 1)), {"stride": (1, 2, 3)}, TypeError, "pair"),
        (np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 1)), {"padding": -1}, ValueError, "padding is -1"),
        (np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 1)), {"padding": "full"}, ValueError, "'valid', 'same'"),
    ],
)
def test_what_is_wrong_with_a_batch_is_said(images, weights, options, error, words):
    with pytest.raises(error, match=words):
        kernels.correlate_batch(images, weights, **options)


@pytest.mark.parametrize(
    ("images", "options", "error", "words"),
    [
        (np.ones(4), {}, ValueError, r"\(4,\)"),
        (np.ones((4, 4), dtype=bool), {}, TypeError, "booleans"),
        (np.ones((4, 4), dtype=complex), {}, TypeError, "complex"),
        (np.ones((4, 0)), {}, ValueError, "empty"),
        (np.ones((3, 3)), {"pool_size": 4}, ValueError, "does not fit"),
        (np.ones((3, 3)), {"pool_size": 0}, ValueError, "pool_size is 0"),
        (np.ones((3, 3)), {"stride": 0}, ValueError, "stride is 0"),
        (np.ones((3, 3)), {"padding": 1}, ValueError, "'valid' or 'same'"),
    ],
)
def test_what_is_wrong_with_pooling_is_said(images, options, error, words):
    with pytest.raises(error, match=words):
        kernels.max_pool2d(images, **options)
