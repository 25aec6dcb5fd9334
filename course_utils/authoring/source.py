"""Read a lesson's source (jupytext percent format) as a notebook that knows its line numbers."""

import dataclasses
import hashlib
import pathlib
import re

import jupytext
import nbformat

KNOWN_TAGS = {
    "front-matter",
    "setup",
    "predict",
    "claim",
    "figure",
    "exercise",
    "check",
    "hidden",
    "solution",
    "instructor",
}
_CELL_START = re.compile(r"^# %%(\s|$)")


class SourceError(ValueError):
    """A mistake in a lesson's source, with its file and line."""

    def __init__(self, path: pathlib.Path, line: int, message: str):
        super().__init__(f"{path.name}:{line}: {message}")
        self.path, self.line = path, line


@dataclasses.dataclass(frozen=True)
class Lesson:
    """A lesson's source, read.

    Args:
        name (str): the file's name without its ending, for example "02_convolve_with_kernels".
        path (pathlib.Path): the source file.
        notebook (nbformat.NotebookNode): its cells, unexecuted, nothing cut.
        sha256 (str): hash of the source text with LF line ends.
        lines (tuple of int): the line on which each cell starts, counted from 1.
    """

    name: str
    path: pathlib.Path
    notebook: nbformat.NotebookNode
    sha256: str
    lines: tuple[int, ...]

    def line_of(self, cell_index: int) -> int:
        """Return the line on which a cell starts."""
        return self.lines[cell_index] if cell_index < len(self.lines) else 1

    def error(self, cell_index: int, message: str, offset: int = 0) -> SourceError:
        """Return an error that points at a line of a cell (offset 0 is its `# %%` line)."""
        return SourceError(self.path, self.line_of(cell_index) + offset, message)


def tags(cell: nbformat.NotebookNode) -> set[str]:
    """Return the tags of a cell."""
    return set(cell.metadata.get("tags", []))


def read(path: pathlib.Path | str) -> Lesson:
    """Read one lesson's source.

    Args:
        path (path): a file `NN_verb_phrase.py` in the percent format.

    Returns:
        A Lesson.

    Raises:
        SourceError: the file is no percent-format source, or a cell has an unknown tag.
    """
    path = pathlib.Path(path)
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    notebook = jupytext.reads(text, fmt="py:percent")
    lines = tuple(number for number, line in enumerate(text.split("\n"), 1) if _CELL_START.match(line))
    if not lines:
        raise SourceError(path, 1, "no cell found; every cell starts with a line '# %%' or '# %% [markdown]'.")
    lesson = Lesson(path.stem, path, notebook, hashlib.sha256(text.encode()).hexdigest(), lines)
    if len(lines) != len(notebook.cells):
        raise SourceError(
            path,
            lines[0],
            f"{len(lines)} '# %%' lines but {len(notebook.cells)} cells; text before the first '# %%' is not allowed.",
        )
    for index, cell in enumerate(notebook.cells):
        unknown = tags(cell) - KNOWN_TAGS
        if unknown:
            raise lesson.error(
                index, f"unknown tag {sorted(unknown)[0]!r}; known tags: {', '.join(sorted(KNOWN_TAGS))}."
            )
    return lesson
