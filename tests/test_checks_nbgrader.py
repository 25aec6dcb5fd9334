"""The checks under the real nbgrader: partial credit counts, and nothing else does."""

import os
import pathlib
import subprocess
import sys

import nbformat
import pytest
from exercise_desk import exercises  # noqa: F401  (a fixture)

pytest.importorskip("nbgrader")

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "cnn"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
"""
STUDENTS = {
    "right": "import sys\ndef edge_strength(image):\n    print('careful', file=sys.stderr)\n"
    "    os.write(2, b'a library warns\\n')\n"
    "    return float(np.abs(np.diff(image.astype(float), axis=1)).mean())",
    "partly": "def edge_strength(image):\n    return float(np.diff(image, axis=1).mean())",
    "wrong": "def edge_strength(image):\n    return -1.0",
    "untouched": "def edge_strength(image):\n    raise NotImplementedError()",
    "broken": "def edge_strength(image):\n    return 1 / 0",
}
EXPECTED = {"right": 2.0, "partly": 1.5, "wrong": 0.0, "untouched": 0.0, "broken": 0.0}


def _notebook(folder, answer):
    head = "import os\nimport pathlib\nimport numpy as np\nfrom course_utils import checks, locations\n"
    head += f"locations.exercises = lambda: pathlib.Path({str(folder)!r})"
    common = {"locked": False, "schema_version": 3, "task": False}
    solution = {**common, "grade": False, "grade_id": "exercise-7-1", "solution": True}
    grade = {**common, "grade": True, "grade_id": "check-7-1", "locked": True, "points": 2, "solution": False}
    cells = [
        nbformat.v4.new_code_cell(head),
        nbformat.v4.new_code_cell(answer, metadata={"nbgrader": solution}),
        nbformat.v4.new_code_cell('checks.exercise("7.1", edge_strength)', metadata={"nbgrader": grade}),
    ]
    return nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )


def _nbgrader(folder, *arguments):
    environment = {**os.environ, "COURSE_PROGRESS": "off", "JUPYTER_PLATFORM_DIRS": "1"}
    environment.pop("COURSE_RESULTS", None)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


def test_nbgrader_reads_the_points_of_a_check(tmp_path, exercises, monkeypatch):  # noqa: F811
    # nbgrader starts `alembic`, which stands beside the interpreter.
    here = str(pathlib.Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([here, os.environ.get("PATH", "")]))
    course = tmp_path / "course"
    (course / "source" / "ps1").mkdir(parents=True)
    (course / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    assert exercises
    folder = tmp_path / "exercises"
    reference = _notebook(folder, f"### BEGIN SOLUTION\n{STUDENTS['right']}\n### END SOLUTION")
    nbformat.write(reference, course / "source" / "ps1" / "lesson.ipynb")
    _nbgrader(course, "generate_assignment", "ps1")
    for name, answer in STUDENTS.items():
        target = course / "submitted" / name / "ps1"
        target.mkdir(parents=True)
        released = nbformat.read(course / "release" / "ps1" / "lesson.ipynb", as_version=4)
        released.cells[1].source = answer
        nbformat.write(released, target / "lesson.ipynb")
    _nbgrader(course, "autograde", "ps1")
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        scores = {name: book.find_submission("ps1", name).score for name in STUDENTS}
    assert scores == EXPECTED


# As in solutions/INSTRUCTOR_GUIDE.md: nbgrader's own steps, and before them one that takes the hidden cells out.
RELEASING = """
c = get_config()
c.CourseDirectory.course_id = "cnn"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
c.TagRemovePreprocessor.enabled = True
c.TagRemovePreprocessor.remove_cell_tags = {"hidden", "solution", "instructor"}
from nbgrader.converters.generate_assignment import GenerateAssignment
c.GenerateAssignment.preprocessors = [
    "nbconvert.preprocessors.TagRemovePreprocessor", *GenerateAssignment.preprocessors.default_args[0]
]
"""
LESSON = "00_start_here"
ROOT = pathlib.Path(__file__).resolve().parent.parent


def _graded_cells(path):
    cells = nbformat.read(path, as_version=4).cells
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells if "nbgrader" in cell.metadata}


def test_nbgrader_releases_and_validates_a_lesson(tmp_path, monkeypatch):
    here = str(pathlib.Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([here, os.environ.get("PATH", "")]))
    (tmp_path / "source" / "ps1").mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text(RELEASING, encoding="utf-8")
    solution = tmp_path / "source" / "ps1" / f"{LESSON}.ipynb"
    solution.write_bytes((ROOT / "solutions" / f"{LESSON}.ipynb").read_bytes())
    _nbgrader(tmp_path, "generate_assignment", "ps1")
    released = tmp_path / "release" / "ps1" / f"{LESSON}.ipynb"
    ours, theirs = _graded_cells(ROOT / "lessons" / f"{LESSON}.ipynb"), _graded_cells(released)
    assert ours.keys() == theirs.keys()
    for name, cell in theirs.items():
        assert {**cell.metadata.nbgrader, "checksum": ""} == {
            **ours[name].metadata.nbgrader,
            "cell_type": "code",
            "checksum": "",
        }
    text = released.read_text(encoding="utf-8")
    for secret in ("define.function", "exercise.mutant", "exercise.correct", "BEGIN SOLUTION"):
        assert secret not in text
    said = _nbgrader(tmp_path, "validate", str(solution))
    assert "Success! Your notebook passes all the tests." in said
