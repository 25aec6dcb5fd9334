"""Whole capsule networks: that of the paper, one for the course, one for images of 8x8 pixels."""

import dataclasses

import keras
from keras import layers

from course_utils.capsules import length, margin_loss, masking, primary, reconstruction, routing


@dataclasses.dataclass(frozen=True)
class Size:
    """Numbers from which a capsule network is built.

    Args:
        filters, kernel_size, strides (int): of the first convolution.
        num_types, primary_dim (int): kinds of primary capsules, and their numbers.
        primary_kernel_size, primary_strides (int): of their convolution.
        dim (int): numbers of a class's capsule.
        decoder_units (tuple of int): hidden layers of the decoder.
    """

    filters: int
    kernel_size: int
    strides: int
    num_types: int
    primary_dim: int
    primary_kernel_size: int
    primary_strides: int
    dim: int
    decoder_units: tuple[int, ...]


SIZES = {
    "paper": Size(256, 9, 1, 32, 8, 9, 2, 16, (512, 1024)),
    "course": Size(64, 5, 2, 16, 8, 5, 2, 16, (256, 512)),
    "small": Size(32, 3, 1, 16, 8, 3, 2, 16, (128, 256)),
}


@dataclasses.dataclass(frozen=True)
class CapsuleNetwork:
    """Four models that share their weights.

    Args:
        encoder (keras.Model): images -> vectors (N, classes, dim).
        classifier (keras.Model): images -> lengths (N, classes).
        decoder (keras.Sequential): masked vectors (N, classes * dim) -> images with pixels from 0 to 1.
        trainer (keras.Model): [images, classes as rows of 0 and 1] -> [lengths, reconstruction of the right class].
    """

    encoder: keras.Model
    classifier: keras.Model
    decoder: keras.Sequential
    trainer: keras.Model

    def count_params(self) -> int:
        """Return the number of weights of encoder and decoder together."""
        return self.trainer.count_params()

    def compile(self, optimizer="adam", reconstruction_weight: float = reconstruction.WEIGHT_OF_SUM, **options) -> None:
        """Compile the trainer with the margin loss and the squared error of the reconstruction.

        Args:
            optimizer: as in `keras.Model.compile`. Default "adam".
            reconstruction_weight (float): of the SUM of squared errors of an image's pixels. Default 0.0005.
            **options: as in `keras.Model.compile`.
        """
        weight = reconstruction.sum_of_squares_weight(self.encoder.input_shape[1:], reconstruction_weight)
        self.trainer.compile(
            optimizer, loss=[margin_loss.MarginLoss(), "mean_squared_error"], loss_weights=[1.0, weight], **options
        )

    def fit(self, images, labels, **options) -> keras.callbacks.History:
        """Train on images and whole-number labels.

        Args:
            images (np.ndarray): uint8, or floats from 0 to 255.
            labels (np.ndarray): whole numbers.
            **options: as in `keras.Model.fit`: epochs, batch_size, callbacks.

        Shapes:
            images (N, height, width, channels), labels (N,).
        """
        rows = keras.utils.to_categorical(labels, self.classifier.output_shape[1])
        return self.trainer.fit([images, rows], [rows, images.astype("float32") / 255], **options)


def capsule_network(
    input_shape: tuple[int, int, int] = (28, 28, 1),
    num_classes: int = 10,
    size: "str | Size" = "course",
    routings: int = 3,
    form: str = "implicit",
    stop_gradient: bool = True,
) -> CapsuleNetwork:
    """Return a capsule network: convolution, primary capsules, one capsule per class, and a decoder.

    Args:
        input_shape (tuple): (height, width, channels) of the images, uint8 or floats from 0 to 255. Default
            (28, 28, 1).
        num_classes (int): Default 10.
        size (str or Size): "paper", "course", "small" (for 8x8 pixels), or numbers of your own. Default "course".
        routings, form, stop_gradient: as in `Capsules`. Defaults 3, "implicit", True.

    Returns:
        A CapsuleNetwork, not compiled.

    Raises:
        ValueError: an unknown size, or images too small for it.

    Example:
        >>> capsule_network().encoder.output_shape
        (None, 10, 16)

    Source:
        S. Sabour, N. Frosst, G. Hinton, Dynamic routing between capsules, 2017, figures 1 and 2.
    """
    if isinstance(size, str):
        if size not in SIZES:
            raise ValueError(f"size is {size!r}; it must be {', '.join(map(repr, SIZES))}, or a Size.")
        size = SIZES[size]
    images = keras.Input(input_shape, name="images")
    x = layers.Rescaling(1 / 255, name="rescaling")(images)
    x = layers.Conv2D(size.filters, size.kernel_size, size.strides, activation="relu", name="convolution")(x)
    x = primary.PrimaryCapsules(
        size.num_types, size.primary_dim, size.primary_kernel_size, size.primary_strides, name="primary"
    )(x)
    vectors = routing.Capsules(num_classes, size.dim, routings, form, stop_gradient, name="classes")(x)
    encoder = keras.Model(images, vectors, name="encoder")
    lengths = length.CapsuleLength(name="lengths")(vectors)
    classifier = keras.Model(images, lengths, name="classifier")
    draw = reconstruction.decoder(num_classes, size.dim, input_shape, size.decoder_units)
    rows = keras.Input((num_classes,), name="labels")
    reconstructed = draw(masking.MaskCapsules(name="mask")([vectors, rows]))
    trainer = keras.Model([images, rows], [lengths, reconstructed], name="trainer")
    return CapsuleNetwork(encoder, classifier, draw, trainer)
