"""Which networks there are, with which weights, and what is true of them: by whom, from what, under which licence."""

import dataclasses
import difflib

from course_utils import profile

NAMES = ("vgg16", "resnet50", "efficientnet_lite0")
WEIGHTS = ("auto", "embedded", "imagenet", "random")
CIFAR10_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a network's weights come from.

    Args:
        title (str): the network and how its shape differs from the one of that name, if it does.
        trained (str): on what, and by whom.
        licence (str): of the weights.
        origin (str): a web address that says so.
        input_size (int): the side of the images it was trained on.
        entry (str): its name in data/MANIFEST.toml; "" where the file is not the course's own.
    """

    title: str
    trained: str
    licence: str
    origin: str
    input_size: int
    entry: str = ""


_ON_CIFAR10 = "trained by this course on CIFAR-10 (45,000 photographs of 32x32 pixels in 10 classes)"
_ON_IMAGENET = "on ImageNet (ILSVRC 2012: 1.28 million photographs in 1,000 classes)"
_CIFAR10 = "https://www.cs.toronto.edu/~kriz/cifar.html"

SOURCES = {
    ("vgg16", "embedded"): Source(
        "VGG16 at 3/8 of its width, with batch normalisation", _ON_CIFAR10, "MIT", _CIFAR10, 32, "vgg16_cifar10"
    ),
    ("resnet50", "embedded"): Source(
        "ResNet50 at 1/4 of its width, with a stem for small images",
        _ON_CIFAR10,
        "MIT",
        _CIFAR10,
        32,
        "resnet50_cifar10",
    ),
    ("efficientnet_lite0", "embedded"): Source(
        "EfficientNet-Lite0",
        f"trained {_ON_IMAGENET} by M. Tan and others at Google",
        "Apache-2.0",
        "https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite",
        224,
        "efficientnet_lite0_imagenet",
    ),
    ("vgg16", "imagenet"): Source(
        "VGG16",
        f"trained {_ON_IMAGENET} by K. Simonyan and A. Zisserman, as keras.applications gives them",
        "CC-BY-4.0",
        "https://keras.io/api/applications/vgg/",
        224,
    ),
    ("resnet50", "imagenet"): Source(
        "ResNet50",
        f"trained {_ON_IMAGENET} by K. He, X. Zhang, S. Ren and J. Sun, as keras.applications gives them",
        "MIT",
        "https://keras.io/api/applications/resnet/",
        224,
    ),
}


def choose(name: str, weights: str = "auto") -> str:
    """Return which weights are meant: "auto" becomes what the profile uses.

    Args:
        name (str): one of NAMES.
        weights (str): one of WEIGHTS. Default "auto": "embedded" in the quick profile, "imagenet" in the full one;
            of EfficientNet-Lite0, "embedded" in both.

    Raises:
        ValueError: there is no such network, or it has no such weights.

    Example:
        >>> choose("efficientnet_lite0"), choose("vgg16", "random")
        ('embedded', 'random')
    """
    if name not in NAMES:
        nearest = difflib.get_close_matches(str(name), NAMES, n=1)
        advice = f" Did you mean {nearest[0]!r}?" if nearest else ""
        raise ValueError(f"no backbone is called {name!r}.{advice} The names are: {', '.join(NAMES)}.")
    if weights not in WEIGHTS:
        raise ValueError(f"weights is {weights!r}; it must be one of {', '.join(map(repr, WEIGHTS))}.")
    if weights == "auto":
        weights = profile.choose(quick="embedded", full="imagenet") if (name, "imagenet") in SOURCES else "embedded"
    if weights != "random" and (name, weights) not in SOURCES:
        raise ValueError(
            f"{name} has no weights called {weights!r}: its embedded ones are trained on ImageNet already. "
            'Use "embedded" or "auto".'
        )
    return weights
