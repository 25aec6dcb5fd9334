"""From an image to its spectrum, back, and what to read off on the way. Everything is computed in float64."""

import numpy as np

from course_utils.spectrum import inputs


def transform(image: np.ndarray) -> np.ndarray:
    """Compute the discrete Fourier transform of an image, with frequency 0 in the middle.

    Args:
        image (np.ndarray): gray, or colour (each channel alone); any size.

    Shapes:
        (height, width) or (height, width, channels) -> the same, complex128. Frequency 0, the sum of all
        pixels, is at [height // 2, width // 2].

    Raises:
        TypeError, ValueError: no image, or NaN in it.

    Example:
        >>> float(transform(np.array([[1, 2], [3, 4]]))[1, 1].real)
        10.0

    Source:
        R. Bracewell, The Fourier Transform and Its Applications; sign and scale as in numpy.fft.fft2.
    """
    import scipy.fft

    image = inputs.real_image(image).astype(np.float64, copy=False)
    return scipy.fft.fftshift(scipy.fft.fft2(image, axes=(0, 1)), axes=(0, 1))


def inverse(spectrum: np.ndarray) -> np.ndarray:
    """Turn a spectrum with frequency 0 in the middle back into an image.

    Args:
        spectrum (np.ndarray): as `transform` returns it, perhaps multiplied by a mask.

    Shapes:
        (height, width) or (height, width, channels) -> the same, float64.

    Raises:
        ValueError: the spectrum does not belong to a real image: a frequency and its opposite are not
            complex conjugates, because they were changed in different ways.

    Example:
        >>> inverse(transform(np.array([[1, 2], [3, 4]])))
        array([[1., 2.],
               [3., 4.]])
    """
    import scipy.fft

    spectrum = np.asarray(spectrum)
    if spectrum.dtype.kind not in "buifc" or spectrum.ndim not in (2, 3) or spectrum.size == 0:
        raise ValueError(
            f"spectrum is {spectrum.dtype} of shape {spectrum.shape}; it must be numbers of shape "
            "(height, width) or (height, width, channels), as spectrum.transform returns."
        )
    complex_image = scipy.fft.ifft2(scipy.fft.ifftshift(spectrum, axes=(0, 1)), axes=(0, 1))
    imaginary = np.abs(complex_image.imag).max()
    if not imaginary <= 1e-6 * max(np.abs(complex_image).max(), np.finfo(float).tiny):
        raise ValueError(
            f"the inverse is not a real image: its imaginary part reaches {imaginary:.3g}. Each frequency and "
            "its opposite must be changed alike (a mask must look the same after a turn by 180 degrees), and "
            "frequency 0 must be in the middle."
        )
    return complex_image.real


def magnitude(image: np.ndarray, log: bool = True, epsilon: float = 1.0) -> np.ndarray:
    """Measure how much of each frequency an image holds, frequency 0 in the middle.

    Args:
        image (np.ndarray): gray or colour.
        log (bool): return log(epsilon + magnitude), the form to look at: the magnitudes of a photograph differ by
            a factor of 100,000. Default True.
        epsilon (float): above 0, so that a magnitude of 0 gives a finite logarithm; with 1 it gives 0. Default 1.

    Shapes:
        (height, width) or (height, width, channels) -> the same, float64; finite.

    Raises:
        ValueError: epsilon is not above 0 while log is True.

    Example:
        >>> magnitude(np.full((1, 4), 5), log=False)
        array([[ 0.,  0., 20.,  0.]])
        >>> bool(np.isfinite(magnitude(np.full((4, 4), 5))).all())
        True
    """
    if log and not (np.isfinite(epsilon) and epsilon > 0):
        raise ValueError(f"epsilon is {epsilon}; it must be above 0, because log(0) is minus infinity.")
    strength = np.abs(transform(image))
    return np.log(epsilon + strength) if log else strength


def frequencies(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return the frequency of each row and of each column of a spectrum whose middle is frequency 0.

    Args:
        shape (tuple): (height, width) of the image, in pixels; further entries are ignored.

    Shapes:
        returns (height, 1), the vertical frequency, and (1, width), the horizontal one; float64, in cycles per
        pixel, -0.5 ... 0.5. The two broadcast to (height, width).

    Example:
        >>> vertical, horizontal = frequencies((1, 4))
        >>> horizontal
        array([[-0.5 , -0.25,  0.  ,  0.25]])
    """
    height, width = inputs.plane(shape)
    vertical, horizontal = (np.fft.fftshift(np.fft.fftfreq(side)) for side in (height, width))
    return vertical[:, np.newaxis], horizontal[np.newaxis, :]


def radial_frequency(shape: tuple[int, ...]) -> np.ndarray:
    """Return for each place of a spectrum its distance from the middle, in cycles per pixel.

    Args:
        shape (tuple): (height, width) of the image, in pixels; further entries are ignored.

    Shapes:
        returns (height, width), float64, 0 ... 0.707.

    Example:
        >>> radial_frequency((1, 4))
        array([[0.5 , 0.25, 0.  , 0.25]])
    """
    vertical, horizontal = frequencies(shape)
    return np.hypot(vertical, horizontal)


def radial_profile(image: np.ndarray, bins: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Average the magnitude of an image's spectrum over rings of equal frequency, whatever their direction.

    Args:
        image (np.ndarray): gray.
        bins (int): number of rings from 0 to 0.5 cycles per pixel, at least 2. Default: half the shorter side,
            and 1.

    Shapes:
        returns (bins,) the frequencies in cycles per pixel, and (bins,) the mean magnitudes; float64. Frequencies
        above 0.5, in the corners, are left out.

    Raises:
        ValueError: the image is in colour, or there are so many rings that one is empty.

    Example:
        >>> frequency, strength = radial_profile(np.full((8, 8), 2.0))
        >>> strength
        array([128.,   0.,   0.,   0.,   0.])
    """
    image = inputs.real_image(image)
    if image.ndim != 2:
        raise ValueError(f"image has the shape {image.shape}; a profile needs one channel: images.to_gray(image).")
    bins = max(min(image.shape) // 2 + 1, 2) if bins is None else bins
    if bins < 2:
        raise ValueError(f"bins is {bins}; a profile from 0 to 0.5 needs at least 2 rings.")
    ring = np.rint(radial_frequency(image.shape) * 2 * (bins - 1)).astype(int).ravel()
    inside = ring < bins
    counts = np.bincount(ring[inside], minlength=bins)
    if not counts.all():
        raise ValueError(
            f"bins is {bins}, but ring {int(np.argmin(counts))} of them holds no frequency of a "
            f"{image.shape[0]}x{image.shape[1]} image; take at most {min(image.shape) // 2 + 1}."
        )
    sums = np.bincount(ring[inside], weights=magnitude(image, log=False).ravel()[inside], minlength=bins)
    return np.linspace(0, 0.5, bins), sums / counts
