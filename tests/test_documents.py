"""The Markdown files: links lead somewhere, terms stand where the glossary says, README holds its commands."""

import re

import nbformat
import pytest

from course_utils import locations

TOP = locations.root()
DOCUMENTS = [TOP / "README.md", TOP / "lessons" / "GLOSSARY.md", TOP / "solutions" / "INSTRUCTOR_GUIDE.md"]
ROW = re.compile(r"^\| (?P<term>[^|]+) \| (?P<meaning>[^|]+) \| \[(?P<number>\d\d)\]\((?P<lesson>[^)]+)\) \|$", re.M)
TERMS = list(ROW.finditer((TOP / "lessons" / "GLOSSARY.md").read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(path):
    text = path.read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)\s#]+)", text) if not re.match("[a-z]+:", target)]
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_glossary_is_in_alphabetical_order_without_doubles():
    terms = [match["term"].lower() for match in TERMS]
    assert len(terms) > 40
    assert terms == sorted(set(terms))


@pytest.mark.parametrize("match", TERMS, ids=lambda match: match["term"])
def test_the_named_lesson_speaks_of_the_term(match):
    assert match["lesson"].startswith(match["number"])
    notebook = nbformat.read(TOP / "lessons" / match["lesson"], as_version=4)
    text = " ".join(" ".join(cell.source.lower().split()) for cell in notebook.cells)
    for term in match["term"].lower().split(", "):
        assert term in text, f"lesson {match['number']} never says {term!r}"


def test_readme_has_two_commands_that_need_nothing_but_python():
    text = (TOP / "README.md").read_text(encoding="utf-8")
    section = text.split("## Two commands")[1].split("\n## ")[0]
    run, test, _ = re.findall(r"```bash\n(.*?)\n```", section, re.DOTALL)
    for command in (run, test):
        assert command.startswith("python3 -m venv .venv && .venv/bin/python -m pip install -e ")
    assert run.endswith("&& .venv/bin/course run")
    assert test.endswith("&& .venv/bin/python -m pytest")
