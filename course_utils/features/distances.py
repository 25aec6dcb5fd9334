"""How far two rows of features lie apart: by the straight line between them, or by the angle."""

import numpy as np


def check_rows(rows: np.ndarray, name: str = "rows") -> np.ndarray:
    """Return rows of features as float64, or say what is wrong with them.

    Args:
        rows (array): one row for each image.
        name (str): what an error calls them. Default "rows".

    Raises:
        ValueError: not two axes, no row, or a number that is not finite.

    Example:
        >>> check_rows([[1, 2]]).dtype
        dtype('float64')
    """
    rows = np.asarray(rows, dtype=np.float64)
    if rows.ndim != 2 or not rows.size:
        raise ValueError(
            f"{name} have the shape {rows.shape}; give one row of features for each image: images.reshape(len(images), "
            "-1) makes rows of pictures or maps."
        )
    if not np.isfinite(rows).all():
        raise ValueError(f"{name} hold {int((~np.isfinite(rows)).sum())} NaN or infinite numbers.")
    return rows


def euclidean_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the length of the straight line between each row of `first` and each row of `second`.

    Args:
        first, second (array): rows of features.

    Shapes:
        first (a, num_features), second (b, num_features); returns (a, b).

    Raises:
        ValueError: rows of different lengths, or none.

    Example:
        >>> euclidean_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 1.0]])).tolist()
        [[5.0, 1.0]]
    """
    first, second = _matching(first, second)
    # |a - b|^2 = |a|^2 - 2 ab + |b|^2 needs no array of (a, b, num_features); rounding may take it below 0.
    squares = (first**2).sum(axis=1)[:, np.newaxis] - 2 * first @ second.T + (second**2).sum(axis=1)
    return np.sqrt(np.maximum(squares, 0))


def cosine_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return 1 - the cosine of the angle between each row of `first` and each row of `second`.

    0 for rows that point the same way, however long they are; 1 for a right angle; 2 for opposite ways. A row of zeros
    points nowhere: its distance from every row is 1.

    Args:
        first, second (array): rows of features.

    Shapes:
        first (a, num_features), second (b, num_features); returns (a, b).

    Raises:
        ValueError: rows of different lengths, or none.

    Example:
        >>> cosine_distances(np.array([[2.0, 0.0]]), np.array([[5.0, 0.0], [0.0, 3.0], [-1.0, 0.0]])).tolist()
        [[0.0, 1.0, 2.0]]
    """
    first, second = (_unit(rows) for rows in _matching(first, second))
    return 1 - first @ second.T


def relative_change(originals: np.ndarray, changed: np.ndarray) -> float:
    """Return how far changed images lie from their originals, measured by how far different originals lie apart.

    0: the change is not seen at all. 1: a changed image is as far from its original as another image would be.

    Args:
        originals, changed (array): rows of features; row i of both belongs to image i.

    Shapes:
        both (num_images, num_features), at least two images.

    Raises:
        ValueError: different shapes, a single image, or originals that are all the same.

    Example:
        >>> relative_change(np.array([[0.0, 0.0], [0.0, 4.0]]), np.array([[1.0, 0.0], [1.0, 4.0]]))
        0.25
    """
    originals, changed = _matching(originals, changed)
    if originals.shape != changed.shape or len(originals) < 2:
        raise ValueError(
            f"originals have the shape {originals.shape}, changed ones {changed.shape}; give the same two or more "
            "images in both, in the same order."
        )
    moved = np.linalg.norm(originals - changed, axis=1).mean()
    apart = euclidean_distances(originals, originals)[~np.eye(len(originals), dtype=bool)].mean()
    if apart == 0:
        raise ValueError("all originals have the same features, so there is nothing to measure by.")
    return float(moved / apart)


def _matching(first, second) -> tuple[np.ndarray, np.ndarray]:
    first, second = check_rows(first, "the first rows"), check_rows(second, "the second rows")
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"the first rows have {first.shape[1]} features, the second {second.shape[1]}; take one layer."
        )
    return first, second


def _unit(rows: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)
