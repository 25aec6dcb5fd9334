"""report.html: one page with every claim and every figure, readable offline, on a phone and in the dark."""

import datetime
import pathlib
import platform
from collections.abc import Iterable
from importlib import metadata

import jinja2

from course_utils import lesson_runs
from course_utils.report import figures

_PACKAGES = ("numpy", "opencv-python", "keras", "tensorflow")


def _minutes(seconds: float) -> str:
    """Return a duration as a person says it.

    Example:
        >>> _minutes(3.21), _minutes(75)
        ('3.2 s', '1 min 15 s')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


def _versions() -> list[str]:
    known = [f"Python {platform.python_version()}"]
    for package in _PACKAGES:
        try:
            known.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue
    return known


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(amount=lesson_runs.amount, minutes=_minutes)
    return environment


def render(runs: Iterable[lesson_runs.LessonRun], profile: str = "quick", when: datetime.datetime | None = None) -> str:
    """Return the page as HTML; everything that comes out of a lesson is escaped.

    Args:
        runs (iterable of LessonRun): in the order of the course.
        profile (str): how they were run. Default "quick".
        when (datetime): printed at the head. Default now.

    Example:
        >>> render([])[:15]
        '<!doctype html>'
    """
    runs = list(runs)
    lessons = [{"run": run, "sections": figures.sections(run.notebook) if run.notebook else []} for run in runs]
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            lessons=lessons,
            profile=profile,
            when=(when or datetime.datetime.now()).strftime("%Y-%m-%d %H:%M"),
            versions=_versions(),
            num_held=sum(run.held for run in runs),
            num_claims=sum(len(run.claims) for run in runs),
            num_figures=sum(len(section.figures) for lesson in lessons for section in lesson["sections"]),
            faulty=[run for run in runs if run.faults],
            seconds=sum(run.seconds for run in runs),
            longest=max((run.seconds for run in runs), default=0.0) or 1.0,
            peak_mb=max((run.peak_mb for run in runs), default=0.0),
        )
    )


def write(path: pathlib.Path, runs: Iterable[lesson_runs.LessonRun], profile: str = "quick") -> None:
    """Write the page to a file."""
    path.write_text(render(runs, profile), encoding="utf-8", newline="\n")
