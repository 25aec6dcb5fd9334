"""The option `--oracle`: what tests of grading mark is marked in a fresh kernel too, and must get the same points.

Without the option that is done for tests with the mark `fresh_kernel` only, since it takes long.
"""

from typing import ClassVar

import kernel_oracle
import pytest

from course_utils.grading import desk, marking

_LEAST_SECONDS = 3  # that one cell may take in a kernel, where a test gives the quick way less


def pytest_addoption(parser):
    parser.addoption(
        "--oracle", action="store_true", help="mark what tests of grading mark in a fresh kernel too (slow)"
    )


def pytest_configure(config):
    config.addinivalue_line("markers", "fresh_kernel: what the test marks is marked in a fresh kernel too, always")
    config.addinivalue_line(
        "markers", "kinder_than_a_kernel(reason): here a fresh kernel may give fewer points, and why that is meant so"
    )


def _points(marks: list[marking.Mark]) -> list[tuple]:
    return [(mark.number, mark.points, [case.name for case in mark.cases if case.passed]) for mark in marks]


class _Oracle:
    """Stands in for the functions that mark, and asks a fresh kernel for the same when a test has ended."""

    found: ClassVar[dict] = {}  # what a kernel found, for notebooks that several tests mark

    def __init__(self):
        self._mark, self._mark_exercise, self._inside = marking.mark, marking.mark_exercise, False
        self._noted: list[tuple] = []

    def mark(self, handed_in, by, at, whole_notebook=False):
        self._inside = True
        marks = self._mark(handed_in, by, at, whole_notebook)
        self._inside = False
        self._note(marks, handed_in, by.exercises, by.setup, at)
        return marks

    def mark_exercise(self, handed_in, exercise, setup, at, *rest, **named):
        mark = self._mark_exercise(handed_in, exercise, setup, at, *rest, **named)
        if not self._inside:
            self._note([mark], handed_in, (exercise,), setup, at)
        return mark

    def _note(self, marks, handed_in, exercises, setup, at) -> None:
        seconds = getattr(at, "seconds", None)
        while hasattr(at, "_at"):  # what tests put before a desk to listen
            at = at._at
        if isinstance(at, desk.Desk):
            seconds = max(seconds or at.seconds, _LEAST_SECONDS)
            self._noted.append((_points(marks), handed_in, tuple(exercises), setup, at, seconds))

    def differences(self, kinder: bool) -> list[tuple]:
        """Return what was marked otherwise than in a fresh kernel: the points here, and those there.

        Args:
            kinder (bool): more points than in a kernel are no difference.
        """
        different = []
        for quick, handed_in, exercises, setup, at, seconds in self._noted:
            key = (setup, tuple(map(id, exercises)), tuple((cell.grade_id, cell.source) for cell in handed_in.cells))
            if key not in self.found:
                marks = kernel_oracle.mark(handed_in, exercises, setup, at.keras, at, seconds)
                self.found[key] = (_points(marks), exercises)  # kept, so that no other exercises get their ids
            slow = self.found[key][0]
            at_least = all(mine[1] >= other[1] for mine, other in zip(quick, slow, strict=True))
            if slow != quick and not (kinder and at_least):
                different.append((quick, slow))
        return different


@pytest.fixture(autouse=True)
def _oracle(request, monkeypatch):
    wanted = request.config.getoption("--oracle") and "test_grading" in request.node.nodeid
    if not wanted and request.node.get_closest_marker("fresh_kernel") is None:
        yield
        return
    oracle = _Oracle()
    monkeypatch.setattr(marking, "mark", oracle.mark)
    monkeypatch.setattr(marking, "mark_exercise", oracle.mark_exercise)
    yield
    monkeypatch.undo()
    assert not oracle.differences(kinder=request.node.get_closest_marker("kinder_than_a_kernel") is not None)
