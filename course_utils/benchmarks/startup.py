"""What it costs to start: the package itself, and the imports of a lesson that uses OpenCV."""

import os
import statistics
import subprocess
import sys
import tempfile

from course_utils import benchmarks

IMPORTS = {
    "course_utils": "import course_utils",
    "bare import cv2": "import cv2",
    "OpenCV lesson": (
        "import cv2\nimport numpy as np\nfrom course_utils import checks, claims, images, kernels, plots"
    ),
    "keras": "import keras",
}
_SCRIPT = "import time\nstarted = time.perf_counter()\n{imports}\nprint(time.perf_counter() - started)"


def _seconds(imports: str, environment: dict[str, str]) -> float:
    """Return how long a fresh Python takes to import, its own start not counted."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT.format(imports=imports)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env=environment,
    )
    return float(done.stdout)


def figures(quick: bool) -> list[benchmarks.Figure]:
    """Measure imports in fresh processes, in turns.

    Args:
        quick (bool): 11 rounds instead of 21, and without keras.
    """
    names = [name for name in IMPORTS if not (quick and name == "keras")]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as cache:
        # As after an installation, everything is compiled: into a folder of its own, by a first round.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = cache
        for number in range(1 + (11 if quick else 21)):
            for name in names:
                measured = _seconds(IMPORTS[name], environment)
                if number:
                    seconds[name].append(measured)
    medians = {name: statistics.median(measured) for name, measured in seconds.items()}
    peers = {name: medians[name] for name in ("bare import cv2", "keras") if name in medians}
    return [
        benchmarks.within(0.05, "import course_utils", medians["course_utils"], peers),
        benchmarks.at_most(1.3, "imports of an OpenCV lesson", medians["OpenCV lesson"], peers, peer="bare import cv2"),
    ]
