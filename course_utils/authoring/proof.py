"""Prove an exercise's checks before they are shipped: right answers pass, every typical mistake fails."""

from course_utils.authoring import define
from course_utils.checks import judging


def _of_function(exercise: define.Exercise) -> list[str]:
    visible, hidden = exercise.visible_documents(), exercise.hidden_documents()
    faults = []
    for right in (exercise.reference, *exercise.styles):
        for kind, cases in (("visible", visible), ("hidden", hidden)):
            wrong = [result for result in judging.judge(cases, right).results if not result.passed]
            faults += [
                f"{exercise.number}: the right answer {right.__name__} fails the {kind} case {result.name!r}: "
                f"{result.message}"
                for result in wrong
            ]
    for mutant in exercise.mutants:
        if not mutant.only_hidden and judging.judge(visible, mutant.function).passed:
            faults.append(f"{exercise.number}: the mistake {mutant.name} passes every visible case; add one it fails.")
        if judging.judge(hidden, mutant.function).passed:
            faults.append(f"{exercise.number}: the mistake {mutant.name} passes every hidden case; add one it fails.")
    return faults


def faults(exercises: dict[str, define.Exercise]) -> list[str]:
    """Return one message for every right answer that fails and every typical mistake that passes.

    Args:
        exercises (dict of str to define.Exercise): from `collect.exercises`.
    """
    return [
        message for exercise in exercises.values() if exercise.kind == "function" for message in _of_function(exercise)
    ]
