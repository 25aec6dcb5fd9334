"""The command line as a whole: help, mistyped names, exit codes, and how light it starts."""

import os
import pathlib
import subprocess
import sys

import jupyter_client
import pytest
import small_course
from click.testing import CliRunner

from course_utils import cli, lesson_names
from course_utils.commands import lab

TELLING = {
    "run": ("--profile", "--jobs", "--report", "Exit code 1", "results.json"),
    "lab": ("--no-browser", "--prepare-only", "COURSE_WORK", "never overwritten"),
    "check": ("--timeout", "Exit codes: 0", "3 the notebook cannot be read"),
    "doctor": ("--json", "Exit code 1", "hash"),
    "build": ("--check", "--jobs", "--force", "solutions/*.py"),
    "import": ("NOTEBOOK", "course build"),
    "release": ("DIR", "--force", "--zip", "No solutions"),
    "grade": ("SUBMISSIONS", "--out", "--dask", "--trusted", "remarks.csv"),
    "bench": ("AREA", "--strict", "--json", "--full", "--images"),
}


def course(*arguments):
    return CliRunner().invoke(cli.main, list(arguments), prog_name="course")


@pytest.fixture
def two_lessons(tmp_path, monkeypatch):
    small_course.use(monkeypatch, tmp_path)
    for name in ("00_start_here", "02_convolve_with_kernels"):
        small_course.write(tmp_path / "lessons", name, [small_course.code("1", "a")])
    return tmp_path


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_names_every_command(option):
    result = course(option)
    assert result.exit_code == 0
    assert set(TELLING) == set(cli.COMMANDS)
    for name in TELLING:
        assert f"\n  {name} " in result.output


@pytest.mark.parametrize("name", TELLING)
def test_the_help_of_a_command_tells_what_it_does_and_takes(name):
    result = course(name, "--help")
    assert result.exit_code == 0
    flat = " ".join(result.output.split())
    for words in TELLING[name]:
        assert words in flat
    assert max(map(len, result.output.splitlines())) <= 100


def test_the_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom course_utils import cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'cv2', 'keras', 'matplotlib', 'nbformat', 'nbclient', 'rich', 'jinja2', 'scipy'}\n"
        "print('loaded:', sorted(heavy & set(sys.modules)))"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True).stdout
    assert output.endswith("loaded: []\n")


def test_the_version_is_the_packages():
    assert course("--version").output == "course, version 0.1.0\n"


@pytest.mark.parametrize(("typed", "meant"), [("rnu", "run"), ("biuld", "build"), ("docter", "doctor")])
def test_a_mistyped_command_is_answered_with_the_nearest(typed, meant):
    result = course(typed)
    assert result.exit_code == 2
    assert f"Did you mean 'course {meant}'?" in result.output


def test_no_command_shows_the_help_and_is_a_usage_error():
    result = course()
    assert result.exit_code == 2
    assert "Commands:" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "7"], "no lesson '7'. There are: 00_start_here, 02_convolve_with_kernels."),
        (["run", "convolve"], "Did you mean 02_convolve_with_kernels?"),
        (["run", "star_here"], "Did you mean 00_start_here?"),
        (["lab", "02_convolve_with_kernel"], "Did you mean 02_convolve_with_kernels?"),
        (["run", "--jobs", "0"], "x>=1"),
        (["run", "--profile", "fast"], "'quick', 'full'"),
        (["check", "nowhere.ipynb"], "does not exist"),
        (["import", "nowhere.ipynb"], "does not exist"),
        (["bench", "kernel"], "no area 'kernel'"),
        (["build", "77"], "no lesson"),
    ],
)
def test_what_was_typed_wrongly_ends_with_2_and_says_what_to_type(two_lessons, arguments, words):
    result = course(*arguments)
    assert result.exit_code == 2, result.output
    assert words in " ".join(result.output.split())


def test_a_wrong_profile_in_the_environment_is_a_usage_error(two_lessons, monkeypatch):
    monkeypatch.setenv("COURSE_PROFILE", "fast")
    result = course("run")
    assert result.exit_code == 2
    assert "COURSE_PROFILE is 'fast'" in result.output


def test_lessons_are_chosen_by_number_name_and_file_in_the_order_of_the_course(two_lessons):
    paths = lesson_names.student_notebooks()
    both = ["00_start_here", "02_convolve_with_kernels"]
    for typed in (
        [],
        ["2", "0"],
        ["02", "start_here"],
        ["lessons/02_convolve_with_kernels.ipynb", "00_start_here", "0"],
    ):
        assert [path.stem for path in lesson_names.choose(typed, paths)] == both
    assert [path.stem for path in lesson_names.choose(["2"], paths)] == both[1:]


def test_without_any_lesson_the_message_says_how_to_get_them(tmp_path, monkeypatch):
    small_course.use(monkeypatch, tmp_path)
    result = course("run")
    assert result.exit_code == 2
    assert "course build" in result.output


def test_references_run_where_there_are_some_and_lessons_elsewhere(two_lessons):
    assert {path.parent.name for path in lesson_names.references()} == {"lessons"}
    small_course.write(two_lessons / "solutions", "00_start_here", [])
    assert [(path.parent.name, path.stem) for path in lesson_names.references()] == [("solutions", "00_start_here")]


def test_a_wrong_lesson_completes_in_the_shell(two_lessons, monkeypatch):
    monkeypatch.setenv("_COURSE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "course run 02")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert "02_convolve_with_kernels" in course("run").output


def test_lab_prepares_the_first_lesson_and_says_where(two_lessons):
    result = course("lab", "--prepare-only")
    assert result.exit_code == 0
    assert str(two_lessons / "mine" / "00_start_here.ipynb") in result.output
    assert (two_lessons / "mine" / "02_convolve_with_kernels.ipynb").exists(), "links to other lessons have to work"


def test_lab_tells_of_a_renewed_lesson(two_lessons):
    course("lab", "2", "--prepare-only")
    small_course.write(two_lessons / "lessons", "02_convolve_with_kernels", [small_course.code("2", "a")])
    result = course("lab", "2", "--prepare-only")
    assert result.exit_code == 0
    assert "02_convolve_with_kernels.v2.ipynb" in result.output
    assert "1 cell changed" in result.output


def test_lab_explains_a_folder_it_cannot_use(two_lessons):
    (two_lessons / "mine").write_text("a file in its place", encoding="utf-8")
    result = course("lab", "--prepare-only")
    assert result.exit_code == 1
    assert "COURSE_WORK" in result.output


def test_lab_starts_jupyterlab_on_the_copy(two_lessons, monkeypatch):
    started = []

    class Process:
        def __init__(self, arguments, cwd, env):
            started.append((arguments, cwd))
            assert env["TF_CPP_MIN_LOG_LEVEL"] == "3"
            assert env["JUPYTER_PATH"].split(os.pathsep)[1:] == ["mine"]
            self.interrupted = False

        def wait(self):
            if not self.interrupted:
                self.interrupted = True
                raise KeyboardInterrupt
            return 0

    monkeypatch.setattr(subprocess, "Popen", Process)
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    monkeypatch.setenv("JUPYTER_PATH", "mine")
    assert course("lab", "02", "--no-browser", "--", "--port", "99").exit_code == 0
    assert course("lab", "--", "--port", "99").exit_code == 0
    jupyterlab = [sys.executable, "-m", "jupyterlab", "--log-level=WARN"]
    assert started == [
        ([*jupyterlab, "02_convolve_with_kernels.ipynb", "--no-browser", "--port", "99"], two_lessons / "mine"),
        ([*jupyterlab, "00_start_here.ipynb", "--port", "99"], two_lessons / "mine"),
    ]


def test_the_kernel_of_course_lab_keeps_what_c_code_writes_out_of_the_notebook(monkeypatch):
    """TensorFlow's C++ log, about missing GPUs, is no output of a student's cell; what Python writes is."""
    monkeypatch.setenv("JUPYTER_PATH", str(pathlib.Path(lab.__file__).with_name("jupyter")))
    manager, client = jupyter_client.manager.start_new_kernel(kernel_name="python3")
    heard = []
    try:
        client.execute_interactive(
            "import os, sys; os.write(2, b'from C'); print('from Python', file=sys.stderr)",
            output_hook=lambda message: heard.append(message["content"].get("text", "")),
            timeout=60,
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "".join(heard) == "from Python\n"
