"""The table in README.md of what was measured on public data sets, rendered from the results file."""

import json
import pathlib
import statistics

RESULTS = pathlib.PurePath("data", "results", "public_sets.jsonl")


def read(path: pathlib.Path) -> list[dict]:
    """Return the trainings that a results file records; none when there is no such file.

    Args:
        path (pathlib.Path): JSON lines, as `results.record` writes them.
    """
    if not path.is_file():
        return []
    events = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [event for event in events if event.get("event") == "training"]


def render(trainings: list[dict]) -> str:
    """Return the Markdown table: data, network, accuracy over the seeds with its spread, time; or that there is none.

    Args:
        trainings (list of dict): from `read`.

    Example:
        >>> training = {"title": "MNIST", "network": "CNN", "parameters": 61762, "epochs": 10, "seed": 0,
        ...             "test_accuracy": 0.9942, "wall_seconds": 95.0, "older_courses": 0.9841}
        >>> print(render([training, {**training, "seed": 1, "test_accuracy": 0.9946}]).splitlines()[-1])
        | MNIST | CNN, 61,762 parameters, 10 epochs | 99.44 % (99.42 to 99.46, 2 seeds) | 98.41 % | 1.6 |
    """
    if not trainings:
        return "Nothing is recorded yet.\n"
    lines = [
        "| data | network | test accuracy | older courses | minutes a training, 2 cores |",
        "|---|---|---|---|---|",
    ]
    groups: dict[tuple, list[dict]] = {}
    for training in trainings:
        key = tuple(training[name] for name in ("title", "network", "parameters", "epochs", "older_courses"))
        groups.setdefault(key, []).append(training)
    for (title, network, parameters, epochs, older), runs in groups.items():
        scores = [100 * run["test_accuracy"] for run in runs]
        minutes = statistics.mean(run["wall_seconds"] for run in runs) / 60
        seeds = f"{len(runs)} seed{'s' if len(runs) > 1 else ''}"
        lines.append(
            f"| {title} | {network}, {parameters:,} parameters, {epochs} epochs "
            f"| {statistics.mean(scores):.2f} % ({min(scores):.2f} to {max(scores):.2f}, {seeds}) "
            f"| {100 * older:.2f} % | {minutes:.1f} |"
        )
    return "\n".join(lines) + "\n"
