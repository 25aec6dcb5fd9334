"""Which colours show which numbers: one rule for every picture of the course.

* colour images are shown as they are;
* arrays with negative numbers, rounding errors apart, get a map from blue through white (exactly 0) to red;
* all other arrays are gray: black is 0, white is 1, 255 or the largest value.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from course_utils.images import scaling

SIGNED_MAP = "RdBu_r"
MAGNITUDE_MAP = "cividis"
ROUNDING = 1e-6  # a Fourier transform leaves -0.00006 where 0 is meant; that makes no photograph a signed array


@dataclasses.dataclass(frozen=True)
class Shade:
    """An array that is ready to be shown.

    Args:
        values (np.ndarray): (height, width) numbers, or (height, width, 3) uint8.
        kind (str): "colour", "gray" or "signed".
        low, high (float): the numbers that get the first and the last colour; both 0 for "colour".
    """

    values: np.ndarray
    kind: str
    low: float = 0.0
    high: float = 0.0

    @property
    def options(self) -> dict:
        """What matplotlib's imshow needs to know."""
        if self.kind == "colour":
            return {}
        return {"cmap": SIGNED_MAP if self.kind == "signed" else "gray", "vmin": self.low, "vmax": self.high}


def shade(images: Sequence[np.ndarray], shared_scale: bool = True) -> list[Shade]:
    """Decide how each of several arrays is shown.

    Args:
        images (sequence of arrays): gray, RGB or signed, in any mixture.
        shared_scale (bool): one scale for all signed arrays and one for all gray ones, so that equal
            colours are equal numbers. False: each array uses its own range. Default True.

    Shapes:
        each (height, width), (height, width, 1) or (height, width, 3).

    Returns:
        A list of Shade.

    Raises:
        TypeError, ValueError: an array is no image, or holds NaN or infinity.

    Example:
        >>> [one.kind for one in shade([np.zeros((2, 2)), np.array([[-1.0, 1.0]])])]
        ['gray', 'signed']
    """
    arrays = [_readable(image, number) for number, image in enumerate(images, 1)]
    kinds = [_kind(array) for array in arrays]
    shades = []
    for array, kind in zip(arrays, kinds, strict=True):
        if kind == "colour":
            shades.append(Shade(_to_rgb8(array), kind))
            continue
        group = [a for a, k in zip(arrays, kinds, strict=True) if k == kind] if shared_scale else [array]
        if kind == "signed":
            reach = max(float(np.abs(one).max()) for one in group) or 1.0
            shades.append(Shade(array, kind, -reach, reach))
        elif shared_scale:
            shades.append(Shade(array, kind, 0.0, _white(group)))
        else:
            shades.append(Shade(array, kind, *_own_range(array)))
    return shades


def _readable(image: np.ndarray, number: int) -> np.ndarray:
    array = scaling.check_image(image, f"image {number}")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim == 3 and array.shape[2] != 3:
        raise ValueError(
            f"image {number} has {array.shape[2]} channels; a picture shows 1 (gray) or 3 (RGB). "
            "Show the channels side by side: plots.grid(np.moveaxis(image, -1, 0), alt=...)."
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"image {number} holds {int((~np.isfinite(array)).sum())} NaN or infinite values.")
    return array.astype(np.uint8) if array.dtype.kind == "b" else array


def _kind(array: np.ndarray) -> str:
    if array.ndim == 3:
        return "colour"
    low, high = float(array.min()), float(array.max())
    return "signed" if low < -ROUNDING * max(high, -low) else "gray"


def _white(group: list[np.ndarray]) -> float:
    # A uint8 image is on the scale 0 ... 255 however dark it is; a float image may be on either scale.
    largest = max(float(one.max()) for one in group)
    if any(one.dtype == np.uint8 and one.max() > 1 for one in group):
        return max(255.0, largest)
    if largest <= 1:
        return 1.0
    return max(255.0, largest) if largest > 64 else largest


def _own_range(array: np.ndarray) -> tuple[float, float]:
    low, high = float(array.min()), float(array.max())
    return (low, high) if low < high else (0.0, max(high, 1.0))


def _to_rgb8(array: np.ndarray) -> np.ndarray:
    if array.dtype == np.uint8:
        return array
    array = array.astype(np.float64)
    if array.min() < 0:
        # Gray stands for 0, so that a positive red and a negative red are told apart.
        return scaling.to_uint8(0.5 + array / (2 * np.abs(array).max()))
    return scaling.to_uint8(array)
