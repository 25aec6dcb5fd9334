"""What `backbones.load` gives: the right weights under an honest label, and nothing that was not verified."""

import itertools
import re
import shutil
import subprocess
import sys

import backends
import keras
import numpy as np
import pytest

from course_utils import backbones, datasets, images, locations
from course_utils.backbones import backbone as backbone_module
from course_utils.backbones import catalogue, efficientnet_lite0, embedded, half_precision, imagenet_labels, loading

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 40, 36, 3), dtype=np.uint8)
ON_CIFAR10 = ("vgg16", "resnet50")


def listed(name):
    """Skip where the weights are still to come: what is not in the manifest does not come with the course."""
    entry = catalogue.SOURCES[name, "embedded"].entry
    if entry not in datasets.manifest():
        pytest.skip(f"{entry} is not in data/MANIFEST.toml yet")
    return datasets.entry(entry)


@pytest.fixture(scope="module")
def random_ones():
    return {name: backbones.load(name, "random") for name in backbones.NAMES}


@pytest.fixture
def own_data(tmp_path, monkeypatch):
    """A copy of the folder data with weights of our own making."""
    folder = tmp_path / "data"
    (folder / "weights").mkdir(parents=True)
    shutil.copy(locations.data() / "MANIFEST.toml", folder)
    monkeypatch.setattr(locations, "data", lambda: folder)
    datasets.manifest.cache_clear()
    yield folder
    datasets.manifest.cache_clear()


def test_importing_the_package_loads_no_keras():
    code = "import sys; from course_utils import backbones; backbones.NAMES; sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_part_lists_the_parts():
    with pytest.raises(AttributeError, match=r"has no 'lode'\. It has: .*load"):
        backbones.lode  # noqa: B018
    assert "load" in dir(backbones)


@pytest.mark.parametrize("name", backbones.NAMES)
def test_the_embedded_weights_are_those_of_the_manifest(name):
    entry = listed(name)
    found = backbones.load(name, "embedded")
    assert found.sha256 in entry.sha256
    assert found.sha256[:12] in str(found)
    assert found.licence == entry.licence
    assert found.model.count_params() == entry.shape[0]
    again = efficientnet_lite0.build() if name == "efficientnet_lite0" else embedded.build(name)
    half_precision.load(again, datasets.locate(entry.name))
    np.testing.assert_array_equal(found.model.predict(IMAGES, verbose=0), again.predict(IMAGES, verbose=0))


@pytest.mark.parametrize("name", ON_CIFAR10)
def test_the_embedded_weights_know_the_cat(name):
    listed(name)
    found = backbones.load(name, "embedded")
    small = backbones.centre_crop(images.load("cat"), 32, share=1)
    (best,) = found.decode(found.model.predict(small[np.newaxis], verbose=0), 3)
    assert "cat" in [class_name for class_name, _ in best]


@pytest.mark.parametrize("name", backbones.NAMES)
def test_the_label_says_what_it_is_and_nothing_more(name, random_ones):
    label = str(random_ones[name])
    assert "random weights (seed 0), not trained" in label
    assert not re.search("imagenet|cifar|trained on", label, re.IGNORECASE)
    label = catalogue.SOURCES[name, "embedded"].label()
    if name in ON_CIFAR10:
        assert "CIFAR-10" in label
        assert "by the authors of this course" in label
        assert "of its width" in label
        assert "MIT" in label
        assert "imagenet" not in label.lower()
    else:
        assert "ImageNet" in label
        assert "Google" in label
        assert "Apache-2.0" in label


def test_what_a_label_says_of_shape_and_data_is_so():
    assert embedded.WIDTHS == {"vgg16": 3 / 8, "resnet50": 1 / 4}
    assert "45,000 photographs" in catalogue.SOURCES["vgg16", "embedded"].data


@pytest.mark.parametrize("name", backbones.NAMES)
def test_every_part_takes_images_as_they_are(name, random_ones):
    found = random_ones[name]
    assert found.name == name
    assert found.weights == "random"
    assert found.input_size == (224 if name == "efficientnet_lite0" else 32)
    assert len(found.class_names) == len(set(found.class_names)) == found.model.output.shape[-1]
    assert found.preprocessing is found.model.layers[1]
    whole = found.model.predict(IMAGES, verbose=0)
    np.testing.assert_array_equal(whole, found.model.predict(IMAGES.astype("float64"), verbose=0))
    maps = found.body.predict(IMAGES, verbose=0)
    assert maps.shape == found.up_to(found.feature_layers[-1]).predict(IMAGES, verbose=0).shape
    dense = found.model.get_layer("predictions")
    by_hand = maps.mean(axis=(1, 2)) @ np.asarray(dense.kernel) + np.asarray(dense.bias)
    np.testing.assert_allclose(whole, by_hand, rtol=1e-3, atol=1e-3 * np.abs(whole).max())


@pytest.mark.parametrize("name", backbones.NAMES)
def test_feature_layers_go_from_large_maps_to_small_ones(name, random_ones):
    found = random_ones[name]
    smallest = keras.Input((found.smallest_size, found.smallest_size, 3))
    sides = [keras.Model(found.body.input, found.body.get_layer(layer).output)(smallest).shape[1:3]
             for layer in found.feature_layers]  # fmt: skip
    assert all(before[0] >= after[0] >= 1 for before, after in itertools.pairwise(sides))
    positions = [[layer.name for layer in found.body.layers].index(layer) for layer in found.feature_layers]
    assert positions == sorted(positions)
    assert found.feature_layers[-1] == found.body.layers[-1].name


def test_parts_share_their_weights():
    found = backbones.load("vgg16", "random")
    part = found.up_to("block1_pool")
    assert part is found.up_to("block1_pool")
    before, digest = part.predict(IMAGES, verbose=0), found.weights_hash()
    layer = found.body.get_layer("block1_conv1")
    layer.set_weights([2 * array for array in layer.get_weights()])
    assert np.abs(part.predict(IMAGES, verbose=0) - before).max() > 0
    assert found.weights_hash() != digest
    assert found.model.get_layer("block1_conv1") is layer
    assert all(layer.trainable for layer in found.body.layers)


def test_an_unknown_layer_lists_the_feature_layers(random_ones):
    with pytest.raises(ValueError, match=r"vgg16 has no layer 'block3'\. Its feature layers are block1_pool, "):
        random_ones["vgg16"].up_to("block3")


def test_random_weights_follow_from_their_seed_alone(random_ones):
    np.random.seed(1)  # noqa: NPY002
    state = np.random.get_state()[1].tolist()  # noqa: NPY002
    again, other = backbones.load("vgg16", "random"), backbones.load("vgg16", "random", seed=1)
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002
    assert again.sha256 == random_ones["vgg16"].sha256 != other.sha256
    assert "seed 1" in str(other)


def test_random_weights_keep_the_size_of_signals():
    inputs = keras.Input((16, 16, 64))
    x = keras.layers.Conv2D(256, 3, activation="relu")(inputs)
    x = keras.layers.DepthwiseConv2D(3, activation="relu")(x)
    model = keras.Model(inputs, keras.layers.Conv2D(256, 1)(x))
    loading.draw_weights(model.layers, seed=0)
    images = np.random.default_rng(0).normal(size=(4, 16, 16, 64)).astype("float32")
    # 2 / n doubles the variance once, ReLU halves it twice and leaves a mean: the mean square is what stays.
    assert 1 < np.mean(model.predict(images, verbose=0) ** 2) < 4


def test_an_untrained_twin_has_the_same_shape(random_ones):
    for name, found in random_ones.items():
        twin = backbones.untrained(found, seed=5)
        assert [layer.name for layer in twin.model.layers] == [layer.name for layer in found.model.layers]
        assert twin.sha256 != found.sha256
        assert "seed 5" in str(twin), name


@pytest.mark.parametrize(
    ("profile", "name", "expected"),
    [
        (None, "vgg16", "embedded"),
        ("full", "vgg16", "imagenet"),
        ("full", "resnet50", "imagenet"),
        ("full", "efficientnet_lite0", "embedded"),
    ],
)
def test_the_profile_chooses(profile, name, expected, monkeypatch):
    monkeypatch.delenv("COURSE_PROFILE", raising=False)
    if profile:
        monkeypatch.setenv("COURSE_PROFILE", profile)
    assert catalogue.choose(name) == expected
    assert catalogue.choose(name, "random") == "random"


@pytest.mark.parametrize(
    ("name", "weights", "words"),
    [
        ("vgg-16", "auto", "no backbone is called 'vgg-16'. Did you mean 'vgg16'?"),
        ("vgg16", "cifar10", "weights is 'cifar10'; it must be one of 'auto', 'embedded', 'imagenet', 'random'."),
        ("efficientnet_lite0", "imagenet", "its embedded ones are trained on ImageNet already"),
    ],
)
def test_wrong_names_say_what_there_is(name, weights, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        backbones.load(name, weights)


def test_a_missing_file_is_named(own_data):
    with pytest.raises(FileNotFoundError, match=r"vgg16_cifar10\.npz is missing.*Get the course again.*random"):
        backbones.load("vgg16", "embedded")


def test_a_file_that_is_not_the_manifests_is_refused_and_kept(own_data):
    path = own_data / "weights" / "efficientnet_lite0_imagenet.npz"
    path.write_bytes(b"another file")
    shutil.copy(locations.PACKAGE.parent / "data" / "weights" / "imagenet_labels.tsv", own_data / "weights")
    with pytest.raises(ValueError, match=r"damaged or another version: its sha256 is .*manifest_lines --write"):
        backbones.load("efficientnet_lite0")
    assert path.read_bytes() == b"another file"


def test_classes_are_decoded_by_their_odds(random_ones):
    found = random_ones["efficientnet_lite0"]
    logits = np.zeros((2, 1000))
    logits[0, 285], logits[1, 967], logits[1, 504] = 1000, 50, 50 - np.log(3)
    first, second = found.decode(logits, count=2)
    assert first[0] == ("Egyptian cat", 1.0)
    assert second == [("espresso", 0.75), ("coffee mug", 0.25)]
    with pytest.raises(ValueError, match=r"logits have the shape \(1000,\)"):
        found.decode(logits[0])


def test_labels_of_imagenet_are_the_thousand_in_wordnets_order():
    numbers, names = imagenet_labels.wordnet_numbers(), imagenet_labels.names()
    assert len(set(names)) == len(set(numbers)) == 1000
    assert list(numbers) == sorted(numbers)
    known = {0: "tench", 134: "crane (bird)", 285: "Egyptian cat", 517: "crane (machine)", 999: "toilet tissue"}
    assert {index: names[index] for index in known} == known


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("n02124075", 285),
        ("n02124075_12.JPEG", 285),
        ("n0212407512.jpg", None),
        ("n99999999", None),
        ("7.png", 7),
        ("0007_x.png", 7),
        ("7x.png", None),
        ("7é.png", None),
        ("12345.png", None),
        ("1000.png", None),
        ("cat_285.jpg", None),
        ("", None),
        ("٣.png", None),
    ],
)
def test_a_class_is_read_off_a_file_name(text, number):
    assert imagenet_labels.class_of(text) == number


def test_a_crop_is_the_middle_with_its_proportions():
    image = np.zeros((80, 200, 3), np.uint8)
    image[:, 65:135] = 255
    assert backbones.centre_crop(image, 35).min() == 255
    assert backbones.centre_crop(image, 40, share=1)[:, :2].max() == 0
    assert backbones.centre_crop(image[..., 0], 16).shape == (16, 16)
    assert backbones.centre_crop(image[:9, :9], 64).shape == (64, 64, 3)
    with pytest.raises(ValueError, match=r"share is 1\.2; it must be above 0 and at most 1"):
        backbones.centre_crop(image, share=1.2)


def test_a_hash_is_of_all_weights_in_their_order():
    def network(*numbers):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1), keras.layers.Dense(1)])
        model.set_weights([np.full(shape, number, "float32") for shape, number in zip([(1, 1), (1,)] * 2, numbers,
                                                                                      strict=True)])  # fmt: skip
        return backbone_module.hash_of(model)

    assert network(1, 2, 3, 4) == network(1, 2, 3, 4)
    assert len({network(1, 2, 3, 4), network(1, 2, 4, 3), network(2, 1, 3, 4)}) == 3


def everything(images):
    import keras
    import numpy as np

    from course_utils import backbones
    from course_utils.backbones import official

    found = {"centred": keras.ops.convert_to_numpy(official.ToCentredBGR()(images))}
    for name, weights in (("efficientnet_lite0", "embedded"), ("resnet50", "random"), ("vgg16", "random")):
        backbone = backbones.load(name, weights)
        found[name] = np.asarray(backbone.model.predict(images, verbose=0))
        found[f"{name} sha256"] = backbone.sha256
        found[f"{name} now"] = backbone.weights_hash()
    return found


@pytest.mark.parametrize("backend", backends.OTHERS)
def test_other_backends_give_the_same(backend):
    expected, found = everything(IMAGES), backends.run_on(backend, everything, images=IMAGES)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        if isinstance(value, str):
            assert found[name] == value, name
        else:
            np.testing.assert_allclose(found[name], value, rtol=1e-3, atol=1e-4 * np.abs(value).max(), err_msg=name)
