"""Capabilities: a process gives up, for good, what being root would let it do beyond files.

Without them, limits bind root too.

Source: Linux manual page capabilities(7).
"""

import ctypes

_VERSION_3 = 0x20080522
_READ_SEARCH = 1 << 2  # stays: a course may be installed by another user; Landlock says what may be read
_CLEAR_AMBIENT = (47, 4)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


class CapabilitiesError(OSError):
    """The kernel did not let this process give its capabilities up."""


def drop() -> None:
    """Give up every capability but reading what other users own.

    Raises:
        CapabilitiesError: the kernel refuses.
    """
    library = ctypes.CDLL(None, use_errno=True)
    header, sets = _Header(_VERSION_3, 0), (_Sets * 2)()
    if library.capget(ctypes.byref(header), sets):
        raise CapabilitiesError(ctypes.get_errno(), "the kernel does not say which capabilities there are")
    kept = sets[0].permitted & _READ_SEARCH
    sets[0], sets[1] = _Sets(kept, kept, 0), _Sets(0, 0, 0)
    library.prctl(*_CLEAR_AMBIENT, 0, 0, 0)
    if library.capset(ctypes.byref(header), sets):
        raise CapabilitiesError(ctypes.get_errno(), "the kernel does not let capabilities be given up")
