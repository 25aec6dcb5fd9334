"""The augmentation layer."""

import sys

import keras
from keras import ops

from course_utils import whole_numbers
from course_utils.augment import drawing, fusing, rendering, settings

MASKS = "segmentation_masks"
UNTOUCHED = ("labels", "sample_weights")


@keras.saving.register_keras_serializable(package="course_utils")
class Augment(keras.layers.Layer):
    """Change each image of a batch at random: flip, turn, move, zoom and shear it, and change its light.

    Every image gets its own random numbers. All that moves pixels is composed into one map and resampled once, so
    that nothing is blurred twice and no border of one step is moved into the image by the next. In distribution the
    layer equals the chain RandomFlip, RandomRotation, RandomTranslation, RandomZoom, RandomContrast of Keras. (For
    contrast=0.2 that is RandomContrast((0.2, 0.2)): given one number, that layer only ever raises the contrast.)

    It works in training only: `layer(images, training=True)`, in `fit` by itself. Otherwise, as in `predict`,
    `evaluate` and a plain `layer(images)`, images pass as they are. (This is as with Dropout. Keras' own
    augmentation layers are on in a plain call.)

    Use it in the stream of batches, `training.batches(..., augment=layer)` or
    `dataset.map(lambda images, labels: (layer(images, training=True), labels))`, or as the first layer of a model. A
    dictionary with "images" may also hold "segmentation_masks", which are moved along (each pixel from the nearest
    pixel, "constant" fills with 0) and keep their dtype, and "labels" and "sample_weights", which are not touched.

    Args:
        flip (str): "horizontal" mirrors half of the images left and right, "vertical" top and bottom, "both" draws
            for each of the two. Default None.
        rotation_degrees (float): the largest turn to either side, 0 to 180. Default 0.
        shift_pixels (float): the largest move to the left, right, up and down. Default 0.
        zoom (float): 0 to 0.9. An image is read from a part between 1 - zoom and 1 + zoom times as wide and high, as
            in keras.layers.RandomZoom: things become up to 1 / (1 - zoom) times as large. Default 0.
        shear_degrees (float): the largest lean to either side, 0 to 60. Default 0.
        contrast (float): 0 to 1. The distance of each pixel from the mean of its channel is multiplied by
            1 - contrast to 1 + contrast. Default 0.
        brightness (float): 0 to 1, the largest change as a share of the range. Default 0.
        noise (float): 0 to 1, standard deviation of each pixel's noise as a share of the range. Default 0.
        cutout_pixels (int): side of a square that is overwritten with `fill_value`; its middle may lie anywhere on
            the image. Default 0.
        fill (str): what is read beyond the border: "nearest" (the edge pixel), "reflect" (d c b a | a b c d |
            d c b a), "constant" (`fill_value`) or "wrap". Default "nearest".
        fill_value (float): for "constant" and cutout. Default 0.
        value_range ((float, float)): lowest and highest intensity. Contrast, brightness and noise never leave it.
            Default (0, 255).
        seed (int): of all random numbers. Default: drawn when the layer is made, so keras.utils.set_random_seed
            fixes it.

    Shapes:
        (batch, height, width, channels) or (height, width, channels), of any numeric dtype; returns the same shape in
        the layer's compute dtype (float32, or float16 under mixed precision; places are always computed in float32).

    Raises:
        ValueError: a setting out of its range, a shape that is not that of images, or a shift or a square that does
            not fit into the image.

    Example:
        >>> import numpy as np
        >>> images = np.arange(2 * 9 * 9, dtype=np.uint8).reshape(2, 9, 9, 1)
        >>> layer = Augment(rotation_degrees=20, zoom=0.1, seed=0)
        >>> np.array_equal(layer(images), images)  # as in predict: nothing happens
        True
        >>> np.array_equal(layer(images, training=True), images)
        False

    Source:
        P. Simard, D. Steinkraus and J. Platt, Best Practices for Convolutional Neural Networks, 2003 (affine maps);
        T. DeVries and G. Taylor, Improved Regularization of CNNs with Cutout, 2017.
    """

    def __init__(
        self,
        flip=None,
        rotation_degrees=0,
        shift_pixels=0,
        zoom=0,
        shear_degrees=0,
        contrast=0,
        brightness=0,
        noise=0,
        cutout_pixels=0,
        fill="nearest",
        fill_value=0,
        value_range=(0, 255),
        seed=None,
        **options,
    ):
        # Without autocast, labels given as floats would be cast to the compute dtype on their way in.
        super().__init__(**{"autocast": False, **options})
        settings.one_of(flip, "flip", settings.FLIPS)
        low, high = settings.value_range(value_range)
        self._settings = {
            "flip": flip,
            "rotation_degrees": settings.number(
                rotation_degrees, "rotation_degrees", 0, 180, "the largest turn to either side, in degrees"
            ),
            "shift_pixels": settings.number(shift_pixels, "shift_pixels", 0, None, "the largest move, in pixels"),
            "zoom": settings.number(zoom, "zoom", 0, 0.9, "a share; 0.1 makes things up to 11 % larger"),
            "shear_degrees": settings.number(
                shear_degrees, "shear_degrees", 0, 60, "the largest lean to either side, in degrees"
            ),
            "contrast": settings.number(contrast, "contrast", 0, 1, "a share; 0.2 for factors from 0.8 to 1.2"),
            "brightness": settings.number(brightness, "brightness", 0, 1, "a share of the range"),
            "noise": settings.number(noise, "noise", 0, 1, "the standard deviation, as a share of the range"),
            "cutout_pixels": whole_numbers.count(
                cutout_pixels, "cutout_pixels", 0, "the side of the square that is hidden, in pixels"
            ),
            "fill": settings.fill(fill),
            "fill_value": settings.number(fill_value, "fill_value", -1e30, 1e30, "an intensity"),
            "value_range": (low, high),
            "seed": None if seed is None else whole_numbers.count(seed, "seed", 0, "or None"),
        }
        chosen = self._settings
        self._moves = rendering.Moves(
            flip=flip,
            degrees=chosen["rotation_degrees"],
            shift=chosen["shift_pixels"],
            zoom=chosen["zoom"],
            shear=chosen["shear_degrees"],
            fill=fill,
            fill_value=chosen["fill_value"],
        )
        self._light = rendering.Light(
            contrast=chosen["contrast"],
            brightness=chosen["brightness"],
            noise=chosen["noise"],
            cutout=chosen["cutout_pixels"],
            cutout_value=chosen["fill_value"],
            low=low,
            high=high,
        )
        self.generator = keras.random.SeedGenerator(seed)
        self.built = True

    def __call__(self, data, *arguments, **keywords):
        """Run the layer; see the class. In a tf.data stream it works whatever the backend of Keras is."""
        images = data.get("images") if isinstance(data, dict) else data
        shares = [name for name in ("brightness", "noise") if self._settings[name]]
        settings.not_rescaled(images, self._settings["value_range"], shares)
        if keras.backend.backend() != "tensorflow" and _in_tensorflow_graph(images):
            return self._through_numpy(data, *arguments, **keywords)
        return super().__call__(data, *arguments, **keywords)

    def call(self, data, training=False, step=None):
        """Augment a batch, an image, or a dictionary that holds "images".

        Args:
            data (tensor or dict): see the class.
            training (bool): False lets everything pass. Default False, in `fit` True.
            step (pair of int): (epoch, batch). Given, the random numbers follow from it and from the layer's seed
                alone, whatever was drawn before: for runs that are resumed, and for parallel streams. Default:
                each call draws the next ones.
        """
        parts = dict(data) if isinstance(data, dict) else {"images": data}
        unknown = set(parts) - {"images", MASKS, *UNTOUCHED}
        if unknown or "images" not in parts:
            raise ValueError(
                f"Augment was given a dictionary with {', '.join(map(repr, data))}; it takes 'images', and with them "
                "'segmentation_masks', 'labels' and 'sample_weights'. It cannot move boxes: give masks instead."
            )
        images = ops.convert_to_tensor(parts["images"])
        self._check_shape(images.shape)
        if training:
            seed = self.generator if step is None else drawing.SeedOfStep(self.generator.state.value, step)
            images, masks = self._augmented(images, parts.get(MASKS), seed)
            if masks is not None:
                parts[MASKS] = masks
        parts["images"] = ops.cast(images, self.compute_dtype)
        return parts if isinstance(data, dict) else parts["images"]

    def _augmented(self, images, masks, seed):
        single = len(images.shape) == 3
        batch = images[None] if single else images
        draws = drawing.uniform(ops.shape(batch)[0], seed)
        noise = keras.random.normal(ops.shape(batch), dtype="float32", seed=seed) if self._light.noise else None
        changed = fusing.fused(rendering.render, moves=self._moves, light=self._light)(batch, draws, noise)
        changed = ops.reshape(changed, (-1, *ops.shape(batch)[1:]))
        if masks is not None:
            # A mask may come without an axis for its channel, and with or without one for the batch.
            given, shape = ops.convert_to_tensor(masks), ops.shape(masks)
            flat = ops.reshape(given, (*ops.shape(batch)[:3], -1))
            masks = ops.reshape(fusing.fused(rendering.render_mask, moves=self._moves)(flat, draws), shape)
        return (changed[0] if single else changed), masks

    def _check_shape(self, shape) -> None:
        settings.images_shape(shape, "Augment")
        sides = [side for side in tuple(shape)[-3:-1] if isinstance(side, int)]
        for name, reach in (("shift_pixels", self._moves.shift), ("cutout_pixels", self._light.cutout)):
            if sides and reach >= min(sides):
                raise ValueError(
                    f"{name} is {reach:g} and the images are {' x '.join(map(str, sides))} pixels: nothing would be "
                    f"left. Take a smaller number; an eighth of the side, {min(sides) // 8}, is usual."
                )

    def _through_numpy(self, data, *arguments, **keywords):
        """Run inside a tf.data stream while Keras computes with JAX or PyTorch."""
        import tensorflow as tf

        flat = tf.nest.flatten(data)

        def run(*tensors):
            given = tf.nest.pack_sequence_as(data, [tensor.numpy() for tensor in tensors])
            return [ops.convert_to_numpy(part) for part in tf.nest.flatten(self(given, *arguments, **keywords))]

        images = data["images"] if isinstance(data, dict) else data
        types = [self.compute_dtype if part is images else part.dtype for part in flat]
        results = tf.py_function(run, flat, types)
        for result, part in zip(results, flat, strict=True):
            result.set_shape(part.shape)
        return tf.nest.pack_sequence_as(data, results)

    def compute_output_shape(self, input_shape):
        """Return the shape of the input."""
        return input_shape

    def get_config(self):
        """Return the settings."""
        return {**super().get_config(), **self._settings}


def _in_tensorflow_graph(images) -> bool:
    if "tensorflow" not in sys.modules:
        return False
    import tensorflow as tf

    return tf.is_tensor(images) and not tf.executing_eagerly()
