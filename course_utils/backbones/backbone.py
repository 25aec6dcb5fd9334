"""A network with all that has to be known to use it: its layers by name, its classes, and whose weights it has."""

import functools
import hashlib
from collections.abc import Callable

import keras
import numpy as np


class Backbone:
    """A network to take features from.

    Made by `backbones.load`; all models that it gives share their weights: who trains one of them changes the others.

    Args:
        name (str): "vgg16", "resnet50" or "efficientnet_lite0".
        weights (str): "embedded", "imagenet" or "random".
        label (str): what it is, trained on what, by whom, the licence and the hash. `print(backbone)` shows it.
        licence (str): of the weights.
        sha256 (str): of the file of the weights; of random weights, of the weights themselves.
        input_size (int): the side in pixels of the images that it was trained on.
        class_names (tuple of str): one per logit of `model`.
        feature_layers (tuple of str): names of layers to take features from, early to late.
        body (keras.Model): RGB images from 0 to 255 -> the last feature maps.
        head (function): the body -> the model that ends in logits, called when `model` is first asked for.
        seed (int or None): of random weights. Default None.

    Example:
        >>> from course_utils import backbones
        >>> backbone = backbones.load("vgg16", "random")
        >>> backbone.body.output.shape, backbone.up_to("block1_pool").output.shape
        ((None, None, None, 192), (None, None, None, 24))
    """

    # Below this side the last maps of any of the networks have no pixel left.
    smallest_size = 32

    def __init__(
        self,
        name: str,
        weights: str,
        label: str,
        licence: str,
        sha256: str,
        input_size: int,
        class_names: tuple[str, ...],
        feature_layers: tuple[str, ...],
        body: keras.Model,
        head: Callable[[keras.Model], keras.Model],
    ):
        self.name = name
        self.weights = weights
        self.label = label
        self.licence = licence
        self.sha256 = sha256
        self.input_size = input_size
        self.class_names = class_names
        self.feature_layers = feature_layers
        self.body = body
        self._head = head
        self._parts = {}

    def __str__(self) -> str:
        return self.label

    def __repr__(self) -> str:
        return f"<Backbone {self.name!r}, weights {self.weights!r}>"

    @functools.cached_property
    def model(self) -> keras.Model:
        """The whole network: RGB images from 0 to 255 -> one logit per class of `class_names`."""
        return self._head(self.body)

    @property
    def preprocessing(self) -> keras.Layer:
        """The layer that turns RGB from 0 to 255 into what the first convolution expects."""
        return self.body.get_layer("preprocessing")

    def up_to(self, layer_name: str) -> keras.Model:
        """Return the network up to a layer: RGB images from 0 to 255 -> what that layer gives.

        Args:
            layer_name (str): one of `feature_layers`, or any other layer of `body`.

        Raises:
            ValueError: there is no such layer.
        """
        if layer_name not in self._parts:
            known = [layer.name for layer in self.body.layers]
            if layer_name not in known:
                raise ValueError(
                    f"{self.name} has no layer {layer_name!r}. Its feature layers are "
                    f"{', '.join(self.feature_layers)}; backbone.body.summary() lists the others."
                )
            output = self.body.get_layer(layer_name).output
            self._parts[layer_name] = keras.Model(self.body.input, output, name=f"{self.name}_{layer_name}")
        return self._parts[layer_name]

    def weights_hash(self) -> str:
        """Return the sha256 of the body's weights as they are now: training or assigning changes it."""
        return hash_of(self.body)

    def decode(self, logits: np.ndarray, count: int = 5) -> list[list[tuple[str, float]]]:
        """Return the likeliest classes of each image with their probabilities, likeliest first.

        Args:
            logits (array): what `model.predict` gives.
            count (int): how many classes. Default 5.

        Shapes:
            logits (num_images, num_classes); returns num_images lists of `count` pairs.

        Example:
            >>> from course_utils import backbones
            >>> backbones.load("vgg16", "random").decode(np.log([[0.5, 0.25, 0.05, *[0.2 / 7] * 7]]), count=2)
            [[('airplane', 0.5), ('automobile', 0.25)]]
        """
        logits = np.asarray(logits, dtype=np.float64)
        if logits.ndim != 2 or logits.shape[1] != len(self.class_names):
            raise ValueError(
                f"logits have the shape {logits.shape}; {self.name} gives (num_images, {len(self.class_names)}). "
                "Pass what backbone.model.predict(images) returns."
            )
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        best = np.argsort(-odds, axis=1, kind="stable")[:, :count]
        return [
            [(self.class_names[index], round(float(row[index]), 6)) for index in chosen]
            for row, chosen in zip(odds, best, strict=True)
        ]


def hash_of(model: keras.Model) -> str:
    """Return the sha256 of a model's weights, in the order in which it holds them.

    Example:
        >>> network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")])
        >>> hash_of(network)[:12]
        '15ec7bf0b507'
    """
    found = hashlib.sha256()
    for variable in model.weights:
        found.update(np.ascontiguousarray(keras.ops.convert_to_numpy(variable)))
    return found.hexdigest()
