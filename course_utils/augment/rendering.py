"""From images and random numbers to augmented images; nothing here draws or keeps anything."""

import dataclasses

from keras import ops

from course_utils.augment import affine, drawing, sampling


@dataclasses.dataclass(frozen=True)
class Moves:
    """What moves pixels, each the largest amount to either side.

    Args:
        flip (str or None): "horizontal", "vertical", "both" or None.
        degrees, shift, zoom, shear (float): rotation, pixels, share, degrees.
        fill (str), fill_value (float): what is read beyond the border.
    """

    flip: str | None
    degrees: float
    shift: float
    zoom: float
    shear: float
    fill: str
    fill_value: float

    def any(self) -> bool:
        """Return whether anything moves."""
        return self.flip is not None or any((self.degrees, self.shift, self.zoom, self.shear))


@dataclasses.dataclass(frozen=True)
class Light:
    """What changes pixels in their place.

    Args:
        contrast, brightness, noise (float): shares, the last two of the range.
        cutout (int): side of the square, in pixels.
        cutout_value (float): what is written into it.
        low, high (float): the range of the intensities.
    """

    contrast: float
    brightness: float
    noise: float
    cutout: int
    cutout_value: float
    low: float
    high: float


def _sign(drawn):
    return ops.where(drawn < 0, -1.0, 1.0)


def _places(drawn: dict, height, width, moves: Moves):
    mirrors_x, mirrors_y = moves.flip in ("horizontal", "both"), moves.flip in ("vertical", "both")
    maps = affine.backward_maps(
        height,
        width,
        flip_x=_sign(drawn["flip_x"]) if mirrors_x else 1.0,
        flip_y=_sign(drawn["flip_y"]) if mirrors_y else 1.0,
        degrees=moves.degrees * drawn["turn"] if moves.degrees else 0.0,
        right=moves.shift * drawn["right"] if moves.shift else 0.0,
        down=moves.shift * drawn["down"] if moves.shift else 0.0,
        reading_scale=1 + moves.zoom * drawn["zoom"] if moves.zoom else 1.0,
        shear_degrees=moves.shear * drawn["shear"] if moves.shear else 0.0,
    )
    return affine.source_places(maps, height, width)


def _hidden_square(drawn: dict, height, width, side: int):
    """Return where a square around a place drawn from the whole image covers it, as (batch, height, width, 1)."""

    def covered(length, place):
        middle = (ops.cast(length, "float32") - 1) / 2 + place * ops.cast(length, "float32") / 2
        return ops.abs(ops.cast(ops.arange(length), "float32")[None, :] - middle[:, None]) < side / 2

    rows, columns = covered(height, drawn["cut_y"]), covered(width, drawn["cut_x"])
    return ops.logical_and(rows[:, :, None], columns[:, None, :])[..., None]


def render(images, draws, noise=None, *, moves: Moves, light: Light):
    """Return the images moved in one resampling, then in another light, with noise and a hidden square.

    Args:
        images (tensor): of any numeric dtype.
        draws (tensor): from `drawing.uniform`.
        noise (tensor or None): normal numbers.
        moves (Moves), light (Light): how much of everything.

    Shapes:
        images, noise: (batch, height, width, channels); draws: (batch, 11); returns that of images, float32.
    """
    height, width = ops.shape(images)[1:3]
    pixels, drawn = ops.cast(images, "float32"), drawing.columns(draws)
    if moves.any():
        places = _places(drawn, height, width, moves)
        pixels = sampling.read(pixels, *places, fill=moves.fill, fill_value=moves.fill_value)
    if light.contrast:
        mean = ops.mean(pixels, axis=(1, 2), keepdims=True)
        pixels = mean + (pixels - mean) * ops.reshape(1 + light.contrast * drawn["contrast"], (-1, 1, 1, 1))
        pixels = ops.clip(pixels, light.low, light.high)
    if light.brightness:
        change = light.brightness * (light.high - light.low) * drawn["brightness"]
        pixels = pixels + ops.reshape(change, (-1, 1, 1, 1))
        pixels = ops.clip(pixels, light.low, light.high)
    if light.noise:
        pixels = ops.clip(pixels + light.noise * (light.high - light.low) * noise, light.low, light.high)
    if light.cutout:
        hidden = _hidden_square(drawn, height, width, light.cutout)
        pixels = ops.where(hidden, ops.cast(light.cutout_value, "float32"), pixels)
    return pixels


def render_mask(masks, draws, *, moves: Moves):
    """Return masks moved as `render` moves the images, each pixel taken from one pixel: no value is mixed.

    Shapes:
        masks: (batch, height, width, channels) of any dtype, which is kept.
    """
    if not moves.any():
        return masks
    places = _places(drawing.columns(draws), *ops.shape(masks)[1:3], moves)
    return sampling.read(masks, *places, fill=moves.fill, fill_value=0, nearest_pixel=True)
