"""Slips in a tuple of numbers: one or two of them are named."""

import pytest

from course_utils.authoring import define, tuple_slips


def test_one_slip_and_two_slips_are_known_with_their_sentences():
    exercise = define.answer("7.7", (1, 2, 3))
    tuple_slips.add(exercise, [(0, 9, "A."), (0, 8, "B."), (2, 7, "C.")])
    found = {wrong.value: wrong.message for wrong in exercise.wrong_answers}
    assert found == {(9, 2, 3): "A.", (8, 2, 3): "B.", (1, 2, 7): "C.", (9, 2, 7): "A. C.", (8, 2, 7): "B. C."}


@pytest.mark.parametrize(
    ("right", "slip", "words"),
    [(5, (0, 4, "x"), "slips belong to a tuple"), ((1, 2), (2, 4, "x"), "no slip"), ((1, 2), (1, 2, "x"), "no slip")],
)
def test_slip_that_is_none_is_refused(right, slip, words):
    with pytest.raises(define.DefinitionError, match=words):
        tuple_slips.add(define.answer("7.7", right), [slip])
