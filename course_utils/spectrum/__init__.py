"""Images as sums of waves: spectra, filters that keep some frequencies, and convolution as a product.

Example:
    >>> import numpy as np
    >>> stripes = np.tile([1.0, 0.0], (4, 4))
    >>> from course_utils import spectrum
    >>> spectrum.low_pass(stripes, cutoff=0.25, kind="ideal")[0]
    array([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
"""

from course_utils.spectrum.convolution import convolve, kernel_response
from course_utils.spectrum.filters import band_pass, high_pass, hybrid, low_pass, mask
from course_utils.spectrum.fourier import (
    frequencies,
    inverse,
    magnitude,
    radial_frequency,
    radial_profile,
    transform,
)

__all__ = [
    "band_pass",
    "convolve",
    "frequencies",
    "high_pass",
    "hybrid",
    "inverse",
    "kernel_response",
    "low_pass",
    "magnitude",
    "mask",
    "radial_frequency",
    "radial_profile",
    "transform",
]
