"""Put together what an exercise of a submission needs: its cells, and whatever else of the notebook they lean on.

This runs in the sandbox, since it parses what a student wrote.
"""

import ast
import builtins
import dataclasses
import functools
import linecache
import types

_MOST_STATEMENTS = 2000
_CHANGING = frozenset((
    "add", "append", "appendleft", "clear", "discard", "extend", "fill", "insert", "pop", "popitem", "popleft", "put",
    "remove", "reverse", "setdefault", "set_weights", "sort", "update",
))  # fmt: skip
_SHOWING = frozenset(("checks", "claims", "display", "help", "plots", "plt", "print"))
_LOOK_UP_ANYTHING = frozenset(("globals", "locals", "vars", "eval", "exec", "compile", "__import__", "__builtins__"))


@dataclasses.dataclass(frozen=True)
class Statement:
    """One top-level statement of a cell.

    Args:
        node (ast.stmt): the statement.
        filename (str): "cell 12", for tracebacks.
        binds (frozenset of str): names that it defines.
        reads (frozenset of str): names that it may look up.
        place (tuple of int): of its cell in the notebook and of the statement in its cell.
        changes (frozenset of str): names whose values it may change in place, as `table[key] = 3` does.
        calls (frozenset of str): functions that it calls by name.
        later (frozenset of str): what the function that it defines may change or rebind outside of itself when called.
        later_calls (frozenset of str): functions that this function calls by name.
    """

    node: ast.stmt
    filename: str
    binds: frozenset[str]
    reads: frozenset[str]
    place: tuple[int, int] = (0, 0)
    changes: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    later_calls: frozenset[str] = frozenset()


def _root(node: ast.AST) -> str:
    """Return the name that a chain of attributes and items begins with, "" for none."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


class _Names(ast.NodeVisitor):
    """Collects what a scope binds, and what it and the scopes inside it look up outside of themselves."""

    def __init__(self):
        self.binds: set[str] = set()
        self.reads: set[str] = set()
        self.of_module: set[str] = set()
        self.changes: set[str] = set()
        self.calls: set[str] = set()
        self.later: set[str] = set()
        self.later_calls: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        (self.reads if isinstance(node.ctx, ast.Load) else self.binds).add(node.id)

    def _part(self, node: ast.Attribute | ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.changes.add(_root(node))
        self.generic_visit(node)

    visit_Attribute = visit_Subscript = _part

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name):
            self.calls.add(node.func.id)
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
            self.changes.add(_root(node.func))
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        """A call whose result nobody takes is there for what it changes, unless it shows something."""
        if isinstance(node.value, ast.Call) and _root(node.value.func) not in _SHOWING:
            given = (*node.value.args, *(keyword.value for keyword in node.value.keywords))
            self.changes.update(map(_root, given))
            if isinstance(node.value.func, ast.Attribute):
                self.changes.add(_root(node.value.func))
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name):
            self.reads.add(node.target.id)
            self.changes.add(node.target.id)

    def _scope(self, parts: list[ast.AST], arguments: ast.arguments | None, at_once: bool = True) -> None:
        """Visit the parts of an inner scope, which runs at once or when it is called; what it binds stays in it."""
        inner = _Names()
        if arguments is not None:
            every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
            inner.binds.update(argument.arg for argument in every if argument is not None)
            for default in (*arguments.defaults, *arguments.kw_defaults):
                if default is not None:
                    self.visit(default)
        for part in parts:
            inner.visit(part)
        own = inner.binds - inner.of_module
        self.reads |= (inner.reads - own) | inner.of_module
        (self.changes if at_once else self.later).update((inner.changes - own) | inner.of_module)
        (self.calls if at_once else self.later_calls).update(inner.calls)
        self.later |= inner.later - own
        self.later_calls |= inner.later_calls

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.binds.add(node.name)
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._scope(node.body, node.args, at_once=False)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.binds.add(node.name)
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        self._scope(node.body, None)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._scope([node.body], node.args, at_once=False)

    def _comprehension(self, node) -> None:
        self._scope([part for _, part in ast.iter_fields(node) if isinstance(part, ast.AST)] + node.generators, None)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def _import(self, node) -> None:
        self.binds.update((alias.asname or alias.name).split(".")[0] for alias in node.names)

    visit_Import = visit_ImportFrom = _import

    def visit_Global(self, node: ast.Global) -> None:
        self.of_module.update(node.names)


def _plain_python(source: str) -> str:
    """Return a cell's text with IPython's magics turned into calls that do nothing here."""
    if not any(line.lstrip()[:1] in ("%", "!", "?") or line.rstrip()[-1:] == "?" for line in source.splitlines()):
        return source
    from IPython.core import inputtransformer2

    return inputtransformer2.TransformerManager().transform_cell(source)


def statements(source: str, filename: str, cell_place: int = 0) -> list[Statement]:
    """Return the top-level statements of a cell.

    Args:
        source (str): the cell's text; magics are allowed.
        filename (str): what tracebacks are to call it.
        cell_place (int): of the cell in its notebook. Default 0.

    Raises:
        SyntaxError: the cell is no Python.

    Example:
        >>> statements("import numpy as np\\nx = np.ones(n)", "cell 1")[1].reads == {"np", "n"}
        True
    """
    text = _plain_python(source)
    try:
        body = ast.parse(text, filename).body
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(f"the cell cannot be read ({type(error).__name__})") from None
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    found = []
    for number, node in enumerate(body[:_MOST_STATEMENTS]):
        names = _Names()
        try:
            names.visit(node)
        except RecursionError:
            raise SyntaxError("the cell is nested too deep") from None
        sets = (names.changes, names.calls, names.later, names.later_calls)
        found.append(
            Statement(
                node, filename, frozenset(names.binds), frozenset(names.reads), (cell_place, number),
                *map(frozenset, sets),
            )
        )  # fmt: skip
    return found


@functools.cache
def prepared(setup: str) -> tuple[Statement, ...]:
    """Return the statements of a lesson's setup; they are parsed once, in the process that all children come from."""
    return tuple(statements(setup, "the lesson's setup"))


def _only_shows(statement: Statement) -> bool:
    """Return whether a statement prints what is there, and does nothing else."""
    call = statement.node.value if isinstance(statement.node, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("print", "display")):
        return False
    return not any(isinstance(node, (ast.Call, ast.NamedExpr)) for node in ast.walk(call) if node is not call)


def of_setup(setup: tuple[Statement, ...], code: list[Statement]) -> list[Statement]:
    """Return what of a lesson's setup must run before some code: all but values that nothing reads, and what prints.

    Args:
        setup (tuple of Statement): see `prepared`.
        code (list of Statement): what is run after it.

    Example:
        >>> setup = prepared("import numpy as np\\nphotograph = np.ones((512, 512))\\nprint(photograph)")
        >>> [sorted(statement.binds) for statement in of_setup(setup, statements("x = np.pi", "cell 1"))]
        [['np']]
    """
    reads = {name for statement in code for name in statement.reads}
    if reads & _LOOK_UP_ANYTHING:
        return list(setup)
    kept = []
    for statement in reversed(setup):
        if _only_shows(statement):
            continue
        if (
            not isinstance(statement.node, (ast.Assign, ast.AnnAssign))
            or statement.binds & reads
            or not statement.binds
        ):
            kept.append(statement)
            reads |= statement.reads
    return kept[::-1]


_DEFINING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _begins_anew(statement: Statement, name: str) -> bool:
    """Return whether a statement gives a name a value that does not depend on the one before."""
    if isinstance(statement.node, _DEFINING):
        return True
    return isinstance(statement.node, (ast.Assign, ast.AnnAssign)) and name not in statement.reads | statement.changes


def _changed(code: list[Statement]) -> list[frozenset[str]]:
    """Return what each statement may change in place or rebind, by the functions too that it calls by name."""
    of_function: dict[str, set[str]] = {}
    calls: dict[str, set[str]] = {}
    for statement in code:
        for name in statement.binds if statement.later or statement.later_calls else ():
            of_function.setdefault(name, set()).update(statement.later)
            calls.setdefault(name, set()).update(statement.later_calls)
    for _ in of_function:  # a chain of calls is at most as long as there are functions
        before = sum(map(len, of_function.values()))
        for name, called in calls.items():
            of_function[name].update(*(of_function.get(other, ()) for other in called))
        if sum(map(len, of_function.values())) == before:
            break
    return [statement.changes.union(*(of_function.get(name, ()) for name in statement.calls)) for statement in code]


def missing(own: list[Statement], known: set[str]) -> set[str]:
    """Return the names that an exercise's own cells read and that neither they nor the lesson's setup define."""
    defined = known | set(vars(builtins)) | {name for statement in own for name in statement.binds}
    return {name for statement in own for name in statement.reads} - defined


def needed(own: list[Statement], others: list[Statement], known: set[str]) -> list[Statement]:
    """Return the statements of other cells that define what the exercise's own cells read, in the notebook's order.

    Args:
        own (list of Statement): the exercise's cells.
        others (list of Statement): all other cells, in the notebook's order; of several definitions the last counts.
        known (set of str): names that the lesson's setup defines.

    Example:
        >>> own = statements("def twice(x): return double(x)", "cell 2")
        >>> others = statements("def double(x): return 2 * x\\nprint('hello')", "cell 1")
        >>> [sorted(statement.binds) for statement in needed(own, others, set())]
        [['double']]
    """
    known = known | set(vars(builtins)) | {name for statement in own for name in statement.binds}
    changed = _changed(others)
    wanted = sorted(missing(own, known))
    done: set[str] = set()
    taken: set[int] = set()
    while wanted:
        name = wanted.pop()
        if name in known or name in done:
            continue
        done.add(name)
        binding = [place for place, statement in enumerate(others) if name in statement.binds]
        anew = [place for place in binding if _begins_anew(others[place], name)]
        first = anew[-1] if anew else 0
        if anew and isinstance(others[first].node, _DEFINING):
            places = {place for place in binding if place >= first}  # calling a function or a module is no change of it
        else:
            places = {place for place in range(first, len(others)) if place in binding or name in changed[place]}
        for place in sorted(places - taken):
            wanted.extend(sorted(others[place].reads))
        taken |= places
    return [others[place] for place in sorted(taken)]


def changing_later(own: list[Statement], others: list[Statement], target: str) -> list[Statement]:
    """Return the statements of other cells below that change what the exercise's own cells define and read.

    Args:
        own (list of Statement): the exercise's cells.
        others (list of Statement): all other cells, in the notebook's order.
        target (str): the name that the exercise is about; nothing but its own cells counts for it.

    Example:
        >>> own = statements("sizes = {}\\ndef size(name): return sizes[name]", "cell 1")
        >>> others = statements("for side in (3, 5): sizes[str(side)] = side", "cell 2", 1)
        >>> len(changing_later(own, others, "size"))
        1
    """
    values = assigned(own) & {name for statement in own for name in statement.reads} - {target}
    if not values:
        return []
    last = max(statement.place for statement in own)
    changed = _changed(own + others)[len(own) :]
    return [
        statement
        for statement, names in zip(others, changed, strict=True)
        if names & values and statement.place > last and not statement.binds & (values | {target})
    ]


def around(
    own: list[Statement], others: list[Statement], known: set[str], target: str
) -> tuple[list[Statement], list[Statement]]:
    """Return what of the other cells runs before an exercise's own cells, and what after them.

    What gives a name its first value may stand anywhere; what changes it afterwards runs where it stands.

    Args:
        own (list of Statement), others (list of Statement), known (set of str): see `needed`.
        target (str): the name that the exercise is about.
    """
    below = changing_later(own, others, target)
    taken = needed(own + below, others, known)
    last = max(statement.place for statement in own) if own else (0, 0)
    late = [
        statement
        for statement in taken
        if statement.place > last and not any(_begins_anew(statement, name) for name in statement.binds)
    ]
    late = sorted({id(statement): statement for statement in below + late}.values(), key=lambda one: one.place)
    return [statement for statement in taken if statement not in late], late


def look_up(code: list[Statement], names: set[str] = frozenset()) -> bool:
    """Return whether some code looks up one of some names, or may look up any name at all, as `exec` does.

    Example:
        >>> look_up(statements("rows = table['rows']\\nrows.append(3)", "cell 2"), {"table"})
        True
    """
    return any(statement.reads & (names | _LOOK_UP_ANYTHING) for statement in code)


def assigned(code: list[Statement]) -> set[str]:
    """Return the names that some code gives values to, functions, classes and modules left out."""
    return {name for statement in code if not isinstance(statement.node, _DEFINING) for name in statement.binds}


def imports(code: str) -> str:
    """Return the import statements of a piece of code.

    Example:
        >>> imports("import numpy as np\\nx = np.ones(3)")
        'import numpy as np'
    """
    body = ast.parse(code).body
    return "\n".join(ast.unparse(node) for node in body if isinstance(node, (ast.Import, ast.ImportFrom)))


class _NoShell:
    """Stands in for IPython: magics and shell commands do nothing while grading."""

    def __getattr__(self, name):
        return lambda *arguments, **keywords: None


def namespace() -> dict:
    """Return a fresh namespace as a notebook's, in which magics do nothing."""
    module = types.ModuleType("__main__")
    shell = _NoShell()
    module.__dict__["get_ipython"] = lambda: shell
    module.__dict__["display"] = lambda *arguments, **keywords: None
    return module.__dict__


def execute(code: list[Statement], names: dict) -> BaseException | None:
    """Run statements one after the other; return the first error, after which the later ones still run.

    A plot or a print that fails must not take the function along that is defined above or below it.
    """
    first = None
    for statement in code:
        try:
            exec(compile(ast.Module([statement.node], []), statement.filename, "exec"), names)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            first = first or error
    return first
