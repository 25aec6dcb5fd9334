"""Exercises whose answer is a Keras model: what the check sees of it, and what it says of anything else."""

import keras
import numpy as np
import pytest
from keras import layers

from course_utils import locations
from course_utils.authoring import define, proof
from course_utils.checks import encoding, judging, library, observing, pictures


def small(num_filters=4, activation="relu"):
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(num_filters, 3, padding="same", activation=activation),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )


def functional(num_filters=4):
    image = keras.Input((8, 8, 1), name="pixels")
    scaled = layers.Rescaling(1 / 255)(image)
    maps = layers.ReLU()(layers.Conv2D(num_filters, (3, 3), strides=(1, 1), padding="same")(scaled))
    pooled = layers.MaxPooling2D(2)(maps)
    return keras.Model(image, layers.Dense(3, name="scores")(layers.Flatten()(pooled)))


def test_a_line_per_layer():
    assert observing.layers(small()) == [
        "Rescaling: scale 0.00392157 -> 8x8x1, 0 parameters",
        "Conv2D: 4 filters, kernel 3, stride 1, same -> 8x8x4, 40 parameters",
        "Activation relu -> 8x8x4",
        "MaxPooling2D: window 2, stride 2, valid -> 4x4x4, 0 parameters",
        "Flatten -> 64, 0 parameters",
        "Dense: 3 units -> 3, 195 parameters",
    ]


def test_the_same_network_written_in_another_style_is_the_same():
    nested = keras.Sequential([keras.Input((8, 8, 1)), functional()])
    for other in (functional(), nested):
        assert observing.layers(other) == observing.layers(small())
        assert observing.size(other) == observing.size(small())
        np.testing.assert_allclose(observing.outputs(other), observing.outputs(small()), rtol=1e-5)


def test_size_and_outputs():
    assert observing.size(small()) == {"output shape": (3,), "parameters": 235}
    np.testing.assert_array_equal(observing.outputs(small()), observing.outputs(small()))
    assert not np.allclose(observing.outputs(small()), observing.outputs(small(activation="tanh")))


def test_an_open_side_and_batch_normalisation_can_be_looked_at():
    network = keras.Sequential(
        [keras.Input((None, None, 3)), layers.Conv2D(2, 3, use_bias=False), layers.BatchNormalization(),
         layers.GlobalAveragePooling2D()]
    )  # fmt: skip
    assert (
        observing.layers(network)[0]
        == "Conv2D: 2 filters, kernel 3, stride 1, valid, no bias -> any x any x 2, 54 parameters"
    )
    assert np.isfinite(observing.outputs(network)).all()


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        ([layers.Dense(3)], "a list; return the network"),
        (layers.Dense(3), "a Dense; return the network"),
        (keras.Sequential([layers.Dense(3)]), "does not know its input shape yet"),
    ],
    ids=["list", "layer", "not built"],
)
def test_anything_else_is_named(thing, words):
    for observer in observing.OBSERVERS:
        with pytest.raises(encoding.NotPlain, match=words):
            observing.observe(observer, thing)


def _exercise(observe):
    exercise = define.function("9.1", small, observe=observe, rtol=1e-4)
    exercise.case("four filters", num_filters=4)
    exercise.case("six filters", visible=False, num_filters=6)
    exercise.hints("a", "b", "c")
    exercise.correct(functional)

    @exercise.correct
    def with_add(num_filters):
        network = keras.Sequential()
        for layer in functional(num_filters).layers:
            network.add(layer)
        return network

    @exercise.mutant("The activation is missing.")
    def forgets_relu(num_filters):
        return small(num_filters, None)

    @exercise.mutant("You return the layers, not the network.")
    def a_list(num_filters):
        return small(num_filters).layers

    return exercise


@pytest.mark.parametrize("observe", ["layers", "outputs"])
def test_right_styles_pass_and_mutants_fail(observe):
    exercise = _exercise(observe)
    assert proof.faults({"9.1": exercise}) == []
    case = exercise.visible_documents()[0]
    assert case["observe"] == observe
    assert judging.judge_case(case, small).passed
    result = judging.judge_case(case, exercise.mutants[1].function)
    assert result.lines == ("your function returned a list; return the network, a keras.Model",)
    difference = judging.judge_case(case, exercise.mutants[0].function)
    assert not difference.passed
    if observe == "layers":
        assert "Activation relu" in difference.message
    blank = judging.judge([case], lambda num_filters: ...)
    assert blank.not_attempted


def test_size_cannot_see_an_activation_and_the_proof_says_so():
    assert any("forgets_relu passes every visible case" in fault for fault in proof.faults({"9.1": _exercise("size")}))


def test_an_unknown_observer_is_refused():
    with pytest.raises(define.DefinitionError, match="layers, size, outputs"):
        define.function("9.1", small, observe="weights")


def test_the_layers_of_a_right_network_are_shown_one_a_line():
    document = library.document(locations.exercises() / "08_pool_feature_maps.json")["exercises"]["8.8"]
    lines = pictures.expected(document)._repr_mimebundle_()["text/plain"].splitlines()
    assert lines[3].strip() == "result: a network with these layers"
    assert [line.split()[0] for line in lines[4:]][-2:] == ["GlobalMaxPooling2D", "Dense:"]
