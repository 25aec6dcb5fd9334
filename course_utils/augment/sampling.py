"""Read a batch of images at places between its pixels, and beyond its border."""

from keras import ops

FILLS = ("nearest", "reflect", "constant", "wrap")


def _neighbours(place, length, fill):
    """Return the two pixels around a place along one axis, and how far the place is on the way to the second."""
    size = float(length) if isinstance(length, int) else ops.cast(length, "float32")
    if fill == "wrap":
        place = ops.mod(place, size)
    elif fill == "reflect":  # d c b a | a b c d | d c b a
        place = ops.mod(place + 0.5, 2 * size)
        place = ops.minimum(place, 2 * size - place) - 0.5
    if fill != "wrap":
        place = ops.clip(place, 0.0, size - 1)
    low = ops.floor(place)
    share = place - low
    low = ops.cast(low, "int32")
    if fill == "wrap":
        low = ops.where(low >= length, low - length, low)  # rounding: mod may return the length itself
        high = ops.where(low + 1 >= length, low + 1 - length, low + 1)
    else:
        high = ops.minimum(low + 1, length - 1)
    return low, high, share


def _bordered(images, columns, rows, fill_value):
    """Put a border of one pixel around the images, so that what lies beyond it is read as that pixel."""
    border = ((0, 0), (1, 1), (1, 1), (0, 0))
    images = ops.pad(images, border, mode="constant", constant_values=fill_value)
    return images, columns + 1, rows + 1


def read(images, columns, rows, *, fill, fill_value=0.0, nearest_pixel=False):
    """Read each image at places given as float columns and rows.

    Between pixels it mixes the four around the place (bilinear); beyond the border `fill` decides:
    "nearest" repeats the edge pixel, "reflect" mirrors at the edge (d c b a | a b c d | d c b a), "wrap" goes on
    at the opposite side, "constant" reads `fill_value`.

    Args:
        images (tensor): float32, or of any dtype with nearest_pixel.
        columns, rows (tensors): float32.
        fill (str): one of FILLS.
        fill_value (float): for "constant". Default 0.
        nearest_pixel (bool): take the nearest pixel and mix nothing, as masks of class numbers need. Default False.

    Shapes:
        images (batch, height, width, channels); columns and rows (batch, new height, new width);
        returns (batch, new height, new width, channels).
    """
    if fill == "constant":
        images, columns, rows = _bordered(images, columns, rows, fill_value)
    batch, height, width, channels = ops.shape(images)
    if nearest_pixel:
        columns, rows = ops.floor(columns + 0.5), ops.floor(rows + 0.5)
    left, right, share_right = _neighbours(columns, width, fill)
    top, bottom, share_below = _neighbours(rows, height, fill)
    pixels = ops.reshape(images, (-1, channels))
    first = ops.arange(batch, dtype="int32")[:, None, None] * (height * width)
    upper, lower = first + top * width, first + bottom * width
    if nearest_pixel:
        return ops.take(pixels, upper + left, axis=0)
    share_right, share_below = share_right[..., None], share_below[..., None]
    upper_left, upper_right = ops.take(pixels, upper + left, axis=0), ops.take(pixels, upper + right, axis=0)
    lower_left, lower_right = ops.take(pixels, lower + left, axis=0), ops.take(pixels, lower + right, axis=0)
    above = upper_left + share_right * (upper_right - upper_left)
    below = lower_left + share_right * (lower_right - lower_left)
    return above + share_below * (below - above)
