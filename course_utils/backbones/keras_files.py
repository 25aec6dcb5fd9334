"""The weights of keras.applications: found in a mirror, among Keras's downloads or in the network, and read in."""

import pathlib
import tempfile

import keras
import numpy as np

from course_utils import locations
from course_utils.backbones import catalogue
from course_utils.datasets import public_files

OFFICIAL = public_files.OFFICIAL
_SUBFOLDER = "models"


def find(name: str, head: bool) -> tuple[pathlib.Path, str]:
    """Return a verified file of weights and what to say of it; fetch it where it is not on this machine.

    Args:
        name (str): "vgg16" or "resnet50".
        head (bool): the dense layers are needed.

    Returns:
        The path, and OFFICIAL or which other file it is.

    Raises:
        FileNotFoundError: COURSE_DATA names no folder.
        ValueError: a file is damaged or another version; it stays where it is.
        ConnectionError: there is no such file, and it could not be fetched.
    """
    return here(name, head) or (fetch(name, _files(name, head)[0]), OFFICIAL)


def here(name: str, head: bool) -> tuple[pathlib.Path, str] | None:
    """Return what `find` does, or None where the file is not on this machine.

    A mirror comes before Keras's downloads. Where the dense layers are not needed, the file without them is
    preferred, and the one with them does as well.

    Args:
        name (str): "vgg16" or "resnet50".
        head (bool): the dense layers are needed.

    Raises:
        FileNotFoundError, ValueError: as `find`.
    """
    files = _files(name, head)
    for file in files:
        if (found := public_files.in_mirror(file.name, (file.md5,))) is not None:
            return found
    advice = f", or, if you trust it, put it into a folder that COURSE_DATA names, listed in {public_files.CHECKSUMS}."
    for file in files:
        if (path := public_files.kept_by_keras(f"{_SUBFOLDER}/{file.name}", (file.md5,), advice)) is not None:
            return path, OFFICIAL
    return None


def _files(name: str, head: bool) -> list[catalogue.KerasFile]:
    return [file for file in catalogue.KERAS_FILES[name] if file.has_head or not head]


def fetch(name: str, file: catalogue.KerasFile) -> pathlib.Path:
    """Fetch a file into the folder in which Keras keeps its downloads; it gets its name when it is whole and right.

    Args:
        name (str): "vgg16" or "resnet50".
        file (catalogue.KerasFile): which file.

    Raises:
        ConnectionError: it could not be fetched, or what came has another hash.
    """
    folder = locations.keras_home() / _SUBFOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as temporary:
            fetched = keras.utils.get_file(file.name, file.url, cache_dir=temporary, cache_subdir=".")
            if not public_files.is_one_of(pathlib.Path(fetched), (file.md5,)):
                raise ValueError(f"what came from {file.url} has another hash")
            target = folder / file.name
            if not target.exists():  # another process may have been quicker
                pathlib.Path(fetched).replace(target)
    except Exception as error:  # get_file passes on whatever the network ends in
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise ConnectionError(
            f"the ImageNet weights of {catalogue.SOURCES[name, 'imagenet'].title} ({file.name}, {file.megabytes} MB) "
            f"are not on this machine and could not be fetched ({reason}). With a network, try again; without one, put "
            f"{file.name} into a folder and set COURSE_DATA to it, or load the weights that come with the course: "
            f'backbones.load("{name}", "embedded").'
        ) from error
    return target


def read_into(layers: list[keras.Layer], path: pathlib.Path) -> None:
    """Read the weights of some layers, by their names, from a file of keras.applications.

    Args:
        layers (list of keras.Layer): built; those without weights are passed over.
        path (path): an HDF5 file with one group per layer, whose arrays are in the layer's own order.

    Raises:
        ValueError: the file cannot be read, or lacks a layer or has it in another shape; the layers are as they were.
    """
    import h5py

    with_weights = [layer for layer in layers if layer.weights]
    try:
        with h5py.File(path) as file:
            places = {layer.name: _places(file, layer) for layer in with_weights}
            # One array at a time: the first dense layer of VGG16 alone is 411 MB.
            for layer in with_weights:
                for variable, place in zip(layer.weights, places[layer.name], strict=True):
                    variable.assign(np.asarray(file[place]))
    except (OSError, KeyError) as error:
        raise ValueError(
            f"{path} cannot be read as weights of keras.applications ({type(error).__name__}: {error}). Get it again."
        ) from None


def _places(file, layer: keras.Layer) -> list[str]:
    """Return where a layer's arrays are in the file, having compared their shapes."""
    group = file[layer.name]
    names = [name.decode() if isinstance(name, bytes) else str(name) for name in group.attrs["weight_names"]]
    shapes = [tuple(group[name].shape) for name in names]
    expected = [tuple(variable.shape) for variable in layer.weights]
    if shapes != expected:
        raise ValueError(
            f"{file.filename} is of another network: its layer {layer.name} has the shapes {shapes}, expected "
            f"{expected}. Get the file again."
        )
    return [f"{layer.name}/{name}" for name in names]
