"""Texture patches: small gray pieces of photographs that are much the same all over.

They are cut as the photo patches are, from parts of each photograph that share no pixel. Without colour, and with
nothing that lies in a certain place, a patch can be told by its texture alone.
"""

from course_utils.datasets import photo_patches, splits

CLASS_NAMES = {
    "brick": "brick wall", "grass": "grass", "gravel": "gravel", "hubble": "galaxies", "ihc": "tissue",
    "moon": "moon", "page": "printed page",
}  # fmt: skip
VERSION = 1


def texture_patches() -> splits.Dataset:
    """Return the texture patches.

    Example:
        >>> texture_patches()
        Texture patches: 1,750 train, 280 validation, 700 test; 32x32x1, 7 classes
    """
    note = "The label says which photograph a patch was cut from; train and test come from different parts of it."
    return photo_patches.dataset("texture_patches", "Texture patches", CLASS_NAMES, note, VERSION, gray=True)
