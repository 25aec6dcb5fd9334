"""Turn, move, resize, shear and flip images by given amounts."""

import keras
import numpy as np
from keras import ops

from course_utils.augment import affine, fusing, sampling, settings


def _warped(images, maps, *, fill, fill_value):
    height, width = ops.shape(images)[1:3]
    columns, rows = affine.source_places(maps, height, width)
    return sampling.read(images, columns, rows, fill=fill, fill_value=fill_value)


def _per_image(value, name: str, num_images: int) -> np.ndarray:
    values = np.asarray(value, dtype="float32")
    if values.ndim > 1 or values.shape not in ((), (num_images,)) or not np.isfinite(values).all():
        raise ValueError(
            f"{name} has the shape {values.shape} for {num_images} images; give one finite number, or one for each."
        )
    return np.broadcast_to(values, (num_images,))


def warp(
    images: np.ndarray,
    *,
    flip: str | None = None,
    rotation_degrees: float | np.ndarray = 0,
    shift_right: float | np.ndarray = 0,
    shift_down: float | np.ndarray = 0,
    scale: float | np.ndarray = 1,
    shear_degrees: float | np.ndarray = 0,
    fill: str = "constant",
    fill_value: float = 0,
) -> np.ndarray:
    """Return images flipped, then turned, moved, resized and sheared by given amounts, resampled once.

    What `Augment` does at random, with the amounts in your hand: to measure how much a network bears.

    Args:
        images (np.ndarray): uint8 or float.
        flip (str): "horizontal" (left and right), "vertical", "both" or None. Default None.
        rotation_degrees (float or array): counter-clockwise, about the middle. Default 0.
        shift_right, shift_down (float or array): in pixels. Default 0.
        scale (float or array): how many times as large things become. Default 1.
        shear_degrees (float or array): horizontal; above 0 the upper part leans to the right. Default 0.
        fill (str): beyond the border: "constant", "nearest", "reflect" or "wrap". Default "constant".
        fill_value (float): for "constant". Default 0.

    Shapes:
        images (N, height, width, channels) or (height, width, channels); arrays of amounts (N,);
        returns the shape of images, float32.

    Raises:
        ValueError: a shape that is not that of images, a scale of 0 or less, or another amount that cannot be.

    Example:
        >>> image = np.zeros((5, 5, 1), dtype=np.uint8)
        >>> image[2, 3] = 100
        >>> np.argwhere(warp(image, rotation_degrees=90)[:, :, 0] > 50)  # from right of the middle to above it
        array([[1, 2]])
        >>> np.argwhere(warp(image, shift_down=1)[:, :, 0] > 50)
        array([[3, 3]])
    """
    images = np.asarray(images)
    settings.images_shape(images.shape, "warp")
    settings.one_of(flip, "flip", settings.FLIPS)
    settings.fill(fill)
    batch = images if images.ndim == 4 else images[np.newaxis]
    amounts = {
        "degrees": _per_image(rotation_degrees, "rotation_degrees", len(batch)),
        "right": _per_image(shift_right, "shift_right", len(batch)),
        "down": _per_image(shift_down, "shift_down", len(batch)),
        "shear_degrees": _per_image(shear_degrees, "shear_degrees", len(batch)),
    }
    scales = _per_image(scale, "scale", len(batch))
    if not (scales > 0).all():
        raise ValueError(f"scale is {scales.min():g}; it must be above 0: 2 makes things twice as large.")
    amounts["reading_scale"] = 1 / scales
    amounts["flip_x"] = np.full(len(batch), -1.0 if flip in ("horizontal", "both") else 1.0, "float32")
    amounts["flip_y"] = np.full(len(batch), -1.0 if flip in ("vertical", "both") else 1.0, "float32")
    tensors = {name: ops.convert_to_tensor(values, dtype="float32") for name, values in amounts.items()}
    maps = affine.backward_maps(*batch.shape[1:3], **tensors)
    pixels = keras.ops.convert_to_tensor(batch.astype("float32"))
    warped = fusing.fused(_warped, fill=fill, fill_value=float(fill_value))(pixels, maps)
    return ops.convert_to_numpy(warped).reshape(images.shape)
