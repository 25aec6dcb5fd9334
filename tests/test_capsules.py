"""Capsule layers beside plain loops, numbers worked out by hand, each other, and the mistakes of public code."""

import backends
import numpy as np
import pytest

from course_utils import capsules


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


def random(*shape, seed=0, scale=1.0):
    return (scale * np.random.default_rng(seed).standard_normal(shape)).astype(np.float32)


def numpy_of(tensor):
    import keras

    return keras.ops.convert_to_numpy(tensor)


def squash_one(vector):
    length = np.sqrt(sum(x * x for x in vector))
    if length == 0:
        return np.zeros(len(vector))
    return np.array([length**2 / (1 + length**2) * x / length for x in vector])


def by_loops(children, kernel, routings):
    """Return [(vectors, couplings), ...] of procedure 1 of the paper, one child and parent after another."""
    parents, num_children, _, dim = kernel.shape
    found = []
    for image in children.astype(np.float64):
        votes = {
            (i, j): image[i] @ kernel[j, i].astype(np.float64) for i in range(num_children) for j in range(parents)
        }
        logits = np.zeros((num_children, parents))
        steps = []
        for _ in range(routings):
            couplings = np.zeros((num_children, parents))
            for i in range(num_children):
                powers = [np.exp(logits[i, j]) for j in range(parents)]
                couplings[i] = np.array(powers) / sum(powers)
            vectors = np.zeros((parents, dim))
            for j in range(parents):
                vectors[j] = squash_one(sum(couplings[i, j] * votes[i, j] for i in range(num_children)))
            for i in range(num_children):
                for j in range(parents):
                    logits[i, j] += votes[i, j] @ vectors[j]
            steps.append((vectors, couplings.T))
        found.append(steps)
    return [tuple(np.stack([image[r][part] for image in found]) for part in (0, 1)) for r in range(routings)]


def made(children_shape, parents, dim, **settings):
    layer = capsules.Capsules(parents, dim, **settings)
    layer.build(children_shape)
    layer.set_weights([random(*layer.kernel.shape, seed=7, scale=0.6)])
    return layer


SHAPES = [((3, 6, 4), 5, 3), ((1, 1, 2), 2, 1), ((2, 9, 3), 1, 4), ((4, 2, 1), 7, 2)]


@pytest.mark.parametrize("form", ["implicit", "votes"])
@pytest.mark.parametrize("routings", [1, 2, 3, 5])
@pytest.mark.parametrize(("shape", "parents", "dim"), SHAPES, ids=str)
def test_values_and_couplings_of_every_iteration_are_those_of_plain_loops(keras, shape, parents, dim, routings, form):
    children = random(*shape)
    layer = made(shape, parents, dim, routings=routings, form=form)
    expected = by_loops(children, layer.get_weights()[0], routings)
    found = layer.iterations(children)
    assert len(found) == routings
    for (vectors, couplings), (right_vectors, right_couplings) in zip(found, expected, strict=True):
        np.testing.assert_allclose(numpy_of(vectors), right_vectors, atol=1e-5)
        np.testing.assert_allclose(numpy_of(couplings), right_couplings, atol=1e-5)
    outputs, last = layer(children, return_couplings=True)
    np.testing.assert_array_equal(numpy_of(outputs), numpy_of(layer(children)))
    np.testing.assert_allclose(numpy_of(last), expected[-1][1], atol=1e-5)


@pytest.mark.parametrize("form", ["implicit", "votes"])
def test_two_children_and_three_parents_by_hand(keras, form):
    # Children with one number, parents with one: votes are u_i w_ij = [[1, 0, -1], [2, 0, 1]].
    layer = capsules.Capsules(3, 1, routings=2, form=form)
    layer.build((1, 2, 1))
    layer.set_weights([np.array([[1, 2], [0, 0], [-1, 1]], np.float32).reshape(3, 2, 1, 1)])
    (first, even), (second, couplings) = layer.iterations(np.ones((1, 2, 1), np.float32))
    np.testing.assert_allclose(numpy_of(even), np.full((1, 3, 2), 1 / 3), atol=1e-6)
    # Sums (1 + 2) / 3 = 1, 0, (-1 + 1) / 3 = 0; squash(1) = 1 / 2.
    np.testing.assert_allclose(numpy_of(first).ravel(), [0.5, 0, 0], atol=1e-6)
    # Logits: child 1 (1 * 0.5, 0, 0), child 2 (2 * 0.5, 0, 0). Softmax: sqrt(e) = 1.64872, e = 2.71828.
    one, two = 1.6487213 / 3.6487213, 2.7182818 / 4.7182818
    rest_one, rest_two = 1 / 3.6487213, 1 / 4.7182818
    expected = [[one, two], [rest_one, rest_two], [rest_one, rest_two]]
    np.testing.assert_allclose(numpy_of(couplings)[0], expected, atol=1e-6)
    # Sums 0.45186 + 2 * 0.57612 = 1.60410, 0, -0.27407 + 0.21194 = -0.06213; squash: 0.72014, 0, -0.00385.
    np.testing.assert_allclose(numpy_of(second).ravel(), [0.7201394, 0, -0.0038450], atol=1e-5)


def gradients_of(layer, children, of_outputs):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        inputs = tf.constant(children)
        tape.watch(inputs)
        value = tf.reduce_sum(layer(inputs) * of_outputs)
    return [np.asarray(tf.convert_to_tensor(g)) for g in tape.gradient(value, [inputs, layer.kernel.value])]


@pytest.mark.parametrize("stop_gradient", [True, False])
@pytest.mark.parametrize("routings", [1, 2, 3, 4])
def test_both_forms_are_equal_in_values_and_gradients(keras, routings, stop_gradient):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("gradients are taken with TensorFlow here; the other backends have a test of their own")
    shape = (5, 32, 8)
    children = random(*shape, scale=0.4)
    settings = {"routings": routings, "stop_gradient": stop_gradient}
    implicit, votes = (made(shape, 10, 16, form=form, **settings) for form in ("implicit", "votes"))
    of_outputs = random(5, 10, 16, seed=2)
    np.testing.assert_allclose(numpy_of(implicit(children)), numpy_of(votes(children)), atol=1e-5)
    for one, other in zip(
        gradients_of(implicit, children, of_outputs), gradients_of(votes, children, of_outputs), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-5, rtol=1e-4)


def test_gradients_are_those_of_small_differences_where_couplings_are_not_stopped(keras):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("gradients are taken with TensorFlow here")
    children, of_outputs = random(2, 4, 3), random(2, 3, 2, seed=1)
    layer = made(children.shape, 3, 2, stop_gradient=False)
    kernel = layer.get_weights()[0]
    _, for_kernel = gradients_of(layer, children, of_outputs)

    def value(weights):
        return float((by_loops(children, weights, 3)[-1][0] * of_outputs).sum())

    for place in [(0, 0, 0, 0), (2, 3, 2, 1), (1, 2, 0, 1)]:
        step = np.zeros(kernel.shape)
        step[place] = 1e-4
        slope = (value(kernel.astype(float) + step) - value(kernel.astype(float) - step)) / 2e-4
        assert for_kernel[place] == pytest.approx(slope, abs=1e-4)
    stopped = made(children.shape, 3, 2)
    assert np.abs(gradients_of(stopped, children, of_outputs)[1] - for_kernel).max() > 1e-3


@pytest.mark.parametrize("kind", ["implicit", "votes", "attention"])
@pytest.mark.parametrize("scale", [0.0, 1e-3, 1.0, 300.0])
def test_couplings_add_up_to_1_and_lengths_lie_below_1(keras, kind, scale):
    children = random(4, 12, 8, scale=scale)
    layer = capsules.SelfAttentionCapsules(6, 5) if kind == "attention" else capsules.Capsules(6, 5, form=kind)
    outputs, couplings = layer(children, return_couplings=True)
    assert tuple(couplings.shape) == (4, 6, 12)
    couplings = numpy_of(couplings)
    np.testing.assert_allclose(couplings.sum(axis=1), 1, atol=1e-5)
    assert couplings.min() >= 0
    lengths = numpy_of(capsules.CapsuleLength()(outputs))
    assert lengths.min() >= 0
    assert lengths.max() < 1
    assert scale > 0 or lengths.max() == 0


# Three mistakes of public code, each as it is found there: all must be told from the layer.
def softmax_over_children(children, kernel, routings=3):
    votes = np.einsum("bik,jikd->bjid", children, kernel)
    logits = np.zeros(votes.shape[:3])
    for _ in range(routings):
        couplings = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
        vectors = numpy_of(capsules.squash(np.einsum("bji,bjid->bjd", couplings, votes)))
        logits = logits + np.einsum("bjid,bjd->bji", votes, vectors)
    return vectors


def logits_shared_by_the_batch(children, kernel, routings=3):
    votes = np.einsum("bik,jikd->bjid", children, kernel)
    logits = np.zeros(votes.shape[1:3])
    for _ in range(routings):
        couplings = np.exp(logits) / np.exp(logits).sum(axis=0)
        vectors = numpy_of(capsules.squash(np.einsum("ji,bjid->bjd", couplings, votes)))
        logits = logits + np.einsum("bjid,bjd->ji", votes, vectors)
    return vectors


def batch_dot_over_the_wrong_axes(children, kernel, routings=3):
    # What batch_dot of newer versions gives: the weights of one child are used for all of them.
    votes = np.einsum("bik,jkd->bjid", children, kernel[:, 0])
    logits = np.zeros(votes.shape[:3])
    for _ in range(routings):
        couplings = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        vectors = numpy_of(capsules.squash(np.einsum("bji,bjid->bjd", couplings, votes)))
        logits = logits + np.einsum("bjid,bjd->bji", votes, vectors)
    return vectors


@pytest.mark.parametrize("mutant", [softmax_over_children, logits_shared_by_the_batch, batch_dot_over_the_wrong_axes])
def test_mistakes_of_public_code_are_found(keras, mutant):
    children = random(4, 6, 3)
    layer = made(children.shape, 5, 4)
    kernel = layer.get_weights()[0]
    right = by_loops(children, kernel, 3)[-1][0]
    np.testing.assert_allclose(numpy_of(layer(children)), right, atol=1e-5)
    assert np.abs(mutant(children, kernel) - right).max() > 0.05


def margin_loss_not_squared(labels, lengths):
    there = np.eye(lengths.shape[1])[labels]
    return (there * np.maximum(0, 0.9 - lengths) + 0.5 * (1 - there) * np.maximum(0, lengths - 0.1)).sum(axis=1).mean()


def test_the_margin_loss_by_hand_and_a_mistake_of_public_code(keras):
    lengths = np.array([[0.5, 0.3, 0.05], [0.95, 0.2, 0.1]], np.float32)
    labels = np.array([0, 1])
    # 0.4^2 + 0.5 * 0.2^2 = 0.18; 0.5 * 0.85^2 + 0.7^2 = 0.85125
    loss = capsules.MarginLoss(reduction="none")
    np.testing.assert_allclose(numpy_of(loss(labels, lengths)), [0.18, 0.85125], atol=1e-6)
    for right in (labels[:, None], np.eye(3)[labels]):
        np.testing.assert_allclose(numpy_of(loss(right, lengths)), [0.18, 0.85125], atol=1e-6)
    both = numpy_of(loss(np.array([[1.0, 1.0, 0.0]]), lengths[:1]))
    assert both[0] == pytest.approx(0.16 + 0.36)
    assert float(capsules.MarginLoss()(labels, lengths)) == pytest.approx((0.18 + 0.85125) / 2)
    assert abs(margin_loss_not_squared(labels, lengths) - (0.18 + 0.85125) / 2) > 0.05
    with pytest.raises(ValueError, match="0 <= absent < present <= 1"):
        capsules.MarginLoss(present=0.1, absent=0.9)
    with pytest.raises(ValueError, match=r"needs \(N,\) whole numbers, or \(N, 3\)"):
        loss(np.zeros((2, 2)), lengths)


def test_squash_lengths_direction_and_the_zero_vector(keras):
    directions = random(4, 6)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    lengths = np.array([0.1, 1, 2, 10])[:, None]
    found = numpy_of(capsules.squash((directions * lengths).astype("float32")))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), [0.00990099, 0.5, 0.8, 0.990099], rtol=1e-5)
    np.testing.assert_allclose(found / np.linalg.norm(found, axis=1, keepdims=True), directions, atol=1e-6)
    np.testing.assert_array_equal(numpy_of(capsules.squash(np.zeros((2, 3), "float32"))), 0)
    columns = numpy_of(capsules.squash((directions * lengths).T.astype("float32"), axis=0))
    np.testing.assert_allclose(columns, found.T, atol=1e-6)
    huge = np.linalg.norm(numpy_of(capsules.squash(np.full((1, 3), 1e6, "float32"))))
    assert 0.999 < huge < 1


def test_gradients_at_the_zero_vector_are_finite(keras):
    from course_utils.features import gradients

    for function in (capsules.squash, capsules.CapsuleLength()):
        _, gradient = gradients.of(lambda x, f=function: keras.ops.sum(f(x)), np.zeros((2, 3), "float32"))
        np.testing.assert_array_equal(numpy_of(gradient), 0)
    point = np.array([[0.3, -0.4]], "float32")
    _, gradient = gradients.of(lambda x: keras.ops.sum(capsules.squash(x)), point)
    slopes = []
    for place in range(2):
        step = np.zeros((1, 2))
        step[0, place] = 1e-5
        ahead, behind = squash_one((point + step)[0]).sum(), squash_one((point - step)[0]).sum()
        slopes.append((ahead - behind) / 2e-5)
    np.testing.assert_allclose(numpy_of(gradient)[0], slopes, atol=1e-4)


def test_self_attention_by_loops(keras):
    children = random(2, 5, 3)
    layer = capsules.SelfAttentionCapsules(4, 6)
    layer.build(children.shape)
    layer.set_weights([random(4, 5, 3, 6, seed=3), random(4, 5, 1, seed=4)])
    kernel, prior = layer.get_weights()
    for image, vectors in zip(children, numpy_of(layer(children)), strict=True):
        votes = np.array([[image[i] @ kernel[j, i] for i in range(5)] for j in range(4)])
        logits = np.array([[sum(votes[j, i] @ votes[j, k] for k in range(5)) for i in range(5)] for j in range(4)])
        powers = np.exp(logits / np.sqrt(6) - (logits / np.sqrt(6)).max(axis=0))
        weights = powers / powers.sum(axis=0) + prior[:, :, 0]
        for j in range(4):
            right = squash_one(sum(weights[j, i] * votes[j, i] for i in range(5)))
            np.testing.assert_allclose(vectors[j], right, atol=1e-5)


def test_sizes_of_the_networks(keras):
    paper = capsules.capsule_network(size="paper")
    assert (paper.encoder.count_params(), paper.decoder.count_params()) == (6_804_224, 1_411_344)
    assert paper.count_params() == 8_215_568
    assert paper.encoder.get_layer("primary").output.shape == (None, 1152, 8)
    course = capsules.capsule_network()
    assert course.encoder.get_layer("primary").output.shape == (None, 256, 8)
    with pytest.raises(ValueError, match="size is 'large'"):
        capsules.capsule_network(size="large")


def test_masking_keeps_the_named_or_the_longest_capsule(keras):
    vectors = random(3, 4, 2)
    longest = np.linalg.norm(vectors, axis=2).argmax(axis=1)
    mask = capsules.MaskCapsules()
    for kept, found in ((longest, mask(vectors)), ([2, 0, 3], mask([vectors, np.eye(4, dtype="float32")[[2, 0, 3]]]))):
        expected = np.zeros_like(vectors)
        for image, place in enumerate(kept):
            expected[image, place] = vectors[image, place]
        np.testing.assert_array_equal(numpy_of(found), expected.reshape(3, 8))
    with pytest.raises(ValueError, match=r"must be \(N, 4\)"):
        mask([vectors, np.zeros((3, 5), "float32")])


def small_network(keras, **settings):
    images = keras.Input((8, 8, 1))
    x = capsules.PrimaryCapsules(3, 4, 3, 2)(images)
    middle = capsules.Capsules(5, 6, kernel_regularizer=keras.regularizers.L2(1e-4), **settings)(x)
    vectors = capsules.SelfAttentionCapsules(4, 3)(middle)
    return keras.Model(images, [capsules.CapsuleLength()(vectors), capsules.MaskCapsules()(vectors)])


@pytest.mark.parametrize("form", ["implicit", "votes"])
def test_saved_and_loaded_it_is_the_same(keras, tmp_path, form):
    model, images = small_network(keras, form=form, routings=2, stop_gradient=False), random(5, 8, 8, 1)
    model.compile("adam", loss=[capsules.MarginLoss(0.8, 0.2, 0.4), None])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for one, copy in zip(model.layers, loaded.layers, strict=True):
        assert one.get_config() == copy.get_config()
    for one, copy in zip(model.predict(images, verbose=0), loaded.predict(images, verbose=0), strict=True):
        np.testing.assert_array_equal(one, copy)
    assert loaded.loss[0].get_config() == model.loss[0].get_config()


@pytest.mark.parametrize(
    ("policy", "tolerance"), [("mixed_float16", 2e-2), ("mixed_bfloat16", 1e-1), ("float64", 1e-5)]
)
@pytest.mark.parametrize("form", ["implicit", "votes"])
def test_other_precisions(keras, policy, tolerance, form):
    children = random(4, 20, 8, scale=0.3)
    layer = capsules.Capsules(5, 6, form=form)
    expected = numpy_of(layer(children))
    other = capsules.Capsules(5, 6, form=form, dtype=policy)
    other.build(children.shape)
    other.set_weights(layer.get_weights())
    outputs, couplings = other(children, return_couplings=True)
    assert keras.backend.standardize_dtype(outputs.dtype) == policy.removeprefix("mixed_")
    assert keras.backend.standardize_dtype(couplings.dtype) == ("float64" if policy == "float64" else "float32")
    np.testing.assert_allclose(numpy_of(keras.ops.cast(outputs, "float32")), expected, atol=tolerance)


def test_it_learns_in_half_precision(keras):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        keras.utils.set_random_seed(0)
        network = capsules.capsule_network((8, 8, 1), 2, "small")
        network.compile(keras.optimizers.Adam(0.003))
        images = np.zeros((32, 8, 8, 1), np.uint8)
        images[:16, 3:5] = images[16:, :, 3:5] = 255
        losses = network.fit(images, np.repeat([0, 1], 16), epochs=15, batch_size=16, verbose=0).history["loss"]
    finally:
        keras.config.set_dtype_policy(before)
    assert np.isfinite(losses).all()
    assert losses[-1] < 0.3 * losses[0]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"num_capsules": 0}, ValueError, "num_capsules is 0"),
        ({"dim": 1.5}, TypeError, "dim is 1.5"),
        ({"routings": 0}, ValueError, "routings is 0; it must be a whole number, 1 or more"),
        ({"form": "fast"}, ValueError, "form is 'fast'; it must be 'implicit' or 'votes'"),
    ],
)
def test_what_is_wrong_with_the_arguments_is_said(keras, arguments, error, words):
    with pytest.raises(error, match=words):
        capsules.Capsules(**{"num_capsules": 2, "dim": 3, **arguments})


def test_what_is_wrong_with_the_input_is_said(keras):
    with pytest.raises(ValueError, match=r"needs \(N, children, child dim\).*PrimaryCapsules"):
        capsules.Capsules(2, 3)(random(2, 4, 4, 1))
    with pytest.raises(ValueError, match="every child has weights"):
        capsules.Capsules(2, 3).build((None, None, 8))
    layer = capsules.Capsules(2, 3)
    layer(random(2, 6, 4))
    with pytest.raises(ValueError, match=r"built for \(6, 4\).*got \(7, 4\)"):
        layer(random(2, 7, 4))
    with pytest.raises(ValueError, match=r"needs \(N, height, width, channels\)"):
        capsules.PrimaryCapsules(2, 3)(random(2, 28, 28))
    with pytest.raises(ValueError, match="does not fit into maps"):
        capsules.PrimaryCapsules(2, 3)(random(2, 8, 8, 1))


def everything(children, images):
    """Return what the layers give, with gradients and a small training, on whatever backend this runs."""
    import keras

    from course_utils.features import gradients

    answer = {}
    for form in ("implicit", "votes"):
        for stop in (True, False):
            layer = made(children.shape, 5, 4, form=form, stop_gradient=stop)
            _, gradient = gradients.of(lambda x, one=layer: keras.ops.sum(one(x) ** 2), children)
            answer[f"{form} {stop}"] = numpy_of(layer(children))
            answer[f"gradient {form} {stop}"] = numpy_of(gradient)
    _, at_zero = gradients.of(lambda x: keras.ops.sum(capsules.squash(x)), np.zeros((2, 3), "float32"))
    answer["at zero"] = numpy_of(at_zero)
    network = capsules.capsule_network((8, 8, 1), 2, "small")
    draw = np.random.default_rng(1)
    weights = network.trainer.get_weights()
    network.trainer.set_weights([0.1 * draw.standard_normal(weight.shape) for weight in weights])
    network.compile(keras.optimizers.SGD(0.1))
    labels = np.arange(len(images)) % 2
    history = network.fit(images, labels, epochs=3, batch_size=len(images), shuffle=False, verbose=0)
    answer["losses"] = history.history["loss"]
    return answer


@pytest.mark.parametrize("backend", backends.OTHERS)
def test_other_backends_give_the_same(backend):
    inputs = {
        "children": random(3, 6, 4),
        "images": np.random.default_rng(0).integers(0, 256, (6, 8, 8, 1)).astype(np.uint8),
    }
    found = backends.run_on(backend, everything, **inputs)
    for name, expected in everything(**inputs).items():
        np.testing.assert_allclose(found[name], expected, rtol=1e-4, atol=1e-4, err_msg=name)


def test_the_classic_form_of_the_benchmark_is_the_same_layer(keras):
    from course_utils.benchmarks import capsules as bench

    children = random(3, 6, 4)
    classic = bench.classic_layer()(5, 3)
    expected = numpy_of(classic(children))
    layer = capsules.Capsules(5, 3)
    layer.build(children.shape)
    layer.set_weights([classic.get_weights()[0].transpose(0, 1, 3, 2)])
    np.testing.assert_allclose(numpy_of(layer(children)), expected, atol=1e-5)


def test_a_small_network_reads_handwritten_digits_after_ten_epochs(keras):
    """The text of lesson 17 says more than 96%; seed 20 gave 97.1%, seed 21 97.2% and seed 22 97.8%."""
    from course_utils import datasets, training
    from course_utils.capsules import network

    mnist = datasets.load("mnist")
    training.seed(23)
    small = capsules.capsule_network((28, 28, 1), 10, network.Size(32, 5, 2, 8, 8, 5, 2, 16, (128, 256)))
    steps = training.num_steps(len(mnist.train.labels), 50, 10)
    small.compile(keras.optimizers.Adam(training.OneCycle(0.006, steps)))
    small.fit(*mnist.train, epochs=10, batch_size=50, verbose=0)
    assert training.accuracy(small.classifier, *mnist.test) > 0.96
