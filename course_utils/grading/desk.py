"""A desk: one sandboxed process that runs exercises, one after the other, and hands over plain data."""

import contextlib
import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import time

from course_utils.grading import frames, sandbox, scratch

_SECONDS_TO_START = 120
_GRACE = 5.0  # seconds that the zygote may take to report a child's end
_SECONDS_TO_END = 2


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


class DeskError(RuntimeError):
    """The sandbox did not start; the message says why."""


@dataclasses.dataclass(frozen=True)
class Reply:
    """What a child sent and how it ended.

    Args:
        events (tuple of dict): the frames, in order; nothing in them is to be believed.
        ended (str): "well", "timed out", "memory", "disk", "crashed" or "bad data".
        cpu_seconds (float): what it cost.
        detail (str): the signal or fault in words.
        wall_seconds (float): from the request to the end; the start of a sandbox is not counted.
    """

    events: tuple[dict, ...]
    ended: str
    cpu_seconds: float
    detail: str = ""
    wall_seconds: float = 0.0


class Desk:
    """Owns one sandbox; a context manager, for one thread.

    Args:
        keras (bool): whether Keras is loaded beforehand.
        isolation (sandbox.Isolation): the walls, from `sandbox.required`.
        seconds (float): wall time that one child may take. Default 30.
        memory_mb (float): memory that one child may add. Default 1500.
        setups (tuple of str): setup code of the lessons to come, whose imports are run beforehand. Default none.
        bare (bool): import nothing of the lessons beforehand; slow, to compare with. Default False.

    Example:
        >>> with Desk(keras=False, isolation=sandbox.required(trusted=True)) as desk:
        ...     reply = desk.ask({"job": "exercise", "setup": "", "name": "x", "kind": "answer",
        ...                       "cells": [{"label": "1", "source": "x = 6 * 7", "own": True}]})
        >>> reply.ended, reply.events[-1]["value"]["value"]
        ('well', 42)
    """

    def __init__(
        self,
        keras: bool,
        isolation: sandbox.Isolation,
        seconds: float = 30,
        memory_mb: float = 1500,
        setups: tuple[str, ...] = (),
        bare: bool = False,
    ):
        self.keras, self.isolation, self.seconds, self.memory_mb = keras, isolation, seconds, memory_mb
        self.setups, self.bare = setups, bare
        self._number = 0
        self._process: subprocess.Popen | None = None
        self._connection: socket.socket | None = None
        self._heard = b""
        self._folder, self._claim = "", -1

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """End the sandbox and whatever still runs in it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            deadline = time.monotonic() + _SECONDS_TO_END
            while not _has_ended(self._process.pid) and time.monotonic() < deadline:
                time.sleep(0.01)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)  # before it is waited for: the number is still its own
            self._process.wait()
            self._process = None
        if self._folder:
            with contextlib.suppress(OSError):
                scratch.empty(self._folder)
                os.rmdir(self._folder)
            os.close(self._claim)
            self._folder, self._claim = "", -1
        self._heard = b""

    def _start(self) -> None:
        scratch.sweep()
        self._folder, self._claim = scratch.claimed()
        ours, theirs = socket.socketpair()
        command = [*sandbox.command(self.isolation, self._folder), sys.executable, "-P", "-m"]
        try:
            self._process = subprocess.Popen(
                [*command, "course_utils.grading.zygote", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self._folder,
                env=sandbox.environment(self._folder, self.keras),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise DeskError(f"The sandbox does not start: {error}.") from None
        finally:
            theirs.close()
        self._connection = ours
        settings = {
            "confined": self.isolation.inner,
            "keras": self.keras and not self.bare,
            "readable": sandbox.readable(),
            "setups": [] if self.bare else list(self.setups),
            "work": self._folder,
        }
        self._send(settings)
        answer = self._hear(time.monotonic() + _SECONDS_TO_START)
        if not answer or not answer.get("ready"):
            self.close()
            threads = f": it has {answer['threads']} threads" if answer else ""
            raise DeskError(f"The preloaded process in the sandbox is not ready{threads}.")

    def _send(self, message: dict, descriptors: tuple[int, ...] = ()) -> None:
        body = json.dumps(message).encode()
        if descriptors:
            socket.send_fds(self._connection, [len(body).to_bytes(4, "big")], list(descriptors))
            self._connection.sendall(body)
        else:
            self._connection.sendall(len(body).to_bytes(4, "big") + body)

    def _hear(self, deadline: float) -> dict | None:
        """Return the zygote's next message; None when it is gone or says nothing in time."""
        while b"\n" not in self._heard:
            self._connection.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                data = self._connection.recv(4096)
            except (TimeoutError, OSError):
                return None
            if not data:
                return None
            self._heard += data
        line, _, self._heard = self._heard.partition(b"\n")
        return json.loads(line)

    def ask(self, request: dict, cases: dict[int, dict] | None = None) -> Reply:
        """Run one request in a child of its own.

        Args:
            request (dict): see `child`.
            cases (dict of int to dict): the inputs by index; the child gets the next one when it has begun with it and
                the one before is answered, so that nothing it says earlier can tell of a later one. Default none.

        Returns:
            A Reply, whatever happens in the child.

        Raises:
            DeskError: the sandbox does not start, or a child could not put its walls up and so ran nothing.
        """
        if self._process is None:
            self._start()
        self._number += 1
        began = time.monotonic()
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                order = {"child": self._number, "seconds": self.seconds, "memory_mb": self.memory_mb}
                try:
                    self._send(order, (theirs.fileno(),))
                except OSError:
                    self.close()
                    return Reply((), "crashed", 0.0, "the sandbox has ended")
            deadline = time.monotonic() + self.seconds + _GRACE
            events, fault = self._listen(ours, request, dict(cases or {}), deadline)
        return dataclasses.replace(self._end(events, fault), wall_seconds=time.monotonic() - began)

    def _listen(
        self, connection: socket.socket, request: dict, cases: dict[int, dict], deadline: float
    ) -> tuple[list[dict], str]:
        events: list[dict] = []
        try:
            connection.settimeout(self.seconds + _GRACE)
            frames.send(connection, request)
            for event in frames.replies(connection, deadline):
                events.append(event)
                if event.get("event") == "case begins":
                    index = event.get("index")
                    if not cases or type(index) is not int or index != next(iter(cases)):
                        return events, "a case out of its turn"
                    frames.send(connection, cases.pop(index))
        except frames.Closed:
            return events, ""
        except frames.FrameError as error:
            return events, str(error)
        return events, ""

    def _end(self, events: list[dict], fault: str) -> Reply:
        with contextlib.suppress(OSError):
            self._send({"stop": self._number} if fault else {"note": "heard"})
        deadline = time.monotonic() + self.seconds + 2 * _GRACE
        while True:
            ended = self._hear(deadline)
            if ended is None:
                self.close()
                return Reply(tuple(events), "crashed", 0.0, "the sandbox had to be closed")
            if ended.get("child") == self._number:
                break
        if not ended.get("clean"):
            self.close()  # the next child must not find what this one left
        if ended.get("no_walls"):
            self.close()
            raise DeskError(
                f"The walls around a submission's code could not be put up ({ended['no_walls']}), so none of it was "
                "run. What was marked before is kept."
            )
        cpu = float(ended.get("cpu_seconds", 0.0))
        if fault:
            return Reply(tuple(events), "bad data", cpu, fault)
        why, code = ended.get("why", ""), ended.get("code", 0)
        if why in ("timed out", "memory", "disk"):
            return Reply(tuple(events), why, cpu)
        if any(event.get("event") == "out of memory" for event in events):
            return Reply(tuple(events), "memory", cpu)
        if code == -signal.SIGXCPU:
            return Reply(tuple(events), "timed out", cpu)
        if code:
            name = signal.Signals(-code).name if code < 0 else f"exit status {code}"
            return Reply(tuple(events), "crashed", cpu, name)
        return Reply(tuple(events), "well", cpu)
