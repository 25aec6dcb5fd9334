"""The registry of benchmarks, the timing in turns, and the table of `course bench`. Nothing here is a timed test."""

import gc
import json

import pytest
from click.testing import CliRunner

from course_utils import benchmarks, cli
from course_utils.benchmarks import timing

FIGURES = [
    benchmarks.at_most(3.0, "correlate2d 3x3", 0.002, {"cv2.filter2D": 0.001, "scipy": 0.01}, peer="cv2.filter2D"),
    benchmarks.within(0.05, "import", 0.2, {"keras": 4.0}),
    benchmarks.Figure("accuracy", 98.5, {"MLP": 95.4}, unit="%"),
]


@pytest.fixture
def areas(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)  # a terminal's width would fold the table
    monkeypatch.setattr(benchmarks, "areas", lambda: ["kernels", "startup"])
    asked = []

    def measure(area, quick=True):
        asked.append((area, quick))
        return FIGURES if area == "kernels" else FIGURES[:1]

    monkeypatch.setattr(benchmarks, "measure", measure)
    return asked


def course(*arguments):
    return CliRunner().invoke(cli.main, ["bench", *arguments], prog_name="course")


def test_areas_are_the_modules_of_the_package():
    found = benchmarks.areas()
    assert "timing" not in found
    assert "startup" in found


def test_an_unknown_area_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'startup'"):
        benchmarks.measure("start-up")


def test_the_table_shows_times_ratios_goals_and_what_is_missed(areas):
    result = course()
    assert result.exit_code == 0, result.output
    assert areas == [("kernels", True), ("startup", True)]
    for words in ("2.00 ms", "cv2.filter2D 1.00 ms (0.5x)", "scipy 10.0 ms (5x)", "<= 3x cv2.filter2D", "no", "98.5 %"):
        assert words in result.output
    assert "2 of 3 goals met." in result.output


def test_strict_makes_a_missed_goal_a_failure(areas):
    assert course("kernels", "--strict").exit_code == 1
    assert course("startup", "--strict").exit_code == 0
    assert areas == [("kernels", True), ("startup", True)]


def test_json_holds_every_figure(areas):
    document = json.loads(course("kernels", "--json", "--full").stdout)
    assert areas == [("kernels", False)]
    assert [figure["met"] for figure in document["kernels"]] == [True, False, None]
    assert document["kernels"][0]["peers"] == {"cv2.filter2D": 0.001, "scipy": 0.01}


def test_goals_are_met_up_to_their_limit_and_not_beyond():
    for limit, ours, met in ((2.0, 2.0, True), (2.0, 2.1, False)):
        assert benchmarks.at_most(limit, "x", ours, {"p": 1.0}, peer="p").met is met
    for limit, ours, met in ((2.0, 0.5, True), (2.0, 0.6, False)):
        assert benchmarks.at_least(limit, "x", ours, {"p": 1.0}, peer="p").met is met


def test_functions_take_turns_and_the_median_counts():
    now = {"seconds": 0.0}
    order = []

    def lasts(name, durations):
        def function():
            order.append(name)
            now["seconds"] += next(durations)

        return function

    # The first two calls warm up; then three rounds, one of them disturbed.
    short = iter([9.0, 9.0, 1.0, 50.0, 1.2])
    long = iter([9.0, 9.0, 4.0, 4.2, 70.0])
    seconds = timing.interleaved(
        {"short": lasts("short", short), "long": lasts("long", long)},
        rounds=3,
        shortest=0.0,
        clock=lambda: now["seconds"],
    )
    assert order == ["short"] * 2 + ["long"] * 2 + ["short", "long"] * 3
    assert seconds == pytest.approx({"short": 1.2, "long": 4.2})
    assert gc.isenabled()


def test_quick_functions_are_called_often_enough_to_be_measured(monkeypatch):
    now = {"seconds": 0.0, "calls": 0}

    def quick():
        now["seconds"] += 0.25
        now["calls"] += 1

    monkeypatch.setattr(timing.time, "perf_counter", lambda: now["seconds"])
    seconds = timing.interleaved({"quick": quick}, rounds=3, shortest=5.0, clock=lambda: now["seconds"])
    assert now["calls"] == 2 + 3 * 20
    assert seconds == {"quick": 0.25}


def test_no_rounds_are_refused():
    with pytest.raises(ValueError, match="rounds is 0"):
        timing.interleaved({"a": int}, rounds=0)
