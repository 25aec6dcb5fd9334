"""Keep this process off the network: connections and name look-ups other than loopback end in an error.

Tests install the guard in their own process, and `COURSE_OFFLINE=1` installs it in every process that imports
`course_utils`. It sees what goes through Python's socket module; native libraries that open sockets by
themselves are out of its sight.
"""

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_LOOK_UPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_CONNECTIONS = {"socket.connect", "socket.sendto", "socket.sendmsg"}

_blocking = False
_hooked = False


class NetworkBlockedError(ConnectionError):
    """Something in this process tried to reach another machine while the guard was installed."""


def is_loopback(host: str | bytes | None) -> bool:
    """Return whether a host is this machine by its loopback name or address.

    Args:
        host (str, bytes or None): a name or a numeric address; None and "" mean this machine.

    Example:
        >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("192.0.2.1")
        (True, True, False)
    """
    if isinstance(host, (bytes, bytearray)):
        host = host.decode("ascii", "replace")
    if not host or host.rstrip(".").lower() in ("localhost", "localhost.localdomain"):
        return True
    address = _numeric(host)
    if address is None:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or mapped.is_unspecified


def _numeric(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _refuse(action: str, host: object) -> None:
    raise NetworkBlockedError(
        f"{action} {host!r} was refused: the network is off in this process (tests and COURSE_OFFLINE=1), only "
        "loopback is open. Read the data from the installed packages, or unset COURSE_OFFLINE for a run with network."
    )


def _audit(event: str, args: tuple) -> None:
    if not _blocking or not event.startswith("socket."):
        return
    if event in _LOOK_UPS:
        host = args[0].decode("ascii", "replace") if isinstance(args[0], bytes) else args[0]
        # A numeric address needs no look-up, and the machine may ask for its own name; connecting is checked below.
        if not (is_loopback(host) or _numeric(host) is not None or host == socket.gethostname()):
            _refuse("the name look-up of", host)
    elif event in _CONNECTIONS and args[0].family in (socket.AF_INET, socket.AF_INET6):
        address = args[1]
        if address and not is_loopback(address[0]):
            _refuse("a connection to", address[0])


def install() -> None:
    """Block every connection and name look-up of this process that is not loopback; unix sockets stay open.

    Example:
        >>> with allowed():
        ...     install()
        ...     try:
        ...         socket.create_connection(("192.0.2.1", 80))
        ...     except NetworkBlockedError as error:
        ...         print(str(error).split(":")[0])
        a connection to '192.0.2.1' was refused
    """
    global _blocking, _hooked
    if not _hooked:
        sys.addaudithook(_audit)  # hooks cannot be taken away, so one is added and asks _blocking
        _hooked = True
    _blocking = True


def installed() -> bool:
    """Return whether this process is blocked."""
    return _blocking


@contextmanager
def allowed() -> Iterator[None]:
    """Open the network for a while; afterwards the guard is as it was before."""
    global _blocking
    before = _blocking
    _blocking = False
    try:
        yield
    finally:
        _blocking = before
