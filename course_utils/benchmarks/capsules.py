"""Capsule layers beside the form that most public code has: tile the children, map over the images, multiply singly.

The peer is written here from the paper's formulas in that form, so that both run in one process on equal weights.
Times are the least of several alternating runs: a shared machine makes runs longer, never shorter.
"""

import os
import subprocess
import sys

import numpy as np

from course_utils import benchmarks

BATCH = 64
CHILDREN = {"paper": 1152, "course": 256}
PARENTS, CHILD_DIM, DIM = 10, 8, 16
CLASSIC = "tile + map_fn + batch_dot"


def classic_layer():
    """Return the class of the peer; made when asked for, since it needs Keras."""
    import keras
    from keras import ops

    from course_utils import capsules

    class Classic(keras.layers.Layer):
        """Dynamic routing with tiled children, one image after another; gradients go through the couplings."""

        def __init__(self, num_capsules, dim, routings=3, **kwargs):
            super().__init__(**kwargs)
            self.num_capsules, self.dim, self.routings = num_capsules, dim, routings

        def build(self, input_shape):
            self.kernel = self.add_weight(
                name="kernel",
                shape=(self.num_capsules, input_shape[1], self.dim, input_shape[2]),
                initializer=_as_ours,
            )

        def call(self, inputs):
            tiled = ops.tile(ops.expand_dims(inputs, 1), [1, self.num_capsules, 1, 1])
            # (parents, children, dim, child dim) x (parents, children, child dim, 1), one image after another
            all_votes = ops.map(lambda one: ops.squeeze(ops.matmul(self.kernel, one[..., None]), -1), tiled)
            logits = ops.zeros_like(all_votes[..., 0])
            for iteration in range(self.routings):
                couplings = ops.softmax(logits, axis=1)
                sums = ops.squeeze(ops.matmul(couplings[:, :, None], all_votes), 2)
                vectors = capsules.squash(sums)
                if iteration < self.routings - 1:
                    logits = logits + ops.squeeze(ops.matmul(all_votes, vectors[..., None]), -1)
            return vectors

        def compute_output_shape(self, input_shape):
            return (input_shape[0], self.num_capsules, self.dim)

    return Classic


def _as_ours(shape, dtype=None):
    from course_utils import capsules

    parents, children, dim, child_dim = shape
    import keras

    ours = capsules.VoteScaling(seed=0)((parents, children, child_dim, dim), dtype)
    return keras.ops.transpose(ours, (0, 1, 3, 2))


def _layer_step(layer, size: str):
    """Return a function that runs one layer forwards and backwards on one batch."""
    import keras

    from course_utils.features import gradients

    random = np.random.default_rng(0)
    children = keras.ops.convert_to_tensor(random.normal(0, 0.3, (BATCH, CHILDREN[size], CHILD_DIM)).astype("float32"))
    of_outputs = keras.ops.convert_to_tensor(random.normal(size=(BATCH, PARENTS, DIM)).astype("float32"))
    layer.build(children.shape)
    if keras.backend.backend() != "tensorflow":
        step = gradients.compiled(lambda inputs: keras.ops.sum(layer(inputs) * of_outputs))
        return lambda: step(children)
    import tensorflow as tf

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            tape.watch(children)
            value = tf.reduce_sum(layer(children) * of_outputs)
        return tape.gradient(value, [children, *layer.trainable_variables])

    return lambda: [tensor.numpy()[:1] for tensor in step()]


def _network_step(layer):
    """Return a function that trains the course's network for one batch, with `layer` as its routing layer."""
    import keras

    from course_utils import capsules
    from course_utils.capsules import network

    size = network.SIZES["course"]
    images = keras.Input((28, 28, 1))
    x = keras.layers.Rescaling(1 / 255)(images)
    x = keras.layers.Conv2D(size.filters, size.kernel_size, size.strides, activation="relu")(x)
    x = capsules.PrimaryCapsules(size.num_types, size.primary_dim, size.primary_kernel_size, size.primary_strides)(x)
    vectors = layer(x)
    rows = keras.Input((PARENTS,))
    drawn = capsules.decoder(PARENTS, DIM, (28, 28, 1), size.decoder_units)(capsules.MaskCapsules()([vectors, rows]))
    model = keras.Model([images, rows], [capsules.CapsuleLength()(vectors), drawn])
    model.compile("adam", loss=[capsules.MarginLoss(), "mean_squared_error"], loss_weights=[1.0, 0.392])
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (BATCH, 28, 28, 1)).astype("float32")
    labels = np.eye(PARENTS, dtype="float32")[random.integers(0, PARENTS, BATCH)]
    return lambda: model.train_on_batch([pixels, labels], [labels, pixels / 255])


def least(functions: dict, rounds: int) -> dict[str, float]:
    """Return the fewest seconds that each function took, measured in turns.

    Args:
        functions (dict of str to function): what to time, without arguments.
        rounds (int): how often each is run.

    Example:
        >>> sorted(least({"a": lambda: None, "b": lambda: None}, rounds=2))
        ['a', 'b']
    """
    import time

    for function in functions.values():
        function()
        function()
    seconds = dict.fromkeys(functions, float("inf"))
    for _ in range(rounds):
        for name, function in functions.items():
            started = time.perf_counter()
            function()
            seconds[name] = min(seconds[name], time.perf_counter() - started)
    return seconds


_MEMORY = """
import resource, sys
from course_utils import capsules
from course_utils.benchmarks import capsules as bench
# What is loaded at first use is not the layer's memory.
tiny = bench._layer_step(capsules.Capsules(bench.PARENTS, bench.DIM, form=sys.argv[1]), "course")
for _ in range(3):
    tiny()
step = bench._layer_step(capsules.Capsules(bench.PARENTS, bench.DIM, form=sys.argv[1]), "paper")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(3):
    step()
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def memory_peak(form: str) -> float:
    """Return by how many MB a fresh process grows while it takes steps of the paper's layer with 64 images.

    Args:
        form (str): "implicit" or "votes".
    """
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", _MEMORY, form]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return int(done.stdout.split("peak")[-1]) / 1024


def figures(quick: bool) -> list[benchmarks.Figure]:
    """Measure layer, whole training step, and memory.

    Args:
        quick (bool): fewer rounds.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from course_utils import capsules

    rounds = 7 if quick else 25
    classic = classic_layer()

    def layers(routings: int) -> dict:
        settings = {"num_capsules": PARENTS, "dim": DIM, "routings": routings}
        return {
            "ours": capsules.Capsules(**settings),
            "votes": capsules.Capsules(**settings, form="votes"),
            "couplings not stopped": capsules.Capsules(**settings, stop_gradient=False),
            CLASSIC: classic(**settings),
        }

    def compared(limit: float, what: str, steps: dict, peer: str = CLASSIC) -> benchmarks.Figure:
        seconds = least(steps, rounds)
        return benchmarks.at_least(limit, what, seconds.pop("ours"), seconds, peer=peer)

    alone = "layer alone, forwards and backwards, paper size"
    whole = "training step, course network"
    once = {name: _network_step(one) for name, one in layers(1).items()}
    # One routing is the cheap stand-in for three: it is set against three in the classic form, and shown beside one.
    once[f"{CLASSIC}, 3 routings"] = _network_step(classic(PARENTS, DIM, 3))
    memory = [min(memory_peak(form) for _ in range(1 if quick else 3)) for form in ("implicit", "votes")]
    return [
        compared(6, f"{alone}, 3 routings", {n: _layer_step(one, "paper") for n, one in layers(3).items()}),
        compared(2.5, f"{whole}, 3 routings", {n: _network_step(one) for n, one in layers(3).items()}),
        compared(4, f"{whole}, 1 routing", once, peer=f"{CLASSIC}, 3 routings"),
        benchmarks.at_most(
            0.5, f"memory peak of the layer, paper size, batches of {BATCH}", memory[0], {"votes": memory[1]},
            peer="votes", unit="MB",
        ),
    ]  # fmt: skip
