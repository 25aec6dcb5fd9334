"""What a picture is to make large in a network: a unit, a channel, a class, a whole layer, or likeness to a photograph.

An objective is asked with a batch of images and answers with one number per image. Objectives can be added to each
other and multiplied by a number, so that a picture can be made to serve two of them.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from course_utils import whole_numbers


class Objective:
    """A number that a network gives to each image, and that is to grow.

    Made by the functions of this module.

    Args:
        measure (function): images -> one number per image; computed with keras.ops.
        channels (int): of the images: 1 gray, 3 RGB.
        count (int or None): how many images it judges at once, each by a target of its own; None for any number.

    Example:
        >>> bright = Objective(lambda images: keras.ops.mean(images, axis=(1, 2, 3)), channels=1)
        >>> (2 * bright + bright)(np.ones((1, 4, 4, 1))).tolist()
        [3.0]
    """

    def __init__(self, measure: Callable[[Any], Any], channels: int, count: int | None = None):
        self.measure, self.channels, self.count = measure, channels, count

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Return one number for each image.

        Shapes:
            images (num_images, height, width, channels), from 0 to 255; returns (num_images,).
        """
        return keras.ops.convert_to_numpy(self.measure(keras.ops.cast(images, "float32")))

    def __add__(self, other: "Objective") -> "Objective":
        if not isinstance(other, Objective):
            raise TypeError(f"an objective was added to {other!r}; add another objective.")
        counts = {one.count for one in (self, other)} - {None}
        if len(counts) > 1 or self.channels != other.channels:
            raise ValueError(
                f"objectives for {self.count} images of {self.channels} channels and for {other.count} of "
                f"{other.channels} cannot be added; both must judge the same images."
            )

        def both(images):
            return self.measure(images) + other.measure(images)

        return Objective(both, self.channels, counts.pop() if counts else None)

    def __mul__(self, factor: float) -> "Objective":
        def scaled(images):
            return factor * self.measure(images)

        return Objective(scaled, self.channels, self.count)

    __rmul__ = __mul__


def channel(network: keras.Model, layer_name: str, channels: int | Sequence[int]) -> Objective:
    """Return the objective: the mean of one channel (one feature map) of a layer.

    Args:
        network (keras.Model): images from 0 to 255 in.
        layer_name (str): a layer that gives feature maps.
        channels (int or sequence of int): with a sequence, the first image is for the first channel and so on.

    Raises:
        ValueError: no such layer or channel.

    Example:
        >>> network = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.ReLU(name="same")])
        >>> channel(network, "same", 0)(np.full((1, 4, 4, 1), 5.0)).tolist()
        [5.0]

    Source:
        C. Olah, A. Mordvintsev and L. Schubert, Feature Visualization, 2017, https://distill.pub/2017/feature-visualization.
    """
    cut = _up_to(network, layer_name, axes=4)
    pick, count = _picker(channels, cut.output.shape[-1], f"channel of {layer_name!r}")

    def measure(images):
        return pick(keras.ops.mean(cut(images, training=False), axis=(1, 2)))

    return Objective(measure, network.input_shape[-1], count)


def unit(
    network: keras.Model, layer_name: str, channels: int | Sequence[int], place: tuple[int, int] | None = None
) -> Objective:
    """Return the objective: one number of a feature map, at one place.

    What it changes is only what this number sees, its receptive field.

    Args:
        network (keras.Model): images from 0 to 255 in.
        layer_name (str): a layer that gives feature maps.
        channels (int or sequence of int): with a sequence, the first image is for the first channel and so on.
        place ((row, column)): in the map. Default: its middle.

    Raises:
        ValueError: no such layer, channel or place.

    Example:
        >>> network = keras.Sequential([keras.Input((3, 3, 1)), keras.layers.ReLU(name="same")])
        >>> unit(network, "same", 0, (2, 0))(np.arange(9.0).reshape(1, 3, 3, 1)).tolist()
        [6.0]
    """
    cut = _up_to(network, layer_name, axes=4)
    pick, count = _picker(channels, cut.output.shape[-1], f"channel of {layer_name!r}")

    def measure(images):
        maps = cut(images, training=False)
        sides = tuple(maps.shape[1:3])
        row, column = place or (sides[0] // 2, sides[1] // 2)
        if not (0 <= row < sides[0] and 0 <= column < sides[1]):
            raise ValueError(
                f"the place is ({row}, {column}); the maps of {layer_name!r} have {sides[0]} rows and {sides[1]} "
                "columns here, counted from 0."
            )
        return pick(maps[:, row, column])

    return Objective(measure, network.input_shape[-1], count)


def layer(network: keras.Model, layer_name: str) -> Objective:
    """Return the objective: the mean square of all numbers of a layer, whatever they answer to.

    It makes what the layer sees already stronger: the objective of the first deep dream.

    Args:
        network (keras.Model): images from 0 to 255 in.
        layer_name (str): any layer.

    Raises:
        ValueError: no such layer.

    Example:
        >>> network = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.ReLU(name="same")])
        >>> layer(network, "same")(np.array([[[[1.0], [1.0]], [[3.0], [3.0]]]])).tolist()
        [5.0]

    Source:
        A. Mordvintsev, C. Olah and M. Tyka, Inceptionism: Going Deeper into Neural Networks, 2015,
        https://research.google/blog/inceptionism-going-deeper-into-neural-networks.
    """
    cut = _up_to(network, layer_name)

    def measure(images):
        numbers = cut(images, training=False)
        return keras.ops.mean(keras.ops.square(numbers), axis=tuple(range(1, len(numbers.shape))))

    return Objective(measure, network.input_shape[-1])


def log_probability(network: keras.Model, classes: int | Sequence[int]) -> Objective:
    """Return the objective: the logarithm of the probability of a class, the log-softmax of its logit.

    Unlike the logit alone it grows also where the other classes' logits fall: it asks for what tells the class from
    the others.

    Args:
        network (keras.Model): images from 0 to 255 in, one logit per class out.
        classes (int or sequence of int): counted from 0; with a sequence, the first image is for the first class.

    Raises:
        ValueError: no such class, or the network ends in a softmax.

    Example:
        >>> network = keras.Sequential([keras.Input((1, 1, 2)), keras.layers.Flatten()])
        >>> round(float(log_probability(network, 1)(np.array([[[[7.0, 7.0]]]]))[0]), 3)
        -0.693
    """
    pick = _logits(network, classes)

    def measure(images):
        return pick(keras.ops.log_softmax(network(images, training=False), axis=-1))

    return Objective(measure, network.input_shape[-1], pick.count)


def logit(network: keras.Model, classes: int | Sequence[int]) -> Objective:
    """Return the objective: the logit of a class, whatever the others do.

    Args:
        network (keras.Model): images from 0 to 255 in, one logit per class out.
        classes (int or sequence of int): counted from 0; with a sequence, the first image is for the first class.

    Raises:
        ValueError: no such class, or the network ends in a softmax.

    Example:
        >>> network = keras.Sequential([keras.Input((1, 1, 2)), keras.layers.Flatten()])
        >>> logit(network, 1)(np.array([[[[7.0, 6.0]]]])).tolist()
        [6.0]
    """
    pick = _logits(network, classes)

    def measure(images):
        return pick(network(images, training=False))

    return Objective(measure, network.input_shape[-1], pick.count)


def likeness(network: keras.Model, layer_name: str, photograph: np.ndarray) -> Objective:
    """Return the objective: to give the same feature maps as a photograph, place by place. 0 is the most there is.

    Args:
        network (keras.Model): images from 0 to 255 in.
        layer_name (str): a layer that gives feature maps: an early one keeps pixels, a late one what is seen.
        photograph (np.ndarray): RGB from 0 to 255, of the size that the images will have.

    Shapes:
        photograph (height, width, channels).

    Raises:
        ValueError: no such layer, or no photograph.

    Example:
        >>> network = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.ReLU(name="same")])
        >>> photograph = np.full((2, 2, 1), 3.0)
        >>> likeness(network, "same", photograph)(np.stack([photograph, photograph + 3])).tolist()
        [-0.0, -1.0]

    Source:
        L. Gatys, A. Ecker and M. Bethge, A Neural Algorithm of Artistic Style, 2015, arXiv:1508.06576, equation 1;
        here divided by the mean square of the photograph's own maps.
    """
    cut = _up_to(network, layer_name, axes=4)
    wanted = cut(_one_photograph(photograph, network), training=False)
    scale = keras.ops.mean(keras.ops.square(wanted)) + 1e-8

    def measure(images):
        return -keras.ops.mean(keras.ops.square(cut(images, training=False) - wanted), axis=(1, 2, 3)) / scale

    return Objective(measure, network.input_shape[-1])


def pattern(network: keras.Model, layer_names: str | Sequence[str], photographs: np.ndarray) -> Objective:
    """Return the objective: maps that are active together as on a photograph, at whatever place. 0 is the most.

    Which maps answer together, averaged over all places, is the matrix of their products (Gram matrix): it knows a
    pattern and has forgotten where anything was.

    Args:
        network (keras.Model): images from 0 to 255 in.
        layer_names (str or sequence of str): layers that give feature maps.
        photographs (np.ndarray): RGB from 0 to 255, of any size that the network takes. Of several, the first image
            is to be like the first and so on.

    Shapes:
        photographs (height, width, channels), or (num_images, height, width, channels).

    Raises:
        ValueError: no such layer, or no photograph.

    Example:
        >>> network = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.ReLU(name="same")])
        >>> left = np.array([[[1.0], [0.0]], [[1.0], [0.0]]])
        >>> float(pattern(network, "same", left)(left[np.newaxis, :, ::-1])[0])
        0.0

    Source:
        L. Gatys, A. Ecker and M. Bethge, A Neural Algorithm of Artistic Style, 2015, arXiv:1508.06576, equation 4;
        here divided by the mean square of the photograph's own matrix.
    """
    names = [layer_names] if isinstance(layer_names, str) else list(layer_names)
    cuts = [_up_to(network, name, axes=4) for name in names]
    # One network with several outputs computes the layers that they share once.
    whole = keras.Model(cuts[0].input, [cut.output for cut in cuts])
    several = np.ndim(photographs) == 4
    batch = [_one_photograph(one, network) for one in (photographs if several else [photographs])]
    found = whole(keras.ops.concatenate(batch), training=False)
    wanted = [_products(maps) for maps in (found if len(cuts) > 1 else [found])]

    def measure(images):
        total = 0.0
        found = whole(images, training=False)
        for maps, target in zip(found if len(cuts) > 1 else [found], wanted, strict=True):
            missed = keras.ops.mean(keras.ops.square(_products(maps) - target), axis=(1, 2))
            total = total - missed / (keras.ops.mean(keras.ops.square(target), axis=(1, 2)) + 1e-8)
        return total / len(wanted)

    return Objective(measure, network.input_shape[-1], len(batch) if several else None)


def _products(maps):
    """Return the mean over all places of the product of each two maps, (num_images, channels, channels)."""
    num_images, height, width, channels = keras.ops.shape(maps)
    rows = keras.ops.reshape(maps, (num_images, -1, channels))
    return keras.ops.matmul(keras.ops.transpose(rows, (0, 2, 1)), rows) / keras.ops.cast(height * width, rows.dtype)


def _up_to(network: keras.Model, layer_name: str, axes: int | None = None) -> keras.Model:
    if not isinstance(network, keras.Model):
        hint = " Pass its .model, with the classes, or its .body." if hasattr(network, "body") else ""
        raise TypeError(f"the network is a {type(network).__name__}; it must be a keras.Model.{hint}")
    known = [one.name for one in network.layers]
    if layer_name not in known:
        raise ValueError(f"the network has no layer {layer_name!r}. It has: {', '.join(known)}.")
    output = network.get_layer(layer_name).output
    if axes and len(output.shape) != axes:
        raise ValueError(
            f"layer {layer_name!r} gives an array of the shape {output.shape}; feature maps have the shape (batch, "
            "height, width, channels). Name a layer before the maps are flattened or averaged."
        )
    return keras.Model(network.inputs[0], output)


def _picker(chosen: int | Sequence[int], available: int, what: str):
    """Return a function that takes from each row of a table its own column, and how many rows there must be."""
    numbers = [chosen] if isinstance(chosen, (int, np.integer)) else list(chosen)
    if not numbers:
        raise ValueError(f"no {what} was given; give at least one number.")
    for number in numbers:
        if whole_numbers.count(number, f"the {what}", least=0) >= available:
            raise ValueError(f"the {what} is {number}; there are {available}, counted from 0 to {available - 1}.")
    wanted = np.eye(available, dtype="float32")[numbers]

    def pick(table):
        return keras.ops.sum(table * wanted, axis=-1)

    return pick, None if isinstance(chosen, (int, np.integer)) else len(numbers)


def _logits(network: keras.Model, classes: int | Sequence[int]):
    if not isinstance(network, keras.Model):
        _up_to(network, "")
    if len(network.output_shape) != 2:
        raise ValueError(f"the network gives {network.output_shape}; a classifier gives (batch, num_classes).")
    if getattr(network.layers[-1], "activation", None) is keras.activations.softmax:
        raise ValueError(
            "the network ends in a softmax, whose gradient dies out where it is sure. Set "
            "network.layers[-1].activation = None, so that it gives logits."
        )
    pick, count = _picker(classes, network.output_shape[-1], "class")
    pick.count = count
    return pick


def _one_photograph(photograph: np.ndarray, network: keras.Model):
    photograph = np.asarray(photograph)
    channels = network.input_shape[-1]
    if photograph.ndim != 3 or photograph.shape[-1] != channels or photograph.dtype.kind not in "uif":
        raise ValueError(
            f"the photograph is {photograph.dtype} of the shape {photograph.shape}; it must be numbers from 0 to 255 "
            f"of the shape (height, width, {channels})."
        )
    return keras.ops.convert_to_tensor(photograph[np.newaxis].astype("float32"))
