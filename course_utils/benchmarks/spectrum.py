"""Frequency filters beside the same filter written with the complex transforms of OpenCV and NumPy."""

import cv2
import numpy as np

from course_utils import benchmarks, spectrum
from course_utils.benchmarks import timing

CUTOFF = 0.1
SIZES = {"power of two": 1024, "even": 1000, "prime": 1021}


def _opencv(image: np.ndarray, centred_gain: np.ndarray) -> np.ndarray:
    """The filter as OpenCV's own introduction to cv2.dft writes it."""
    waves = np.fft.fftshift(cv2.dft(image, flags=cv2.DFT_COMPLEX_OUTPUT), axes=(0, 1))
    filtered = cv2.idft(np.fft.ifftshift(waves * centred_gain[..., np.newaxis], axes=(0, 1)), flags=cv2.DFT_SCALE)
    return cv2.magnitude(filtered[..., 0], filtered[..., 1])


def _opencv_lean(image: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """The same without shifts and in place, from an image whose imaginary part is stored as zeros."""
    waves = cv2.dft(cv2.merge([image, np.zeros_like(image)]))
    waves *= gain[..., np.newaxis]
    return cv2.idft(waves, flags=cv2.DFT_SCALE)[..., 0]


def _textbook(image: np.ndarray, centred_gain: np.ndarray) -> np.ndarray:
    waves = np.fft.fftshift(np.fft.fft2(image))
    return np.fft.ifft2(np.fft.ifftshift(waves * centred_gain)).real


def _filtering(word: str, side: int, kind: str, rounds: int) -> benchmarks.Figure:
    image = np.random.default_rng(0).random((side, side), dtype=np.float32)
    centred_gain = spectrum.mask(image.shape, CUTOFF, kind=kind).astype(np.float32)
    gain = np.ascontiguousarray(np.fft.ifftshift(centred_gain))
    functions = {
        "ours": lambda: spectrum.low_pass(image, CUTOFF, kind=kind),
        "complex cv2.dft": lambda: _opencv(image, centred_gain),
        "complex cv2.dft, no shifts": lambda: _opencv_lean(image, gain),
        "np.fft.fft2": lambda: _textbook(image, centred_gain),
    }
    np.testing.assert_allclose(functions["ours"](), functions["complex cv2.dft"](), atol=1e-4)
    seconds = timing.interleaved(functions, rounds=rounds)
    name = f"low-pass ({kind}), {side}x{side} float32 ({word})"
    return benchmarks.at_most(0.4, name, seconds.pop("ours"), seconds, peer="complex cv2.dft")


def _convolving(side: int, kernel_size: int, rounds: int) -> benchmarks.Figure:
    import scipy.signal

    random = np.random.default_rng(1)
    image = random.random((side, side), dtype=np.float32)
    kernel = random.random((kernel_size, kernel_size), dtype=np.float32) / kernel_size**2
    functions = {
        "ours": lambda: spectrum.convolve(image, kernel),
        "cv2.filter2D": lambda: cv2.filter2D(image, cv2.CV_32F, kernel[::-1, ::-1]),
        "scipy.signal.fftconvolve": lambda: scipy.signal.fftconvolve(
            np.pad(image, kernel_size // 2, mode="reflect"), kernel, mode="valid"
        ),
    }
    np.testing.assert_allclose(functions["ours"](), functions["cv2.filter2D"](), atol=1e-4)
    seconds = timing.interleaved(functions, rounds=rounds)
    name = f"convolve by spectra {kernel_size}x{kernel_size}, {side}x{side} float32"
    return benchmarks.Figure(name, seconds.pop("ours"), seconds)


def figures(quick: bool) -> list[benchmarks.Figure]:
    """Measure low-passes at three sizes, and convolution with a large kernel; one thread each.

    Args:
        quick (bool): fewer rounds, and one kind of mask.
    """
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        measured = [_filtering(word, side, "gaussian", 3 if quick else 7) for word, side in SIZES.items()]
        if not quick:
            measured += [_filtering("power of two", 1024, kind, 7) for kind in ("ideal", "butterworth")]
        return [*measured, _convolving(1024, 31, 3 if quick else 9)]
    finally:
        cv2.setNumThreads(threads)
