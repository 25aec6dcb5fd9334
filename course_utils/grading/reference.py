"""What an exercise is graded by: hidden cases, what is right, and what is no achievement; all from the lesson's source.

This runs lesson sources, which are trusted, in the grader; nothing of it ever enters the sandbox but inputs.
"""

import dataclasses
import hashlib
import json
import pathlib

from course_utils.authoring import cell_ids, collect, define, markup, source
from course_utils.checks import answers, calling, encoding, judging, library

FORMAT = 3  # another one when the same notebook may get other marks


@dataclasses.dataclass(frozen=True)
class Exercise:
    """One exercise as the grader knows it.

    Args:
        number (str), title (str), level (str): from the lesson.
        points (float): what it is worth.
        kind (str): "function" or "answer".
        name (str): what the student's cell must define.
        cell_ids (tuple of str), grade_ids (tuple of str): of its cells in the released notebook.
        released (tuple of str): those cells as they were handed out.
        cases (tuple of dict): visible and hidden cases with what is right; each says whether it is "visible".
        mutants (tuple of dict): typical wrong answers, each with a message and its outcome on every case.
        handed_out (dict or None): outcomes of the faulty function that was handed out.
        unearned (float): the share that the best answer gets that does not look at its input.
        answer_keys (tuple of str), decimals (int): of a question.
        wrong_answers (dict): message by key, of a question.
    """

    number: str
    title: str
    level: str
    points: float
    kind: str
    name: str
    cell_ids: tuple[str, ...]
    grade_ids: tuple[str, ...]
    released: tuple[str, ...]
    cases: tuple[dict, ...] = ()
    mutants: tuple[dict, ...] = ()
    handed_out: dict | None = None
    unearned: float = 0.0
    answer_keys: tuple[str, ...] = ()
    decimals: int = 0
    wrong_answers: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Reference:
    """A lesson as the grader knows it.

    Args:
        lesson (str): "02_convolve_with_kernels".
        title (str): of the lesson.
        setup (str): the code of its setup cells.
        keras (bool): whether it needs Keras.
        exercises (tuple of Exercise): in order.
        sha256 (str): of all this; another seed or another source gives another one.
        memory_mb (int): what the lesson says it needs.
        shown (frozenset of str): the code of all other cells that are handed out, without the space around it. Default
            none.
    """

    lesson: str
    title: str
    setup: str
    keras: bool
    exercises: tuple[Exercise, ...]
    sha256: str
    memory_mb: int
    shown: frozenset[str] = frozenset()

    @property
    def max_points(self) -> float:
        """What all exercises are worth."""
        return sum(exercise.points for exercise in self.exercises)


def same_code(first: str, second: str) -> bool:
    """Return whether two cells differ in nothing but the space at the ends of lines and of the cell.

    Example:
        >>> same_code("x = ...\\n", "x = ...  ")
        True
    """
    return trimmed(first) == trimmed(second)


def trimmed(code: str) -> str:
    """Return a cell's code without the space at the ends of its lines and around it."""
    return "\n".join(line.rstrip() for line in code.strip().splitlines())


def _shares(passed: list[bool], cases: list[dict]) -> float:
    """Return the share of the points that a pattern of passed cases is worth.

    The lower of two shares counts, that of all cases and that of the hidden ones: whoever knows only the visible cases
    by heart has solved nothing.
    """
    hidden = [(ok, case) for ok, case in zip(passed, cases, strict=True) if not case["visible"]]
    everything = list(zip(passed, cases, strict=True))
    return min(
        sum(case["weight"] for ok, case in group if ok) / sum(case["weight"] for _, case in group)
        for group in (everything, hidden or everything)
    )


def share(passed: list[bool], exercise: Exercise) -> float:
    """Return the share of the points that was earned: 1 for all cases, corrected for what needs no thought.

    Args:
        passed (list of bool): for each case of the exercise.
        exercise (Exercise): the exercise.
    """
    if all(passed):
        return 1.0
    return max(0.0, (_shares(passed, list(exercise.cases)) - exercise.unearned) / (1 - exercise.unearned))


def _passes(case: dict, outcome: calling.Outcome) -> bool:
    return judging.judge_outcome(case, outcome).passed


def _thoughtless(case: dict) -> list[calling.Outcome]:
    """Return what answers would give that were fitted to this case alone: its result, its error, its argument back."""
    expected = case["expected"]
    found = [calling.Outcome(value=value) for _, value in judging.arguments_of(case)]
    if "raises" in expected:
        return [*found, calling.Outcome(raised=expected["raises"])]
    return [*found, calling.Outcome(value=encoding.decode(expected["value"]))]


def _unearned(cases: list[dict], handed_out: list[calling.Outcome] | None) -> float:
    """Return the best share of an answer that is constant, gives an argument back, or was handed out."""
    best = 0.0
    if any("goal" in case for case in cases):  # no constant is a trained network
        passed = [_passes(*pair) for pair in zip(cases, handed_out, strict=True)] if handed_out else []
        return min(_shares(passed, cases), 0.9) if passed else 0.0
    constants = {json.dumps(case["expected"], sort_keys=True): case for case in cases}
    for case in constants.values():
        constant = _thoughtless(case)[-1]
        best = max(best, _shares([_passes(other, constant) for other in cases], cases))
    for position in range(min(len(case["arguments"]) for case in cases)):
        returned = [_thoughtless(case)[position] for case in cases]
        best = max(best, _shares([_passes(*pair) for pair in zip(cases, returned, strict=True)], cases))
    if handed_out:
        best = max(best, _shares([_passes(*pair) for pair in zip(cases, handed_out, strict=True)], cases))
    return min(best, 0.9)


def _call(case: dict, function) -> calling.Outcome:
    by_keyword = set(case.get("by_keyword", ()))
    return calling.call(function, lambda: judging.arguments_of(case), by_keyword, case.get("observe"), case.get("goal"))


def _handed_out(exercise: define.Exercise, cases: list[dict]) -> list[calling.Outcome] | None:
    """Return the outcomes of the faulty function that students are given; None when they are given an empty one."""
    stub = exercise.stub() if exercise.stub else None
    if not callable(stub):
        return None
    outcomes = [_call(case, stub) for case in cases]
    blank = all(outcome.raised == "NotImplementedError" or outcome.value is Ellipsis for outcome in outcomes)
    return None if blank else outcomes


def _mutants(exercise: define.Exercise, cases: list[dict]) -> tuple[dict, ...]:
    found = []
    for mutant in exercise.mutants:
        outcomes = []
        for case in cases:
            outcome = _call(case, mutant.function)
            outcomes.append(None if _passes(case, outcome) else outcome.document(judging.tolerance_of(case)))
        found.append({"name": mutant.name, "message": mutant.message, "outcomes": outcomes})
    return tuple(found)


def _function(exercise: define.Exercise, seed: int) -> dict:
    cases = [{**case, "visible": True} for case in exercise.visible_documents()]
    cases += [{**case, "visible": False} for case in exercise.hidden_documents(seed)]
    handed_out = _handed_out(exercise, cases)
    documents = None
    if handed_out:
        documents = {
            "outcomes": [
                None if _passes(case, outcome) else outcome.document(judging.tolerance_of(case))
                for case, outcome in zip(cases, handed_out, strict=True)
            ]
        }
    return {
        "cases": tuple(cases),
        "mutants": _mutants(exercise, cases),
        "handed_out": documents,
        "unearned": _unearned(cases, handed_out),
    }


def _answer(exercise: define.Exercise) -> dict:
    wrong = {}
    for known in exercise.wrong_answers:
        wrong.update(dict.fromkeys(answers.keys(known.value, exercise.decimals), known.message))
    keys = answers.keys(exercise.reference, exercise.decimals)
    return {"answer_keys": tuple(sorted(keys)), "decimals": exercise.decimals, "wrong_answers": wrong}


def _cells(lesson: source.Lesson, number: str) -> list[tuple[str, str]]:
    """Return (id, code as handed out) of an exercise's cells."""
    return [
        (identity, markup.student_source(cell.source, number))
        for cell, identity in zip(lesson.notebook.cells, cell_ids.assign(lesson.notebook), strict=True)
        if "exercise" in source.tags(cell) and str(cell.metadata.get("exercise")) == number
    ]


def setup_of(lesson: source.Lesson) -> str:
    """Return the code of a lesson's setup cells."""
    return "\n\n".join(cell.source for cell in lesson.notebook.cells if "setup" in source.tags(cell))


def _shown(lesson: source.Lesson) -> frozenset[str]:
    """Return the code of the cells that are handed out and are neither setup nor exercise."""
    from course_utils.authoring import student

    others = student.NOT_FOR_STUDENTS | {"exercise", "setup"}
    cells = (cell for cell in lesson.notebook.cells if cell.cell_type == "code" and not source.tags(cell) & others)
    return frozenset(map(trimmed, (student.install(lesson), *(cell.source for cell in cells))))


def build(path: pathlib.Path, seed: int) -> Reference:
    """Build what a lesson is graded by.

    Args:
        path (path): solutions/NN_verb_phrase.py.
        seed (int): the random hidden cases are drawn with it.

    Returns:
        A Reference.

    Raises:
        source.SourceError: the lesson's source has a fault.
    """
    from course_utils.authoring import student

    lesson = source.read(path)
    facts = student.course_metadata(lesson)
    setup = setup_of(lesson)
    exercises = []
    for number, exercise in sorted(collect.exercises(path).items(), key=lambda pair: library.order(pair[0])):
        own = _cells(lesson, number)
        parts = _function(exercise, seed) if exercise.kind == "function" else _answer(exercise)
        name = exercise.function_name if exercise.kind == "function" else collect.answer_name(lesson, number)
        exercises.append(
            Exercise(
                number,
                exercise.title,
                exercise.level,
                exercise.points,
                exercise.kind,
                name,
                tuple(identity for identity, _ in own),
                (f"exercise-{number.replace('.', '-')}",),
                tuple(code for _, code in own),
                **parts,
            )
        )
    keras = "import keras" in setup or "keras" in "".join(code for one in exercises for code in one.released)
    plain = [dataclasses.asdict(exercise) for exercise in exercises]
    digest = hashlib.sha256(json.dumps([FORMAT, lesson.name, setup, plain], sort_keys=True).encode()).hexdigest()
    memory = int(facts["budget"]["memory_mb"])
    return Reference(lesson.name, facts["title"], setup, keras, tuple(exercises), digest, memory, _shown(lesson))
