"""results.json: what the lessons measured, for programs."""

import json
import math
import pathlib
from collections.abc import Iterable

from course_utils import lesson_runs


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def document(runs: Iterable[lesson_runs.LessonRun]) -> dict:
    """Return the runs as plain data.

    Example:
        >>> document([])
        {'lessons': []}
    """
    return {
        "lessons": [
            {
                "lesson": run.lesson,
                "seconds": round(run.seconds, 2),
                "peak_mb": round(run.peak_mb, 1),
                "claims": [{**claim, "value": _finite(claim["value"])} for claim in run.claims],
                "measurements": [dict(measurement) for measurement in run.measurements],
            }
            for run in runs
        ]
    }


def write(path: pathlib.Path, runs: Iterable[lesson_runs.LessonRun]) -> None:
    """Write the runs as JSON that every program reads: no NaN, no infinity."""
    text = json.dumps(document(runs), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
