"""Sliding windows, batches and pooling beside OpenCV, SciPy, Keras and plain loops; one thread each."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator

import cv2
import numpy as np

from course_utils import benchmarks, kernels
from course_utils.benchmarks import timing

SIDE = 1024
LIMITS = {3: 3.0, 5: 2.2, 11: 1.5, 31: 1.1}
BATCH_LIMITS = {3: 2.0, 5: 2.4}
BATCH = (64, 32, 32, 3)
FILTERS = 16
TURN_SECONDS = 0.03  # long beside the few calls that find the cache full of a peer's data


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    import threadpoolctl  # comes with scikit-learn

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with threadpoolctl.threadpool_limits(1):
            yield
    finally:
        cv2.setNumThreads(threads)


def _keras_ops():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with contextlib.suppress(RuntimeError):  # TensorFlow runs already: it keeps its threads
            tf.config.threading.set_intra_op_parallelism_threads(1)
            tf.config.threading.set_inter_op_parallelism_threads(1)
    return keras.ops


def _finished(tensor):
    """Wait for JAX, which answers before it has computed; the other backends have."""
    return tensor.block_until_ready() if hasattr(tensor, "block_until_ready") else tensor


def _compared(
    limit: float, name: str, functions: dict[str, Callable[[], object]], peer: str, rounds: int
) -> benchmarks.Figure:
    seconds = timing.interleaved(functions, rounds=rounds, shortest=TURN_SECONDS, clock=time.process_time)
    return benchmarks.at_most(limit, name, seconds.pop("ours"), seconds, peer=peer)


def _one_image(kernel_size: int, rounds: int) -> benchmarks.Figure:
    import scipy.ndimage

    random = np.random.default_rng(kernel_size)
    image = random.random((SIDE, SIDE), dtype=np.float32)
    kernel = random.standard_normal((kernel_size, kernel_size), dtype=np.float32) / kernel_size
    functions = {
        "ours": lambda: kernels.correlate2d(image, kernel),
        "cv2.filter2D": lambda: cv2.filter2D(image, cv2.CV_32F, kernel),
    }
    np.testing.assert_allclose(functions["ours"](), functions["cv2.filter2D"](), atol=1e-4)
    if kernel_size <= 5:  # slower than all others beyond
        functions["scipy.ndimage"] = lambda: scipy.ndimage.correlate(image, kernel, mode="mirror")
    name = f"correlate2d {kernel_size}x{kernel_size}, {SIDE}x{SIDE} float32"
    return _compared(LIMITS[kernel_size], name, functions, "cv2.filter2D", rounds)


def _loops(rounds: int) -> benchmarks.Figure:
    image = np.random.default_rng(0).random((SIDE, SIDE), dtype=np.float32)
    part = image[:64, :64]
    functions = {
        "ours": lambda: kernels.correlate2d(image, kernels.SOBEL_X),
        "loops": lambda: kernels.correlate2d_loops(part, kernels.SOBEL_X),
    }
    seconds = timing.interleaved(functions, rounds=rounds, shortest=TURN_SECONDS, clock=time.process_time)
    # The time of the loops is in proportion to the pixels; the whole image would take them seconds.
    peer = "plain loops (64x64, times 256)"
    peers = {peer: seconds["loops"] * image.size / part.size}
    return benchmarks.at_least(1000, f"correlate2d 3x3, {SIDE}x{SIDE} float32", seconds["ours"], peers, peer=peer)


def _batch(ops, kernel_size: int, padding: str, rounds: int) -> benchmarks.Figure:
    random = np.random.default_rng(kernel_size)
    images = random.random(BATCH, dtype=np.float32)
    weights = random.standard_normal((kernel_size, kernel_size, BATCH[3], FILTERS), dtype=np.float32)
    tensors = ops.convert_to_tensor(images), ops.convert_to_tensor(weights)
    functions = {
        "ours": lambda: kernels.correlate_batch(images, weights, padding=padding),
        "keras.ops.conv": lambda: _finished(ops.conv(*tensors, padding=padding)),
    }
    np.testing.assert_allclose(functions["ours"](), ops.convert_to_numpy(functions["keras.ops.conv"]()), atol=1e-4)
    size = "x".join(map(str, BATCH))
    name = f"correlate_batch {kernel_size}x{kernel_size} ({padding}), {size}, {FILTERS} filters"
    return _compared(BATCH_LIMITS[kernel_size], name, functions, "keras.ops.conv", rounds)


def _pooling(ops, shape: tuple[int, ...], rounds: int) -> benchmarks.Figure:
    images = np.random.default_rng(0).random(shape, dtype=np.float32)
    tensor = ops.convert_to_tensor(images)
    functions = {
        "ours": lambda: kernels.max_pool2d(images),
        "keras.ops.max_pool": lambda: _finished(ops.max_pool(tensor, 2)),
    }
    np.testing.assert_array_equal(functions["ours"](), ops.convert_to_numpy(functions["keras.ops.max_pool"]()))
    name = f"max_pool2d 2x2, {'x'.join(map(str, shape))}"
    return _compared(1.1, name, functions, "keras.ops.max_pool", rounds)


def figures(quick: bool) -> list[benchmarks.Figure]:
    """Measure single images of four kernel sizes, plain loops, batches of two kernel sizes, and pooling.

    Args:
        quick (bool): fewer rounds, and only the first of the batches' paddings and of the pools' shapes.
    """
    rounds = 7 if quick else 21
    with _one_thread():
        measured = [_one_image(kernel_size, rounds) for kernel_size in LIMITS]
        measured.append(_loops(3 if quick else 7))
        ops = _keras_ops()
        paddings = ("valid",) if quick else ("valid", "same")
        measured += [_batch(ops, size, padding, rounds) for size in BATCH_LIMITS for padding in paddings]
        shapes = [(*BATCH[:3], FILTERS)] if quick else [(*BATCH[:3], FILTERS), BATCH, (1, SIDE, SIDE, 1)]
        measured += [_pooling(ops, shape, rounds) for shape in shapes]
    return measured
