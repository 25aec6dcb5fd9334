"""One affine map per image: where in the image each output pixel comes from.

A map is six numbers (a, b, c, d, e, f): the output pixel in column x and row y is read at the column
a x + b y + c and the row d x + e y + f of the image. Turning, zooming and shearing leave the middle of the image in
its place. This is the direction in which every library resamples: from the output back to the input.
"""

import math

from keras import ops


def backward_maps(height, width, *, flip_x, flip_y, degrees, right, down, reading_scale, shear_degrees):
    """Compose flip, rotation, shift, zoom and shear, in this order, into one map per image.

    Args:
        height, width (int): of the images, in pixels.
        flip_x, flip_y (tensors or floats): -1 mirrors left and right (top and bottom), 1 does not.
        degrees (tensor or 0): rotation, counter-clockwise as one sees it.
        right, down (tensors or floats): shift in pixels.
        reading_scale (tensor or float): above 1 it reads from a wider part of the image, so that things look smaller.
        shear_degrees (tensor or 0): horizontal shear; above 0 the upper part moves to the right.

    Shapes:
        each tensor (batch,); returns a tuple of six tensors (batch,), float32, or numbers where nothing is random.

    Source:
        The same composition as keras.layers.RandomFlip, RandomRotation, RandomTranslation, RandomZoom and a
        horizontal shear, one after another, with a single resampling.
    """
    # What is off stays a plain number: fewer operations, and a smaller graph to set up for every epoch.
    cosine, sine, slope = 1.0, 0.0, 0.0
    if not _is_zero(degrees):
        radians = degrees * (math.pi / 180)
        cosine, sine = ops.cos(radians), ops.sin(radians)
    if not _is_zero(shear_degrees):
        slope = ops.tan(shear_degrees * (math.pi / 180))
    # Linear part: flip x rotation x zoom x shear. The shift is applied before the zoom, so it passes through
    # the rotation and the flip only.
    a, b = flip_x * cosine * reading_scale, flip_x * (cosine * slope - sine) * reading_scale
    d, e = flip_y * sine * reading_scale, flip_y * (sine * slope + cosine) * reading_scale
    middle_x, middle_y = _middle(width), _middle(height)
    c = middle_x - a * middle_x - b * middle_y - flip_x * (cosine * right - sine * down)
    f = middle_y - d * middle_x - e * middle_y - flip_y * (sine * right + cosine * down)
    return a, b, c, d, e, f


def _is_zero(value) -> bool:
    return isinstance(value, (int, float)) and value == 0


def _middle(length):
    if isinstance(length, int):
        return (length - 1) / 2
    return (ops.cast(length, "float32") - 1) / 2


def source_places(maps, height, width):
    """Return the column and the row at which each output pixel is read.

    Shapes:
        maps: six tensors (batch,) or numbers; returns two tensors, float32, that broadcast to (batch, height, width).
    """
    # Sums of products, not a matrix product: a GPU may round the latter to 10 bits, a quarter of a pixel at 256.
    columns = ops.cast(ops.arange(width), "float32")[None, None, :]
    rows = ops.cast(ops.arange(height), "float32")[None, :, None]
    a, b, c, d, e, f = (value if isinstance(value, float) else ops.reshape(value, (-1, 1, 1)) for value in maps)
    x = a * columns + c if _is_zero(b) else a * columns + b * rows + c
    y = e * rows + f if _is_zero(d) else d * columns + e * rows + f
    return x, y
