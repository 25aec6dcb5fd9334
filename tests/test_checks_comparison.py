"""Values compared: what counts as equal, what never does, and in which words a difference is told."""

import collections
import decimal
import fractions
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_utils.checks import answers, comparison, describing, encoding, resemblance

NUMBERS = st.one_of(st.integers(), st.floats(), st.booleans(), st.text(max_size=5), st.none())
VALUES = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    max_leaves=8,
)
ARRAYS = hnp.arrays(
    dtype=st.one_of(
        hnp.integer_dtypes(endianness="="),
        hnp.floating_dtypes(endianness="=", sizes=(16, 32, 64)),
        hnp.boolean_dtypes(),
        hnp.complex_number_dtypes(endianness="=", sizes=(64, 128)),
    ),
    shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6),
)


def _through_json(value):
    return encoding.decode(json.loads(json.dumps(encoding.encode(value))))


class Yes:
    """Claims to be whatever it is compared with."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1

    def __array__(self, *arguments, **keywords):
        return np.zeros((2, 2))

    def __float__(self):
        return 1.0


class YesNumber(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class YesArray(np.ndarray):
    def __array_finalize__(self, other):
        pass

    def __array_ufunc__(self, *arguments, **keywords):
        return np.True_


class Liar(list):
    def __iter__(self):
        return iter([1, 2])

    def __len__(self):
        return 2


@given(VALUES)
@settings(max_examples=100, deadline=None)
def test_encoding_brings_back_the_same_value(value):
    back = _through_json(value)
    assert repr(back) == repr(value)


@given(ARRAYS)
@settings(max_examples=150, deadline=None)
def test_encoding_brings_back_the_same_array(array):
    back = _through_json(array)
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(back, array)
    assert back.flags.writeable


def test_encoding_does_not_depend_on_the_byte_order_or_layout_of_an_array():
    array = np.arange(60, dtype=np.float32).reshape(6, 10) / 7
    twins = [array.astype(">f4"), np.asfortranarray(array), array[::1], np.array(array.tolist(), np.float32)]
    texts = {json.dumps(encoding.encode(twin)) for twin in twins}
    assert texts == {json.dumps(encoding.encode(array))}


@pytest.mark.parametrize(
    "value",
    [
        Yes(),
        YesNumber(1.0),
        np.zeros((2, 2)).view(YesArray),
        np.ma.array([1.0], mask=[True]),
        np.array([Yes()], dtype=object),
        [1, [2, Yes()]],
        {"a": Yes()},
        (item for item in [1]),
        range(3),
        {1, 2},
        len,
        type,
        b"bytes",
        np.array(["2020-01-01"], dtype="datetime64[D]"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_plain_values_are_let_through(value):
    with pytest.raises(encoding.NotPlain, match=r"\w+"):
        encoding.plain(value)


def test_containers_are_read_by_what_they_hold_not_by_what_they_say():
    assert encoding.plain(Liar([5])) == [5]
    assert encoding.plain(collections.OrderedDict(a=1)) == {"a": 1}
    point = collections.namedtuple("Point", "x y")(1, 2)
    assert type(encoding.plain(point)) is tuple


def test_bottomless_lists_end_in_words():
    bottomless: list = []
    bottomless.append(bottomless)
    with pytest.raises(encoding.NotPlain, match="deep"):
        encoding.plain(bottomless)


EQUAL = [
    (3, 3.0),
    (3, np.uint8(3)),
    (3.0, 3),
    (2.5, np.float32(2.5)),
    (2.5, np.array(2.5)),
    (1.0, 1.0 + 5e-6),
    (0.0, 1e-9),
    (True, np.True_),
    ("left", "left"),
    (None, None),
    ((3, 4), [3, 4]),
    ([1.0, (2, "a")], (1, [2.0, "a"])),
    ({"a": 1, "b": 2.0}, {"b": 2, "a": 1}),
    (float("nan"), float("nan")),
    (float("inf"), float("inf")),
    (10**30, 10**30),
    (1 + 2j, np.complex64(1 + 2j)),
    (np.array([1, 2], np.uint8), np.array([1.0, 2.0])),
    (np.array([1.0, np.nan]), np.array([1.0, np.nan], np.float32)),
    (np.array([1e6, 0.0]), np.array([1e6, 0.5])),
    (np.zeros((0, 3)), np.zeros((0, 3))),
    (np.array([True, False]), np.array([True, False])),
    (np.array(["a", "b"]), np.array(["a", "b"])),
]
DIFFERENT = [
    (3, 4),
    (3, 3.01),
    (100_000, 100_001),
    (2.5, 2.6),
    (2.5, None),
    (2.5, "2.5"),
    (2.5, True),
    (1, True),
    (True, 1),
    (True, False),
    (2.5, float("nan")),
    (float("nan"), 2.5),
    (float("inf"), float("-inf")),
    (float("inf"), 1e308),
    (0.0, float("inf")),
    (10**30, 10**30 + 1),
    ("left", "Left"),
    ("left", 3),
    (None, 0),
    ((3, 4), (3, 4, 5)),
    ((3, 4), (4, 3)),
    ((3, 4), 7),
    ({"a": 1}, {"a": 2}),
    ({"a": 1}, {}),
    ({"a": 1}, {"a": 1, "b": 1}),
    ({"a": 1}, [("a", 1)]),
    (np.array([1.0, 2.0]), [1.0, 2.0]),
    (np.array([1.0, 2.0]), 1.0),
    (np.array([1.0, 2.0]), None),
    (np.array([1.0, 2.0]), np.array([1.0, np.nan])),
    (np.array([np.nan, 2.0]), np.array([1.0, 2.0])),
    (np.array([np.inf, 2.0]), np.array([-np.inf, 2.0])),
    (np.array([1.0, 2.0]), np.array([[1.0, 2.0]])),
    (np.array([200], np.uint8), np.array([201], np.uint8)),
    (np.array([0], np.uint8), np.array([256])),
    (np.array([True, False]), np.array([1, 0], np.uint8)),
    (np.array(["a"]), np.array(["b"])),
    (np.array(["1"]), np.array([1])),
    (np.zeros((0, 3)), np.zeros((3, 0))),
]


@pytest.mark.parametrize(("expected", "found"), EQUAL, ids=repr)
def test_right_answers_in_other_types_are_right(expected, found):
    assert comparison.compare(encoding.plain(expected), encoding.plain(found)) is None


@pytest.mark.parametrize(("expected", "found"), DIFFERENT, ids=repr)
def test_wrong_answers_are_wrong_and_told_in_words(expected, found):
    difference = comparison.compare(encoding.plain(expected), encoding.plain(found))
    assert difference is not None
    assert all(line.strip() and "\n" not in line for line in difference.lines)


def test_small_arrays_of_another_length_are_shown_with_their_numbers():
    lines = comparison.compare(np.array([1, 2]), np.array([2])).lines
    assert lines[-2:] == ("expected: [1 2]", "found:    [2]")
    lines = comparison.compare(np.array([1, 2]), np.zeros(0, int)).lines
    assert lines[-1] == "expected: [1 2]"
    assert "[" not in "".join(comparison.compare(np.zeros(200), np.zeros(190)).lines)
    assert "[" not in "".join(comparison.compare(np.zeros(200), np.zeros((30, 1))).lines), "a column of 30 is too tall"


def test_a_few_numbers_are_shown_side_by_side():
    lines = comparison.compare((7, 4, 1), (4, 7, 1)).lines
    assert lines == ("expected  (7, 4, 1) (tuple)", "found     (4, 7, 1) (tuple)", "the first that differs is item [0]")
    lines = comparison.compare((1, 0.1), (1, 0.1000004), comparison.Tolerance(rtol=1e-7)).lines
    assert lines[1:] == ("expected  0.1", "found     0.1000004"), "digits that rounding would hide stay visible"
    lines = comparison.compare((1, 2), (1, None)).lines
    assert lines == ("item [1] differs", "expected  2 (int)", "found     None")


@pytest.mark.parametrize("expected", [1.0, True, "left", (1, 2), {"a": 1}, np.zeros(3)])
def test_a_forgotten_return_is_named_whatever_was_expected(expected):
    assert comparison.compare(expected, None).lines[-1] == "nothing came back: is there a `return` line?"


def test_an_array_wrapped_in_a_tuple_is_unwrapped_in_words():
    lines = comparison.compare(np.array([1, 2]), (np.array([1, 2]),)).lines
    assert "take its item [0]" in lines[-1]


def test_a_dtype_counts_only_where_the_exercise_says_so():
    wanted, given_ = np.array([1, 2], np.uint8), np.array([1.0, 2.0])
    strict = comparison.Tolerance(check_dtype=True)
    assert comparison.compare(wanted, given_) is None
    assert "dtype float64" in "\n".join(comparison.compare(wanted, given_, strict).lines)
    assert comparison.compare(wanted, wanted.copy(), strict) is None


def test_a_tolerance_that_is_stated_is_the_one_that_counts():
    loose = comparison.Tolerance(rtol=0.0, atol=1.0)
    assert comparison.compare(np.array([10, 20], np.uint8), np.array([11, 19], np.uint8), loose) is None
    assert comparison.compare(np.array([10, 20], np.uint8), np.array([12, 20], np.uint8), loose) is not None
    assert comparison.compare(0, 255, loose) is not None
    tight = comparison.Tolerance(rtol=1e-12, atol=0.0)
    assert comparison.compare(1.0, 1.0 + 1e-9, tight) is not None


def test_unsigned_differences_do_not_wrap_round():
    difference = comparison.compare(np.array([0, 5], np.uint8), np.array([255, 5], np.uint8))
    assert "the largest difference is 255.0" in difference.lines


def test_words_name_the_place_the_number_and_both_values():
    wanted = np.arange(12.0).reshape(3, 4)
    given_ = wanted.copy()
    given_[1, 2] = -1
    given_[2, 3] = np.nan
    lines = comparison.compare(wanted, given_).lines
    assert lines[0] == "2 of 12 values differ; the first at [1, 2]: expected 6.0, found -1.0"
    assert lines[1] == "the largest difference among finite values is 7.0"
    assert lines[2].startswith("1 values are NaN")
    assert any("[ 0.0  1.0  2.0  3.0]" in line for line in lines)


def test_infinite_values_are_counted_and_kept_out_of_the_largest_difference():
    lines = comparison.compare(np.array([0.0, 0.0, 5.0]), np.array([-np.inf, np.inf, 4.5])).lines
    assert lines[1] == "the largest difference among finite values is 0.5"
    assert lines[2].startswith("2 values are infinite")
    wanted = np.array([np.inf, 0.0])
    assert not any("infinite" in line for line in comparison.compare(wanted, np.array([np.inf, 1.0])).lines)


RAMP = np.random.default_rng(4).uniform(-300, 300, (7, 7))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (RAMP.T, "transposed"),
        (RAMP[::-1], "upside down"),
        (RAMP[:, ::-1], "mirrored"),
        (RAMP[::-1, ::-1], "180 degrees"),
        (np.roll(RAMP, 1, axis=0), "shifted by one row"),
        (np.roll(RAMP, -1, axis=1), "shifted by one column"),
        (-RAMP, "wrong sign"),
        (RAMP * 255, "255 times too large"),
        (RAMP * 1.25, "1.25 times"),
        (RAMP + 3, "3 too large"),
        (np.maximum(RAMP, 0), "below 0 are lost"),
        (np.clip(RAMP, 0, 255), "clipped"),
        (np.abs(RAMP), "lost their sign"),
        (np.rint(RAMP), "integers too early"),
        (np.trunc(RAMP).astype(int).astype(np.uint8), "wrapped round at 256"),
    ],
)
def test_a_note_says_what_a_wrong_array_looks_like(found, words):
    notes = resemblance.arrays(RAMP, found)
    assert len(notes) == 1
    assert words in notes[0]


def test_numbers_that_lost_their_fractions_are_not_said_to_wrap():
    wanted = np.linspace(0, 200, 12).reshape(3, 4) + 0.25
    for found in (np.trunc(wanted), np.rint(wanted), np.trunc(wanted).astype(np.uint8)):
        assert ["integers too early" in note for note in resemblance.arrays(wanted, found)] == [True]


def test_no_note_is_made_up():
    other = np.random.default_rng(5).uniform(-300, 300, (7, 7))
    assert resemblance.arrays(RAMP, other) == []
    almost = RAMP.copy()
    almost[0, 0] += 50
    assert resemblance.arrays(RAMP, almost) == []
    one_corner = np.zeros((7, 7))
    one_corner[3:] = 9
    wrong = one_corner.copy()
    wrong[0, 0] = 4
    assert resemblance.arrays(one_corner, wrong) == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (lambda points: points[:, ::-1], "with its two columns exchanged"),
        (lambda points: points[::-1], "with its rows in reverse order"),
        (lambda points: points[::-1, ::-1], "with its rows in reverse order and its two columns exchanged"),
    ],
)
def test_of_a_table_of_points_it_is_not_said_that_a_picture_was_turned(found, words):
    points = np.array([[3.0, 40.0], [7.0, 52.0], [11.0, 90.0]])
    (note,) = resemblance.arrays(points, found(points))
    assert note == f"note: it is the right answer {words}"


def test_channels_in_reverse_order_are_recognised():
    image = np.random.default_rng(6).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    assert "reverse order" in resemblance.arrays(image, image[..., ::-1])[0]


def test_values_in_words_stay_short():
    for value in (
        "x" * 500,
        list(range(500)),
        {str(key): key for key in range(99)},
        10**200,
        np.arange(1000),
    ):
        assert len(describing.value(value)) <= 210
    assert describing.picture_of_numbers(np.zeros((40, 40))) == []


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e8, max_value=1e8), st.integers(0, 4))
@settings(max_examples=200, deadline=None)
def test_a_value_a_hair_beside_an_answer_shares_a_key_with_it(value, decimals):
    nudged = np.nextafter(value, np.inf)
    assert set(answers.keys(value, decimals)) & set(answers.keys(nudged, decimals))


@pytest.mark.parametrize(
    "exact", [5, 5.0, np.float32(5), np.int8(5), np.array(5.0), fractions.Fraction(5), decimal.Decimal(5)]
)
def test_an_answer_may_come_in_any_numeric_type(exact):
    assert answers.keys(exact) == ["n:5"]


def test_answers_that_differ_have_different_keys():
    shown = [5, 6, -5, True, False, "5", "left", (5,), (5, 6), (6, 5), 5.6]
    keys = [tuple(answers.keys(value)) for value in shown]
    assert keys[10] == keys[1]
    assert len(set(keys)) == len(shown) - 1
    assert answers.keys(2.345, 2) == ["n:234", "n:235"]
    assert answers.keys(1234, -2) == ["n:12"]
    assert answers.keys(10**40) == [f"n:{10**40}"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.zeros(3), Yes(), {"a": 1}, len, None])
def test_what_cannot_be_an_answer_is_refused_in_words(value):
    with pytest.raises(answers.NoAnswer, match="answer"):
        answers.keys(value)


def test_the_digest_is_salted_and_the_same_everywhere():
    one = answers.digest("n:5", answers.salt("02_convolve", "2.1"))
    assert one != answers.digest("n:5", answers.salt("02_convolve", "2.2"))
    # Pinned: exercise files made on one machine must be readable on every other.
    assert answers.digest("n:5", "0123456789abcdef") == PINNED


PINNED = "2f0daa6a46aac3cbf5279a95ae024962"


def test_comparing_loads_no_heavy_library():
    heavy = "('matplotlib', 'keras', 'skimage', 'scipy', 'IPython')"
    code = f"import sys, course_utils.checks; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
