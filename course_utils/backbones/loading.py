"""Load a network by its name, with the weights that the profile asks for."""

import pathlib

import keras
import numpy as np

from course_utils import locations
from course_utils.backbones import backbone, catalogue, embedded, half_precision, resnet50, vgg16
from course_utils.datasets import manifest_files

_FEATURE_LAYERS = {"vgg16": vgg16.FEATURE_LAYERS, "resnet50": resnet50.FEATURE_LAYERS}


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
        FileNotFoundError: a file that comes with the course is missing.
        ConnectionError: weights are not on this machine and could not be fetched.

    Example:
        >>> print(load("resnet50", "random").label.partition(";")[0])
        ResNet50 at 1/4 of its width, with a stem for small images, random weights (seed 0), not trained
    """
    weights = catalogue.choose(name, weights)
    source = catalogue.SOURCES[name, "embedded" if weights == "random" else weights]
    model = embedded.build(name)
    if weights == "random":
        draw_weights(model, seed)
        sha256, licence = backbone.hash_of(model), "MIT"
        trained = f"random weights (seed {seed}), not trained"
    else:
        path = _embedded_file(source)
        sha256 = _verified(path, source)
        half_precision.load(model, path)
        trained, licence = source.trained, source.licence
    label = f"{source.title}, {trained}; licence {licence}; sha256 {sha256[:12]}"
    feature_layers = _FEATURE_LAYERS[name]
    return backbone.Backbone(
        name,
        weights,
        label,
        licence,
        sha256,
        source.input_size,
        catalogue.CIFAR10_CLASSES,
        feature_layers,
        body=keras.Model(model.input, model.get_layer(feature_layers[-1]).output, name=f"{name}_body"),
        head=lambda body: model,
    )


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
    import hashlib

    accepted = manifest_files.manifest().get(source.entry)
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if accepted is not None and found not in accepted.sha256:
        raise ValueError(
            f"{path} is damaged or another version: its sha256 is {found}, data/MANIFEST.toml says "
            f"{accepted.sha256[0]}. Get the course again."
        )
    return found


def draw_weights(model: keras.Model, seed: int = 0) -> keras.Model:
    """Give every kernel of a network normal random numbers, the same on every machine, and return the network.

    The variance is 2 / (numbers that one output is a sum of), which keeps the size of signals through ReLU. Biases
    and normalisations stay as they were built.

    Args:
        model (keras.Model): of convolutions and dense layers.
        seed (int): of the numbers. Default 0.

    Source:
        K. He, X. Zhang, S. Ren and J. Sun, Delving Deep into Rectifiers, 2015, arXiv:1502.01852.
    """
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        for variable in layer.trainable_weights:
            if len(variable.shape) > 1:
                # A depthwise kernel is (height, width, channels, 1): an output sees one channel.
                inputs = variable.shape[:2] if isinstance(layer, keras.layers.DepthwiseConv2D) else variable.shape[:-1]
                scale = np.sqrt(2 / np.prod(inputs))
                variable.assign(rng.standard_normal(variable.shape, dtype=np.float32) * np.float32(scale))
    return model
