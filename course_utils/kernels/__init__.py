"""Sliding windows over images: correlation, convolution, named kernels, batches and pooling.

Example:
    >>> import numpy as np
    >>> from course_utils import kernels
    >>> step = np.array([[0, 0, 1, 1]] * 3)
    >>> kernels.correlate2d(step, kernels.SOBEL_X)[1]
    array([0., 4., 4., 0.])
"""

from course_utils.kernels.batch import correlate_batch, max_pool2d
from course_utils.kernels.borders import BORDERS, pad
from course_utils.kernels.correlation import convolve2d, correlate2d
from course_utils.kernels.gallery import (
    BOX_3,
    EMBOSS,
    GALLERY,
    HIGH_PASS,
    IDENTITY,
    LAPLACIAN_4,
    LAPLACIAN_8,
    PREWITT_X,
    PREWITT_Y,
    SCHARR_X,
    SCHARR_Y,
    SHARPEN,
    SOBEL_X,
    SOBEL_Y,
    Entry,
    box,
    gaussian,
    motion_blur,
    separate,
)
from course_utils.kernels.loops import correlate2d_loops

__all__ = [
    "BORDERS",
    "BOX_3",
    "EMBOSS",
    "GALLERY",
    "HIGH_PASS",
    "IDENTITY",
    "LAPLACIAN_4",
    "LAPLACIAN_8",
    "PREWITT_X",
    "PREWITT_Y",
    "SCHARR_X",
    "SCHARR_Y",
    "SHARPEN",
    "SOBEL_X",
    "SOBEL_Y",
    "Entry",
    "box",
    "convolve2d",
    "correlate2d",
    "correlate2d_loops",
    "correlate_batch",
    "gaussian",
    "max_pool2d",
    "motion_blur",
    "pad",
    "separate",
]
