"""Name the wrong numbers of a tuple: a question for several numbers knows each slip, and each two of them together."""

import itertools

from course_utils.authoring import define

Slip = tuple[int, object, str]


def add(exercise: define.Exercise, slips: list[Slip]) -> None:
    """Add every slip, and every pair of slips at different places, to an exercise whose answer is a tuple.

    The answer is known to the student's copy as a whole only, as one hash; so a slip can be named only if the whole
    tuple with that slip in it was listed.

    Args:
        exercise (define.Exercise): made by `define.answer` with a tuple.
        slips (list of (place, value, message)): which item, counted from 0, the wrong item, and the sentence for it.

    Raises:
        define.DefinitionError: the answer is no tuple, a place is outside, or a wrong item is the right one.

    Example:
        >>> exercise = define.answer("7.6", (80, 100))
        >>> add(exercise, [(0, 64, "The biases are missing."), (1, 99, "Count the first place, too.")])
        >>> [wrong.value for wrong in exercise.wrong_answers]
        [(64, 100), (80, 99), (64, 99)]
    """
    right = exercise.reference
    if not isinstance(right, tuple):
        raise define.DefinitionError(f"{exercise.number}: the answer is {right!r}; slips belong to a tuple.")
    for place, value, _ in slips:
        if not 0 <= place < len(right) or value == right[place]:
            raise define.DefinitionError(f"{exercise.number}: {value!r} at place {place} is no slip of {right!r}.")
    known = {right}
    pairs = (pair for pair in itertools.combinations(slips, 2) if pair[0][0] != pair[1][0])
    for several in itertools.chain(((slip,) for slip in slips), pairs):
        answer = list(right)
        for place, value, _ in several:
            answer[place] = value
        if tuple(answer) not in known:
            known.add(tuple(answer))
            exercise.wrong(tuple(answer), " ".join(message for *_, message in several))
