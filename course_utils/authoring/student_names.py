"""Find cells that read a name which only a student's answer defines."""

import ast
import symtable

from course_utils.authoring import markup, source


def _globals_read(table: symtable.SymbolTable) -> set[str]:
    """Return the names that a code block and the functions in it read from outside."""
    if table.get_type() == "module":
        read = {
            symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced() and not symbol.is_assigned()
        }
    else:
        read = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced() and symbol.is_global()}
    for child in table.get_children():
        read |= _globals_read(child)
    if table.get_type() == "module":
        read -= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    return read


def names_read(code: str) -> set[str]:
    """Return the names that a cell needs from other cells.

    Example:
        >>> sorted(names_read("def edges(image): return blur(image)"))
        ['blur']
    """
    return _globals_read(symtable.symtable(code, "cell", "exec"))


def _is_python(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def faults(lesson: source.Lesson) -> list[str]:
    """Return one message per cell that reads a name which an exercise defines, with file and line.

    An unfinished notebook has only stubs for those names, so such a cell would fail in the middle of a run.
    The exercise's own check, and exercises that say `needs=["2.1"]`, may read them.
    """
    defined: dict[str, str] = {}
    needs: dict[str, list[str]] = {}
    for cell in lesson.notebook.cells:
        if cell.cell_type == "code" and "exercise" in source.tags(cell) and _is_python(cell.source):
            number = cell.metadata.get("exercise", "?")
            needs[number] = list(cell.metadata.get("needs", []))
            for name in markup.assigned_names(cell.source):
                defined.setdefault(name, number)
    messages = []
    for index, cell in enumerate(lesson.notebook.cells):
        if cell.cell_type != "code" or not _is_python(cell.source) or source.tags(cell) & {"hidden", "instructor"}:
            continue
        own = cell.metadata.get("exercise") if source.tags(cell) & {"exercise", "check"} else None
        for name in sorted(names_read(cell.source)):
            exercise = defined.get(name)
            if exercise and exercise != own and exercise not in needs.get(own, []):
                messages.append(
                    str(
                        lesson.error(
                            index,
                            f"reads {name!r}, which only exercise {exercise} defines; an unfinished notebook "
                            f'would fail here. Use course_utils, or say needs=["{exercise}"] on the exercise cell.',
                        )
                    )
                )
    return messages
