"""Train the embedded VGG16 and ResNet50 on CIFAR-10: how the files data/weights/*_cifar10.npz were made.

`COURSE_DATA=FOLDER python -m course_utils.backbones.train_on_cifar10 vgg16` takes half an hour to an hour on two
cores. A run that was stopped goes on from its last epoch when it is started again. The weights and a line of
data/results/backbones.jsonl, with the curves and the accuracy on the official test images, are written at its end.
"""

import argparse
import pathlib
import time

import keras

from course_utils import augment, datasets, locations, results, training
from course_utils.backbones import embedded, half_precision
from course_utils.training import recipes

EPOCHS = {"vgg16": 36, "resnet50": 45}
BATCH_SIZE = 128


def train(
    name: str,
    data: datasets.Dataset,
    epochs: int,
    folder: pathlib.Path,
    seed: int = 0,
    weights_folder: pathlib.Path | None = None,
    width: float | None = None,
) -> dict:
    """Train one network, write its weights in half precision, judge what was written, and return all that was measured.

    Args:
        name (str): "vgg16" or "resnet50".
        data (datasets.Dataset): CIFAR-10, or something smaller to try the script.
        epochs (int): passes over the training images.
        folder (path): for the checkpoint.
        seed (int): of weights, order and augmentation. Default 0.
        weights_folder (path): where NAME_cifar10.npz is written. Default: `folder`.
        width (float): see `embedded.build`.

    Returns:
        The event that is recorded too, where COURSE_RESULTS names a file.
    """
    training.seed(seed)
    model = embedded.build(name, len(data.class_names), width)
    steps = training.num_steps(len(data.train.labels), BATCH_SIZE, epochs)
    # Keras takes weight_decay * rate * weight from each weight, outside the momentum; within it, as in the papers,
    # the same decay is written as a tenth of this number.
    optimizer = keras.optimizers.SGD(training.OneCycle(0.1, steps), momentum=0.9, nesterov=True, weight_decay=0.005)
    model.compile(optimizer, recipes.SmoothedCrossentropy(0.1), metrics=["accuracy"], steps_per_execution=8)
    change = augment.Augment(
        flip="horizontal", shift_pixels=4, cutout_pixels=8, fill="reflect", fill_value=120, seed=seed
    )
    started = time.perf_counter()
    with training.cpu_timer() as timer:
        history = model.fit(
            training.batches(*data.train, batch_size=BATCH_SIZE, seed=seed, augment=change),
            validation_data=training.batches(*data.validation, batch_size=500, shuffle=False),
            epochs=epochs,
            verbose=0,
            callbacks=[*training.callbacks(checkpoint=folder / name), _Tell()],
        )
    path = (weights_folder or folder) / f"{name}_cifar10.npz"
    half_precision.save(model, path)
    half_precision.load(model, path)
    event = {
        "event": "training",
        "dataset": "cifar10",
        "title": data.title,
        "data": data.note.rpartition(": ")[2],
        "network": name,
        "parameters": model.count_params(),
        "num_train": len(data.train.labels),
        "epochs": epochs,
        "seed": seed,
        "cpu_seconds": round(timer.seconds, 1),
        "wall_seconds": round(time.perf_counter() - started, 1),
        "test_accuracy": training.accuracy(model, *data.test),
        "curves": {key: [round(float(value), 5) for value in values] for key, values in history.history.items()},
    }
    results.record(event)
    return event


class _Tell(keras.callbacks.Callback):
    """Prints one line per epoch, for the log of a run that nobody watches."""

    def on_epoch_end(self, epoch, logs=None):
        print(
            f"epoch {epoch + 1}: " + ", ".join(f"{name} {value:.4f}" for name, value in (logs or {}).items()),
            flush=True,
        )


def main(arguments: list[str] | None = None) -> None:
    """Train the network that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=sorted(embedded.WIDTHS))
    parser.add_argument("--epochs", type=int, help="default: as the weights of the course were trained")
    parser.add_argument(
        "--folder", type=pathlib.Path, default=locations.cache() / "training", help="for the checkpoint"
    )
    chosen = parser.parse_args(arguments)
    data = datasets.load("cifar10", "full")
    epochs = chosen.epochs or EPOCHS[chosen.name]
    event = train(chosen.name, data, epochs, chosen.folder, weights_folder=locations.data() / "weights")
    print(f"{chosen.name}: {event['test_accuracy']:.2%} of the test images, {event['cpu_seconds']:.0f} CPU seconds")


if __name__ == "__main__":
    main()
