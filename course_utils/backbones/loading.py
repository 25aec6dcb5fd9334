"""Load a network by its name, with the weights that the profile asks for."""

import dataclasses
import pathlib
from collections.abc import Callable

import keras
import numpy as np

from course_utils import locations
from course_utils.backbones import (
    backbone,
    catalogue,
    efficientnet_lite0,
    embedded,
    half_precision,
    imagenet_labels,
    keras_files,
    official,
    resnet50,
    vgg16,
)
from course_utils.datasets import manifest_files, public_files, public_sets

_FEATURE_LAYERS = {
    "vgg16": vgg16.FEATURE_LAYERS,
    "resnet50": resnet50.FEATURE_LAYERS,
    "efficientnet_lite0": efficientnet_lite0.FEATURE_LAYERS,
}
# Of the ImageNet networks: tests make them narrower.
_WIDTH = 1.0


def load(name: str, weights: str = "auto", seed: int = 0) -> backbone.Backbone:
    """Return a network with its weights, its preprocessing as its first layer, and a label that says what it is.

    Args:
        name (str): "vgg16", "resnet50" or "efficientnet_lite0".
        weights (str): "embedded": the file that comes with the course; "imagenet" (VGG16 and ResNet50): the official
            ones of keras.applications, from the folder that COURSE_DATA names, from Keras's downloads, or from the
            network; "random": the embedded network, not trained. Default "auto": "embedded" in the quick profile,
            "imagenet" in the full one; of EfficientNet-Lite0, "embedded" in both.
        seed (int): of random weights. Default 0.

    Returns:
        A Backbone.

    Raises:
        ValueError: there is no such network, it has no such weights, or a file is damaged or another version.
        FileNotFoundError: a file that comes with the course is missing, or COURSE_DATA names no folder.
        ConnectionError: weights are not on this machine and could not be fetched.

    Example:
        >>> print(load("resnet50", "random").label.rpartition("; licence")[0])
        ResNet50 at 1/4 of its width, with a stem for small images; random weights (seed 0), not trained
    """
    weights = catalogue.choose(name, weights)
    if weights == "imagenet":
        return _imagenet(name)
    model = efficientnet_lite0.build() if name == "efficientnet_lite0" else embedded.build(name)
    names = imagenet_labels.names() if name == "efficientnet_lite0" else public_sets.CIFAR10_CLASSES
    body = keras.Model(model.input, model.get_layer(_FEATURE_LAYERS[name][-1]).output, name=f"{name}_body")
    source = catalogue.SOURCES[name, "embedded"]
    if weights == "random":
        draw_weights(model.layers, seed)
        return _made(name, _random(source, seed), weights, backbone.hash_of(model), names, body, lambda _: model)
    path = _embedded_file(source)
    sha256 = _verified(path, source)
    half_precision.load(model, path)
    return _made(name, source, weights, sha256, names, body, lambda _: model)


def untrained(trained: backbone.Backbone, seed: int = 0) -> backbone.Backbone:
    """Return the same network with random weights: what a comparison with a trained one needs beside it.

    Args:
        trained (Backbone): of any weights.
        seed (int): of the random weights. Default 0.

    Example:
        >>> print(untrained(load("vgg16", "random"), seed=3).label.split("; ")[1])
        random weights (seed 3), not trained
    """
    name = trained.name
    if trained.body.get_layer("preprocessing").__class__ is not official.ToCentredBGR:
        return load(name, "random", seed)
    body = official.body(name, _WIDTH)
    draw_weights(body.layers, seed)

    def with_head(features: keras.Model) -> keras.Model:
        model = official.with_head(name, features, _WIDTH)
        draw_weights(_added(model, features), seed + 1)
        return model

    source = _random(catalogue.SOURCES[name, "imagenet"], seed)
    return _made(name, source, "random", backbone.hash_of(body), imagenet_labels.names(), body, with_head)


def draw_weights(layers: list[keras.Layer], seed: int = 0) -> None:
    """Give every kernel normal random numbers, the same on every machine.

    The variance is 2 / (numbers that one output is a sum of), which keeps the size of signals through ReLU. Biases
    and normalisations stay as they were built.

    Args:
        layers (list of keras.Layer): built.
        seed (int): of the numbers. Default 0.

    Source:
        K. He, X. Zhang, S. Ren and J. Sun, Delving Deep into Rectifiers, 2015, arXiv:1502.01852.
    """
    rng = np.random.default_rng(seed)
    for layer in layers:
        for variable in layer.trainable_weights:
            if len(variable.shape) > 1:
                # A depthwise kernel is (height, width, channels, 1): an output sees one channel.
                inputs = variable.shape[:2] if isinstance(layer, keras.layers.DepthwiseConv2D) else variable.shape[:-1]
                scale = np.float32(np.sqrt(2 / np.prod(inputs)))
                variable.assign(rng.standard_normal(variable.shape, dtype=np.float32) * scale)


def _imagenet(name: str) -> backbone.Backbone:
    path, which = keras_files.find(name, head=False)
    body = official.body(name, _WIDTH)
    keras_files.read_into(body.layers, path)

    def with_head(features: keras.Model) -> keras.Model:
        whole, _ = keras_files.find(name, head=True)
        model = official.with_head(name, features, _WIDTH)
        keras_files.read_into(_added(model, features), whole)
        return model

    source = catalogue.SOURCES[name, "imagenet"]
    if which != keras_files.OFFICIAL:
        source = dataclasses.replace(source, data=f"said to be {source.data}", author=f"{source.author}, but {which}")
    return _made(name, source, "imagenet", public_files.digest(path), imagenet_labels.names(), body, with_head)


def _made(
    name: str,
    source: catalogue.Source,
    weights: str,
    sha256: str,
    class_names: tuple[str, ...],
    body: keras.Model,
    head: Callable[[keras.Model], keras.Model],
) -> backbone.Backbone:
    label = f"{source.label()}; sha256 {sha256[:12]}"
    layers, size = _FEATURE_LAYERS[name], source.input_size
    return backbone.Backbone(name, weights, label, source.licence, sha256, size, class_names, layers, body, head)


def _random(source: catalogue.Source, seed: int) -> catalogue.Source:
    return dataclasses.replace(source, data=f"random weights (seed {seed}), not trained", author="", licence="MIT")


def _added(model: keras.Model, features: keras.Model) -> list[keras.Layer]:
    known = {layer.name for layer in features.layers}
    return [layer for layer in model.layers if layer.name not in known]


def _embedded_file(source: catalogue.Source) -> pathlib.Path:
    path = locations.data() / "weights" / f"{source.entry}.npz"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing, though it comes with the course. Get the course again, or, for a try without it, use "
            'weights="random".'
        )
    return path


def _verified(path: pathlib.Path, source: catalogue.Source) -> str:
    """Return the sha256 of a file, having compared it with the manifest's."""
    found = public_files.digest(path)
    listed = manifest_files.manifest().get(source.entry)
    if listed is not None and found not in listed.sha256:
        raise ValueError(
            f"{path} is damaged or another version: its sha256 is {found}, data/MANIFEST.toml says "
            f"{listed.sha256[0]}. Get the course again; or, if you trained it yourself, list it: "
            "python -m course_utils.backbones.manifest_lines --write NAME."
        )
    return found
