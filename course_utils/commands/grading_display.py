"""How `course grade` shows that it goes on: a bar with the time left on a terminal, plain lines elsewhere."""

import contextlib
from collections.abc import Iterator

from rich import console, progress

from course_utils.grading import class_run


class _Plain(class_run.Listener):
    """A line for each lesson, and one at each tenth of its notebooks."""

    def __init__(self, screen: console.Console):
        self._screen, self._total, self._done, self._lesson = screen, 0, 0, ""

    def found(self, num_submissions: int, num_students: int) -> None:
        self._screen.print(f"{num_submissions} files of {num_students} students")

    def preparing(self, lesson: str) -> None:
        self._screen.print(f"{lesson}: working out the hidden cases")

    def begun(self, lesson: str, num_new: int, num_kept: int) -> None:
        self._total, self._done, self._lesson = num_new, 0, lesson
        self._screen.print(f"{lesson}: {num_new} notebooks to grade, {num_kept} as before")

    def marked(self, student: str, marks: tuple) -> None:
        tenth = 10 * self._done // max(1, self._total)
        self._done += 1
        if 10 * self._done // max(1, self._total) > tenth:
            self._screen.print(f"{self._lesson}: {self._done} of {self._total}")


class _Live(class_run.Listener):
    """A bar per lesson with the time that is left."""

    def __init__(self, bars: progress.Progress):
        self._bars, self._task = bars, None

    def found(self, num_submissions: int, num_students: int) -> None:
        self._bars.console.print(f"{num_submissions} files of {num_students} students")

    def preparing(self, lesson: str) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(f"{lesson}: hidden cases", total=None)

    def begun(self, lesson: str, num_new: int, num_kept: int) -> None:
        kept = f", {num_kept} as before" if num_kept else ""
        self._bars.update(self._task, description=f"{lesson}{kept}", total=num_new, completed=0)

    def marked(self, student: str, marks: tuple) -> None:
        self._bars.advance(self._task)


@contextlib.contextmanager
def display(screen: console.Console) -> Iterator[class_run.Listener]:
    """Give a listener that suits the screen."""
    if not screen.is_terminal:
        yield _Plain(screen)
        return
    with progress.Progress(
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(bar_width=24),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
        console=screen,
        transient=True,
    ) as bars:
        yield _Live(bars)
