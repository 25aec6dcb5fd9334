"""Networks as plain data: a configuration of Keras's own layers, and weights as arrays; nothing in them is code.

What a student's process says of its network is believed in nothing: `checked` lets only named classes of Keras through,
each from its own module, so that rebuilding it can run no code but Keras's.
"""

import json
import sys

import numpy as np

from course_utils.checks import encoding

MOST_WEIGHTS = 4_000_000  # numbers, in all arrays together
MOST_ARRAYS = 2_000
_MOST_PARTS = 50_000
_DEEPEST = 60
_BATCH = 64

NO_NETWORK = "no network; return the trained network, a keras.Model that begins with keras.Input"
FOREIGN = "a network with a part that is none of Keras's own; build it from keras.layers, without Lambda"
TOO_LARGE = f"a network that is too large to be looked at; {MOST_WEIGHTS:,} weights are the most"
NO_FIT = "a network that cannot be rebuilt from its description and its weights"
TOO_MUCH = "a network that takes more time or memory than a network may when it is looked at; make it smaller"
WORDS = (NO_NETWORK, FOREIGN, TOO_LARGE, NO_FIT, TOO_MUCH)

_LAYERS = frozenset((
    "Activation", "ActivityRegularization", "Add", "AdditiveAttention", "AlphaDropout", "Attention", "Average",
    "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "BatchNormalization", "CenterCrop",
    "Concatenate", "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose",
    "Cropping1D", "Cropping2D", "Cropping3D", "Dense", "DepthwiseConv1D", "DepthwiseConv2D", "Dot", "Dropout",
    "ELU", "EinsumDense", "Embedding", "Flatten", "GaussianDropout", "GaussianNoise", "GlobalAveragePooling1D",
    "GlobalAveragePooling2D", "GlobalAveragePooling3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D",
    "GlobalMaxPooling3D", "GroupNormalization", "Identity", "InputLayer", "LayerNormalization", "LeakyReLU",
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum", "Minimum", "MultiHeadAttention", "Multiply",
    "Normalization", "PReLU", "Permute", "RandomBrightness", "RandomContrast", "RandomCrop", "RandomFlip",
    "RandomRotation", "RandomTranslation", "RandomZoom", "ReLU", "RepeatVector", "Rescaling", "Reshape",
    "Resizing", "SeparableConv1D", "SeparableConv2D", "Softmax", "SpatialDropout1D", "SpatialDropout2D",
    "SpatialDropout3D", "Subtract", "UnitNormalization", "UpSampling1D", "UpSampling2D", "UpSampling3D",
    "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D",
))  # fmt: skip
_INITIALIZERS = frozenset((
    "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "LecunNormal",
    "LecunUniform", "Ones", "Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling",
    "Zeros",
))  # fmt: skip
_OWN = {
    "keras": frozenset(("Sequential", "DTypePolicy")),
    "keras.src.models.functional": frozenset(("Functional",)),
    "keras.layers": _LAYERS,
    "keras.initializers": _INITIALIZERS,
    "keras.regularizers": frozenset(("L1", "L2", "L1L2", "OrthogonalRegularizer")),
    "keras.constraints": frozenset(("MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm")),
}
_MODELS = ("Sequential", "Functional")
_PLACES = frozenset(("__keras_tensor__",))  # in a Functional model, where an input of a layer comes from
_DROPPED = ("compile_config",)  # how it was trained; nothing is trained here, and a loss can be a student's own


class NotStandard(encoding.NotPlain):
    """A network that is not plain data; the message is one of WORDS."""


def _class_of(document: dict) -> str:
    """Return the class that a description names, if it is Keras's own."""
    name, module, registered = document.get("class_name"), document.get("module"), document.get("registered_name")
    if type(name) is not str:
        raise NotStandard(FOREIGN)
    if name in _PLACES and module is None and registered is None:
        return name
    if type(module) is not str or name not in _OWN.get(module, ()):
        raise NotStandard(FOREIGN)
    if registered is not None and registered != name:
        raise NotStandard(FOREIGN)
    return name


class _Walk:
    """Copies a description, part by part, and notes its layers."""

    def __init__(self):
        self.left = _MOST_PARTS
        self.layers: list[str] = []

    def copy(self, document, depth: int = 0):
        self.left -= 1
        if self.left < 0 or depth > _DEEPEST:
            raise NotStandard(TOO_LARGE)
        kind = type(document)
        if document is None or kind in (bool, int, float, str):
            return document
        if kind is list:
            return [self.copy(item, depth + 1) for item in document]
        if kind is not dict or not all(type(key) is str for key in document):
            raise NotStandard(FOREIGN)
        if "class_name" in document:
            name = _class_of(document)
            if document.get("module") == "keras.layers" and name != "InputLayer":
                self.layers.append(name)
        return {key: self.copy(item, depth + 1) for key, item in document.items() if key not in _DROPPED}


def checked(description) -> tuple[dict, tuple[str, ...]]:
    """Return a description of a network that holds nothing but Keras's own layers, and the names of these.

    Args:
        description (dict): what keras.saving.serialize_keras_object gave, or anything that claims to be it.

    Returns:
        A copy without what is not needed, and the class names of the layers, inputs left out, in order.

    Raises:
        NotStandard: it names something else, or is no description at all; the message is one of WORDS.

    Example:
        >>> checked({"module": "os", "class_name": "system", "config": "true"})
        Traceback (most recent call last):
        ...
        course_utils.checks.standard_models.NotStandard: a network with a part that is none of Keras's own; build it \
from keras.layers, without Lambda
    """
    if type(description) is not dict or description.get("class_name") is None:
        raise NotStandard(NO_NETWORK)
    walk = _Walk()
    copied = walk.copy(description)
    if copied["class_name"] not in _MODELS:
        raise NotStandard(FOREIGN)
    return copied, tuple(walk.layers)


def checked_weights(weights) -> list[np.ndarray]:
    """Return weights as arrays of float32.

    Args:
        weights (list of numpy.ndarray): what was received for them.

    Raises:
        NotStandard: they are no list of arrays of numbers, or too many; the message is one of WORDS.
    """
    if type(weights) is not list or len(weights) > MOST_ARRAYS:
        raise NotStandard(NO_FIT if type(weights) is not list else TOO_LARGE)
    if not all(type(array) is np.ndarray and array.dtype.kind in "biuf" for array in weights):
        raise NotStandard(NO_FIT)
    if sum(array.size for array in weights) > MOST_WEIGHTS:
        raise NotStandard(TOO_LARGE)
    with np.errstate(over="ignore", invalid="ignore"):  # what is too large for float32 becomes infinite, and is told
        return [array.astype(np.float32) for array in weights]


def taken_apart(model) -> tuple[dict, list[np.ndarray]]:
    """Return a network's description and its weights.

    Args:
        model (keras.Model): the network.

    Raises:
        NotStandard: it is no network, or has too many weights.
    """
    keras = sys.modules.get("keras")
    if keras is None or not isinstance(model, keras.Model):
        raise NotStandard(NO_NETWORK)
    if model.count_params() > MOST_WEIGHTS:
        raise NotStandard(TOO_LARGE)
    arrays = [np.asarray(keras.ops.convert_to_numpy(variable)).astype(np.float32) for variable in model.weights]
    try:
        return json.loads(json.dumps(keras.saving.serialize_keras_object(model))), arrays
    except Exception:  # a layer of one's own that does not describe itself, or not in plain data
        raise NotStandard(FOREIGN) from None


def rebuilt(description: dict, weights: list[np.ndarray]):
    """Return the network that a checked description and its weights stand for.

    Args:
        description (dict): see `checked`.
        weights (list of numpy.ndarray): see `checked_weights`.

    Returns:
        A keras.Model.

    Raises:
        NotStandard: they make no network together.
    """
    import keras

    try:
        model = keras.saving.deserialize_keras_object(description, custom_objects={}, safe_mode=True)
        model.set_weights(weights)
    except Exception:  # whatever a forged description makes Keras raise
        raise NotStandard(NO_FIT) from None
    return model


def scores(model, images: np.ndarray) -> np.ndarray:
    """Return what a network gives for images.

    Shapes:
        images (n, height, width, channels) -> (n, ...) float32.

    Raises:
        NotStandard: it takes no such images, or gives no numbers for them.
    """
    import keras

    parts = []
    try:
        for start in range(0, len(images), _BATCH):
            given = model(images[start : start + _BATCH], training=False)
            parts.append(np.asarray(keras.ops.convert_to_numpy(given), np.float32))
        return np.concatenate(parts)
    except Exception:
        raise NotStandard(NO_FIT) from None
