"""The page: every figure with its alt text below its heading, everything escaped, nothing loaded from elsewhere."""

import html.parser
import re

import numpy as np
import pytest
from nbformat import v4

from course_utils import lesson_runs, plots
from course_utils.report import figures, page, results_file

ATTACK = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
PIXEL = "data:image/png;base64,iVBORw0KGgo="


def shown(data):
    cell = v4.new_code_cell("show()")
    cell.outputs = [v4.new_output("display_data", data=data)]
    return cell


def run(cells=(), **changed):
    values = {
        "lesson": "02_mix", "title": "Mix colours", "seconds": 1.5, "cpu_seconds": 1.0, "peak_mb": 120.4,
        "claims": (), "faults": (), "notebook": v4.new_notebook(cells=list(cells)),
    }  # fmt: skip
    return lesson_runs.LessonRun(**{**values, **changed})


class Page(html.parser.HTMLParser):
    """Reads a page back: its elements with their attributes, its text, and whether its tags are balanced."""

    VOID = frozenset({"meta", "img", "input", "br", "link"})

    def __init__(self, text):
        super().__init__()
        self.elements, self.text, self._open, self._raw = [], "", [], False
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.text += " "
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] not in ("script", "style"):
            self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def test_pictures_and_sliders_of_the_course_are_found_with_their_alt_texts():
    picture = plots.compare(np.zeros((4, 4), np.uint8), alt="A black square")
    slider = plots.slider([np.zeros((4, 4)), np.ones((4, 4))], ["off", "on"], alt="A lamp", title="Switch it")
    cells = [
        v4.new_markdown_cell("# Lesson\n## First *part*"),
        shown(picture._repr_mimebundle_()),
        v4.new_markdown_cell("just text"),
        shown(slider._repr_mimebundle_()),
        v4.new_markdown_cell("```python\n# no heading\n```\n### Exercise 2.1 (apply): `mix`"),
        shown({"text/plain": "42"}),
        shown({"image/png": "iVBORw0K\nGgo=\n", "text/plain": "<Figure size 640x480>"}),
    ]
    first, second = figures.sections(v4.new_notebook(cells=cells))
    assert (first.heading, second.heading) == ("First part", "Exercise 2.1 (apply): mix")
    assert [figure.alt for figure in first.figures] == ["A black square", "A lamp"]
    assert [frame.label for frame in first.figures[1].frames] == ["off", "on"]
    assert first.figures[1].title == "Switch it"
    assert first.figures[1].width == 480
    assert (second.figures[0].alt, second.figures[0].frames[0].uri) == ("", PIXEL)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'<p>a</p><img alt="one" src="{PIXEL}"><img alt="two" src="{PIXEL}" width="9">', [("one", 1), ("two", 1)]),
        (f'<figure><img alt="one" src="{PIXEL}"><figcaption>words</figcaption></figure>', [("one", 1)]),
        (f'<figure><img alt="a" src="{PIXEL}"><img alt="b" src="{PIXEL}"><input type="range" aria-label="s">',
         [("s", 2)]),
        (f'<details><summary>s</summary><img alt="folded" src="{PIXEL}"', []),
        ('<img alt="from elsewhere" src="https://example.org/cat.png"><img src="javascript:alert(1)">', []),
        ('<img alt="html" src="data:text/html,<script>">', []),
        ("<table><tr><td>1</td></tr></table>", []),
    ],
)  # fmt: skip
def test_figures_are_taken_out_of_any_html(text, expected):
    assert [(figure.alt, len(figure.frames)) for figure in figures.in_html(text)] == expected


def test_every_word_from_a_lesson_is_escaped():
    html_text = f'<img alt="{ATTACK.replace(chr(34), "&quot;")}" title="x" src="{PIXEL}">'
    cells = [v4.new_markdown_cell(f"## {ATTACK}"), shown({"text/html": html_text})]
    claims = ({"sentence": ATTACK, "held": False, "value": 1.0, "unit": ATTACK},)
    text = page.render([run(cells, lesson=f"02{ATTACK}", title=ATTACK, claims=claims, faults=(ATTACK,))], ATTACK)
    read = Page(text)
    assert len(read.all("script")) == 1
    assert not [attributes for attributes in read.all("img") if "onerror" in attributes]
    assert read.text.count("<script>alert(1)</script>") >= 5
    assert read.all("img")[0]["alt"] == ATTACK


def test_foreign_html_of_an_output_never_reaches_the_page():
    html_text = f'<div onclick="steal()"><script>bad()</script><img alt="fine" src="{PIXEL}"></div>'
    text = page.render([run([shown({"text/html": html_text})])])
    assert "steal()" not in text
    assert "bad()" not in text
    assert 'alt="fine"' in text


def test_every_figure_has_its_alt_text_as_alt_and_as_caption():
    cells = [shown({"text/html": f'<img alt="Picture {number}: grass" src="{PIXEL}">'}) for number in range(5)]
    text = page.render([run(cells)])
    read = Page(text)
    alts = [attributes.get("alt") for attributes in read.all("img")]
    assert alts[:5] == [f"Picture {number}: grass" for number in range(5)]
    for number in range(5):
        assert f"Picture {number}: grass" in read.text


def test_a_figure_without_alt_text_is_said_to_have_none():
    text = page.render([run([shown({"image/png": "iVBORw0KGgo="})])])
    assert "(this figure has no alt text)" in Page(text).text


def test_a_slider_shows_its_first_frame_without_any_script():
    slider = plots.slider([np.zeros((2, 2))] * 3, ["one", "two", "three"], alt="Three squares")
    text = page.render([run([shown(slider._repr_mimebundle_())])])
    read = Page(text)
    frames = [attributes for attributes in read.all("button") if attributes.get("class") == "picture"]
    assert ["hidden" in frame for frame in frames] == [False, True, True]
    (control,) = read.all("input")
    assert (control["max"], control["value"], control["aria-label"]) == ("2", "0", "Three squares")
    labels = [image["data-label"] for image in read.all("img") if "data-label" in image]
    assert labels == ["one", "two", "three"]


def test_the_page_asks_for_nothing_from_elsewhere():
    cells = [shown({"text/html": f'<img alt="a" src="{PIXEL}">'})]
    read = Page(page.render([run(cells)]))
    for _, attributes in read.elements:
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/"))
    assert not read.all("link")
    policy = next(meta["content"] for meta in read.all("meta") if meta.get("http-equiv"))
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_light_and_dark_and_phones_are_served():
    text = page.render([])
    assert "prefers-color-scheme: dark" in text
    assert re.search(r'name="viewport" content="width=device-width', text)


def test_the_summary_counts_what_is_below_it():
    claims = [{"sentence": f"s{number}", "held": number > 0, "value": None, "unit": None} for number in range(3)]
    cells = [shown({"text/html": f'<img alt="a" src="{PIXEL}">'}) for _ in range(2)]
    runs = [run(cells, claims=tuple(claims), faults=("claim fails: s0",)), run(lesson="03_next", notebook=None)]
    read = Page(page.render(runs))
    words = " ".join(read.text.split())
    for expected in (
        "2 lessons run",
        "2 / 3 claims hold",
        "2 figures",
        "1 of 2 lessons with faults",
        "claim fails: s0",
    ):
        assert expected in words
    links = {attributes["href"] for attributes in read.all("a")}
    sections = {f"#{attributes['id']}" for attributes in read.all("section")}
    assert links == sections == {"#02_mix", "#03_next"}


def test_what_is_measured_without_a_bound_is_shown_and_counts_as_no_claim():
    measurement = {"sentence": "share of <swaps>", "value": 0.123456, "unit": None}
    text = page.render([run(measurements=(measurement,))])
    for words in ("Measured, without a bound", "share of <swaps>", "0.1235", "0 / 0 claims hold"):
        assert words in Page(text).text
    assert "Measured, without a bound" not in page.render([run()])


def test_results_are_plain_json_values():
    claim = {"sentence": "s", "held": True, "value": float("inf"), "unit": None}
    measurement = {"sentence": "m", "value": 0.5, "unit": "pixels"}
    assert results_file.document([run(claims=(claim,), measurements=(measurement,))]) == {
        "lessons": [
            {"lesson": "02_mix", "seconds": 1.5, "peak_mb": 120.4,
             "claims": [{"sentence": "s", "held": True, "value": None, "unit": None}], "measurements": [measurement]}
        ]
    }  # fmt: skip
