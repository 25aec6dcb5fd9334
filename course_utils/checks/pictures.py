"""Show cases and differences: folded HTML with pictures where a notebook can show them, text everywhere."""

import dataclasses
import html
import sys

import numpy as np

from course_utils.checks import describing, encoding, judging

_SMALLEST_SIDE = 6


@dataclasses.dataclass(frozen=True)
class Folded:
    """Something to show: HTML for a notebook, text for everything else."""

    text: str
    markup: str

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/plain": self.text, "text/html": self.markup}


def _in_notebook() -> bool:
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module else None
    return shell is not None and hasattr(shell, "kernel")


def show(thing) -> None:
    """Display an object in a notebook, print it elsewhere."""
    if _in_notebook():
        from IPython import display

        display.display(thing)
    else:
        print(thing)


def is_image(array) -> bool:
    """Return whether an array is worth a picture: two axes, or three with 3 channels, not tiny.

    Example:
        >>> is_image(np.zeros((8, 8))), is_image(np.zeros(8)), is_image(np.zeros((8, 8, 2)))
        (True, False, False)
    """
    return (
        isinstance(array, np.ndarray)
        and array.dtype.kind in "biuf"
        and (array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3))
        and min(array.shape[:2]) >= _SMALLEST_SIDE
    )


def _row(arrays: list[np.ndarray], titles: list[str], alt: str) -> str:
    """Return pictures in a row as HTML, equal numbers in equal colours; "" where they cannot be drawn."""
    try:
        from course_utils import plots

        drawable = [
            np.nan_to_num(array.astype(np.float32)) if array.dtype.kind == "f" else _as_bytes(array) for array in arrays
        ]
        picture = plots.compare(*drawable, titles=titles, alt=alt)
        return picture._repr_mimebundle_()["text/html"]
    except Exception:
        # A picture is an extra: the verdict has been printed and stands without it.
        return ""


def _as_bytes(array: np.ndarray) -> np.ndarray:
    return array.astype(np.uint8) * 255 if array.dtype.kind == "b" else array


def _brightened(wanted: np.ndarray, given: np.ndarray) -> list[np.ndarray]:
    """Scale a pair of faint arrays by one factor, up to 1: the weights of a blur would be black beside black."""
    if "f" not in (wanted.dtype.kind, given.dtype.kind):
        return [wanted, given]
    pair = [np.nan_to_num(array.astype(np.float64), posinf=0.0, neginf=0.0) for array in (wanted, given)]
    lowest, highest = min(array.min() for array in pair), max(array.max() for array in pair)
    return [array / highest for array in pair] if lowest >= 0 and 0 < highest < 0.25 else [wanted, given]


def show_differences(number: str, judgement: judging.Judgement) -> None:
    """Show expected, found and their difference for the first case whose arrays differ.

    Args:
        number (str): the exercise.
        judgement (judging.Judgement): what came of the cases.
    """
    if not _in_notebook():
        return
    for result in judgement.results:
        difference = result.difference
        if difference is None or difference.expected is None or not is_image(difference.expected):
            continue
        wanted, given = difference.expected, difference.found
        gap = given.astype(np.float32) - wanted.astype(np.float32)
        alt = f"Exercise {number}, {result.name}: the expected array, the one found, and found minus expected."
        markup = _row([*_brightened(wanted, given), gap], ["expected", "found", "found - expected"], alt)
        if markup:
            show(Folded(f"Picture: {alt}", markup))
        return


def _table(name: str, value, spelled_out: bool = False) -> list[str]:
    """Return a small array as a named table; nothing for one that is too large or stands in the call already."""
    if not isinstance(value, np.ndarray) or (spelled_out and value.size <= judging.SPELLED_OUT):
        return []
    rows = describing.picture_of_numbers(value)
    return [f"{name}:", *(f"  {row}" for row in rows)] if rows else []


def _case(function: str, case: dict) -> tuple[str, str]:
    """Return one case as (text, HTML)."""
    arguments = judging.arguments_of(case)
    details = [line for name, value in arguments for line in _table(name, value, spelled_out=True)]
    wanted = None
    if "raises" in case["expected"]:
        details.append(f"result: the error {case['expected']['raises']}")
    else:
        wanted = encoding.decode(case["expected"]["value"])
        about = f"result: {describing.with_type(wanted)}"
        rows = _table(about, wanted)
        if "observe" in case and isinstance(wanted, list) and all(isinstance(line, str) for line in wanted):
            rows = ["result: a network with these layers", *(f"  {line}" for line in wanted)]
        if "goal" in case:
            rows = ["result: a trained network", *(f"  {key}: {words}" for key, words in wanted.items())]
        details += rows or [about]
    call = judging.call_text(function, case)
    lines = [case["name"], f"  {call}", *(f"    {line}" for line in details)]
    images = [(name, value) for name, value in arguments if is_image(value)]
    if is_image(wanted):
        images.append(("result", wanted))
    markup = f"<p><b>{html.escape(case['name'])}</b><br><code>{html.escape(call)}</code></p>"
    markup += f"<pre>{html.escape(chr(10).join(details))}</pre>"
    if images:
        names = [name for name, _ in images]
        alt = f"{case['name']}: {', '.join(names)}"
        markup += _row([value for _, value in images], names, alt)
    return "\n".join(lines), markup


def expected(document: dict) -> Folded:
    """Return the visible cases of an exercise with their results.

    Args:
        document (dict): the exercise's document.
    """
    parts = [_case(document["function"], case) for case in document["cases"]]
    heading = f"{document['number']} what it should look like"
    text = "\n".join([heading, *(text for text, _ in parts)])
    body = "".join(markup for _, markup in parts)
    return Folded(text, f"<details><summary>{html.escape(heading)}</summary>{body}</details>")
