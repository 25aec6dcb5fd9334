"""Data of the course: labelled images in named splits, and the files of data/MANIFEST.toml behind everything.

Example:
    >>> from course_utils import datasets
    >>> images, labels = datasets.load("digits_8x8").test
    >>> images.shape, labels.shape
    ((400, 8, 8, 1), (400,))
"""

from course_utils.datasets.distortions import permute_pixels, shift
from course_utils.datasets.inspection import check
from course_utils.datasets.loading import load, names
from course_utils.datasets.manifest_files import UnknownNameError, entry, locate, manifest, read, verify
from course_utils.datasets.splits import Dataset, Split, stratified

__all__ = [
    "Dataset",
    "Split",
    "UnknownNameError",
    "check",
    "entry",
    "load",
    "locate",
    "manifest",
    "names",
    "permute_pixels",
    "read",
    "shift",
    "stratified",
    "verify",
]
