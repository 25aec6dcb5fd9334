"""GPU rehearsal: on a CPU, try what a GPU will do with the models of a lesson.

With a GPU Keras compiles training steps with XLA, and lessons may switch to mixed precision. Neither happens on a
CPU, so that a model which cannot do it would fail first in a classroom. A rehearsal runs the cells of a lesson
with the training cut short. Each distinct model that the lesson trains takes one step under jit_compile=True and one
under mixed_float16, from a slice of the very data that the lesson gave it, and neither the lesson nor a layer may
name a device.

    lesson.py    the whole: which cells are run, what the outcome means
    short.py     fit, evaluate and predict, cut short, inside the kernel
    trials.py    the two steps that each distinct model takes
    slices.py    a few rows of whatever a lesson trains on

Example:
    >>> import course_utils.execution.rehearsal as rehearsal
    >>> rehearsal.SECONDS_PER_CELL
    180
"""

from course_utils.execution.rehearsal.lesson import SECONDS_PER_CELL, Rehearsal, rehearse, uses_keras

__all__ = ["SECONDS_PER_CELL", "Rehearsal", "rehearse", "uses_keras"]
