"""Read a student's notebook, whatever has happened to the file, and say what is wrong with it."""

import codecs
import dataclasses
import json
import pathlib
import re

import nbformat

_CELL_START = re.compile(r'\{\s*"(?:attachments|cell_type|execution_count|id|metadata|outputs|source)"\s*:')
_LONGEST_REMAINDER = 20_000
_PARTS = {"code": ("metadata", "execution_count", "outputs"), "markdown": ("metadata", "attachments")}


class UnreadableError(ValueError):
    """A file in which no cell of a notebook can be found."""


@dataclasses.dataclass(frozen=True)
class Reading:
    """What could be read of a notebook.

    Args:
        notebook (nbformat.NotebookNode): valid, of version 4.5.
        damage (str or None): what is wrong with the file; None for a sound one.
    """

    notebook: nbformat.NotebookNode
    damage: str | None


def _decode(content: bytes) -> tuple[str, str | None]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace"), "it is stored as UTF-16"
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        return content.decode("utf-8", "replace"), f"byte {error.start} is not UTF-8"


def _joined(value: object) -> str:
    """Return a source as one text, whether the file held a text or a list of lines."""
    if isinstance(value, list):
        return "".join(str(line) for line in value)
    return value if isinstance(value, str) else ""


def _cell(found: dict) -> nbformat.NotebookNode:
    """Return a valid cell with whatever is sound in a found one; its text is always kept."""
    kind = found.get("cell_type")
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    cell = make.get(kind, nbformat.v4.new_raw_cell)(_joined(found.get("source")))
    parts = {key: found[key] for key in _PARTS.get(kind, ("metadata",)) if key in found}
    parts.update({key: _with_joined_lines(parts[key]) for key in ("outputs", "attachments") if key in parts})
    if isinstance(found.get("id"), str):
        cell["id"] = found["id"]
    whole = _is_valid({**cell, **parts}, {})
    for some in (parts,) if whole else ({key: part} for key, part in parts.items()):
        if _is_valid({**cell, **some}, {}):
            cell = nbformat.from_dict({**cell, **some})
    return cell


def _with_joined_lines(value: object) -> object:
    """Return outputs as nbformat holds them in memory: lists of lines joined into texts."""
    if isinstance(value, dict):
        return {
            key: _joined(item) if _is_lines(item) and key != "traceback" else _with_joined_lines(item)
            for key, item in value.items()
        }
    return [_with_joined_lines(item) for item in value] if isinstance(value, list) else value


def _is_lines(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _notebook(cells: list, metadata: dict) -> nbformat.NotebookNode:
    return nbformat.from_dict({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def _is_valid(cell: dict | None, metadata: dict) -> bool:
    """Return whether a cell (or none) and the metadata of a notebook are as nbformat wants them."""
    cells = [] if cell is None else [{**cell, "id": "checked"}]
    return not any(nbformat.validator.iter_validate(_notebook(cells, metadata), version=4, version_minor=5))


def _salvage(text: str) -> tuple[list[dict], str]:
    """Return the whole cells in broken JSON, and what stands between and after them."""
    decoder, cells, remainder, position = json.JSONDecoder(), [], [], 0
    for start in _CELL_START.finditer(text):
        if start.start() < position:
            continue
        try:
            found, end = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            continue
        if "cell_type" in found and "source" in found:
            cells.append(found)
            remainder.append(text[position : start.start()])
            position = end
    remainder.append(text[position:])
    return cells, "\n".join(part.strip() for part in remainder if re.search(r"\w{3}", part))


def _remainder_cell(remainder: str) -> nbformat.NotebookNode:
    shown = remainder[:_LONGEST_REMAINDER]
    left = len(remainder) - len(shown)
    end = f"\n... and {left:,} characters more, in the damaged file." if left else ""
    return nbformat.v4.new_raw_cell(
        "What could not be read of the damaged notebook, as it stands there:\n\n" + shown + end
    )


def read(path: pathlib.Path | str) -> Reading:
    """Read a notebook of any version; of a damaged file, every cell that is still whole.

    Args:
        path (path): the file.

    Raises:
        UnreadableError: there is no such file, or no cell of a notebook in it; the message says which.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "cut.ipynb"
        ...     _ = path.write_text('{"cells": [{"cell_type": "code", "source": ["a = 1"]}, {"cell_t', encoding="utf-8")
        ...     reading = read(path)
        >>> reading.notebook.cells[0].source, reading.damage[:12]
        ('a = 1', 'its JSON is ')
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise UnreadableError(f"{path} is {'no ordinary file' if path.exists() else 'not there'}.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path} cannot be opened: {error.strerror}.") from None
    raw = raw_cells(content, str(path))
    cells = [_cell(one) for one in raw.cells]
    if raw.remainder:
        cells.append(_remainder_cell(raw.remainder))
    return Reading(_notebook(cells, raw.metadata if _is_valid(None, raw.metadata) else {}), raw.damage)


@dataclasses.dataclass(frozen=True)
class RawCells:
    """The cells of a notebook as they stand in its file.

    Args:
        cells (list of dict): of any form; nothing in them has been checked.
        metadata (dict): of the notebook.
        damage (str or None): what is wrong with the file; None for a sound one.
        remainder (str): what stands between the cells of a broken file.
    """

    cells: list[dict]
    metadata: dict
    damage: str | None
    remainder: str = ""


def raw_cells(content: bytes, name: str) -> RawCells:
    """Find the cells in the bytes of a notebook of any version, however damaged.

    Args:
        content (bytes): of the file.
        name (str): what messages call it.

    Raises:
        UnreadableError: no cell of a notebook is in it; the message says why.

    Example:
        >>> raw_cells(b'{"cells": [{"cell_type": "code", "source": "a = 1"}]}', "a.ipynb").cells[0]["source"]
        'a = 1'
    """
    if not content.strip():
        raise UnreadableError(f"{name} is empty.")
    text, damage = _decode(content)
    remainder, metadata = "", {}
    try:
        document = json.loads(text)
        found, metadata, fault = _cells_of(document, text)
        damage = damage or fault
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "some place"
        found, remainder = _salvage(text)
        damage = f"its JSON is broken at {where}; {len(found)} whole cells were found"
    if not found and not remainder and damage is None:
        raise UnreadableError(f"{name} is a notebook without cells.")
    if not found:
        raise UnreadableError(f"{name} is no notebook: {damage or 'it holds no cells'}.")
    cells = [one for one in found if isinstance(one, dict)]
    if len(cells) < len(found):
        damage = damage or f"{len(found) - len(cells)} of its cells are no cells"
    return RawCells(cells, metadata, damage, remainder)


def joined_source(cell: dict) -> str:
    """Return the text of a raw cell, whether the file held a text or a list of lines.

    Example:
        >>> joined_source({"source": ["a = 1\\n", "b = 2"]})
        'a = 1\\nb = 2'
    """
    return _joined(cell.get("source"))


def _cells_of(document: object, text: str) -> tuple[list, dict, str | None]:
    """Return the cells and metadata of a JSON document, and what is wrong with its form."""
    if not isinstance(document, dict):
        return [], {}, f"its JSON is a {type(document).__name__}, not an object"
    metadata = document.get("metadata") if isinstance(document.get("metadata"), dict) else {}
    if isinstance(document.get("cells"), list):
        return document["cells"], metadata, None
    if isinstance(document.get("worksheets"), list):
        try:
            upgraded = nbformat.reads(text, as_version=4)
        except Exception as error:  # nbformat's converters raise whatever the old file makes them
            return [], metadata, f"it is of an old version and cannot be converted ({type(error).__name__})"
        return list(upgraded.cells), metadata, None
    return [], metadata, 'its JSON has no list "cells"'
