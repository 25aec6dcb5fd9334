"""The table of PyTorch and Keras: its text is built in both and must give the shapes, parameters and numbers it states.

PyTorch itself is used where it is installed, and everywhere a NumPy version of what its documentation says.
"""

import importlib.util
import sys

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import numpy_torch  # noqa: E402

from course_utils.architectures import side_by_side  # noqa: E402

HAS_TORCH = importlib.util.find_spec("torch") is not None
BOTH = ["numpy", pytest.param("torch", marks=pytest.mark.skipif(not HAS_TORCH, reason="PyTorch is not installed"))]
IDS = [pair.torch.splitlines()[0] + " / " + pair.keras.splitlines()[0] for pair in side_by_side.PAIRS]


class _Numpy:
    """The torch half, built from the same text with NumPy's stand-in."""

    def __init__(self, text):
        self.module = _evaluated(text, {"nn": numpy_torch.nn})
        self.parameters = self.module.count()

    def weighted(self):
        return [(m.weight, m.bias) for m in self.module.modules_with_weights()]

    def __call__(self, images):
        return self.module(images)


class _Torch:
    """The torch half, built with PyTorch."""

    def __init__(self, text):
        import torch

        torch.manual_seed(0)
        self.torch = torch
        self.module = _evaluated(text, {"nn": torch.nn}).eval()
        with torch.no_grad():
            for module in self.module.modules():
                if isinstance(module, torch.nn.BatchNorm2d):
                    module.weight.copy_(torch.tensor([0.5, -1.0, 2.0]))
                    module.bias.copy_(torch.tensor([0.1, 0.2, -0.3]))
        self.parameters = sum(parameter.numel() for parameter in self.module.parameters())

    def weighted(self):
        weighted = [module for module in self.module.modules() if getattr(module, "weight", None) is not None]
        return [(m.weight.detach().numpy(), m.bias.detach().numpy()) for m in weighted]

    def __call__(self, images):
        with self.torch.no_grad():
            return self.module(self.torch.from_numpy(images.astype(np.float32))).numpy()


def _evaluated(text, names):
    if text.startswith("class"):
        exec(text, names)
        return names["Network"]()
    return eval(text, names)


def _halves(pair, library):
    return (_Torch if library == "torch" else _Numpy)(pair.torch), pair.build()


def _leaves(model):
    for layer in model.layers:
        yield from _leaves(layer) if hasattr(layer, "layers") else [layer]


def _give_weights(model, weighted):
    """Put PyTorch's weights into a Keras model, layer by layer."""
    flattened = None
    for layer in _leaves(model):
        if isinstance(layer, keras.layers.Flatten):
            flattened = tuple(layer.input.shape[1:]) if model.inputs else (6, 6, 16)
        if layer.weights:
            weight, bias = weighted.pop(0)
            values = [side_by_side.to_keras(weight, flattened), side_by_side.to_keras(bias)]
            layer.set_weights(values + layer.get_weights()[2:])
            flattened = None
    assert not weighted


def _images(shape):
    return np.random.default_rng(7).normal(size=(2, *shape))


def _keras_order(outputs):
    return outputs.transpose(0, 2, 3, 1) if outputs.ndim == 4 else outputs


@pytest.mark.parametrize("library", BOTH)
@pytest.mark.parametrize("pair", side_by_side.PAIRS, ids=IDS)
def test_pair_has_the_shapes_parameters_and_numbers_that_the_table_states(pair, library):
    torch_half, keras_half = _halves(pair, library)
    images = _images(pair.input_shape)
    _give_weights(keras_half, torch_half.weighted())
    expected = _keras_order(torch_half(images.transpose(0, 3, 1, 2)))
    found = keras.ops.convert_to_numpy(keras_half(images.astype(np.float32), training=False))
    assert found.shape[1:] == expected.shape[1:] == pair.output_shape
    assert torch_half.parameters == pair.torch_parameters
    assert keras_half.count_params() == pair.keras_parameters
    difference = np.abs(found - expected).max()
    if pair.same_numbers:
        assert difference < 1e-5 * max(1, np.abs(expected).max())
    else:
        assert difference > 0.1


@pytest.mark.parametrize("library", BOTH)
def test_classes_compute_what_the_last_pair_computes(library):
    torch_half = (_Torch if library == "torch" else _Numpy)(side_by_side.TORCH_CLASS)
    names = {"keras": keras, "layers": keras.layers}
    exec(side_by_side.KERAS_CLASS, names)
    model = names["Network"]()
    images = _images((28, 28, 1)).astype(np.float32)
    model(images)
    weighted = torch_half.weighted()
    for layer, flattened in ((model.conv1, None), (model.conv2, None), (model.dense, (6, 6, 16))):
        weight, bias = weighted.pop(0)
        layer.set_weights([side_by_side.to_keras(weight, flattened), bias])
    expected = torch_half(images.transpose(0, 3, 1, 2))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model(images)), expected, atol=1e-5, rtol=1e-5)
    assert model.count_params() == torch_half.parameters == 7_146


def test_the_trap_is_an_offset_of_the_windows():
    """Behind the strided pair with "same" lie other windows, not other weights: moved by one pixel they agree."""
    torch_half = _Numpy("nn.Conv2d(3, 16, 3, stride=2, padding=1)")
    same = side_by_side.PAIRS[2].build()
    _give_weights(same, torch_half.weighted())
    images = _images((32, 32, 3))
    moved = np.roll(images, (-1, -1), axis=(1, 2))
    expected = _keras_order(torch_half(moved.transpose(0, 3, 1, 2)))
    found = keras.ops.convert_to_numpy(same(images.astype(np.float32)))
    np.testing.assert_allclose(found[:, 1:-1, 1:-1], expected[:, 1:-1, 1:-1], atol=1e-5)


@pytest.mark.skipif(not HAS_TORCH, reason="PyTorch is not installed")
@pytest.mark.parametrize("pair", side_by_side.PAIRS, ids=IDS)
def test_numpy_stand_in_is_what_torch_computes(pair):
    import torch

    real, stand_in = _Torch(pair.torch), _Numpy(pair.torch)
    for module, (weight, bias) in zip(stand_in.module.modules_with_weights(), real.weighted(), strict=True):
        module.weight, module.bias = weight, bias
    images = _images(pair.input_shape).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(stand_in(images), real(images), atol=1e-5, rtol=1e-4)
    assert torch.__version__


def test_table_shows_every_pair_as_text_and_as_html():
    text, shown = repr(side_by_side.table()), side_by_side.table()._repr_html_()
    for pair in side_by_side.PAIRS:
        assert pair.torch.splitlines()[-1] in text
        assert "<td style=" in shown
    assert text.count("OTHER numbers") == shown.count("<b>other numbers</b>") == 1
    assert "6 / 12" in shown
    assert "forward" in repr(side_by_side.classes())
    assert "def call" in repr(side_by_side.classes())


def test_table_needs_no_torch():
    assert HAS_TORCH or "torch" not in sys.modules
    assert "torch" not in vars(side_by_side)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: side_by_side.to_keras(np.zeros((2, 3, 4))), "nn.Conv2d have 4 sides"),
        (lambda: side_by_side.to_keras(np.zeros((10, 575)), flattened=(6, 6, 16)), "(outputs, 576)"),
    ],
)
def test_error_says_what_is_needed(call, words):
    with pytest.raises(ValueError, match="has the shape") as caught:
        call()
    assert words in str(caught.value)
