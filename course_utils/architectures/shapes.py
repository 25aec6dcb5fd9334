"""How large the output of a layer is: sizes, padding, and the number of values after Flatten."""

from course_utils import whole_numbers

PADDINGS = ("valid", "same")


def output_size(
    input_size: int | tuple[int, int] | None,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    padding: str | int | tuple[int, int] = "valid",
) -> int | tuple[int, int] | None:
    """Return at how many places a window can stand: the size of a convolution's or a pooling layer's output.

    With W pixels, a window of F pixels, stride S and P added pixels at each end it is (W - F + 2P) / S + 1, rounded
    down. Keras's "valid" is P = 0; its "same" gives W / S, rounded up, whatever the window is.

    Args:
        input_size (int, tuple or None): pixels along one side, or (height, width); None, as Keras writes a side that
            is not known yet, gives None.
        kernel_size (int or tuple): pixels that the window covers, also the pool size of a pooling layer.
        stride (int or tuple): pixels from one place to the next. Default 1. (Keras's pooling layers use the pool size
            when no strides are given, so give it here.)
        padding (str, int or tuple): "valid" or "same" as in Keras, or the number of zeros that PyTorch adds at BOTH
            ends. Default "valid".

    Returns:
        An integer, or (height, width) when input_size is a tuple.

    Raises:
        TypeError: a size that is no whole number.
        ValueError: a size below 1, a negative or unknown padding, or a window larger than the padded input.

    Example:
        >>> output_size(130, 3), output_size(128, 3, stride=2, padding="same"), output_size(227, 11, stride=4)
        (128, 64, 55)
        >>> output_size((6, 8), 3, padding=1)
        (6, 8)

    Source:
        V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning, 2016, section 2.
    """
    if isinstance(input_size, (tuple, list)):
        size, kernel, step, around = _for_two_sides(input_size, kernel_size, stride, padding)
        return tuple(output_size(*one) for one in zip(size, kernel, step, around, strict=True))
    before, after = padding_of(input_size, kernel_size, stride, padding)
    if input_size is None:
        return None
    padded = input_size + before + after
    if kernel_size > padded:
        added = f" ({input_size} + {before} + {after} of padding)" if before + after else ""
        raise ValueError(
            f"kernel_size is {kernel_size}, but there are only {padded} pixels to put it on{added}. Take a smaller "
            "kernel, padding='same', or fewer strides and poolings before this layer."
        )
    return (padded - kernel_size) // stride + 1


def padding_of(
    input_size: int | None, kernel_size: int, stride: int = 1, padding: str | int = "valid"
) -> tuple[int, int]:
    """Return how many zeros are added (before, after): at the top and bottom, or left and right.

    This is where Keras and PyTorch part: Keras's "same" adds only what is needed and puts the odd zero at the end
    (bottom and right); a number, as in PyTorch, is added at both ends.

    Args:
        input_size (int or None): pixels along the side. None (not known yet) counts as a multiple of the stride.
        kernel_size (int): pixels that the window covers.
        stride (int): pixels from one place to the next. Default 1.
        padding (str or int): as for `output_size`. Default "valid".

    Raises:
        TypeError, ValueError: as for `output_size`.

    Example:
        >>> padding_of(6, 3, stride=2, padding="same"), padding_of(6, 3, stride=2, padding=1)
        ((0, 1), (1, 1))
    """
    kernel_size = whole_numbers.count(kernel_size, "kernel_size")
    stride = whole_numbers.count(stride, "stride")
    if isinstance(padding, str):
        if padding not in PADDINGS:
            raise ValueError(
                f"padding is {padding!r}; it must be 'valid' (none), 'same' (the output has input_size / stride "
                "places, rounded up) or the number of zeros at each end, as in PyTorch."
            )
        input_size = stride if input_size is None else whole_numbers.count(input_size, "input_size")
        if padding == "valid":
            return 0, 0
        missing = max((-(-input_size // stride) - 1) * stride + kernel_size - input_size, 0)
        return missing // 2, missing - missing // 2
    if input_size is not None:
        whole_numbers.count(input_size, "input_size")
    padding = whole_numbers.count(padding, "padding", least=0)
    return padding, padding


def same_padding(kernel_size: int) -> int:
    """Return the padding, in pixels at each end, with which a kernel of stride 1 keeps the size.

    From W - F + 2P + 1 = W follows P = (F - 1) / 2: half of the kernel hangs over, not all of it.

    Args:
        kernel_size (int): odd.

    Raises:
        TypeError, ValueError: no whole number, below 1, or even.

    Example:
        >>> same_padding(3), same_padding(7)
        (1, 3)
    """
    kernel_size = whole_numbers.count(kernel_size, "kernel_size")
    if kernel_size % 2 == 0:
        raise ValueError(
            f"kernel_size is {kernel_size}; an even kernel needs {kernel_size - 1} zeros in all, which cannot be "
            "halved. Take an odd kernel, or padding='same', which adds one zero more at the end."
        )
    return (kernel_size - 1) // 2


def flattened_size(shape: tuple[int, ...]) -> int:
    """Return how many numbers Flatten makes of one image or one stack of feature maps.

    Args:
        shape (tuple of int): (height, width, channels), or any other, without the batch.

    Raises:
        TypeError: no tuple of whole numbers.
        ValueError: a side below 1, or one that is not known (None).

    Example:
        >>> flattened_size((28, 28)), flattened_size((16, 16, 20))
        (784, 5120)
    """
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"shape is {shape!r}; it must be a tuple such as (28, 28, 1): give array.shape.")
    if any(side is None for side in shape):
        raise ValueError(
            f"shape is {tuple(shape)}, and None is a side that is not known yet: Flatten followed by Dense needs a "
            "fixed size. Give the sides, or use GlobalAveragePooling2D, which takes any size."
        )
    size = 1
    for side in shape:
        size *= whole_numbers.count(side, "a side of the shape")
    return size


def _for_two_sides(input_size, kernel_size, stride, padding):
    if len(input_size) != 2:
        raise ValueError(
            f"input_size is {tuple(input_size)!r}; it must be one side or (height, width), without batch and channels: "
            "the number of channels does not change the size."
        )
    around = (padding, padding) if isinstance(padding, str) else whole_numbers.sides(padding, "padding", least=0)
    return (
        tuple(input_size),
        whole_numbers.sides(kernel_size, "kernel_size"),
        whole_numbers.sides(stride, "stride"),
        around,
    )
