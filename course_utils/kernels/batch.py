"""Many images and many kernels at once, as a layer of a network does it; and pooling."""

import numpy as np

from course_utils.kernels import inputs

FEW_CHANNELS = 8


def correlate_batch(
    images: np.ndarray,
    kernels: np.ndarray,
    stride: int | tuple[int, int] = 1,
    padding: str | int | tuple[int, int] = "valid",
) -> np.ndarray:
    """Correlate a batch of images with a stack of kernels, each of which sums over all channels.

    The same as `keras.ops.conv(images, kernels, strides=stride, padding=padding)`.

    Args:
        images (np.ndarray): integers or floats; integers are computed and returned as floats and never saturate.
        kernels (np.ndarray): the weights of all filters.
        stride (int or tuple): pixels from one place to the next, the same or (down, right). Default 1.
        padding (str, int or tuple): "valid" none; "same" zeros so that the output has ceil(side / stride) places, the
            odd one at the bottom and right, as Keras does; a number of zeros on every side, or (rows, columns).
            Default "valid".

    Shapes:
        images (N, height, width, channels), kernels (kernel height, kernel width, channels, filters) ->
        (N, output height, output width, filters), where a side of the output is
        (side + padding - kernel side) // stride + 1.

    Returns:
        float32, or float64 for images of float64 or of 32 or 64 bit integers.

    Raises:
        TypeError: booleans, complex values or no numbers; a stride or padding that is no integer.
        ValueError: wrong shapes, an unknown padding, a stride below 1, or kernels larger than the padded images.

    Example:
        >>> images = np.arange(32.0).reshape(1, 4, 4, 2)
        >>> correlate_batch(images, np.ones((3, 3, 2, 5)), padding="same", stride=2).shape
        (1, 2, 2, 5)

    Source:
        K. Chellapilla, S. Puri, P. Simard, High performance convolutional neural networks for document
        processing, 2006.
    """
    images, kernels = inputs.numbers(images, "images"), inputs.numbers(kernels, "kernels")
    if images.ndim != 4 or kernels.ndim != 4 or images.shape[3] != kernels.shape[2]:
        raise ValueError(
            f"images has the shape {images.shape} and kernels {kernels.shape}; they must be (N, height, width, "
            "channels) and (kernel height, kernel width, channels, filters) with the same number of channels. "
            "One gray image is image[np.newaxis, :, :, np.newaxis]."
        )
    images = images.astype(inputs.float_type(images.dtype), copy=False)
    kernel_height, kernel_width, channels, filters = kernels.shape
    steps = inputs.pair(stride, "stride", 1)
    images = np.ascontiguousarray(_padded(images, (kernel_height, kernel_width), steps, padding, 0.0))
    rows, columns = _places(images.shape, (kernel_height, kernel_width), steps)
    # The pixels of a row lie side by side in memory, so a row of a window is one run of numbers. For each column the
    # runs of all rows are stacked; then a whole window is one run too, and rows that windows share are written once.
    run, height = kernel_width * channels, images.shape[1]
    view = np.lib.stride_tricks.as_strided
    # Not images.strides: NumPy gives a side of length 1, such as a new axis, any stride, even 0.
    number = images.itemsize
    of_pixel, of_row = number * channels, number * channels * images.shape[2]
    of_image = of_row * height
    runs = view(images, (len(images), columns, height, run), (of_image, of_pixel * steps[1], of_row, number))
    stacked = np.empty((columns, height, run), images.dtype)
    of_column, of_run, _ = stacked.strides
    windows = view(stacked, (rows, columns, kernel_height * run), (of_run * steps[0], of_column, number))
    weights = np.ascontiguousarray(kernels, images.dtype).reshape(-1, filters)
    output = np.empty((len(images), rows, columns, filters), images.dtype)
    for image_runs, image_output in zip(runs, output, strict=True):
        stacked[:] = image_runs
        np.matmul(windows, weights, out=image_output)
    return output


def max_pool2d(
    images: np.ndarray,
    pool_size: int | tuple[int, int] = 2,
    stride: int | tuple[int, int] | None = None,
    padding: str = "valid",
) -> np.ndarray:
    """Keep only the largest value of each window: a smaller image that says whether something was there.

    The same as `keras.ops.max_pool(images, pool_size, strides=stride, padding=padding)`. A window that holds NaN
    gives NaN.

    Args:
        images (np.ndarray): integers or floats; the type is kept.
        pool_size (int or tuple): side of the window in pixels, or (height, width). Default 2.
        stride (int or tuple): pixels from one window to the next, or (down, right). Default pool_size.
        padding (str): "valid" only whole windows; "same" also the cut ones at the border, of which only the pixels of
            the image count. Default "valid".

    Shapes:
        (N, height, width, channels), (height, width, channels) or (height, width) -> the same with the sides
        (side - pool side) // stride + 1, or ceil(side / stride) with "same".

    Raises:
        TypeError: booleans, complex values or no numbers; a size that is no integer.
        ValueError: wrong shape, a size below 1, an unknown padding, or a window larger than the image.

    Example:
        >>> max_pool2d(np.array([[1, 2, 5, 0], [3, 4, 0, 0]]))
        array([[4, 5]])
    """
    images = inputs.numbers(images, "images")
    if images.ndim not in (2, 3, 4):
        raise ValueError(
            f"images has the shape {images.shape}; it must be (N, height, width, channels), (height, width, channels) "
            "or (height, width)."
        )
    size = inputs.pair(pool_size, "pool_size", 1)
    steps = size if stride is None else inputs.pair(stride, "stride", 1)
    if padding not in ("valid", "same"):
        raise ValueError(f"padding is {padding!r}; it must be 'valid' or 'same'.")
    given = images.shape
    images = images.reshape({2: (1, *given, 1), 3: (1, *given), 4: given}[len(given)])
    lowest = -np.inf if images.dtype.kind == "f" else np.iinfo(images.dtype).min
    images = _padded(images, size, steps, padding, lowest)
    rows, columns = _places(images.shape, size, steps)
    down, right = (rows - 1) * steps[0] + 1, (columns - 1) * steps[1] + 1
    tallest = _largest([images[:, i : i + down : steps[0]] for i in range(size[0])])
    neighbours = [tallest[:, :, j : j + right : steps[1]] for j in range(size[1])]
    channels = images.shape[3]
    if channels >= FEW_CHANNELS:
        pooled = _largest(neighbours)
    else:  # NumPy's innermost loop is over the last side: too short to be quick, so take one channel after another
        pooled = np.empty((len(images), rows, columns, channels), images.dtype)
        for channel in range(channels):
            _largest([neighbour[..., channel] for neighbour in neighbours], pooled[..., channel])
    return pooled.reshape({2: pooled.shape[1:3], 3: pooled.shape[1:], 4: pooled.shape}[len(given)])


def _largest(arrays: list[np.ndarray], output: np.ndarray | None = None) -> np.ndarray:
    output = np.maximum(arrays[0], arrays[-1], out=output)
    for array in arrays[1:-1]:
        np.maximum(output, array, out=output)
    return output


def _padded(
    images: np.ndarray,
    size: tuple[int, int],
    steps: tuple[int, int],
    padding: str | int | tuple[int, int],
    value: float,
) -> np.ndarray:
    if isinstance(padding, str):
        if padding not in ("valid", "same"):
            raise ValueError(f"padding is {padding!r}; it must be 'valid', 'same' or a number of pixels.")
        missing = [0, 0]
        if padding == "same":
            missing = [
                max((-(-side // step) - 1) * step + window - side, 0)
                for side, window, step in zip(images.shape[1:3], size, steps, strict=True)
            ]
        around = [(m // 2, m - m // 2) for m in missing]
    else:
        around = [(p, p) for p in inputs.pair(padding, "padding", 0)]
    if not any(map(any, around)):
        return images
    (top, bottom), (left, right) = around
    count, height, width, channels = images.shape
    padded = np.full((count, top + height + bottom, left + width + right, channels), value, images.dtype)
    padded[:, top : top + height, left : left + width] = images
    return padded


def _places(shape: tuple[int, ...], size: tuple[int, int], steps: tuple[int, int]) -> tuple[int, int]:
    if size[0] > shape[1] or size[1] > shape[2]:
        raise ValueError(
            f"a window of {size} does not fit into images of {shape[1:3]} (height, width, padding included). "
            "Take a smaller window or padding='same'."
        )
    return (shape[1] - size[0]) // steps[0] + 1, (shape[2] - size[1]) // steps[1] + 1
