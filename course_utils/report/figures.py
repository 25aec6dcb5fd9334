"""Find every picture and slider in an executed notebook, with its alt text and the heading above it.

Only the pictures themselves are taken out of the outputs, never their HTML: the page draws them anew.
"""

import dataclasses
import html.parser
import re
import urllib.parse

import nbformat

_HEADING = re.compile(r"^(#{1,4})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]")


@dataclasses.dataclass(frozen=True)
class Frame:
    """One picture.

    Args:
        uri (str): its pixels, as a data address.
        alt (str): what is seen; "" when nobody said.
        label (str): what a slider shows beside it.
    """

    uri: str
    alt: str
    label: str = ""


@dataclasses.dataclass(frozen=True)
class Figure:
    """A picture, or a slider when there are several frames.

    Args:
        frames (tuple of Frame): at least one.
        alt (str): what is seen, for all frames together.
        width (int): in CSS pixels; 0 when not stated.
        title (str): above a slider; "" when there is none.
    """

    frames: tuple[Frame, ...]
    alt: str
    width: int = 0
    title: str = ""


@dataclasses.dataclass(frozen=True)
class Section:
    """The figures below one heading of a lesson."""

    heading: str
    figures: tuple[Figure, ...]


class _Finder(html.parser.HTMLParser):
    """Collects figures: each <img> is one, unless it stands in a <figure> with a range input."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.figures: list[Figure] = []
        self._frames: list[tuple[Frame, int]] | None = None
        self._slider_alt: str | None = None
        self._title = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "figure":
            self._close_figure()
            self._frames, self._slider_alt, self._title = [], None, ""
        elif tag == "input" and given.get("type") == "range" and self._frames is not None:
            self._slider_alt = given.get("aria-label", "")
        elif tag == "img" and _PICTURE.match(given.get("src", "")):
            width = int(given["width"]) if given.get("width", "").isdigit() else 0
            frame = Frame(given["src"], given.get("alt", ""), given.get("title", ""))
            if self._frames is None:
                self.figures.append(Figure((frame,), frame.alt, width))
            else:
                self._frames.append((frame, width))

    def handle_data(self, data: str) -> None:
        if self._frames == [] and data.strip():
            self._title = f"{self._title} {data.strip()}".strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure":
            self._close_figure()

    def close(self) -> None:
        super().close()
        self._close_figure()

    def _close_figure(self) -> None:
        frames, self._frames = self._frames or [], None
        if self._slider_alt is not None and len(frames) > 1:
            self.figures.append(
                Figure(tuple(frame for frame, _ in frames), self._slider_alt, frames[0][1], self._title)
            )
        else:
            self.figures += [Figure((frame,), frame.alt, width) for frame, width in frames]
        self._slider_alt = None


def in_html(text: str) -> list[Figure]:
    """Return the figures in a piece of HTML; broken HTML gives the figures that can be made out.

    Example:
        >>> in_html('<p>see <img alt="a cat" src="data:image/png;base64,AA==" width="40"></p>')[0].alt
        'a cat'
        >>> in_html('<img alt="from elsewhere" src="https://example.org/cat.png">')
        []
    """
    finder = _Finder()
    finder.feed(text)
    finder.close()
    return finder.figures


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)


def in_output(output: dict) -> list[Figure]:
    """Return the figures in one output of a cell."""
    data = output.get("data", {})
    if "text/html" in data:
        found = in_html(_text(data["text/html"]))
        if found:
            return found
    for kind in ("image/png", "image/jpeg", "image/svg+xml"):
        if kind in data:
            content = _text(data[kind])
            packed = "," + urllib.parse.quote(content) if "svg" in kind else ";base64," + "".join(content.split())
            # The text form of a bare matplotlib figure is its size in memory, which describes nothing.
            return [Figure((Frame(f"data:{kind}{packed}", ""),), "")]
    return []


def plain(markdown: str) -> str:
    """Return a heading without its Markdown signs.

    Example:
        >>> plain("Exercise 2.4 (*spot the bug*): `uint8` and [Sobel](x.ipynb)")
        'Exercise 2.4 (spot the bug): uint8 and Sobel'
    """
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return re.sub(r"(\*\*|__|`)|(?<!\w)[*_]|[*_](?!\w)", "", text).strip()


def sections(notebook: nbformat.NotebookNode) -> list[Section]:
    """Return the figures of an executed notebook below their headings, in order."""
    found: list[tuple[str, list[Figure]]] = []
    heading, new_heading = "", True
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            outside_code = re.sub(r"^(```|~~~).*?^\1", "", cell.source, flags=re.MULTILINE | re.DOTALL)
            headings = _HEADING.findall(outside_code)
            if headings:
                heading, new_heading = plain(headings[-1][1]), True
        elif cell.cell_type == "code":
            figures = [figure for output in cell.outputs for figure in in_output(output)]
            if figures and new_heading:
                found.append((heading, []))
                new_heading = False
            if figures:
                found[-1][1].extend(figures)
    return [Section(heading, tuple(figures)) for heading, figures in found]
