"""The embedded networks and the files of their weights: shape, half precision, the script that trains them."""

import json
import tomllib

import keras
import numpy as np
import pytest

from course_utils import datasets, locations
from course_utils.backbones import (
    catalogue,
    embedded,
    half_precision,
    loading,
    manifest_lines,
    resnet50,
    train_on_cifar10,
    vgg16,
)
from course_utils.datasets import splits

IMAGES = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), dtype=np.uint8)
NAMES = ("vgg16", "resnet50")
WIDTH = 0.0625


# ---------------------------------------------------------------- the networks


def learned(model):
    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)


def test_parameters_of_the_narrow_vgg16_are_those_of_its_formula():
    filters = [round(count * 0.375) for depth, count in vgg16.BLOCKS for _ in range(depth)]
    assert len(filters) == 13
    ins = [3, *filters[:-1]]
    kernels = sum(9 * before * after for before, after in zip(ins, filters, strict=True))
    model = embedded.build("vgg16")
    assert learned(model) == kernels + 2 * sum(filters) + (192 + 1) * 10
    assert model.count_params() == learned(model) + 2 * sum(filters)


def test_parameters_of_the_narrow_resnet50_are_those_of_its_formula():
    total, before = 27 * 16 + 2 * 16, 16
    for num_blocks, count in ((3, 16), (4, 32), (6, 64), (3, 128)):
        for block in range(num_blocks):
            total += before * count + 9 * count**2 + 4 * count**2 + 2 * (6 * count)
            if block == 0:
                total += before * 4 * count + 2 * 4 * count
            before = 4 * count
    assert learned(embedded.build("resnet50")) == total + (512 + 1) * 10


@pytest.mark.parametrize(("name", "last"), [("vgg16", (None, 1, 1, 192)), ("resnet50", (None, 2, 2, 512))])
def test_maps_of_small_images(name, last):
    model = embedded.build(name)
    body = keras.Model(model.input, model.get_layer(loading._FEATURE_LAYERS[name][-1]).output)
    assert body(keras.Input((32, 32, 3))).shape == last


def test_preprocessing_of_the_embedded_networks():
    images = IMAGES.astype("float32")
    expected = (images - np.array(embedded.MEAN)) / np.array(embedded.STANDARD_DEVIATION)
    np.testing.assert_allclose(np.asarray(embedded.preprocessing()(images)), expected, atol=1e-5)


def test_widths_never_leave_a_layer_without_filters():
    assert [vgg16.scaled(64, width) for width in (1, 0.375, 0.001)] == [64, 24, 1]


def test_a_block_adds_its_input_and_projects_it_only_where_the_shape_changes():
    inputs = keras.Input((8, 8, 8))
    plain = keras.Model(inputs, resnet50.bottleneck(inputs, 2, 1, "plain", project=False))
    for layer in plain.layers:
        layer.set_weights([np.zeros_like(array) for array in layer.get_weights()])
    images = np.random.default_rng(0).normal(size=(1, 8, 8, 8)).astype("float32")
    np.testing.assert_array_equal(plain.predict(images, verbose=0), np.maximum(images, 0))
    for small, first, second in ((True, 1, 2), (False, 2, 1)):
        block = keras.Model(inputs, resnet50.bottleneck(inputs, 4, 2, "block", project=True, small_images=small))
        assert block.output.shape == (None, 4, 4, 16)
        assert block.get_layer("block_1_conv").strides == (first, first)
        assert block.get_layer("block_2_conv").strides == (second, second)
        assert block.get_layer("block_0_conv").use_bias is not small


# ---------------------------------------------------------------- half precision


def small(width=WIDTH, seed=0):
    model = embedded.build("vgg16", width=width)
    loading.draw_weights(model.layers, seed)
    return model


def test_weights_come_back_as_they_were_but_for_the_last_digits(tmp_path):
    model = small()
    model.get_layer("block1_conv1_bn").set_weights([np.array([1 / 3] * 4, "float32")] * 4)
    half_precision.save(model, tmp_path / "new" / "weights.npz")
    again = half_precision.load(small(seed=1), tmp_path / "new" / "weights.npz")
    for layer in model.layers:
        for found, expected in zip(again.get_layer(layer.name).get_weights(), layer.get_weights(), strict=True):
            if expected.ndim > 1:
                np.testing.assert_array_equal(found, expected.astype(np.float16).astype(np.float32))
            else:
                np.testing.assert_array_equal(found, expected)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["weights.npz"]
    kernels = sum(v.shape.num_elements() for v in model.weights if len(v.shape) > 1)
    assert (tmp_path / "new" / "weights.npz").stat().st_size < 2 * kernels + 40_000


def test_one_network_gives_one_file(tmp_path):
    for name in ("a.npz", "b.npz"):
        half_precision.save(small(), tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_what_float16_cannot_hold_is_refused_and_the_file_of_before_stays(tmp_path):
    model, path = small(), tmp_path / "weights.npz"
    half_precision.save(model, path)
    before = path.read_bytes()
    for number in (1e5, np.inf, np.nan):
        kernel = model.get_layer("block1_conv1")
        kernel.set_weights([np.full(kernel.kernel.shape, number, "float32")])
        with pytest.raises(ValueError, match="float16 cannot hold; train it again"):
            half_precision.save(model, path)
        assert path.read_bytes() == before


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", None])
def test_a_file_that_cannot_be_read_is_named(damage, tmp_path):
    path = tmp_path / "weights.npz"
    if damage is None:
        half_precision.save(small(), path)
        damage = path.read_bytes()[:3000]
    path.write_bytes(damage)
    with pytest.raises(ValueError, match=r"weights\.npz cannot be read as weights"):
        half_precision.load(small(), path)


def test_weights_of_another_network_change_nothing(tmp_path):
    half_precision.save(small(2 * WIDTH), tmp_path / "wide.npz")
    half_precision.save(embedded.build("resnet50", width=WIDTH), tmp_path / "other.npz")
    model = small()
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"wide\.npz is of another network than vgg16: block1_conv1/kernel is"):
        half_precision.load(model, tmp_path / "wide.npz")
    with pytest.raises(ValueError, match=r"missing in the file and|unknown in the network"):
        half_precision.load(model, tmp_path / "other.npz")
    for found, expected in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_networks_whose_weights_cannot_be_told_apart_are_refused(tmp_path):
    inner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, name="a"), keras.layers.Dense(2, name="b")])
    nested = keras.Sequential([keras.Input((2,)), inner, keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="layers within layers"):
        half_precision.save(nested, tmp_path / "nested.npz")


# ---------------------------------------------------------------- the manifest


def test_an_entry_is_written_from_the_file(tmp_path):
    path = tmp_path / "vgg16_cifar10.npz"
    half_precision.save(small(), path)
    entry = tomllib.loads(manifest_lines.render("vgg16", path))["vgg16_cifar10"]
    assert entry["shape"] == [small().count_params()]
    assert entry["bytes"] == path.stat().st_size
    assert entry["sha256"] == [datasets_hash(path)]
    assert entry["licence"] == "MIT"
    assert "Krizhevsky" in entry["title"]
    assert entry["source"] == "https://www.cs.toronto.edu/~kriz/cifar.html"
    assert set(entry) | {"name"} == set(datasets.entry("cat").__dataclass_fields__)


def datasets_hash(path):
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_new_entry_takes_the_place_of_the_old_one_and_leaves_the_others(tmp_path, monkeypatch, capsys):
    text = (locations.data() / "MANIFEST.toml").read_text(encoding="utf-8")
    (tmp_path / "weights").mkdir()
    (tmp_path / "MANIFEST.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(locations, "data", lambda: tmp_path)
    half_precision.save(small(), tmp_path / "weights" / "vgg16_cifar10.npz")
    half_precision.save(small(seed=1), tmp_path / "weights" / "resnet50_cifar10.npz")
    manifest_lines.main(["vgg16", "resnet50"])
    assert (tmp_path / "MANIFEST.toml").read_text(encoding="utf-8") == text
    for _ in range(2):  # the second time there is something to replace, in the middle and at the end
        manifest_lines.main(["vgg16", "resnet50", "--write"])
        found = tomllib.loads((tmp_path / "MANIFEST.toml").read_text(encoding="utf-8"))
        assert found["vgg16_cifar10"]["sha256"] == [datasets_hash(tmp_path / "weights" / "vgg16_cifar10.npz")]
        assert found["resnet50_cifar10"]["sha256"] == [datasets_hash(tmp_path / "weights" / "resnet50_cifar10.npz")]
        others = {name: row for name, row in tomllib.loads(text).items() if not name.endswith("_cifar10")}
        assert others.items() <= found.items()
        assert set(found) == {*others, "vgg16_cifar10", "resnet50_cifar10"}
    assert "[vgg16_cifar10]" in capsys.readouterr().out


def test_the_entry_in_the_manifest_is_what_the_file_gives():
    for (name, weights), source in catalogue.SOURCES.items():
        if weights == "embedded" and source.entry in datasets.manifest():
            entry = datasets.entry(source.entry)
            found = tomllib.loads(manifest_lines.render(name, datasets.locate(source.entry)))[source.entry]
            assert {**found, "shape": tuple(found["shape"]), "sha256": tuple(found["sha256"]), "name": entry.name} == {
                field: getattr(entry, field) for field in entry.__dataclass_fields__
            }


# ---------------------------------------------------------------- the training


@pytest.fixture
def data():
    labels = np.arange(20) % 2
    split = splits.Split(IMAGES // 4 + (labels * 128).astype(np.uint8)[:, None, None, None], labels)
    return splits.Dataset("small", "Small", split, split, split, ("dark", "light"), "none", "made", "A mirror: mine.")


@pytest.mark.parametrize("name", NAMES)
def test_the_script_trains_records_and_writes(name, data, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RESULTS", str(tmp_path / "results.jsonl"))
    event = train_on_cifar10.train(name, data, 2, tmp_path / "run", weights_folder=tmp_path / "weights", width=WIDTH)
    assert json.loads((tmp_path / "results.jsonl").read_text(encoding="utf-8")) == event
    assert (event["network"], event["num_train"], event["epochs"], event["data"]) == (name, 20, 2, "mine.")
    assert all(len(curve) == 2 for curve in event["curves"].values())
    model = half_precision.load(embedded.build(name, 2, WIDTH), tmp_path / "weights" / f"{name}_cifar10.npz")
    assert model.count_params() == event["parameters"]
    guessed = model.predict(data.test.images, verbose=0).argmax(axis=1)
    assert np.mean(guessed == data.test.labels) == pytest.approx(event["test_accuracy"])


def test_the_command_line_names_the_network(data, tmp_path, monkeypatch, capsys):
    asked = {}

    def train(name, found, epochs, folder, weights_folder):
        asked.update(name=name, epochs=epochs, weights_folder=weights_folder)
        return {"test_accuracy": 0.875, "cpu_seconds": 12.0}

    monkeypatch.setattr(train_on_cifar10, "train", train)
    monkeypatch.setattr(train_on_cifar10.datasets, "load", lambda name, profile: data)
    train_on_cifar10.main(["resnet50", "--folder", str(tmp_path)])
    assert asked == {
        "name": "resnet50",
        "epochs": train_on_cifar10.EPOCHS["resnet50"],
        "weights_folder": locations.data() / "weights",
    }
    assert "resnet50: 87.50" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        train_on_cifar10.main(["vgg19"])


def recorded():
    path = locations.root() / "data" / "results" / "backbones.jsonl"
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("name", "least"), [("vgg16", 0.86), ("resnet50", 0.84)])
def test_what_is_recorded_of_the_embedded_networks_reaches_its_goal(name, least):
    events = [event for event in recorded() if event.get("network") == name]
    if not events or f"{name}_cifar10" not in datasets.manifest():
        pytest.skip(f"no training of {name} is recorded yet")
    last = events[-1]
    assert last["test_accuracy"] >= least
    assert last["parameters"] == embedded.build(name).count_params()
    assert (last["num_train"], last["epochs"]) == (45_000, train_on_cifar10.EPOCHS[name])
    assert all(len(curve) == last["epochs"] for curve in last["curves"].values())
