"""Small gray pictures of which half show a face: a part of Labeled Faces in the Wild."""

import io

import numpy as np

from course_utils.datasets import manifest_files, splits

CLASS_NAMES = ("face", "no face")
SIDE = 32
_SIZES = (60, 40, 100)


def faces() -> splits.Dataset:
    """Return 100 faces and 100 pieces of the same photographs without a face, enlarged from 25x25 to 32x32 pixels.

    Example:
        >>> faces()
        Faces and other pieces of photographs: 60 train, 40 validation, 100 test; 32x32x1, 2 classes

    Source:
        G. Huang and others, Labeled Faces in the Wild, 2007; the part that comes with scikit-image.
    """
    import cv2

    entry = manifest_files.entry("faces")
    small = np.load(io.BytesIO(manifest_files.read("faces")), allow_pickle=False)  # (200, 25, 25), 0 to 1
    large = [cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) for image in small]
    images = np.round(np.clip(large, 0, 1) * 255).astype(np.uint8)[..., np.newaxis]
    labels = np.repeat(np.arange(2), 100)  # the faces come first
    parts = [splits.Split(images[chosen], labels[chosen]) for chosen in splits.stratified(labels, _SIZES)]
    note = "Few and small: a test image more or less is one percentage point."
    return splits.Dataset("faces", entry.title, *parts, CLASS_NAMES, entry.licence, entry.source, note)
