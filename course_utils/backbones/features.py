"""Features of images: what the layers of a network give, in one pass, in batches, and kept for the next time."""

import contextlib
import difflib
import hashlib
import logging
import math
import time
from collections.abc import Iterable, Iterator, Sequence

import keras
import numpy as np

from course_utils import datasets, live_line
from course_utils.backbones import backbone as backbones
from course_utils.datasets import cached_arrays

POOLINGS = ("mean", "max", "flatten", None)
# How large the largest maps of one batch may be; a network holds two or three of such at once.
_BYTES = 128 * 2**20
_LARGEST_BATCH = 250
_FORMAT = 1  # of what is kept: another number makes everything anew


def extract(
    backbone: backbones.Backbone,
    images: np.ndarray | Iterable[np.ndarray],
    layers: str | Sequence[str] | None = None,
    pooling: str | None = "mean",
    batch_size: int | None = None,
    cache: bool = True,
) -> np.ndarray | dict[str, np.ndarray]:
    """Return the features of images: what one or several layers of a network give for them.

    The images go through the network once, whatever the number of layers, and in batches, so that memory is needed
    for the result and for one batch. Features that were taken before, of the same images with the same weights, are
    read from the user's cache directory.

    Args:
        backbone (Backbone): from `backbones.load`.
        images (array, or iterable of arrays): RGB from 0 to 255, uint8 or float; gray ones with one channel are
            repeated to three. An array may be memory-mapped. An iterable gives batches, of which nothing is kept.
        layers (str or several): names of layers. Default: the last of `backbone.feature_layers`.
        pooling (str): "mean" or "max" over the places of each map, "flatten" all numbers in one row, or None for the
            maps as they are. Default "mean".
        batch_size (int): images at once. Default: as many as fit into a modest amount of memory.
        cache (bool): keep the features for the next time, and look for kept ones. Default True.

    Shapes:
        images (num_images, height, width, 3 or 1); returns (num_images, channels) for "mean" and "max",
        (num_images, rows * columns * channels) for "flatten", (num_images, rows, columns, channels) for None; float32.

    Returns:
        An array; or, when several layers were named, a dict of arrays by layer.

    Raises:
        ValueError: an unknown layer or pooling, images that are too small, or that are none.

    Example:
        >>> from course_utils import backbones
        >>> network = backbones.load("vgg16", "random")
        >>> extract(network, np.zeros((2, 32, 32, 3), np.uint8), cache=False).shape
        (2, 192)
        >>> found = extract(network, np.zeros((2, 32, 32, 1), np.uint8), ["block1_pool", "block3_pool"], cache=False)
        >>> {name: features.shape for name, features in found.items()}
        {'block1_pool': (2, 24), 'block3_pool': (2, 96)}
    """
    names = _names(backbone, layers)
    if pooling not in POOLINGS:
        raise ValueError(f"pooling is {pooling!r}; it must be 'mean', 'max', 'flatten' or None.")
    if isinstance(images, np.ndarray):
        found = _of_array(backbone, images, names, pooling, batch_size, cache)
    elif isinstance(images, Iterable) and not isinstance(images, (str, bytes)):
        parts = [_of_array(backbone, np.asarray(some), names, pooling, batch_size, False) for some in images]
        if not parts:
            raise ValueError("there are no images: the iterable gave no batch. Has it been used up already?")
        found = {name: np.concatenate([part[name] for part in parts]) for name in names}
    else:
        raise TypeError(f"images is a {type(images).__name__}; give an array, or an iterable of arrays.")
    return found if layers is not None and not isinstance(layers, str) else found[names[0]]


def _names(backbone, layers) -> list[str]:
    wanted = [backbone.feature_layers[-1]] if layers is None else [layers] if isinstance(layers, str) else list(layers)
    known = [layer.name for layer in backbone.body.layers]
    for name in wanted:
        if name not in known:
            nearest = difflib.get_close_matches(str(name), known, n=1)
            advice = f" Did you mean {nearest[0]!r}?" if nearest else ""
            raise ValueError(
                f"{backbone.name} has no layer {name!r}.{advice} Its feature layers are: "
                f"{', '.join(backbone.feature_layers)}."
            )
    if not wanted:
        raise ValueError("layers is empty; name at least one layer, or leave it out for the last one.")
    return list(dict.fromkeys(wanted))


def _of_array(backbone, images, names, pooling, batch_size, cache) -> dict[str, np.ndarray]:
    _check_shape(backbone, images)
    if not cache:
        return _computed(backbone, images, names, pooling, batch_size)
    keys = {name: _key(backbone, images, name, pooling) for name in names}
    fresh: dict[str, np.ndarray] = {}

    def make(name: str) -> dict[str, np.ndarray]:
        if name not in fresh:
            # All that is not kept yet comes out of this one pass.
            missing = [other for other in names if other == name or not cached_arrays.kept(keys[other])]
            fresh.update(_computed(backbone, images, missing, pooling, batch_size))
        return {"features": fresh[name]}

    return {name: cached_arrays.load(keys[name], lambda name=name: make(name))["features"] for name in names}


def _key(backbone, images: np.ndarray, name: str, pooling: str | None) -> str:
    """Return a file name that changes whenever the features do."""
    found = hashlib.sha256()
    facts = (_FORMAT, backbone.weights_hash(), name, pooling, images.shape, images.dtype.str)
    found.update(repr(facts).encode())
    step = max(1, 2**24 // max(1, images[:1].nbytes))
    for start in range(0, len(images), step):  # a memory-mapped array is never read as a whole
        found.update(np.ascontiguousarray(images[start : start + step]))
    return f"features-{backbone.name}-{found.hexdigest()[:32]}"


def _check_shape(backbone, images: np.ndarray) -> None:
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(
            f"images have the shape {images.shape}; features are taken of (num_images, height, width, 3), RGB, or of "
            "gray images with one channel. One image becomes a batch with image[np.newaxis]; drop an alpha channel "
            "with image[..., :3]."
        )
    if not len(images):
        raise ValueError(f"there are no images: the shape is {images.shape}. Give at least one.")
    least = backbone.smallest_size
    if min(images.shape[1:3]) < least:
        raise ValueError(
            f"the images are {images.shape[1]}x{images.shape[2]} pixels; {backbone.name} halves them until nothing is "
            f"left below {least}x{least}. Enlarge them first; {backbone.input_size} pixels a side is what it was "
            "trained on."
        )


def _computed(backbone, images, names, pooling, batch_size) -> dict[str, np.ndarray]:
    network = _network(backbone, names, pooling)
    batch_size = batch_size or _fitting_batch(backbone, names, images.shape[1:3])
    # As many batches, but all of about one size: the last one is filled up, and should have little to fill.
    batch_size = math.ceil(len(images) / math.ceil(len(images) / batch_size))
    results: dict[str, np.ndarray] = {}
    for start, batch in _batches(images, batch_size):
        with _traced_quietly():
            outputs = network.predict_on_batch(batch)
        for name, output in zip(names, outputs if isinstance(outputs, (list, tuple)) else [outputs], strict=True):
            output = keras.ops.convert_to_numpy(output)
            if name not in results:
                results[name] = np.empty((len(images), *output.shape[1:]), np.float32)
            results[name][start : start + len(output)] = output[: len(images) - start]
    return results


@contextlib.contextmanager
def _traced_quietly() -> Iterator[None]:
    """Keep TensorFlow from warning of a new trace: for every number of images one is made, and each is wanted."""
    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _network(backbone, names: Sequence[str], pooling: str | None) -> keras.Model:
    """Return the model that gives the pooled features of all layers at once; the same one for the same question."""
    known = backbone.__dict__.setdefault("_feature_networks", {})
    key = (*names, pooling)
    if key not in known:
        outputs = [_pooled(backbone.body.get_layer(name).output, pooling) for name in names]
        known[key] = keras.Model(backbone.body.input, outputs, name=f"{backbone.name}_features")
    return known[key]


def _pooled(maps: keras.KerasTensor, pooling: str | None) -> keras.KerasTensor:
    if pooling is None or len(maps.shape) < 4:
        return maps
    if pooling == "flatten":
        return keras.layers.Flatten(dtype="float32")(maps)
    layer = {"mean": keras.layers.GlobalAveragePooling2D, "max": keras.layers.GlobalMaxPooling2D}[pooling]
    return layer(dtype="float32")(maps)


def _fitting_batch(backbone, names: Sequence[str], size: tuple[int, int]) -> int:
    """Return how many images at once keep the largest maps on the way to the layers within bounds."""
    part = keras.Model(backbone.body.input, [backbone.body.get_layer(name).output for name in names])
    maps = [layer.output for layer in part.layers if len(getattr(layer.output, "shape", ())) == 4]
    whole = keras.Model(backbone.body.input, maps)
    specs = whole.compute_output_spec(keras.KerasTensor((1, *size, 3)))
    largest = max(int(np.prod(spec.shape)) for spec in (specs if isinstance(specs, (list, tuple)) else [specs]))
    return int(np.clip(_BYTES // (4 * largest), 1, _LARGEST_BATCH))


def _batches(images: np.ndarray, batch_size: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the place and the images of each batch, all of one size so that the network is traced once."""
    line, started = None, time.monotonic()
    for start in range(0, len(images), batch_size):
        batch = np.asarray(images[start : start + batch_size])
        datasets.check(batch)
        if batch.shape[-1] == 1:
            batch = np.repeat(batch, 3, axis=-1)
        if start and len(batch) < batch_size:  # the last one: its first image fills it up
            batch = np.concatenate([batch, np.repeat(batch[:1], batch_size - len(batch), axis=0)])
        yield start, batch
        spent = time.monotonic() - started
        if line is None and spent > 2:
            line = live_line.LiveLine(live_line.screen())
        if line is not None:
            done = min(start + batch_size, len(images))
            left = live_line.duration(spent * (len(images) - done) / done)
            line.write(f"features of {done:,} of {len(images):,} images, {left} left")
    if line is not None:
        line.close()
