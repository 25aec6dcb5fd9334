"""Student notebooks that were cut off, recoded, edited by hand, or are no notebooks at all."""

import json

import nbformat
import pytest
from nbformat import v4

from course_utils import notebook_reading


def notebook():
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# Größe", id="a"),
            v4.new_code_cell("answer = 42", id="b", metadata={"exercise": "1.1", "tags": ["exercise"]}),
            v4.new_code_cell("print(answer)", id="c", outputs=[v4.new_output("stream", text="42\nand more\n")]),
        ]
    )


def read(tmp_path, content):
    path = tmp_path / "mine.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return notebook_reading.read(path)


def test_a_sound_notebook_is_read_as_nbformat_reads_it(tmp_path):
    text = nbformat.writes(notebook())
    reading = read(tmp_path, text)
    assert reading.damage is None
    assert reading.notebook.cells == nbformat.reads(text, as_version=4).cells


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_keep_every_letter(tmp_path, encoding):
    reading = read(tmp_path, nbformat.writes(notebook()).encode(encoding))
    assert reading.notebook.cells[0].source == "# Größe"
    assert (reading.damage is None) == (encoding == "utf-8-sig")


def test_latin_1_is_named_and_loses_one_letter_only(tmp_path):
    reading = read(tmp_path, nbformat.writes(notebook()).encode("latin-1"))
    assert "not UTF-8" in reading.damage
    assert reading.notebook.cells[1].source == "answer = 42"


def test_a_notebook_cut_off_anywhere_gives_its_whole_cells_and_the_rest_as_text(tmp_path):
    text = nbformat.writes(notebook())
    begun = text.index("answer = 42")
    for end in range(begun + len("answer = 42"), len(text) - 2, 7):
        reading = read(tmp_path, text[:end])
        assert reading.damage.startswith("its JSON is broken")
        assert "answer = 42" in "\n".join(cell.source for cell in reading.notebook.cells)
        nbformat.validate(reading.notebook)


def test_the_marks_of_a_merge_conflict_leave_the_cells_of_both_sides(tmp_path):
    text = nbformat.writes(notebook())
    start = text.index('  {\n   "cell_type": "code"')
    cell = text[start : text.index("\n  },\n", start) + 6]
    conflict = f"<<<<<<< ours\n{cell}=======\n{cell.replace('42', '43')}>>>>>>> theirs\n"
    reading = read(tmp_path, text.replace(cell, conflict))
    found = [one.source for one in reading.notebook.cells]
    assert found[:4] == ["# Größe", "answer = 42", "answer = 43", "print(answer)"]
    assert reading.notebook.cells[1].metadata.exercise == "1.1"


def test_cells_with_nonsense_inside_keep_their_text(tmp_path):
    document = json.loads(nbformat.writes(notebook()))
    document["cells"][1].update(outputs="none", execution_count="three", metadata={"tags": "exercise"}, id=5)
    document["cells"][2]["outputs"] = [{"output_type": "stream"}]
    document["cells"] += ["not a cell", {"cell_type": "poem", "source": ["roses ", "are red"]}, {"cell_type": "code"}]
    reading = read(tmp_path, json.dumps(document))
    assert [cell.source for cell in reading.notebook.cells] == [
        "# Größe", "answer = 42", "print(answer)", "roses are red", "",
    ]  # fmt: skip
    assert reading.notebook.cells[2].outputs == []
    assert reading.damage == "1 of its cells are no cells"
    nbformat.validate(reading.notebook)


def test_a_notebook_of_version_3_is_upgraded(tmp_path):
    old = {
        "metadata": {"name": "old"},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [
            {
                "metadata": {},
                "cells": [
                    {
                        "cell_type": "code",
                        "collapsed": False,
                        "input": "a = 1",
                        "language": "python",
                        "metadata": {},
                        "outputs": [],
                    }
                ],
            }
        ],
    }
    reading = read(tmp_path, json.dumps(old))
    assert [cell.source for cell in reading.notebook.cells] == ["a = 1"]
    nbformat.validate(reading.notebook)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"PK\x03\x04\x00\x00binary", "is no notebook"),
        (b"print('a script')", "is no notebook"),
        (b"[1, 2]", "its JSON is a list"),
        (b'{"cells": {}}', 'no list "cells"'),
        (b'{"cells": []}', "without cells"),
        (b'{"worksheets": [7]}', "cannot be converted"),
        (b"[" * 100_000, "is no notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_with_its_reason(tmp_path, content, reason):
    with pytest.raises(notebook_reading.UnreadableError, match=reason) as caught:
        read(tmp_path, content)
    assert "mine.ipynb" in str(caught.value)


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(notebook_reading.UnreadableError, match="not there"):
        notebook_reading.read(tmp_path / "none.ipynb")
    with pytest.raises(notebook_reading.UnreadableError, match="no ordinary file"):
        notebook_reading.read(tmp_path)
