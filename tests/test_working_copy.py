"""A student's copies: made once, never overwritten, renewed with the answers in them."""

import json
import os

import nbformat
import pytest
from nbformat import v4

from course_utils import locations, notebook_reading, working_copy


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A course with one lesson, 02_mix, and a neighbour."""
    folder = tmp_path / "lessons"
    folder.mkdir()
    monkeypatch.setattr(locations, "lessons", lambda: folder)
    write(folder / "02_mix.ipynb", stub="raise NotImplementedError")
    write(folder / "03_next.ipynb", stub="pass")
    (folder / "GLOSSARY.md").write_text("kernel: a small array\n", encoding="utf-8")
    (folder / "figures").mkdir()
    (folder / "figures" / "cat.png").write_bytes(b"\x89PNG")
    return folder / "02_mix.ipynb"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mine"


def write(path, stub, end="print('end')"):
    cells = [
        v4.new_markdown_cell("# Mix", id="start-1"),
        v4.new_code_cell(stub, id="exercise-1", metadata={"exercise": "2.1", "tags": ["exercise"]}),
        v4.new_code_cell(end, id="end-1"),
    ]
    path.write_text(nbformat.writes(v4.new_notebook(cells=cells)) + "\n", encoding="utf-8", newline="\n")


def answer(path, text):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = text
    nbformat.write(notebook, path)


def sources(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


def snapshot(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and working_copy.ORIGINALS not in path.parts
    }


def test_the_first_copy_is_the_lesson_to_the_byte(lesson, folder):
    prepared = working_copy.prepare(lesson, folder)
    assert (prepared.state, prepared.path) == ("new", folder / "02_mix.ipynb")
    assert prepared.path.read_bytes() == lesson.read_bytes()
    assert str(prepared.path) in prepared.messages[0]


def test_a_lesson_that_did_not_change_is_left_alone_however_the_copy_was_edited(lesson, folder):
    working_copy.prepare(lesson, folder)
    answer(folder / "02_mix.ipynb", "mixed = 1")
    before = snapshot(folder)
    prepared = working_copy.prepare(lesson, folder)
    assert (prepared.state, prepared.path) == ("kept", folder / "02_mix.ipynb")
    assert snapshot(folder) == before


def test_a_changed_lesson_makes_a_new_copy_with_the_answers_and_keeps_the_old(lesson, folder):
    working_copy.prepare(lesson, folder)
    answer(folder / "02_mix.ipynb", "mixed = 1")
    before = snapshot(folder)
    write(lesson, stub="raise NotImplementedError", end="print('the end')")
    prepared = working_copy.prepare(lesson, folder)
    assert (prepared.state, prepared.path) == ("renewed", folder / "02_mix.v2.ipynb")
    assert sources(prepared.path) == ["# Mix", "mixed = 1", "print('the end')"]
    assert {path: content for path, content in snapshot(folder).items() if path in before} == before
    told = " ".join(prepared.messages)
    for words in ("has changed", "1 cell changed", "exercise 2.1", "02_mix.v2.ipynb", "02_mix.ipynb"):
        assert words in told
    assert working_copy.prepare(lesson, folder).state == "kept"


def test_answers_go_through_many_versions(lesson, folder):
    working_copy.prepare(lesson, folder)
    answer(folder / "02_mix.ipynb", "mixed = 1")
    for version in range(2, 13):
        write(lesson, stub="raise NotImplementedError", end=f"print({version})")
        prepared = working_copy.prepare(lesson, folder)
        assert prepared.path.name == f"02_mix.v{version}.ipynb"
        assert sources(prepared.path)[1:] == ["mixed = 1", f"print({version})"]
    answer(prepared.path, "mixed = 2")
    write(lesson, stub="raise NotImplementedError", end="print('last')")
    assert sources(working_copy.prepare(lesson, folder).path)[1:] == ["mixed = 2", "print('last')"]


def test_both_changed_is_said(lesson, folder):
    working_copy.prepare(lesson, folder)
    answer(folder / "02_mix.ipynb", "mixed = 1")
    write(lesson, stub="raise NotImplementedError('Exercise 2.1')")
    prepared = working_copy.prepare(lesson, folder)
    assert any("by you and by the lesson: exercise 2.1" in message for message in prepared.messages)
    assert sources(prepared.path)[1] == "mixed = 1"


def test_a_damaged_copy_is_left_as_it_is_and_what_can_be_read_comes_along(lesson, folder):
    working_copy.prepare(lesson, folder)
    path = folder / "02_mix.ipynb"
    answer(path, "mixed = 1")
    broken = path.read_bytes()[: path.read_bytes().index(b"mixed = 1") + 120]
    path.write_bytes(broken)
    prepared = working_copy.prepare(lesson, folder)
    assert prepared.state == "renewed"
    assert path.read_bytes() == broken
    assert any("damaged" in message for message in prepared.messages)
    assert "mixed = 1" in "\n".join(sources(prepared.path))
    assert sources(prepared.path)[-2:] != []
    nbformat.validate(nbformat.read(prepared.path, as_version=4))


def test_an_empty_copy_falls_back_to_the_one_before(lesson, folder):
    working_copy.prepare(lesson, folder)
    answer(folder / "02_mix.ipynb", "mixed = 1")
    write(lesson, stub="raise NotImplementedError", end="print(2)")
    second = working_copy.prepare(lesson, folder).path
    second.write_bytes(b"")
    prepared = working_copy.prepare(lesson, folder)
    assert prepared.path.name == "02_mix.v3.ipynb"
    assert sources(prepared.path)[1:] == ["mixed = 1", "print(2)"]
    assert second.read_bytes() == b""
    assert "is empty" in prepared.messages[0]


def test_when_nothing_can_be_read_a_fresh_copy_is_made_beside_it(lesson, folder):
    folder.mkdir()
    (folder / "02_mix.ipynb").write_bytes(b"\x00\x01")
    prepared = working_copy.prepare(lesson, folder)
    assert (prepared.state, prepared.path.name) == ("new", "02_mix.v2.ipynb")
    assert (folder / "02_mix.ipynb").read_bytes() == b"\x00\x01"


@pytest.mark.parametrize("harm", ["lost", "changed"])
def test_answers_survive_the_loss_of_the_original(lesson, folder, harm):
    working_copy.prepare(lesson, folder)
    answer(folder / "02_mix.ipynb", "mixed = 1")
    for original in (folder / working_copy.ORIGINALS).glob("*.ipynb"):
        original.unlink() if harm == "lost" else original.write_text("{}", encoding="utf-8")
    write(lesson, stub="raise NotImplementedError", end="print(2)")
    assert "mixed = 1" in sources(working_copy.prepare(lesson, folder).path)


def test_a_file_that_appears_meanwhile_is_not_overwritten(lesson, folder, monkeypatch):
    working_copy.prepare(lesson, folder)
    write(lesson, stub="x", end="y")
    monkeypatch.setattr(
        working_copy, "copies", lambda name, where: [where / "02_mix.ipynb"]
    )  # as when another `course lab` makes v2 right now
    (folder / "02_mix.v2.ipynb").write_text("mine", encoding="utf-8")
    assert working_copy.prepare(lesson, folder).path.name == "02_mix.v3.ipynb"
    assert (folder / "02_mix.v2.ipynb").read_text(encoding="utf-8") == "mine"


def test_names_that_only_begin_alike_are_no_copies(lesson, folder):
    folder.mkdir()
    for name in ("02_mix_more.ipynb", "02_mix.vx.ipynb", "02_mix.v2.ipynb.bak", "02_mix.v10.ipynb", "02_mix.v9.ipynb"):
        (folder / name).write_text("{}", encoding="utf-8")
    assert [path.name for path in working_copy.copies("02_mix", folder)] == ["02_mix.v9.ipynb", "02_mix.v10.ipynb"]


def test_neighbours_and_companions_are_put_beside_and_refreshed_only_when_untouched(lesson, folder):
    working_copy.prepare_all(lesson, folder)
    assert sources(folder / "03_next.ipynb")[1] == "pass"
    assert (folder / "figures" / "cat.png").read_bytes() == b"\x89PNG"
    glossary, theirs = folder / "GLOSSARY.md", lesson.parent / "GLOSSARY.md"
    theirs.write_text("kernel: a small matrix\n", encoding="utf-8")
    working_copy.prepare_all(lesson, folder)
    assert glossary.read_text(encoding="utf-8") == "kernel: a small matrix\n"
    glossary.write_text("my own words\n", encoding="utf-8")
    working_copy.prepare_all(lesson, folder)
    assert glossary.read_text(encoding="utf-8") == "my own words\n"
    assert working_copy.copies("03_next", folder) == [folder / "03_next.ipynb"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="folders can be written by this user always")
def test_a_folder_that_cannot_be_written_is_an_os_error(lesson, folder):
    folder.mkdir(mode=0o500)
    with pytest.raises(OSError, match="denied"):
        working_copy.prepare(lesson, folder)


def test_a_copy_is_sound_json_for_jupyter(lesson, folder):
    working_copy.prepare(lesson, folder)
    answer(folder / "02_mix.ipynb", "mixed = '\\ud800'")
    write(lesson, stub="x", end="y")
    path = working_copy.prepare(lesson, folder).path
    assert json.loads(path.read_text(encoding="utf-8"))["nbformat"] == 4
    assert notebook_reading.read(path).damage is None
