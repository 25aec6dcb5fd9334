"""What is asked of a trained network: its layers, its parameters, and how often it is right on images it never saw.

The labels of the unseen images stay with whoever judges; a network is asked for scores and nothing else.
"""

import dataclasses

import numpy as np

from course_utils.checks import encoding

_NOT_REACHED = "not looked at, for something above is missing"


class GoalError(ValueError):
    """A goal that makes no sense; the message says how to mend it."""


@dataclasses.dataclass(frozen=True)
class Goal:
    """What a trained network must reach.

    Args:
        images (numpy.ndarray): that it was not trained on.
        labels (numpy.ndarray): whole numbers from 0, one per image.
        accuracy (float): the least share that must be right, above 0 and at most 1.
        most_parameters (int): how many it may have; 0 for any number. Default 0.
        layers (tuple of str): class names of layers that it must have, for example ("Conv2D",). Default none.

    Shapes:
        images (n, height, width, channels), labels (n,).

    Raises:
        GoalError: the arguments do not fit together.
    """

    images: np.ndarray
    labels: np.ndarray
    accuracy: float
    most_parameters: int = 0
    layers: tuple[str, ...] = ()

    def __post_init__(self):
        labels = np.asarray(self.labels)
        if labels.ndim != 1 or labels.dtype.kind not in "iu" or not labels.size or labels.min() < 0:
            raise GoalError(
                f"labels are {labels.dtype} of shape {labels.shape}; give whole numbers from 0, one per image."
            )
        if len(self.images) != len(labels):
            raise GoalError(f"there are {len(self.images)} images and {len(labels)} labels; give one label per image.")
        if not 0 < self.accuracy <= 1:
            raise GoalError(f"the accuracy is {self.accuracy!r}; it must be above 0 and at most 1.")

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return int(self.labels.max()) + 1

    def document(self) -> dict:
        """Return the goal as data."""
        return {
            "images": encoding.encode(self.images),
            "labels": encoding.encode(self.labels),
            "accuracy": float(self.accuracy),
            "most_parameters": int(self.most_parameters),
            "layers": list(self.layers),
        }

    @classmethod
    def of(cls, document: dict) -> "Goal":
        """Return the goal that a document describes."""
        return cls(
            encoding.decode(document["images"]),
            encoding.decode(document["labels"]),
            document["accuracy"],
            document["most_parameters"],
            tuple(document["layers"]),
        )

    def wanted(self) -> dict[str, str]:
        """Return in words what a network that reaches the goal has, in the order in which it is looked at."""
        found = {"output": f"{self.num_classes} scores for each image"}
        if self.layers:
            found["layers"] = f"with {' and '.join(self.layers)}"
        if self.most_parameters:
            found["parameters"] = f"at most {self.most_parameters:,}"
        return {
            **found,
            "weights": "finite numbers",
            "unseen images": f"right for at least {100 * self.accuracy:g} %",
        }


def share_right(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of images whose largest score is that of their label; scores that are not finite are wrong.

    Example:
        >>> share_right(np.array([[0.1, 0.9], [np.nan, 1.0]]), np.array([1, 1]))
        0.5
    """
    if scores.shape[1] == 1:  # one score for the second of two classes
        scores = np.concatenate([1 - scores, scores], axis=1)
    right = np.isfinite(scores).all(axis=1) & (scores.argmax(axis=1) == labels)
    return float(right.mean())


def verdict(goal: Goal, layers: tuple[str, ...], weights: list[np.ndarray], scores: np.ndarray) -> dict[str, str]:
    """Return in words what a network has, by the keys of `Goal.wanted`; where both agree it reaches the goal.

    The words tell no measured number, so that they are the same on every machine.

    Args:
        goal (Goal): what is asked.
        layers (tuple of str): class names of its layers.
        weights (list of numpy.ndarray): its weights.
        scores (numpy.ndarray): what it gives for the goal's images.
    """
    wanted = goal.wanted()
    found = dict.fromkeys(wanted, _NOT_REACHED)
    fits = scores.ndim == 2 and len(scores) == len(goal.labels)
    num_scores = {goal.num_classes} | ({1} if goal.num_classes == 2 else set())
    good = {
        "output": fits and scores.shape[1] in num_scores,
        "layers": set(goal.layers) <= set(layers),
        "parameters": sum(array.size for array in weights) <= (goal.most_parameters or np.inf),
        "weights": all(np.isfinite(array).all() for array in weights),
    }
    missing = {
        "output": "another number of scores",
        "layers": f"without {' or without '.join(goal.layers)}",
        "parameters": f"more than {goal.most_parameters:,}",
        "weights": "not all finite: the training has diverged",
        "unseen images": f"right for fewer than {100 * goal.accuracy:g} %",
    }
    for key in wanted:
        if key == "unseen images":
            good[key] = share_right(scores, goal.labels) >= goal.accuracy
        found[key] = wanted[key] if good[key] else missing[key]
        if not good[key]:
            break
    return found


def lines(wanted: dict[str, str], found) -> tuple[str, ...]:
    """Return in words the first thing that a network lacks; nothing for what is no verdict.

    Args:
        wanted (dict of str): see `Goal.wanted`.
        found (dict of str): see `verdict`.

    Example:
        >>> lines({"layers": "with Conv2D", "weights": "finite"}, {"layers": "without Conv2D", "weights": ""})
        ('layers: without Conv2D', 'asked for: with Conv2D')
    """
    if type(found) is not dict or set(found) != set(wanted):
        return ()
    return next(
        ((f"{key}: {found[key]}", f"asked for: {wanted[key]}") for key in wanted if found[key] != wanted[key]), ()
    )
