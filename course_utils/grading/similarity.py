"""Find pairs of submissions that are nearly the same text: worth a look, never a proof."""

import dataclasses
import hashlib

from course_utils.grading import records, reference

_WORDS = 8  # words in a row that are compared as one
_FEWEST = 25  # such pieces that a submission needs to be compared at all
_ALIKE = 0.9


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two students whose own lines are nearly the same; `alike` is the share of pieces in common, 0 to 1."""

    lesson: str
    first: str
    second: str
    alike: float


def _own_lines(entry: records.Entry, by: reference.Reference) -> list[str]:
    """Return the lines that a student added to what was handed out."""
    released = {line.strip() for exercise in by.exercises for code in exercise.released for line in code.splitlines()}
    return [
        line.strip()
        for mark in entry.marks
        for line in mark.code.splitlines()
        if line.strip() and line.strip() not in released
    ]


def _pieces(lines: list[str]) -> frozenset[bytes]:
    words = " ".join(lines).split()
    return frozenset(
        hashlib.blake2b(" ".join(words[place : place + _WORDS]).encode(), digest_size=8).digest()
        for place in range(max(0, len(words) - _WORDS + 1))
    )


def pairs(entries: list[records.Entry], by: dict[str, reference.Reference]) -> list[Pair]:
    """Return the pairs of one lesson whose own lines are nearly the same, the most alike first.

    Args:
        entries (list of records.Entry): what was marked.
        by (dict of str to reference.Reference): by lesson.
    """
    found = []
    for lesson in sorted(by):
        texts = [
            (entry.student, _pieces(_own_lines(entry, by[lesson])))
            for entry in entries
            if entry.lesson == lesson and entry.marks
        ]
        texts = [(student, pieces) for student, pieces in texts if len(pieces) >= _FEWEST]
        texts.sort(key=lambda one: (len(one[1]), one[0]))
        for place, (student, pieces) in enumerate(texts):
            for other, others in texts[place + 1 :]:
                if len(pieces) < _ALIKE * len(others):
                    break  # the rest are larger still
                common = len(pieces & others)
                alike = common / (len(pieces) + len(others) - common)
                if alike >= _ALIKE:
                    first, second = sorted((student, other))
                    found.append(Pair(lesson, first, second, round(alike, 3)))
    return sorted(found, key=lambda pair: (-pair.alike, pair.lesson, pair.first, pair.second))
