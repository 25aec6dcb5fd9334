"""What a forked child does: run one exercise of one submission on inputs, and send back plain data.

Nothing secret is here: a child gets the inputs of the cases and never what is right. Whatever it says is only data to
the grader, which compares.
"""

import os
import random
import socket
import sys

from course_utils.checks import calling, encoding, observing, standard_models
from course_utils.grading import frames, program

_LONGEST_TEXT = 400


def _short(text: str) -> str:
    return text[:_LONGEST_TEXT]


def _outcome_document(outcome: calling.Outcome) -> dict:
    """Return an outcome as plain data."""
    document: dict = {
        "message": _short(outcome.message),
        "where": _short(outcome.where),
        "changed": [_short(name) for name in outcome.changed],
        "shares": [_short(name) for name in outcome.shares],
        "printed": int(outcome.printed),
        "warned": _short(outcome.warned),
    }
    if outcome.raised is not None:
        return {**document, "raised": _short(outcome.raised)}
    if outcome.unusable is not None:
        return {**document, "unusable": _short(outcome.unusable)}
    return {**document, "value": encoding.encode(outcome.value)}


def _error_document(error: BaseException) -> dict:
    name = encoding.type_name(error)
    line = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith("cell "):
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError):
        line = error.lineno or 0
    try:
        message = str(error)
    except Exception:
        message = ""
    return {"raised": name, "message": _short(message), "where": f"line {line}" if line else ""}


def _silence() -> None:
    """Let nothing that is printed leave the child, from Python or from below."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    if nowhere > 2:
        os.close(nowhere)


def _same_every_time() -> None:
    """Start the generators of random numbers alike in every child, so that a mark does not depend on luck."""
    random.seed(0)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(0)


def _statements(cells: list[dict], own: bool) -> tuple[list[program.Statement], SyntaxError | None]:
    """Return the statements of the exercise's own cells, or of all others, and the fault of one that is no Python."""
    found: list[program.Statement] = []
    fault = None
    for number, cell in enumerate(cells):
        if cell["own"] == own:
            try:
                found += program.statements(cell["source"], f"cell {cell['label']}", number)
            except SyntaxError as error:
                fault = error
    return found, fault


def _load(request: dict, names: dict, reply) -> bool:
    """Run the setup, what the exercise leans on, and its own cells; return whether the wanted name came of it."""
    setup = program.prepared(request["setup"])
    target, whole = request["name"], request.get("whole_notebook", False)
    known = set(names).union(*(statement.binds for statement in setup))
    own, syntax = _statements(request["cells"], own=True)
    others: list = []
    missing, values = program.missing(own, known), program.assigned(own) - {target}
    if whole or missing or values or not any(target in statement.binds for statement in own):
        others, _ = _statements(request["cells"], own=False)
        if missing or program.look_up(others, values) or program.look_up(own):
            reply({"event": "leans"})
    if not any(target in statement.binds for statement in own):
        # A student who moved the answer into a cell of their own: the last cell that defines the name counts.
        labels = [statement.filename for statement in others if target in statement.binds]
        own += [statement for statement in others if labels and statement.filename == labels[-1]]
        others = [statement for statement in others if not labels or statement.filename != labels[-1]]
    if whole:
        labels = {f"cell {cell['label']}" for cell in request["cells"] if cell.get("shown")}
        shown = [statement for statement in others if statement.filename in labels]
        mine = own + [statement for statement in others if statement.filename not in labels]
        first, then = [], sorted(mine + program.needed(mine, shown, known), key=lambda statement: statement.place)
    else:
        first, last = program.around(own, others, known, target)
        then = own + last
    needed = setup if whole else program.of_setup(setup, first + then)
    setup_error = program.execute(needed, names)
    if setup_error is not None:
        reply({"event": "setup failed", **_error_document(setup_error)})
        return False
    error = program.execute(first, names)
    error = program.execute(then, names) or error
    if target in names and not (whole and target in known):
        return True
    error = syntax or error
    reply({"event": "no answer", **(_error_document(error) if error is not None else {})})
    return False


def _described(value, observe: str) -> dict | None:
    """Return a Keras model as data, for a process in which no student code runs; None for other values."""
    keras = sys.modules.get("keras")
    if keras is None or not isinstance(value, keras.Model):
        return None
    if observe != observing.TRAINED:
        return {"model": keras.saving.serialize_keras_object(value)}
    try:
        description, weights = standard_models.taken_apart(value)
    except standard_models.NotStandard as error:
        return {"unusable": str(error)}
    return {"model": description, "weights": encoding.encode(weights)}


def _call(function, case: dict) -> dict:
    observe = case.get("observe")
    by_keyword = set(case.get("by_keyword", ()))

    def arguments() -> list:
        return [(name, encoding.decode(value)) for name, value in case["arguments"]]

    if observe is None:
        return _outcome_document(calling.call(function, arguments, by_keyword))
    models: list[dict] = []

    def call_and_describe(*positional, **keywords):
        value = function(*positional, **keywords)
        described = _described(value, observe)
        if described is None:
            return value
        models.append(described)
        return "a model"

    call_and_describe.__wrapped__ = function  # so that an error is traced to the student's own line
    document = _outcome_document(calling.call(call_and_describe, arguments, by_keyword))
    return {**document, **models[0]} if models else document


def _exercise(request: dict, reply, next_case) -> None:
    names = program.namespace()
    if not _load(request, names, reply):
        return
    thing = names[request["name"]]
    if request["kind"] == "answer":
        if thing is Ellipsis or thing is None:
            reply({"event": "blank"})
            return
        try:
            reply({"event": "answer", "value": encoding.encode(thing)})
        except Exception as error:
            words = str(error) if isinstance(error, encoding.NotPlain) else "an object that cannot be read"
            reply({"event": "answer", "unusable": _short(words)})
        return
    if not callable(thing):
        reply({"event": "blank" if thing is Ellipsis or thing is None else "no function"})
        return
    for index in request["which"]:
        reply({"event": "case begins", "index": index})
        document = _call(thing, next_case())
        try:
            reply({"event": "case", "index": index, **document})
        except frames.NotSendable:
            reply({"event": "case", "index": index, "unusable": "a value that is too large or too odd to compare"})
    reply({"event": "done"})


def _observe(request: dict, reply, _) -> None:
    """Rebuild a model from its configuration, with no student code about, and look at it."""
    import keras

    program.execute(program.prepared(request["setup"]), program.namespace())

    def rebuild():
        return keras.saving.deserialize_keras_object(request["model"], safe_mode=True)

    outcome = calling.call(rebuild, list, observe=request["observe"])
    reply({"event": "observed", **_outcome_document(outcome)})


def _scores(request: dict, reply, _) -> None:
    """Rebuild a trained network from plain data, with no student code about, and say what it gives for images."""
    try:
        model = standard_models.rebuilt(request["model"], encoding.decode(request["weights"]))
        scores = standard_models.scores(model, encoding.decode(request["images"]))
        reply({"event": "scores", "value": encoding.encode(scores)})
    except encoding.NotPlain as error:
        reply({"event": "no scores", "unusable": str(error)})


_JOBS = {"exercise": _exercise, "observe": _observe, "scores": _scores}


def run(connection: socket.socket) -> None:
    """Serve the one request that comes over a connection; never return to what was before the fork.

    Args:
        connection (socket.socket): where the request comes from and the replies go.
    """
    _silence()
    _same_every_time()
    request = frames.receive(connection)
    # The names are kept here: a student who replaces json.dumps or os.write changes only what is sent as data.
    send, receive = frames.send, frames.receive

    def reply(document: dict) -> None:
        send(connection, document)

    def next_case() -> dict:
        return receive(connection)

    try:
        _JOBS[request["job"]](request, reply, next_case)
    except frames.FrameError:
        pass
    except MemoryError:
        reply({"event": "out of memory"})
