"""The augmentation layer by value: against SciPy and OpenCV, and against the chain of Keras layers it replaces."""

import numpy as np
import pytest
import scipy.ndimage
import scipy.stats

augment = drawing = keras = rendering = None  # loaded when the first test runs: collecting tests stays quick
SCIPY_MODES = {"constant": "grid-constant", "nearest": "nearest", "reflect": "reflect", "wrap": "grid-wrap"}
AMOUNTS = {
    "turn": {"rotation_degrees": 33.0},
    "move": {"shift_right": 2.6, "shift_down": -1.3},
    "larger": {"scale": 1.7},
    "smaller": {"scale": 0.6},
    "lean": {"shear_degrees": 25.0},
    "mirror": {"flip": "horizontal"},
    "upside down": {"flip": "vertical"},
    "all": {
        "flip": "both", "rotation_degrees": -48.0, "shift_right": -3.2, "shift_down": 1.9, "scale": 0.8,
        "shear_degrees": -12.0,
    },
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _modules():
    global augment, drawing, keras, rendering
    import keras

    from course_utils import augment
    from course_utils.augment import drawing, rendering


def photographs(count=3, height=19, width=24, channels=3, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, channels), dtype=np.uint8)


def independent_map(
    height, width, flip=None, rotation_degrees=0, shift_right=0, shift_down=0, scale=1, shear_degrees=0
):
    """The forward map in matrices of (row, column), one for each word of the definition; inverted by NumPy."""
    mirror = np.diag([-1.0 if flip in ("vertical", "both") else 1, -1.0 if flip in ("horizontal", "both") else 1])
    turn = np.radians(rotation_degrees)
    # Counter-clockwise as one sees it: what lies to the right (0, 1) goes up (-1, 0).
    rotate = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    lean = np.array([[1, 0], [-np.tan(np.radians(shear_degrees)), 1]])  # rows above the middle go right
    linear = lean @ (scale * np.eye(2)) @ rotate @ mirror
    moved = lean @ (scale * np.eye(2)) @ np.array([shift_down, shift_right])
    inverse = np.linalg.inv(linear)
    middle = np.array([(height - 1) / 2, (width - 1) / 2])
    return inverse, middle - inverse @ (middle + moved)


@pytest.mark.parametrize("fill", SCIPY_MODES)
@pytest.mark.parametrize("amounts", AMOUNTS.values(), ids=AMOUNTS)
def test_warp_is_what_scipy_computes(amounts, fill):
    images = photographs()
    found = augment.warp(images, **amounts, fill=fill, fill_value=77)
    matrix, offset = independent_map(19, 24, **amounts)
    for image, result in zip(images, found, strict=True):
        for channel in range(3):
            expected = scipy.ndimage.affine_transform(
                image[..., channel].astype(float), matrix, offset, order=1, mode=SCIPY_MODES[fill], cval=77
            )
            np.testing.assert_allclose(result[..., channel], expected, atol=0.05)


def test_warp_is_what_opencv_computes():
    import cv2

    image = photographs(1)[0]
    matrix = cv2.getRotationMatrix2D((11.5, 9), 20, 1.25)  # counter-clockwise, about the middle, larger
    matrix[:, 2] += (2 * 1.25, -3 * 1.25)
    expected = cv2.warpAffine(image.astype(np.float32), matrix, (24, 19), flags=cv2.INTER_LINEAR)
    found = augment.warp(image, rotation_degrees=20, scale=1.25, shift_right=2, shift_down=-3)
    # Older versions of OpenCV round the place to 1/32 of a pixel.
    assert np.abs(found - expected).max() < 255 / 32 * 2
    assert np.abs(found - expected).mean() < 2


def test_warp_takes_an_amount_for_each_image_and_single_images():
    images = photographs(2)
    both = augment.warp(images, rotation_degrees=np.array([10.0, -70.0]))
    np.testing.assert_allclose(both[0], augment.warp(images[0], rotation_degrees=10), atol=1e-3)
    np.testing.assert_allclose(both[1], augment.warp(images[1], rotation_degrees=-70), atol=1e-3)
    assert both.dtype == np.float32
    np.testing.assert_array_equal(augment.warp(images), images)


@pytest.mark.parametrize("side", [(1, 1), (1, 7), (2, 3)])
@pytest.mark.parametrize("fill", SCIPY_MODES)
def test_images_of_few_pixels_survive(side, fill):
    images = photographs(2, *side)
    result = augment.warp(images, rotation_degrees=30, shift_right=5.5, scale=0.3, fill=fill)
    assert np.isfinite(result).all()
    assert result.min() >= 0
    assert result.max() <= 255


# --- the same as the chain of Keras layers -------------------------------------------------------------------------


def ramps(count, side=64):
    """Images whose two channels say in which column and row each pixel was: what is read there tells the map."""
    columns, rows = np.meshgrid(np.arange(side, dtype=np.float32), np.arange(side, dtype=np.float32))
    return np.repeat(np.stack([columns, rows], axis=-1)[np.newaxis], count, axis=0)


def maps_of(results):
    """The six numbers of each image's map, from 8x8 pixels in the middle, which every step reads from inside."""
    results = np.asarray(results)
    side = results.shape[1]
    middle = slice(side // 2 - 4, side // 2 + 4)
    columns, rows = np.meshgrid(np.arange(side), np.arange(side))
    known = np.stack([columns[middle, middle].ravel(), rows[middle, middle].ravel(), np.ones(64)], axis=1)
    seen = results[:, middle, middle].reshape(len(results), 64, 2)
    solved = np.stack([np.linalg.lstsq(known, one, rcond=None)[0] for one in seen])
    assert np.abs(known @ solved - seen).max() < 0.02  # a straight map it is
    return solved.transpose(0, 2, 1).reshape(len(results), 6)


DEGREES, SHIFT, ZOOM = 25.0, 4.0, 0.2


def keras_chain(seed):
    layers = keras.layers
    return [
        layers.RandomFlip("horizontal", seed=seed),
        layers.RandomRotation(DEGREES / 360, seed=seed + 1),
        layers.RandomTranslation(SHIFT / 64, SHIFT / 64, seed=seed + 2),
        layers.RandomZoom(ZOOM, seed=seed + 3),
    ]


def ours(seed, **options):
    return augment.Augment(
        flip="horizontal", rotation_degrees=DEGREES, shift_pixels=SHIFT, zoom=ZOOM, fill="reflect", seed=seed, **options
    )


def test_the_distribution_of_maps_is_that_of_the_keras_layers():
    images = ramps(1200)
    theirs = images
    for layer in keras_chain(10):
        theirs = layer(theirs, training=True)
    of_keras, of_ours = maps_of(theirs), maps_of(ours(0)(images, training=True))
    for index, name in enumerate("abcdef"):
        p = scipy.stats.ks_2samp(of_keras[:, index], of_ours[:, index]).pvalue
        assert p > 0.001, f"the numbers {name} of the maps come from two distributions (p = {p:.2g})"
    # How the numbers hang together: mirrored or not, the size, the angle and both shifts, recovered from each map.
    for quantity in (amount_of_zoom, amount_of_turn, amount_of_right, amount_of_down):
        theirs, mine = quantity(of_keras), quantity(of_ours)
        assert scipy.stats.ks_2samp(theirs, mine).pvalue > 0.001, quantity.__name__
    correlations = [np.corrcoef(np.stack([amount(maps) for amount in
                    (amount_of_zoom, amount_of_turn, amount_of_right, amount_of_down)]))
                    for maps in (of_keras, of_ours)]  # fmt: skip
    for matrix in correlations:
        assert np.abs(matrix - np.eye(4)).max() < 0.12  # independent of one another


def amount_of_zoom(maps):
    return np.sqrt(np.abs(maps[:, 0] * maps[:, 4] - maps[:, 1] * maps[:, 3]))


def amount_of_turn(maps):
    return np.degrees(np.arctan2(maps[:, 3], maps[:, 4]))


def _amounts_of_shift(maps):
    linear = maps[:, [0, 1, 3, 4]].reshape(-1, 2, 2)
    middle = np.array([31.5, 31.5])
    behind = maps[:, [2, 5]] - middle + linear @ middle  # - flip x rotation x shift
    unzoomed = linear / amount_of_zoom(maps)[:, np.newaxis, np.newaxis]
    return -np.linalg.solve(unzoomed, behind[..., np.newaxis])[..., 0]


def amount_of_right(maps):
    return _amounts_of_shift(maps)[:, 0]


def amount_of_down(maps):
    return _amounts_of_shift(maps)[:, 1]


def test_each_amount_is_uniform_up_to_the_limit_that_was_set():
    maps = maps_of(ours(1)(ramps(1200), training=True))
    for found, low, high in (
        (amount_of_zoom(maps), 1 - ZOOM, 1 + ZOOM),
        (amount_of_turn(maps), -DEGREES, DEGREES),
        (amount_of_right(maps), -SHIFT, SHIFT),
        (amount_of_down(maps), -SHIFT, SHIFT),
    ):
        assert scipy.stats.kstest(found, scipy.stats.uniform(low, high - low).cdf).pvalue > 0.001
        assert low - 0.01 <= found.min() < low + 0.05 * (high - low)
        assert high - 0.05 * (high - low) < found.max() <= high + 0.01
    mirrored = np.linalg.det(maps[:, [0, 1, 3, 4]].reshape(-1, 2, 2)) < 0
    assert 0.44 < mirrored.mean() < 0.56


@pytest.mark.parametrize(("flip", "expected"), [("horizontal", {(-1, 1), (1, 1)}), ("vertical", {(1, -1), (1, 1)}),
                         ("both", {(1, 1), (1, -1), (-1, 1), (-1, -1)}), (None, {(1, 1)})])  # fmt: skip
def test_flips_mirror_the_axis_that_was_named(flip, expected):
    maps = maps_of(augment.Augment(flip=flip, seed=3)(ramps(40), training=True))
    assert {(round(a), round(e)) for a, e in maps[:, [0, 4]]} == expected


def test_shear_leans_to_both_sides_and_moves_no_row():
    maps = maps_of(augment.Augment(shear_degrees=20, seed=3)(ramps(300), training=True))
    angles = np.degrees(np.arctan(maps[:, 1]))
    assert scipy.stats.kstest(angles, scipy.stats.uniform(-20, 40).cdf).pvalue > 0.001
    np.testing.assert_allclose(maps[:, [0, 3, 4]], [[1, 0, 1]] * 300, atol=1e-3)


@pytest.mark.parametrize("name", ["rotation", "translation", "zoom"])
def test_one_amount_gives_the_pixels_that_the_keras_layer_gives(name):
    """Keras layers can be held to one amount: then every pixel is equal, the border included."""
    images = photographs(2).astype(np.float32)
    layers, fill = keras.layers, "reflect"
    layer, amounts = {
        "rotation": (layers.RandomRotation((0.07, 0.07), fill_mode=fill), {"rotation_degrees": 0.07 * 360}),
        "translation": (
            layers.RandomTranslation((2.4 / 19,) * 2, (-3.7 / 24,) * 2, fill_mode=fill),
            {"shift_down": 2.4, "shift_right": -3.7},
        ),
        "zoom": (layers.RandomZoom((0.3, 0.3), fill_mode=fill), {"scale": 1 / 1.3}),
    }[name]
    expected = np.asarray(layer(images, training=True))
    np.testing.assert_allclose(augment.warp(images, **amounts, fill=fill), expected, atol=0.1)


def test_contrast_is_that_of_the_keras_layer():
    # RandomContrast(0.5) draws from 1 to 1.5 only, whatever its text says; the pair means 1 - 0.5 to 1 + 0.5.
    # From 100 to 155: no factor up to 1.5 reaches 0 or 255, where clipping would hide what happened.
    images = np.repeat(np.random.default_rng(0).integers(100, 156, (1, 8, 8, 3)), 800, axis=0).astype("float32")
    spread = images.std(axis=(1, 2))
    theirs = np.asarray(keras.layers.RandomContrast((0.5, 0.5), seed=1)(images, training=True))
    mine = np.asarray(augment.Augment(contrast=0.5, seed=1)(images, training=True))
    np.testing.assert_allclose(mine.mean(axis=(1, 2)), images.mean(axis=(1, 2)), atol=1e-2)
    factors = [(result.std(axis=(1, 2)) / spread) for result in (theirs, mine)]
    np.testing.assert_allclose(factors[1], factors[1][:, :1].repeat(3, axis=1), atol=1e-3)  # all channels alike
    assert scipy.stats.ks_2samp(factors[0][:, 0], factors[1][:, 0]).pvalue > 0.001
    assert factors[1].min() > 0.499
    assert factors[1].max() < 1.501


# --- light, noise, the hidden square -------------------------------------------------------------------------------


def test_brightness_moves_the_whole_image_by_a_share_of_the_range():
    images = np.full((900, 4, 4, 1), 128, np.uint8)
    changes = np.asarray(augment.Augment(brightness=0.2, seed=0)(images, training=True))[:, :, :, 0] - 128
    assert np.ptp(changes, axis=(1, 2)).max() < 1e-3
    assert scipy.stats.kstest(changes[:, 0, 0], scipy.stats.uniform(-51, 102).cdf).pvalue > 0.001


def test_noise_is_normal_independent_and_stays_in_the_range():
    images = np.full((60, 16, 16, 1), 128, np.uint8)
    noise = np.asarray(augment.Augment(noise=0.05, seed=0)(images, training=True)) - 128
    assert scipy.stats.kstest(noise.ravel(), scipy.stats.norm(0, 0.05 * 255).cdf).pvalue > 0.001
    assert abs(np.corrcoef(noise[:30].ravel(), noise[30:].ravel())[0, 1]) < 0.05
    bright = np.asarray(augment.Augment(noise=0.2, seed=0)(np.full((4, 9, 9, 1), 250, np.uint8), training=True))
    assert bright.max() == 255
    small = np.asarray(augment.Augment(noise=0.2, value_range=(0, 1), seed=0)(np.ones((4, 9, 9, 1)), training=True))
    assert small.max() == 1
    assert 0.05 < small.std() < 0.2


def test_cutout_hides_one_square_of_each_image_elsewhere():
    images = np.full((200, 20, 30, 2), 9, np.uint8)
    hidden = np.asarray(augment.Augment(cutout_pixels=6, fill_value=3, seed=0)(images, training=True)) == 3
    assert hidden[..., 0].sum(axis=(1, 2)).max() == 36
    assert (hidden[..., 0] == hidden[..., 1]).all()
    assert {rows.any(axis=1).sum() for rows in hidden[..., 0]} <= {3, 4, 5, 6}
    middles = np.array([np.argwhere(one[..., 0]).mean(axis=0) for one in hidden])
    assert middles[:, 0].min() < 3
    assert middles[:, 0].max() > 16
    assert middles[:, 1].max() > 26


def test_values_stay_in_the_range_of_the_input():
    layer = augment.Augment(
        flip="both", rotation_degrees=90, shift_pixels=5, zoom=0.5, contrast=1, brightness=1, noise=1, seed=0
    )
    for dtype in (np.uint8, np.int64, np.float32, np.float64):
        result = layer(photographs().astype(dtype), training=True)
        assert keras.backend.standardize_dtype(result.dtype) == "float32"
        assert 0 <= np.min(result) < np.max(result) <= 255


# --- the compiler --------------------------------------------------------------------------------------------------


def test_fused_and_plain_give_the_same():
    images, random = photographs(4), np.random.default_rng(1)
    draws = random.uniform(-1, 1, (4, len(drawing.NAMES))).astype(np.float32)
    noise = random.normal(size=images.shape).astype(np.float32)
    moves = rendering.Moves("both", 40.0, 3.0, 0.3, 15.0, "wrap", 0.0)
    light = rendering.Light(0.4, 0.2, 0.05, 4, 9.0, 0.0, 255.0)
    from course_utils.augment import fusing

    fused = fusing.fused(rendering.render, moves=moves, light=light)(images, draws, noise)
    np.testing.assert_allclose(fused, rendering.render(images, draws, noise, moves=moves, light=light), atol=0.05)
