"""Whatever a submission tries, it earns nothing, leaves nothing, hangs nothing and touches nobody else."""

import os
import pathlib
import resource
import socket
import string
import textwrap

import grading_attacks
import grading_desk
import hypothesis
import hypothesis.strategies as st
import psutil
import pytest

from course_utils import locations
from course_utils.grading import desk, marking, records, sandbox

LESSON, NUMBER = "00", "0.3"
_EVERY = 12  # of so many attacks one is tried in a fresh kernel too
SECONDS, SECONDS_OF_A_HANG, MEMORY_MB = 20, 0.6, 300
_MOST_GROWTH = 400 * 2**20  # bytes that an attack may make the grader larger by

pytestmark = pytest.mark.skipif(not sandbox.found().inner, reason="this system has no sandbox for strangers' code")


class Surroundings:
    """What an attack could reach if nothing stopped it."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        (folder / "submitted").mkdir()
        self.victim = folder / "submitted" / "victim.ipynb"
        self.victim.write_bytes(grading_desk.as_bytes(grading_desk.solved(LESSON)))
        self.grades = folder / "grades.db"
        self.grades.write_bytes(b"points")
        self.outside = folder / "outside"
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self._before = self._state()

    def _state(self) -> dict:
        listed = [*self.folder.rglob("*"), locations.PACKAGE / "checks" / "judging.py"]
        return {
            str(path): (path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
            for path in listed
        }

    def fill_in(self, code: str) -> str:
        """Return an attack's code with the paths and numbers of these surroundings."""
        solution = grading_desk.source_of(LESSON)
        return string.Template(code).safe_substitute(
            GRADER=os.getpid(),
            GRADES=self.grades,
            OUTSIDE=self.outside,
            PACKAGE=locations.PACKAGE,
            PORT=self.tcp.getsockname()[1],
            SOLUTION=solution,
            SOLUTIONS=solution.parent,
            TESTS=__file__,
            UDP=self.udp.getsockname()[1],
            VICTIM=self.victim,
        )

    def assert_untouched(self) -> None:
        """Nothing was written, changed or sent."""
        assert self._state() == self._before
        assert not pathlib.Path("/dev/shm/course-attack").exists()
        for listener, ask in ((self.tcp, self.tcp.accept), (self.udp, lambda: self.udp.recv(1))):
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                ask()

    def close(self) -> None:
        """Close the sockets."""
        self.tcp.close()
        self.udp.close()


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory):
    made = Surroundings(tmp_path_factory.mktemp("class"))
    yield made
    made.close()


def _desk(outer: bool):
    if outer and not sandbox.found().outer:
        pytest.skip("this system lets nobody make namespaces")
    return grading_desk.open_desk(LESSON, outer, SECONDS, MEMORY_MB)


def _processes(at) -> set[int]:
    """Return the processes of a desk: what surrounds the zygote, and the zygote; no child when none is at work."""
    started = psutil.Process(at._process.pid) if at._process is not None else None
    return {started.pid, *(child.pid for child in started.children(recursive=True))} if started else set()


def _num_processes_of_an_idle_desk(at) -> int:
    return {"": 1, "unshare": 2, "bubblewrap": 3}[at.isolation.outer]


@pytest.mark.parametrize(
    ("attack", "outer"),
    [
        *(
            pytest.param(
                attack,
                False,
                id=f"{attack.name}-inner wall alone",
                marks=[pytest.mark.fresh_kernel] if place % _EVERY == 0 else [],
            )
            for place, attack in enumerate(grading_attacks.ATTACKS)
        ),
        *(pytest.param(attack, True, id=f"{attack.name}-all walls") for attack in grading_attacks.OUTWARD),
    ],
)
def test_an_attack_earns_nothing_and_leaves_nothing(attack, outer, surroundings):
    at = _desk(outer)
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answers = {NUMBER: surroundings.fill_in(attack.code)}
    at.seconds = SECONDS_OF_A_HANG if marking.TIMED_OUT in attack.ends else SECONDS
    mark = grading_desk.mark_of(LESSON, NUMBER, grading_desk.answered(LESSON, answers), at)
    at.seconds = SECONDS
    assert mark.points == 0
    assert mark.status in attack.ends
    assert not any(case.passed for case in mark.cases if not case.visible)
    surroundings.assert_untouched()
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - largest) * 1024 < _MOST_GROWTH
    # The next student's right answer finds the desk as if nothing had happened.
    innocent = grading_desk.solved(LESSON)
    assert grading_desk.mark_of(LESSON, NUMBER, innocent, at).status == marking.PASSED
    assert len(_processes(at)) == _num_processes_of_an_idle_desk(at)
    assert os.listdir(at._folder) == []


def test_there_are_enough_attacks():
    assert len(grading_attacks.ATTACKS) >= 40
    assert len({attack.name for attack in grading_attacks.ATTACKS}) == len(grading_attacks.ATTACKS)


_PROBES = {
    "reads a file": "open('$VICTIM').read()",
    "lists a folder": "os.listdir('/')",
    "writes a file": "open('$OUTSIDE', 'w').close()",
    "connects": "socket.create_connection(('127.0.0.1', $PORT), 1).close()",
    "sends by UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', $UDP))",
    "makes a process": "os.waitpid(os.fork() or os._exit(0), 0)",
    "starts a program": "subprocess.run(['true'], check=True)",
    "sends a signal": "os.kill($GRADER, 0)",
    "changes a mode": "os.chmod('.', 0o700)",
    "sees other processes": "os.listdir('/proc')",
}


def _what_a_child_can_do(isolation, surroundings) -> dict[str, bool]:
    """Return what a child itself reports that it can do."""
    lines = ["import os, socket, subprocess", "answer = ''"]
    for probe in _PROBES.values():
        lines += ["try:", f"    {surroundings.fill_in(probe)}", "    answer += '1'"]
        lines += ["except Exception:", "    answer += '0'"]
    cell = {"label": "1", "source": "\n".join(lines), "own": True}
    request = {"job": "exercise", "setup": "", "name": "answer", "kind": "answer", "cells": [cell]}
    with desk.Desk(False, isolation, SECONDS, MEMORY_MB) as opened:
        reply = opened.ask(request)
    assert reply.ended == "well"
    return dict(zip(_PROBES, map(bool, map(int, reply.events[-1]["value"]["value"])), strict=True))


@pytest.fixture
def own_surroundings(tmp_path):
    made = Surroundings(tmp_path)
    yield made
    made.close()


def test_the_sandbox_is_really_on(own_surroundings):
    for outer in (False, True) if sandbox.found().outer else (False,):
        able = _what_a_child_can_do(grading_desk.walls(outer), own_surroundings)
        assert not [name for name, can in able.items() if can]
    own_surroundings.assert_untouched()


def test_the_probes_see_what_is_possible_without_walls(own_surroundings):
    able = _what_a_child_can_do(sandbox.required(trusted=True), own_surroundings)
    assert [name for name, can in able.items() if not can] == []


def test_the_outer_wall_is_a_network_of_its_own(surroundings):
    at = _desk(outer=True)
    _ = grading_desk.mark_of(LESSON, NUMBER, grading_desk.solved(LESSON), at)
    zygote = psutil.Process(at._process.pid).children(recursive=True)[-1].pid
    for name in ("net", "pid", "ipc", "mnt"):
        assert os.readlink(f"/proc/{zygote}/ns/{name}") != os.readlink(f"/proc/self/ns/{name}")


def test_what_one_child_leaves_the_next_one_does_not_find():
    at = _desk(outer=False)
    leaves = (
        "open('answer.py', 'w').write('def mirror(image): return image[:, ::-1]')\ndef mirror(image):\n    return None"
    )
    finds = "import sys\nsys.path.insert(0, '.')\nfrom answer import mirror"
    for code in (leaves, finds):
        mark = grading_desk.mark_of(LESSON, NUMBER, grading_desk.answered(LESSON, {NUMBER: code}), at)
        assert mark.points == 0


def test_a_submission_cannot_spell_out_the_hidden_inputs_in_its_own_feedback():
    at = _desk(outer=False)
    code = """
        import numpy as np
        def mirror(image):
            if image.ndim == 2 and image.shape[1] == 1:
                raise type("X" + image.tobytes().hex(), (Exception,), {})("secret " + image.tobytes().hex())
            if image.shape == (5, 8, 3):
                return type("X" + image.tobytes().hex()[:90], (), {})()
            return image[:, ::-1]
    """
    mark = grading_desk.mark_of(LESSON, NUMBER, grading_desk.answered(LESSON, {NUMBER: code}), at)
    hidden = [case for case in mark.cases if not case.visible]
    assert {case.words for case in hidden} == {
        "it stops with an error (line 4 of the cell)",
        "it returns something that cannot be compared; return plain numbers, text or arrays",
    }


def test_hidden_inputs_come_after_everything_that_is_said_of_visible_cases():
    at = _desk(outer=False)
    code = """
        import gc, json, os
        def mirror(image):
            if image.shape == (2, 3):
                known = [thing for thing in gc.get_objects() if isinstance(thing, dict) and "arguments" in thing]
                raise ValueError(f"{len(known)} cases are known")
            return image[:, ::-1]
    """
    mark = grading_desk.mark_of(LESSON, NUMBER, grading_desk.answered(LESSON, {NUMBER: code}), at)
    assert "1 cases are known" in mark.cases[0].words
    everything_at_once = """
        import json, os, struct
        def mirror(image):
            for index in range(1, 5):
                body = json.dumps({"event": "case begins", "index": index}).encode()
                for descriptor in range(3, 64):
                    try:
                        os.write(descriptor, struct.pack(">I", len(body)) + body)
                    except OSError:
                        pass
            return image[:, ::-1]
    """
    mark = grading_desk.mark_of(LESSON, NUMBER, grading_desk.answered(LESSON, {NUMBER: everything_at_once}), at)
    assert mark.points == 0
    assert not mark.cases or not mark.cases[0].passed


_NETWORK = """
import keras
from keras import layers

def reader_for_any_place(*given, **named):
    $DO
"""
_MODELS = {
    "a layer that runs code when it is rebuilt": """
        inputs = keras.Input((8, 8, 1))
        return keras.Model(inputs, layers.Lambda(lambda x: x)(inputs))
    """,
    "a description that names another function": """
        class Model(keras.Model):
            def get_config(self):
                return {"name": "x", "trainable": True}
        keras.saving.serialize_keras_object = lambda model: {
            "module": "os", "class_name": "system", "config": "touch $OUTSIDE", "registered_name": None}
        return keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten()])
    """,
    "a description of code": """
        keras.saving.serialize_keras_object = lambda model: {
            "class_name": "__lambda__", "config": {"value": "4wAAAAA=", "defaults": None, "closure": None}}
        return keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten()])
    """,
    "a description that is no data": """
        keras.saving.serialize_keras_object = lambda model: {"class_name": object()}
        return keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten()])
    """,
    "a description that asks for a terabyte": """
        keras.saving.serialize_keras_object = lambda model: {
            "module": "keras.layers", "class_name": "Dense", "registered_name": None,
            "config": {"name": "d", "units": 10**11}, "build_config": {"input_shape": [None, 10**3]}}
        return keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten()])
    """,
    "a model that says of itself what it likes": """
        class Model(keras.Model):
            layers = property(lambda self: [Right()])
            __class__ = property(lambda self: keras.Sequential)
        class Right:
            __eq__ = lambda self, other: True
        inputs = keras.Input((8, 8, 1))
        return Model(inputs, layers.Flatten()(inputs))
    """,
    "what the checker would see": """
        return ["Flatten -> 64, 0 parameters"]
    """,
}


@pytest.fixture(scope="module")
def network_desk():
    return grading_desk.open_desk("06")


@pytest.mark.parametrize("name", _MODELS)
def test_a_forged_model_earns_nothing(name, network_desk, surroundings):
    body = textwrap.indent(textwrap.dedent(_MODELS[name]).strip("\n"), "    ").lstrip()
    code = surroundings.fill_in(string.Template(_NETWORK).safe_substitute(DO=body))
    notebook = grading_desk.answered("06", {"6.7": code})
    mark = grading_desk.mark_of("06", "6.7", notebook, network_desk)
    assert (mark.points, mark.status) == (0, marking.WRONG)
    assert mark.cases
    surroundings.assert_untouched()
    assert os.listdir(network_desk._folder) == []


def test_a_right_model_is_still_marked_right_afterwards(network_desk):
    assert grading_desk.mark_of("06", "6.7", grading_desk.solved("06"), network_desk).status == marking.PASSED


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 2**70) | st.floats() | st.text(max_size=5) | st.sampled_from(
        ["case", "array", "list", "dict", "uint8", "<U3", "U3", "float16", "complex128", "scalar", "nan", "value"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["kind", "value", "values", "items", "dtype", "shape", "base64", "model"]), inner, max_size=5
    ),
    max_leaves=8,
)  # fmt: skip
_VALUES = st.fixed_dictionaries(
    {"kind": st.sampled_from(["array", "scalar", "list", "tuple", "dict", "int", "float", "complex", "str", "bool"])},
    optional={
        "dtype": st.sampled_from(["uint8", "U3", "float64", "complex64", "V8", "M8[s]", "O", "(2,)f8"]) | _PLAIN,
        "shape": st.lists(st.integers(-2, 5), max_size=4) | _PLAIN,
        "values": _PLAIN, "base64": st.text("AAA=", max_size=8) | _PLAIN, "items": _PLAIN, "value": _PLAIN,
    },
)  # fmt: skip
_EVENTS = st.lists(
    st.fixed_dictionaries(
        {"event": st.sampled_from(["case begins", "case", "answer", "no answer", "setup failed", "blank"]) | _PLAIN},
        optional={
            "index": st.integers(-1, 6) | _PLAIN, "value": _VALUES | _PLAIN, "model": _PLAIN, "raised": _PLAIN,
            "message": _PLAIN, "where": _PLAIN, "unusable": _PLAIN, "changed": _PLAIN, "printed": _PLAIN,
        },
    ),
    max_size=12,
)  # fmt: skip


class _Forger:
    """Answers every request with the same events, as a child that is wholly in a student's hands."""

    def __init__(self, events, ended):
        self.events, self.ended = events, ended

    def ask(self, request, cases=None):
        return desk.Reply(tuple(self.events), self.ended, 0.0)


@hypothesis.settings(max_examples=300, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
@hypothesis.given(events=_EVENTS, ended=st.sampled_from(["well", "crashed", "timed out", "memory", "disk", "bad data"]))
def test_no_forged_reply_makes_the_grader_fail(events, ended):
    ordered = [event for index in range(5) for event in ({"event": "case begins", "index": index}, *events[index::5])]
    forged = [{**event, "index": index // 2} for index, event in enumerate(ordered)]
    notebook = grading_desk.answered(
        LESSON, {"0.3": "mirror = 1", "0.4": "numbers_per_second = 1", "0.2": "negative = 1"}
    )
    for sent in (events, ordered, forged):
        marks = grading_desk.marks(LESSON, notebook, _Forger(sent, ended))
        assert all(0 <= mark.points <= mark.max_points for mark in marks.values())
        assert all(mark.status in marking.STATUSES for mark in marks.values())
        assert len(records._loaded(records._dumped(list(marks.values())))) == len(marks)
