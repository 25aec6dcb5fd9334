"""A small but complete lesson source, and a checkout in a temporary folder to build it in."""

import pathlib

import pytest

from course_utils import locations

NAME = "98_count_pixels"

LESSON = '''\
# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% [markdown] tags=["front-matter"]
# title: Count pixels
# read_minutes: 5
# exercise_minutes: 10
# objectives:
# - count the pixels of an image
# - name its shape
# - say why 0 is black
# needs: []
# data: []
# budget: {cpu_seconds: 20, memory_mb: 600, gpu: not used}

# %% tags=["setup"]
import numpy as np

from course_utils import checks, claims

# %% [markdown]
# ## How many pixels?
#
# **Predict:** how many pixels has a 3 by 4 image?

# %% tags=["predict"]
prediction = "..."

# %%
image = np.zeros((3, 4), np.uint8)
print(image.shape)

# %% tags=["claim"]
claims.check("the image is black", bool((image == 0).all()), value=float(image.size), unit="pixels", name="num_pixels")

# %% [markdown]
# It has {{num_pixels:.0f}} pixels.
#
# ### Exercise 98.1 (apply): count them
# `count_pixels(image)` takes `(height, width)` and returns the number of pixels as an int.

# %% tags=["exercise"] exercise="98.1" points=2
def count_pixels(image):
    """Return the number of pixels."""
    # BEGIN SOLUTION
    height, width = image.shape[:2]
    return int(height * width)
    # END SOLUTION


# %% tags=["check"] exercise="98.1"
checks.exercise("98.1", count_pixels)

# %% tags=["hidden"] exercise="98.1"
from course_utils.authoring import define

exercise = define.function("98.1", count_pixels)
exercise.case("three by four", image=np.zeros((3, 4), np.uint8))
exercise.case("five by two", visible=False, image=np.zeros((5, 2), np.uint8))
exercise.hints("Look at the shape.", "Multiply its numbers.", "A 2x3 image has 6 pixels.")


@exercise.correct
def by_size(image):
    return image.size


@exercise.correct
def by_length(image):
    return len(image) * len(image[0])


@exercise.mutant("That is the height only.")
def height_only(image):
    return image.shape[0]


# %% tags=["hidden"] exercise="98.1"
@exercise.mutant("That is the width only.")
def width_only(image):
    return image.shape[1]


@exercise.mutant("You added the sides: multiply them.")
def adds_sides(image):
    return sum(image.shape)

# %% [markdown] tags=["instructor"]
# Ask the class what a fourth axis would mean.

# %% [markdown]
# ## Key points
# - An image is an array.
#
# ## Self-test
# Nothing.
#
# ## To read
# Nothing.
#
# ## Next
# The end.
'''


def write_checkout(folder: pathlib.Path, text: str = LESSON, name: str = NAME) -> pathlib.Path:
    """Write a checkout with one lesson source; return the source's path."""
    for part in ("solutions", "lessons", "exercises"):
        (folder / part).mkdir(exist_ok=True)
    (folder / "README.md").write_text(
        "# A course\n<!-- lessons: begin -->\n<!-- lessons: end -->\n"
        "<!-- measured: begin -->\n<!-- measured: end -->\n",
        encoding="utf-8",
        newline="\n",
    )
    path = folder / "solutions" / f"{name}.py"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def use_checkout(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let course_utils find the temporary checkout instead of this one."""
    monkeypatch.setattr(locations, "solutions", lambda: folder / "solutions")
    monkeypatch.setattr(locations, "lessons", lambda: folder / "lessons")
    monkeypatch.setattr(locations, "exercises", lambda: folder / "exercises")
