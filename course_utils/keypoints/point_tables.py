"""A folder of images and a CSV table of their points, as public keypoint sets come: read, checked, and written."""

import csv
import dataclasses
import math
import os
import pathlib
import re
from collections.abc import Sequence

import cv2
import numpy as np

from course_utils import images as image_files
from course_utils import whole_numbers
from course_utils.keypoints import coordinates, point_arrays

_ABSENT = ("", "nan", "NaN", "NAN", "none", "None")
# A column that says itself which of the two it is: eye_x, eye.x, x1, x_eye, x.
_AXIS = re.compile(r"(?:^|[ _.-])([xy])\d*$|^([xy])(?:[ _.\-\d]|$)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class PointTable:
    """Images of one size with their points.

    Args:
        files (tuple of str): their names, in the order of the table.
        images (array): uint8.
        points (array): in pixels of these images; NaN, NaN where a point is absent.
        names (tuple of str): of the points.
        skipped (tuple of str): which rows were not used, and why.

    Shapes:
        images (num_images, side, side, channels), points (num_images, num_points, 2).
    """

    files: tuple[str, ...]
    images: np.ndarray
    points: np.ndarray
    names: tuple[str, ...]
    skipped: tuple[str, ...]

    def __repr__(self) -> str:
        left_out = f", {len(self.skipped)} rows left out" if self.skipped else ""
        return f"{len(self.files)} images with {len(self.names)} points each{left_out}"


def write_points(path: str | os.PathLike, files: Sequence[str], points: np.ndarray, names: Sequence[str]) -> None:
    """Write a table of points: a head line, then one row for each image: file, x1, y1, x2, y2, ...

    Args:
        path (path): the CSV file; one that is there is replaced.
        files (sequence of str): names of the images.
        points (array): in pixels; NaN is written as an empty field.
        names (sequence of str): one for each point.

    Shapes:
        points (len(files), len(names), 2).

    Raises:
        ValueError: another number of files or names than of points.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "points.csv")
        ...     write_points(path, ["a.png"], np.array([[[1.5, 2.0], [np.nan, np.nan]]]), ["eye", "nose"])
        ...     path.read_text(encoding="utf-8").split()
        ['file,eye_x,eye_y,nose_x,nose_y', 'a.png,1.5,2,,']
    """
    points = point_arrays.checked(points, axes=3)
    if points.shape[:2] != (len(files), len(names)):
        raise ValueError(
            f"points have the shape {points.shape}; {len(files)} files and {len(names)} names need "
            f"({len(files)}, {len(names)}, 2)."
        )
    with pathlib.Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", *(f"{name}_{axis}" for name in names for axis in "xy")])
        for name, row in zip(files, points, strict=True):
            writer.writerow([name, *("" if math.isnan(value) else f"{value:.6g}" for value in row.ravel())])


def read_points(
    table: str | os.PathLike, folder: str | os.PathLike | None = None, side: int = 64, most: int | None = None
) -> PointTable:
    """Read a CSV table of points and the images that it names, and bring all to one size.

    The first line names the columns: file, then x and y of each point (any number of points). Every further line is
    one image. An empty field or NaN means that the point is absent. A row that cannot be used is left out and
    told in `skipped`; what is wrong with the table as a whole is an error.

    Args:
        table (path): the CSV file, comma-separated, UTF-8.
        folder (path): where the images lie. Default: beside the table.
        side (int): of the squares that come back, in pixels; images are stretched to it. Default 64.
        most (int): stop after so many images. Default none: read all.

    Returns:
        A PointTable.

    Raises:
        FileNotFoundError: there is no such table or folder.
        ValueError: the head line is missing, has a wrong number of columns or names y before x; no row can be used;
            or side or most is below 1.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "points.csv")
        ...     _ = path.write_text("file,nose_x,nose_y\\na.png,1,2\\nb.png,1,2\\n", encoding="utf-8")
        ...     _ = cv2.imwrite(str(path.with_name("a.png")), np.zeros((4, 4), np.uint8))
        ...     read = read_points(path, side=8)
        >>> read, read.points.tolist(), read.skipped
        (1 images with 1 points each, 1 rows left out, [[[2.5, 4.5]]], ('line 3: there is no file b.png',))
    """
    side = whole_numbers.count(side, "side")
    most = math.inf if most is None else whole_numbers.count(most, "most")
    table = pathlib.Path(table)
    if table.is_dir():
        raise FileNotFoundError(
            f"{table} is a folder; give the CSV file with the points, such as {table / 'points.csv'}."
        )
    if not table.is_file():
        raise FileNotFoundError(f"there is no table {table}; seen from {pathlib.Path.cwd()}.")
    folder = table.parent if folder is None else pathlib.Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(
            f"there is no folder {folder} with the images; give the folder that the names start in."
        )
    lines = _lines(table)
    names = _point_names(table, lines[0])
    files, images, points, skipped, seen = [], [], [], [], set()
    for number, row in enumerate(lines[1:], start=2):
        if len(files) == most:
            break
        if not any(field.strip() for field in row):
            continue
        try:
            if not row[0]:
                raise ValueError("its first field, the name of the file, is empty")
            if os.path.normpath(row[0]) in seen:
                raise ValueError(f"{row[0]} has a row already")
            image, found = _one_row(row, folder, names)
        except (ValueError, OSError) as error:
            skipped.append(f"line {number}: {error}")
            continue
        files.append(row[0])
        seen.add(os.path.normpath(row[0]))
        points.append(coordinates.resize_points(found, image.shape[:2], (side, side)))
        images.append(cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA))
    if not files:
        if not skipped:
            raise ValueError(f"no row of {table.name} can be used. It has a head line only: add a line for each image.")
        where = f" Files are looked for in the folder {folder}." if "there is no file" in skipped[0] else ""
        raise ValueError(f"no row of {table.name} can be used. The first one: {skipped[0].rstrip('.')}.{where}")
    return PointTable(tuple(files), np.stack(images), np.stack(points), tuple(names), tuple(skipped))


def _lines(table: pathlib.Path) -> list[list[str]]:
    try:
        text = table.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{table.name} is not UTF-8 text. Save it again as CSV UTF-8, not as a spreadsheet.") from None
    if "\0" in text:
        raise ValueError(f"{table.name} is not UTF-8 text. Save it again as CSV UTF-8, not as a spreadsheet.")
    try:
        lines = [[field.strip() for field in row] for row in csv.reader(text.splitlines())]
    except csv.Error as error:
        raise ValueError(f"{table.name} is no table: {error}. Is a quotation mark opened and not closed?") from None
    if not any(any(row) for row in lines):
        raise ValueError(f"{table.name} is empty; its first line names the columns: file, x and y of each point.")
    return lines


def _point_names(table: pathlib.Path, head: list[str]) -> list[str]:
    if len(head) == 1 and (";" in head[0] or "\t" in head[0]):
        raise ValueError(
            f"{table.name} has one column: its fields are not separated by commas. Save it with commas between the "
            "fields, and with points, not commas, in the numbers."
        )
    if len(head) > 1 and _number(head[1]) is not None:
        raise ValueError(
            f"the first line of {table.name} begins with {', '.join(head[:3])}: that is an image already. Put a line "
            "with the names of the columns before it: file,eye_x,eye_y,..."
        )
    if len(head) < 3 or len(head) % 2 == 0:
        raise ValueError(
            f"the first line of {table.name}, {_shortened(', '.join(head))!r}, names {len(head)} columns; it takes 1 "
            "for the file and 2 for each point (x before y), an odd number from 3 on: file,eye_x,eye_y,nose_x,nose_y."
        )
    names = []
    for x, y in zip(head[1::2], head[2::2], strict=True):
        if _axis(x) == "y" or _axis(y) == "x":
            raise ValueError(
                f"the first line of {table.name} has {x}, {y} where x and y of one point belong. After the file each "
                "point takes two columns, x before y, with no others between: file,eye_x,eye_y,nose_x,nose_y."
            )
        name = _shared_start(x, y).rstrip("_ .-")
        names.append(name or f"point {len(names) + 1}")
    return names if len(set(names)) == len(names) else [f"point {number + 1}" for number in range(len(names))]


def _shared_start(first: str, second: str) -> str:
    length = next((place for place, pair in enumerate(zip(first, second, strict=False)) if len(set(pair)) > 1), None)
    return first[:length]


def _axis(column: str) -> str | None:
    found = _AXIS.search(column)
    return (found[1] or found[2]).lower() if found else None


def _shortened(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[:most] + "..."


def _number(field: str) -> float | None:
    try:
        return float(field)
    except ValueError:
        return None


def _one_row(row: list[str], folder: pathlib.Path, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return an image and its points in its own pixels, or raise with what is wrong with the row."""
    wanted = 1 + 2 * len(names)
    if len(row) != wanted:
        raise ValueError(f"{len(row)} fields; the head line names {wanted}, 1 for the file and 2 for each point")
    values = []
    for field in row[1:]:
        value = math.nan if field in _ABSENT else _number(field)
        if value is None or math.isinf(value):
            raise ValueError(f"{field!r} is no number; a point that is absent has empty fields")
        values.append(value)
    points = np.array(values).reshape(-1, 2)
    for name, (x, y) in zip(names, points, strict=True):
        if math.isnan(x) != math.isnan(y):
            raise ValueError(f"{name} has x or y, not both; a point that is absent has neither")
    if np.isnan(points).all():
        raise ValueError("all its points are absent")
    path = folder / row[0]
    if not os.path.isfile(path):  # False, too, for a name that no file can have
        raise FileNotFoundError(f"there is no file {row[0]}")
    try:
        image = image_files.read(path)
    except ValueError as error:
        raise ValueError(str(error).replace(str(path), row[0])) from None
    height, width = image.shape[:2]
    outside = (points < -0.5) | (points > np.array([width, height]) - 0.5)  # NaN is never outside
    for name, (x, y), out in zip(names, points, outside.any(axis=1), strict=True):
        if out:
            raise ValueError(
                f"{name} is at ({x:g}, {y:g}), outside of an image of {width} x {height} pixels. Are x and y "
                "exchanged, or is the table for another size? (A point that is absent has empty fields.)"
            )
    return image, points
