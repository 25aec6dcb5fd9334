"""Stable cell ids: the slug of the heading above and an ordinal within that section."""

import re
import unicodedata

import nbformat

_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_TITLE = re.compile(r"^title:\s*(.+)$", re.MULTILINE)


def slug(text: str, longest: int = 48) -> str:
    """Return a heading as lower-case words joined by hyphens.

    Example:
        >>> slug("Half of the edges are missing!")
        'half-of-the-edges-are-missing'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-") or "section"


def assign(notebook: nbformat.NotebookNode) -> list[str]:
    """Return one id per cell; a change in one section leaves the ids of all others as they are.

    Args:
        notebook (nbformat.NotebookNode): the whole source, nothing cut, so that a cell has the same id in
            the reference and in the student notebook.
    """
    ids: list[str] = []
    seen: dict[str, int] = {}
    section = "start"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = _HEADING.search(cell.source) or _TITLE.search(cell.source)
            if heading:
                section = slug(heading[1])
        seen[section] = seen.get(section, 0) + 1
        ids.append(f"{section}-{seen[section]}")
    return ids
