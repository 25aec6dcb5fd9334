"""Make up a class: the notebooks that students of every kind would hand in, out of a lesson's source.

Right answers in every style the lesson knows, its typical mistakes, blank cells, code that stops or is no Python: to
measure grading with, to test it, and to show what its pages look like.
"""

import ast
import builtins
import dataclasses
import json
import pathlib
import random
import re
from collections.abc import Iterator

from course_utils.authoring import cell_ids, collect, markup, notebook_writer, reference, source, student
from course_utils.grading import program

_FIRST = ("Ana", "Björn", "Chiara", "Dilara", "Emeka", "Fatima", "Goran", "Hana", "Inês", "João", "Kwame", "Léa", "Mei")
_LAST = ("Abebe", "Berg", "Costa", "Demir", "Eriksen", "Haddad", "Ito", "Kaya", "Lima", "Moreau", "Novák", "Okafor")
_STOPS = "raise RuntimeError('I got stuck here')"
_NO_PYTHON = "def {name}(:\n    return"
_KINDS = ("right", "wrong", "blank", "stops", "no Python")
_MARKER = re.compile(r"^\s*#+\s*(BEGIN|END) (SOLUTION|STUB)\s*$")


@dataclasses.dataclass(frozen=True)
class Answers:
    """What students may write into the cell of one exercise.

    Args:
        number (str): "2.4".
        name (str): what the cell defines.
        cell_id (str): of the cell in the notebook.
        released (str): the cell as it is handed out.
        right (tuple of str): right answers; the reference first.
        wrong (tuple of str): typical mistakes.
    """

    number: str
    name: str
    cell_id: str
    released: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]

    def of_kind(self, kind: str, choice: random.Random) -> str:
        """Return an answer: kind is "right", "wrong", "blank", "stops" or "no Python"."""
        if kind == "right":
            return choice.choice(self.right)
        if kind == "wrong" and self.wrong:
            return choice.choice(self.wrong)
        if kind == "stops":
            return f"{self.released}\n\n{_STOPS}"
        return _NO_PYTHON.format(name=self.name) if kind == "no Python" else self.released


class _Renamed(ast.NodeTransformer):
    def __init__(self, old: str, new: str):
        self._old, self._new = old, new

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._new if node.id == self._old else node.id
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.name = self._new if node.name == self._old else node.name
        self.generic_visit(node)
        return node


def _renamed(code: str, old: str, new: str) -> str:
    return ast.unparse(_Renamed(old, new).visit(ast.parse(code)))


def _without_markers(code: str) -> str:
    """Return a cell with its solution: without the markers and without the stub between two of them."""
    lines = code.split("\n")
    stubs = {n for one in markup.blocks(code) if one.kind == "STUB" for n in range(one.first, one.last + 1)}
    return "\n".join(line for n, line in enumerate(lines) if n not in stubs and not _MARKER.match(line))


def _decorated(lesson: source.Lesson, number: str) -> tuple[list[ast.FunctionDef], list[ast.FunctionDef], set[str]]:
    """Return the other styles and the typical mistakes of an exercise, and all names that its hidden cells bind."""
    styles: list[ast.FunctionDef] = []
    mistakes: list[ast.FunctionDef] = []
    bound: set[str] = set()
    for cell in lesson.notebook.cells:
        if "hidden" not in source.tags(cell) or str(cell.metadata.get("exercise")) != number:
            continue
        for statement in program.statements(cell.source, "hidden"):
            bound |= statement.binds
            node = statement.node
            for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
                text = ast.unparse(decorator)
                if re.match(r"\w+\.correct\b", text):
                    styles.append(node)
                elif re.match(r"\w+\.mutant\b", text):
                    mistakes.append(node)
    return styles, mistakes, bound


def _as_answer(node: ast.FunctionDef, name: str, right: str, bound: set[str]) -> str:
    """Return a function of a hidden cell as a student would write it; "" where it leans on the hidden cell."""
    plain = ast.FunctionDef(name, node.args, node.body, [], node.returns, lineno=1, col_offset=0)
    code = ast.unparse(ast.Module([plain], []))
    reads = program.statements(f"_ = lambda: 0\n{code}", "hidden")[1].reads
    if (reads & bound) - {name} - set(vars(builtins)):
        return ""
    if not re.search(rf"\b{name}\b", ast.unparse(ast.Module(node.body, []))):
        return code
    helper = f"{name}_first_try"  # a mistake that is described by what it does to the right answer
    tree = ast.parse(code)
    tree.body[0].body = [_Renamed(name, helper).visit(part) for part in tree.body[0].body]
    return f"{_renamed(right, name, helper)}\n\n\n{ast.unparse(tree)}"


def answers(path: pathlib.Path) -> list[list[Answers]]:
    """Return what students may write, for each exercise of a lesson a list with one item for each of its cells.

    Args:
        path (path): solutions/NN_verb_phrase.py.

    Raises:
        source.SourceError: the lesson's source has a fault.
    """
    lesson = source.read(path)
    identities = cell_ids.assign(lesson.notebook)
    found = []
    for number, exercise in collect.exercises(path).items():
        own = [
            (identity, cell.source)
            for cell, identity in zip(lesson.notebook.cells, identities, strict=True)
            if "exercise" in source.tags(cell) and str(cell.metadata.get("exercise")) == number
        ]
        name = exercise.function_name if exercise.kind == "function" else collect.answer_name(lesson, number)
        styles, mistakes, bound = _decorated(lesson, number)
        parts = []
        for identity, code in own:
            right, wrong = [_without_markers(code)], []
            if exercise.kind == "answer":
                wrong = [f"{name} = {known.value!r}" for known in exercise.wrong_answers]
            elif name in markup.assigned_names(right[0]):
                right += [_as_answer(node, name, right[0], bound) for node in styles]
                wrong = [_as_answer(node, name, right[0], bound) for node in mistakes]
            released = markup.student_source(code, number)
            parts.append(
                Answers(number, name, identity, released, tuple(filter(None, right)), tuple(filter(None, wrong)))
            )
        found.append(parts)
    return found


def released(path: pathlib.Path) -> dict:
    """Return the notebook that students get, as data."""
    lesson = source.read(path)
    built = reference.committed(path)
    claims = built.metadata.get("course", {}).get("claims", []) if built else []
    return json.loads(notebook_writer.dumps(student.cut(lesson, reference.values(claims))))


def filled(notebook: dict, codes: dict[str, str]) -> bytes:
    """Return the bytes of a notebook in which some cells hold other code.

    Args:
        notebook (dict): see `released`.
        codes (dict of str to str): code by cell id.
    """
    cells = [{**cell, "source": codes.get(cell.get("id"), cell["source"])} for cell in notebook["cells"]]
    return json.dumps({**notebook, "cells": cells}).encode()


def all_of_a_kind(path: pathlib.Path, kind: str, seed: int = 0) -> bytes:
    """Return a notebook in which every exercise is answered in one way; see Answers.of_kind."""
    choice = random.Random(seed)
    codes = {part.cell_id: part.of_kind(kind, choice) for parts in answers(path) for part in parts}
    return filled(released(path), codes)


def students(path: pathlib.Path, count: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Give the names and notebooks of a class: each student is right more or less often, and wrong in typical ways.

    Args:
        path (path): solutions/NN_verb_phrase.py.
        count (int): of students.
        seed (int): for their names, abilities and answers. Default 0.
    """
    choice = random.Random(seed)
    exercises, notebook = answers(path), released(path)
    for number in range(count):
        name = f"{choice.choice(_FIRST)} {choice.choice(_LAST)}"
        ability = choice.betavariate(4, 2)
        codes = {}
        for place, parts in enumerate(exercises):
            right = ability * (1 - 0.4 * place / len(exercises))  # later exercises are harder
            weights = [right, 0.7 * (1 - right), 0.22 * (1 - right), 0.05 * (1 - right), 0.03 * (1 - right)]
            kind = choice.choices(_KINDS, weights)[0]
            codes.update({part.cell_id: part.of_kind(kind, choice) for part in parts})
        # A line of one's own keeps the notebooks of students who answer alike apart.
        first = next(iter(codes))
        codes[first] += f"\n# {name}, {number + 1}"
        yield f"{name} {number + 1}", filled(notebook, codes)


def write(folder: pathlib.Path, path: pathlib.Path, count: int, seed: int = 0) -> None:
    """Write a class into a folder, one notebook per student, as `course grade` takes them; see `students`."""
    for name, content in students(path, count, seed):
        own = folder / name
        own.mkdir(parents=True)
        (own / f"{path.stem}.ipynb").write_bytes(content)
