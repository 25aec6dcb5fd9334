"""The way in which tests use other backends: it carries values both ways and tells what failed."""

import backends
import numpy as np
import pytest


def convolve(images, fail=False):
    import keras

    if fail:
        raise ValueError("the function failed by itself")
    keras.utils.set_random_seed(0)
    kernel = np.arange(12, dtype="float32").reshape(2, 2, 3, 1)
    return {
        "backend": keras.backend.backend(),
        "output": keras.ops.convert_to_numpy(keras.ops.conv(images, kernel, padding="valid")),
    }


@pytest.mark.parametrize("backend", backends.ALL)
def test_a_function_runs_on_a_backend_and_its_arrays_come_back(backend):
    images = np.random.default_rng(0).normal(size=(2, 5, 4, 3)).astype("float32")
    found = backends.run_on(backend, convolve, images=images)
    windows = np.lib.stride_tricks.sliding_window_view(images, (2, 2), axis=(1, 2))
    expected = np.einsum("nyxcij,ijco->nyxo", windows, np.arange(12, dtype="float32").reshape(2, 2, 3, 1))
    assert found["backend"] == backend
    np.testing.assert_allclose(found["output"], expected, rtol=1e-4, atol=1e-4)


def test_a_failure_is_told_with_its_traceback():
    with pytest.raises(AssertionError, match=r"(?s)convolve failed on tensorflow.*the function failed by itself"):
        backends.run_on("tensorflow", convolve, images=None, fail=True)


def test_a_backend_that_is_not_installed_skips(monkeypatch):
    monkeypatch.setattr(backends.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(pytest.skip.Exception, match="jax is not installed"):
        backends.run_on("jax", convolve, images=None)
