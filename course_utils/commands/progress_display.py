"""How a run of lessons shows that it goes on: bars on a terminal, plain lines elsewhere."""

import threading

from rich import console, progress, text

from course_utils import lesson_runs


class Plain(lesson_runs.Listener):
    """One line when a lesson starts, at each quarter and when it ends.

    Args:
        screen (console.Console): where to print.
    """

    def __init__(self, screen: console.Console):
        self._screen, self._lock = screen, threading.Lock()
        self._num_cells: dict[str, int] = {}
        self._quarters: dict[str, int] = {}

    def _say(self, line: str) -> None:
        with self._lock:
            self._screen.print(line)

    def started(self, lesson: str, num_cells: int) -> None:
        self._num_cells[lesson], self._quarters[lesson] = max(1, num_cells), 0
        self._say(f"{lesson}: started, {num_cells} {'cell' if num_cells == 1 else 'cells'}")

    def progressed(self, lesson: str, cell: int, num_claims: int) -> None:
        quarter = 4 * cell // self._num_cells[lesson]
        if self._quarters[lesson] < quarter < 4:
            self._quarters[lesson] = quarter
            self._say(f"{lesson}: cell {cell} of {self._num_cells[lesson]}, {num_claims} claims so far")

    def finished(self, run: lesson_runs.LessonRun) -> None:
        self._say(verdict(run).plain)


class Live(lesson_runs.Listener):
    """One bar per lesson that is running and a line for each that has ended; use it as a context.

    Args:
        screen (console.Console): a terminal.
        num_lessons (int): how many will run.
    """

    def __init__(self, screen: console.Console, num_lessons: int):
        self._bars = progress.Progress(
            progress.SpinnerColumn(finished_text=" "),
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(bar_width=24),
            progress.TextColumn("{task.fields[state]}", markup=False),
            progress.TimeElapsedColumn(),
            console=screen,
            transient=True,
        )
        self._tasks: dict[str, progress.TaskID] = {}
        self._whole = self._bars.add_task("all lessons", total=num_lessons, state=f"0 of {num_lessons} lessons")
        self._num_lessons, self._num_finished, self._lock = num_lessons, 0, threading.Lock()

    def __enter__(self) -> "Live":
        self._bars.start()
        return self

    def __exit__(self, *exception) -> None:
        self._bars.stop()

    def started(self, lesson: str, num_cells: int) -> None:
        self._tasks[lesson] = self._bars.add_task(lesson, total=num_cells, state="starting")

    def progressed(self, lesson: str, cell: int, num_claims: int) -> None:
        task = self._tasks[lesson]
        total = int(self._bars.tasks[self._bars.task_ids.index(task)].total or 0)
        state = f"cell {min(cell + 1, total)} of {total}, {num_claims} claims"
        self._bars.update(task, completed=cell, state=state)

    def finished(self, run: lesson_runs.LessonRun) -> None:
        with self._lock:
            self._num_finished += 1
            task = self._tasks.pop(run.lesson, None)
            if task is not None:
                self._bars.remove_task(task)
            self._bars.console.print(verdict(run))
            state = f"{self._num_finished} of {self._num_lessons} lessons"
            self._bars.update(self._whole, completed=self._num_finished, state=state)


def verdict(run: lesson_runs.LessonRun) -> text.Text:
    """Return one line on a lesson that has ended."""
    line = text.Text.assemble(
        ("FAULT " if run.faults else "ok    ", "bold red" if run.faults else "green"),
        f"{run.lesson}: {run.held} of {len(run.claims)} claims hold, {run.seconds:.1f} s, {run.peak_mb:.0f} MB",
    )
    if run.faults:
        line.append(f"; {run.faults[0]}")
        if len(run.faults) > 1:
            line.append(f" (and {len(run.faults) - 1} more)")
    return line
