"""Heatmaps, losses that leave out absent points, and the two networks for points: against slow loops."""

import keras
import numpy as np
import pytest

from course_utils import keypoints

RNG = np.random.default_rng(1)
NAN = float("nan")


def _numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


def test_hills_stand_where_the_points_are_and_add_up_to_one():
    points = np.array([[[0.30, 0.55], [0.8, 0.1]]])
    hills = _numpy(keypoints.heatmap_targets(points, 6, 10, sigma=1.3))
    assert hills.shape == (1, 6, 10, 2)
    for number, (x, y) in enumerate(points[0]):
        slow = np.zeros((6, 10))
        for row in range(6):
            for column in range(10):
                slow[row, column] = np.exp(-((column + 0.5 - 10 * x) ** 2 + (row + 0.5 - 6 * y) ** 2) / (2 * 1.3**2))
        np.testing.assert_allclose(hills[0, ..., number], slow / slow.sum(), atol=1e-6)


def test_soft_argmax_is_the_mean_place_and_the_way_back_from_a_hill():
    logits = RNG.normal(0, 2, (3, 4, 5, 2)).astype("float32")
    found = _numpy(keypoints.soft_argmax(logits))
    assert found.shape == (3, 2, 2)
    for image in range(3):
        for number in range(2):
            weights = np.exp(logits[image, ..., number])
            weights /= weights.sum()
            x = sum(weights[row, column] * (column + 0.5) / 5 for row in range(4) for column in range(5))
            y = sum(weights[row, column] * (row + 0.5) / 4 for row in range(4) for column in range(5))
            np.testing.assert_allclose(found[image, number], [x, y], atol=1e-5)
    inner = RNG.uniform(0.35, 0.65, (4, 3, 2)).astype("float32")
    hills = keypoints.heatmap_targets(inner, 24, 24, sigma=1.0)
    np.testing.assert_allclose(_numpy(keypoints.soft_argmax(keras.ops.log(hills + 1e-12))), inner, atol=1e-3)
    layer = keypoints.SoftArgmax()
    np.testing.assert_allclose(_numpy(layer(logits)), found, atol=1e-6)
    assert keras.Sequential([keras.Input((4, 5, 2)), layer]).output_shape == (None, 2, 2)


def test_the_heatmap_loss_is_the_divergence_and_leaves_out_absent_points():
    true = np.array([[[0.4, 0.5], [NAN, NAN]], [[0.2, 0.9], [0.7, 0.3]]], np.float32)
    logits = RNG.normal(0, 1, (2, 8, 6, 2)).astype("float32")
    per_image = _numpy(keypoints.HeatmapLoss(sigma=0.8, reduction=None)(true, logits))
    hills = _numpy(keypoints.heatmap_targets(np.nan_to_num(true, nan=0.5), 8, 6, 0.8))
    for image, points in ((0, [0]), (1, [0, 1])):
        expected = []
        for number in points:
            p = hills[image, ..., number].ravel().astype(float)
            q = np.exp(logits[image, ..., number].ravel().astype(float))
            q /= q.sum()
            expected.append(np.sum(p * np.log((p + 1e-12) / q)))
        assert per_image[image] == pytest.approx(np.mean(expected), abs=1e-4)
    loss = keypoints.HeatmapLoss(sigma=0.8)
    assert type(loss).from_config(loss.get_config()).sigma == 0.8


def test_the_point_loss_is_a_mean_over_the_points_that_are_there():
    true = np.array([[[1.0, 2.0], [NAN, NAN], [0.0, 0.0]], [[NAN, NAN]] * 3], np.float32)
    predicted = RNG.normal(0, 1, (2, 3, 2)).astype("float32")
    found = _numpy(keypoints.PointLoss(reduction=None)(true, predicted))
    expected = np.mean([np.sum((true[0, n] - predicted[0, n]) ** 2) for n in (0, 2)])
    np.testing.assert_allclose(found, [expected, 0.0], rtol=1e-5)


@pytest.mark.parametrize("loss", [keypoints.PointLoss(), keypoints.HeatmapLoss()])
def test_a_network_learns_from_images_of_which_points_are_absent(loss):
    keras.utils.set_random_seed(0)
    images = RNG.integers(0, 256, (8, 16, 16, 1)).astype("uint8")
    points = RNG.uniform(0.2, 0.8, (8, 3, 2)).astype("float32")
    points[::2, 1] = NAN
    make = keypoints.coordinate_network if isinstance(loss, keypoints.PointLoss) else keypoints.heatmap_network
    network = make((16, 16, 1), 3, filters=(4, 4, 8))
    network.compile("adam", loss)
    history = network.fit(images, points, epochs=8, batch_size=4, verbose=0).history["loss"]
    assert np.isfinite(history).all()
    assert history[-1] < history[0]


def test_an_untrained_coordinate_network_points_to_the_middle():
    network = keypoints.coordinate_network((24, 32, 3), 4)
    assert (network.predict(np.zeros((2, 24, 32, 3)), verbose=0) == 0.5).all()
    assert keypoints.heatmap_network((24, 32, 3), 4).output_shape == (None, 12, 16, 4)
    assert network.get_layer("smallest").output.shape == (None, 3, 4, 48)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: keypoints.coordinate_network((25, 25, 1), 5), "multiple of 8"),
        (lambda: keypoints.heatmap_network((32, 32), 5), "multiple of 8"),
        (lambda: keypoints.heatmap_network((32, 32, 1), 5, way_up=()), "one or two steps up"),
        (lambda: keypoints.heatmap_targets([[[0.5, 0.5]]], 4, 4, sigma=0), "sigma is 0"),
        (lambda: keypoints.HeatmapLoss(sigma=-1), "sigma is -1"),
    ],
)
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()
