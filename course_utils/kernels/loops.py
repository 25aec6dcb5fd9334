"""The sliding window in plain loops: slow, short, and the measure of everything faster."""

import numpy as np

from course_utils.kernels import borders, inputs


def correlate2d_loops(image: np.ndarray, kernel: np.ndarray, border: str = "mirror", value: float = 0.0) -> np.ndarray:
    """Slide a kernel over a gray image: at each place multiply, sum up, write down.

    Does what `correlate2d` does, thousands of times slower. Read it, do not use it on photographs.

    Args:
        image (np.ndarray): a gray image of integers or floats.
        kernel (np.ndarray): the weights.
        border (str): what stands beyond the border, see `pad`. Default "mirror".
        value (float): of the padding. Default 0.

    Shapes:
        image (height, width), kernel (kernel height, kernel width) -> (height, width), or with "crop"
        (height - kernel height + 1, width - kernel width + 1).

    Returns:
        float32, or float64 for an image of float64 or of 32 or 64 bit integers.

    Raises:
        TypeError, ValueError: no gray image, no kernel, no such border, or a kernel larger than the image to crop.

    Example:
        >>> correlate2d_loops(np.array([[1, 2, 3], [4, 5, 6]]), np.array([[1, 10]]), border="crop")
        array([[21., 32.],
               [54., 65.]])
    """
    image, kernel = inputs.image_and_kernel(image, kernel)
    if image.ndim != 2:
        raise ValueError(f"image has the shape {image.shape}; the loops take a gray one: (height, width).")
    padded = borders.pad(image.astype(kernel.dtype), kernel.shape, border, value)
    kernel_height, kernel_width = kernel.shape
    output_height, output_width = padded.shape[0] - kernel_height + 1, padded.shape[1] - kernel_width + 1
    output = np.zeros((output_height, output_width), kernel.dtype)
    for row in range(output_height):
        for column in range(output_width):
            total = 0.0
            for i in range(kernel_height):
                for j in range(kernel_width):
                    total += padded[row + i, column + j] * kernel[i, j]
            output[row, column] = total
    return output
