"""The student bundle: complete, free of solutions, and never put over somebody's files."""

import shutil
import zipfile

import fixture_lessons
import nbformat
import pytest
from click.testing import CliRunner

from course_utils import cli, locations, release
from course_utils.authoring import notebook_writer, source, student

SECRET = "return int(height * width)"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with one lesson, built without executing it."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    path = fixture_lessons.write_checkout(folder)
    notebook = student.cut(source.read(path), {"num_pixels": 12.0})
    for name in ("solutions", "lessons"):
        monkeypatch.setattr(locations, name, lambda name=name: folder / name)
    monkeypatch.setattr(locations, "root", lambda: folder)
    (folder / "lessons" / f"{path.stem}.ipynb").write_text(notebook_writer.dumps(notebook), encoding="utf-8")
    package = folder / "course_utils"
    (package / "__pycache__").mkdir(parents=True)
    (package / "__pycache__" / "kernels.pyc").write_bytes(b"\x00")
    (package / "__init__.py").write_text("", encoding="utf-8")
    (folder / "exercises").rename(package / "exercises")
    for name in ("tests", "data", ".git", ".constraints", "lessons/.ipynb_checkpoints"):
        (folder / name).mkdir()
        (folder / name / "file.txt").write_text("something\n", encoding="utf-8")
    (folder / "pyproject.toml").write_text('[project]\nname = "cnn-course"\n', encoding="utf-8")
    (folder / "LICENSE").write_text("MIT\n", encoding="utf-8")
    return folder


def course(*arguments):
    return CliRunner().invoke(cli.main, ["release", *map(str, arguments)], prog_name="course")


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


EXPECTED = [
    ".constraints/file.txt",
    "LICENSE",
    "README.md",
    "course_utils/__init__.py",
    "data/file.txt",
    f"lessons/{fixture_lessons.NAME}.ipynb",
    "pyproject.toml",
]


def plant(checkout, text):
    path = checkout / "lessons" / f"{fixture_lessons.NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell(text))
    nbformat.write(notebook, path)


def test_the_bundle_holds_what_students_need_and_nothing_else(checkout, tmp_path):
    result = course(tmp_path / "bundle")
    assert result.exit_code == 0, result.output
    assert files(tmp_path / "bundle") == EXPECTED
    assert "1 lessons, 7 files; no line of a solution" in result.output
    everything = b"".join((tmp_path / "bundle" / name).read_bytes() for name in EXPECTED)
    assert SECRET.encode() not in everything
    assert SECRET in (checkout / "solutions" / f"{fixture_lessons.NAME}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [f"psst: `x`\n    {SECRET}", "# BEGIN SOLUTION"])
def test_a_leak_is_named_and_nothing_is_written(checkout, tmp_path, text):
    plant(checkout, text)
    result = course(tmp_path / "bundle")
    assert result.exit_code == 1
    assert fixture_lessons.NAME in result.output
    assert "give solutions away" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkout"]


def test_a_leak_leaves_the_earlier_bundle_as_it_was(checkout, tmp_path):
    course(tmp_path / "bundle")
    before = files(tmp_path / "bundle")
    plant(checkout, SECRET)
    assert course(tmp_path / "bundle", "--force").exit_code == 1
    assert files(tmp_path / "bundle") == before
    assert SECRET not in (tmp_path / "bundle" / "lessons" / f"{fixture_lessons.NAME}.ipynb").read_text(encoding="utf-8")


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(checkout, tmp_path):
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "mine.txt").write_text("mine", encoding="utf-8")
    result = course(tmp_path / "bundle")
    assert result.exit_code == 2
    assert "is not empty" in result.output
    assert files(tmp_path / "bundle") == ["mine.txt"]


def test_force_renews_an_earlier_bundle_and_keeps_other_files(checkout, tmp_path):
    bundle = tmp_path / "bundle"
    assert course(bundle).exit_code == 0
    (bundle / ".git").mkdir()
    (bundle / ".git" / "HEAD").write_text("ref", encoding="utf-8")
    (bundle / "lessons" / "99_withdrawn.ipynb").write_text("{}", encoding="utf-8")
    (checkout / "LICENSE").write_text("MIT, newer\n", encoding="utf-8")
    assert course(bundle).exit_code == 2
    result = course(bundle, "--force")
    assert result.exit_code == 0, result.output
    assert files(bundle) == sorted([*EXPECTED, ".git/HEAD"])
    assert (bundle / "LICENSE").read_text(encoding="utf-8") == "MIT, newer\n"


def test_force_does_not_replace_what_is_no_bundle(checkout, tmp_path):
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    (home / "data" / "thesis.txt").write_text("years of work", encoding="utf-8")
    result = course(home, "--force")
    assert result.exit_code == 2
    assert "holds data but no earlier bundle" in result.output
    assert files(home) == ["data/thesis.txt"]


@pytest.mark.parametrize("place", [".", "lessons", "lessons/deep", "course_utils/x", "solutions", ".."])
def test_the_course_itself_is_never_the_target(checkout, place):
    before = files(checkout)
    result = course(checkout / place, "--force")
    assert result.exit_code == 2
    assert "the course itself" in result.output
    assert files(checkout) == before


def test_a_solutions_folder_that_lies_in_the_target_is_reported(checkout, tmp_path):
    (tmp_path / "bundle" / "solutions").mkdir(parents=True)
    result = course(tmp_path / "bundle", "--force")
    assert result.exit_code == 1
    assert "it was in" in result.output


def test_what_is_missing_in_the_checkout_is_named(checkout, tmp_path):
    (checkout / "LICENSE").unlink()
    result = course(tmp_path / "bundle")
    assert result.exit_code == 2
    assert "LICENSE is missing" in result.output
    shutil.rmtree(checkout / "lessons")
    (checkout / "lessons").mkdir()
    (checkout / "LICENSE").write_text("MIT", encoding="utf-8")
    assert "course build" in course(tmp_path / "bundle").output


def test_a_students_copy_cannot_release(monkeypatch, tmp_path):
    monkeypatch.setattr(locations, "solutions", lambda: None)
    with pytest.raises(release.ReleaseError, match="in a checkout"):
        release.write(tmp_path / "bundle")


def test_the_archive_holds_the_same_files_and_is_the_same_each_time(checkout, tmp_path):
    result = course(tmp_path / "bundle", "--zip")
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        assert sorted(archive.namelist()) == [f"bundle/{name}" for name in EXPECTED]
    first = (tmp_path / "bundle.zip").read_bytes()
    course(tmp_path / "bundle", "--zip", "--force")
    assert (tmp_path / "bundle.zip").read_bytes() == first
