"""A classifier for one's own photographs: a folder with one subfolder of photographs for each class.

On the command line: python -m course_utils.backbones.folder FOLDER [--backbone NAME] [--predict FILE] [--save FILE].
"""

import argparse
import json
import os
import pathlib
import sys

import numpy as np

from course_utils.backbones import backbone as backbones
from course_utils.backbones import features, linear, loading, photograph_folder

_FORMAT = 1  # of the saved file
# Up to here every photograph is held out once; of more, one part is held out.
_FEW = 1_000


class FolderClassifier:
    """What `train_on_folder` returns: it names the class of a photograph and says how far it can be trusted.

    Args:
        backbone (Backbone): takes the features.
        class_names (tuple of str): the names of the subfolders, sorted.
        fitted (LinearClassifier): on the features.
        facts (dict): num_images (by class), num_right and num_judged (held-out photographs), side, skipped.
    """

    def __init__(self, backbone, class_names: tuple[str, ...], fitted: linear.LinearClassifier, facts: dict):
        self.backbone, self.class_names, self.fitted, self.facts = backbone, tuple(class_names), fitted, dict(facts)

    @property
    def accuracy(self) -> float:
        """The share of right answers on photographs that the judging classifier had not seen."""
        return self.facts["num_right"] / self.facts["num_judged"]

    @property
    def baseline(self) -> float:
        """The share of right answers of one who always names the largest class."""
        return max(self.facts["num_images"]) / sum(self.facts["num_images"])

    @property
    def skipped(self) -> tuple[str, ...]:
        """What in the folder was not used, and why."""
        return tuple(self.facts["skipped"])

    def report(self) -> str:
        """Return in words what was learnt from, how good it is, and what was left out."""
        counts = self.facts["num_images"]
        classes = ", ".join(f"{name} ({count})" for name, count in zip(self.class_names, counts, strict=True))
        right, judged = self.facts["num_right"], self.facts["num_judged"]
        lines = [
            f"{sum(counts):,} photographs of {len(counts)} classes: {classes}",
            f"features: {self.backbone.label}",
            f"right on photographs that it had not seen: {right:,} of {judged:,}, {self.accuracy:.0%}",
            f"always naming the largest class would be right on {self.baseline:.0%}",
        ]
        if judged < 100:
            lines.append(f"{judged} photographs are few: one more or less right is {100 / judged:.1f} points")
        if self.skipped:
            lines += [f"not used ({len(self.skipped)}):", *(f"  {what}" for what in self.skipped)]
        return "\n".join(lines)

    __str__ = report

    def predict(self, photograph: str | os.PathLike | np.ndarray) -> list[tuple[str, float]]:
        """Return the classes with their probabilities, the likeliest first.

        Args:
            photograph (path or array): a file, or one image, RGB or gray, 0 to 255.

        Shapes:
            photograph (height, width, 3), (height, width, 1) or (height, width).

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is no image, or the array is none.
        """
        side = self.facts["side"]
        array = photograph if isinstance(photograph, np.ndarray) else photograph_folder.read(photograph, side)
        batch = photograph_folder.square(array, side)[np.newaxis]
        logits = self.fitted.logits(features.extract(self.backbone, batch, cache=False))[0]
        odds = np.exp(logits - logits.max())
        order = np.argsort(-odds, kind="stable")
        return [(self.class_names[index], float(odds[index] / odds.sum())) for index in order]

    def save(self, path: str | os.PathLike) -> pathlib.Path:
        """Write the classifier, without its backbone, to one .npz file; return its path."""
        path = pathlib.Path(path)
        path = path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
        about = {
            "format": _FORMAT,
            "backbone": [self.backbone.name, self.backbone.weights, self.backbone.weights_hash()],
            "class_names": self.class_names,
            "facts": self.facts,
        }
        with open(path, "wb") as file:
            np.savez(file, kernel=self.fitted.kernel, bias=self.fitted.bias, about=np.array(json.dumps(about)))
        return path


def load(path: str | os.PathLike, backbone: backbones.Backbone | None = None) -> FolderClassifier:
    """Return a classifier that was saved.

    Args:
        path (path): what `save` returned.
        backbone (Backbone): the one it was trained with. Default: it is loaded by its name.

    Raises:
        ValueError: the file is no such classifier, or the backbone has other weights.
    """
    try:
        with np.load(path, allow_pickle=False) as kept:
            about, kernel, bias = json.loads(str(kept["about"])), kept["kernel"], kept["bias"]
        name, weights, digest = about["backbone"]
        class_names, facts, version = about["class_names"], about["facts"], about["format"]
    except (ValueError, KeyError, TypeError, EOFError) as error:
        raise ValueError(f"{path} is no saved classifier, or it is damaged. Save it again with save(path).") from error
    if version != _FORMAT:
        raise ValueError(f"{path} has format {version}, this course reads {_FORMAT}. Train it again on its folder.")
    backbone = backbone or loading.load(name, weights)
    if backbone.weights_hash() != digest:
        raise ValueError(
            f"{path} was trained with other weights of {name} than these: {backbone.label}. Train it again."
        )
    return FolderClassifier(backbone, class_names, linear.LinearClassifier(kernel, bias), facts)


def train_on_folder(
    path: str | os.PathLike, backbone: backbones.Backbone | str | None = None, side: int | None = None, seed: int = 0
) -> FolderClassifier:
    """Learn to tell classes of photographs apart from a folder with one subfolder for each class.

    Nothing is written into the folder. Files that cannot be read, and copies of a file, are left out and named in
    the report. Each photograph is cut to its middle square. A logistic regression learns from standardised features
    of the backbone, whose own weights stay as they are; how strongly it is regularised is chosen by cross-validation.

    The accuracy comes from photographs that were held out, from the choice of the regularisation as well: with up to
    1,000 each is held out once, of more a fifth is. The classifier that is returned has learnt from all. Several
    photographs of the same thing, taken one after the other, make the accuracy look better than it is.

    Args:
        path (path): the folder.
        backbone (Backbone or str): what takes the features, or its name. Default "efficientnet_lite0".
        side (int): of the square that the backbone gets, in pixels. Default: 224, or 64 for the networks that were
            trained on images of 32.
        seed (int): of the order in which photographs are held out. Default 0.

    Returns:
        A FolderClassifier; print it for the report.

    Raises:
        FileNotFoundError, NotADirectoryError: there is no such folder.
        ValueError: fewer than two classes, or a class with fewer than two photographs that can be read.

    Example:
        >>> train_on_folder("photographs")
        Traceback (most recent call last):
            ...
        FileNotFoundError: there is no folder photographs; ...
    """
    classes, skipped = photograph_folder.listed(pathlib.Path(path))
    _check_counts(classes, [len(files) for files in classes.values()], skipped)  # before anything takes time
    if backbone is None or isinstance(backbone, str):
        backbone = loading.load(backbone or "efficientnet_lite0")
    side = side or (backbone.input_size if backbone.input_size >= 224 else 2 * backbone.input_size)
    found, labels = _features_of(backbone, classes, side, skipped)
    counts = np.bincount(labels, minlength=len(classes)).tolist()
    _check_counts(classes, counts, skipped)
    right, judged = _held_out(found, labels, seed)
    fitted = linear.fit_linear(found, labels, None, seed)
    facts = {"num_images": counts, "num_right": right, "num_judged": judged, "side": side, "skipped": skipped}
    return FolderClassifier(backbone, tuple(classes), fitted, facts)


def _check_counts(classes: dict, counts: list[int], skipped: list[str]) -> None:
    for (name, files), count in zip(classes.items(), counts, strict=True):
        if count < 2:
            why = f" Not used: {'; '.join(skipped)}." if skipped else ""
            raise ValueError(
                f"class {name!r} has {count} photograph(s) that can be used, of {len(files)} file(s); at least 2 are "
                f"needed, one to learn from and one to judge by, and 20 are a good number.{why}"
            )


def _features_of(backbone, classes: dict, side: int, skipped: list[str]) -> tuple[np.ndarray, np.ndarray]:
    parts, labels = [np.empty((0, 0), np.float32)], []
    for batch, some in photograph_folder.batches(classes, side, skipped):
        parts.append(features.extract(backbone, batch))
        labels += some
    return np.concatenate(parts[1:] or parts), np.array(labels, np.int64)


def _held_out(found: np.ndarray, labels: np.ndarray, seed: int) -> tuple[int, int]:
    """Return how many of how many photographs are named rightly by a classifier that has not seen them."""
    from sklearn import model_selection

    folds = min(5, int(np.bincount(labels).min()))
    splits = list(model_selection.StratifiedKFold(folds, shuffle=True, random_state=seed).split(found, labels))
    right = judged = 0
    for train, test in splits if len(labels) <= _FEW else splits[:1]:
        fitted = linear.fit_linear(found[train], labels[train], None, seed)
        right += round(fitted.accuracy(found[test], labels[test]) * len(test))
        judged += len(test)
    return right, judged


def main(arguments: list[str] | None = None) -> int:
    """Train on the folder named on the command line, print the report, name the classes of further files."""
    parser = argparse.ArgumentParser(prog="python -m course_utils.backbones.folder", description=main.__doc__)
    parser.add_argument("folder", help="it holds one subfolder of photographs for each class")
    parser.add_argument("--backbone", default="efficientnet_lite0", help="default: %(default)s")
    parser.add_argument("--predict", nargs="*", default=[], metavar="FILE", help="photographs to name the class of")
    parser.add_argument("--save", metavar="FILE", help="keep the classifier")
    chosen = parser.parse_args(arguments)
    try:
        classifier = train_on_folder(chosen.folder, chosen.backbone)
        print(classifier)
        for file in chosen.predict:
            ranked = ", ".join(f"{name} {share:.0%}" for name, share in classifier.predict(file)[:3])
            print(f"{file}: {ranked}")
        if chosen.save:
            print(f"kept in {classifier.save(chosen.save)}")
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
