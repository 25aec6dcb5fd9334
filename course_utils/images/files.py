"""Read an image file from disk, whatever its number of channels, as RGB."""

import os
import pathlib

import cv2
import numpy as np

from course_utils.images import scaling

# JPEG files can be decoded at a fraction of their size, which is quicker and takes less memory.
_FRACTIONS = (cv2.IMREAD_REDUCED_COLOR_8, cv2.IMREAD_REDUCED_COLOR_4, cv2.IMREAD_REDUCED_COLOR_2)
_JPEG = b"\xff\xd8\xff"


def read(path: str | os.PathLike, gray: bool = False, least_side: int | None = None) -> np.ndarray:
    """Read an image file; channels come in the order red, green, blue, turned as its camera noted it.

    Args:
        path (str or path): the file: PNG, JPEG, WebP, BMP, TIFF and what else OpenCV reads.
        gray (bool): return one channel. Default False.
        least_side (int): a JPEG may be read at a half, a quarter or an eighth of its size, as long as both of its
            sides keep this many pixels. Default: the whole size.

    Shapes:
        returns (height, width, 3), or (height, width) with gray=True; uint8.

    Returns:
        The pixels. Transparency is left out; an image of 16 bits is brought to 8.

    Raises:
        FileNotFoundError: there is no such file.
        IsADirectoryError: the path is a folder.
        ValueError: the file is empty, cut short, or no image.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = pathlib.Path(folder, "red.png")
        ...     _ = file.write_bytes(cv2.imencode(".png", np.uint8([[[0, 0, 255]]]))[1].tobytes())
        ...     read(file).tolist()
        [[[255, 0, 0]]]
    """
    path = pathlib.Path(path)
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; give the file of one image.")
    if not path.is_file():
        beside = sorted(file.name for file in path.parent.glob("*") if file.is_file())[:5]
        there = f" That folder holds: {', '.join(beside)}." if beside else ""
        raise FileNotFoundError(f"there is no file {path}; seen from {pathlib.Path.cwd()}.{there}")
    content = np.frombuffer(path.read_bytes(), np.uint8)
    if content.size == 0:
        raise ValueError(f"{path} is empty (0 bytes). Copy or download it again.")
    image = _decoded(content, least_side)
    if image is None:
        start = content[:8].tobytes()
        raise ValueError(
            f"{path} cannot be read as an image: its {content.size:,} bytes begin with {start!r}. It is damaged, cut "
            "short, far too large (above 1,000 million pixels), or of another kind (a web page saved under the name of "
            "a picture, a HEIC photograph). Open it in a viewer and save it as PNG or JPEG."
        )
    image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    return scaling.to_gray(image) if gray else image


def _decoded(content: np.ndarray, least_side: int | None) -> np.ndarray | None:
    fractions = _FRACTIONS if least_side and content[:3].tobytes() == _JPEG else ()
    try:
        for fraction in fractions:
            image = cv2.imdecode(content, fraction)
            if image is None or min(image.shape[:2]) >= least_side:
                return image
        return cv2.imdecode(content, cv2.IMREAD_COLOR)
    except cv2.error:
        return None
