"""VGG16 and ResNet50 of keras.applications: the same network, its files verified before anything reads them."""

import functools
import hashlib
import http.server
import inspect
import threading

import h5py
import keras
import numpy as np
import pytest
from keras.applications import imagenet_utils
from keras.applications import resnet as their_resnet
from keras.applications import vgg16 as their_vgg16

from course_utils import backbones, locations
from course_utils.backbones import backbone as backbone_module
from course_utils.backbones import catalogue, keras_files, loading, official

NAMES = ("vgg16", "resnet50")
THEIRS = {"vgg16": their_vgg16.VGG16, "resnet50": their_resnet.ResNet50}
WIDTH = 1 / 16
IMAGES = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)


# ---------------------------------------------------------------- the same network


@pytest.mark.parametrize("name", NAMES)
def test_the_body_is_that_of_keras_applications(name):
    theirs = THEIRS[name](weights=None, include_top=False, input_shape=(64, 64, 3))
    ours = official.body(name)
    sized = ours(keras.Input((64, 64, 3)))
    assert sized.shape == theirs.output.shape
    mine = {layer.name: layer for layer in ours.layers[2:]}
    shapes = keras.Model(ours.input, [layer.output for layer in mine.values()])(keras.Input((64, 64, 3)))
    shapes = dict(zip(mine, [output.shape for output in shapes], strict=True))
    assert shapes == {layer.name: layer.output.shape for layer in theirs.layers[1:]}
    for layer in theirs.layers[1:]:
        assert [v.shape for v in mine[layer.name].weights] == [v.shape for v in layer.weights], layer.name
    random = np.random.default_rng(1)
    for layer in theirs.layers:
        # Not the fresh zeros and ones: a mean in the place of a variance would not show.
        arrays = [array + 0.1 * random.random(array.shape, dtype=np.float32) for array in layer.get_weights()]
        if arrays and layer.name.endswith("conv"):
            arrays[0] = layer.get_weights()[0]
        if name == "resnet50" or not arrays:
            layer.set_weights(arrays)
        if layer.weights:
            mine[layer.name].set_weights(layer.get_weights())
    expected = theirs.predict(imagenet_utils.preprocess_input(IMAGES.astype("float32"), mode="caffe"), verbose=0)
    found = ours.predict(IMAGES, verbose=0)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())
    assert np.abs(expected).max() > 0


@pytest.mark.parametrize("module", [their_vgg16, their_resnet])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_preprocessing_is_theirs(module, dtype):
    images = np.random.default_rng(2).integers(0, 256, (2, 5, 4, 3)).astype(dtype)
    expected = module.preprocess_input(images.astype("float32"))
    layer = official.ToCentredBGR()
    np.testing.assert_allclose(np.asarray(layer(images)), expected, atol=1e-4)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    np.testing.assert_allclose(np.asarray(again(images)), expected, atol=1e-4)
    for wrong in (images[..., ::-1], images / 255):
        assert np.abs(np.asarray(layer(wrong)) - expected).max() > 1


def test_heads_are_those_of_keras_applications():
    theirs = their_resnet.ResNet50(weights=None)
    ours = official.with_head("resnet50", official.body("resnet50"))
    assert ours.count_params() == theirs.count_params() == 25_636_712
    assert [layer.name for layer in ours.layers[-3:]] == [layer.name for layer in theirs.layers[-3:]]
    # VGG16's is 494 MB: its dense layers, made 16 times narrower, are counted and multiplied.
    narrow = official.with_head("vgg16", official.body("vgg16", WIDTH), WIDTH)
    names = ["flatten", "fc1", "fc2", "predictions"]
    assert [layer.name for layer in narrow.layers[-4:]] == names
    kernels = [narrow.get_layer(name).kernel.shape for name in names[1:]]
    assert kernels == [(7 * 7 * 512 // 16, 4096 // 16), (4096 // 16, 4096 // 16), (4096 // 16, 1000)]
    dense = (7 * 7 * 512 + 1) * 4096 + 4097 * 4096 + 4097 * 1000
    assert official.body("vgg16").count_params() + dense == 138_357_544


def test_official_names_hashes_and_addresses_are_those_that_keras_asks_for():
    vgg_source = inspect.getsource(their_vgg16.VGG16)
    vgg_module = inspect.getmodule(their_vgg16.VGG16)
    for file, address in zip(
        catalogue.KERAS_FILES["vgg16"], (vgg_module.WEIGHTS_PATH_NO_TOP, vgg_module.WEIGHTS_PATH), strict=True
    ):
        assert file.name in vgg_source
        assert file.md5 in vgg_source
        assert file.url == address
    module = inspect.getmodule(their_resnet.ResNet50)
    without, whole = catalogue.KERAS_FILES["resnet50"]
    assert (whole.md5, without.md5) == module.WEIGHTS_HASHES["resnet50"]
    assert without.url == f"{module.BASE_WEIGHTS_PATH}{without.name}"
    assert whole.url == f"{module.BASE_WEIGHTS_PATH}{whole.name}"


# ---------------------------------------------------------------- its files


def write(path, model, seed):
    """Write random weights as the official files hold them: a group per layer, its arrays under their own names."""
    loading.draw_weights([layer for layer in model.layers if layer.weights], seed)
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{variable.name}:0" for variable in layer.weights]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, variable in zip(names, layer.weights, strict=True):
                group[name] = np.asarray(variable)
    return model


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory):
    """Small files in the place of the official ones, with the networks that they hold."""
    folder = tmp_path_factory.mktemp("stand_ins")
    made = {}
    for seed, name in enumerate(NAMES):
        whole = official.with_head(name, official.body(name, WIDTH), WIDTH)
        files = catalogue.KERAS_FILES[name]
        made[name] = write(folder / files[1].name, whole, seed)
        body = keras.Model(whole.input, whole.get_layer(loading._FEATURE_LAYERS[name][-1]).output)
        write(folder / files[0].name, body, seed)
    return folder, made


@pytest.fixture
def catalogue_of_stand_ins(stand_ins, tmp_path, monkeypatch):
    """A machine on which nothing has been downloaded, where the stand-ins are the official files."""
    folder, _ = stand_ins
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setattr(loading, "_WIDTH", WIDTH)

    def serve_at(address):
        for name, files in catalogue.KERAS_FILES.items():
            changed = [
                catalogue.KerasFile(
                    file.name,
                    hashlib.md5((folder / file.name).read_bytes()).hexdigest(),
                    f"{address}/{file.name}",
                    file.megabytes,
                    file.has_head,
                )
                for file in files
            ]
            monkeypatch.setitem(catalogue.KERAS_FILES, name, tuple(changed))

    serve_at("http://127.0.0.1:9")  # the port of "discard": nobody listens
    return serve_at


@pytest.fixture
def server(stand_ins, catalogue_of_stand_ins):
    """A server on this machine that answers with the stand-ins, or with what a test puts in their place."""
    folder, _ = stand_ins
    asked, instead = [], {}

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            if self.path in instead:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(instead[self.path])
            else:
                super().do_GET()

        def log_message(self, *arguments):
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    catalogue_of_stand_ins(f"http://127.0.0.1:{listening.server_port}")
    yield asked, instead
    listening.shutdown()
    listening.server_close()
    thread.join()


def kept():
    return locations.keras_home() / "models"


@pytest.mark.parametrize("name", NAMES)
def test_weights_come_from_the_network_once(name, server, stand_ins):
    asked, _ = server
    without, whole = catalogue.KERAS_FILES[name]
    found = backbones.load(name, "imagenet")
    expected = stand_ins[1][name]
    images = np.random.default_rng(0).integers(0, 256, (1, 224, 224, 3), dtype=np.uint8)
    assert asked == [f"/{without.name}"]
    logits = found.model.predict(images, verbose=0)
    assert asked == [f"/{without.name}", f"/{whole.name}"]
    np.testing.assert_array_equal(logits, expected.predict(images, verbose=0))
    assert np.abs(logits).max() > 0
    assert sorted(path.name for path in kept().iterdir()) == sorted([without.name, whole.name])
    again = backbones.load(name, "imagenet")
    np.testing.assert_array_equal(again.model.predict(images, verbose=0), logits)
    assert len(asked) == 2
    assert found.sha256 == hashlib.sha256((kept() / without.name).read_bytes()).hexdigest()
    assert "ImageNet" in str(found)
    assert found.sha256[:12] in str(found)
    assert found.input_size == 224
    assert found.model.get_layer("preprocessing") is found.preprocessing
    assert len(found.decode(logits)[0]) == 5


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_read_as_keras_reads_it(name, stand_ins):
    ours, theirs = official.body(name, WIDTH), official.body(name, WIDTH)
    for file in catalogue.KERAS_FILES[name]:
        keras_files.read_into(ours.layers, stand_ins[0] / file.name)
        theirs.load_weights(stand_ins[0] / file.name, by_name=True)
        for found, expected in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_the_file_with_the_dense_layers_does_for_the_body(catalogue_of_stand_ins, stand_ins):
    folder, made = stand_ins
    kept().mkdir(parents=True)
    file = catalogue.KERAS_FILES["vgg16"][1]
    (kept() / file.name).write_bytes((folder / file.name).read_bytes())
    found = backbones.load("vgg16", "imagenet")
    for layer in found.model.layers:
        for mine, theirs in zip(layer.get_weights(), made["vgg16"].get_layer(layer.name).get_weights(), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_a_body_takes_any_size_and_the_dense_layers_say_which(catalogue_of_stand_ins, stand_ins, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(stand_ins[0]))
    found = backbones.load("vgg16", "imagenet")
    assert found.body.predict(IMAGES, verbose=0).shape[1:3] == (2, 2)
    for side in (448, 96):
        with pytest.raises(Exception, match=r"(?i)reshape|shape"):
            found.model.predict(np.zeros((1, side, side, 3), np.uint8), verbose=0)


def test_a_mirror_comes_first(server, stand_ins, monkeypatch):
    asked, _ = server
    monkeypatch.setenv("COURSE_DATA", str(stand_ins[0]))
    kept().mkdir(parents=True)
    (kept() / catalogue.KERAS_FILES["vgg16"][0].name).write_bytes(b"damaged")
    found = backbones.load("vgg16", "imagenet")
    assert "said to be" not in str(found)
    assert not asked


def test_a_file_that_the_mirror_lists_is_taken_and_said_not_to_be_official(
    catalogue_of_stand_ins, stand_ins, tmp_path, monkeypatch
):
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    monkeypatch.setenv("COURSE_DATA", str(mirror))
    file = catalogue.KERAS_FILES["resnet50"][0]
    write(mirror / file.name, official.body("resnet50", WIDTH), seed=9)
    with pytest.raises(ValueError, match="neither the official one nor listed in SHA256SUMS"):
        backbones.load("resnet50", "imagenet")
    digest = hashlib.sha256((mirror / file.name).read_bytes()).hexdigest()
    (mirror / "SHA256SUMS").write_text(f"{digest}  {file.name}\n", encoding="utf-8")
    found = backbones.load("resnet50", "imagenet")
    assert "said to be trained on ImageNet" in str(found)
    assert "not the official one" in str(found)
    assert found.sha256 == digest


def test_a_damaged_file_is_refused_and_kept(server):
    asked, _ = server
    file = catalogue.KERAS_FILES["vgg16"][0]
    kept().mkdir(parents=True)
    (kept() / file.name).write_bytes(b"the only copy of something")
    with pytest.raises(ValueError, match=rf"its md5 is [0-9a-f]{{32}}, expected {file.md5}.*move it away yourself"):
        backbones.load("vgg16", "imagenet")
    assert (kept() / file.name).read_bytes() == b"the only copy of something"
    assert not asked


@pytest.mark.parametrize("content", [b"a page that asks to log in", b""])
def test_a_wrong_answer_of_the_network_never_gets_the_files_name(content, server):
    _, instead = server
    file = catalogue.KERAS_FILES["resnet50"][0]
    instead[f"/{file.name}"] = content
    with pytest.raises(ConnectionError, match=r"ResNet50 .*could not be fetched.*COURSE_DATA.*\"embedded\""):
        backbones.load("resnet50", "imagenet")
    assert list(kept().iterdir()) == []
    del instead[f"/{file.name}"]
    assert backbones.load("resnet50", "imagenet").weights == "imagenet"


def test_offline_and_absent_is_said_in_a_sentence(catalogue_of_stand_ins):
    with pytest.raises(ConnectionError) as caught:
        backbones.load("vgg16", "imagenet")
    said = str(caught.value)
    for words in ("VGG16", "_notop.h5, 59 MB", "not on this machine", "set COURSE_DATA", 'load("vgg16", "embedded")'):
        assert words in said
    assert "\n" not in said
    assert list(kept().iterdir()) == []


def test_the_official_server_is_out_of_reach_of_tests(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    with pytest.raises(ConnectionError, match="could not be fetched"):
        backbones.load("vgg16", "imagenet")


def test_a_mirror_that_is_no_folder_is_named(catalogue_of_stand_ins, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="nowhere, which is no folder"):
        backbones.load("vgg16", "imagenet")


def test_a_file_of_another_network_changes_nothing(tmp_path):
    model = official.body("vgg16", WIDTH)
    digest = backbone_module.hash_of(model)
    write(tmp_path / "wide.h5", official.body("vgg16", 2 * WIDTH), seed=1)
    with pytest.raises(ValueError, match=r"wide\.h5 is of another network: its layer block\d_conv\d has the shapes"):
        keras_files.read_into(model.layers, tmp_path / "wide.h5")
    write(tmp_path / "other.h5", official.body("resnet50", WIDTH), seed=1)
    (tmp_path / "text.h5").write_text("no weights", encoding="utf-8")
    for name in ("other.h5", "text.h5", "missing.h5"):
        with pytest.raises(ValueError, match=rf"{name} cannot be read as weights of keras.applications"):
            keras_files.read_into(model.layers, tmp_path / name)
    assert backbone_module.hash_of(model) == digest


def test_the_untrained_twin_of_an_imagenet_network_has_its_shape(catalogue_of_stand_ins, stand_ins, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(stand_ins[0]))
    trained = backbones.load("vgg16", "imagenet")
    twin = backbones.untrained(trained, seed=2)
    assert [layer.name for layer in twin.model.layers] == [layer.name for layer in trained.model.layers]
    assert twin.model.count_params() == trained.model.count_params()
    assert np.abs(twin.model.predict(np.full((1, 224, 224, 3), 200, np.uint8), verbose=0)).max() > 0
    assert "VGG16; random weights (seed 2), not trained" in str(twin)
    assert twin.weights == "random"
    assert backbones.untrained(twin, seed=2).sha256 == twin.sha256
