"""A seccomp filter: a process takes from itself the system calls that an exercise never needs, for good.

No new process, no other program, no socket, no signal to others, no change of owners, modes or mounts. A call that is
taken away fails with "Operation not permitted", so student code meets a PermissionError and goes on.

Source: Linux kernel documentation, "Seccomp BPF"; numbers from the kernel's system call tables.
"""

import ctypes
import errno
import os
import platform
import struct

_SET_SECCOMP, _FILTER_MODE = 22, 2
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_AT_NUMBER, _AT_ARCHITECTURE, _AT_FIRST_ARGUMENT = 0, 4, 16
_FIRST_X32_CALL = 0x40000000
_CLONE_THREAD = 0x00010000
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# name: (x86_64, aarch64); None where an architecture has no such call
_FORBIDDEN: dict[str, tuple[int | None, int | None]] = {
    # network and other sockets (a pair of connected ones stays allowed: it leads nowhere)
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    # processes and programs
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "setpriority": (141, 140), "sched_setscheduler": (144, 119), "ioprio_set": (251, 30),
    "migrate_pages": (256, 238), "move_pages": (279, 239), "setpgid": (109, 154), "setsid": (112, 157),
    # memory that outlives a process, or is counted as nobody's
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    # what Landlock does not watch: modes, owners, times, attributes, special files
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "removexattrat": (466, 466),
    "mknod": (133, None), "mknodat": (259, 33), "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    # the machine
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142), "acct": (163, 89), "quotactl": (179, 60),
    "sethostname": (170, 161), "setdomainname": (171, 162), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "adjtimex": (159, 171), "clock_adjtime": (305, 266), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294), "syslog": (103, 116),
    "iopl": (172, None), "ioperm": (173, None), "personality": (135, 92), "fanotify_init": (300, 262),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
}  # fmt: skip
# Only at the process itself: glibc's abort, raise and getrlimit need them.
_ONLY_AT_SELF = {"kill": (62, 129), "tgkill": (234, 131)}
_ONLY_AT_ZERO = {"prlimit64": (302, 261), "sched_setaffinity": (203, 122)}
_CLONE, _CLONE3 = (56, 220), 435


class SeccompError(OSError):
    """The kernel took no filter."""


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def supported() -> bool:
    """Return whether there is a filter for this machine's kind of processor."""
    return platform.system() == "Linux" and platform.machine() in _ARCHITECTURES and struct.calcsize("P") == 8


def _instruction(code: int, constant: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, constant & 0xFFFFFFFF)


def program(own_pid: int, machine: str) -> bytes:
    """Return the filter as instructions of the kernel's packet filter.

    Args:
        own_pid (int): the process that it is for, as that process sees itself.
        machine (str): "x86_64" or "aarch64".

    Example:
        >>> len(program(1, "aarch64")) % 8
        0
    """
    column = 0 if machine == "x86_64" else 1
    refuse = _instruction(_RETURN, _ERROR | errno.EPERM)
    lines = [
        _instruction(_LOAD, _AT_ARCHITECTURE),
        _instruction(_JUMP_EQUAL, _ARCHITECTURES[machine], 1, 0),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _AT_NUMBER),
    ]
    if machine == "x86_64":
        lines += [_instruction(_JUMP_AT_LEAST, _FIRST_X32_CALL, 0, 1), _instruction(_RETURN, _KILL)]
    # "No such call" makes glibc fall back to clone, whose flags can be looked at.
    lines += [_instruction(_JUMP_EQUAL, _CLONE3, 0, 1), _instruction(_RETURN, _ERROR | errno.ENOSYS)]
    lines += [
        _instruction(_JUMP_EQUAL, _CLONE[column], 0, 4),
        _instruction(_LOAD, _AT_FIRST_ARGUMENT),
        _instruction(_JUMP_ANY_BIT, _CLONE_THREAD, 1, 0),
        refuse,
        _instruction(_RETURN, _ALLOW),
    ]
    for allowed, calls in ((own_pid, _ONLY_AT_SELF), (0, _ONLY_AT_ZERO)):
        for numbers in calls.values():
            lines += [
                _instruction(_JUMP_EQUAL, numbers[column], 0, 4),
                _instruction(_LOAD, _AT_FIRST_ARGUMENT),
                _instruction(_JUMP_EQUAL, allowed, 1, 0),
                refuse,
                _instruction(_RETURN, _ALLOW),
            ]
    for numbers in _FORBIDDEN.values():
        if numbers[column] is not None:
            lines += [_instruction(_JUMP_EQUAL, numbers[column], 0, 1), refuse]
    lines.append(_instruction(_RETURN, _ALLOW))
    return b"".join(lines)


def restrict() -> None:
    """Put the filter on this process; `landlock.no_new_privileges` must have been called.

    Raises:
        SeccompError: there is no filter for this machine, or the kernel took none.
    """
    if not supported():
        raise SeccompError(0, f"there is no filter for {platform.system()} on {platform.machine()}")
    instructions = program(os.getpid(), platform.machine())
    buffer = ctypes.create_string_buffer(instructions, len(instructions))
    wanted = _Program(len(instructions) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.byref(wanted), 0, 0):
        raise SeccompError(ctypes.get_errno(), "the kernel takes no seccomp filter")
