"""The course's networks on all of MNIST and CIFAR-10; in the full profile only, since it takes ten minutes a seed.

Every training is also recorded, with its curves, in the file that COURSE_RESULTS names.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable

from course_utils import benchmarks, datasets, profile, results
from course_utils.training import recipes

SEEDS = (0, 1, 2)
# What the stored outputs of two widely used older courses show (AIND: udacity/aind2-cnn, R:
# udacity/deep-learning-v2-pytorch): the better figure of each, its network, and what the course sets as its own goal.
OLDER_COURSES = {"mnist": 0.9841, "cifar10": 0.7674}
GOALS = {"mnist": 0.994, "cifar10": 0.82}
MOST_PARAMETERS = {"cifar10": 541_094}
MOST_SECONDS = {"cifar10": 12 * 60}  # on the clock, for one training


def _machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.machine()}, {platform.system()}"


def train(name: str, recipe: Callable, seed: int) -> dict:
    """Train one network with one seed, judge it once on the test images, and record all of it.

    Args:
        name (str): "mnist" or "cifar10".
        recipe (function): takes (data, seed) and returns the trained model and its history.
        seed (int): of weights, order and augmentation.

    Returns:
        The recorded event.
    """
    from course_utils import training

    data = datasets.load(name, "full")
    started = time.perf_counter()
    with training.cpu_timer() as timer:
        model, history = recipe(data, seed)
    event = {
        "event": "training",
        "dataset": name,
        "title": data.title,
        "data": data.note.rpartition(": ")[2],
        "network": "CNN",
        "parameters": model.count_params(),
        "num_train": len(data.train.labels),
        "epochs": len(history.epoch),
        "seed": seed,
        "cpu_seconds": round(timer.seconds, 1),
        "wall_seconds": round(time.perf_counter() - started, 1),
        "machine": _machine(),
        "test_accuracy": training.accuracy(model, *data.test),
        "older_courses": OLDER_COURSES[name],
        "curves": {key: [round(float(value), 5) for value in values] for key, values in history.history.items()},
    }
    results.record(event)
    return event


def figures(quick: bool) -> list[benchmarks.Figure]:
    """Train on the public data sets and compare with the goals; nothing outside the full profile.

    Args:
        quick (bool): one seed instead of three.
    """
    if profile.name() != "full":
        return []
    measured = []
    for name, recipe in (("mnist", recipes.train_on_digits), ("cifar10", recipes.train_on_photographs)):
        runs = [train(name, recipe, seed) for seed in (SEEDS[:1] if quick else SEEDS)]
        mean = statistics.mean(run["test_accuracy"] for run in runs)
        parameters = runs[0]["parameters"]
        seconds = max(run["wall_seconds"] for run in runs)
        small_enough = parameters < MOST_PARAMETERS.get(name, parameters + 1)
        quick_enough = seconds <= MOST_SECONDS.get(name, seconds)
        goal = f">= {100 * GOALS[name]:g} %"
        if name in MOST_PARAMETERS:
            goal += f" with fewer than {MOST_PARAMETERS[name]:,} parameters, in {MOST_SECONDS[name] / 60:g} minutes"
        spread = ", ".join(f"{100 * run['test_accuracy']:.2f}" for run in runs)
        title = f"{runs[0]['title']}, CNN with {parameters:,} parameters"
        measured.append(
            benchmarks.Figure(
                f"{title}, test accuracy ({spread}), each in {seconds:.0f} s or less",
                100 * mean,
                {"older courses": 100 * OLDER_COURSES[name]},
                goal,
                100 * mean,
                mean >= GOALS[name] and small_enough and quick_enough,
                "%",
            )
        )
    return measured
