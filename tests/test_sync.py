"""The committed notebooks are byte for byte what the sources build, and give no solution away."""

import io
import subprocess
import tarfile

import pytest

from course_utils import locations
from course_utils.authoring import build, leaks, lint, readme_table, source

SOURCES = build.sources()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_generated_files_are_what_the_source_builds(path):
    assert build.drift(path) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_source_keeps_the_rules_of_style(path):
    assert lint.faults(source.read(path)) == []


def test_no_generated_file_is_an_orphan():
    names = {path.stem for path in SOURCES}
    top = locations.root()
    generated = [
        *top.glob("lessons/*.ipynb"),
        *top.glob("solutions/*.ipynb"),
        *locations.exercises().glob("*.json"),
    ]
    assert {path.stem for path in generated} == names


def test_no_leak_in_what_students_get():
    assert leaks.find(locations.lessons()) == []
    assert leaks.find(locations.exercises()) == []


def test_readme_table_is_rendered():
    assert readme_table.update(locations.root(), check=True) == []


def test_git_archive_leaves_the_solutions_at_home():
    top = locations.root()
    if not (top / ".git").exists():
        pytest.skip("this copy is no git checkout")
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=top, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as bundle:
        tops = {name.split("/")[0] for name in bundle.getnames()}
    assert {"lessons", "course_utils", "data", "README.md", "pyproject.toml"} <= tops
    assert not tops & {"solutions", "tests", ".ci", ".github"}
