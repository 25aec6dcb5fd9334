"""Regenerate everything that comes out of solutions/*.py, or report what has drifted."""

import concurrent.futures
import json
import pathlib
from collections.abc import Callable, Iterable

from course_utils import locations
from course_utils.authoring import (
    collect,
    front_matter,
    leaks,
    lint,
    notebook_writer,
    proof,
    readme_table,
    reference,
    source,
    student,
)

Progress = Callable[[str, str], None]


def sources(names: Iterable[str] = ()) -> list[pathlib.Path]:
    """Return the lesson sources of this checkout, all or the named ones.

    Args:
        names (iterable of str): "2", "02" or "02_convolve_with_kernels".

    Raises:
        FileNotFoundError: this copy of the course has no solutions/.
        ValueError: no lesson has one of the names.
    """
    folder = locations.solutions()
    if folder is None:
        raise FileNotFoundError("no solutions/ here: lessons can be built only in a checkout of the course.")
    found = sorted(folder.glob("[0-9][0-9]_*.py"))
    chosen = []
    for name in names:
        wanted = pathlib.PurePath(name).stem
        matches = [
            path for path in found if path.stem == wanted or (wanted.isdigit() and int(path.stem[:2]) == int(wanted))
        ]
        if not matches:
            raise ValueError(f"no lesson {name!r}; there are: {', '.join(path.stem for path in found)}.")
        chosen += matches
    return list(dict.fromkeys(chosen)) or found


def _paths(path: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path, pathlib.Path]:
    return (
        path.with_suffix(".ipynb"),
        path.parent.parent / "lessons" / f"{path.stem}.ipynb",
        locations.exercises() / f"{path.stem}.json",
    )


def exercise_json(document: dict) -> str:
    """Return the text of an exercise file."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def drift(path: pathlib.Path) -> list[str]:
    """Return how a lesson's generated files differ from what its source builds; nothing is executed.

    Args:
        path (pathlib.Path): the source, solutions/NN_verb_phrase.py.
    """
    lesson = source.read(path)
    reference_path, student_path, exercise_path = _paths(path)
    committed = reference.committed(path)
    if committed is None:
        return [f"{reference_path.name}: missing; run `course build {path.stem[:2]}`"]
    messages = []
    course = committed.metadata.get("course", {})
    if course.get("source_sha256") != lesson.sha256:
        messages.append(f"solutions/{reference_path.name}: was executed from another version of {path.name}")
    claims = course.get("claims", [])
    try:
        expected = reference.unexecuted(lesson, claims)
        expected_student = student.cut(lesson, reference.values(claims))
    except source.SourceError as error:
        return [*messages, str(error)]
    if notebook_writer.dumps(reference.without_outputs(committed)) != notebook_writer.dumps(expected):
        messages.append(f"solutions/{reference_path.name}: its cells differ from what {path.name} builds")
    elif reference_path.read_bytes() != notebook_writer.dumps(committed).encode():
        messages.append(f"solutions/{reference_path.name}: its bytes differ from what {path.name} builds")
    messages += [f"solutions/{reference_path.name}: {fault}" for fault in reference.output_faults(committed)]
    if not student_path.exists():
        messages.append(f"lessons/{student_path.name}: missing")
    elif student_path.read_bytes() != notebook_writer.dumps(expected_student).encode():
        messages.append(f"lessons/{student_path.name}: differs from what {path.name} builds")
    if not exercise_path.exists():
        messages.append(f"course_utils/exercises/{exercise_path.name}: missing")
    elif json.loads(exercise_path.read_text(encoding="utf-8")).get("source_sha256") != lesson.sha256:
        messages.append(f"course_utils/exercises/{exercise_path.name}: was made from another version of {path.name}")
    return messages


def too_slow(seconds: float, cpu_seconds: float, most: float = front_matter.USUAL_SECONDS) -> str:
    """Return in words that a quick run takes too long, "" when it does not.

    On a busy machine the time on the clock says little. But nothing in a lesson waits, so that alone on its machine
    it takes no more seconds than CPU seconds: either number within the limit shows that the lesson is.

    Args:
        seconds (float): on the clock.
        cpu_seconds (float): of all threads together.
        most (float): what the lesson's budget allows, seconds. Default 60.

    Example:
        >>> too_slow(seconds=200, cpu_seconds=40), too_slow(seconds=45, cpu_seconds=80)
        ('', '')
        >>> too_slow(seconds=75, cpu_seconds=80)
        'took 75 s and 80 CPU seconds; the quick run of a lesson takes 60 s at most: use less data, or fewer epochs'
    """
    if min(seconds, cpu_seconds) <= most:
        return ""
    return (
        f"took {seconds:.0f} s and {cpu_seconds:.0f} CPU seconds; the quick run of a lesson takes {most:g} s at "
        "most: use less data, or fewer epochs"
    )


def build_lesson(path: pathlib.Path, force: bool = False, on_progress: Progress | None = None) -> list[str]:
    """Build one lesson: exercise file, executed reference, student notebook.

    Args:
        path (pathlib.Path): the source.
        force (bool): execute even when the source is the one that was executed last. Default False.
        on_progress (callable): called with the lesson's name and what is being done.

    Returns:
        What is wrong with the lesson; the files are written only when the list is empty.
    """
    # Starting a kernel is what `--check` never needs.
    from course_utils.execution import runner

    def say(text: str) -> None:
        if on_progress:
            on_progress(path.stem, text)

    if not force and not drift(path):
        say("up to date")
        return []
    try:
        lesson = source.read(path)
        faults = lint.faults(lesson)
        if faults:
            return faults
        facts = front_matter.parse(lesson.notebook.cells[0].source)
        say("collecting exercises")
        exercises = collect.exercises(path)
        faults = [f"{path.name}: {fault}" for fault in proof.faults(exercises)]
        if faults:
            return faults
        document = {**collect.visible_document(lesson.name, exercises), "source_sha256": lesson.sha256}
        reference_path, student_path, exercise_path = _paths(path)
        # The checks in the notebook read the file, so it has to be there before the run.
        notebook_writer.write(exercise_path, exercise_json(document))
        notebook = reference.unexecuted(lesson, _placeholder_claims(lesson))
        result = runner.run(
            notebook,
            folder=reference_path.parent,
            environment={"COURSE_OFFLINE": "1", "COURSE_PROFILE": "quick"},
            on_progress=lambda index, total: say(f"cell {index} of {total}"),
        )
        if result.error:
            return [f"{path.name}: {result.error}"]
        if slow := too_slow(result.seconds, result.cpu_seconds, facts.seconds):
            return [f"{path.name}: {slow}"]
        claims = reference.recorded_claims(result.events)
        failed = [f"{path.name}: claim fails: {claim['sentence']}" for claim in claims if not claim.get("held", True)]
        if failed:
            return failed
        executed = reference.with_outputs(reference.unexecuted(lesson, claims), result.notebook)
        student_notebook = student.cut(lesson, reference.values(claims))
    except (source.SourceError, ValueError) as error:
        return [f"{error}" if path.name in str(error) else f"{path.name}: {error}"]
    notebook_writer.write(reference_path, notebook_writer.dumps(executed))
    notebook_writer.write(student_path, notebook_writer.dumps(student_notebook))
    say(f"built in {result.seconds:.0f} s")
    return []


def _placeholder_claims(lesson: source.Lesson) -> list[dict]:
    """Return a value for each quoted claim, so that the text can be rendered before the first run."""
    from course_utils.authoring import measured_values

    quoted = [
        name
        for cell in lesson.notebook.cells
        if cell.cell_type == "markdown" and "front-matter" not in source.tags(cell)
        for name in measured_values.names(cell.source)
    ]
    return [{"name": name, "value": 0.0} for name in dict.fromkeys(quoted)]


def build(
    lessons: Iterable[str] = (),
    check: bool = False,
    jobs: int = 2,
    force: bool = False,
    on_progress: Progress | None = None,
) -> list[str]:
    """Build lessons from their sources, or only report what differs.

    Args:
        lessons (iterable of str): which; default all. Unchanged lessons are left as they are.
        check (bool): execute and write nothing, only report. Default False.
        jobs (int): lessons executed at the same time. Default 2.
        force (bool): execute unchanged lessons too. Default False.
        on_progress (callable): called with a lesson's name and what is being done.

    Returns:
        Messages, one per fault; an empty list when all generated files are what the sources build.
    """
    paths = sources(lessons)
    messages: list[str] = []
    if check:
        for path in paths:
            messages += lint.faults(source.read(path))
            messages += drift(path)
    else:
        from course_utils.execution import forked_kernels

        with forked_kernels.preloaded(), concurrent.futures.ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
            for faults in pool.map(lambda path: build_lesson(path, force, on_progress), paths):
                messages += faults
    try:
        messages += leaks.find(paths[0].parent.parent / "lessons")
    except source.SourceError as error:
        messages += [] if str(error) in messages else [str(error)]
    messages += readme_table.update(paths[0].parent.parent, check)
    return messages
