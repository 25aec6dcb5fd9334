"""Change what the numbers of an image mean (range, colour, size) without a silent wrap-around."""

import cv2
import numpy as np

# ITU-R BT.601: how much red, green and blue add to the brightness that an eye sees.
LUMINANCE = (0.299, 0.587, 0.114)


def check_image(image: np.ndarray, what: str = "image") -> np.ndarray:
    """Return the image as an array, or say why it is none.

    Args:
        image (np.ndarray): (height, width) or (height, width, channels), numbers or booleans.
        what (str): the name to use in the message. Default "image".

    Raises:
        TypeError: the values are no real numbers.
        ValueError: the shape is not that of an image, or the image is empty.

    Example:
        >>> check_image(np.zeros((2, 3))).shape
        (2, 3)
    """
    array = np.asarray(image)
    if array.dtype.kind not in "buif":
        raise TypeError(f"{what} holds {array.dtype}; an image holds real numbers (uint8, float32 ...).")
    if array.ndim not in (2, 3):
        raise ValueError(
            f"{what} has the shape {array.shape}; an image is (height, width) or (height, width, channels)."
        )
    if array.size == 0:
        raise ValueError(f"{what} is empty: its shape is {array.shape}.")
    return array


def to_gray(rgb: np.ndarray) -> np.ndarray:
    """Turn RGB into gray with the weights of the eye: 0.299 red + 0.587 green + 0.114 blue.

    Args:
        rgb (np.ndarray): uint8 or float; a gray image is returned as it is, as a copy.

    Shapes:
        (height, width, 3) -> (height, width), same dtype.

    Raises:
        ValueError: the last axis is not 3.

    Example:
        >>> to_gray(np.full((1, 1, 3), (255, 0, 0), dtype=np.uint8))
        array([[76]], dtype=uint8)

    Source:
        Recommendation ITU-R BT.601; the same weights as cv2.COLOR_RGB2GRAY.
    """
    rgb = check_image(rgb, "rgb")
    if rgb.ndim == 2:
        return rgb.copy()
    if rgb.shape[2] != 3:
        raise ValueError(f"rgb has {rgb.shape[2]} channels; to_gray needs 3, in the order red, green, blue.")
    if rgb.dtype == np.uint8:
        return cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
    floats = rgb if rgb.dtype.kind == "f" else rgb.astype(np.float32)
    return floats @ np.asarray(LUMINANCE, dtype=floats.dtype)


def to_float(image: np.ndarray) -> np.ndarray:
    """Turn uint8 (0 ... 255) into float32 (0 ... 1); floats keep their values.

    Args:
        image (np.ndarray): uint8, bool or float.

    Shapes:
        any image shape -> the same, float32.

    Raises:
        TypeError: another integer type, whose range is not known.

    Example:
        >>> to_float(np.array([[0, 51, 255]], dtype=np.uint8))
        array([[0. , 0.2, 1. ]], dtype=float32)
    """
    image = check_image(image)
    if image.dtype == np.uint8:
        return image.astype(np.float32) / np.float32(255)
    if image.dtype.kind in "fb":
        return image.astype(np.float32)
    raise TypeError(f"image is {image.dtype}; to_float knows the range of uint8 (0 ... 255) and of floats only.")


def to_uint8(image: np.ndarray, white: float | None = None) -> np.ndarray:
    """Turn any numbers into uint8 0 ... 255: rounded, and clipped where they do not fit, never wrapped round.

    Args:
        image (np.ndarray): float, bool or integer.
        white (float): the value that becomes 255. Default: 255 for integers; for floats 1, the scale of
            `to_float`, unless some value is above 2: then 255, the scale of a filtered uint8 image.

    Shapes:
        any image shape -> the same, uint8.

    Raises:
        ValueError: the image holds NaN, or white is not positive.

    Example:
        >>> to_uint8(np.array([[-0.5, 0.5, 1.2]])), to_uint8(np.array([[-3.0, 99.6, 300.0]]))
        (array([[  0, 128, 255]], dtype=uint8), array([[  0, 100, 255]], dtype=uint8))
    """
    image = check_image(image)
    if image.dtype == np.uint8 and white is None:
        return image.copy()
    if np.isnan(image).any():
        raise ValueError(f"image holds {int(np.isnan(image).sum())} NaN; replace them (np.nan_to_num) first.")
    if white is None:
        on_unit_scale = image.dtype.kind == "b" or (image.dtype.kind == "f" and image.max() <= 2)
        white = 1 if on_unit_scale else 255
    if not white > 0:
        raise ValueError(f"white is {white}; it must be more than 0.")
    return np.clip(np.rint(image * (255.0 / white)), 0, 255).astype(np.uint8)


def crop_square(image: np.ndarray) -> np.ndarray:
    """Cut the largest square out of the middle.

    Args:
        image (np.ndarray): any image.

    Shapes:
        (height, width, ...) -> (side, side, ...) with side = min(height, width); a copy.

    Example:
        >>> crop_square(np.arange(8).reshape(2, 4))
        array([[1, 2],
               [5, 6]])
    """
    image = check_image(image)
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side].copy()


def resize_square(image: np.ndarray, side: int, divisible_by: int = 1, crop: bool = True) -> np.ndarray:
    """Make an image square: cut out the middle, then average pixels (shrinking) or interpolate (enlarging).

    Args:
        image (np.ndarray): uint8 or float.
        side (int): the new height and width, in pixels.
        divisible_by (int): a power of two that must divide `side`, because each 2x2 pooling of a network
            halves the image: 5 poolings need 32. Default 1, any side.
        crop (bool): True cuts out the middle square first and keeps all proportions; False squeezes the
            whole image. Default True.

    Shapes:
        (height, width, ...) -> (side, side, ...), same dtype.

    Raises:
        ValueError: side is not positive, divisible_by is no power of two, or it does not divide side.

    Example:
        >>> resize_square(np.zeros((300, 451, 3), dtype=np.uint8), 224, divisible_by=32).shape
        (224, 224, 3)
    """
    image = check_image(image)
    if side < 1:
        raise ValueError(f"side is {side}; it must be at least 1 pixel.")
    if divisible_by < 1 or divisible_by & (divisible_by - 1):
        raise ValueError(f"divisible_by is {divisible_by}; it must be a power of two: 1, 2, 4, 8, 16, 32 ...")
    if side % divisible_by:
        below = side // divisible_by * divisible_by
        choice = f"{below} or {below + divisible_by}" if below else f"{divisible_by}"
        raise ValueError(f"side is {side}, which {divisible_by} does not divide; take {choice}.")
    square = crop_square(image) if crop else image
    if square.dtype.kind == "b":
        square = square.astype(np.uint8) * 255
    shrinks = side * side <= square.shape[0] * square.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(np.ascontiguousarray(square), (side, side), interpolation=method)


def normalise(image: np.ndarray) -> np.ndarray:
    """Stretch an image so that its smallest value becomes 0 and its largest 1.

    Args:
        image (np.ndarray): any real numbers. A constant image becomes all 0.

    Shapes:
        any image shape -> the same, float32.

    Example:
        >>> normalise(np.array([[50, 100, 150]], dtype=np.uint8))
        array([[0. , 0.5, 1. ]], dtype=float32)
    """
    image = check_image(image).astype(np.float64)
    low, high = image.min(), image.max()
    if low == high:
        return np.zeros(image.shape, dtype=np.float32)
    return ((image - low) / (high - low)).astype(np.float32)


def standardise(image: np.ndarray, per_channel: bool = False) -> np.ndarray:
    """Shift and scale an image so that its mean is 0 and its standard deviation 1.

    Args:
        image (np.ndarray): any real numbers. A constant image becomes all 0.
        per_channel (bool): do so for each channel of a colour image alone. Default False, all together.

    Shapes:
        any image shape -> the same, float32.

    Example:
        >>> standardise(np.array([[1.0, 3.0]]))
        array([[-1.,  1.]], dtype=float32)
    """
    image = check_image(image).astype(np.float64)
    axes = (0, 1) if per_channel else None
    centred = image - image.mean(axis=axes, keepdims=True)
    deviation = centred.std(axis=axes, keepdims=True)
    flat = np.ptp(image, axis=axes, keepdims=True) == 0
    return np.where(flat, 0.0, centred / np.where(flat, 1.0, deviation)).astype(np.float32)
