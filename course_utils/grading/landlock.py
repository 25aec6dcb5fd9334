"""Landlock: a process takes from itself the right to files, TCP and signals, for good and without being root.

Source: Linux kernel documentation, "Landlock: unprivileged access control".
"""

import ctypes
import os
import pathlib
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_ASK_VERSION = 1
_PATH_BENEATH = 1
_NO_NEW_PRIVILEGES = 38

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _DEVICE_CONTROL = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_CONTROL
_READING = _EXECUTE | _READ_FILE | _READ_FOLDER
# How many kinds of file access each version of the interface knows, from version 1 on.
_FILE_RIGHTS = (13, 14, 15, 15, 16)
_TCP = 0b11  # since version 4: bind, connect
_SCOPES = 0b11  # since version 6: abstract sockets, signals


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


class LandlockError(OSError):
    """The kernel refused a rule; the message says which."""


def _call(number: int, *arguments) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library.syscall(ctypes.c_long(number), *arguments)


def version() -> int:
    """Return the version of the kernel's Landlock interface; 0 where there is none.

    Example:
        >>> version() >= 0
        True
    """
    try:
        return max(0, _call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION)))
    except (OSError, AttributeError):
        return 0


def no_new_privileges() -> None:
    """Give up, for this process and its children, what set-user-id programs would add; Landlock and seccomp need it."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise LandlockError(ctypes.get_errno(), "the kernel does not let this process give up privileges")


def _allow(ruleset: int, path: pathlib.Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no rule
    try:
        if not os.path.isdir(f"/proc/self/fd/{descriptor}"):
            rights &= _OF_FILES
        rule = _Beneath(rights, descriptor)
        if _call(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0)):
            raise LandlockError(ctypes.get_errno(), f"Landlock takes no rule for {path}")
    finally:
        os.close(descriptor)


def restrict(readable: Iterable[pathlib.Path | str], writable: Iterable[pathlib.Path | str]) -> None:
    """Take from this process, for good, every file that is not named, TCP, and signals to others.

    Args:
        readable (paths): files and folders that may still be read, with all that is in them.
        writable (paths): files and folders that may be read, written, made and removed.

    Raises:
        LandlockError: the kernel has no Landlock, or refused a rule.
    """
    known = version()
    if not known:
        raise LandlockError(0, "this kernel has no Landlock")
    files = (1 << _FILE_RIGHTS[min(known, len(_FILE_RIGHTS)) - 1]) - 1
    attributes = _Ruleset(files, _TCP if known >= 4 else 0, _SCOPES if known >= 6 else 0)
    size = 8 if known < 4 else 16 if known < 6 else 24
    ruleset = _call(_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if ruleset < 0:
        raise LandlockError(ctypes.get_errno(), "Landlock makes no set of rules")
    try:
        for path in readable:
            _allow(ruleset, pathlib.Path(path), _READING & files)
        for path in writable:
            _allow(ruleset, pathlib.Path(path), files & ~_EXECUTE)
        no_new_privileges()
        if _call(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)):
            raise LandlockError(ctypes.get_errno(), "Landlock does not take effect")
    finally:
        os.close(ruleset)
