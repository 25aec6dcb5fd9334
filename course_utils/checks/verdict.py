"""The verdict on an exercise, in words."""

from course_utils.checks import judging

_INDENT = " " * 7


def points(value: float) -> str:
    """Return points without needless digits.

    Example:
        >>> points(2.0), points(1.5), points(4 / 3)
        ('2', '1.5', '1.33')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def hint_line(number: str) -> str:
    """Return the line that says where help is."""
    return f'checks.hint("{number}") gives a hint.'


def not_attempted(number: str, max_points: float) -> str:
    """Return the verdict on a stub.

    Example:
        >>> print(not_attempted("2.4", 2))
        2.4 not attempted yet (0 of 2 points). checks.hint("2.4") gives a hint.
    """
    return f"{number} not attempted yet (0 of {points(max_points)} points). {hint_line(number)}"


def cases(number: str, judgement: judging.Judgement, points_earned: float, max_points: float, calls: list[str]) -> str:
    """Return the verdict on a function.

    Args:
        number (str): the exercise, for example "2.4".
        judgement (judging.Judgement): what came of the cases.
        points_earned (float), max_points (float): for this answer, and for all cases.
        calls (list of str): the call of each case, in short.
    """
    results = judgement.results
    count = f"{judgement.num_passed} of {len(results)} cases"
    earned = f"{points(points_earned)} of {points(max_points)} points"
    if judgement.passed:
        lines = [f"{number} passed: {count}, {earned}"]
    else:
        lines = [f"{number} not yet: {count}, {earned}"]
        told: dict[tuple[str, ...], str] = {}
        for result, call in zip(results, calls, strict=True):
            lines.append(f"  {'ok   ' if result.passed else 'WRONG'} {result.name}")
            if result.passed:
                continue
            words = (f'the same as in "{told[result.lines]}"',) if result.lines in told else result.lines
            told.setdefault(result.lines, result.name)
            lines += [f"{_INDENT} {line}" for line in (call, *words)]
    lines += [f"  note: {note}" for note in dict.fromkeys(note for result in results for note in result.notes)]
    return "\n".join(lines)


def handed_out() -> str:
    """Return the line for a function that does just what the faulty one did that the exercise began with."""
    return "This gives the same as the function that was handed out: its bug is still there."


def mistake(message: str) -> str:
    """Return the line that names a typical mistake."""
    return f"This is a typical mistake: {message}"
