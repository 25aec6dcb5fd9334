"""Carry a student's answers from one version of a lesson into the next, cell by cell.

Three notebooks take part: the lesson as the student got it (the original), what the student made of it, and the
new lesson. A cell that only one side changed is taken from that side; where both did, the student's stays and
the lesson's stands below it in a note.
"""

import copy
import dataclasses
import difflib
import hashlib
import re

import nbformat

_NOTE = "course_note"
_ID = re.compile("[a-zA-Z0-9_-]{1,64}")


@dataclasses.dataclass
class Merged:
    """A new notebook, and what became of each cell.

    Args:
        notebook (nbformat.NotebookNode): the new lesson with the student's answers.
        carried (list of str): cells in which the student's text was put into the new lesson.
        conflicts (list of str): cells that both changed; the student's was kept.
        added (int): cells of the student's own that were kept.
        orphans (list of str): cells that the student changed and the new lesson no longer has; kept.
        restored (int): cells that the student deleted and the new lesson still has.
        lesson_changed (int), lesson_new (int), lesson_removed (int): how the lesson itself differs.
    """

    notebook: nbformat.NotebookNode
    carried: list[str] = dataclasses.field(default_factory=list)
    conflicts: list[str] = dataclasses.field(default_factory=list)
    added: int = 0
    orphans: list[str] = dataclasses.field(default_factory=list)
    restored: int = 0
    lesson_changed: int = 0
    lesson_new: int = 0
    lesson_removed: int = 0


def _exercise_key(cell: nbformat.NotebookNode) -> tuple | None:
    """Return what marks the answer or the check cell of one exercise, whatever its id."""
    metadata = cell.metadata
    tags = set(metadata.get("tags") or ()) & {"exercise", "check"}
    return (metadata["exercise"], *sorted(tags)) if metadata.get("exercise") and tags else None


def _text_key(cell: nbformat.NotebookNode) -> tuple | None:
    return (cell.cell_type, cell.source.strip()) if cell.source.strip() else None


def _id_key(cell: nbformat.NotebookNode) -> tuple | None:
    return (cell["id"],) if cell.get("id") else None


def _pair_by(key, olds: list, news: list, pairs: dict[int, int], *, copies: bool = False) -> None:
    """Pair the unpaired cells of which just one on each side has a key.

    With `copies`, several old ones may have it: the first whose text was changed is taken, and the others are left.
    """
    taken = set(pairs.values())
    found: dict[tuple, tuple[list[int], list[int]]] = {}
    for side, cells, used in ((0, olds, pairs.keys()), (1, news, taken)):
        for index, cell in enumerate(cells):
            if index not in used and key(cell) is not None:
                found.setdefault(key(cell), ([], []))[side].append(index)
    for old, new in found.values():
        if len(new) != 1 or not old or (len(old) > 1 and not copies):
            continue
        chosen = next((index for index in old if not _same(olds[index], news[new[0]])), old[0])
        if _may_be_same(olds[chosen], news[new[0]]):
            pairs[chosen] = new[0]


def _may_be_same(old: nbformat.NotebookNode, new: nbformat.NotebookNode) -> bool:
    """Return whether two cells may be versions of one another: no two different exercises are."""
    return _exercise_key(old) == _exercise_key(new) or None in (_exercise_key(old), _exercise_key(new))


def _pair_by_order(olds: list, news: list, pairs: dict[int, int]) -> None:
    """Pair unpaired cells of equal text that stand in the same order on both sides."""
    taken = set(pairs.values())
    left = [index for index in range(len(olds)) if index not in pairs]
    right = [index for index in range(len(news)) if index not in taken]
    matcher = difflib.SequenceMatcher(
        None, [_text_key(olds[index]) for index in left], [_text_key(news[index]) for index in right], autojunk=False
    )
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            old, new = left[block.a + step], right[block.b + step]
            if _text_key(olds[old]) is not None:
                pairs[old] = new


def pair(olds: list, news: list, *, ids_first: bool) -> dict[int, int]:
    """Return which new cell each old cell became: {old index: new index}; unpaired cells are left out.

    Args:
        olds, news (list of cells): two versions of a notebook.
        ids_first (bool): whether equal ids are proof. True between a lesson and the student's copy of it; False
            between two versions of a lesson, whose ids count the cells of a section: there, a cell that was put
            in shifts the ids of those below it, so exercise numbers and equal texts come first.
    """
    pairs: dict[int, int] = {}
    if ids_first:
        _pair_by(_id_key, olds, news, pairs, copies=True)
    _pair_by(_exercise_key, olds, news, pairs, copies=True)
    _pair_by(_text_key, olds, news, pairs)
    _pair_by_order(olds, news, pairs)
    _pair_by(_id_key, olds, news, pairs)
    return pairs


def _name(cell: nbformat.NotebookNode) -> str:
    """Return how a person would find a cell."""
    if cell.metadata.get("exercise"):
        role = "check" if "check" in (cell.metadata.get("tags") or ()) else "exercise"
        return f"{role} {cell.metadata['exercise']}"
    first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "an empty cell")
    return f"{first[:57]}..." if len(first) > 60 else first


def _same(first: nbformat.NotebookNode, second: nbformat.NotebookNode) -> bool:
    return first.cell_type == second.cell_type and first.source.rstrip() == second.source.rstrip()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _fence(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return fence


def _note(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a cell that shows the lesson's version of a cell whose place the student's has kept."""
    fence = _fence(cell.source)
    language = "python" if cell.cell_type == "code" else "markdown"
    text = (
        "**The lesson has changed here too.** Your version was kept, above. The lesson's new version:\n\n"
        f"{fence}{language}\n{cell.source}\n{fence}"
    )
    note = nbformat.v4.new_markdown_cell(text)
    note.metadata[_NOTE] = _hash(text)
    return note


def _is_untouched_note(cell: nbformat.NotebookNode) -> bool:
    return _NOTE in cell.metadata and cell.metadata[_NOTE] == _hash(cell.source)


def _answered(lesson_cell: nbformat.NotebookNode, student_cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the student's cell in the lesson's place: the lesson's id and metadata, all the rest the student's."""
    cell = copy.deepcopy(student_cell)
    cell["id"] = lesson_cell["id"]
    cell["metadata"] = nbformat.from_dict({**student_cell.metadata, **lesson_cell.metadata})
    return cell


def _with_outputs(lesson_cell: nbformat.NotebookNode, student_cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return _answered(lesson_cell, student_cell) if _same(lesson_cell, student_cell) else copy.deepcopy(lesson_cell)


def merge(
    original: nbformat.NotebookNode | None, student: nbformat.NotebookNode, lesson: nbformat.NotebookNode
) -> Merged:
    """Return the new lesson with the student's answers in it.

    Args:
        original (NotebookNode or None): the lesson as the student got it. Without it, every cell that differs
            from the new lesson counts as the student's.
        student (NotebookNode): the student's notebook.
        lesson (NotebookNode): the new lesson; none of the three is changed.

    Example:
        >>> from nbformat import v4
        >>> def book(*sources):
        ...     return v4.new_notebook(cells=[v4.new_code_cell(text, id=f"c-{n}") for n, text in enumerate(sources)])
        >>> merged = merge(book("a = 1", "b = 1"), book("a = 1", "b = 2"), book("a = 3", "b = 1"))
        >>> [cell.source for cell in merged.notebook.cells]
        ['a = 3', 'b = 2']
    """
    known = original is not None
    original = original if known else lesson
    bases, students, news = original.cells, student.cells, lesson.cells
    base_of = pair(students, bases, ids_first=True)
    new_of_base = pair(bases, news, ids_first=False) if known else {index: index for index in range(len(news))}
    base_of_new = {new: base for base, new in new_of_base.items()}
    student_of_base = {base: index for index, base in base_of.items()}
    merged = Merged(copy.deepcopy(lesson))
    merged.lesson_new = sum(index not in base_of_new for index in range(len(news)))
    merged.lesson_removed = sum(index not in new_of_base for index in range(len(bases)))
    result: list[list[nbformat.NotebookNode]] = []  # per cell of the lesson: itself, then what follows it
    for index, new in enumerate(news):
        base_index = base_of_new.get(index)
        if base_index is None:
            result.append([copy.deepcopy(new)])
            continue
        base, student_index = bases[base_index], student_of_base.get(base_index)
        lesson_changed = not _same(base, new)
        merged.lesson_changed += lesson_changed
        if student_index is None:
            merged.restored += 1
            result.append([copy.deepcopy(new)])
            continue
        theirs = students[student_index]
        if _same(theirs, base) or _same(theirs, new):
            result.append([_with_outputs(new, theirs)])
        elif lesson_changed:
            merged.conflicts.append(_name(new))
            result.append([_answered(new, theirs), _note(new)])
        else:
            merged.carried.append(_name(new))
            result.append([_answered(new, theirs)])
    before_all: list[nbformat.NotebookNode] = []
    place = before_all
    for index, cell in enumerate(students):
        base_index = base_of.get(index)
        if base_index is not None and base_index in new_of_base:
            place = result[new_of_base[base_index]]
        elif base_index is not None:
            if not _same(cell, bases[base_index]):
                merged.orphans.append(_name(cell))
                place.append(copy.deepcopy(cell))
        elif not _is_untouched_note(cell):
            if cell.source.strip():
                merged.added += 1
            place.append(copy.deepcopy(cell))
    merged.notebook.cells = [*before_all, *(cell for group in result for cell in group)]
    _make_ids_unique(merged.notebook.cells, {id(group[0]) for group in result})
    return merged


def _make_ids_unique(cells: list[nbformat.NotebookNode], of_the_lesson: set[int]) -> None:
    """Leave the lesson's cells their ids; give any other cell a fresh one when its own is taken or not allowed."""
    taken = {cell["id"] for cell in cells if id(cell) in of_the_lesson}
    for cell in cells:
        if id(cell) in of_the_lesson:
            continue
        identity = cell.get("id")
        if not isinstance(identity, str) or not _ID.fullmatch(identity) or identity in taken:
            cell["id"] = nbformat.v4.new_raw_cell()["id"]
        taken.add(cell["id"])
