"""What was measured on MNIST and CIFAR-10: recorded by a run, still of today's networks, rendered into README."""

import json

import numpy as np
import pytest

from course_utils import benchmarks, datasets, locations
from course_utils.authoring import measured_table
from course_utils.benchmarks import public_sets
from course_utils.datasets import splits
from course_utils.training import recipes

TRAININGS = measured_table.read(locations.root() / measured_table.RESULTS)


def _small(side, channels, num_classes=10):
    random = np.random.default_rng(0)
    labels = np.arange(20) % num_classes
    images = random.integers(0, 256, (20, side, side, channels), dtype=np.uint8)
    split = splits.Split(images, labels)
    return splits.Dataset("small", "Small", split, split, split, tuple("0123456789"), "none", "made", "A mirror: mine.")


def test_what_is_recorded_has_three_seeds_and_curves():
    found = {}
    for training in TRAININGS:
        found.setdefault(training["dataset"], []).append(training)
    if not found:
        pytest.skip("nothing is recorded yet: see README, 'On the public data sets'")
    for name, runs in found.items():
        assert sorted(run["seed"] for run in runs) == list(public_sets.SEEDS)
        for run in runs:
            assert run["older_courses"] == public_sets.OLDER_COURSES[name]
            assert {"loss", "val_loss", "accuracy", "val_accuracy"} <= set(run["curves"])
            assert all(len(curve) == run["epochs"] for curve in run["curves"].values())
            assert run["wall_seconds"] <= public_sets.MOST_SECONDS.get(name, np.inf)
        assert np.mean([run["test_accuracy"] for run in runs]) >= public_sets.GOALS[name]


def test_the_records_are_of_the_networks_that_the_course_has_today():
    parameters = {
        "mnist": recipes.quick_cnn((28, 28, 1), 10).count_params(),
        "cifar10": recipes.photo_cnn(10).count_params(),
    }
    for training in TRAININGS:
        assert training["parameters"] == parameters[training["dataset"]]
    assert parameters["cifar10"] < public_sets.MOST_PARAMETERS["cifar10"]


@pytest.mark.parametrize(
    ("recipe", "side", "channels"), [(recipes.train_on_digits, 28, 1), (recipes.train_on_photographs, 32, 3)]
)
def test_a_recipe_trains_and_the_event_is_recorded(recipe, side, channels, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RESULTS", str(tmp_path / "results.jsonl"))
    monkeypatch.setattr(datasets, "load", lambda name, profile: _small(side, channels))
    event = public_sets.train("mnist", lambda data, seed: recipe(data, seed, epochs=2, batch_size=8), seed=3)
    written = json.loads((tmp_path / "results.jsonl").read_text(encoding="utf-8"))
    assert written == event
    assert (event["seed"], event["epochs"], event["num_train"]) == (3, 2, 20)
    assert 0 <= event["test_accuracy"] <= 1
    assert event["data"] == "mine."
    assert len(event["curves"]["val_loss"]) == 2
    assert np.isfinite(event["curves"]["loss"]).all()


def test_outside_the_full_profile_nothing_is_trained(monkeypatch):
    monkeypatch.setenv("COURSE_PROFILE", "quick")
    monkeypatch.setattr(public_sets, "train", lambda *arguments: pytest.fail("a training was started"))
    assert benchmarks.measure("public_sets", quick=False) == []


@pytest.mark.parametrize(
    ("accuracy", "parameters", "seconds", "met"),
    [(0.83, 1000, 700, True), (0.81, 1000, 700, False), (0.83, 600_000, 700, False), (0.83, 1000, 730, False)],
)
def test_a_goal_is_met_by_accuracy_size_and_time(monkeypatch, accuracy, parameters, seconds, met):
    def train(name, recipe, seed):
        return {"title": name, "parameters": parameters, "test_accuracy": accuracy, "wall_seconds": seconds}

    monkeypatch.setenv("COURSE_PROFILE", "full")
    monkeypatch.setattr(public_sets, "train", train)
    digits, photographs = public_sets.figures(quick=True)
    assert digits.met is False
    assert photographs.met is met
    assert photographs.ours_seconds == pytest.approx(100 * accuracy)
