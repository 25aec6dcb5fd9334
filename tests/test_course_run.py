"""`course run` on tiny notebooks: the table, results.json, the report, and what makes it exit with 1."""

import json

import pytest
import small_course
from click.testing import CliRunner
from nbformat import v4
from rich import console

from course_utils import cli, lesson_runs
from course_utils.commands import progress_display

PICTURE = (
    "import numpy as np\nfrom course_utils import plots\n"
    "plots.compare(np.zeros((4, 4), np.uint8), alt='A black <square> & nothing else')"
)
SLIDER = (
    "import numpy as np\nfrom course_utils import plots\n"
    "plots.slider([np.zeros((4, 4)), np.ones((4, 4))], ['off', 'on'], alt='A lamp that is switched on')"
)

FAILED_CHECK = (
    "from course_utils import results\nresults.record({'event': 'check', 'exercise': '2.1', 'status': 'failed'})"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    small_course.use(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def course(*arguments):
    return CliRunner().invoke(cli.main, ["run", *arguments], prog_name="course")


def test_a_good_run_writes_results_and_report_and_exits_with_0(folder):
    cells = [
        small_course.text("# Mix\n## A lamp", "a"),
        small_course.code(small_course.claim(), "b"),
        small_course.code(PICTURE, "c"),
        small_course.code(SLIDER, "d"),
    ]
    small_course.write(folder / "solutions", "02_mix", cells, title="Mix <colours>")
    claim = small_course.claim("nothing is measured here", "True", "None", "None")
    measured = "from course_utils import claims\nclaims.measured('how much', 0.25, unit='pixels')"
    cells = [small_course.code(claim, "a"), small_course.code(measured, "b")]
    small_course.write(folder / "solutions", "03_next", cells)
    result = course()
    assert result.exit_code == 0, result.output
    assert "2 of 2 claims hold in 2 lessons." in result.output
    for words in ("02_mix: started, 4 cells", "ok    02_mix: 1 of 1 claims hold", "02_mix", "1/1", "MB"):
        assert words in result.output
    results = json.loads((folder / "course-report" / "results.json").read_text(encoding="utf-8"))
    assert set(results) == {"lessons"}
    assert [set(lesson) for lesson in results["lessons"]] == [
        {"lesson", "seconds", "peak_mb", "claims", "measurements"}
    ] * 2
    first, second = results["lessons"]
    assert (first["lesson"], second["lesson"]) == ("02_mix", "03_next")
    assert first["claims"] == [{"sentence": "1 is less than 2", "held": True, "value": 0.5, "unit": "pixels"}]
    assert second["claims"] == [{"sentence": "nothing is measured here", "held": True, "value": None, "unit": None}]
    assert first["measurements"] == []
    assert second["measurements"] == [{"sentence": "how much", "value": 0.25, "unit": "pixels"}]
    assert 0 < first["seconds"] < 300
    assert 20 < first["peak_mb"] < 5000
    page = (folder / "course-report" / "report.html").read_text(encoding="utf-8")
    for words in ("Mix &lt;colours&gt;", 'alt="A black &lt;square&gt; &amp; nothing else"', "0.5 pixels", "A lamp"):
        assert words in page
    assert "<square>" not in page


@pytest.mark.parametrize(
    ("cells", "budget", "words"),
    [
        ([small_course.claim("2 < 1", "2 < 1", "7.25", "'m'")], {}, "claim fails: 2 < 1 (measured: 7.25 m)"),
        ([small_course.claim(), "1 / 0"], {}, "cell 2 stopped with ZeroDivisionError"),
        (["sum(range(10**7))"], {"cpu_seconds": 0.0001}, "over budget: "),
        (["1"], {"memory_mb": 1}, "over budget: "),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_named_and_exits_with_1(folder, cells, budget, words):
    notebook_cells = [small_course.code(text, f"c-{number}") for number, text in enumerate(cells)]
    small_course.write(folder / "solutions", "02_mix", notebook_cells, budget)
    result = course("2", "--report", "out")
    assert result.exit_code == 1
    assert words in result.output
    assert "02_mix: " + words[:10] in result.output
    assert (folder / "out" / "results.json").exists(), "a failed run leaves its results too"
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "1 of 1 lessons with faults" in page


def test_a_reference_has_to_pass_its_own_checks_and_a_student_notebook_need_not(folder):
    cells = [small_course.code(FAILED_CHECK, "a")]
    small_course.write(folder / "lessons", "02_mix", cells)
    assert course().exit_code == 0
    small_course.write(folder / "solutions", "02_mix", cells, source_sha256="0" * 64)
    result = course()
    assert result.exit_code == 1
    assert "02_mix: exercise 2.1 does not pass its own check" in result.output


def test_a_claim_that_fails_is_false_in_the_results_and_the_others_are_there(folder):
    texts = [
        small_course.claim("first"),
        small_course.claim("second", "False", "float('nan')"),
        small_course.claim("third"),
    ]
    cells = [small_course.code(text, f"c-{number}") for number, text in enumerate(texts)]
    small_course.write(folder / "solutions", "02_mix", cells)
    assert course().exit_code == 1
    text = (folder / "course-report" / "results.json").read_text(encoding="utf-8")
    (lesson,) = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))["lessons"]
    assert [claim["held"] for claim in lesson["claims"]] == [True, False, True]
    assert lesson["claims"][1]["value"] is None


def test_a_notebook_that_cannot_be_read_fails_alone(folder):
    (folder / "solutions" / "01_broken.ipynb").write_text("{", encoding="utf-8")
    small_course.write(folder / "solutions", "02_mix", [small_course.code(small_course.claim(), "a")])
    result = course()
    assert result.exit_code == 1
    assert "cannot be read as a notebook" in result.output
    assert "1 of 1 claims hold in 2 lessons." in result.output


def test_the_profile_reaches_the_lesson_and_full_has_no_budget(folder):
    cells = [
        small_course.code(
            "import os\nfrom course_utils import claims, profile\n"
            "claims.check(profile.name() + str(os.environ.get('COURSE_OFFLINE')), True)", "a"
        )
    ]  # fmt: skip
    small_course.write(folder / "solutions", "02_mix", cells, {"cpu_seconds": 0.0001})
    quick, full = course("--report", "quick"), course("--profile", "full", "--report", "full")
    assert (quick.exit_code, full.exit_code) == (1, 0)
    said = [
        json.loads((folder / name / "results.json").read_text(encoding="utf-8"))["lessons"][0]["claims"][0]["sentence"]
        for name in ("quick", "full")
    ]
    assert said == ["quick1", "fullNone"]


def test_a_cell_may_take_as_long_as_its_profile_allows(folder, monkeypatch):
    small_course.write(folder / "lessons", "06_sleeps", [small_course.code("import time\ntime.sleep(3)", "a")])
    monkeypatch.setattr(lesson_runs, "SECONDS_PER_CELL", {"quick": 1, "full": 120})
    paths = [folder / "lessons" / "06_sleeps.ipynb"]
    (quick,) = lesson_runs.run_all(paths, profile="quick")
    assert quick.faults == ("cell 1 took longer than 1 s",)
    (full,) = lesson_runs.run_all(paths, profile="full")
    assert full.faults == ()


def test_a_report_folder_that_is_a_file_is_a_usage_error(folder):
    small_course.write(folder / "solutions", "02_mix", [small_course.code("1", "a")])
    (folder / "taken").write_text("", encoding="utf-8")
    assert course("--report", "taken").exit_code == 2
    assert course("--report", "taken/inside").exit_code == 2


def test_the_amounts_are_those_a_person_would_write():
    shown = [lesson_runs.amount(value) for value in (0.0, 1.0, 405900.0, 0.38207, 1234.567, 1.5e-7, -2.0)]
    assert shown == ["0", "1", "405,900", "0.3821", "1,235", "1.5e-07", "-2"]


def test_ctrl_c_stops_before_the_next_cell_and_leaves_no_lesson_running(folder):
    cells = [small_course.code("import time\ntime.sleep(0.2)", f"c-{number}") for number in range(100)]
    paths = [small_course.write(folder / "solutions", f"0{number}_mix", cells) for number in range(3)]

    class Impatient(lesson_runs.Listener):
        ended = ()

        def finished(self, run):
            self.ended += (run.lesson,)

    def interrupt(name, *arguments):
        raise KeyboardInterrupt

    listener = Impatient()
    listener.progressed = interrupt  # as Ctrl-C during the first lesson would end in its future
    with pytest.raises(KeyboardInterrupt):
        lesson_runs.run_all(paths, jobs=1, listener=listener)
    assert listener.ended == ()


def test_ctrl_c_ends_the_command_as_a_shell_expects(folder, monkeypatch):
    small_course.write(folder / "solutions", "02_mix", [small_course.code("1", "a")])

    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(lesson_runs, "run_all", interrupted)
    result = course()
    assert result.exit_code == 130
    assert "Stopped." in result.output
    assert list((folder / "course-report").iterdir()) == []


def _run(lesson, faults=(), claims=()):
    return lesson_runs.LessonRun(lesson, lesson, 1.25, 1.0, 99.6, tuple(claims), tuple(faults), v4.new_notebook())


def test_the_live_display_shows_cells_claims_and_markup_as_it_is():
    screen = console.Console(force_terminal=True, width=120, record=True, markup=False, highlight=False)
    with progress_display.Live(screen, num_lessons=2) as display:
        display.started("02_mix", 10)
        display.progressed("02_mix", 3, 2)
        display._bars.refresh()
        display.finished(_run("02_mix", ["claim fails: [b]bold[/b]"]))
        display.started("03_next", 4)
        display.finished(_run("03_next"))
    shown = screen.export_text()
    for words in ("cell 4 of 10, 2 claims", "[b]bold[/b]", "ok    03_next: 0 of 0 claims hold", "1 of 2 lessons"):
        assert words in shown


def test_a_long_lesson_speaks_at_each_quarter_when_there_is_no_terminal(capsys):
    display = progress_display.Plain(console.Console(width=200))
    display.started("02_mix", 40)
    for cell in range(41):
        display.progressed("02_mix", cell, cell // 10)
    display.finished(_run("02_mix"))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1].split(",")[0] for line in lines[:4]] == [
        "started", "cell 10 of 40", "cell 20 of 40", "cell 30 of 40",
    ]  # fmt: skip
    assert len(lines) == 5
