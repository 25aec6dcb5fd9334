"""A student's progress: the best result of each exercise, in one small file of the student's own."""

import contextlib
import dataclasses
import html
import json
import os
import pathlib

from course_utils import locations

STATUSES = ("passed", "failed", "error", "not attempted")
_BAR = 10
_in_memory: dict[str, dict] = {}


def path() -> pathlib.Path | None:
    """Return the file that progress is kept in, or None where COURSE_PROGRESS=off."""
    return None if os.environ.get("COURSE_PROGRESS") == "off" else locations.work() / "progress.json"


def _valid(content) -> bool:
    return (
        isinstance(content, dict)
        and isinstance(content.get("exercises"), dict)
        and all(
            isinstance(entry, dict)
            and entry.get("status") in STATUSES
            and all(type(entry.get(key)) in (int, float) for key in ("points", "max_points"))
            for entry in content["exercises"].values()
        )
    )


def _keep_aside(damaged: pathlib.Path) -> str:
    """Move a damaged file out of the way, never over another one; return what was done."""
    number = 1
    while (aside := damaged.with_name(f"progress.damaged-{number}.json")).exists():
        number += 1
    damaged.replace(aside)
    return f"The progress file was damaged; it is kept as {aside.name} and a new one is begun."


def load() -> tuple[dict[str, dict], str]:
    """Read the progress.

    Returns:
        ({exercise number: {"lesson", "status", "points", "max_points"}}, a message for the student or "").
    """
    file = path()
    if file is None:
        return dict(_in_memory), ""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, ""
    except ValueError:
        content = None
    except OSError as error:
        return {}, f"The progress file {file} cannot be read ({error.strerror}); nothing else is affected."
    if _valid(content):
        return content["exercises"], ""
    try:
        return {}, _keep_aside(file)
    except OSError:
        return {}, f"The progress file {file} is damaged and cannot be moved; please delete it."


def _write(file: pathlib.Path, exercises: dict[str, dict]) -> None:
    """Replace the file in one step, so that a crash leaves the old one or the new one."""
    import tempfile

    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"exercises": exercises, "format": 1}, ensure_ascii=False, indent=1, sort_keys=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix="progress-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text + "\n")
        os.replace(name, file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def save(lesson: str, number: str, status: str, points: float, max_points: float) -> str:
    """Keep the result of one check; a worse result never replaces a better one.

    Args:
        lesson (str): the lesson's name, for example "02_convolve_with_kernels".
        number (str): the exercise, for example "2.4".
        status (str): "passed", "failed", "error" or "not attempted".
        points (float), max_points (float): earned and possible.

    Returns:
        A message for the student when something is wrong with the file, otherwise "".
    """
    entry = {"lesson": lesson, "max_points": max_points, "points": points, "status": status}
    exercises, trouble = load()
    old = exercises.get(number)
    if old and (old["points"], -STATUSES.index(old["status"])) >= (points, -STATUSES.index(status)):
        return trouble
    exercises[number] = entry
    file = path()
    if file is None:
        _in_memory[number] = entry
        return trouble
    try:
        _write(file, exercises)
    except OSError as error:
        return f"Your progress cannot be kept in {file} ({error.strerror}); the check itself is not affected."
    return trouble


@dataclasses.dataclass(frozen=True)
class Bar:
    """How far a student is in one lesson."""

    title: str
    num_passed: int
    num_exercises: int
    points: float
    max_points: float

    def text(self, width: int) -> str:
        """Return the bar as one line; `width` characters are kept for the title."""
        filled = _BAR * self.num_passed // self.num_exercises if self.num_exercises else 0
        bar = "#" * filled + "-" * (_BAR - filled)
        return (
            f"{self.title:{width}}  [{bar}]  {self.num_passed} of {self.num_exercises} exercises, "
            f"{_points(self.points)} of {_points(self.max_points)} points"
        )


def _points(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


@dataclasses.dataclass(frozen=True)
class Overview:
    """Bars that a notebook shows as a table and a terminal as text."""

    bars: tuple[Bar, ...]
    message: str = ""

    def __str__(self) -> str:
        width = max((len(bar.title) for bar in self.bars), default=0)
        lines = [bar.text(width) for bar in self.bars] or ["There are no exercises yet."]
        return "\n".join([self.message, *lines] if self.message else lines)

    def __repr__(self) -> str:
        return str(self)

    def html(self) -> str:
        """Return the bars as an HTML table."""
        rows = "".join(
            f'<tr><td style="text-align:left">{html.escape(bar.title)}</td>'
            f'<td><progress value="{bar.num_passed}" max="{max(bar.num_exercises, 1)}" '
            f'aria-label="{html.escape(bar.title)}: {bar.num_passed} of {bar.num_exercises} exercises passed">'
            f"</progress></td><td style='text-align:left'>{bar.num_passed} of {bar.num_exercises} exercises</td>"
            f"<td style='text-align:left'>{_points(bar.points)} of {_points(bar.max_points)} points</td></tr>"
            for bar in self.bars
        )
        message = f"<p>{html.escape(self.message)}</p>" if self.message else ""
        return f"{message}<table>{rows}</table>" if rows else f"{message}<p>There are no exercises yet.</p>"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/plain": str(self), "text/html": self.html()}


def _title(name: str) -> str:
    number, _, words = name.partition("_")
    return f"{number} {words.replace('_', ' ')}"


def overview(lesson: int | str | None = None) -> Overview:
    """Return a bar per lesson, or for one lesson only.

    Args:
        lesson (int or str): for example 2, "02" or "02_convolve_with_kernels". Default: every lesson.

    Example:
        >>> str(overview(0)).startswith("00 start here")
        True
    """
    from course_utils.checks import library

    exercises, message = load()
    if lesson is None:
        files = library.files()
    else:
        number = str(lesson).partition("_")[0]
        if not number.isdigit():
            raise library.UnknownExercise(f"{lesson!r} is no lesson; give its number, for example 2.")
        files = [library.lesson_file(int(number))]
    bars = []
    for file in files:
        try:
            content = library.document(file)
        except library.UnknownExercise as error:
            message = f"{message}\n{error.args[0]}".strip()
            continue
        entries = [(exercises.get(number, {}), known) for number, known in content["exercises"].items()]
        bars.append(
            Bar(
                _title(content["lesson"]),
                sum(entry.get("status") == "passed" for entry, _ in entries),
                len(entries),
                sum(min(entry.get("points", 0.0), known["points"]) for entry, known in entries),
                sum(known["points"] for _, known in entries),
            )
        )
    return Overview(tuple(bars), message)
