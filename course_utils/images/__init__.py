"""Photographs and exact synthetic pictures as NumPy arrays, and what one does to them first."""

from course_utils.images.files import read
from course_utils.images.measuring import contrast, intensity_profile
from course_utils.images.photographs import credit, load, names
from course_utils.images.scaling import (
    crop_square,
    normalise,
    resize_square,
    standardise,
    to_float,
    to_gray,
    to_uint8,
)
from course_utils.images.synthetic import checkerboard, disc, step, stripes
from course_utils.images.tiling import tiles
from course_utils.images.two_in_one import MYSTERY_FROM_AFAR, mystery, mystery_parts

__all__ = [
    "MYSTERY_FROM_AFAR",
    "checkerboard",
    "contrast",
    "credit",
    "crop_square",
    "disc",
    "intensity_profile",
    "load",
    "mystery",
    "mystery_parts",
    "names",
    "normalise",
    "read",
    "resize_square",
    "standardise",
    "step",
    "stripes",
    "tiles",
    "to_float",
    "to_gray",
    "to_uint8",
]
