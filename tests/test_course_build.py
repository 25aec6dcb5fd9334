"""`course build` and `course import` as commands; what they do has its own tests."""

import pytest
from click.testing import CliRunner

from course_utils import cli
from course_utils.authoring import build, importer


def course(*arguments):
    return CliRunner().invoke(cli.main, list(arguments), prog_name="course")


@pytest.fixture
def called(monkeypatch):
    calls = {"messages": []}

    def fake(lessons=(), check=False, jobs=2, force=False, on_progress=None):
        calls.update(lessons=tuple(lessons), check=check, jobs=jobs, force=force)
        on_progress("02_mix", "cell 3 of 9")
        on_progress("02_mix", "built in 2 s")
        return calls["messages"]

    monkeypatch.setattr(build, "build", fake)
    return calls


def test_what_is_typed_reaches_the_builder(called):
    result = course("build", "2", "03", "--check", "--jobs", "3", "--force")
    assert result.exit_code == 0, result.output
    assert called == {"messages": [], "lessons": ("2", "03"), "check": True, "jobs": 3, "force": True}
    assert "02_mix: built in 2 s" in result.output
    assert "cell 3" not in result.output, "cells are for a terminal only"


@pytest.mark.parametrize("option", [[], ["--check"]])
def test_faults_are_listed_and_end_with_1(called, option):
    called["messages"] = ["lessons/02_mix.ipynb: differs [b]", "README.md: differs"]
    result = course("build", *option)
    assert result.exit_code == 1
    assert "lessons/02_mix.ipynb: differs [b]\nREADME.md: differs\n2 faults." in result.output


@pytest.mark.parametrize(
    "error", [ValueError("no lesson '77'; there are: ..."), FileNotFoundError("no solutions/ here")]
)
def test_what_cannot_be_built_is_a_usage_error(monkeypatch, error):
    def fake(*arguments, **options):
        raise error

    monkeypatch.setattr(build, "build", fake)
    result = course("build", "77")
    assert result.exit_code == 2
    assert str(error) in " ".join(result.output.split())


def test_import_names_the_source_that_holds_the_edits_now(monkeypatch, tmp_path):
    notebook = tmp_path / "02_mix.ipynb"
    notebook.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(importer, "import_notebook", lambda path: path.with_suffix(".py"))
    result = course("import", str(notebook))
    assert result.exit_code == 0
    assert str(notebook.with_suffix(".py")) in result.output
    assert "course build 02" in result.output


def test_a_notebook_that_cannot_be_imported_is_explained(tmp_path):
    notebook = tmp_path / "02_mix.ipynb"
    notebook.write_text("no json", encoding="utf-8")
    result = course("import", str(notebook))
    assert result.exit_code == 1
    assert "cannot be read as a notebook" in result.output
