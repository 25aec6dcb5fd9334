"""Pack pixels into text that a web page shows without asking for a file."""

import base64

import cv2
import numpy as np

LOSSLESS = 101  # OpenCV's word for it: a WebP quality above 100


def data_uri(rgb: np.ndarray, limit: int, smallest_quality: int = 40) -> str:
    """Return an image as a `data:` address of at most about `limit` bytes.

    Lossless when that fits (charts, kernels), else lossy, and coarser until it fits (photographs).

    Args:
        rgb (np.ndarray): the pixels.
        limit (int): size to aim at, in bytes before base64.
        smallest_quality (int): stop there even if the limit is missed. Default 40.

    Shapes:
        rgb: (height, width, 3), uint8.

    Returns:
        A str that begins with "data:image/".

    Example:
        >>> data_uri(np.zeros((4, 4, 3), dtype=np.uint8), limit=1000).split(";")[0]
        'data:image/webp'
    """
    bgr = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2BGR)
    if not cv2.haveImageWriter("picture.webp"):
        return _uri(cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1], "png")
    if not _is_busy(bgr, limit):
        for pixels in (bgr, _with_fewer_colours(bgr)):
            encoded = _webp(pixels, LOSSLESS)
            if len(encoded) <= limit:
                return _uri(encoded, "webp")
    for quality in (92, 85, 75, 65, 55, 45, 35, 25):
        encoded = _webp(bgr, quality)
        if len(encoded) <= limit or quality <= smallest_quality:
            break
    return _uri(encoded, "webp")


def _webp(bgr: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, quality])[1]


def _with_fewer_colours(bgr: np.ndarray) -> np.ndarray:
    # 33 levels per channel: nobody sees it on the smooth edges of letters, and it packs a third better.
    return np.minimum((bgr.astype(np.uint16) + 4) // 8 * 8, 255).astype(np.uint8)


def _is_busy(bgr: np.ndarray, limit: int) -> bool:
    # Lossless packing of a photograph is slow and never fits: more than 1 pixel in 3 differs from its neighbour.
    changes = np.any(bgr[:, 1:] != bgr[:, :-1], axis=-1)
    return changes.mean() > 1 / 3 and bgr.size > 3 * limit


def _uri(encoded: np.ndarray, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(encoded).decode('ascii')}"
