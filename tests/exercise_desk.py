"""A folder of exercises made on the spot, so that the checks can be tried without any lesson."""

import functools
import json
import pathlib

import numpy as np
import pytest

from course_utils import locations
from course_utils.authoring import collect, define


def edge_strength(image):
    response = np.diff(image.astype(np.float64), axis=1)
    return float(np.abs(response).mean())


def gradient(image, spacing=1.0):
    return (image[:, 1:].astype(np.float64) - image[:, :-1]) / spacing


def describe(image):
    return {
        "size": image.shape,
        "name": "gray" if image.ndim == 2 else "colour",
        "is_dark": bool(image.mean() < 50),
    }


def half(number):
    if number < 0:
        raise ValueError("negative")
    return number / 2


def _image(height=8, width=8, step=3):
    image = np.zeros((height, width), np.uint8)
    image[:, step:] = 200
    return image


def make() -> dict[str, define.Exercise]:
    """Return four functions and three questions, fully defined."""
    strength = define.function("7.1", edge_strength, rtol=1e-5)
    strength.case("a step up", image=_image())
    strength.case("a step down", image=_image()[:, ::-1])
    strength.case("a flat image", image=np.full((4, 4), 9, np.uint8), weight=2)
    strength.case("a thin line", visible=False, image=np.eye(5, dtype=np.uint8))
    strength.hints("Compare a step up with a step down.", "Which numbers fit a uint8?", "0 - 200 is 56 in uint8.")

    @strength.mutant("uint8 has no room below 0.")
    def stays_uint8(image):
        return float(np.diff(image, axis=1).mean())

    @strength.mutant("Strengths of either sign count: take abs before the mean.")
    def forgets_abs(image):
        return float(np.diff(image.astype(float), axis=1).mean())

    slope = define.function("7.2", gradient)
    slope.case("a step", image=_image())
    slope.case("wide pixels", image=_image(), spacing=2.0)
    slope.hints("one", "two", "three")

    @slope.mutant("Left minus right is the wrong way round.")
    def other_way(image, spacing=1.0):
        return -gradient(image, spacing)

    words = define.function("7.3", describe)
    words.case("gray", image=_image())
    words.hints("one", "two", "three")

    careful = define.function("7.10", half)
    careful.case("four", number=4)
    careful.case("a negative number", number=-1, raises=ValueError)
    careful.hints("one", "two", "three")

    pixels = define.answer("7.4", 300 * 451 * 3)
    pixels.wrong(300 * 451, "That is one channel only.")
    pixels.hints("one", "two", "three")
    share = define.answer("7.5", 0.125, decimals=2)
    share.wrong(12.5, "That is a percentage.")
    share.hints("one", "two", "three")
    side = define.answer("7.6", "left")
    side.wrong("right", "The other one.")
    side.hints("one", "two", "three")
    found = {one.number: one for one in (strength, slope, words, careful, pixels, share, side)}
    for one in found.values():
        one.points, one.title, one.level = 2.0, "try", "apply"
    return found


LESSON = "07_try_checks"


@functools.cache
def _document() -> str:
    return json.dumps(collect.visible_document(LESSON, make()), sort_keys=True)


@pytest.fixture
def exercises(tmp_path, monkeypatch):
    """Write the exercise file and let course_utils find it; no progress is kept."""
    found = make()
    folder = tmp_path / "exercises"
    folder.mkdir()
    (folder / f"{LESSON}.json").write_text(_document(), encoding="utf-8")
    monkeypatch.setattr(locations, "exercises", lambda: folder)
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setenv("COURSE_RESULTS", str(tmp_path / "results.jsonl"))
    return found


def events(folder: pathlib.Path) -> list[dict]:
    """Return what was recorded."""
    file = folder / "results.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
