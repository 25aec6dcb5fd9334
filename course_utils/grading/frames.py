"""Frames: plain data between grader and sandbox, each with its length before it, and never longer than agreed.

Nothing but JSON crosses, and of it only what `course_utils.checks.encoding` knows: exact built-in types and arrays of
numbers. Whatever else arrives is a `FrameError`.
"""

import json
import re
import socket
import time
from collections.abc import Iterator

import numpy as np

from course_utils.checks import encoding

LARGEST = 96 * 2**20  # bytes of a frame, and of all replies of one child
_MOST_FRAMES = 5_000
_MOST_ITEMS = 2_000_000  # of all replies of one child: small things in JSON become large ones in memory
_WIDEST_TEXT = re.compile(r"U\d{1,5}")
_HEAD = 4
_DEEPEST = 60
_KINDS = {"none", "ellipsis", "bool", "int", "float", "complex", "str", "scalar", "array", "tuple", "list", "dict"}


class FrameError(ValueError):
    """What arrived is no frame, is too long, or holds something that is not plain data."""


class Closed(FrameError):
    """The other side is gone."""


class TooLate(FrameError):
    """Nothing whole arrived in time."""


class NotSendable(FrameError):
    """What is to be sent is no JSON."""


def send(connection: socket.socket, document: dict) -> None:
    """Send one document.

    Raises:
        Closed: the other side does not read any more.
        NotSendable: the document is no JSON, or a number in it is too long.
    """
    try:
        body = json.dumps(document).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise NotSendable(str(error)) from None
    try:
        connection.sendall(len(body).to_bytes(_HEAD, "big") + body)
    except OSError as error:
        raise Closed(f"the other side does not read: {error.strerror or error}") from None


def _exactly(connection: socket.socket, count: int, deadline: float | None) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TooLate("nothing whole arrived in time")
            connection.settimeout(left)
        try:
            data = connection.recv(min(count - len(parts), 1 << 20))
        except TimeoutError:
            raise TooLate("nothing whole arrived in time") from None
        except OSError as error:
            raise Closed(str(error)) from None
        if not data:
            raise Closed("the other side is gone")
        parts += data
    return bytes(parts)


def _body(connection: socket.socket, deadline: float | None, largest: int) -> bytes:
    length = int.from_bytes(_exactly(connection, _HEAD, deadline), "big")
    if length > largest:
        raise FrameError(f"a reply of {length:,} bytes; {largest:,} are the most")
    return _exactly(connection, length, deadline)


def _document(body: bytes) -> dict:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError, MemoryError) as error:
        raise FrameError(f"a reply that is no data ({type(error).__name__})") from None
    if type(document) is not dict:
        raise FrameError("a reply that is no object")
    return document


def receive(connection: socket.socket, deadline: float | None = None) -> dict:
    """Receive one document.

    Args:
        connection (socket.socket): where it comes from.
        deadline (float): of time.monotonic(), in seconds. Default None: wait for ever.

    Raises:
        Closed: the other side is gone.
        TooLate: the deadline passed.
        FrameError: the frame is too long, no JSON, too deep, or no object.
    """
    return _document(_body(connection, deadline, LARGEST))


def replies(connection: socket.socket, deadline: float) -> Iterator[dict]:
    """Give what a child sends until it closes the connection or the deadline passes.

    Args:
        connection (socket.socket): where it comes from.
        deadline (float): of time.monotonic(), in seconds.

    Raises:
        FrameError: what came is no data, or more than an exercise can have to say.
    """
    left, items = LARGEST, _MOST_ITEMS
    for _ in range(_MOST_FRAMES):
        try:
            body = _body(connection, deadline, left)
        except (Closed, TooLate):
            return
        left -= len(body)
        items -= body.count(b",") + body.count(b"[") + body.count(b"{")
        if items < 0:
            raise FrameError("a reply of more parts than an answer has")
        yield _document(body)
    raise FrameError("more replies than an exercise has cases")


def _num_leaves(values) -> int:
    return sum(map(_num_leaves, values)) if type(values) is list else 1


def _check(document, depth: int) -> None:
    if depth > _DEEPEST:
        raise FrameError("a value nested too deep")
    if type(document) is not dict or document.get("kind") not in _KINDS:
        raise FrameError("a value of no known kind")
    kind = document["kind"]
    if kind in ("array", "scalar"):
        dtype = document.get("dtype")
        if type(dtype) is not str or len(dtype) > 16 or np.dtype(dtype).kind not in "biufcU":
            raise FrameError("an array of no known type")
        if np.dtype(dtype).kind == "U":
            if not _WIDEST_TEXT.fullmatch(dtype):
                raise FrameError("an array of no known type")
            if _num_leaves(document.get("values")) * np.dtype(dtype).itemsize > LARGEST:
                raise FrameError("an array of too many texts")
    elif kind in ("tuple", "list"):
        for item in document["items"]:
            _check(item, depth + 1)
    elif kind == "dict":
        for key, item in document["items"]:
            _check(key, depth + 1)
            _check(item, depth + 1)
    elif kind in ("bool", "int", "str") and type(document.get("value")).__name__ != kind:
        raise FrameError(f"a value that is no {kind}")


def decode(document):
    """Return the plain value that a document from the sandbox describes.

    Raises:
        FrameError: it describes none; nothing that it says is believed.

    Example:
        >>> decode({"kind": "array", "dtype": "object", "shape": [1], "values": [1]})
        Traceback (most recent call last):
        ...
        course_utils.grading.frames.FrameError: an array of no known type
    """
    try:
        _check(document, 0)
        return encoding.plain(encoding.decode(document))
    except FrameError:
        raise
    except Exception as error:  # whatever a forged document makes NumPy or Python raise
        raise FrameError(f"a value that cannot be read ({type(error).__name__})") from None
