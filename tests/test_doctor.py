"""`course doctor`: healthy here, and each thing that can be missing is found and comes with its remedy."""

import importlib.metadata
import json
import subprocess

import pytest
from click.testing import CliRunner

from course_utils import cli, datasets, doctor, locations
from course_utils.grading import sandbox


@pytest.fixture(scope="module")
def here():
    result = CliRunner().invoke(cli.main, ["doctor", "--json"], prog_name="course")
    return result, json.loads(result.stdout)


@pytest.fixture
def quick(monkeypatch):
    """Leave out the backend, which takes seconds to load."""
    monkeypatch.setattr(doctor, "_backend", list)
    monkeypatch.delenv("COLUMNS", raising=False)


def course(*arguments):
    return CliRunner().invoke(cli.main, ["doctor", *arguments], prog_name="course")


def only(group):
    return {finding.name: finding for finding in doctor.examine() if finding.group == group}


def test_the_environment_that_runs_the_tests_is_sound(here):
    result, document = here
    broken = [finding for finding in document["findings"] if finding["status"] == doctor.BROKEN]
    assert broken == []
    assert document["ok"] is True
    assert result.exit_code == 0


def test_everything_the_course_needs_is_looked_at(here):
    findings = here[1]["findings"]
    assert {"python", "packages", "backend", "jupyter", "data", "course"} <= {finding["group"] for finding in findings}
    by_name = {finding["name"]: finding for finding in findings}
    assert by_name["numpy"]["detail"] == importlib.metadata.version("numpy")
    assert by_name["Keras"]["detail"] == importlib.metadata.version("keras")
    for name, entry in datasets.manifest().items():
        if entry.kind != "public dataset":
            assert by_name[name]["sha256"] in entry.sha256


def test_a_public_dataset_is_looked_for_and_never_missed(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    found = only("data")
    assert found["cifar10_public"].status == doctor.OK
    assert "only the full profile" in found["cifar10_public"].detail
    kept = tmp_path / "keras" / datasets.entry("mnist_public").path
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"")
    (tmp_path / "cifar10.npz").write_bytes(b"")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    found = only("data")
    assert str(kept) in found["mnist_public"].detail
    assert str(tmp_path / "cifar10.npz") in found["cifar10_public"].detail


def test_the_table_shows_names_states_and_hashes(quick):
    result = course()
    assert result.exit_code == 0, result.output
    for words in (
        "numpy",
        "JupyterLab",
        "cat",
        datasets.entry("cat").sha256[0][:12],
        "Everything that the course needs",
    ):
        assert words in result.output


def test_a_damaged_and_a_missing_file_are_broken_with_a_remedy(quick, monkeypatch, tmp_path):
    damaged = tmp_path / "cat.png"
    damaged.write_bytes(b"not a cat")
    locate = datasets.locate

    def fake(name):
        if name == "coffee":
            raise FileNotFoundError("the file coffee.png is missing. Install it again: pip install scikit-image")
        return damaged if name == "cat" else locate(name)

    monkeypatch.setattr(datasets, "locate", fake)
    found = only("data")
    assert {name for name, finding in found.items() if finding.status == doctor.BROKEN} == {"cat", "coffee"}
    assert "damaged" in found["cat"].detail
    assert found["coffee"].remedy == "Install it again: pip install scikit-image"
    result = course()
    assert result.exit_code == 1
    assert "2 things are broken" in result.output


def test_a_missing_and_an_old_package_are_broken_with_the_command_that_mends_them(monkeypatch):
    monkeypatch.setattr(doctor, "_requirements", lambda: [("numpy", "999.1"), ("no-such-thing", "2"), ("click", "8")])
    numpy, missing, click = doctor._packages()
    assert (numpy.status, missing.status, click.status) == (doctor.BROKEN, doctor.BROKEN, doctor.OK)
    assert numpy.remedy == "pip install --upgrade 'numpy>=999.1'"
    assert missing.remedy == "pip install 'no-such-thing>=2'"


def test_versions_are_compared_as_numbers():
    assert doctor._version_numbers("3.10.2") > doctor._version_numbers("3.9")
    assert doctor._version_numbers("2.0.0+cpu") == (2, 0, 0)


def test_the_requirements_are_those_of_the_base_install():
    names = {name for name, _ in doctor._requirements()}
    assert {"numpy", "keras", "opencv-python"} <= names
    assert "pytest" not in names


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (
            subprocess.CompletedProcess([], 1, "", "Traceback\nModuleNotFoundError: No module named 'jax'\n"),
            "No module",
        ),
        (subprocess.CompletedProcess([], -11, "", ""), "ended with code -11"),
        (subprocess.TimeoutExpired("python", 1), "did not load within"),
    ],
)
def test_a_backend_that_does_not_load_is_broken_and_does_not_take_the_doctor_along(monkeypatch, result, words):
    def fake(*arguments, **options):
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(subprocess, "run", fake)
    (finding,) = doctor._backend()
    assert finding.status == doctor.BROKEN
    assert words in finding.detail
    assert finding.remedy


@pytest.mark.parametrize(
    ("gpus", "nvidia", "status"), [(["GPU:0"], True, doctor.OK), ([], True, doctor.NOTE), ([], False, doctor.OK)]
)
def test_a_gpu_that_is_not_used_is_noted(monkeypatch, gpus, nvidia, status):
    answer = {"keras": "3.15", "backend": "tensorflow", "version": "2.21", "gpus": gpus, "total": 6.0}
    done = subprocess.CompletedProcess([], 0, "noise\n" + json.dumps(answer), "")
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **options: done)
    monkeypatch.setattr(doctor, "_has_nvidia_gpu", lambda: nvidia)
    gpu = doctor._backend()[-1]
    assert (gpu.name, gpu.status) == ("GPU", status)
    assert doctor.healthy([gpu])


def test_a_course_without_lessons_is_broken(quick, monkeypatch, tmp_path):
    monkeypatch.setattr(locations, "lessons", lambda: tmp_path)
    assert only("course")["lessons"].status == doctor.BROKEN


def test_a_work_folder_that_is_a_file_is_broken(quick, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr(locations, "work", lambda: tmp_path / "file" / "mine")
    finding = only("course")["your folder"]
    assert finding.status == doctor.BROKEN
    assert "COURSE_WORK" in finding.remedy


@pytest.mark.parametrize(
    ("isolation", "status", "words", "remedy"),
    [
        (sandbox.Isolation(True, "bubblewrap", 7), doctor.OK, "Landlock 7", ""),
        (sandbox.Isolation(True, "", 3), doctor.NOTE, "Landlock 3", "bubblewrap"),
        (sandbox.Isolation(False, "", 0), doctor.NOTE, "course grade refuses", "WSL 2"),
    ],
)
def test_the_walls_for_grading_are_named_and_nobody_but_graders_needs_them(
    quick, monkeypatch, isolation, status, words, remedy
):
    monkeypatch.setattr(sandbox, "found", lambda: isolation)
    finding = only("grading")["sandbox"]
    assert finding.status == status
    assert words in finding.detail
    assert remedy in finding.remedy
    assert doctor.healthy([finding])
