"""Which pixels of the image one number deep in a network depends on."""

import dataclasses
import fractions
import math

from course_utils import whole_numbers


@dataclasses.dataclass(frozen=True)
class Field:
    """The pixels that a layer's values see, along one side of the image.

    Value number i sees the `size` pixels that begin at `start` + i * `jump`; pixels below 0 or beyond the image are
    padding.

    Args:
        size (int): pixels that one value sees.
        jump (int): pixels from one value's field to the next one's: the product of all strides so far.
        start (int): first pixel of value number 0.

    Example:
        >>> Field().window(3).window(3, stride=2)
        Field(size=5, jump=2, start=0)
    """

    size: int | fractions.Fraction = 1
    jump: int | fractions.Fraction = 1
    start: int | fractions.Fraction = 0

    def window(self, kernel_size: int, stride: int = 1, padding_before: int = 0, dilation: int = 1) -> "Field":
        """Return the field after a layer that slides a window: the field grows by (kernel_size - 1) jumps.

        Args:
            kernel_size (int): values that the window covers.
            stride (int): values from one place to the next. Default 1.
            padding_before (int): zeros added at the beginning. Default 0.
            dilation (int): distance between the values of a window. Default 1.
        """
        kernel_size = whole_numbers.count(kernel_size, "kernel_size")
        stride, dilation = whole_numbers.count(stride, "stride"), whole_numbers.count(dilation, "dilation")
        return Field(
            _whole(self.size + (kernel_size - 1) * dilation * self.jump),
            _whole(self.jump * stride),
            _whole(self.start - padding_before * self.jump),
        )


def _whole(number):
    return int(number) if number == int(number) else number


def receptive_field(network) -> int | tuple[int, int] | None:
    """Return how many pixels of the image (one side) a single value of the last layer depends on.

    Each layer adds (kernel size - 1) * jump, where jump is the product of all strides before it.

    Args:
        network (list of (kernel_size, stride), or keras.Model): the layers from the image on; pooling layers count
            with their pool size.

    Returns:
        An integer; for a model whose fields are not square (height, width); None for a model in which every value
        depends on the whole image (after Flatten and Dense, or global pooling).

    Raises:
        TypeError, ValueError: no list of pairs and no model, or a number below 1.

    Example:
        >>> receptive_field([(3, 1), (3, 1)]), receptive_field([(3, 1), (3, 1), (3, 1)])
        (5, 7)
        >>> receptive_field([(3, 1), (2, 2), (3, 1)])
        8

    Source:
        A. Araujo, W. Norris, J. Sim, Computing receptive fields of convolutional neural networks, Distill, 2019.
    """
    if hasattr(network, "layers") and hasattr(network, "get_config"):
        from course_utils.architectures import graph

        return graph.receptive_field(network)
    return math.ceil(fields(network)[-1].size) if len(network) else 1


def fields(layers: list[tuple[int, int]]) -> list[Field]:
    """Return the field after each of several layers.

    Args:
        layers (list of (kernel_size, stride)): from the image on.

    Raises:
        TypeError, ValueError: as for `receptive_field`.

    Example:
        >>> [field.size for field in fields([(3, 1), (2, 2), (3, 1), (2, 2)])]
        [3, 4, 8, 10]
    """
    if not isinstance(layers, (list, tuple)) or not all(
        isinstance(layer, (list, tuple)) and len(layer) == 2 for layer in layers
    ):
        raise TypeError(
            f"layers is {layers!r}; give a Keras model or a list with one pair (kernel_size, stride) for each layer, "
            "such as [(3, 1), (2, 2)]."
        )
    found = []
    field = Field()
    for kernel_size, stride in layers:
        field = field.window(kernel_size, stride)
        found.append(field)
    return found
