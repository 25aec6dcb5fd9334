"""Nearest neighbours: which rows of features lie closest to a row."""

import numpy as np

from course_utils.features import distances

_MEASURES = {"cosine": distances.cosine_distances, "euclidean": distances.euclidean_distances}


def neighbours(
    rows: np.ndarray, queries: np.ndarray | None = None, count: int = 5, measure: str = "cosine"
) -> np.ndarray:
    """Return the places of the nearest rows, nearest first.

    Args:
        rows (array): the features to look among.
        queries (array or None): the features to find neighbours of. Default None: of each of `rows` among the others,
            so that no row is its own neighbour.
        count (int): how many neighbours. Default 5.
        measure (str): "cosine" or "euclidean". Default "cosine".

    Shapes:
        rows (num_rows, num_features); queries (num_queries, num_features); returns (num_queries, count), int64.

    Raises:
        ValueError: more neighbours than there are rows, or an unknown measure.

    Example:
        >>> neighbours(np.array([[0.0], [1.0], [5.0]]), count=1, measure="euclidean").tolist()
        [[1], [0], [1]]
    """
    if measure not in _MEASURES:
        raise ValueError(f"measure is {measure!r}; it must be 'cosine' or 'euclidean'.")
    found = _MEASURES[measure](rows if queries is None else queries, rows)
    others = len(rows) - (queries is None)
    if not 1 <= count <= others:
        raise ValueError(f"count is {count}; there are {others} rows to choose from, so give 1 to {others}.")
    if queries is None:
        np.fill_diagonal(found, np.inf)
    return np.argsort(found, axis=1, kind="stable")[:, :count]


def agreement(labels: np.ndarray, query_labels: np.ndarray, places: np.ndarray) -> float:
    """Return the share of neighbours that have the label of their query.

    Args:
        labels (array of int): of the rows that were looked among.
        query_labels (array of int): of the queries.
        places (array of int): what `neighbours` returned.

    Shapes:
        labels (num_rows,); query_labels (num_queries,); places (num_queries, count).

    Example:
        >>> agreement(np.array([7, 7, 8]), np.array([7]), np.array([[0, 2]]))
        0.5
    """
    return float(np.mean(np.asarray(labels)[places] == np.asarray(query_labels)[:, np.newaxis]))
