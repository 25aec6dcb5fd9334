"""Drawn strokes: the brightest pixels of each image lie as its label says, wherever they are."""

import numpy as np
import pytest

from course_utils.datasets import drawn_strokes


def _direction(image):
    """Return the direction that the five brightest pixels lie in, from their positions alone."""
    rows, columns = np.unravel_index(np.argsort(image[..., 0], axis=None)[-5:], image.shape[:2])
    order = np.lexsort((rows, columns))
    steps = {(int(down), int(right)) for down, right in zip(np.diff(rows[order]), np.diff(columns[order]), strict=True)}
    assert len(steps) == 1
    return {(0, 1): 0, (1, 0): 1, (1, 1): 2, (-1, 1): 3}[steps.pop()]


def test_the_label_is_the_direction_and_places_differ():
    images, labels = drawn_strokes.draw(np.random.default_rng(3), 80)
    assert (images.shape, images.dtype, labels.shape) == ((80, 8, 8, 1), np.uint8, (80,))
    assert [_direction(image) for image in images] == labels.tolist()
    assert np.bincount(labels).tolist() == [20] * 4
    assert len({int(image.argmax()) for image in images}) > 20


def test_other_labels_mean_the_same_strokes():
    images, labels = drawn_strokes.draw(np.random.default_rng(3), 40)
    again, others = drawn_strokes.draw(np.random.default_rng(3), 40, (3, 2, 0, 1))
    assert np.array_equal(images, again)
    assert np.array_equal(np.array([3, 2, 0, 1])[labels], others)


def test_bad_arguments_are_refused_with_words():
    with pytest.raises(ValueError, match="images"):
        drawn_strokes.draw(np.random.default_rng(0), 0)
    with pytest.raises(ValueError, match="2 labels; give one for each of across, down"):
        drawn_strokes.draw(np.random.default_rng(0), 4, (0, 1))
