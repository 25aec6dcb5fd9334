"""Saliency, integrated gradients, Grad-CAM, Grad-CAM++ and occlusion against linear models, loops and mutants."""

import backends
import numpy as np
import pytest

RANDOM = np.random.default_rng(1)
IMAGES = RANDOM.normal(size=(3, 8, 6, 2)).astype("float32")
KERNEL = RANDOM.normal(size=(3, 3, 2, 4)).astype("float32")
HEAD = RANDOM.normal(size=(4, 3)).astype("float32")
CLASSES = np.array([2, 0, 1])


def network(kernel=KERNEL, head=HEAD, nested=True):
    """A convolution with ReLU, the mean of each map, and logits; the convolution sits in a model of its own."""
    import keras
    from keras import layers

    conv = layers.Conv2D(4, 3, padding="same", activation="relu", use_bias=False, name="conv")
    inputs = keras.Input((8, 6, 2))
    body = keras.Model(inputs, conv(inputs), name="body")
    logits = layers.Dense(3, use_bias=False, name="logits")
    model = keras.Sequential([inputs, body if nested else conv, layers.GlobalAveragePooling2D(), logits])
    conv.set_weights([kernel])
    logits.set_weights([head])
    return model


def everything(images, kernel, head, classes):
    """All that the tests ask of one backend."""
    from course_utils import features

    model = network(kernel, head)
    return {
        "maps": features.activation_maps(model, images, "conv"),
        "saliency": features.saliency(model, images, classes),
        "input_gradients": features.input_gradients(model, images, classes, batch_size=2),
        "integrated": features.integrated_gradients(model, images, classes, baseline=0.5, steps=64),
        "grad_cam": features.grad_cam(model, images, "conv", classes, batch_size=2),
        "answers": features.grad_cam(model, images, "body/conv"),
        "plus_plus": features.grad_cam_plus_plus(model, images, "conv", classes),
        "occlusion": features.occlusion_map(model, images[0], size=3, stride=2, class_number=2),
        "field": features.effective_field(model, images, "conv", 1),
    }


@pytest.fixture(scope="module")
def found():
    return everything(IMAGES, KERNEL, HEAD, CLASSES)


def _score(image, number):
    """The network in float64, without Keras."""
    padded = np.pad(image.astype(np.float64), ((1, 1), (1, 1), (0, 0)))
    places = [padded[row : row + 3, column : column + 3, :, np.newaxis] for row, column in np.ndindex(8, 6)]
    maps = np.array([(window * KERNEL).sum((0, 1, 2)) for window in places]).reshape(8, 6, 4)
    maps = np.maximum(maps, 0)
    return maps.mean(axis=(0, 1)) @ HEAD[:, number], maps


def test_input_gradients_are_slopes_of_the_score(found):
    step = 1e-3
    expected = np.zeros_like(IMAGES[0])
    for place in np.ndindex(expected.shape):
        shift = np.zeros(expected.shape)
        shift[place] = step
        expected[place] = (_score(IMAGES[0] + shift, 2)[0] - _score(IMAGES[0] - shift, 2)[0]) / (2 * step)
    # A ReLU may change its side within the step: at most at a few places.
    assert np.mean(np.abs(found["input_gradients"][0] - expected) > 1e-4) < 0.05
    np.testing.assert_allclose(found["saliency"], np.abs(found["input_gradients"]).max(-1), atol=1e-6)


def test_integrated_gradients_add_up_to_the_score(found):
    for image, number, shares in zip(IMAGES, CLASSES, found["integrated"], strict=True):
        gained = _score(image, number)[0] - _score(np.full_like(image, 0.5), number)[0]
        assert shares.sum() == pytest.approx(gained, abs=0.01 * max(1, abs(gained)))


def test_grad_cam_is_the_class_activation_map_of_a_network_with_pooling(found):
    # The gradient of a mean is 1 / 48 at each place, so the weights are the logit's weights / 48.
    summed = np.stack([_score(image, 0)[1] @ HEAD / 48 for image in IMAGES])
    own = np.stack([one[..., number] for one, number in zip(summed, CLASSES, strict=True)])
    np.testing.assert_allclose(found["grad_cam"], np.maximum(own, 0), atol=1e-4)
    for mutant in (own, np.abs(own), np.maximum(summed[..., 0], 0), np.maximum(own, 0) * 48):
        assert np.abs(found["grad_cam"] - mutant).max() > 1e-2


def test_without_a_class_it_explains_the_models_answer(found):
    for image, heat in zip(IMAGES, found["answers"], strict=True):
        number = int(np.argmax([_score(image, one)[0] for one in range(3)]))
        np.testing.assert_allclose(heat, np.maximum(_score(image, number)[1] @ HEAD[:, number], 0) / 48, atol=1e-4)


def test_grad_cam_plus_plus_is_the_loop_over_places(found):
    for image, number, heat in zip(IMAGES, CLASSES, found["plus_plus"], strict=True):
        maps = _score(image, number)[1]
        expected = np.zeros((8, 6))
        for one in range(4):
            slope, weight = HEAD[one, number] / 48, 0.0
            for _place in range(48):
                below = 2 * slope**2 + maps[:, :, one].sum() * slope**3
                weight += slope**2 / below * max(slope, 0)
            expected += weight * maps[:, :, one]
        np.testing.assert_allclose(heat, np.maximum(expected, 0), atol=1e-4)


def test_occlusion_is_the_loop_over_squares(found):
    image, total, times = IMAGES[0], np.zeros((8, 6)), np.zeros((8, 6))
    for top in (0, 2, 4, 5):
        for left in (0, 2, 3):
            covered = image.copy()
            covered[top : top + 3, left : left + 3] = image.mean(axis=(0, 1))
            total[top : top + 3, left : left + 3] += _score(image, 2)[0] - _score(covered, 2)[0]
            times[top : top + 3, left : left + 3] += 1
    np.testing.assert_allclose(found["occlusion"], total / times, atol=1e-5)


@pytest.mark.parametrize("backend", backends.OTHERS)
def test_other_backends_give_the_same(backend, found):
    other = backends.run_on(backend, everything, images=IMAGES, kernel=KERNEL, head=HEAD, classes=CLASSES)
    for name, expected in found.items():
        np.testing.assert_allclose(other[name], expected, atol=1e-4, err_msg=name)


def test_nested_or_not_and_after_compiled_predictions():
    from course_utils import features

    flat = network(nested=False)
    flat.predict(IMAGES, verbose=0)
    expected = features.grad_cam(network(), IMAGES, "conv", 1)
    np.testing.assert_allclose(features.grad_cam(flat, IMAGES, "conv", 1), expected, atol=1e-6)


def test_a_map_with_a_branch_around_it():
    """Only the way through the layer counts: the branch goes around it."""
    import keras
    from keras import layers

    from course_utils import features

    inputs = keras.Input((8, 6, 2))
    twice = layers.Rescaling(2.0, name="twice")(inputs)
    model = keras.Model(inputs, layers.GlobalAveragePooling2D()(layers.Add()([twice, layers.Rescaling(5.0)(inputs)])))
    heat = features.grad_cam(model, np.ones((1, 8, 6, 2)), "twice", 0)
    np.testing.assert_allclose(heat, 2 / 48 / 1, rtol=1e-5)


def test_smaller_maps_are_enlarged_to_the_image():
    import keras
    from keras import layers

    from course_utils import features

    model = keras.Sequential([keras.Input((8, 8, 1)), layers.AveragePooling2D(4, name="small"), layers.Flatten()])
    images = np.zeros((1, 8, 8, 1), np.float32)
    images[0, :4, 4:] = 1
    heat = features.grad_cam(model, images, "small", 1)[0]
    assert heat.shape == (8, 8)
    assert np.unravel_index(heat.argmax(), heat.shape) == (0, 6)
    assert features.share_inside(heat, (0, 4, 4, 8)) > 0.6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda features: features.grad_cam(network(), IMAGES, "logits"), "not maps"),
        (lambda features: features.grad_cam(network(), IMAGES, "conv", 3), "classes 0 to 2"),
        (lambda features: features.grad_cam(network(), IMAGES, "conv", [1, 2]), "one for each of 3"),
        (lambda features: features.saliency(network().get_layer("body"), IMAGES), "one score for each class"),
        (lambda features: features.integrated_gradients(network(), IMAGES, steps=0), "1 or more"),
        (lambda features: features.integrated_gradients(network(), IMAGES, baseline=np.ones(5)), "must be one number"),
        (lambda features: features.occlusion_map(network(), IMAGES[0], size=7), "1 to 6"),
        (lambda features: features.occlusion_map(network(), IMAGES[0], size=2, stride=3), "every pixel"),
        (lambda features: features.share_inside(np.ones((4, 4)), (0, 0, 5, 2)), "inside 4 rows"),
        (lambda features: features.rank_correlation(np.ones(3), np.ones(4)), "same shape"),
    ],
)
def test_what_is_refused(call, message):
    from course_utils import features

    with pytest.raises(ValueError, match=message):
        call(features)


def test_shares_and_concentration():
    from course_utils import features

    even = np.ones((6, 9))
    assert features.concentration(even, (1, 2, 4, 8)) == pytest.approx(1)
    assert features.concentration(-even + 2 * (np.arange(9) == 4), (0, 4, 6, 5)) == pytest.approx(9)
    assert np.isnan(features.share_inside(-even, (0, 0, 1, 1)))


def test_rank_correlation_is_that_of_scipy():
    from scipy import stats

    from course_utils import features

    first, second = RANDOM.integers(0, 9, 50), RANDOM.normal(size=50)
    expected = stats.spearmanr(first, second).statistic
    assert features.rank_correlation(first, second) == pytest.approx(expected)
    assert np.isnan(features.rank_correlation(first, np.ones(50)))
