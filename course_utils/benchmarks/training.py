"""Training as the lessons do it, beside a whole-epoch tf.function, and the accuracies that the course promises.

Accuracies are not times: their figures hold percent, and a ratio where a goal is one. Where networks are compared, both
see the same images, and both get the same CPU seconds or a stated ratio of parameters.
"""

import os
import statistics

import numpy as np

from course_utils import benchmarks, datasets
from course_utils.benchmarks import timing

SEEDS = (0, 1, 2)
MOST_SECONDS = 10.0  # CPU seconds in which the digits have to be learnt
PARAMETER_RATIO = 30
STEPS_PER_EXECUTION = 32  # in the lessons
MOST_IMAGES = 3_500  # to time with


def _whole_epoch(model, images: np.ndarray, labels: np.ndarray, batch_size: int):
    """Return a function that trains for one epoch inside a single tf.function, on data that lie on the device."""
    import tensorflow as tf

    features, targets = tf.constant(images), tf.constant(labels)
    num_batches = -(-len(labels) // batch_size)

    @tf.function
    def epoch():
        order = tf.random.shuffle(tf.range(len(labels)))
        for index in tf.range(num_batches):
            chosen = order[index * batch_size : (index + 1) * batch_size]
            some, right = tf.gather(features, chosen), tf.gather(targets, chosen)
            with tf.GradientTape() as tape:
                logits = model(some, training=True)
                loss = model.compute_loss(some, right, logits)
            gradients = tape.gradient(loss, model.trainable_variables)
            model.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            model._compile_metrics.update_state(right, logits)
            model._loss_tracker.update_state(loss)

    return epoch


def _fit_beside_tf_function(network: str, rounds: int) -> benchmarks.Figure:
    """Compare one fit of four epochs, as lessons 05 (MLP and CNN) and 09 (photo patches) compile and call it."""
    import time

    from course_utils import training
    from course_utils.training import recipes

    name, size = ("photo_patches", 64) if network == "patch CNN" else ("mnist", 128)
    images, labels = datasets.load(name, "quick").train
    images, labels = images[:MOST_IMAGES], labels[:MOST_IMAGES]
    build = {"CNN": recipes.quick_cnn, "MLP": recipes.mlp, "patch CNN": recipes.patch_cnn}[network]
    num_classes = int(labels.max()) + 1

    def compiled(seed: int):
        training.seed(seed)
        model = build(images.shape[1:], num_classes)
        recipes.compile_one_cycle(model, len(labels), size, epochs=100, steps_per_execution=STEPS_PER_EXECUTION)
        return model

    ours, theirs = compiled(0), compiled(0)
    batches = training.batches(images, labels, size)
    # One fit of four epochs: what fit does once, at its start, is shared by the epochs as it is in a lesson.
    ours.fit(batches, epochs=1, verbose=0)
    epoch = _whole_epoch(_built(theirs, batches), images, labels, size)
    seconds = timing.interleaved(
        {
            "fit": lambda: ours.fit(batches, epochs=4, verbose=0, callbacks=training.callbacks()),
            "whole-epoch tf.function": lambda: [epoch() for _ in range(4)],
        },
        rounds=rounds,
        shortest=0.0,
        clock=time.process_time,
    )
    what = f"fit as the lessons use it, {network}, batches of {size}, 4 epochs of {len(labels):,} images"
    return benchmarks.at_most(1.25, what, seconds.pop("fit"), seconds, peer="whole-epoch tf.function")


def _built(model, batches):
    """Return the model with its metrics and optimiser made, by one step of training."""
    images, labels = next(iter(batches))
    model.train_on_batch(images, labels)
    return model


def digits(seeds=SEEDS, epochs: int = 4) -> dict[str, list[float]]:
    """Train the CNN and the MLP on MNIST-5k with the same CPU seconds; return accuracies and seconds by seed."""
    import keras

    from course_utils import augment, training
    from course_utils.training import recipes

    data = datasets.load("mnist", "quick")
    images, labels = data.development
    found: dict[str, list[float]] = {"cnn": [], "mlp": [], "seconds": []}
    for seed in seeds:
        with training.cpu_timer() as timer:
            training.seed(seed)
            cnn = recipes.quick_cnn(images.shape[1:], 10)
            recipes.compile_one_cycle(
                cnn, len(labels), 64, epochs, peak=0.02, label_smoothing=0.1, steps_per_execution=9
            )
            change = augment.Augment(
                rotation_degrees=10, shift_pixels=1.25, zoom=0.08, shear_degrees=5, fill="constant", seed=seed
            )
            batches = training.batches(images, labels, 64, seed=seed, augment=change)
            cnn.fit(batches, epochs=epochs, verbose=0, callbacks=training.callbacks())
        budget = training.StopAfter(timer.seconds)
        training.seed(seed)
        mlp = recipes.mlp(images.shape[1:], 10)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        mlp.compile("adam", loss, metrics=["accuracy"], steps_per_execution=9)
        plain = training.batches(images, labels, 64, seed=seed)
        mlp.fit(plain, epochs=1000, verbose=0, callbacks=[*training.callbacks(), budget])
        found["cnn"].append(100 * training.accuracy(cnn, *data.test))
        found["mlp"].append(100 * training.accuracy(mlp, *data.test))
        found["seconds"].append(timer.seconds)
    return found


def patches(seeds=SEEDS, epochs: int = 6, per_class: int = 80) -> dict[str, list[float]]:
    """Train a CNN and an MLP with 30 times its parameters on photo patches; return accuracies by seed."""
    import keras

    from course_utils import training
    from course_utils.training import recipes

    data = datasets.load("photo_patches")
    used = np.concatenate([np.flatnonzero(data.train.labels == c)[:per_class] for c in range(len(data.class_names))])
    images, labels = data.train.images[used], data.train.labels[used]
    num_classes, shape = len(data.class_names), images.shape[1:]
    parameters = recipes.patch_cnn(shape, num_classes).count_params()
    units = PARAMETER_RATIO * parameters // (int(np.prod(shape)) + num_classes + 1) + 1
    found: dict[str, list[float]] = {"cnn": [], "mlp": []}

    def compiled(build, peak: float, times: int):
        model = build()
        recipes.compile_one_cycle(model, len(labels), 64, times * epochs, peak)
        return model

    builds = {
        "cnn": lambda: compiled(lambda: recipes.patch_cnn(shape, num_classes), 0.01, 1),
        "mlp": lambda: compiled(lambda: recipes.one_layer_mlp(shape, num_classes, units), 0.001, 2),
    }
    for name, build in builds.items():
        for seed, model in training.fresh_starts(build, seeds):
            batches = training.batches(images, labels, 64, seed=seed)
            model.fit(batches, epochs=epochs * (1 + (name == "mlp")), verbose=0, callbacks=training.callbacks())
            found[name].append(100 * training.accuracy(model, *data.test))
    keras.backend.clear_session()
    return found


def _at_least(limit: float, name: str, ours: list[float], peers: dict[str, float], words: str, value: float):
    return benchmarks.Figure(name, statistics.fmean(ours), peers, words, value, value >= limit, "%")


def figures(quick: bool) -> list[benchmarks.Figure]:
    """Measure fit beside a whole-epoch tf.function, and the accuracies on digits and photo patches over three seeds.

    Args:
        quick (bool): fewer rounds, and patches of 80 a class in place of all 250.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    rounds = 3 if quick else 7
    measured = [_fit_beside_tf_function(network, rounds) for network in ("CNN", "MLP", "patch CNN")]
    found = digits()
    cnn, mlp = statistics.fmean(found["cnn"]), statistics.fmean(found["mlp"])
    spread = f"{min(found['cnn']):.1f} to {max(found['cnn']):.1f}"
    peers = {"MLP 784-512-512-10, same CPU seconds": mlp}
    measured += [
        _at_least(98.5, f"MNIST-5k CNN, 3 seeds ({spread}), test", found["cnn"], peers, ">= 98.5 %", cnn),
        _at_least(3, "the same: points above the MLP", found["cnn"], peers, ">= 3 points above", cnn - mlp),
        benchmarks.within(MOST_SECONDS, "the same: CPU seconds of the slowest training", max(found["seconds"])),
    ]
    found = patches(per_class=80 if quick else 250)
    lead = statistics.fmean(found["cnn"]) - statistics.fmean(found["mlp"])
    spread = f"{min(found['cnn']):.1f} to {max(found['cnn']):.1f}"
    peers = {f"MLP with {PARAMETER_RATIO} times the parameters": statistics.fmean(found["mlp"])}
    measured.append(
        _at_least(25, f"photo patches CNN, 3 seeds ({spread}), test", found["cnn"], peers, ">= 25 points above", lead)
    )
    return measured
