"""The facts at the head of a lesson: read from YAML, checked, and rendered for the reader."""

import dataclasses
import re
import urllib.parse

import yaml

from course_utils import datasets

REPOSITORY = "cnn-course/cnn-course"
USUAL_SECONDS = 60
_KEYS = ("title", "read_minutes", "exercise_minutes", "objectives", "needs", "data", "budget")


class FrontMatterError(ValueError):
    """A fact at the head of a lesson that is missing or wrong."""


@dataclasses.dataclass(frozen=True)
class FrontMatter:
    """What the head of a lesson says.

    Args:
        title (str): a verb phrase.
        read_minutes (int), exercise_minutes (int): what the lesson takes, in minutes.
        objectives (tuple of str): 3 to 5 things that the student can do afterwards.
        needs (tuple of str): names of earlier lessons.
        data (tuple of str): names in data/MANIFEST.toml.
        cpu_seconds (float), memory_mb (float): the budget of a quick run.
        gpu (str): how the lesson uses a GPU.
        seconds (float): what a quick run may take on two cores when it is built. Default 60; a lesson that repeats
            experiments may say `seconds: 90` in its budget.
    """

    title: str
    read_minutes: int
    exercise_minutes: int
    objectives: tuple[str, ...]
    needs: tuple[str, ...]
    data: tuple[str, ...]
    cpu_seconds: float
    memory_mb: float
    gpu: str
    seconds: float = USUAL_SECONDS


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise FrontMatterError(message)


def parse(text: str) -> FrontMatter:
    """Read the YAML of a front-matter cell.

    Raises:
        FrontMatterError: with what is missing or wrong and how to put it right.
    """
    try:
        facts = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise FrontMatterError(f"the front matter is no YAML: {error}") from None
    _need(isinstance(facts, dict), "the front matter must be YAML 'key: value' lines.")
    missing = [key for key in _KEYS if key not in facts]
    unknown = [key for key in facts if key not in _KEYS]
    _need(not missing, f"the front matter lacks {', '.join(missing)}.")
    _need(not unknown, f"the front matter has unknown keys {', '.join(map(str, unknown))}.")
    for key in ("read_minutes", "exercise_minutes"):
        _need(
            isinstance(facts[key], int) and facts[key] > 0,
            f"{key} is {facts[key]!r}; give whole minutes above 0.",
        )
    objectives, needs, data = (facts[key] or [] for key in ("objectives", "needs", "data"))
    for key, value in (("objectives", objectives), ("needs", needs), ("data", data)):
        _need(
            isinstance(value, list) and all(isinstance(item, str) for item in value),
            f"{key} must be a list of texts; quote an item that holds ': '.",
        )
    _need(3 <= len(objectives) <= 5, f"{len(objectives)} objectives; give 3 to 5.")
    budget = facts["budget"]
    _need(
        isinstance(budget, dict) and set(budget) - {"seconds"} == {"cpu_seconds", "memory_mb", "gpu"},
        f"budget is {budget!r}; write {{cpu_seconds: 30, memory_mb: 700, gpu: not used}}.",
    )
    seconds = budget.get("seconds", USUAL_SECONDS)
    for key, number in (
        ("cpu_seconds", budget["cpu_seconds"]),
        ("memory_mb", budget["memory_mb"]),
        ("seconds", seconds),
    ):
        _need(
            isinstance(number, (int, float)) and number > 0,
            f"budget.{key} must be a number above 0.",
        )
    return FrontMatter(
        str(facts["title"]),
        facts["read_minutes"],
        facts["exercise_minutes"],
        tuple(objectives),
        tuple(needs),
        tuple(data),
        budget["cpu_seconds"],
        budget["memory_mb"],
        str(budget["gpu"]),
        seconds,
    )


_AS_WRITTEN = {"cnn": "CNN", "mlp": "MLP", "picasso": "Picasso", "resnet50": "ResNet50", "vgg16": "VGG16"}


def lesson_title(name: str) -> str:
    """Return a lesson's file name as a person would say it.

    Example:
        >>> lesson_title("02_convolve_with_kernels"), lesson_title("13_transfer_from_vgg16")
        ('02 Convolve with kernels', '13 Transfer from VGG16')
    """
    number, first, *others = (_AS_WRITTEN.get(word, word) for word in name.split("_"))
    return " ".join([number, first.capitalize(), *others])


def render(facts: FrontMatter, name: str) -> str:
    """Return the head of a lesson as the student reads it.

    Args:
        facts (FrontMatter): what the head says.
        name (str): the lesson's file name without its ending.

    Raises:
        FrontMatterError: a data name that data/MANIFEST.toml does not list.
    """
    licences = {entry.name: entry.licence for entry in datasets.manifest().values()}
    unknown = [item for item in facts.data if item not in licences]
    _need(not unknown, f"data names {', '.join(unknown)} are not in data/MANIFEST.toml.")
    notebook = f"lessons/{name}.ipynb"
    colab = f"https://colab.research.google.com/github/{REPOSITORY}/blob/main/{notebook}"
    binder = f"https://mybinder.org/v2/gh/{REPOSITORY}/main?labpath={urllib.parse.quote(notebook, safe='')}"
    needs = ", ".join(f"[{lesson_title(need)}]({need}.ipynb)" for need in facts.needs) or "nothing: start here"
    data = ", ".join(f"{item} ({licences[item]})" for item in facts.data) or "none"
    lines = [
        f"# {re.match('[0-9]*', name)[0]} · {facts.title}",
        "",
        f"[Open in Colab]({colab}) · [Open on Binder]({binder})",
        "",
        "| | |",
        "|---|---|",
        f"| **Time** | {facts.read_minutes} minutes to read and run, {facts.exercise_minutes} minutes of exercises |",
        f"| **Needs** | {needs} |",
        f"| **Data** | {data} |",
        f"| **Budget** | {facts.cpu_seconds:g} CPU seconds, {facts.memory_mb:g} MB; GPU: {facts.gpu} |",
        "",
        "**After this lesson you can:**",
        "",
        *(f"- {objective}" for objective in facts.objectives),
    ]
    return "\n".join(lines)
