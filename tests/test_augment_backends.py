"""The augmentation layer computes the same on JAX and PyTorch, where these are installed."""

import backends
import numpy as np
import pytest

FILLS = ("nearest", "reflect", "constant", "wrap")


def everything(images, draws):
    import keras as here

    from course_utils import augment as package
    from course_utils.augment import rendering as own

    layer = package.Augment(rotation_degrees=20, shift_pixels=2, noise=0.1, cutout_pixels=3, seed=4)
    first, second = layer(images, training=True), layer(images, training=True)
    again = package.Augment.from_config(layer.get_config())(images, training=True)
    step = layer(images, training=True, step=(2, 5))
    to_numpy, draws = here.ops.convert_to_numpy, here.ops.convert_to_tensor(draws)
    answer = {"warp": package.warp(images, rotation_degrees=25, shift_right=1.5, scale=1.2, fill="wrap")}
    for fill in FILLS:
        moves = own.Moves("both", 40.0, 3.0, 0.3, 15.0, fill, 9.0)
        light = own.Light(0.4, 0.2, 0.0, 4, 9.0, 0.0, 255.0)
        answer[fill] = to_numpy(own.render(here.ops.convert_to_tensor(images), draws, moves=moves, light=light))
    answer["repeats"] = bool(np.array_equal(to_numpy(first), to_numpy(again)))
    answer["changes"] = bool(np.abs(to_numpy(first) - to_numpy(second)).mean() > 1)
    answer["steps"] = bool(np.array_equal(to_numpy(step), to_numpy(layer(images, training=True, step=(2, 5)))))
    answer["off"] = bool(np.array_equal(to_numpy(layer(images)), images))
    model = here.Sequential([here.Input(images.shape[1:]), layer, here.layers.Flatten(), here.layers.Dense(2)])
    model.compile("sgd", "mse")
    answer["loss"] = model.fit(images, np.zeros((len(images), 2)), verbose=0).history["loss"]
    return answer


@pytest.mark.parametrize("backend", backends.OTHERS)
def test_other_backends_give_the_same(backend):
    images = np.random.default_rng(0).integers(0, 256, (4, 19, 24, 3), dtype=np.uint8)
    draws = np.random.default_rng(0).uniform(-1, 1, (4, 11)).astype(np.float32)
    expected, found = everything(images, draws), backends.run_on(backend, everything, images=images, draws=draws)
    for name in ("warp", *FILLS):
        # A square whose edge falls on a pixel's middle may cover it here and not there.
        far = np.abs(found[name] - expected[name]) > 0.1
        assert far.mean() < 0.01, name
    for name in ("repeats", "changes", "steps", "off"):
        assert found[name] is expected[name] is True, name
    assert np.isfinite(found["loss"]).all()
