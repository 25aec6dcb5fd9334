"""The same content in another style: photographs with other colours, or with another texture.

Example:
    >>> import numpy as np
    >>> from course_utils import restyling
    >>> restyling.recolour(np.zeros((2, 8, 8, 3), np.uint8), seed=1).shape
    (2, 8, 8, 3)
"""

import cv2
import numpy as np

# Every channel gets its own contrast and brightness; all shapes stay where they are.
GAINS, OFFSETS = (0.6, 1.4), (-30, 30)


def recolour(photographs: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return photographs whose red, green and blue are each stretched and shifted by random numbers.

    Args:
        photographs (array): RGB, uint8.
        seed (int): chooses a stretch from 0.6 to 1.4 and a shift from -30 to 30 for each photograph and channel.
            Default 0.

    Shapes:
        photographs (num_images, height, width, 3); returns the same.

    Raises:
        ValueError: not a batch of RGB photographs in uint8.

    Example:
        >>> gray = np.full((1, 2, 2, 3), 100, np.uint8)
        >>> len(set(recolour(gray)[0, 0, 0].tolist()))
        3
    """
    photographs = _checked(photographs)
    random = np.random.default_rng(seed)
    each = (len(photographs), 1, 1, 3)
    changed = photographs * random.uniform(*GAINS, each) + random.uniform(*OFFSETS, each)
    return np.clip(np.rint(changed), 0, 255).astype(np.uint8)


def retexture(photographs: np.ndarray, textures: list[np.ndarray], seed: int = 0, contrast: float = 25) -> np.ndarray:
    """Return photographs with the fine pattern of a surface printed over them.

    The photograph is blurred a little; of the surface, everything that is coarse is taken away, so that shapes and
    colours stay the photograph's.

    Args:
        photographs (array): RGB, uint8.
        textures (list of arrays): gray photographs of surfaces, at least as large as the photographs.
        seed (int): chooses a surface and a piece of it for each photograph. Default 0.
        contrast (float): standard deviation of the pattern, in gray levels. Default 25.

    Shapes:
        photographs (num_images, height, width, 3), textures each (rows, columns); returns the same as photographs.

    Raises:
        ValueError: not a batch of RGB photographs in uint8, or a surface that is no gray image or too small.

    Example:
        >>> flat = np.full((1, 16, 16, 3), 128, np.uint8)
        >>> surface = np.indices((32, 32)).sum(axis=0) % 2 * 255
        >>> printed = retexture(flat, [surface], contrast=20)
        >>> round(float(printed.mean())), round(float(printed.std()))
        (128, 20)
    """
    photographs = _checked(photographs)
    height, width = photographs.shape[1:3]
    for surface in textures:
        if np.ndim(surface) != 2 or surface.shape[0] < height or surface.shape[1] < width:
            raise ValueError(
                f"a surface has the shape {np.shape(surface)}; it must be gray and at least {height}x{width}, as large "
                "as the photographs."
            )
    random = np.random.default_rng(seed)
    changed = np.empty_like(photographs)
    for number, photograph in enumerate(photographs):
        surface = textures[random.integers(len(textures))]
        row = random.integers(surface.shape[0] - height + 1)
        column = random.integers(surface.shape[1] - width + 1)
        pattern = surface[row : row + height, column : column + width].astype(np.float64)
        pattern -= cv2.GaussianBlur(pattern, (0, 0), max(1.0, height / 16))
        pattern *= contrast / max(pattern.std(), 1.0)
        smooth = cv2.GaussianBlur(photograph.astype(np.float64), (0, 0), max(0.5, height / 64))
        changed[number] = np.clip(np.rint(smooth + pattern[:, :, np.newaxis]), 0, 255)
    return changed


def _checked(photographs: np.ndarray) -> np.ndarray:
    photographs = np.asarray(photographs)
    if photographs.ndim != 4 or photographs.shape[-1] != 3 or photographs.dtype != np.uint8:
        raise ValueError(
            f"photographs have the shape {photographs.shape} and the dtype {photographs.dtype}; give a batch "
            "(num_images, height, width, 3) of RGB in uint8. One photograph becomes a batch with "
            "photograph[np.newaxis]."
        )
    return photographs
