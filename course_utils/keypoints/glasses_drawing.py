"""A pair of glasses, drawn, with the two points where the eyes belong."""

import cv2
import numpy as np

_FINE = 4  # drawn so many times larger, then shrunk: smooth edges


def glasses(kind: str = "round") -> tuple[np.ndarray, np.ndarray]:
    """Return a drawing of glasses and the centres of its two lenses.

    Args:
        kind (str): "round" or "sun". Default "round".

    Shapes:
        returns (160, 400, 4), uint8, RGB and opacity; and (2, 2): (x, y) of the lens on the left of the picture, and
        of the other one.

    Raises:
        ValueError: an unknown kind.

    Example:
        >>> drawing, lenses = glasses()
        >>> drawing.shape, lenses.tolist()
        ((160, 400, 4), [[120.0, 80.0], [280.0, 80.0]])
    """
    if kind not in ("round", "sun"):
        raise ValueError(f"kind is {kind!r}; it must be 'round' or 'sun'.")
    canvas = np.zeros((160 * _FINE, 400 * _FINE, 4), np.uint8)
    frame = (30, 20, 20, 255) if kind == "round" else (15, 15, 20, 255)
    lens = (200, 225, 255, 60) if kind == "round" else (25, 30, 45, 225)

    def place(x, y):
        return round(x * _FINE), round(y * _FINE)

    for centre, outwards in ((120, -1), (280, 1)):
        arm = np.array([place(centre + outwards * 58, 70), place(centre + outwards * 112, 58)])
        cv2.line(canvas, arm[0], arm[1], frame, 9 * _FINE, cv2.LINE_AA)
        radii = place(60, 60) if kind == "round" else place(64, 54)
        cv2.ellipse(canvas, place(centre, 80), radii, 0, 0, 360, lens, -1, cv2.LINE_AA)
        cv2.ellipse(canvas, place(centre, 80), radii, 0, 0, 360, frame, 10 * _FINE, cv2.LINE_AA)
        # A gleam, so that it looks like glass.
        cv2.ellipse(canvas, place(centre - 12, 66), place(26, 22), 0, 190, 260, (255, 255, 255, 190), 5 * _FINE,
                    cv2.LINE_AA)  # fmt: skip
    cv2.ellipse(canvas, place(200, 82), place(24, 18), 0, 190, 350, frame, 9 * _FINE, cv2.LINE_AA)
    small = cv2.resize(canvas, (400, 160), interpolation=cv2.INTER_AREA)
    return small, np.array([[120.0, 80.0], [280.0, 80.0]])
