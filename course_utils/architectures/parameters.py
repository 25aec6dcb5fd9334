"""How many numbers a layer learns, as formulas."""

from course_utils import whole_numbers
from course_utils.architectures import shapes


def dense_parameters(inputs: int, units: int, use_bias: bool = True) -> int:
    """Return the parameters of a Dense layer: one weight for each pair of input and unit, one bias for each unit.

    Args:
        inputs (int): numbers that go in; for an image height * width * channels.
        units (int): numbers that come out.
        use_bias (bool): Default True.

    Raises:
        TypeError, ValueError: no whole number, or below 1.

    Example:
        >>> dense_parameters(784, 512) + dense_parameters(512, 512) + dense_parameters(512, 10)
        669706
    """
    if isinstance(inputs, (tuple, list)):
        raise TypeError(
            f"inputs is {tuple(inputs)!r}; a Dense layer has one row of inputs. Multiply the sides first: "
            "architectures.flattened_size(shape)."
        )
    return (whole_numbers.count(inputs, "inputs") + bool(use_bias)) * whole_numbers.count(units, "units")


def conv_parameters(in_channels: int, filters: int, kernel_size: int | tuple[int, int], use_bias: bool = True) -> int:
    """Return the parameters of a Conv2D: filters * (kernel height * kernel width * in_channels + 1).

    The size of the image is not among the arguments: the same weights are used at every place.

    Args:
        in_channels (int): depth of what goes in: 1 for gray, 3 for RGB, the filters of the layer before.
        filters (int): feature maps that come out.
        kernel_size (int or tuple): side, or (height, width).
        use_bias (bool): one number for each filter. Default True.

    Raises:
        TypeError, ValueError: no whole number, or below 1.

    Example:
        >>> conv_parameters(3, 10, 3), conv_parameters(10, 20, 5), conv_parameters(3, 96, 11)
        (280, 5020, 34944)
    """
    in_channels, filters = whole_numbers.count(in_channels, "in_channels"), whole_numbers.count(filters, "filters")
    height, width = whole_numbers.sides(kernel_size, "kernel_size")
    return filters * (height * width * in_channels + bool(use_bias))


def depthwise_parameters(
    in_channels: int, kernel_size: int | tuple[int, int], depth_multiplier: int = 1, use_bias: bool = True
) -> int:
    """Return the parameters of a DepthwiseConv2D: each channel has its own flat kernels, and nothing is summed.

    Args:
        in_channels (int): channels that go in.
        kernel_size (int or tuple): side, or (height, width).
        depth_multiplier (int): kernels for each channel. Default 1.
        use_bias (bool): one number for each map that comes out. Default True.

    Raises:
        TypeError, ValueError: no whole number, or below 1.

    Example:
        >>> depthwise_parameters(32, 3)
        320
    """
    maps = whole_numbers.count(in_channels, "in_channels") * whole_numbers.count(depth_multiplier, "depth_multiplier")
    height, width = whole_numbers.sides(kernel_size, "kernel_size")
    return maps * (height * width + bool(use_bias))


def locally_connected_parameters(
    input_size: int | tuple[int, int],
    in_channels: int,
    filters: int,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    padding: str | int = "valid",
    use_bias: bool = True,
) -> int:
    """Return the parameters of a locally connected layer: a Conv2D whose weights are NOT shared between places.

    Args:
        input_size (int or tuple): side of the square image, or (height, width).
        in_channels, filters, kernel_size: as for `conv_parameters`.
        stride, padding: as for `output_size`. Defaults 1 and "valid".
        use_bias (bool): one number for each filter at each place. Default True.

    Raises:
        TypeError, ValueError: no whole number, below 1, or a kernel that does not fit.

    Example:
        >>> locally_connected_parameters(4, 1, 1, 2, stride=2)
        20
    """
    size = input_size if isinstance(input_size, (tuple, list)) else (input_size, input_size)
    if any(side is None for side in size):
        raise ValueError(
            f"input_size is {input_size!r}; a locally connected layer has weights for each place, so the size must be "
            "known. Only shared weights (Conv2D) do without."
        )
    rows, columns = shapes.output_size(tuple(size), kernel_size, stride, padding)
    return rows * columns * conv_parameters(in_channels, filters, kernel_size, use_bias)
