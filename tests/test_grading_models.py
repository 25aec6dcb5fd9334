"""Trained networks leave the sandbox as plain data; layers, parameters and accuracy are judged on hidden images."""

import dataclasses
import functools
import json
import math
import os
import textwrap

import grading_desk
import numpy as np
import pytest

from course_utils.authoring import collect, define
from course_utils.checks import calling, encoding, goals, judging, pictures, standard_models
from course_utils.grading import desk, marking, reference, sandbox, submission

SEED = 3
SETUP = "import keras\nimport numpy as np\nfrom keras import layers"
SECONDS, SECONDS_OF_A_BOMB, MEMORY_MB = 60, 2, 700

needs_a_sandbox = pytest.mark.skipif(not sandbox.found().inner, reason="this system has no sandbox for strangers' code")


def _squares(rng, count, num_classes=3, first=0):
    """Return 4x4 images of as many gray levels as there are classes; level c has label (c + first) % num_classes."""
    levels = np.arange(count) % num_classes
    images = (40 + 60 * levels)[:, None, None, None] + rng.integers(0, 30, (count, 4, 4, 1))
    return images.astype(np.uint8), (levels + first) % num_classes


# A network of which one layer is computed, not trained: the mean gray level of each class makes its weights.
RIGHT = """
def train(images, labels):
    model = keras.Sequential([keras.Input(images.shape[1:]), layers.Flatten(), layers.Dense(int(labels.max()) + 1)])
    means = np.array([images[labels == c].mean() for c in range(int(labels.max()) + 1)]) / 255
    pixels = images[0].size
    model.set_weights([np.ones((pixels, 1)) * means / pixels / 255 * 2, -means ** 2])
    return model
"""


def _defined() -> define.Exercise:
    names: dict = {}
    exec(f"{SETUP}\n{RIGHT}", names)
    exercise = define.function("99.1", names["train"], observe="trained")
    rng = np.random.default_rng(0)
    images, labels = _squares(rng, 12)
    goal = goals.Goal(*_squares(rng, 12), accuracy=0.9, most_parameters=60, layers=("Dense",))
    exercise.case("three levels", images=images, labels=labels, goal=goal)

    def others(rng):
        images, labels = _squares(rng, 16, 4, first=1)
        goal = goals.Goal(*_squares(rng, 40, 4, first=1), accuracy=0.9, most_parameters=80, layers=("Dense",))
        return {"images": images, "labels": labels, "goal": goal}

    exercise.random_cases(1, others)
    exercise.hints("one", "two", "three")
    exercise.title, exercise.level, exercise.points = "try", "build", 4.0
    return exercise


@functools.cache
def _exercise() -> reference.Exercise:
    parts = reference._function(_defined(), SEED)
    return reference.Exercise("99.1", "try", "build", 4.0, "function", "train", (), ("exercise-99-1",), (), **parts)


@pytest.fixture(scope="module")
def at():
    isolation = grading_desk.walls(outer=False)
    with desk.Desk(True, isolation, SECONDS, MEMORY_MB, (SETUP,)) as opened:
        yield opened


def _mark(code: str, at) -> marking.Mark:
    cell = {"cell_type": "code", "id": "a", "metadata": {"exercise": "99.1"}, "source": textwrap.dedent(code)}
    handed_in = submission.read(json.dumps({"cells": [cell]}).encode(), "the notebook")
    return marking.mark_exercise(handed_in, _exercise(), SETUP, at)


def test_the_right_network_reaches_the_goal_and_the_words_say_what_a_wrong_one_lacks():
    exercise = _defined()
    document = collect.visible_document("99_try", {"99.1": dataclasses.replace(exercise, points=1.0)})
    case = document["exercises"]["99.1"]["cases"][0]
    assert encoding.decode(case["expected"]["value"]) == {
        "output": "3 scores for each image",
        "layers": "with Dense",
        "parameters": "at most 60",
        "weights": "finite numbers",
        "unseen images": "right for at least 90 %",
    }
    assert judging.judge_case(case, exercise.reference).passed
    text, _ = pictures._case("train", case)
    assert "unseen images: right for at least 90 %" in text

    def untrained(images, labels):
        model = exercise.reference(images, labels)
        model.set_weights([0 * weight for weight in model.get_weights()])
        return model

    result = judging.judge_case(case, untrained)
    assert result.lines == ("unseen images: right for fewer than 90 %", "asked for: right for at least 90 %")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"accuracy": 0}, "must be above 0"),
        ({"accuracy": 1.5}, "at most 1"),
        ({"labels": np.zeros((2, 1), int)}, "one per image"),
        ({"labels": np.zeros(3, int)}, "2 images and 3 labels"),
        ({"labels": np.array([0.0, 1.0])}, "whole numbers"),
        ({"labels": np.array([-1, 1])}, "whole numbers"),
    ],
)
def test_a_goal_that_makes_no_sense_is_refused_with_words(change, words):
    with pytest.raises(goals.GoalError, match=words):
        goals.Goal(**{"images": np.zeros((2, 1, 1, 1)), "labels": np.array([0, 1]), "accuracy": 0.5, **change})


def test_an_author_is_told_when_goal_and_observer_do_not_belong_together():
    images, labels = _squares(np.random.default_rng(0), 6)
    out_of_reach = goals.Goal(images, 2 - labels, accuracy=0.9)
    for observe, goal, words in (
        ("trained", None, "needs one"),
        ("layers", out_of_reach, "no other case"),
        ("trained", out_of_reach, "does not reach its goal"),
    ):
        exercise = define.function("99.1", _defined().reference, observe=observe)
        exercise.case("a", images=images, labels=labels, goal=goal)
        with pytest.raises(define.DefinitionError, match=words):
            exercise.visible_documents()


def _verdict(**change):
    goal = goals.Goal(np.zeros((4, 1)), np.array([0, 1, 1, 0]), accuracy=0.75, most_parameters=4, layers=("Dense",))
    scores = np.array([[2, 1], [1, 2], [0, 1], [0, 1]], np.float32)  # three of four are right
    given = {"layers": ("Flatten", "Dense"), "weights": [np.ones((2, 2))], "scores": scores, **change}
    found = goals.verdict(goal, given["layers"], given["weights"], given["scores"])
    return [key for key, words in goal.wanted().items() if found[key] != words]


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ({}, []),
        ({"scores": np.zeros((4, 3))}, ["output"]),
        ({"scores": np.zeros((3, 2))}, ["output"]),
        ({"scores": np.zeros(4)}, ["output"]),
        ({"layers": ("Flatten",)}, ["layers"]),
        ({"weights": [np.ones(5)]}, ["parameters"]),
        ({"weights": [np.ones(3), np.array([np.nan])]}, ["weights"]),
        ({"weights": [np.array([-np.inf])]}, ["weights"]),
        ({"scores": np.array([[2, 1], [1, 2], [1, 0], [0, 1]], np.float32)}, ["unseen images"]),
        ({"scores": np.array([[2, 1], [1, 2], [np.nan, 1], [0, 1]], np.float32)}, ["unseen images"]),
        ({"scores": np.array([[0.2], [0.8], [0.6], [0.9]], np.float32)}, []),  # one score for two classes
    ],
)
def test_the_first_thing_that_is_missing_is_named(change, first):
    assert _verdict(**change)[:1] == first


def _described(*parts) -> dict:
    import keras

    return standard_models.taken_apart(keras.Sequential([keras.Input((4, 4, 1)), *parts]))[0]


def test_what_keras_says_of_its_own_layers_is_let_through_and_rebuilt_the_same():
    import keras
    from keras import layers

    inputs = keras.Input((4, 4, 1))
    x = layers.Rescaling(1 / 255)(inputs)
    y = layers.Conv2D(3, 3, padding="same", kernel_regularizer="l2", kernel_initializer="he_normal")(x)
    y = layers.Concatenate()([x, layers.ReLU()(layers.BatchNormalization()(y))])
    inner = keras.Sequential([keras.Input((4, 4, 4)), layers.RandomFlip(), layers.Dropout(0.5), layers.Flatten()])
    model = keras.Model(inputs, layers.Dense(2, activation="softmax", kernel_constraint="non_neg")(inner(y)))
    model.compile("adam", lambda truth, found: truth)  # a loss of a student's own is none of the checker's business
    description, weights = standard_models.taken_apart(model)
    plain = json.loads(json.dumps(description))
    copied, kinds = standard_models.checked(plain)
    assert kinds == ("Rescaling", "Conv2D", "BatchNormalization", "ReLU", "Concatenate", "RandomFlip", "Dropout",
                     "Flatten", "Dense")  # fmt: skip
    assert "compile_config" not in json.dumps(copied)
    images = np.random.default_rng(0).integers(0, 256, (70, 4, 4, 1)).astype(np.uint8)
    twin = standard_models.rebuilt(copied, standard_models.checked_weights(weights))
    assert twin.count_params() == model.count_params() == sum(array.size for array in weights)
    np.testing.assert_allclose(
        standard_models.scores(twin, images), model.predict(images, verbose=0), rtol=1e-5, atol=1e-6
    )


def _forged(change) -> dict:
    from keras import layers

    description = json.loads(json.dumps(_described(layers.Flatten(), layers.Dense(2, activation="relu"))))
    change(description)
    return description


_FUNCTION = {"module": "builtins", "class_name": "function", "config": "system", "registered_name": "system"}
_FORGERIES = {
    "a class of another package": lambda d: d["config"]["layers"][2].update(module="os", class_name="system"),
    "a module below Keras": lambda d: d["config"]["layers"][2].update(module="keras.src.layers.core.lambda_layer"),
    "a function of Keras": lambda d: d["config"]["layers"][2].update(module="keras.utils", class_name="get_file"),
    "Lambda": lambda d: d["config"]["layers"][2].update(class_name="Lambda"),
    "a layer that loads a file": lambda d: d["config"]["layers"][2].update(class_name="TFSMLayer"),
    "a name that is registered": lambda d: d["config"]["layers"][2].update(registered_name="Custom>Dense"),
    "no module": lambda d: d["config"]["layers"][2].update(module=None),
    "a module that is a list": lambda d: d["config"]["layers"][2].update(module=["keras.layers"]),
    "a class that is a list": lambda d: d["config"]["layers"][2].update(class_name=["Dense"]),
    "an activation of one's own": lambda d: d["config"]["layers"][2]["config"].update(activation=_FUNCTION),
    "code as an initializer": lambda d: d["config"]["layers"][2]["config"].update(
        kernel_initializer={"class_name": "__lambda__", "config": {"value": "4wAAAAA="}}
    ),
    "a type of TensorFlow": lambda d: d["config"].update(
        more={"class_name": "__typespec__", "spec_name": "TensorSpec", "module": "tensorflow", "config": []}
    ),
    "a model of one's own": lambda d: d.update(module=None, class_name="Mine", registered_name="Custom>Mine"),
    "a layer for a model": lambda d: d.update(module="keras.layers", class_name="Dense"),
    "a place for a model": lambda d: (d.clear(), d.update(class_name="__keras_tensor__", config={})),
    "something that is no data": lambda d: d["config"].update(name=object()),
    "a key that is no text": lambda d: d["config"].update({3: 4}),
}
_TOO_MUCH = {
    "nested too deep": lambda d: d["config"].update(name=functools.reduce(lambda inner, _: [inner], range(90), "x")),
    "too many parts": lambda d: d["config"].update(layers=d["config"]["layers"] * 5000),
}


@pytest.mark.parametrize("name", _FORGERIES)
def test_a_description_that_names_anything_else_is_refused(name):
    with pytest.raises(standard_models.NotStandard, match="none of Keras's own"):
        standard_models.checked(_forged(_FORGERIES[name]))


@pytest.mark.parametrize("name", _TOO_MUCH)
def test_a_description_without_end_is_refused(name):
    with pytest.raises(standard_models.NotStandard, match="too large"):
        standard_models.checked(_forged(_TOO_MUCH[name]))


@pytest.mark.parametrize("thing", [None, [], "Sequential", {}, {"class_name": None}])
def test_what_is_no_description_is_no_network(thing):
    with pytest.raises(standard_models.NotStandard, match="no network"):
        standard_models.checked(thing)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ((np.ones(2),), "cannot be rebuilt"),
        ({"a": np.ones(2)}, "cannot be rebuilt"),
        ([1.0, 2.0], "cannot be rebuilt"),
        ([np.array(["a"])], "cannot be rebuilt"),
        ([np.ones(2) * 1j], "cannot be rebuilt"),
        ([np.ones(0)] * (standard_models.MOST_ARRAYS + 1), "too large"),
        ([np.broadcast_to(np.float32(1), (standard_models.MOST_WEIGHTS + 1,)).copy()], "too large"),
    ],
)
def test_weights_are_arrays_of_numbers_and_not_too_many(weights, words):
    with pytest.raises(standard_models.NotStandard, match=words):
        standard_models.checked_weights(weights)


def test_weights_too_large_for_the_network_s_numbers_are_infinite_and_told():
    (found,) = standard_models.checked_weights([np.array([1e300])])
    assert math.isinf(found[0])


def test_weights_that_do_not_fit_their_layers_make_no_network():
    from keras import layers

    description, _ = standard_models.checked(_described(layers.Flatten(), layers.Dense(2)))
    for weights in ([], [np.ones((16, 2))], [np.ones((2, 16)), np.ones(2)], [np.ones((16, 2)), np.ones(2), np.ones(1)]):
        with pytest.raises(standard_models.NotStandard, match="cannot be rebuilt"):
            standard_models.rebuilt(description, weights)


_STYLES = {
    "the reference": RIGHT,
    "in functional form, compiled with a loss of one's own": """
        def train(images, labels):
            classes = int(labels.max()) + 1
            means = np.array([images[labels == c].mean() for c in range(classes)]) / 255
            inputs = keras.Input(images.shape[1:])
            scores = layers.Dense(classes)(layers.GlobalAveragePooling2D()(layers.Rescaling(1 / 255)(inputs)))
            model = keras.Model(inputs, layers.Softmax()(scores))
            model.layers[-2].set_weights([means[None] * 2, -means ** 2])
            model.compile("sgd", lambda truth, found: keras.ops.sum(found))
            return model
    """,
    "trained": """
        def train(images, labels):
            classes = int(labels.max()) + 1
            keras.utils.set_random_seed(0)
            pooled = [layers.GlobalAveragePooling2D(), layers.Dense(8, activation="relu"), layers.Dense(classes)]
            model = keras.Sequential([keras.Input(images.shape[1:]), layers.Rescaling(1 / 100, -1.5), *pooled])
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            model.compile(keras.optimizers.Adam(0.1), loss, jit_compile=False)
            model.fit(images, labels, batch_size=16, epochs=60, verbose=0)
            return model
    """,
}


def _some_in_a_fresh_kernel(names, chosen):
    return [pytest.param(name, marks=[pytest.mark.fresh_kernel] if name in chosen else []) for name in names]


@needs_a_sandbox
@pytest.mark.parametrize("name", _some_in_a_fresh_kernel(_STYLES, ("the reference",)))
def test_every_way_to_the_goal_gets_all_points(name, at):
    mark = _mark(_STYLES[name], at)
    assert [case.words for case in mark.cases if not case.passed] == []
    assert (mark.status, mark.points) == (marking.PASSED, 4.0)


# What an attack begins with: the right network, of which something is changed.
_BEGIN = f"{RIGHT}\nright = train\nfrom course_utils.checks import encoding, standard_models\n"
_SENT = "\nstandard_models.taken_apart = lambda model: ({}, {})\n"
_LAYERS = "def train(images, labels):\n    return keras.Sequential([keras.Input(images.shape[1:]), {}])"
_ATTACKS = {
    "a Lambda layer": (
        _LAYERS.format("layers.Lambda(lambda x: x[:, 0, 0] * 0), layers.Dense(4)"),
        "none of Keras's own",
    ),
    "a layer of one's own, registered": (
        "@keras.saving.register_keras_serializable()\nclass Mine(layers.Layer):\n    def call(self, x):\n"
        "        return x\n    @classmethod\n    def from_config(cls, config):\n        open('$OUTSIDE', 'w').close()\n"
        + _LAYERS.format("layers.Flatten(), Mine()"),
        "none of Keras's own",
    ),
    "a layer of one's own under Keras's name": (
        "class Dense(layers.Dense):\n    def call(self, x):\n        return x[:, :4]\n"
        + _LAYERS.format("layers.Flatten(), Dense(4)"),
        "none of Keras's own",
    ),
    "a layer that does not describe itself": (
        "class Mine(layers.Layer):\n    def get_config(self):\n        raise NotImplementedError\n"
        "    def call(self, x):\n        return x\n" + _LAYERS.format("layers.Flatten(), Mine()"),
        "none of Keras's own",
    ),
    "weights that are NaN": (
        _BEGIN + "def train(images, labels):\n    model = right(images, labels)\n"
        "    model.set_weights([w * np.nan for w in model.get_weights()])\n    return model",
        "weights: not all finite",
    ),
    "more parameters than allowed": (
        _LAYERS.format("layers.Flatten(), layers.Dense(20), layers.Dense(4)"),
        "parameters: more than 80",
    ),
    "another network than asked for": (
        _LAYERS.format("layers.Conv2D(4, 4), layers.GlobalMaxPooling2D()"),
        "layers: without Dense",
    ),
    "no training": (
        _LAYERS.format("layers.Flatten(), layers.Dense(4, kernel_initializer='zeros')"),
        "unseen images: right for fewer than 90 %",
    ),
    "the labels of another task": (
        _BEGIN + "def train(images, labels):\n    return right(images, (labels + 1) % (labels.max() + 1))",
        "unseen images: right for fewer than 90 %",
    ),
    "too many weights": (
        _LAYERS.format("layers.Flatten(), layers.Dense(2000), layers.Dense(2000), layers.Dense(4)"),
        "too large to be looked at",
    ),
    "a layer without end": (
        _BEGIN + "def train(images, labels):\n    return right(images, labels)\n"
        "def huge(model):\n    found = keras.saving.serialize_keras_object(model)\n"
        "    found['config']['layers'][-1]['config']['units'] = 10 ** 11\n    return found\n"
        + _SENT.format("huge(model)", "model.get_weights()"),
        "cannot be rebuilt",
    ),
    "weights of another network": (
        _BEGIN
        + "def train(images, labels):\n    return right(images, labels)\n"
        + _SENT.format("keras.saving.serialize_keras_object(model)", "[np.ones((3, 3)), np.ones(4)]"),
        "cannot be rebuilt",
    ),
    "weights that are no arrays": (
        _BEGIN
        + "def train(images, labels):\n    return right(images, labels)\n"
        + _SENT.format("keras.saving.serialize_keras_object(model)", "['cos\\nsystem\\n(S\"touch $OUTSIDE\"\\ntR.']"),
        "cannot be rebuilt",
    ),
    "a description that names another function": (
        _BEGIN
        + "def train(images, labels):\n    return right(images, labels)\n"
        + _SENT.format("{'module': 'os', 'class_name': 'system', 'config': 'touch $OUTSIDE'}", "model.get_weights()"),
        "none of Keras's own",
    ),
    "the verdict itself": (
        "def train(images, labels):\n    return {'output': '4 scores for each image', 'layers': 'with Dense', "
        "'parameters': 'at most 80', 'weights': 'finite numbers', 'unseen images': 'right for at least 90 %'}",
        "cannot be compared; return a keras.Model",
    ),
    "scores of the child's own": (
        _BEGIN
        + "from course_utils.grading import child\ndef train(images, labels):\n    return right(images, labels)\n"
        "child._described = lambda value, observe: {'scores': [[1, 0, 0, 0]] * 40, 'value': "
        "{'kind': 'array', 'dtype': 'float32', 'shape': [1], 'values': [1]}}",
        "cannot be compared; return a keras.Model",
    ),
}
_BOMBS = {
    "memory": ("layers.UpSampling2D(1000), layers.Conv2D(4, 1), layers.GlobalMaxPooling2D(), layers.Dense(4)",
               ("memory", "crashed", "well")),
    "time": ("layers.UpSampling2D(150), " + "layers.Conv2D(4, 31, padding='same'), " * 6
             + "layers.GlobalMaxPooling2D(), layers.Dense(4)", ("timed out",)),
}  # fmt: skip


@needs_a_sandbox
@pytest.mark.parametrize(
    "name", _some_in_a_fresh_kernel(_ATTACKS, ("the labels of another task", "the verdict itself"))
)
def test_an_attack_earns_nothing_and_is_told_what_is_wrong(name, at, tmp_path):
    code, words = _ATTACKS[name]
    mark = _mark(code.replace("$OUTSIDE", str(tmp_path / "outside")), at)
    assert mark.points == 0
    hidden = [case for case in mark.cases if not case.visible]
    assert len(hidden) == 1
    assert words in hidden[0].words
    assert not list(tmp_path.iterdir())
    assert os.listdir(at._folder) == []


class _Listening:
    """Notes what is asked of a desk, and gives another time to the process that looks at a network."""

    def __init__(self, at, seconds):
        self._at, self._seconds, self.asked, self.ended = at, seconds, [], []

    def ask(self, request, cases=None):
        self.asked.append((request, dict(cases or {})))
        self._at.seconds = self._seconds if request["job"] == "scores" else SECONDS
        reply = self._at.ask(request, cases)
        self._at.seconds = SECONDS
        self.ended.append((request["job"], reply.ended))
        return reply


@needs_a_sandbox
@pytest.mark.parametrize("name", _BOMBS)
def test_a_network_that_takes_for_ever_is_ended_and_the_next_is_marked_right(name, at):
    code, ends = _BOMBS[name]
    listening = _Listening(at, SECONDS_OF_A_BOMB)
    mark = _mark(_LAYERS.format(code), listening)
    how = {ended for job, ended in listening.ended if job == "scores"}
    assert how <= set(ends)
    by_how = {"timed out": marking.TIMED_OUT, "memory": marking.MEMORY}
    assert (mark.points, mark.status) == (0, next((by_how[end] for end in by_how if end in how), marking.WRONG))
    words = ("a network that takes more time or memory", "a network that cannot be rebuilt")
    assert all(any(one in case.words for one in words) for case in mark.cases)
    assert _mark(RIGHT, at).status == marking.PASSED


@needs_a_sandbox
def test_who_trains_never_gets_the_unseen_images_and_who_sees_them_never_gets_code_or_labels(at):
    listening = _Listening(at, SECONDS)
    assert _mark(RIGHT, listening).status == marking.PASSED
    jobs = [request["job"] for request, _ in listening.asked]
    assert jobs == ["exercise", "scores", "scores"]
    training = json.dumps(listening.asked[0])
    for case, (request, cases) in zip(_exercise().cases, listening.asked[1:], strict=True):
        assert case["goal"]["images"]["base64"] not in training
        assert set(request) == {"job", "model", "weights", "images"}
        assert cases == {}
        assert request["images"] == case["goal"]["images"]


def test_the_way_of_the_check_and_the_way_of_the_grader_find_the_same(monkeypatch):
    """The student's check looks at the network itself, the grader at what was rebuilt from data; both say the same."""
    case = _exercise().cases[0]

    class Here:
        """Answers as the checker's process does, without one."""

        ended = "well"

        def ask(self, request):
            model = standard_models.rebuilt(request["model"], encoding.decode(request["weights"]))
            scores = standard_models.scores(model, encoding.decode(request["images"]))
            return desk.Reply(({"event": "scores", "value": encoding.encode(scores)},), "well", 0.0)

    def small(images, labels):
        model = _defined().reference(images, labels)
        model.set_weights([-weight for weight in model.get_weights()])
        return model

    for function in (_defined().reference, small):
        local = calling.call(function, lambda: judging.arguments_of(case), observe="trained", goal=case["goal"])
        description, weights = standard_models.taken_apart(function(*(v for _, v in judging.arguments_of(case))))
        event = {"model": json.loads(json.dumps(description)), "weights": encoding.encode(weights),
                 "value": {"kind": "str", "value": "a model"}}  # fmt: skip
        assert marking._observed(Here(), "", case, event).value == local.value
