"""How well the ImageNet networks name photographs, and how fast features are taken from images in memory.

Photographs are those of the course, or those of a folder: `course bench backbones --images DIR`. There, the name of a
file, or of the folder that it is in, begins with the number of its class, from 0 to 999 ("285.jpg", "285_cat.jpg",
"285/1.jpg"), or with the class's number in WordNet ("n02124075_1.JPEG", "n02124075/1.JPEG"), which counts more. Files
without a class are left out, as are those that cannot be read; both are counted.
"""

import os
import pathlib

import numpy as np

from course_utils import benchmarks, images
from course_utils.benchmarks import timing

# Which of a network's five likeliest classes would be right: the photographs have no label of ImageNet's own.
PHOTOGRAPHS = {"cat": (281, 282, 285), "coffee": (504, 967, 968), "rocket": (657, 744, 812)}
PUBLISHED = {
    "efficientnet_lite0": {"on ImageNet's validation images, published": 75.1},
    "vgg16": {"on ImageNet's validation images, keras.io": 71.3},
    "resnet50": {"on ImageNet's validation images, keras.io": 74.9},
}
LEAST_RIGHT = 70.0
BATCH_SIZE = 32
SUFFIXES = {".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
PLAIN = "model.predict"


def labelled(folder: pathlib.Path) -> tuple[list[tuple[pathlib.Path, int]], int]:
    """Return the photographs below a folder with their classes, and how many have none.

    Args:
        folder (path): see this module's own text.

    Raises:
        ValueError: it is no folder, or there is no labelled photograph in it.
    """
    from course_utils.backbones import imagenet_labels

    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder.")
    files = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES and path.is_file()]
    found = []
    for path in files:
        number = imagenet_labels.class_of(path.name, "" if path.parent == folder else path.parent.name)
        if number is not None:
            found.append((path, number))
    if not found:
        raise ValueError(
            f"none of the {len(files)} photographs in {folder} has a class: begin the name of the file or of its "
            "folder with the class's number from 0 to 999 (285_cat.jpg) or its number in WordNet (n02124075_1.jpg)."
        )
    return found, len(files) - len(found)


def ranks(backbone, photographs: list[tuple[pathlib.Path, int]]) -> tuple[list[int], int]:
    """Return how many classes are likelier than the right one, for each photograph, and how many cannot be read.

    Args:
        backbone (Backbone): its `class_names` are ImageNet's.
        photographs (list of (path, int)): files with the numbers of their classes.
    """
    found, unreadable = [], 0
    for start in range(0, len(photographs), BATCH_SIZE):
        crops, numbers = [], []
        for path, number in photographs[start : start + BATCH_SIZE]:
            try:
                crops.append(_crop(images.read(path), backbone.input_size))
                numbers.append(number)
            except (ValueError, OSError):
                unreadable += 1
        if crops:
            logits = backbone.model.predict_on_batch(np.stack(crops))
            right = logits[np.arange(len(numbers)), numbers]
            found.extend((logits > right[:, np.newaxis]).sum(axis=1).tolist())
    return found, unreadable


def _crop(image: np.ndarray, side: int) -> np.ndarray:
    from course_utils import backbones

    return backbones.centre_crop(image, side)


def _on_this_machine() -> list:
    """Return the networks with ImageNet weights that need no download."""
    from course_utils import backbones
    from course_utils.backbones import keras_files

    official = [name for name in ("vgg16", "resnet50") if keras_files.here(name, head=True)]
    return [backbones.load("efficientnet_lite0"), *(backbones.load(name, "imagenet") for name in official)]


def _on_a_folder(folder: pathlib.Path) -> list[benchmarks.Figure]:
    photographs, without = labelled(folder)
    figures = []
    for backbone in _on_this_machine():
        found, unreadable = ranks(backbone, photographs)
        if not found:
            raise ValueError(f"none of the {len(photographs)} labelled photographs in {folder} can be read.")
        left_out = [f"{count} {what}" for count, what in ((without, "without a class"), (unreadable, "unreadable"))
                    if count]  # fmt: skip
        what = f"{backbone.name}, {len(found)} photographs" + (f" ({', '.join(left_out)})" if left_out else "")
        peers = PUBLISHED[backbone.name]
        for most, word in ((1, "first"), (5, "among the first five")):
            right = 100 * float(np.mean(np.array(found) < most))
            goal = {"goal": f">= {LEAST_RIGHT:g} %", "ratio": right, "met": right >= LEAST_RIGHT} if most == 1 else {}
            figures.append(
                benchmarks.Figure(f"{what}: right class {word}", right, peers if most == 1 else {}, unit="%", **goal)
            )
    return figures


def _on_the_photographs() -> list[benchmarks.Figure]:
    figures = []
    for backbone in _on_this_machine():
        crops = np.stack([_crop(images.load(name), backbone.input_size) for name in PHOTOGRAPHS])
        best = backbone.model.predict_on_batch(crops).argmax(axis=1)
        right = sum(int(index) in accepted for index, accepted in zip(best, PHOTOGRAPHS.values(), strict=True))
        named = ", ".join(backbone.class_names[index] for index in best)
        what = f"{backbone.name}, photographs {', '.join(PHOTOGRAPHS)}: {named}"
        figures.append(benchmarks.Figure(what, right, {}, "= 3", right, right == len(PHOTOGRAPHS), unit="right"))
    return figures


def _speed(name: str, side: int, count: int, rounds: int) -> benchmarks.Figure:
    import keras

    from course_utils import backbones

    backbone = backbones.load(name, "embedded")
    pixels = np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    pooled = keras.layers.GlobalAveragePooling2D()(backbone.body.output)
    plain = keras.Model(backbone.body.input, pooled)
    functions = {
        "ours": lambda: backbones.extract(backbone, pixels, cache=False),
        PLAIN: lambda: plain.predict(pixels, verbose=0),
    }
    seconds = timing.interleaved(functions, rounds=rounds, shortest=0.1)
    what = f"features of {count} images {side}x{side}, {name}"
    return benchmarks.at_least(0.9, what, seconds.pop("ours"), seconds, peer=PLAIN)


def figures(quick: bool, images: pathlib.Path | None = None) -> list[benchmarks.Figure]:
    """Measure accuracy on photographs and the speed of taking features.

    Args:
        quick (bool): fewer images and rounds.
        images (path): a folder of labelled photographs. Default: those of the course.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    rounds = 5 if quick else 15
    named = _on_a_folder(pathlib.Path(images)) if images else _on_the_photographs()
    return [
        *named,
        _speed("vgg16", 32, 1000 if quick else 4000, rounds),
        _speed("efficientnet_lite0", 224, 64 if quick else 256, rounds),
    ]
