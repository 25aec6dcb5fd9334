"""Solution blocks: what a student is given in place of the lines between two markers.

# BEGIN SOLUTION ... # END SOLUTION     cut out of the student notebook
# BEGIN STUB ... # END STUB             commented lines that the student gets instead (optional)
"""

import ast
import dataclasses
import re

_MARKER = re.compile(r"^(?P<indent>\s*)#+\s*(?P<edge>BEGIN|END)\s+(?P<kind>SOLUTION|STUB)\s*$")
_LOOKS_LIKE_MARKER = re.compile(r"#.*\b(BEGIN|END)[ _-]*(SOLUTION|STUB)", re.IGNORECASE)


class MarkupError(ValueError):
    """A marker that is misplaced, with its line in the cell counted from 1."""

    def __init__(self, line: int, message: str):
        super().__init__(message)
        self.line = line


@dataclasses.dataclass(frozen=True)
class Block:
    """One marked block: its kind, indentation, first and last marker line (from 0) and the lines between."""

    kind: str
    indent: str
    first: int
    last: int
    lines: tuple[str, ...]


def blocks(source: str) -> list[Block]:
    """Return the marked blocks of a cell, in order.

    Args:
        source (str): the cell's text.

    Raises:
        MarkupError: a block is not closed, not opened, nested, empty, or a STUB stands elsewhere than
            directly behind a SOLUTION.

    Example:
        >>> [block.kind for block in blocks("# BEGIN SOLUTION\\nx = 1\\n# END SOLUTION")]
        ['SOLUTION']
    """
    lines = source.split("\n")
    found: list[Block] = []
    opened: tuple[str, str, int] | None = None
    for number, line in enumerate(lines):
        match = _MARKER.match(line)
        if not match:
            if _LOOKS_LIKE_MARKER.search(line):
                raise MarkupError(
                    number + 1, f"{line.strip()!r} is no marker; write '# BEGIN SOLUTION' alone on its line."
                )
            continue
        edge, kind = match["edge"], match["kind"]
        if edge == "BEGIN":
            if opened:
                raise MarkupError(
                    number + 1,
                    f"'# BEGIN {kind}' inside the {opened[0]} block of line {opened[2] + 1} of this cell; "
                    "blocks cannot be nested: end the first one before.",
                )
            if kind == "STUB" and not (found and found[-1].kind == "SOLUTION" and found[-1].last == number - 1):
                raise MarkupError(number + 1, "'# BEGIN STUB' must stand directly behind '# END SOLUTION'.")
            opened = kind, match["indent"], number
        else:
            if not opened or opened[0] != kind:
                raise MarkupError(number + 1, f"'# END {kind}' without a '# BEGIN {kind}' before it.")
            inner = tuple(lines[opened[2] + 1 : number])
            if not any(line.strip() for line in inner):
                raise MarkupError(number + 1, f"the {kind} block is empty.")
            found.append(Block(kind, opened[1], opened[2], number, inner))
            opened = None
    if opened:
        raise MarkupError(opened[2] + 1, f"'# BEGIN {opened[0]}' is never closed by '# END {opened[0]}'.")
    return found


def assigned_names(source: str) -> list[str]:
    """Return the names that a piece of code assigns or defines at its top level, in order.

    Imports, loop variables and the variables of comprehensions are no answers and are left out.

    Example:
        >>> assigned_names("kernel, total = 3, sum(x for x in range(4))\\ndef edges(image): pass")
        ['kernel', 'total', 'edges']
    """
    names: list[str] = []
    pending: list[ast.stmt] = list(ast.parse(source).body)
    while pending:
        statement = pending.pop(0)
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            names.append(statement.name)
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            names += [
                node.id
                for target in targets
                for node in ast.walk(target)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            ]
        inner = [getattr(statement, field, []) for field in ("body", "orelse", "finalbody")]
        pending = [child for part in inner for child in part] + pending
    return list(dict.fromkeys(names))


def _stub(block: Block, exercise: str) -> list[str]:
    if block.indent:
        return [
            f"{block.indent}# Your code here.",
            f'{block.indent}raise NotImplementedError("Exercise {exercise} is not written yet")',
        ]
    try:
        names = assigned_names("\n".join(block.lines))
    except SyntaxError as error:
        raise MarkupError(
            block.first + 1 + (error.lineno or 1), f"the solution block is no Python: {error.msg}."
        ) from None
    if not names:
        raise MarkupError(block.first + 1, "a solution block at the left margin must assign at least one name.")
    return [f"{name} = ...  # your answer" for name in names]


def _uncommented(block: Block) -> list[str]:
    lines = []
    for offset, line in enumerate(block.lines):
        text = line[len(block.indent) :] if line.startswith(block.indent) else line.lstrip()
        if text == "#":
            lines.append("")
        elif text.startswith("# "):
            lines.append(block.indent + text[2:])
        elif not text.strip():
            lines.append("")
        else:
            raise MarkupError(
                block.first + 2 + offset, f"lines of a STUB block begin with '# '; found {line.strip()!r}."
            )
    return lines


def student_source(source: str, exercise: str) -> str:
    """Return what the student gets of a cell: every solution block replaced by its stub.

    Args:
        source (str): the cell's text.
        exercise (str): the exercise's number, for the message of the stub, for example "2.4".

    Raises:
        MarkupError: see `blocks`.

    Example:
        >>> print(student_source("# BEGIN SOLUTION\\nanswer = 9\\n# END SOLUTION", "2.1"))
        answer = ...  # your answer
    """
    lines = source.split("\n")
    found = blocks(source)
    result: list[str] = []
    position = 0
    for index, block in enumerate(found):
        result.extend(lines[position : block.first])
        if block.kind == "STUB":
            result.extend(_uncommented(block))
        elif not (
            index + 1 < len(found) and found[index + 1].kind == "STUB" and found[index + 1].first == block.last + 1
        ):
            result.extend(_stub(block, exercise))
        position = block.last + 1
    result.extend(lines[position:])
    return "\n".join(result)


def secret_lines(source: str) -> list[str]:
    """Return the lines of a cell that no student may see: the insides of its solution blocks."""
    return [line for block in blocks(source) if block.kind == "SOLUTION" for line in block.lines if line.strip()]
