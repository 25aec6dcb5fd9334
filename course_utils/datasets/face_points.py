"""Five points of 100 real faces, marked by eye, and how far apart two marks of the same point are."""

import csv
import dataclasses
import io

import cv2
import numpy as np

from course_utils import whole_numbers
from course_utils.datasets import manifest_files

SIDE = 25
POINTS = ("left eye", "right eye", "nose", "left mouth corner", "right mouth corner")  # left and right of the picture
SWAP_PAIRS = ((0, 1), (3, 4))  # POINTS that change their names when a picture is mirrored
MARKED_BY = "the authors of this course, by eye on enlarged pictures, on 26 November 2026"
_COLUMNS = [f"{point.replace(' ', '_')}_{axis}" for point in POINTS for axis in "xy"]


@dataclasses.dataclass(frozen=True)
class FacePoints:
    """Faces with their marked points.

    Args:
        images (array): gray, uint8, in the order of scikit-image's file.
        points (array): where POINTS are, x and y in pixels of these images, float32; (0, 0) is the middle of the
            first pixel. NaN where a point is hidden: one eye in deep shadow, two behind dark glasses.
        unsure (array of bool): which of the marks are only roughly right, by the markers' own word: under a
            moustache, in shadow, behind a reflection.

    Shapes:
        images (100, side, side, 1); points (100, 5, 2); unsure (100, 5).
    """

    images: np.ndarray
    points: np.ndarray
    unsure: np.ndarray

    @property
    def complete(self) -> np.ndarray:
        """Which faces have all five points: (100,), bool."""
        return ~np.isnan(self.points).any(axis=(1, 2))

    def __repr__(self) -> str:
        count, height, width = self.images.shape[:3]
        return f"{count} faces of {height}x{width} pixels, {self.complete.sum()} of them with all {len(POINTS)} points"


@dataclasses.dataclass(frozen=True)
class RepeatedMarks:
    """Two marks of the same points by the same markers, who made the second without a look at the first.

    What lies between the two is the error of the data themselves: no network's error can be known more finely.

    Args:
        faces (array of int): which faces were marked twice.
        shifts (array): the second mark minus the first, x and y, in pixels of the 25x25 pictures; NaN where a point
            was not seen.
        spans (array): from eye to eye in the first marks, pixels; NaN where an eye was not seen.

    Shapes:
        faces and spans (num_faces,); shifts (num_faces, 5, 2).
    """

    faces: np.ndarray
    shifts: np.ndarray
    spans: np.ndarray

    @property
    def distances(self) -> np.ndarray:
        """From first to second mark, pixels: (num_faces, 5)."""
        return np.linalg.norm(self.shifts, axis=-1)

    @property
    def shares(self) -> np.ndarray:
        """The distances as shares of the span from eye to eye: (num_faces, 5)."""
        return self.distances / self.spans[:, np.newaxis]

    def __repr__(self) -> str:
        pixels, share = np.nanmean(self.distances), np.nanmean(self.shares)
        return f"{len(self.faces)} faces marked twice, {pixels:.2f} pixels apart: {share:.1%} of the span of the eyes"


def face_points(side: int = SIDE) -> FacePoints:
    """Return 100 real faces with five points each, marked by eye.

    The people behind the 100 pictures are not named; a person may be there more than once.

    Args:
        side (int): of the square pictures, pixels; 25 as they are, or more: enlarged with `cv2.INTER_LINEAR`, the
            points with them. Default 25.

    Returns:
        FacePoints, in the order of the file, so that face 7 is face 7 everywhere.

    Raises:
        ValueError: side is below 25, which would throw away what little there is; or a file is damaged.
        TypeError: side is no whole number.

    Example:
        >>> faces = face_points(side=50)
        >>> faces
        100 faces of 50x50 pixels, 98 of them with all 5 points
        >>> faces.images.shape, faces.points.shape
        ((100, 50, 50, 1), (100, 5, 2))

    Source:
        G. Huang and others, Labeled Faces in the Wild, 2007; the part that comes with scikit-image. The points are
        our own: data/faces/NOTICE.md tells how they were marked.
    """
    small = np.load(io.BytesIO(manifest_files.read("faces")), allow_pickle=False)[:100]  # the faces come first
    _, points, unsure = _table("face_points")
    images, points = enlarge(small, points, side)
    return FacePoints(np.round(np.clip(images, 0, 1) * 255).astype(np.uint8)[..., np.newaxis], points, unsure)


def enlarge(images: np.ndarray, points: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return square pictures at another size, with their points.

    A picture that is n pixels wide reaches from -0.5 to n - 0.5, as for `cv2.resize`; so a point at x goes to
    (x + 0.5) * side / n - 0.5, and not to x * side / n.

    Args:
        images (array): gray, of one size.
        points (array): x and y in their pixels.
        side (int): the new one, not below the old.

    Shapes:
        images (n, old, old), returned (n, side, side); points (..., 2), the same.

    Returns:
        The images in their own dtype and the points as float32.

    Raises:
        ValueError: the pictures are not square, or side is below theirs.
        TypeError: side is no whole number.

    Example:
        >>> images, points = enlarge(np.ones((1, 25, 25)), np.array([[[0.0, 12.0]]]), 50)
        >>> points.tolist()
        [[[0.5, 24.5]]]
    """
    side = whole_numbers.count(side, "side")
    height, width = images.shape[1:3]
    if height != width:
        raise ValueError(f"the pictures are {height}x{width} pixels; they must be square.")
    if side < width:
        raise ValueError(f"side is {side}; it must be {width} or more, the side of the pictures as they are.")
    if side > width:
        images = np.stack([cv2.resize(one, (side, side), interpolation=cv2.INTER_LINEAR) for one in images])
    return images, ((np.asarray(points) + 0.5) * side / width - 0.5).astype(np.float32)


def repeated_marks() -> RepeatedMarks:
    """Return how far apart two marks of the same point are: the error of the data themselves.

    48 faces, drawn by chance, were marked again: in another order, at another size, half of them mirrored, with
    numbers along the edges that began somewhere else, and without a look at the first marks. Another marker, who may
    think otherwise about where a nose ends, is likely to be farther off than that.

    Raises:
        ValueError: a file is damaged.

    Example:
        >>> again = repeated_marks()
        >>> again
        48 faces marked twice, 0.35 pixels apart: 4.1% of the span of the eyes
        >>> np.nanmean(again.distances, axis=0).round(1).tolist()
        [0.3, 0.3, 0.4, 0.4, 0.4]
    """
    _, first, _ = _table("face_points")
    faces, second, _ = _table("face_points_again")
    spans = np.linalg.norm(first[faces, 1] - first[faces, 0], axis=-1)
    return RepeatedMarks(faces, second - first[faces], spans)


def _table(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the faces' numbers, their points in pixels of the small pictures, and which marks are unsure."""
    rows = list(csv.DictReader(io.StringIO(manifest_files.read(name).decode("utf-8"))))
    values = [[float(row[column] or "nan") for column in _COLUMNS] for row in rows]
    unsure = [[point in (row.get("unsure") or "").split("; ") for point in POINTS] for row in rows]
    numbers = np.array([int(row["face"]) for row in rows])
    return numbers, np.array(values).reshape(len(rows), len(POINTS), 2), np.array(unsure)
