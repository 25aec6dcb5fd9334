"""Distances, neighbours and principal components of rows of features, each against another library or a loop."""

import numpy as np
import pytest
from scipy.spatial import distance
from sklearn import decomposition, neighbors

from course_utils import features

RANDOM = np.random.default_rng(5)
ROWS, OTHERS = RANDOM.normal(0, 3, (9, 6)), RANDOM.normal(1, 2, (4, 6))


@pytest.mark.parametrize(
    ("measure", "name"), [(features.euclidean_distances, "euclidean"), (features.cosine_distances, "cosine")]
)
def test_distances_are_those_of_scipy(measure, name):
    np.testing.assert_allclose(measure(ROWS, OTHERS), distance.cdist(ROWS, OTHERS, name), atol=1e-9)


def test_a_row_is_at_no_distance_from_itself_even_far_from_zero():
    far = ROWS + 1e6
    assert np.diag(features.euclidean_distances(far, far)).max() < 0.1
    assert np.isfinite(features.euclidean_distances(far, far)).all()


def test_cosine_heeds_the_direction_only_and_a_row_of_zeros_has_none():
    np.testing.assert_allclose(features.cosine_distances(7 * ROWS, OTHERS), features.cosine_distances(ROWS, OTHERS))
    np.testing.assert_array_equal(features.cosine_distances(np.zeros((1, 6)), OTHERS), np.ones((1, 4)))


@pytest.mark.parametrize("measure", [features.euclidean_distances, features.cosine_distances])
@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (ROWS, OTHERS[:, :5], "6 features, the second 5"),
        (ROWS[0], OTHERS, r"shape \(6,\)"),
        (ROWS[:0], OTHERS, "one row of features"),
        (ROWS, OTHERS * np.nan, "NaN"),
    ],
)
def test_distances_refuse_what_they_cannot_compare(measure, first, second, message):
    with pytest.raises(ValueError, match=message):
        measure(first, second)


def test_relative_change_is_one_when_each_image_becomes_another():
    pair = np.array([[0.0, 1.0], [2.0, 5.0]])
    assert features.relative_change(pair, pair[::-1]) == pytest.approx(1)
    assert features.relative_change(pair, pair) == 0


def test_relative_change_by_loops():
    changed = ROWS + RANDOM.normal(0, 1, ROWS.shape)
    moved = np.mean([np.linalg.norm(a - b) for a, b in zip(ROWS, changed, strict=True)])
    apart = np.mean([np.linalg.norm(ROWS[i] - ROWS[j]) for i in range(9) for j in range(9) if i != j])
    assert features.relative_change(ROWS, changed) == pytest.approx(moved / apart)
    assert features.relative_change(100 * ROWS, 100 * changed) == pytest.approx(moved / apart)


@pytest.mark.parametrize(
    ("originals", "changed", "message"),
    [(ROWS, ROWS[:3], "same two or more"), (ROWS[:1], ROWS[:1], "same two or more"), (ROWS * 0, ROWS, "all originals")],
)
def test_relative_change_refuses_what_it_cannot_measure(originals, changed, message):
    with pytest.raises(ValueError, match=message):
        features.relative_change(originals, changed)


@pytest.mark.parametrize("measure", ["euclidean", "cosine"])
@pytest.mark.parametrize("queries", [None, OTHERS])
def test_neighbours_are_those_of_scikit_learn(measure, queries):
    found = neighbors.NearestNeighbors(n_neighbors=3, metric=measure).fit(ROWS)
    # Without queries, scikit-learn leaves each row out as its own neighbour too.
    expected = found.kneighbors(queries, return_distance=False)
    np.testing.assert_array_equal(features.neighbours(ROWS, queries, 3, measure), expected)


def test_no_row_is_its_own_neighbour_even_among_equal_rows():
    found = features.neighbours(np.ones((4, 2)), count=3)
    assert all(place not in row for place, row in enumerate(found.tolist()))


@pytest.mark.parametrize("count", [0, 9])
def test_neighbours_refuse_more_than_there_are(count):
    with pytest.raises(ValueError, match="8 rows to choose from"):
        features.neighbours(ROWS, count=count)


def test_neighbours_refuse_an_unknown_measure():
    with pytest.raises(ValueError, match="'manhattan'"):
        features.neighbours(ROWS, measure="manhattan")


def test_agreement_counts_equal_labels():
    labels = np.array([0, 0, 1, 1])
    assert features.agreement(labels, labels, np.array([[1, 2], [0, 3], [3, 0], [2, 1]])) == 0.5


@pytest.mark.parametrize("shape", [(12, 5), (5, 12)])
def test_projection_is_that_of_scikit_learn_up_to_signs(shape):
    rows = RANDOM.normal(3, 1, shape) * np.arange(1, shape[1] + 1)
    places, shares = features.project(rows, 3)
    oracle = decomposition.PCA(3, svd_solver="full").fit(rows)
    np.testing.assert_allclose(np.abs(places), np.abs(oracle.transform(rows)), atol=1e-9)
    np.testing.assert_allclose(shares, oracle.explained_variance_ratio_)


def test_projection_is_centred_does_not_depend_on_where_the_rows_lie_and_has_fixed_signs():
    places, _ = features.project(ROWS)
    np.testing.assert_allclose(places.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(features.project(ROWS + 1000)[0], places, atol=1e-8)
    np.testing.assert_allclose(features.project(ROWS[::-1])[0][::-1], places, atol=1e-9)


def test_equal_rows_have_nothing_to_show():
    places, shares = features.project(np.full((3, 4), 2.0))
    assert not places.any()
    assert not shares.any()


def test_projection_refuses_more_directions_than_there_are():
    with pytest.raises(ValueError, match="count is 7"):
        features.project(ROWS, 7)
