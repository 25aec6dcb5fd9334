"""Convolution as a product of spectra, and the spectrum of a kernel."""

import numpy as np

from course_utils.spectrum import inputs

# The course's words for what lies beyond the edge, and NumPy's.
PAD_MODES = {
    "extend": "edge",
    "padding": "constant",
    "crop": None,
    "mirror": "reflect",
    "mirror_edge": "symmetric",
    "wrap": "wrap",
}
STRIP = 64


def kernel_response(kernel: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Compute what convolution with a kernel multiplies each frequency of an image by.

    The kernel is padded with zeros to the size of the image, its middle at pixel [0, 0], and transformed. Without
    the padding a 3x3 kernel would have 9 frequencies only.

    Args:
        kernel (np.ndarray): any size up to that of the image.
        shape (tuple): (height, width) of the image, in pixels; further entries are ignored.

    Shapes:
        (kernel height, kernel width) -> (height, width), complex128, frequency 0 (the sum of the kernel) in the
        middle. A kernel that is its own turn by 180 degrees has an imaginary part of 0 (up to rounding).

    Raises:
        ValueError: the kernel is larger than the shape.

    Example:
        >>> np.round(kernel_response([[0.25, 0.5, 0.25]], (1, 4)).real, 6)
        array([[0. , 0.5, 1. , 0.5]])
    """
    import scipy.fft

    kernel = inputs.real_kernel(kernel)
    height, width = inputs.plane(shape)
    if kernel.shape[0] > height or kernel.shape[1] > width:
        raise ValueError(f"kernel has the shape {kernel.shape}, larger than the shape {(height, width)} to pad it to.")
    padded = np.zeros((height, width))
    padded[: kernel.shape[0], : kernel.shape[1]] = kernel
    padded = np.roll(padded, (-(kernel.shape[0] // 2), -(kernel.shape[1] // 2)), axis=(0, 1))
    return scipy.fft.fftshift(scipy.fft.fft2(padded))


def convolve(image: np.ndarray, kernel: np.ndarray, border: str = "mirror", value: float = 0.0) -> np.ndarray:
    """Convolve by the convolution theorem: transform both, multiply, transform back.

    The time hardly depends on the size of the kernel. The kernel is flipped, as in mathematics; to correlate, as
    networks do, give kernel[::-1, ::-1].

    Args:
        image (np.ndarray): gray, or colour (each channel alone); any size.
        kernel (np.ndarray): two dimensions, any size.
        border (str): what lies beyond the edge: "extend", "padding" (with `value`), "mirror", "mirror_edge", "wrap";
            "crop" uses no pixel beyond it and returns a smaller image. Default "mirror".
        value (float): of the padding. Default 0.

    Shapes:
        (height, width) or (height, width, channels) -> the same; with "crop" each side is smaller by kernel side - 1.
        float32 for float32, float64 for all others.

    Raises:
        TypeError, ValueError: no image, no kernel, an unknown border, or a kernel too large to crop.

    Example:
        >>> np.round(convolve(np.array([[0, 0, 1, 0, 0]]), [[1, 2, 3]], border="crop"), 6)
        array([[1., 2., 3.]])

    Source:
        R. Bracewell, The Fourier Transform and Its Applications, the convolution theorem.
    """
    import scipy.fft

    image, kernel = inputs.real_image(image), inputs.real_kernel(kernel)
    if border not in PAD_MODES:
        raise ValueError(f"border is {border!r}; it must be one of {', '.join(map(repr, PAD_MODES))}.")
    kernel_height, kernel_width = kernel.shape
    if border == "crop":
        if kernel_height > image.shape[0] or kernel_width > image.shape[1]:
            raise ValueError(
                f"kernel has the shape {kernel.shape} and the image {image.shape[:2]}: with border 'crop' nothing is "
                "left. Take a smaller kernel or another border."
            )
        padded = image
    else:
        # Of an even kernel the middle is the later one of the two middle pixels; flipping puts it first.
        before = (kernel_height - 1 - kernel_height // 2, kernel_width - 1 - kernel_width // 2)
        after = (kernel_height // 2, kernel_width // 2)
        widths = [(before[0], after[0]), (before[1], after[1])] + [(0, 0)] * (image.ndim - 2)
        options = {"constant_values": value} if border == "padding" else {}
        padded = np.pad(image, widths, mode=PAD_MODES[border], **options)
    planes = np.moveaxis(padded, 2, 0) if padded.ndim == 3 else padded
    height, width = (scipy.fft.next_fast_len(side, real=True) for side in padded.shape[:2])
    # The first kernel side - 1 rows and columns wrap round; all others are whole sums.
    rows, columns = slice(kernel_height - 1, padded.shape[0]), slice(kernel_width - 1, padded.shape[1])
    image_waves = scipy.fft.rfft(planes, width, axis=-1)
    kernel_waves = scipy.fft.rfft(kernel.astype(image.dtype, copy=False), width, axis=-1)
    waves = np.empty((*planes.shape[:-2], rows.stop - rows.start, image_waves.shape[-1]), image_waves.dtype)
    # Strip by strip, so that what one step leaves in the cache the next one finds there.
    for first in range(0, waves.shape[-1], STRIP):
        strip = slice(first, first + STRIP)
        product = scipy.fft.fft(image_waves[..., strip], height, axis=-2)
        product *= scipy.fft.fft(kernel_waves[:, strip], height, axis=-2)
        waves[..., strip] = scipy.fft.ifft(product, axis=-2, overwrite_x=True)[..., rows, :]
    result = scipy.fft.irfft(waves, width, axis=-1, overwrite_x=True)[..., columns]
    return np.ascontiguousarray(np.moveaxis(result, 0, 2) if padded.ndim == 3 else result)
