import logging

import keras
import numpy as np
import pytest

from course_utils import backbones, locations
from course_utils.backbones import features


@pytest.fixture(scope="module")
def backbone():
    return backbones.load("vgg16", "random")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def pictures():
    return np.random.default_rng(0).integers(0, 256, (7, 32, 40, 3), dtype=np.uint8)


def maps_of(backbone, images, layer):
    return keras.ops.convert_to_numpy(backbone.up_to(layer)(images.astype(np.float32), training=False))


@pytest.mark.parametrize(
    ("pooling", "by_numpy"),
    [
        ("mean", lambda maps: maps.mean(axis=(1, 2))),
        ("max", lambda maps: maps.max(axis=(1, 2))),
        ("flatten", lambda maps: maps.reshape(len(maps), -1)),
        (None, lambda maps: maps),
    ],
)
def test_each_pooling_is_numpys_of_the_maps(backbone, pictures, pooling, by_numpy):
    expected = by_numpy(maps_of(backbone, pictures, "block3_pool"))
    # Batches of 3: the last holds one image only.
    found = features.extract(backbone, pictures, "block3_pool", pooling, batch_size=3, cache=False)
    assert found.shape == expected.shape
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


def test_several_layers_come_out_of_one_pass(backbone, pictures, monkeypatch):
    passes, computed = [], features._computed
    monkeypatch.setattr(features, "_computed", lambda *given: passes.append(given[2]) or computed(*given))
    layers = ["block4_pool", "block1_pool"]
    found = features.extract(backbone, pictures, layers)
    assert list(found) == layers
    assert [sorted(names) for names in passes] == [sorted(layers)]
    for layer in layers:
        expected = maps_of(backbone, pictures, layer).mean(axis=(1, 2))
        np.testing.assert_allclose(found[layer], expected, rtol=1e-3, atol=1e-4)
    # One more layer: only this one is computed.
    features.extract(backbone, pictures, [*layers, "block2_pool"])
    assert passes[1:] == [["block2_pool"]]


def test_kept_features_belong_to_data_weights_layer_and_pooling(backbone, pictures, monkeypatch):
    first = features.extract(backbone, pictures)
    monkeypatch.setattr(features, "_computed", lambda *given: pytest.fail("they were kept"))
    np.testing.assert_array_equal(features.extract(backbone, pictures.copy()), first)
    monkeypatch.undo()
    others = pictures.copy()
    others[3, 5, 6, 1] ^= 1
    keys = {
        features._key(network, some, layer, pooling)
        for network in (backbone, backbones.load("vgg16", "random", seed=1))
        for some in (pictures, others, pictures.astype(np.float32), pictures.reshape(7, 40, 32, 3))
        for layer in ("block1_pool", "block2_pool")
        for pooling in ("mean", "max")
    }
    assert len(keys) == 32


def test_weights_that_are_trained_on_are_not_mixed_up(pictures):
    network = backbones.load("vgg16", "random", seed=3)
    before = features.extract(network, pictures, "block1_pool")
    kernel = next(layer for layer in network.body.layers if isinstance(layer, keras.layers.Conv2D)).kernel
    kernel.assign(-kernel)
    assert not np.allclose(features.extract(network, pictures, "block1_pool"), before)


def test_other_numbers_of_images_are_no_warning(backbone, pictures):
    said = []

    class Listener(logging.Handler):
        def emit(self, record):
            said.append(record.getMessage())

    logger, listener = logging.getLogger("tensorflow"), Listener()
    logger.addHandler(listener)
    try:
        level = logger.level
        for count in range(1, 8):  # TensorFlow warns at the fifth trace
            features.extract(backbone, pictures[:1].repeat(count, axis=0), cache=False)
        assert logger.level == level
    finally:
        logger.removeHandler(listener)
    assert said == []


def test_a_damaged_copy_is_made_again(backbone, pictures, tmp_path):
    first = features.extract(backbone, pictures)
    (copy,) = locations.cache().glob("features-vgg16-*.npz")
    copy.write_bytes(copy.read_bytes()[:100])
    np.testing.assert_allclose(features.extract(backbone, pictures), first, rtol=1e-5)


def test_gray_mapped_and_streamed_images(backbone, pictures, tmp_path):
    gray = pictures[..., :1]
    expected = features.extract(backbone, np.repeat(gray, 3, axis=-1), cache=False)
    np.testing.assert_allclose(features.extract(backbone, gray, cache=False), expected, rtol=1e-4, atol=1e-5)
    np.save(tmp_path / "pictures.npy", pictures)
    mapped = np.load(tmp_path / "pictures.npy", mmap_mode="r")
    expected = features.extract(backbone, pictures, cache=False)
    np.testing.assert_allclose(features.extract(backbone, mapped), expected, rtol=1e-4, atol=1e-5)
    streamed = features.extract(backbone, (pictures[start : start + 3] for start in (0, 3, 6)))
    np.testing.assert_allclose(streamed, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["vgg16", "resnet50", "efficientnet_lite0"])
@pytest.mark.parametrize("size", [(224, 224), (32, 32), (500, 300)])
def test_the_maps_of_a_batch_stay_within_bounds(name, size):
    network = backbones.load(name, "random")
    batch_size = features._fitting_batch(network, list(network.feature_layers), size)
    whole = keras.Model(network.body.input, [layer.output for layer in network.body.layers])
    specs = whole.compute_output_spec(keras.KerasTensor((batch_size, *size, 3)))
    assert 4 * max(np.prod(spec.shape) for spec in specs) <= 128 * 2**20
    assert 8 <= batch_size <= 250


def nan_in(images):
    images = images.astype(np.float32)
    images[2, 0, 0, 0] = np.nan
    return images


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda images: images[0], r"\(32, 40, 3\).*newaxis"),
        (lambda images: np.concatenate([images, images[..., :1]], axis=-1), r"\(7, 32, 40, 4\).*alpha"),
        (lambda images: images[:0], "no images"),
        (lambda images: images[:, :20], "20x40.*32"),
        (nan_in, "(?i)nan|not finite|not numbers"),
        (lambda images: images.astype(np.float32) * 257, "255"),
        (lambda images: iter(()), "no batch"),
    ],
)
def test_images_that_are_none(backbone, pictures, change, words):
    with pytest.raises(ValueError, match=words):
        features.extract(backbone, change(pictures))


def test_unknown_layers_and_poolings(backbone, pictures):
    with pytest.raises(ValueError, match="Did you mean 'block3_pool'"):
        features.extract(backbone, pictures, "blok3_pool")
    with pytest.raises(ValueError, match="at least one layer"):
        features.extract(backbone, pictures, [])
    with pytest.raises(ValueError, match="'average'"):
        features.extract(backbone, pictures, pooling="average")
    with pytest.raises(TypeError, match="str"):
        features.extract(backbone, "photographs")
