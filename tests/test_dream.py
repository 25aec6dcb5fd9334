"""Pictures made by a network: each part against hand-computed numbers, NumPy, Pillow or a slow loop."""

import backends
import cv2
import keras
import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from course_utils import dream, images, training
from course_utils.dream import ascent, colour, parametrisations, regularisers, transformations


@pytest.fixture(scope="module")
def network():
    """A network with random weights: 5x5 maps of 6 channels, three logits."""
    training.seed(0)
    inputs = keras.Input((None, None, 3))
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = keras.layers.Conv2D(6, 5, strides=2, padding="same", name="maps", kernel_initializer="he_normal")(x)
    x = keras.layers.LeakyReLU(name="active")(x)
    x = keras.layers.GlobalAveragePooling2D(name="means")(x)
    return keras.Model(inputs, keras.layers.Dense(3, name="logits", kernel_initializer="orthogonal")(20 * x))


@pytest.fixture(scope="module")
def pictures():
    return np.random.default_rng(1).uniform(0, 255, (2, 10, 12, 3)).astype("float32")


def maps_of(network, pictures):
    return keras.Model(network.input, network.get_layer("active").output).predict(pictures, verbose=0)


# ---- objectives ----


def test_channel_unit_and_layer_read_the_maps(network, pictures):
    maps = maps_of(network, pictures)
    np.testing.assert_allclose(dream.channel(network, "active", 4)(pictures), maps[..., 4].mean((1, 2)), atol=1e-5)
    each = dream.channel(network, "active", [4, 1])(pictures)
    np.testing.assert_allclose(each, [maps[0, ..., 4].mean(), maps[1, ..., 1].mean()], atol=1e-5)
    np.testing.assert_allclose(dream.unit(network, "active", 2, (0, 5))(pictures), maps[:, 0, 5, 2], atol=1e-5)
    np.testing.assert_allclose(dream.unit(network, "active", 2)(pictures), maps[:, 2, 3, 2], atol=1e-5)
    np.testing.assert_allclose(dream.layer(network, "active")(pictures), (maps**2).mean((1, 2, 3)), rtol=1e-5)


def test_classes_by_logit_and_by_log_softmax(network, pictures):
    logits = network.predict(pictures, verbose=0).astype(np.float64)
    np.testing.assert_allclose(dream.logit(network, [2, 0])(pictures), [logits[0, 2], logits[1, 0]], rtol=1e-5)
    log_probabilities = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(dream.log_probability(network, 1)(pictures), log_probabilities[:, 1], rtol=1e-4)


def test_likeness_is_nothing_at_the_photograph_and_less_elsewhere(network, pictures):
    maps = maps_of(network, pictures)
    expected = -((maps[1] - maps[0]) ** 2).mean() / (maps[0] ** 2).mean()
    found = dream.likeness(network, "active", pictures[0])(pictures)
    np.testing.assert_allclose(found, [0, expected], rtol=1e-4, atol=1e-9)


def test_pattern_forgets_where_and_keeps_what_goes_together(network, pictures):
    maps = maps_of(network, pictures)
    first, second = (np.einsum("ijc,ijd->cd", one, one) / (5 * 6) for one in maps)
    expected = -((second - first) ** 2).mean() / (first**2).mean()
    found = dream.pattern(network, "active", pictures[0])(pictures)
    np.testing.assert_allclose(found, [0, expected], rtol=1e-4, atol=1e-9)
    both = dream.pattern(network, ["maps", "active"], pictures)
    np.testing.assert_allclose(both(pictures), [0, 0], atol=1e-9)
    assert (both(pictures[::-1]) < -0.001).all()


def test_objectives_are_added_and_multiplied(network, pictures):
    first, second = dream.logit(network, 0), dream.channel(network, "active", [1, 2])
    np.testing.assert_allclose((first + 0.5 * second)(pictures), first(pictures) + second(pictures) / 2, rtol=1e-5)
    assert (first + 0.5 * second).count == 2


# ---- parametrisations ----


@pytest.mark.parametrize(("channels", "decorrelated"), [(1, True), (3, True), (3, False)])
def test_fourier_gives_what_numpys_fft_gives(channels, decorrelated):
    walk = dream.Fourier(decay=1.2, noise=0.5, decorrelated=decorrelated)
    parameters = walk.begin((2, 6, 9, channels), np.random.default_rng(3))
    waves = np.fft.ifft2((parameters[0] + 1j * parameters[1]) * walk.sizes(6, 9)).real.transpose(0, 2, 3, 1)
    if channels == 3 and decorrelated:
        waves = np.einsum("nhwd,cd->nhwc", waves, colour.MEASURED)
    expected = 255 / (1 + np.exp(-2.5 * waves))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(walk.images(parameters)), expected, atol=0.01)


@pytest.mark.parametrize("size", [(8, 8), (7, 10)])
@pytest.mark.parametrize("channels", [1, 3])
def test_fourier_and_back_is_the_same_picture(size, channels):
    given = np.random.default_rng(0).uniform(5, 250, (2, *size, channels))
    walk = dream.Fourier()
    np.testing.assert_allclose(keras.ops.convert_to_numpy(walk.images(walk.encode(given))), given, atol=0.02)


def test_long_waves_are_moved_further_and_pixels_have_variance_one():
    sizes = dream.Fourier(decay=2).sizes(16, 16)
    assert sizes[0, 1] / sizes[0, 4] == pytest.approx(16)
    assert sizes[0, 0] == sizes[0, 1] == pytest.approx(sizes[0, -1])
    assert sizes[3, 5] == pytest.approx(sizes[-3, -5])
    walk = dream.Fourier(noise=1.0)
    parameters = walk.begin((400, 8, 8, 1), np.random.default_rng(0))
    waves = np.fft.ifft2((parameters[0] + 1j * parameters[1]) * walk.sizes(8, 8)).real
    assert waves.std() == pytest.approx(1, abs=0.03)


def test_pixels_are_the_picture_and_stay_within_0_and_1():
    walk = dream.Pixels(start=0.3, noise=0.01)
    parameters = walk.begin((1, 20, 20, 1), np.random.default_rng(0))
    assert parameters.mean() == pytest.approx(0.3, abs=0.002)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(walk.images(parameters)), 255 * parameters, rtol=1e-6)
    np.testing.assert_array_equal(walk.allowed(np.array([-1, 0.2, 3])), [0, 0.2, 1])


def test_directions_of_colour_are_those_of_the_photographs():
    photographs = [images.load(name) for name in colour.PHOTOGRAPHS]
    measured = colour.directions(photographs)
    np.testing.assert_allclose(measured, colour.MEASURED, atol=2e-3)
    # Independent numbers along the columns have the photographs' covariance, up to a factor.
    covariance = colour.covariance(photographs)
    np.testing.assert_allclose(measured @ measured.T, covariance / np.linalg.eigvalsh(covariance).max(), atol=1e-9)
    pixels = np.concatenate([one.reshape(-1, 3) for one in photographs[:1]]) / 255
    np.testing.assert_allclose(colour.covariance(photographs[:1]), np.cov(pixels.T, bias=True), atol=1e-9)


# ---- transformations ----


@pytest.mark.parametrize("shift", [(-2, -2), (0, 0), (1, -2), (2, 1)])
def test_jitter_is_a_roll(pictures, shift):
    numbers = [(amount + 2) / 4 for amount in shift]
    moved = keras.ops.convert_to_numpy(dream.Jitter(2).apply(pictures, numbers))
    np.testing.assert_array_equal(moved, np.roll(pictures, shift, (1, 2)))


@pytest.mark.parametrize("numbers", [(1, 0, 0), (0, 0, 0), (0, 1, 1), (0.5, 0.3, 0.8)])
@pytest.mark.parametrize("size", [(6, 5), (16, 20)])
def test_view_is_pillows_resize_of_a_part(numbers, size):
    picture = np.random.default_rng(0).uniform(0, 255, (18, 25)).astype("float32")
    share = 0.4 + 0.6 * numbers[0]
    height, width = 18 * share, 25 * share
    top, left = numbers[1] * (18 - height), numbers[2] * (25 - width)
    box = (left, top, left + width, top + height)
    part = Image.fromarray(picture).resize(size[::-1], Image.Resampling.BILINEAR, box=box)
    view = dream.View(size, least=0.4).apply(picture[np.newaxis, ..., np.newaxis], numbers)
    found = keras.ops.convert_to_numpy(view)[0, ..., 0]
    # Pillow takes no pixel from outside of the box, a view does: they agree inside.
    np.testing.assert_allclose(found[1:-1, 1:-1], np.asarray(part)[1:-1, 1:-1], atol=1.5)


def test_blur_is_scipys_gaussian(pictures):
    found = keras.ops.convert_to_numpy(dream.Blur(0.8).apply(pictures))
    expected = ndimage.gaussian_filter(pictures, (0, 0.8, 0.8, 0), mode="mirror", truncate=2.5)
    np.testing.assert_allclose(found, expected, atol=0.01)


# ---- regularisers ----


def test_penalties_against_slow_loops(pictures):
    shares = pictures / 255
    variation = []
    for picture in shares:
        down = [abs(picture[i + 1, j, c] - picture[i, j, c]) for i in range(9) for j in range(12) for c in range(3)]
        across = [abs(picture[i, j + 1, c] - picture[i, j, c]) for i in range(10) for j in range(11) for c in range(3)]
        variation.append(sum(down) / len(down) + sum(across) / len(across))
    np.testing.assert_allclose(np.asarray(dream.TotalVariation(3).penalty(shares)), np.array(variation) * 3, rtol=1e-4)
    np.testing.assert_allclose(dream.total_variation(pictures), np.array(variation) * 255, rtol=1e-4)
    squares = [np.mean([(float(x) - 0.25) ** 2 for x in picture.ravel()]) for picture in shares]
    np.testing.assert_allclose(np.asarray(dream.L2(2, quiet=0.25).penalty(shares)), np.array(squares) * 2, rtol=1e-4)


def test_smoothing_blurs_each_picture_alone(pictures):
    found = dream.Smoothing(0.7).after_step(pictures)
    np.testing.assert_allclose(found[1], cv2.GaussianBlur(pictures[1], (0, 0), 0.7), atol=1e-4)
    assert found.shape == pictures.shape
    assert np.asarray(dream.Smoothing(0.7).penalty(pictures)).tolist() == [0, 0]


# ---- the ascent ----


def test_adam_takes_the_steps_of_keras():
    random = np.random.default_rng(0)
    gradients = random.normal(size=(5, 3)).astype("float32")
    variable = keras.Variable(np.zeros(3, "float32"))
    optimizer = keras.optimizers.Adam(0.1, epsilon=1e-8)
    own, adam = np.zeros(3, "float32"), ascent.Adam(0.1)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(-gradient)], [variable])  # Keras goes down
        own = own + adam.step(gradient)
    np.testing.assert_allclose(own, keras.ops.convert_to_numpy(variable), atol=1e-4)


def test_the_objective_rises_and_the_target_gets_likely(network):
    found = dream.maximise(dream.log_probability(network, [0, 1, 2]), 16, transformations=[dream.Jitter(2)], steps=60)
    assert (found.after > found.before + 0.2).all()
    assert found.values[-10:].mean() > found.values[:10].mean()
    logits = network.predict(found.images.astype("float32"), verbose=0)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert (np.diag(probabilities) > 0.9).all()
    assert found.images.shape == (3, 16, 16, 3)
    assert found.images.dtype == np.uint8


def test_total_variation_falls_against_naive_pixels(network):
    objective = dream.channel(network, "active", 1)
    naive = dream.maximise(objective, 24, dream.Pixels(noise=0.2), steps=40, num_images=3)
    smooth = dream.maximise(
        objective, 24, dream.Pixels(noise=0.2), [], [dream.TotalVariation(3), dream.Smoothing(0.5)], steps=40,
        num_images=3,
    )  # fmt: skip
    waves = dream.maximise(objective, 24, steps=40, num_images=3, transformations=[dream.View(24)])
    for calm in (smooth, waves):
        assert dream.total_variation(calm.images).max() < 0.7 * dream.total_variation(naive.images).min()


def test_same_seed_same_picture_and_frames_on_the_way(network):
    def grow(seed):
        return dream.maximise(
            dream.logit(network, 0), (12, 14), transformations=[dream.View((12, 14)), dream.Blur(0.6)], steps=6,
            seed=seed, keep=[0, 3, 6],
        )  # fmt: skip

    first, again, other = grow(4), grow(4), grow(5)
    np.testing.assert_array_equal(first.images, again.images)
    assert (first.images != other.images).mean() > 0.2
    assert len(first.frames) == 3
    np.testing.assert_array_equal(first.frames[-1], first.images)
    assert (first.frames[0] != first.images).any()


def test_images_of_a_batch_do_not_touch_each_other(network):
    start = np.random.default_rng(0).uniform(50, 200, (2, 12, 12, 3))
    both = dream.maximise(dream.logit(network, [0, 2]), 12, start=start, steps=5)
    alone = dream.maximise(dream.logit(network, 2), 12, start=start[1:], steps=5)
    np.testing.assert_allclose(both.images[1].astype(int), alone.images[0].astype(int), atol=1)


def test_without_a_wish_the_penalties_are_paid_less_and_less(network):
    nothing = 0.0 * dream.logit(network, 0)
    quiet = dream.maximise(nothing, 12, dream.Pixels(0.7, 0.1), penalties=[dream.L2(quiet=0.2)], steps=60)
    np.testing.assert_allclose(quiet.images.astype(int), 51, atol=10)
    start = np.random.default_rng(0).uniform(90, 160, (1, 12, 12, 3))
    smoother = dream.maximise(nothing, 12, dream.Pixels(), penalties=[dream.TotalVariation()], start=start, steps=9)
    assert dream.total_variation(smoother.images)[0] < 0.8 * dream.total_variation(start)[0]


def test_each_step_draws_anew_and_the_value_is_the_mean_over_the_images(network, pictures):
    class SaysItsNumber:
        numbers = 1

        def apply(self, given, numbers):
            return 0.0 * given + numbers[0]

    inputs = keras.Input((None, None, 3))
    same = keras.Model(inputs, keras.layers.Rescaling(1.0, name="same")(inputs))
    drawn = dream.maximise(dream.channel(same, "same", 0), 6, transformations=[SaysItsNumber()], steps=8).values
    assert len(set(drawn.round(5))) == 8
    assert ((drawn >= 0) & (drawn <= 1)).all()
    objective = dream.logit(network, 1)
    found = dream.maximise(objective, (10, 12), dream.Pixels(), start=pictures, steps=1)
    assert found.values[0] == pytest.approx(objective(pictures).mean(), rel=1e-4)
    np.testing.assert_allclose(found.before, objective(pictures), rtol=1e-4)


# ---- dreaming ----


def test_a_dream_makes_the_layer_louder_octave_by_octave(network):
    photograph = images.load("cat")[:60, :80]
    objective = dream.layer(network, "active")
    found = dream.deep_dream(objective, photograph, octaves=2, ratio=1.5, steps=5, jitter=4)
    assert [one.shape for one in found.octaves] == [(40, 53, 3), (60, 80, 3)]
    assert found.values[4] > found.values[0]
    assert found.values[9] > found.values[5]
    assert objective(found.image[np.newaxis]) > 1.2 * objective(photograph[np.newaxis])
    again = dream.deep_dream(objective, photograph, octaves=2, ratio=1.5, steps=5, jitter=4)
    np.testing.assert_array_equal(found.image, again.image)


def test_one_step_of_a_dream_by_hand():
    inputs = keras.Input((None, None, 1))
    network = keras.Model(inputs, keras.layers.Rescaling(1.0, name="same")(inputs))
    photograph = np.random.default_rng(0).uniform(60, 190, (32, 40, 1)).astype("float32")
    found = dream.deep_dream(
        dream.layer(network, "same"), photograph, octaves=1, steps=1, rate=2.0, bands=(0.0,), jitter=3
    )
    # The gradient of the mean square is proportional to the picture itself.
    np.testing.assert_allclose(found.image, photograph + 2 * photograph / np.sqrt((photograph**2).mean()), atol=0.51)


def test_two_octaves_of_one_step_by_hand():
    inputs = keras.Input((None, None, 1))
    network = keras.Model(inputs, keras.layers.Rescaling(1.0, name="same")(inputs))
    photograph = np.random.default_rng(0).uniform(90, 160, (60, 72, 1)).astype("float32")

    def step(picture):
        wide = cv2.GaussianBlur(picture, (0, 0), 2.0).reshape(picture.shape)
        both = picture / np.sqrt((picture**2).mean()) + wide / np.sqrt((wide**2).mean())
        return picture + 3 * both / np.sqrt((both**2).mean())

    small = cv2.resize(photograph, (48, 40), interpolation=cv2.INTER_AREA)[..., np.newaxis]
    added = cv2.resize(step(small) - small, (72, 60), interpolation=cv2.INTER_CUBIC)[..., np.newaxis]
    found = dream.deep_dream(
        dream.layer(network, "same"), photograph, octaves=2, steps=1, rate=3.0, bands=(0.0, 2.0), jitter=0
    )
    np.testing.assert_allclose(found.octaves[0], step(small), atol=0.6)
    np.testing.assert_allclose(found.image, step(photograph + added), atol=0.6)


# ---- bad input ----


def test_errors_say_what_was_given_and_what_to_do(network, pictures):
    logit = dream.logit(network, 0)
    maps_only = keras.Model(network.input, network.get_layer("maps").output)
    softmax = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    cases = [
        (lambda: dream.channel(network, "conv9", 0), ValueError, "no layer 'conv9'. It has: .*maps, active"),
        (lambda: dream.channel(network, "active", 6), ValueError, "is 6; there are 6, counted from 0 to 5"),
        (lambda: dream.channel(network, "active", []), ValueError, "no channel of 'active' was given"),
        (lambda: dream.channel(network, "active", "3"), TypeError, "whole number"),
        (lambda: dream.channel(network, "means", 0), ValueError, "before the maps are flattened or averaged"),
        (lambda: dream.channel("vgg16", "active", 0), TypeError, "must be a keras.Model"),
        (lambda: dream.unit(network, "active", 0, (9, 0))(pictures), ValueError, r"place is \(9, 0\); .* 5 rows"),
        (lambda: dream.logit(network, 3), ValueError, "there are 3"),
        (lambda: dream.logit(softmax, 0), ValueError, "activation = None"),
        (
            lambda: dream.logit(maps_only, 0),
            ValueError,
            "classifier",
        ),
        (lambda: dream.likeness(network, "active", pictures), ValueError, r"\(height, width, 3\)"),
        (lambda: logit + 3, TypeError, "add another objective"),
        (lambda: dream.logit(network, [0, 1]) + dream.logit(network, [0, 1, 2]), ValueError, "cannot be added"),
        (lambda: dream.maximise(network, 8), TypeError, "make one with dream.channel"),
        (lambda: dream.maximise(logit, 8, steps=0), ValueError, "steps is 0"),
        (lambda: dream.maximise(logit, 8, rate=-1), ValueError, "rate is -1"),
        (lambda: dream.maximise(logit, 8, dream.Jitter(1)), TypeError, r"give dream.Fourier\(\)"),
        (lambda: dream.maximise(logit, 8, transformations=[dream.L2()]), TypeError, "is no transformation"),
        (lambda: dream.maximise(logit, 8, penalties=[dream.Jitter(1)]), TypeError, "is no penalty"),
        (lambda: dream.maximise(logit, 8, penalties=[dream.Smoothing(1)]), ValueError, "parametrisation=dream.Pixels"),
        (lambda: dream.maximise(dream.logit(network, [0, 1]), 8, num_images=3), ValueError, "2 targets"),
        (lambda: dream.maximise(logit, 8, start=np.zeros((8, 8, 3))), ValueError, "start is float64"),
        (lambda: dream.maximise(float("nan") * logit, 8), ValueError, "objective is nan in step 1"),
        (lambda: dream.Jitter(0), ValueError, "pixels of Jitter"),
        (lambda: dream.maximise(logit, 8, transformations=[dream.Jitter(9)]), ValueError, "have only 8"),
        (lambda: dream.View(8, least=0), ValueError, "0 < least <= most <= 1"),
        (lambda: dream.Blur(0), ValueError, "leave Blur out"),
        (lambda: dream.L2(0), ValueError, "leave L2 out"),
        (lambda: dream.Pixels(start=2), ValueError, "start is 2"),
        (lambda: dream.Fourier(decay=-1), ValueError, "decay is -1"),
        (lambda: colour.directions([]), ValueError, "at least one"),
        (lambda: colour.directions([np.zeros((3, 3))]), ValueError, r"\(height, width, 3\)"),
        (lambda: dream.deep_dream(logit, np.zeros((40, 40, 1))), ValueError, r"\(height, width, 3\)"),
        (lambda: dream.deep_dream(logit, np.zeros((40, 40, 3))), ValueError, "at least 32"),
        (lambda: dream.deep_dream(logit, np.zeros((90, 90, 3)), ratio=1), ValueError, "ratio is 1"),
        (lambda: dream.deep_dream(logit, np.zeros((90, 90, 3)), bands=()), ValueError, "at least one band"),
        (lambda: dream.deep_dream(dream.logit(network, [0, 1]), np.zeros((90, 90, 3))), ValueError, "one image"),
        (lambda: dream.fourier, AttributeError, "It has: Blur, Fourier"),
    ]
    for call, kind, message in cases:
        with pytest.raises(kind, match=message):
            call()


# ---- other backends ----


def grown_elsewhere(start, weights):
    """What one backend makes of given pictures; at the top level, since it runs in a process of its own."""
    import keras

    from course_utils import dream

    network = keras.Sequential(
        [
            keras.Input((None, None, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(4, 3, name="maps"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3),
        ]
    )
    network.set_weights(weights)
    seen = [dream.Jitter(2), dream.View(10), dream.Blur(0.7)]
    objective = dream.log_probability(network, [0, 1]) + 0.1 * dream.pattern(network, "maps", start[0])
    grown = dream.maximise(
        objective, start.shape[1:3], transformations=seen, penalties=[dream.L2(), dream.TotalVariation()], start=start,
        steps=4,
    )  # fmt: skip
    dreamt = dream.deep_dream(dream.layer(network, "maps"), start[0], octaves=1, steps=2)
    return {"grown": grown.images.astype(int), "dreamt": dreamt.image.astype(int)}


@pytest.mark.parametrize("backend", backends.OTHERS)
def test_other_backends_give_the_same_pictures(backend):
    random = np.random.default_rng(0)
    start = random.uniform(20, 230, (2, 36, 34, 3)).astype("float32")
    weights = [random.normal(0, 1, shape).astype("float32") for shape in ((3, 3, 3, 4), (4,), (4, 3), (3,))]
    expected = grown_elsewhere(start, weights)
    found = backends.run_on(backend, grown_elsewhere, start=start, weights=weights)
    for name, picture in expected.items():
        np.testing.assert_allclose(found[name], picture, atol=2)


def test_names_are_found_where_they_are_said_to_be():
    assert dream.Pixels is parametrisations.Pixels
    assert dream.View is transformations.View
    assert dream.L2 is regularisers.L2
    assert set(dream.__all__) <= set(dir(dream))
