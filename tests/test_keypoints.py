"""Points: errors, mirrors, transforms, ridge and folds against other libraries and slow loops."""

import itertools
import math

import cv2
import numpy as np
import pytest
import scipy.spatial
from sklearn import linear_model, model_selection

from course_utils import keypoints

RNG = np.random.default_rng(0)
POINTS = RNG.uniform(0, 20, (7, 5, 2))
PAIRS = ((0, 1), (3, 4))


def test_errors_are_distances_divided_by_a_length_of_each_image():
    predicted = POINTS + RNG.normal(0, 1, POINTS.shape)
    found = keypoints.errors(POINTS, predicted, keypoints.span(POINTS, 0, 1))
    for image, point in itertools.product(range(7), range(5)):
        eyes = math.dist(POINTS[image, 0], POINTS[image, 1])
        assert found[image, point] == pytest.approx(math.dist(POINTS[image, point], predicted[image, point]) / eyes)


def test_one_shape_for_all_and_absent_points():
    points = POINTS.copy()
    points[2, 3] = np.nan
    shape = keypoints.mean_shape(points)
    rest = [points[image, 3] for image in range(7) if image != 2]
    np.testing.assert_allclose(shape[3], np.mean(rest, axis=0))
    found = keypoints.errors(points, shape, 4.0)
    assert np.isnan(found).sum() == 1
    assert np.isnan(found[2, 3])
    distances = scipy.spatial.distance.cdist(points[:, 0], shape[:1])[:, 0] / 4
    np.testing.assert_allclose(found[:, 0], distances)
    assert keypoints.pck(found, limit=float(np.nanmedian(found))) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: keypoints.errors(POINTS, POINTS[:3], 1.0), "predicted points have the shape"),
        (lambda: keypoints.errors(POINTS, POINTS * np.nan, 1.0), "a predicted point is NaN"),
        (lambda: keypoints.errors(POINTS, POINTS, 0.0), "length above 0"),
        (lambda: keypoints.errors(POINTS, POINTS, np.ones(3)), "one for each image"),
        (lambda: keypoints.errors(POINTS[..., 0], POINTS, 1.0), "x before y"),
        (lambda: keypoints.span(POINTS, 0, 9), "two different numbers from 0 to 4"),
        (lambda: keypoints.span(POINTS, 1, 1), "two different numbers"),
        (lambda: keypoints.pck(np.array([np.nan]), 0.1), "no point is present"),
        (lambda: keypoints.pck(np.ones(2), 0), "limit is 0"),
        (lambda: keypoints.mean_shape(np.full((2, 1, 2), np.nan)), "absent from all 2"),
        (lambda: keypoints.mirrored_order(5, [(0, 1), (1, 2)]), "belongs to one pair"),
        (lambda: keypoints.mirrored_order(3, [(0, 3)]), "from 0 to 2"),
        (lambda: keypoints.flip(np.zeros((2, 4, 4, 1)), POINTS, PAIRS), "for the same images"),
        (lambda: list(keypoints.folds(3, 4)), "3 folds at most"),
        (lambda: keypoints.to_shares(POINTS, 0, 5), "height is 0"),
        (lambda: keypoints.similarity(POINTS[0], POINTS[0, :2]), "the same number of each"),
        (lambda: keypoints.similarity(np.ones((2, 2)), POINTS[0, :2]), "all source points are the same"),
        (lambda: keypoints.fit_ridge(np.zeros((7, 3)), POINTS, strength=0), "strength is 0"),
        (lambda: keypoints.fit_ridge(np.zeros((6, 3)), POINTS), "one row of features for each"),
        (lambda: keypoints.errors([[[1.0, np.nan]]], [[[1.0, 1.0]]], 1.0), "one number and one NaN"),
        (lambda: keypoints.glasses("monocle"), "'round' or 'sun'"),
    ],
)
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_flip_moves_pixels_and_points_alike_and_twice_is_nothing():
    images = np.zeros((7, 21, 23, 1), np.uint8)
    points = RNG.integers(0, 20, (7, 5, 2)).astype(float)
    for image, some in zip(images, points, strict=True):
        for number, (x, y) in enumerate(some):
            image[int(y), int(x)] = number + 1
    mirrored, moved = keypoints.flip(images, points, PAIRS)
    names = [1, 0, 2, 4, 3]
    for before, image, some in zip(images, mirrored, moved, strict=True):
        for number, (x, y) in enumerate(some):
            inside = image[int(y), int(x), 0]
            if np.sum(before == names[number] + 1):  # not painted over by a later point
                assert inside >= names[number] + 1
    again, back = keypoints.flip(mirrored, moved, PAIRS)
    np.testing.assert_array_equal(again, images)
    np.testing.assert_allclose(back, points)


def test_shares_and_resizing_agree_with_how_opencv_resizes():
    image = np.zeros((16, 24), np.float32)
    image[4:6, 8:10] = 1  # a patch whose centre is (8.5, 4.5)
    large = cv2.resize(image, (72, 48), interpolation=cv2.INTER_LINEAR)
    rows, columns = np.indices(large.shape)
    centre = [(columns * large).sum() / large.sum(), (rows * large).sum() / large.sum()]
    np.testing.assert_allclose(keypoints.resize_points([[8.5, 4.5]], (16, 24), (48, 72))[0], centre, atol=1e-4)
    shares = keypoints.to_shares(POINTS, 16, 24)
    np.testing.assert_allclose(keypoints.to_pixels(shares, 16, 24), POINTS, atol=1e-5)
    images, moved = keypoints.resize(np.zeros((7, 16, 24, 3), np.uint8), POINTS, side=8)
    assert images.shape == (7, 8, 8, 3)
    np.testing.assert_allclose(moved, keypoints.resize_points(POINTS, (16, 24), (8, 8)))


def test_similarity_is_that_of_opencv_and_never_mirrors():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        source, target = rng.normal(0, 5, (2, 2)), rng.normal(0, 5, (2, 2))
        ours = keypoints.similarity(source, target)
        np.testing.assert_allclose(keypoints.apply_transform(ours, source), target, atol=1e-9)
        assert np.linalg.det(ours[:, :2]) > 0
    many = RNG.normal(0, 5, (30, 2))
    true = np.array([[1.2, -0.5, 3.0], [0.5, 1.2, -1.0]])
    target = keypoints.apply_transform(true, many)
    theirs, _ = cv2.estimateAffinePartial2D(many, target)
    np.testing.assert_allclose(keypoints.similarity(many, target), theirs, atol=1e-6)
    noisy = target + RNG.normal(0, 0.5, target.shape)
    best = keypoints.similarity(many, noisy)
    least = np.sum((keypoints.apply_transform(best, many) - noisy) ** 2)
    for change in np.eye(4):
        a, b, x, y = [best[0, 0], best[1, 0], best[0, 2], best[1, 2]] + 1e-3 * change
        other = keypoints.apply_transform([[a, -b, x], [b, a, y]], many)
        assert np.sum((other - noisy) ** 2) > least


def test_glasses_lie_where_the_eyes_are():
    drawing, lenses = keypoints.glasses("sun")
    eyes = np.array([[40.0, 60.0], [80.0, 50.0]])
    result = keypoints.overlay(np.full((100, 120, 3), 200, np.uint8), drawing, keypoints.similarity(lenses, eyes))
    for x, y in eyes.astype(int):
        assert result[y + 2, x + 3].mean() < 80, "a dark lens lies on each eye"
    assert (result[90:] == 200).all()
    clear = keypoints.overlay(result, drawing * np.uint8([1, 1, 1, 0]), np.eye(2, 3))
    np.testing.assert_array_equal(clear, result)
    with pytest.raises(ValueError, match="nothing of the sticker"):
        keypoints.overlay(result, drawing, np.zeros((2, 3)))
    with pytest.raises(TypeError, match="uint8"):
        keypoints.overlay(result / 255, drawing, np.eye(2, 3))


def test_folds_test_every_image_once():
    parts = list(keypoints.folds(23, 5, seed=3))
    assert sorted(np.concatenate([test for _, test in parts]).tolist()) == list(range(23))
    assert {len(test) for _, test in parts} == {4, 5}
    for train, test in parts:
        assert sorted([*train, *test]) == list(range(23))
    assert not np.array_equal(parts[0][1], next(iter(keypoints.folds(23, 5, seed=4)))[1])


def test_ridge_is_that_of_scikit_learn_and_knows_its_error_on_rows_left_out():
    features = RNG.normal(0, 3, (20, 40)) + 5
    points = RNG.normal(0, 1, (20, 3, 2))
    ours = keypoints.fit_ridge(features, points, strength=0.2)
    rows = (features - ours.mean) / ours.scale
    theirs = linear_model.Ridge(alpha=0.2 * 40).fit(rows, points.reshape(20, -1))
    new = RNG.normal(0, 3, (4, 40)) + 5
    expected = theirs.predict((new - ours.mean) / ours.scale).reshape(4, 3, 2)
    np.testing.assert_allclose(ours.predict(new), expected, atol=1e-8)
    one_out = model_selection.cross_val_predict(theirs, rows, points.reshape(20, -1), cv=model_selection.LeaveOneOut())
    error = np.sqrt(np.mean(np.sum((one_out.reshape(20, 3, 2) - points) ** 2, axis=-1)))
    assert ours.left_out_error == pytest.approx(error, rel=1e-6)
    several = keypoints.fit_ridge(features, points, strength=(0.01, 0.2, 30.0))
    errors = [keypoints.fit_ridge(features, points, strength).left_out_error for strength in (0.01, 0.2, 30.0)]
    assert several.left_out_error == pytest.approx(min(errors))


def test_ridge_takes_an_absent_point_for_the_mean():
    features, points = RNG.normal(0, 1, (12, 4)), RNG.normal(0, 1, (12, 2, 2))
    points[3, 1] = np.nan
    filled = points.copy()
    filled[3, 1] = np.nanmean(points[:, 1], axis=0)
    np.testing.assert_allclose(
        keypoints.fit_ridge(features, points).predict(features), keypoints.fit_ridge(features, filled).predict(features)
    )


def test_ridge_does_not_blow_up_a_feature_that_hardly_varies():
    features, points = RNG.normal(0, 1, (30, 8)), RNG.normal(0, 1, (30, 2, 2))
    features[:, 0] = 1e-6 * RNG.normal(0, 1, 30)
    fit = keypoints.fit_ridge(features, points)
    new = features[:1].copy()
    new[0, 0] = 1.0
    assert np.abs(fit.predict(new) - fit.shape).max() < 20
