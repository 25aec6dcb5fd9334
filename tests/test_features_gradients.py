"""Gradients on each backend against numbers worked out by hand and against small steps to both sides."""

import backends
import numpy as np
import pytest

from course_utils.features import gradients

SMALL_STEP = 1e-2


def everything(images, kernel):
    """Ask one backend for all gradients that the tests look at."""
    import keras

    layer = keras.layers.Conv2D(2, 3, use_bias=False, activation="softplus")
    layer.build(images.shape)
    layer.kernel.assign(kernel)
    model = keras.Sequential([keras.Input(images.shape[1:]), layer, keras.layers.GlobalAveragePooling2D()])
    as_array = keras.ops.convert_to_numpy

    def score(tensor):
        return keras.ops.sum(model(tensor, training=False)[:, 1])

    value, gradient = gradients.of(score, images)
    steps = gradients.compiled(score)
    again = [as_array(steps(images * factor)[1]) for factor in (1, 2)]
    constant_value, constant = gradients.of(lambda tensor: keras.ops.convert_to_tensor(3.0), images)
    whole_value, whole = gradients.of(lambda tensor: keras.ops.sum(tensor**2), np.arange(3))
    return {
        "value": float(value),
        "gradient": as_array(gradient),
        "compiled": again[0],
        "elsewhere": as_array(gradients.of(score, images * 2)[1]),
        "compiled_elsewhere": again[1],
        "constant": as_array(constant),
        "constant_value": float(constant_value),
        "whole": as_array(whole).tolist(),
        "whole_value": float(whole_value),
    }


def _inputs():
    random = np.random.default_rng(0)
    return {
        "images": random.normal(size=(2, 5, 4, 3)).astype("float32"),
        "kernel": random.normal(size=(3, 3, 3, 2)).astype("float32"),
    }


@pytest.fixture(scope="module")
def found():
    return everything(**_inputs())


def _by_loops(images, kernel):
    """The same network in float64, without Keras."""
    sums = []
    for image in images:
        places = [
            (image[row : row + 3, column : column + 3, :, np.newaxis] * kernel).sum(axis=(0, 1, 2))[1]
            for row in range(3)
            for column in range(2)
        ]
        sums.append(np.mean(np.log1p(np.exp(places))))
    return sum(sums)


def test_the_value_and_the_gradient_are_those_of_a_loop(found):
    images, kernel = (array.astype(np.float64) for array in _inputs().values())
    assert found["value"] == pytest.approx(_by_loops(images, kernel), abs=1e-4)
    expected = np.zeros_like(images)
    for place in np.ndindex(images.shape):
        step = np.zeros_like(images)
        step[place] = SMALL_STEP
        expected[place] = (_by_loops(images + step, kernel) - _by_loops(images - step, kernel)) / (2 * SMALL_STEP)
    np.testing.assert_allclose(found["gradient"], expected, atol=1e-3)


def test_compiled_gradients_are_the_same_and_follow_the_input(found):
    np.testing.assert_allclose(found["compiled"], found["gradient"], atol=1e-5)
    np.testing.assert_allclose(found["compiled_elsewhere"], found["elsewhere"], atol=1e-5)
    assert np.abs(found["elsewhere"] - found["gradient"]).max() > 1e-3


def test_a_function_that_ignores_its_input_has_the_gradient_zero(found):
    assert found["constant_value"] == 3
    np.testing.assert_array_equal(found["constant"], np.zeros((2, 5, 4, 3)))


def test_whole_numbers_become_floats(found):
    assert found["whole_value"] == 5
    assert found["whole"] == [0, 2, 4]


def test_more_than_one_number_is_refused():
    with pytest.raises(ValueError, match=r"shape \(3,\).*keras.ops.sum"):
        gradients.of(lambda tensor: tensor * 2, np.ones(3))


@pytest.mark.parametrize("backend", backends.OTHERS)
def test_other_backends_give_the_same(backend, found):
    other = backends.run_on(backend, everything, **_inputs())
    for name, expected in found.items():
        np.testing.assert_allclose(other[name], expected, atol=1e-4, err_msg=name)
