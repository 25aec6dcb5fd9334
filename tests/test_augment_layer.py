"""The augmentation layer as a layer: when it works, what it draws, tf.data, XLA, precision, masks, saving, errors."""

import numpy as np
import pytest

augment = keras = tf = None  # loaded when the first test runs: collecting tests stays quick
STRONG = {
    "flip": "both", "rotation_degrees": 60, "shift_pixels": 4, "zoom": 0.3, "shear_degrees": 15, "contrast": 0.5,
    "brightness": 0.2, "noise": 0.1, "cutout_pixels": 4,
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _modules():
    global augment, keras, tf
    import keras
    import tensorflow as tf

    from course_utils import augment


def photographs(count=4, height=20, width=24, channels=3, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, channels), dtype=np.uint8)


def strong(seed=0, **options):
    return augment.Augment(**{**STRONG, "seed": seed, **options})


def network(layer, shape=(20, 24, 3), **compiling):
    model = keras.Sequential([keras.Input(shape), layer, keras.layers.Flatten(), keras.layers.Dense(2)])
    model.compile("sgd", "mse", **compiling)
    return model


# --- when it works -------------------------------------------------------------------------------------------------


def test_it_is_off_in_every_kind_of_inference():
    images, layer = photographs(), strong()
    for result in (layer(images), layer(images, training=False)):
        np.testing.assert_array_equal(result, images)
    model = keras.Sequential([keras.Input((20, 24, 3)), layer])
    model.compile(loss="mse")
    for result in (model(images), model(images, training=False), model.predict(images, verbose=0)):
        np.testing.assert_array_equal(result, images)
    assert model.evaluate(images, images.astype("float32"), verbose=0) == 0


def test_fit_turns_it_on():
    images = photographs()
    model = network(augment.Augment(brightness=1, seed=0))
    model.compile("sgd", "mse")
    weights = [np.zeros_like(weight) for weight in model.get_weights()]
    losses = set()
    for _ in range(2):
        model.set_weights(weights)
        model.fit(images, np.ones((4, 2)), verbose=0)
        losses.add(float(np.abs(model.layers[-1].get_weights()[0]).sum()))
    assert len(losses) == 2  # the gradient depends on the images, and they were not the same twice


# --- what it draws -------------------------------------------------------------------------------------------------


def test_every_image_and_every_call_gets_its_own_numbers():
    images = np.repeat(photographs(1), 5, axis=0)
    for setting in STRONG:
        layer = augment.Augment(**{setting: STRONG[setting]}, seed=0)
        first, second = np.asarray(layer(images, training=True)), np.asarray(layer(images, training=True))
        different = {result.tobytes() for result in first}
        assert len(different) >= (2 if setting == "flip" else 5), setting
        assert not np.array_equal(first, second), setting


def test_a_seed_repeats_and_another_does_not():
    images = photographs()
    runs = [[np.asarray(layer(images, training=True)) for _ in range(2)] for layer in (strong(5), strong(5), strong(6))]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0][0], runs[2][0])
    keras.utils.set_random_seed(3)
    first = np.asarray(strong(None)(images, training=True))
    keras.utils.set_random_seed(3)
    np.testing.assert_array_equal(first, strong(None)(images, training=True))


def test_what_else_is_on_does_not_change_the_turn():
    images = photographs()
    turned = augment.Augment(rotation_degrees=30, seed=2)(images, training=True)
    darker = augment.Augment(rotation_degrees=30, zoom=1e-9, contrast=1e-9, seed=2)(images, training=True)
    np.testing.assert_allclose(darker, turned, atol=0.05)


def test_a_step_has_its_own_numbers_whatever_came_before():
    images, layer = photographs(), strong()
    later = np.asarray(layer(images, training=True, step=(3, 7)))
    layer(images, training=True)
    np.testing.assert_array_equal(layer(images, training=True, step=(3, 7)), later)
    np.testing.assert_array_equal(strong()(images, training=True, step=np.array([3, 7])), later)
    for other, step in ((layer, (3, 8)), (layer, (4, 7)), (strong(1), (3, 7))):
        assert not np.array_equal(other(images, training=True, step=step), later)
    before = np.asarray(strong()(images, training=True))
    counting = strong()
    counting(images, training=True, step=(0, 0))
    np.testing.assert_array_equal(counting(images, training=True), before)  # a step advances nothing


# --- in a stream, in XLA, in low precision ---------------------------------------------------------------------------


def stream(layer, images, batch_size=3):
    labels = np.arange(len(images))
    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).batch(batch_size)
    return dataset.map(lambda some, which: (layer(some, training=True), which))


def test_a_stream_gives_what_calls_give_and_new_images_in_every_epoch():
    images, by_hand = photographs(7), strong()
    dataset = stream(strong(), images)
    epochs = [[(part.numpy(), which.numpy()) for part, which in dataset] for _ in range(2)]
    for epoch in epochs:
        for start, (part, which) in zip((0, 3, 6), epoch, strict=True):
            np.testing.assert_allclose(part, by_hand(images[start : start + 3], training=True), atol=1e-3)
            np.testing.assert_array_equal(which, np.arange(start, min(start + 3, 7)))
    assert not np.array_equal(epochs[0][0][0], epochs[1][0][0])
    assert dataset.element_spec[0].shape[1:] == (20, 24, 3)


def test_it_compiles_with_xla_and_gives_the_same(monkeypatch):
    from course_utils.augment import drawing

    images = photographs()

    def compiled():
        layer = strong(noise=0)
        return np.asarray(tf.function(lambda batch: layer(batch, training=True), jit_compile=True)(images))

    first = compiled()
    np.testing.assert_array_equal(first, compiled())
    assert np.abs(first - images).mean() > 5
    # XLA draws other numbers from the same seed, so the numbers are given for a comparison by value.
    given = np.random.default_rng(0).uniform(-1, 1, (4, len(drawing.NAMES))).astype(np.float32)
    monkeypatch.setattr(drawing, "uniform", lambda num_images, seed: tf.constant(given))
    expected = np.asarray(strong(noise=0)(images, training=True))
    far = np.abs(compiled() - expected) > 0.1  # a hidden square's edge may fall on the middle of a pixel
    assert far.mean() < 0.01
    model = network(strong(), jit_compile=True)
    assert np.isfinite(model.fit(images, np.ones((4, 2)), verbose=0).history["loss"]).all()


def test_mixed_precision_computes_places_in_full():
    images = photographs(2, 200, 300, 1)
    options = {"rotation_degrees": 40, "shift_pixels": 9, "seed": 0}
    full = np.asarray(augment.Augment(**options)(images, training=True))
    half = augment.Augment(**options, dtype="mixed_float16")(images, training=True)
    assert keras.backend.standardize_dtype(half.dtype) == "float16"
    assert np.abs(np.asarray(half, "float32") - full).max() <= 0.13  # float16 near 255 counts in eighths
    assert keras.backend.standardize_dtype(augment.Augment(dtype="mixed_float16")(images).dtype) == "float16"


def test_one_image_alone_and_sides_that_are_not_known_yet():
    image = photographs(1)[0]
    alone = strong()(image, training=True)
    assert tuple(alone.shape) == image.shape
    np.testing.assert_allclose(alone, strong()(image[np.newaxis], training=True)[0], atol=1e-3)
    inputs = keras.Input((None, None, 3))
    model = keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(strong()(inputs)))
    model.compile("sgd", "mse")
    assert np.isfinite(model.train_on_batch(photographs(), np.zeros((4, 3))))


# --- labels and masks ------------------------------------------------------------------------------------------------


def test_labels_pass_and_masks_move_along_without_new_values():
    images = np.zeros((6, 20, 24, 1), np.uint8)
    images[:, 5:12, 8:20] = 200
    masks = (images[..., 0] > 0).astype(np.int32) * 7
    labels = np.linspace(0, 1, 12, dtype=np.float64).reshape(6, 2)
    layer = augment.Augment(
        flip="both", rotation_degrees=40, shift_pixels=3, zoom=0.2, brightness=0.1, cutout_pixels=3, fill="constant",
        seed=1, dtype="mixed_float16",
    )  # fmt: skip
    given = {"images": images, "segmentation_masks": masks, "labels": labels, "sample_weights": labels[:, 0]}
    found = layer(given, training=True)
    np.testing.assert_array_equal(found["labels"], labels.astype(found["labels"].numpy().dtype))
    assert found["labels"].dtype != "float16"
    assert keras.backend.standardize_dtype(found["segmentation_masks"].dtype) == "int32"
    moved = np.asarray(found["segmentation_masks"])
    assert moved.shape == masks.shape
    assert set(np.unique(moved)) == {0, 7}
    assert not np.array_equal(moved, masks)
    plain = augment.Augment(
        flip="both", rotation_degrees=40, shift_pixels=3, zoom=0.2, fill="constant", seed=1
    )(images, training=True)  # fmt: skip
    agree = (np.asarray(plain)[..., 0] > 100) == (moved == 7)
    assert agree.mean() > 0.99  # the mask lies where the object lies
    np.testing.assert_array_equal(given["segmentation_masks"], masks)
    off = layer(given)
    np.testing.assert_array_equal(off["segmentation_masks"], masks)


# --- saving ----------------------------------------------------------------------------------------------------------


def test_settings_survive_config_and_file(tmp_path):
    layer = strong(fill="wrap", fill_value=3, value_range=(0, 200), name="change")
    twin = augment.Augment.from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()
    images = photographs()
    np.testing.assert_array_equal(twin(images, training=True), layer(images, training=True))
    model = network(strong())
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(images, verbose=0), model.predict(images, verbose=0), atol=1e-4)
    np.testing.assert_array_equal(loaded.layers[0](images, training=True), model.layers[0](images, training=True))


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"flip": "left"}, "flip is 'left'; it must be None, 'horizontal', 'vertical' or 'both'"),
        ({"flip": True}, "flip is True"),
        ({"rotation_degrees": 200}, "rotation_degrees is 200; it must be from 0 to 180"),
        ({"rotation_degrees": (-5, 5)}, "rotation_degrees is (-5, 5); it must be one number"),
        ({"shift_pixels": -1}, "shift_pixels is -1; it must be at least 0"),
        ({"zoom": 1.2}, "zoom is 1.2; it must be from 0 to 0.9"),
        ({"shear_degrees": 89}, "shear_degrees is 89"),
        ({"contrast": float("nan")}, "contrast is nan"),
        ({"brightness": 51}, "brightness is 51; it must be from 0 to 1: a share of the range"),
        ({"noise": "much"}, "noise is 'much'; it must be one number"),
        ({"cutout_pixels": 2.5}, "cutout_pixels is 2.5; it must be a whole number"),
        ({"fill": "mirror"}, "fill is 'mirror'; it must be 'nearest', 'reflect', 'constant' or 'wrap'"),
        ({"value_range": 255}, "value_range is 255; it must be (lowest, highest)"),
        ({"value_range": (1, 0)}, "value_range is (1, 0)"),
        ({"seed": -3}, "seed is -3"),
    ],
)
def test_a_bad_setting_is_answered_with_a_sentence(options, words):
    with pytest.raises((TypeError, ValueError), match=next(iter(options))) as caught:
        augment.Augment(**options)
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")


def test_bad_images_are_answered_with_a_sentence():
    with pytest.raises(ValueError, match=r"shape \(5, 784\).*np.newaxis"):
        augment.Augment()(np.zeros((5, 784)))
    with pytest.raises(ValueError, match=r"shift_pixels is 9 and the images are 8 x 8 pixels"):
        augment.Augment(shift_pixels=9)(np.zeros((2, 8, 8, 1)))
    with pytest.raises(ValueError, match=r"cutout_pixels is 8"):
        augment.Augment(cutout_pixels=8)(np.zeros((2, 8, 8, 1)))
    with pytest.raises(ValueError, match=r"between 0 and 1, but value_range is \(0, 255\), so noise"):
        augment.Augment(noise=0.1)(np.linspace(0, 1, 64).reshape(1, 8, 8, 1))
    with pytest.raises(ValueError, match="cannot move boxes"):
        augment.Augment()({"images": np.zeros((2, 8, 8, 1)), "bounding_boxes": np.zeros((2, 4))})
    with pytest.raises(ValueError, match=r"scale is 0; it must be above 0"):
        augment.warp(np.zeros((8, 8, 1)), scale=0)
    with pytest.raises(ValueError, match=r"rotation_degrees has the shape \(3,\) for 2 images"):
        augment.warp(np.zeros((2, 8, 8, 1)), rotation_degrees=[1, 2, 3])


# --- MixUp and CutMix ------------------------------------------------------------------------------------------------


def labelled(num_classes=4, count=16, side=8):
    """Images that are as bright as their label says, so that a blend tells its own shares."""
    labels = np.arange(count) % num_classes
    return np.broadcast_to(labels[:, None, None, None] * 60, (count, side, side, 1)).astype(np.uint8), labels


@pytest.mark.parametrize("kind", ["mix_up", "cut_mix"])
def test_labels_are_blended_as_the_images_are(kind):
    if kind == "cut_mix" and not hasattr(keras.layers, "CutMix"):
        pytest.skip("this version of Keras has no CutMix")
    images, labels = labelled()
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).batch(16)
    seen = []
    for _ in range(2):
        layer = augment.mix_up(alpha=1, seed=0) if kind == "mix_up" else augment.cut_mix(seed=0)
        ((blended, shares),) = list(augment.mixed(batches, layer, num_classes=4))
        seen.append(blended.numpy())
        np.testing.assert_allclose(shares.numpy().sum(axis=1), 1, atol=1e-5)
        brightness = shares.numpy() @ (60 * np.arange(4))
        # CutMix counts a rectangle's share of the area, which pixels can only come near to.
        np.testing.assert_allclose(
            blended.numpy().mean(axis=(1, 2, 3)), brightness, atol=1e-2 if kind == "mix_up" else 180 * 2 / 8
        )
        assert (shares.numpy().max(axis=1) < 0.99).any()
    np.testing.assert_array_equal(*seen)


def test_a_label_beyond_the_classes_is_told():
    batches = tf.data.Dataset.from_tensor_slices(labelled()).batch(16)
    with pytest.raises(tf.errors.InvalidArgumentError, match="num_classes=3, but a label is 3 or more"):
        list(augment.mixed(batches, augment.mix_up(seed=0), num_classes=3))


def test_an_old_keras_is_answered_with_a_sentence(monkeypatch):
    monkeypatch.delattr(keras.layers, "MixUp")
    with pytest.raises(ValueError, match=r"has no layer MixUp; it needs keras 3.8 or newer"):
        augment.mix_up()
    with pytest.raises(ValueError, match="num_classes is 1"):
        augment.mixed(None, None, num_classes=1)
    with pytest.raises(ValueError, match="alpha is 2"):
        augment.mix_up(alpha=2)
