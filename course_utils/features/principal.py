"""Principal components: the directions in which rows of features differ most."""

import numpy as np

from course_utils.features import distances


def project(rows: np.ndarray, count: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Return where each row lies along the directions in which the rows differ most, and how much each one shows.

    A direction has no natural sign; it is chosen so that its largest number is positive, so that the same rows give
    the same map everywhere.

    Args:
        rows (array): features, one row for each image.
        count (int): how many directions. Default 2.

    Shapes:
        rows (num_images, num_features); returns (num_images, count) and (count,), both float64.

    Returns:
        The places, and for each direction its share of the variance of the rows, from 0 to 1.

    Raises:
        ValueError: more directions than there are images or features.

    Example:
        >>> places, shares = project(np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]]), count=1)
        >>> places.ravel().tolist(), shares.tolist()
        ([-2.0, -1.0, 3.0], [1.0])

    Source:
        K. Pearson, On lines and planes of closest fit to systems of points in space, 1901,
        doi:10.1080/14786440109462720.
    """
    rows = distances.check_rows(rows)
    if not 1 <= count <= min(rows.shape):
        raise ValueError(f"count is {count}; {rows.shape[0]} rows of {rows.shape[1]} have 1 to {min(rows.shape)}.")
    centred = rows - rows.mean(axis=0)
    _, strengths, directions = np.linalg.svd(centred, full_matrices=False)
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, np.newaxis], axis=1)
    directions = directions * np.where(largest < 0, -1, 1)
    total = (strengths**2).sum()
    shares = strengths[:count] ** 2 / total if total > 0 else np.zeros(count)
    return centred @ directions[:count].T, shares
