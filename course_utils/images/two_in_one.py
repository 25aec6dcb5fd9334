"""Two photographs in one picture: one is seen from near by, the other one from far away."""

import cv2
import numpy as np

from course_utils.images import photographs, scaling

MYSTERY_FROM_AFAR = (
    "The same picture at full, half, quarter and eighth size. The large one is a cat. In the quarter size a smiling "
    "woman shows through. The smallest one is a woman with short hair who smiles at you; no cat is left."
)
_EYES_AND_LIP = {  # (column, row) of the left eye, the right eye and the upper lip in the picture
    "astronaut": [[203, 101], [245, 103], [223, 134]],
    "cat": [[171, 110], [313, 132], [246, 240]],
}


def mystery_parts() -> tuple[np.ndarray, np.ndarray]:
    """Return the astronaut, moved so that her eyes and lip are where the cat's are, and the cat.

    Shapes:
        both (300, 451, 3) uint8.

    Example:
        >>> astronaut, cat = mystery_parts()
        >>> astronaut.shape, cat.shape
        ((300, 451, 3), (300, 451, 3))
    """
    cat = photographs.load("cat")
    height, width = cat.shape[:2]
    move = cv2.getAffineTransform(np.float32(_EYES_AND_LIP["astronaut"]), np.float32(_EYES_AND_LIP["cat"]))
    astronaut = cv2.warpAffine(photographs.load("astronaut"), move, (width, height), flags=cv2.INTER_CUBIC)
    return astronaut, cat


def mystery() -> np.ndarray:
    """Return the slow waves of the astronaut plus the fast waves of the cat.

    Shapes:
        (300, 451, 3) uint8.

    Example:
        >>> mystery().shape
        (300, 451, 3)

    Source:
        A. Oliva, A. Torralba, P. G. Schyns: Hybrid images. ACM Transactions on Graphics 25, 2006.
    """
    from course_utils import spectrum

    astronaut, cat = mystery_parts()
    blend = spectrum.hybrid(astronaut, cat, cutoff_low=0.025, cutoff_high=0.05, border="mirror_edge")
    return scaling.to_uint8(blend, white=255)
