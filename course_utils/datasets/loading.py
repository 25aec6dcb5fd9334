"""Load a dataset by its name, in the size that the profile asks for."""

import difflib
from collections.abc import Callable

from course_utils import profile as profiles
from course_utils.datasets import digits, faces, manifest_files, photo_patches, public_sets, splits, texture_patches

# By name and profile; a name without "quick" needs what only the full profile may use.
_LOADERS: dict[str, dict[str, Callable[[], splits.Dataset]]] = {
    "cifar10": {"full": public_sets.cifar10},
    "digits_8x8": {"quick": digits.digits_8x8, "full": digits.digits_8x8},
    "faces": {"quick": faces.faces, "full": faces.faces},
    "mnist": {"quick": digits.mnist_5k, "full": public_sets.mnist},
    "photo_patches": {"quick": photo_patches.photo_patches, "full": photo_patches.photo_patches},
    "texture_patches": {"quick": texture_patches.texture_patches, "full": texture_patches.texture_patches},
}


def names() -> list[str]:
    """Return the names that `load` knows.

    Example:
        >>> names()
        ['cifar10', 'digits_8x8', 'faces', 'mnist', 'photo_patches', 'texture_patches']
    """
    return sorted(_LOADERS)


def load(name: str, profile: str | None = None) -> splits.Dataset:
    """Return a dataset as labelled images in three splits, the same on every machine.

    Args:
        name (str): "mnist" (5,000 digits in the quick profile, all 70,000 in the full one), "digits_8x8",
            "photo_patches", "texture_patches", "faces", or "cifar10" (full profile only).
        profile (str): "quick" or "full". Default: what COURSE_PROFILE says.

    Shapes:
        every split: images (num_images, height, width, channels), uint8; labels (num_images,), int64.

    Returns:
        A Dataset.

    Raises:
        KeyError: there is no such dataset.
        ValueError: it does not exist in this profile, or a file is damaged or another version.
        FileNotFoundError, ModuleNotFoundError: a package that carries the file, or a mirror, is missing.
        ConnectionError: a public dataset is not here and could not be fetched.

    Example:
        >>> data = load("mnist", "quick")
        >>> images, labels = data.train
        >>> images.shape, images.dtype, labels.shape
        ((3500, 28, 28, 1), dtype('uint8'), (3500,))
    """
    profile = profile or profiles.name()
    if profile not in profiles.NAMES:
        raise ValueError(f"profile is {profile!r}; it must be {' or '.join(map(repr, profiles.NAMES))}.")
    if name not in _LOADERS:
        nearest = difflib.get_close_matches(str(name), _LOADERS, n=1)
        advice = f" Did you mean {nearest[0]!r}?" if nearest else ""
        raise manifest_files.UnknownNameError(
            f"no dataset is called {name!r}.{advice} The names are: {', '.join(names())}."
        )
    if profile not in _LOADERS[name]:
        raise ValueError(
            f"{name!r} is not part of the {profile} profile, which runs offline. Use 'photo_patches', or set "
            "COURSE_PROFILE=full."
        )
    return _LOADERS[name][profile]()
