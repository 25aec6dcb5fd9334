"""Collect the exercises of a lesson: run its setup, exercise and hidden cells, and nothing else."""

import pathlib
import re

from course_utils.authoring import define, markup, source
from course_utils.checks import answers, judging, library

_HEADING = re.compile(
    r"^#+\s*Exercise\s+(?P<number>\d+\.\d+[a-z]?)\s*(?:\((?P<level>[^)]*)\))?\s*:?\s*(?P<title>.*)$",
    re.MULTILINE,
)


def _run(lesson: source.Lesson, index: int, code: str, namespace: dict) -> None:
    """Run a cell's code so that its line numbers are those of the source file."""
    padding = "\n" * lesson.line_of(index)
    try:
        exec(compile(padding + code, str(lesson.path), "exec"), namespace)
    except SyntaxError as error:
        raise source.SourceError(lesson.path, error.lineno or lesson.line_of(index), f"{error.msg}.") from None
    except Exception as error:
        trace, line = error.__traceback__, lesson.line_of(index)
        while trace:
            if trace.tb_frame.f_code.co_filename == str(lesson.path):
                line = trace.tb_lineno
            trace = trace.tb_next
        told = isinstance(error, define.DefinitionError)
        message = str(error) if told else f"{type(error).__name__}: {error}"
        raise source.SourceError(lesson.path, line, message) from (None if told else error)


def _headings(lesson: source.Lesson) -> dict[str, tuple[str, str]]:
    return {
        match["number"]: (match["title"].strip().rstrip("."), (match["level"] or "").strip())
        for cell in lesson.notebook.cells
        if cell.cell_type == "markdown"
        for match in _HEADING.finditer(cell.source)
    }


def _stub_maker(lesson: source.Lesson, index: int, number: str, name: str, namespace: dict):
    """Return a function that runs the student's version of a cell and returns what it defines."""

    def stub():
        own = dict(namespace)
        _run(lesson, index, markup.student_source(lesson.notebook.cells[index].source, number), own)
        return own.get(name)

    return stub


def _answer_name(code: str) -> str:
    """Return the name that an exercise cell's solution binds."""
    lines = [line for block in markup.blocks(code) if block.kind == "SOLUTION" for line in block.lines]
    names = markup.assigned_names("\n".join(lines)) if lines else []
    return names[-1] if names else ""


def answer_name(lesson: source.Lesson, number: str) -> str:
    """Return the name to which the cell of a question assigns its answer."""
    for cell in lesson.notebook.cells:
        if "exercise" in source.tags(cell) and str(cell.metadata.get("exercise")) == number:
            return _answer_name(cell.source)
    return ""


def _faults(exercise: define.Exercise) -> list[str]:
    """Return what an exercise lacks."""
    few = define.FEWEST
    faults = []
    if len(exercise.hint_texts) < few["hints"]:
        faults.append(f"{len(exercise.hint_texts)} hints; give at least {few['hints']}: exercise.hints(...)")
    if exercise.kind == "answer":
        if len(exercise.wrong_answers) < few["wrong answers"]:
            faults.append(f"{len(exercise.wrong_answers)} wrong answers; give at least 2: exercise.wrong(...)")
        return faults
    if not any(case.visible for case in exercise.cases):
        faults.append('no visible case; give at least 1: exercise.case("...", ...)')
    if all(case.visible for case in exercise.cases) and not exercise.makers:
        faults.append("no hidden case; give at least 1: exercise.case(..., visible=False) or random_cases")
    if len(exercise.styles) < few["styles"]:
        faults.append(f"{len(exercise.styles)} other correct styles; give at least 2: @exercise.correct")
    if len(exercise.mutants) < few["mutants"]:
        faults.append(f"{len(exercise.mutants)} mutants; give at least 3: @exercise.mutant(...)")
    return faults


def _definition(namespace: dict, number: str) -> define.Exercise | None:
    found = [value for value in namespace.values() if isinstance(value, define.Exercise) and value.number == number]
    return found[-1] if found else None


def exercises(path: pathlib.Path | str) -> dict[str, define.Exercise]:
    """Collect the exercises of a lesson's source.

    Each exercise runs in a copy of the setup cell's names and of the names of the exercises in its `needs`, so
    that a lesson whose exercise quietly depends on another cell is found here.

    Args:
        path (path): solutions/NN_verb_phrase.py.

    Returns:
        Exercises by number, in the order of the lesson.

    Raises:
        source.SourceError: with file and line: a cell fails, or an exercise lacks its definition, cases, hints,
            other correct styles or mutants.
    """
    lesson = source.read(path)
    headings = _headings(lesson)
    setup: dict = {"__name__": "__lesson__"}
    namespaces: dict[str, dict] = {}
    first: dict[str, int] = {}
    for index, cell in enumerate(lesson.notebook.cells):
        tags, number = source.tags(cell), str(cell.metadata.get("exercise", ""))
        if cell.cell_type != "code":
            continue
        if "setup" in tags:
            _run(lesson, index, cell.source, setup)
        elif "exercise" in tags:
            if not library.is_number(number):
                raise lesson.error(index, f'{number!r} is no exercise number; write exercise="2.4" on the cell.')
            if number not in namespaces:
                first[number] = index
                namespaces[number] = dict(setup)
            for needed in cell.metadata.get("needs", []):
                if needed not in namespaces or needed == number:
                    raise lesson.error(index, f"needs exercise {needed!r}, which does not come before it.")
                namespaces[number].update(namespaces[needed])
            _run(lesson, index, cell.source, namespaces[number])
        elif "hidden" in tags:
            if number not in namespaces:
                raise lesson.error(index, f"hidden cell for exercise {number!r}, which does not come before it.")
            _run(lesson, index, cell.source, namespaces[number])
    found: dict[str, define.Exercise] = {}
    for number, index in first.items():
        exercise = _definition(namespaces[number], number)
        if exercise is None:
            raise lesson.error(index, f"exercise {number} has no hidden cell with define.function or define.answer.")
        cell = lesson.notebook.cells[index]
        exercise.line = lesson.line_of(index)
        exercise.points = float(cell.metadata.get("points", 1))
        if number not in headings:
            raise lesson.error(index, f'no heading "### Exercise {number} (level): title" in the lesson.')
        exercise.title, exercise.level = headings[number]
        faults = _faults(exercise)
        if faults:
            raise lesson.error(index, f"exercise {number} has {'; it has '.join(faults)}.")
        name = exercise.function_name if exercise.kind == "function" else _answer_name(cell.source)
        before = {**setup, **{key: namespaces[number][key] for key in setup if key in namespaces[number]}}
        for needed in cell.metadata.get("needs", []):
            before.update(namespaces[needed])
        exercise.stub = _stub_maker(lesson, index, number, name, before)
        found[number] = exercise
    return found


def _too_large(exercise: define.Exercise, documents: list[dict]) -> None:
    for case in documents:
        sizes = [_num_values(document) for _, document in case["arguments"]]
        sizes.append(_num_values(case["expected"].get("value", {})))
        sizes.append(_num_values(case.get("goal", {}).get("images", {})))
        if max(sizes, default=0) > define.MOST_VALUES:
            raise define.DefinitionError(
                f"{exercise.number}: visible case {case['name']!r} holds an array of {max(sizes):,} values; "
                f"keep it to {define.MOST_VALUES:,} or make it hidden."
            )


def _num_values(document: dict) -> int:
    if document.get("kind") != "array":
        return 0
    count = 1
    for side in document["shape"]:
        count *= side
    return count


def _mark_handed_out(exercise: define.Exercise, cases: list[dict], mutants: list[dict]) -> None:
    """Mark the mutant that students are given to mend; a stub that is not blank must be one of the mutants."""
    handed_out = exercise.stub() if exercise.stub else None
    if not callable(handed_out):
        return
    judgement = judging.judge(cases, handed_out)
    if judgement.not_attempted:
        return
    twin = judging.matching_mutant(mutants, judgement, cases)
    if twin is None:
        raise define.DefinitionError(
            f"{exercise.number}: the function in the STUB block is none of the mutants; add it, with its message."
        )
    twin["handed_out"] = True


def _function_document(exercise: define.Exercise) -> dict:
    cases = exercise.visible_documents()
    _too_large(exercise, cases)
    mutants: list[dict] = []
    for mutant in exercise.mutants:
        judgement = judging.judge(cases, mutant.function)
        if judgement.passed:
            if not mutant.only_hidden:
                raise define.DefinitionError(
                    f"{exercise.number}: mutant {mutant.name!r} passes every visible case; add a case that it fails, "
                    "or write only_hidden=True."
                )
            continue
        twin = judging.matching_mutant(mutants, judgement, cases)
        if twin:
            raise define.DefinitionError(
                f"{exercise.number}: mutants {twin['name']!r} and {mutant.name!r} do the same on every visible "
                "case, so their messages cannot be told apart; add a case in which they differ."
            )
        mutants.append(mutant.document(judgement, cases))
    _mark_handed_out(exercise, cases, mutants)
    return {"cases": cases, "function": exercise.function_name, "mutants": mutants}


def _answer_document(lesson_name: str, exercise: define.Exercise) -> dict:
    salt = answers.salt(lesson_name, exercise.number)
    right = set(answers.keys(exercise.reference, exercise.decimals))
    wrong = {}
    for known in exercise.wrong_answers:
        keys = answers.keys(known.value, exercise.decimals)
        if right & set(keys):
            raise define.DefinitionError(
                f"{exercise.number}: the wrong answer {known.value!r} is right when rounded to "
                f"{exercise.decimals} decimals."
            )
        wrong.update({answers.digest(key, salt): known.message for key in keys})
    return {
        "answer_kind": answers.kind(exercise.reference),
        "decimals": exercise.decimals,
        "digests": [answers.digest(key, salt) for key in sorted(right)],
        "salt": salt,
        "wrong": wrong,
    }


def exercise_document(lesson_name: str, exercise: define.Exercise) -> dict:
    """Return what students get of one exercise: visible cases, hints, typical mistakes; an answer only hashed.

    Raises:
        define.DefinitionError: a mutant passes, two cannot be told apart, or a case is too large.
    """
    common = {
        "hints": exercise.hint_texts,
        "kind": exercise.kind,
        "level": exercise.level,
        "number": exercise.number,
        "points": exercise.points,
        "title": exercise.title,
    }
    if exercise.kind == "function":
        return {**common, **_function_document(exercise)}
    return {**common, **_answer_document(lesson_name, exercise)}


def visible_document(lesson_name: str, found: dict[str, define.Exercise]) -> dict:
    """Return the content of a lesson's exercise file, the same on every machine.

    Args:
        lesson_name (str): for example "02_convolve_with_kernels".
        found (dict of str to define.Exercise): from `exercises`.

    Raises:
        define.DefinitionError: what is wrong with any of the exercises, one line each.
    """
    documents, faults = {}, []
    for number in sorted(found, key=library.order):
        try:
            documents[number] = exercise_document(lesson_name, found[number])
        except define.DefinitionError as error:
            faults.append(f"{lesson_name}.py:{found[number].line}: {error}")
    if faults:
        raise define.DefinitionError("\n".join(faults))
    return {
        "exercises": documents,
        "format": 1,
        "lesson": lesson_name,
    }


def judge_hidden(exercise: define.Exercise, thing, seed: int = 0) -> judging.Judgement:
    """Judge a function on the hidden cases; for tests and grading."""
    return judging.judge(exercise.hidden_documents(seed), thing)
