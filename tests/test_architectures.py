"""The formulas for sizes and parameters: the answers of the course, Keras's own layers, and the error sentences."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_utils import architectures

KERAS = pytest.importorskip("keras")
QUICK = settings(max_examples=60, deadline=None)
LAYERS = settings(max_examples=25, deadline=None)


def test_importing_the_formulas_does_not_import_keras():
    code = (
        "import sys; from course_utils import architectures as a; a.output_size(130, 3); a.conv_parameters(3, 10, 3); "
        "a.receptive_field([(3, 1)]); print([name for name in ('keras', 'tensorflow', 'torch') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# Answers that older courses and papers give, each a row of its own.
@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (architectures.flattened_size((28, 28)), 784),
        (sum(map(architectures.dense_parameters, (3072, 1000, 512), (1000, 512, 10))), 3_590_642),
        (sum(map(architectures.dense_parameters, (784, 512, 512), (512, 512, 10))), 669_706),
        (sum(map(architectures.dense_parameters, (784, 512), (512, 10))), 407_050),
        (architectures.dense_parameters(16, 4), 68),
        (architectures.locally_connected_parameters(4, 1, 1, 2, stride=2), 20),
        (architectures.conv_parameters(1, 1, 2), 5),
        (architectures.conv_parameters(1, 16, 2), 80),
        (architectures.output_size((200, 200), 2, 2), (100, 100)),
        (architectures.conv_parameters(16, 32, 3), 4_640),
        (architectures.output_size((100, 100), 3, padding=1), (100, 100)),
        (architectures.conv_parameters(1, 16, 2) + architectures.conv_parameters(16, 32, 3), 4_720),
        (architectures.flattened_size((25, 25, 32)), 20_000),
        (architectures.output_size(130, 3), 128),
        (architectures.output_size(128, 4, 4), 32),
        (architectures.output_size(32, 5, padding=2), 32),
        (architectures.output_size(32, 2, 2), 16),
        (architectures.flattened_size((16, 16, 20)), 5_120),
        (architectures.conv_parameters(3, 10, 3), 280),
        (architectures.conv_parameters(10, 20, 5), 5_020),
        (architectures.conv_parameters(3, 32, 3), 896),
        (architectures.output_size(128, 3, 2, "same"), 64),
        (architectures.output_size(128, 3, 2, "valid"), 63),
        ([architectures.output_size(100, *pool) for pool in ((2, 2), (4, 4), (2, 3), (2, 1))], [50, 25, 33, 99]),
        ([architectures.output_size(130, *pool) for pool in ((2, 4), (4, 4))], [33, 32]),
        ([architectures.output_size(7, 3, stride) for stride in (1, 2)], [5, 3]),
        (architectures.flattened_size((7, 7, 512)), 25_088),
        (architectures.dense_parameters(25_088, 133), 3_336_837),
        (architectures.dense_parameters(512, 133), 68_229),
        (architectures.output_size(227, 11, 4), 55),
        (architectures.conv_parameters(3, 96, 11), 34_944),
        (2 * architectures.conv_parameters(1, 1, 3, use_bias=False), 18),
        (architectures.conv_parameters(1, 1, 5, use_bias=False), 25),
        (3 * architectures.conv_parameters(1, 1, 3, use_bias=False), 27),
        (architectures.conv_parameters(1, 1, 7, use_bias=False), 49),
        (architectures.receptive_field([(3, 1)] * 2), 5),
        (architectures.receptive_field([(3, 1)] * 3), 7),
        (architectures.output_size(28, 9), 20),  # capsule network
        (architectures.output_size(20, 9, 2), 6),
        (architectures.flattened_size((6, 6, 32)), 1_152),
        (architectures.same_padding(7), 3),
        (2 * 68, 136),
    ],
)  # fmt: skip
def test_answer(found, expected):
    assert found == expected


def test_keras_and_torch_padding_give_the_same_size_of_an_even_image_but_stand_elsewhere():
    for size in (4, 6, 128):
        assert architectures.output_size(size, 3, 2, "same") == architectures.output_size(size, 3, 2, 1) == size // 2
        assert architectures.padding_of(size, 3, 2, "same") == (0, 1)
        assert architectures.padding_of(size, 3, 2, 1) == (1, 1)
    assert architectures.padding_of(7, 3, 2, "same") == (1, 1)


sizes = st.integers(1, 40)
few = st.integers(1, 7)


@QUICK
@given(sizes, few, few, st.integers(0, 6))
def test_size_is_the_number_of_places_that_can_be_counted(size, kernel, stride, padding):
    assume(kernel <= size + 2 * padding)
    places = [start for start in range(0, size + 2 * padding, stride) if start + kernel <= size + 2 * padding]
    assert architectures.output_size(size, kernel, stride, padding) == len(places)


@QUICK
@given(sizes, few, few)
def test_same_is_input_divided_by_stride_rounded_up_and_its_padding_gives_just_that(size, kernel, stride):
    places = architectures.output_size(size, kernel, stride, "same")
    before, after = architectures.padding_of(size, kernel, stride, "same")
    assert places == -(-size // stride)
    assert after - before in (0, 1)
    assert (size + before + after - kernel) // stride + 1 == places


@LAYERS
@given(st.tuples(sizes, sizes), st.tuples(few, few), st.tuples(few, few), st.sampled_from(["valid", "same"]))
def test_size_is_what_keras_convolution_and_pooling_give(size, kernel, stride, padding):
    assume(padding == "same" or (kernel[0] <= size[0] and kernel[1] <= size[1]))
    expected = architectures.output_size(size, kernel, stride, padding)
    shape = (None, *size, 2)
    for layer in (
        KERAS.layers.Conv2D(3, kernel, strides=stride, padding=padding),
        KERAS.layers.MaxPooling2D(kernel, strides=stride, padding=padding),
    ):
        assert layer.compute_output_shape(shape)[1:3] == expected


@LAYERS
@given(st.integers(1, 5), few, st.tuples(few, few), st.booleans(), st.integers(1, 3))
def test_parameters_are_what_keras_counts(channels, filters, kernel, use_bias, multiplier):
    convolution = KERAS.layers.Conv2D(filters, kernel, use_bias=use_bias)
    convolution.build((None, 9, 9, channels))
    assert convolution.count_params() == architectures.conv_parameters(channels, filters, kernel, use_bias)
    depthwise = KERAS.layers.DepthwiseConv2D(kernel, depth_multiplier=multiplier, use_bias=use_bias)
    depthwise.build((None, 9, 9, channels))
    expected = architectures.depthwise_parameters(channels, kernel, multiplier, use_bias)
    assert depthwise.count_params() == expected
    dense = KERAS.layers.Dense(filters, use_bias=use_bias)
    dense.build((None, channels))
    assert dense.count_params() == architectures.dense_parameters(channels, filters, use_bias)


def test_locally_connected_is_one_convolution_for_each_place():
    found = architectures.locally_connected_parameters((8, 6), 3, 4, (3, 2), (2, 1), "same")
    assert found == 4 * 6 * architectures.conv_parameters(3, 4, (3, 2))


def test_unknown_sides_stay_unknown():
    assert architectures.output_size(None, 3, 2) is None
    assert architectures.output_size((None, 10), 3, padding="same") == (None, 10)
    assert architectures.padding_of(None, 3, 2, "same") == (0, 1)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: architectures.output_size(5, 7), ValueError, "kernel_size is 7, but there are only 5 pixels"),
        (lambda: architectures.output_size(2, 7, padding=2), ValueError, "only 6 pixels to put it on (2 + 2 + 2"),
        (lambda: architectures.output_size(5, 3, padding="full"), ValueError, "'valid' (none), 'same'"),
        (lambda: architectures.output_size(5, 3, padding=-1), ValueError, "padding is -1; it must be a whole"),
        (lambda: architectures.output_size(5, 3, 0), ValueError, "stride is 0; it must be a whole number, 1 or more"),
        (lambda: architectures.output_size(5.5, 3), TypeError, "input_size is 5.5; it must be a whole number"),
        (lambda: architectures.output_size(True, 3), TypeError, "whole number"),
        (lambda: architectures.output_size((32, 32, 3), 3), ValueError, "without batch and channels"),
        (lambda: architectures.output_size((8, 8), (3, 3, 3)), ValueError, "kernel_size is (3, 3, 3), which are 3"),
        (lambda: architectures.same_padding(4), ValueError, "an even kernel needs 3 zeros"),
        (lambda: architectures.flattened_size(28), TypeError, "a tuple such as (28, 28, 1)"),
        (lambda: architectures.flattened_size((None, None, 3)), ValueError, "GlobalAveragePooling2D"),
        (lambda: architectures.dense_parameters((28, 28), 10), TypeError, "flattened_size"),
        (lambda: architectures.conv_parameters(3, 0, 3), ValueError, "filters is 0; it must be a whole"),
        (lambda: architectures.conv_parameters(3, 8, "3"), TypeError, "kernel_size is '3'"),
        (lambda: architectures.locally_connected_parameters((None, 4), 1, 1, 2), ValueError, "must be known"),
        (lambda: architectures.receptive_field([3, 3]), TypeError, "one pair (kernel_size, stride) for each layer"),
        (lambda: architectures.receptive_field([(3, 0)]), ValueError, "stride is 0"),
    ],
)  # fmt: skip
def test_error_says_what_came_and_what_is_needed(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)


def test_numpy_integers_are_whole_numbers():
    assert architectures.output_size(np.int64(9), np.int32(3)) == 7
    assert type(architectures.conv_parameters(np.int64(3), 2, 3)) is int
