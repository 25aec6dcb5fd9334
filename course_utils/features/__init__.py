"""Rows of features as points: how far apart they lie, which are neighbours, and a map of them in two directions.

Example:
    >>> import numpy as np
    >>> from course_utils import features
    >>> rows = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]])
    >>> features.neighbours(rows, count=1).ravel().tolist()
    [1, 0, 1]
"""

from course_utils.features.distances import cosine_distances, euclidean_distances, relative_change
from course_utils.features.nearest import agreement, neighbours
from course_utils.features.principal import project

__all__ = [
    "agreement",
    "cosine_distances",
    "euclidean_distances",
    "neighbours",
    "project",
    "relative_change",
]
