"""Augmentation beside Keras' own layers and OpenCV: CPU time for 1,000 images of 32x32 pixels."""

import os
import time

import numpy as np

from course_utils import benchmarks
from course_utils.benchmarks import timing

SIDE = 32
BATCH_SIZE = 128
NUM_BATCHES = 16
DEGREES, SHIFT, ZOOM, CONTRAST = 20, 3, 0.1, 0.2
IN_THE_MODEL = "Keras layers in the model"
IN_TF_DATA = "Keras layers in tf.data"
OPENCV = "cv2.warpAffine, matrices vectorised"


def opencv(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Augment a batch with OpenCV: all matrices at once, then one call per image, then the contrast of all."""
    import cv2

    count, height, width = images.shape[:3]
    radians = np.radians(random.uniform(-DEGREES, DEGREES, count))
    zoom = random.uniform(1 - ZOOM, 1 + ZOOM, count)
    mirror = np.where(random.random(count) < 0.5, -1.0, 1.0)
    right, down = random.uniform(-SHIFT, SHIFT, (2, count))
    cosine, sine = np.cos(radians), np.sin(radians)
    linear = np.stack([mirror * cosine * zoom, -mirror * sine * zoom, sine * zoom, cosine * zoom], axis=1)
    linear = linear.reshape(count, 2, 2)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    moved = np.stack([mirror * (cosine * right - sine * down), sine * right + cosine * down], axis=1)
    maps = np.concatenate([linear, (middle - linear @ middle - moved)[:, :, np.newaxis]], axis=2)
    result = np.empty(images.shape, np.float32)
    how = {"flags": cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, "borderMode": cv2.BORDER_REPLICATE}
    for index in range(count):
        warped = cv2.warpAffine(images[index], maps[index], (width, height), **how)
        result[index] = warped.reshape(images.shape[1:])
    mean = result.mean(axis=(1, 2), keepdims=True)
    factor = random.uniform(1 - CONTRAST, 1 + CONTRAST, (count, 1, 1, 1)).astype(np.float32)
    return np.clip(mean + (result - mean) * factor, 0, 255)


def _layers():
    from keras import layers

    return [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(DEGREES / 360, fill_mode="nearest"),
        layers.RandomTranslation(SHIFT / SIDE, SHIFT / SIDE, fill_mode="nearest"),
        layers.RandomZoom(ZOOM, fill_mode="nearest"),
        layers.RandomContrast((CONTRAST, CONTRAST)),  # a single number would only ever raise the contrast
    ]


def _ours(**options):
    from course_utils import augment

    return augment.Augment(
        flip="horizontal", rotation_degrees=DEGREES, shift_pixels=SHIFT, zoom=ZOOM, contrast=CONTRAST, **options
    )


def _in_a_model(layers, images: np.ndarray):
    """Return a function that sends one batch through the layers as `fit` does."""
    import keras
    import tensorflow as tf

    model = keras.Sequential(layers)
    step = tf.function(lambda batch: model(batch, training=True))
    batch = tf.constant(images[:BATCH_SIZE])
    return lambda: [step(batch) for _ in range(NUM_BATCHES)][-1].numpy()


def _in_a_stream(layers, images: np.ndarray):
    """Return a function that reads all batches of a data set that passes through the layers."""
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices(images.reshape(NUM_BATCHES, BATCH_SIZE, *images.shape[1:]))
    for layer in layers:
        dataset = dataset.map(lambda batch, layer=layer: layer(batch, training=True))

    def read():
        for _ in dataset:
            pass

    return read


def _comparison(num_channels: int, rounds: int) -> list[benchmarks.Figure]:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (BATCH_SIZE * NUM_BATCHES, SIDE, SIDE, num_channels), dtype=np.uint8)
    functions = {
        "ours in the model": _in_a_model([_ours(seed=0)], images),
        "ours in tf.data": _in_a_stream([_ours(seed=0)], images),
        IN_THE_MODEL: _in_a_model(_layers(), images),
        IN_TF_DATA: _in_a_stream(_layers(), images),
        OPENCV: lambda: [
            opencv(images[start : start + BATCH_SIZE], random) for start in range(0, len(images), BATCH_SIZE)
        ],
    }
    seconds = timing.interleaved(functions, rounds=rounds, shortest=0.1, clock=time.process_time)
    per_thousand = {name: taken / len(images) * 1000 for name, taken in seconds.items()}
    model, stream = per_thousand.pop("ours in the model"), per_thousand.pop("ours in tf.data")
    what = f"flip, turn, shift, zoom, contrast of 1,000 images {SIDE}x{SIDE}x{num_channels}"
    return [
        benchmarks.at_least(2.5, f"{what}, in the model", model, per_thousand, peer=IN_THE_MODEL),
        benchmarks.at_least(2.5, f"{what}, in tf.data", stream, per_thousand, peer=IN_TF_DATA),
    ]


def figures(quick: bool) -> list[benchmarks.Figure]:
    """Measure colour and gray images, in the model and in a tf.data stream.

    Args:
        quick (bool): fewer rounds.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    rounds = 5 if quick else 15
    return [figure for channels in (3, 1) for figure in _comparison(channels, rounds)]
