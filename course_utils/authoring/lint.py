"""Rules of style that every lesson's source keeps: what a reader meets in one lesson, they meet in all."""

import ast
import inspect
import pathlib
import re

from course_utils import locations, plots
from course_utils.authoring import devices, front_matter, markup, source, student_names

LONGEST_CELL = 25
LONGEST_HIDDEN_CELL = 30
FEWEST_EXERCISES = 5
# What a laptop with two cores and little memory can do; a budget is about twice what was measured.
MOST_CPU_SECONDS = 110
MOST_MEMORY_MB = 2500
MOST_SECONDS = 120  # on two cores, of a lesson that repeats experiments
LAST_SECTIONS = ("Key points", "Self-test", "To read", "Next")

BANNED = {
    r"\bImageDataGenerator\b": "it is legacy; use augmentation layers",
    r"\btf\.keras\b|\btensorflow\.keras\b": "write `import keras`",
    r"\bkeras\.preprocessing\b": "use keras.utils or keras.layers",
    r"\b(fit|predict|evaluate)_generator\b|\bpredict_classes\b": "use fit, predict or evaluate",
    r"\bConvolution2D\b": "use keras.layers.Conv2D",
    r"\bnp\.(bool|int|float|object)\b(?!_)": "NumPy removed it; use the built-in type",
    r"\bnp\.random\.(seed|rand|randn|randint|choice|shuffle|permutation)\b": "use np.random.default_rng(seed)",
    r"\bplt\.": "use course_utils.plots, which gives every picture its alt text",
    r"\.show\(\)": "a Picture as the last line of a cell is shown",
    r"\btf\.Session\b|\bplaceholder\(": "TensorFlow 1 is gone",
}
_OPEN_WITHOUT_ENCODING = re.compile(r"\b(open|read_text|write_text)\((?![^()]*encoding=)(?![^()]*['\"][rwa]b)")
_MARKDOWN_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^)\s]+)")
_HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?P<target>[^)\s#]+)")
_DIRECTIVE = re.compile(r"^(:::|```\{|\.\. \w+::)", re.MULTILINE)
_NUMBERED = re.compile(r"\s*(?:(?P<number>\d+)|\{\{\w+:\.0f\}\})(?P<sign>[.)])\s")
_BARE_NUMBER = re.compile(r"\s+\d+[.)]$")


def _takes_alt(name: str) -> bool:
    """Return whether a function of plots makes a picture (one that needs alt text) rather than, say, an array."""
    return "alt" in inspect.signature(getattr(plots, name, lambda: None)).parameters


def _code_faults(code: str) -> list[str]:
    faults = [f"{match[0]!r}: {why}" for pattern, why in BANNED.items() if (match := re.search(pattern, code))]
    if match := _OPEN_WITHOUT_ENCODING.search(code):
        faults.append(f"{match[0]!r}: say encoding='utf-8'; the default differs between systems")
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        return [*faults, f"line {error.lineno} is no Python: {error.msg}"]
    faults += [f"{fault}; leave it to Keras where things are computed" for _, fault in devices.faults(code)]
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "plots"
            and _takes_alt(node.func.attr)
            and not any(keyword.arg in ("alt", None) for keyword in node.keywords)
        ):
            faults.append(f"plots.{node.func.attr}(...) has no alt= text")
        if isinstance(node, ast.ImportFrom) and any(alias.name[:1].isupper() for alias in node.names):
            faults.append(f"'from {node.module} import {node.names[0].name}': import the module, not the object")
    return faults


def _text_faults(text: str, folder: pathlib.Path) -> list[str]:
    faults = []
    for match in _MARKDOWN_IMAGE.finditer(text):
        if len(match["alt"]) < 10:
            faults.append(f"picture {match['target']}: say in its alt text what is to be seen")
    for match in _HTML_IMAGE.finditer(text):
        if not re.search(r"\balt=[\"'][^\"']{10,}", match[0]):
            faults.append("<img> without an alt text that says what is to be seen")
    for pattern in (_LINK, _MARKDOWN_IMAGE):
        for match in pattern.finditer(text):
            target = match["target"]
            if not re.match(r"[a-z]+:", target) and not (folder / target).exists():
                faults.append(f"dead link: {target}")
    for line in _accidental_items(text):
        faults.append(
            f"{line[:40]!r} begins like an item of a numbered list, and is shown as one: break lines elsewhere"
        )
    if match := _DIRECTIVE.search(text):
        faults.append(f"{match[0]!r}: plain CommonMark only, so that JupyterLab, VS Code and Colab all show it")
    return faults


def _accidental_items(text: str) -> list[str]:
    """Return the lines of running text that JupyterLab would show as an item of a numbered list.

    Where a line is broken just before "25. The bands", the sentence becomes item 25. A list of the lesson's own begins
    at 1, counts on, and has full stops. Inside of an item, "2015." alone on a line becomes an empty item 2015.
    """
    found, last, fenced, before = [], 0, False, ""
    for line in text.split("\n"):
        fenced ^= line.lstrip().startswith("```")
        if not fenced and (match := _NUMBERED.match(line)):
            number = int(match["number"] or -1)
            if match["sign"] == "." and number in (1, last + 1):
                last = number
            elif before.strip():
                found.append(line.strip())
        elif not fenced and before.strip() and _BARE_NUMBER.match(line):
            found.append(line.strip())
        before = line
    return found


def _lessons_to_come() -> set[str]:
    """Return the names that a link may point to although the notebook is generated later."""
    folder = locations.solutions()
    return {f"{path.stem}.ipynb" for path in folder.glob("[0-9][0-9]_*.py")} if folder else set()


def faults(lesson: source.Lesson) -> list[str]:
    """Return one message, with file and line, for every broken rule in a lesson's source.

    Args:
        lesson (source.Lesson): the source.
    """
    messages: list[str] = []
    cells = lesson.notebook.cells

    def add(index: int, text: str, offset: int = 0) -> None:
        messages.append(str(lesson.error(index, text, offset)))

    try:
        facts = front_matter.parse(cells[0].source) if "front-matter" in source.tags(cells[0]) else None
        if facts is None:
            add(0, 'the first cell must be: # %% [markdown] tags=["front-matter"]')
        else:
            front_matter.render(facts, lesson.name)
            limits = (("cpu_seconds", MOST_CPU_SECONDS), ("memory_mb", MOST_MEMORY_MB), ("seconds", MOST_SECONDS))
            for name, most in limits:
                if (stated := getattr(facts, name)) > most:
                    add(0, f"budget.{name} is {stated:g}; {most} at most: use less data, or fewer epochs.")
    except front_matter.FrontMatterError as error:
        add(0, str(error))
    setups = [index for index, cell in enumerate(cells) if "setup" in source.tags(cell)]
    if len(setups) != 1:
        add(0, f"{len(setups)} cells are tagged 'setup'; a lesson has exactly one, with all its imports.")
    elif "course_utils" not in cells[setups[0]].source:
        add(setups[0], "the setup cell must import from course_utils.")
    folder = lesson.path.parent.parent / "lessons"
    to_come = _lessons_to_come()
    headings = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for section in LAST_SECTIONS:
        if not re.search(rf"^##\s+{section}\b", headings, re.MULTILINE):
            add(len(cells) - 1, f"no section '## {section}'; a lesson ends with {', '.join(LAST_SECTIONS)}.")
    seen: dict[str, set[str]] = {}
    for index, cell in enumerate(cells):
        tags = source.tags(cell)
        if number := cell.metadata.get("exercise"):
            seen.setdefault(str(number), set()).update(tags & {"exercise", "check", "hidden"})
            if str(number).split(".")[0] != str(int(lesson.name[:2])):
                add(
                    index,
                    f"exercise {number!r} does not begin with this lesson's number {int(lesson.name[:2])}.",
                )
        if cell.cell_type == "code":
            length = len(cell.source.split("\n"))
            longest = LONGEST_HIDDEN_CELL if "hidden" in tags else LONGEST_CELL
            if length > longest:
                add(
                    index,
                    f"a code cell of {length} lines; {longest} at most: split it, or move code to course_utils.",
                )
            for fault in _code_faults(cell.source):
                add(index, fault)
            try:
                markup.blocks(cell.source)
            except markup.MarkupError as error:
                add(index, str(error), offset=error.line)
        elif "front-matter" not in tags:
            for fault in _text_faults(cell.source, folder):
                if fault.removeprefix("dead link: ") not in to_come:
                    add(index, fault)
    for number, have in seen.items():
        for tag in ("exercise", "check", "hidden"):
            if tag not in have:
                add(0, f"exercise {number} has no cell tagged {tag!r}.")
    if len(seen) < FEWEST_EXERCISES:
        add(0, f"{len(seen)} exercises; a lesson has at least {FEWEST_EXERCISES}.")
    if not any("predict" in source.tags(cell) for cell in cells):
        add(0, "no cell is tagged 'predict': the student commits to a prediction before a result.")
    if not any("claims.check" in cell.source for cell in cells if cell.cell_type == "code"):
        add(0, "no claim: every statement that was measured is checked with claims.check.")
    return messages + student_names.faults(lesson)
