"""What it costs to start: the package itself, and the imports of a lesson that uses OpenCV."""

import subprocess
import sys

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


def _seconds(imports: str) -> float:
    """Return how long a fresh Python takes to import, its own start not counted."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT.format(imports=imports)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return float(done.stdout)


def figures(quick: bool) -> list[benchmarks.Figure]:
    """Measure imports in fresh processes, in turns.

    Args:
        quick (bool): 7 rounds instead of 15, and without keras.
    """
    names = [name for name in IMPORTS if not (quick and name == "keras")]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(7 if quick else 15):
        for name in names:
            seconds[name].append(_seconds(IMPORTS[name]))
    # The least of each: whatever else the machine does only ever adds to a start.
    least = {name: min(measured) for name, measured in seconds.items()}
    peers = {name: least[name] for name in ("bare import cv2", "keras") if name in least}
    return [
        benchmarks.within(0.05, "import course_utils", least["course_utils"], peers),
        benchmarks.at_most(1.3, "imports of an OpenCV lesson", least["OpenCV lesson"], peers, peer="bare import cv2"),
    ]
