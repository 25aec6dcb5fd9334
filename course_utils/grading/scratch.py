"""The folder that a child may write in: how much is in it, and how it is emptied whatever was left there."""

import contextlib
import errno
import os
import secrets
import stat
import tempfile
import time

_PREFIX = "course-grading-"
_YOUNG = 60  # seconds in which a folder may be there and not claimed yet
_LEAST_PER_ENTRY = 16 * 1024  # bytes: a million empty files fill a disk too


def num_bytes(folder: str, most: int) -> int:
    """Return about how much disk a folder takes; counting stops beyond `most`.

    Args:
        folder (str): the folder.
        most (int): what it may take; folders nested too deep to be reached count as more.
    """
    total, waiting = 0, [folder]
    while waiting and total <= most:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    with contextlib.suppress(FileNotFoundError):
                        total += max(_LEAST_PER_ENTRY, entry.stat(follow_symlinks=False).st_blocks * 512)
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                    if total > most:
                        break
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return most + 1
    return total


def num_open_bytes(pid: int, most: int) -> int:
    """Return how much disk a process holds in files that it has removed but keeps open; a process that hides it, more.

    Args:
        pid (int): the process.
        most (int): what it may hold.
    """
    total, place = 0, f"/proc/{pid}/fd"
    try:
        for name in os.listdir(place):
            with contextlib.suppress(FileNotFoundError):
                about = os.stat(f"{place}/{name}")
                if stat.S_ISREG(about.st_mode) and not about.st_nlink:
                    total += about.st_blocks * 512
    except PermissionError:
        return most + 1
    except OSError:
        pass  # the process has ended
    return total


def is_over(folder: str, pid: int, most: int) -> bool:
    """Return whether a process has taken more disk than it may, in its folder or in files that it keeps open."""
    return num_bytes(folder, most) > most or num_open_bytes(pid, most) > most


def _remove(entry: os.DirEntry, folder: str) -> None:
    """Remove a file, or a folder whose own folders are first moved up, so that no path ever gets too long."""
    if not entry.is_dir(follow_symlinks=False):
        os.unlink(entry.path)
        return
    os.chmod(entry.path, 0o700)
    with os.scandir(entry.path) as inside:
        inner = list(inside)
    for one in inner:
        if one.is_dir(follow_symlinks=False):
            os.chmod(one.path, 0o700)
            os.rename(one.path, os.path.join(folder, secrets.token_hex(16)))
        else:
            os.unlink(one.path)
    os.rmdir(entry.path)


def empty(folder: str) -> bool:
    """Empty a folder, however deep and with whatever modes; return whether it is empty.

    Example:
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pathlib.Path(folder, "a", "b").mkdir(parents=True)
        ...     empty(folder), os.listdir(folder)
        (True, [])
    """
    while True:
        with os.scandir(folder) as inside:
            entries = list(inside)
        if not entries:
            return True
        removed = 0
        for entry in entries:
            with contextlib.suppress(OSError):
                _remove(entry, folder)
                removed += 1
        if not removed:
            return False


def claimed() -> tuple[str, int]:
    """Make a folder for a sandbox to write in, and claim it for as long as this process lives.

    Returns:
        Its path, and a descriptor that holds the claim until it is closed.
    """
    import fcntl  # only where there can be a sandbox

    folder = tempfile.mkdtemp(prefix=_PREFIX)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with contextlib.suppress(OSError):  # where nothing can be claimed nothing is swept either
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return folder, descriptor


def sweep() -> list[str]:
    """Remove the folders of sandboxes whose owner is gone without having removed them, killed with all that it started.

    The system gives a claim up when its owner ends, however it ends; only what this user owns is looked at.

    Returns:
        The folders that were removed.
    """
    import fcntl

    removed = []
    with os.scandir(tempfile.gettempdir()) as entries:
        found = [entry for entry in entries if entry.name.startswith(_PREFIX)]
    for entry in found:
        with contextlib.suppress(OSError):
            about = entry.stat(follow_symlinks=False)
            old = time.time() - about.st_mtime > _YOUNG
            if not (stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid() and old):
                continue
            descriptor = os.open(entry.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                empty(entry.path)
                os.rmdir(entry.path)
                removed.append(entry.path)
            finally:
                os.close(descriptor)
    return removed
