"""What clever and careless students hand in: each attack gives the right answer only when it has succeeded.

Every attack is the code of a cell that defines `mirror`. `$NAME` stands for what the test fills in.
"""

import dataclasses
import textwrap

from course_utils.grading import marking

WRONG, TIMED_OUT, CRASHED, MEMORY = marking.WRONG, marking.TIMED_OUT, marking.CRASHED, marking.MEMORY


@dataclasses.dataclass(frozen=True)
class Attack:
    """An attack: its name, its code, and the statuses that it may end in."""

    name: str
    code: str
    ends: tuple[str, ...] = (WRONG,)


ATTACKS: list[Attack] = []  # on everything; the first ones reach for what the outer wall guards too


def _cell(name: str, code: str, *ends: str) -> None:
    """Add an attack that is a whole cell."""
    ATTACKS.append(Attack(name, textwrap.dedent(code).strip("\n"), ends or (WRONG,)))


def _first(name: str, code: str, *ends: str) -> None:
    """Add an attack that tries something before it gives the right answer."""
    body = textwrap.indent(textwrap.dedent(code).strip("\n"), "    ")
    _cell(
        name, f"import ctypes, os, pathlib, socket, sys\n\ndef mirror(image):\n{body}\n    return image[:, ::-1]", *ends
    )


# Files that are none of the student's business -----------------------------------------------------------------------
_first("reads the solution", "open('$SOLUTION').read()")
_first("reads the tests", "open('$TESTS').read()")
_first("reads a classmate's notebook", "open('$VICTIM').read()")
_first("lists the submissions", "os.listdir(os.path.dirname('$VICTIM'))")
_first("looks whether a classmate's notebook is writable", "open('$VICTIM', 'r+')")
_first("reads the gradebook", "open('$GRADES', 'rb').read()")
_first(
    "writes points into the gradebook",
    """
    import sqlite3
    with sqlite3.connect('$GRADES') as database:
        database.execute("UPDATE marks SET marks = '[]'")
""",
)
_first("reads the system's users", "open('/etc/passwd').read()")
_first("follows a link that it makes", "os.symlink('$SOLUTION', 'link'); open('link').read()")
_first("makes a hard link", "os.link('$SOLUTION', 'link')")
_first("goes round by /proc/self/root", "open('/proc/self/root$SOLUTION').read()")
_first("goes round by /proc/self/cwd", "open('/proc/self/cwd/' + '../' * 20 + '$SOLUTION'[1:]).read()")
_first("reads the environment of its parent", "open(f'/proc/{os.getppid()}/environ', 'rb').read()")
_first("reads the memory of its parent", "open(f'/proc/{os.getppid()}/mem', 'rb').read(1)")
_first("reads the command of the first process", "open('/proc/1/cmdline').read()")
_first("lists the processes", "os.listdir('/proc')")
_first("leaves a file in /tmp", "open('$OUTSIDE', 'w').write('here')")
_first("leaves a file in shared memory", "open('/dev/shm/course-attack', 'w').write('here')")
_first("empties a classmate's notebook", "os.truncate('$VICTIM', 0)")
_first("removes a classmate's notebook", "os.remove('$VICTIM')")
_first("takes a classmate's notebook", "os.rename('$VICTIM', 'mine.ipynb')")
_first("changes the course on disk", "open('$PACKAGE/checks/judging.py', 'a').write('# mine')")
_first("opens the course to everyone", "os.chmod('$PACKAGE/checks/judging.py', 0o777)")
_first("changes an owner", "os.chown('$PACKAGE/checks/judging.py', 1, 1)")
_first("sets the time of a file", "os.utime('$VICTIM', (0, 0))")
_first("sets an attribute of a file", "os.setxattr('$PACKAGE/checks/judging.py', 'user.mine', b'1')")
_first("makes a device", "os.mknod('disk', 0o60666, os.makedev(254, 0)); open('disk', 'rb').read(512)")
_first("makes a pipe with a name", "os.mkfifo('pipe')")
_first("protects itself from the killer for memory", "open('/proc/self/oom_score_adj', 'w').write('-1000')")

# Network -------------------------------------------------------------------------------------------------------------
_first("connects by TCP", "socket.create_connection(('127.0.0.1', $PORT), 1).send(b'hidden cases')")
_first("sends by UDP", "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'hidden', ('127.0.0.1', $UDP))")
_first("asks a web server", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$PORT/', timeout=1)")
_first("listens on a port", "socket.create_server(('127.0.0.1', 0))")
_first("asks for an address", "socket.getaddrinfo('keras.io', 443)")
_first("opens a Unix socket", "socket.socket(socket.AF_UNIX).connect('\\0course')")
_first("opens a packet socket", "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)")
_first("opens a netlink socket", "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)")
_first(
    "goes round by io_uring",
    """
    if ctypes.CDLL(None, use_errno=True).syscall(425, 8, ctypes.create_string_buffer(256)) < 0:
        raise OSError("no ring")
""",
)

# Processes -----------------------------------------------------------------------------------------------------------
_first("forks", "os.fork() or os._exit(0)")
_first("starts a program", "import subprocess; subprocess.run(['true'], check=True)")
_first("starts a shell", "assert os.system('true') == 0")
_first("spawns", "os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)")
_first("uses multiprocessing", "import multiprocessing; multiprocessing.Process(target=print).start()")
_first("becomes another program", "os.execv('/bin/sleep', ['sleep', '60'])")
_first(
    "forks without end",
    """
    made = 0
    for _ in range(1000):
        try:
            os.fork()
            made += 1
        except OSError:
            pass
    assert made
""",
)
_first(
    "leaves a daemon behind",
    """
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                open('$OUTSIDE', 'a').write('alive')
""",
)
_first("starts a session of its own", "os.setsid()")
_first(
    "clones by system call",
    """
    if ctypes.CDLL(None, use_errno=True).syscall(56, 17, 0, 0, 0, 0) < 0:
        raise OSError("no clone")
""",
)
_first(
    "starts threads without end",
    """
    import threading, time
    for _ in range(50_000):
        threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
""",
    WRONG,
    TIMED_OUT,
    MEMORY,
    CRASHED,
)
_cell(
    "leaves threads running",
    """
    import threading, time
    for _ in range(8):
        threading.Thread(target=time.sleep, args=(3600,)).start()

    def mirror(image):
        return None
""",
)
_cell(
    "does its work at the end of the process",
    """
    import atexit
    atexit.register(lambda: open('$OUTSIDE', 'w').write('here'))

    def mirror(image):
        return None
""",
)
_first("kills its parent", "os.kill(os.getppid(), 9)")
_first("kills the grader", "os.kill($GRADER, 9)")
_first("interrupts the grader", "os.kill($GRADER, 2)")
_first("kills everything", "os.kill(-1, 9)")
_first("kills its group", "os.killpg(0, 9)")
_first("kills a thread of its parent", "assert ctypes.CDLL(None).syscall(200, os.getppid(), 9) == 0")
_first("kills by a descriptor of a process", "import signal; signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9)")
_first("traces its parent", "assert ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0")
_first(
    "reads another process's memory by system call",
    """
    import struct
    buffer = ctypes.create_string_buffer(8)
    vector = ctypes.create_string_buffer(struct.pack('QQ', ctypes.addressof(buffer), 8))
    assert ctypes.CDLL(None).process_vm_readv(os.getppid(), vector, 1, vector, 1, 0) == 8
""",
)
_first("leaves its namespace", "assert ctypes.CDLL(None).unshare(0x10000000) == 0")
_first("mounts", "assert ctypes.CDLL(None).mount(b'none', b'.', b'tmpfs', 0, 0) == 0")
_first("changes its root", "os.chroot('/usr')")
_first("raises its limits", "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2**40, 2**40))")
_first("becomes another user", "os.setuid(1)" if __import__("os").geteuid() == 0 else "os.setuid(0)")
_first("takes all of the processor", "os.setpriority(os.PRIO_PROCESS, os.getppid(), -20)")

OUTWARD = tuple(ATTACKS)

# Ends that are no end ------------------------------------------------------------------------------------------------
_first("os._exit", "os._exit(0)", CRASHED)
_first("os._exit with a code", "os._exit(17)", CRASHED)
_first("sys.exit", "sys.exit(0)")
_cell("sys.exit in the cell", "import sys\nsys.exit(0)\ndef mirror(image):\n    return None")
_first("os.abort", "os.abort()", CRASHED)
_first("an address that is none", "ctypes.string_at(0)", CRASHED)
_cell("a crash in the cell", "import ctypes\nctypes.string_at(0)", CRASHED)
_first("KeyboardInterrupt", "raise KeyboardInterrupt", WRONG, CRASHED)
_cell("KeyboardInterrupt in the cell", "raise KeyboardInterrupt", WRONG, CRASHED)
_first("stops itself", "os.kill(os.getpid(), 19)", TIMED_OUT)
_first("an infinite loop", "while True: pass", TIMED_OUT)
_cell("an infinite loop in the cell", "while True: pass", TIMED_OUT)
_first("sleeps", "import time; time.sleep(3600)", TIMED_OUT)
_first("a loop inside of C", "import itertools; sum(itertools.repeat(1))", TIMED_OUT)
_first("a pattern without end", "import re; re.match('(a+)+$', 'a' * 60 + 'b')", TIMED_OUT)
_cell(
    "catches whatever ends it",
    """
    def mirror(image):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
""",
    TIMED_OUT,
)
_first("recursion without end", "mirror(image)")
_first("recursion beyond the stack", "sys.setrecursionlimit(10**9)\nmirror(image)",
       WRONG, CRASHED, MEMORY)  # fmt: skip
_cell(
    "closes the connection and goes on",
    """
    import os
    os.closerange(3, 250)
    def mirror(image):
        while True:
            pass
""",
    CRASHED,
    TIMED_OUT,
)

# Memory, disk, output ------------------------------------------------------------------------------------------------
_first("memory: one array", "import numpy; numpy.ones(4 * 2**30, numpy.uint8)", WRONG, MEMORY)
_first("memory: bit by bit", "kept = []\nwhile True: kept.append(bytearray(2**20))", WRONG, MEMORY)
_first(
    "memory: shared",
    """
    import mmap
    kept = []
    while len(kept) < 64:
        kept.append(mmap.mmap(-1, 64 * 2**20))
        kept[-1].write(b"x" * 64 * 2**20)
""",
    WRONG,
    MEMORY,
)
_first(
    "memory: files without a place",
    """
    for number in range(200):
        descriptor = os.memfd_create(str(number))
        for _ in range(48):
            os.write(descriptor, bytes(2**20))
""",
    WRONG,
    MEMORY,
)
_first("memory: a text", "'x' * 10**11", WRONG, MEMORY)
_first("disk: one file", "with open('large', 'wb') as file:\n    for _ in range(4000): file.write(bytes(2**20))",
       WRONG, CRASHED)  # fmt: skip
_first(
    "disk: many large files",
    """
    for number in range(400):
        with open(str(number), 'wb') as file:
            file.write(os.urandom(2**20) * 32)
""",
    WRONG,
    CRASHED,
)
_first(
    "disk: removed but open",
    """
    for number in range(150):
        descriptor = os.open('gone', os.O_CREAT | os.O_WRONLY)
        os.unlink('gone')
        for _ in range(48):
            os.write(descriptor, bytes(2**20))
""",
    WRONG,
    CRASHED,
)
_first(
    "disk: many small files",
    """
    for number in range(60_000):
        os.close(os.open(f'{number}', os.O_CREAT | os.O_WRONLY))
""",
    WRONG,
    CRASHED,
)
_first(
    "disk: folders in folders",
    """
    for _ in range(20_000):
        os.mkdir('x')
        os.chdir('x')
""",
    WRONG,
    CRASHED,
)
_first("disk: a file of ten terabytes", "os.truncate(os.open('large', os.O_CREAT | os.O_RDWR), 10**13)", WRONG, CRASHED)
_first("prints without end", "while True: print('x' * 2**20)", WRONG, MEMORY, TIMED_OUT, CRASHED)
_first("writes to the screen without end", "while True: os.write(1, bytes(2**20))", TIMED_OUT)

# Values that are none ------------------------------------------------------------------------------------------------
_cell(
    "an object that equals everything",
    """
    class Right:
        def __eq__(self, other):
            return True
        def __array__(self, *arguments, **keywords):
            return self
        def __getattr__(self, name):
            return Right()
        def __call__(self, *arguments, **keywords):
            return Right()
        __class__ = property(lambda self: __import__('numpy').ndarray)

    def mirror(image):
        return Right()
""",
)
_cell(
    "an array that equals everything",
    """
    import numpy as np
    class Right(np.ndarray):
        def __eq__(self, other):
            return True
        __ne__ = lambda self, other: False
        def __array_ufunc__(self, *arguments, **keywords):
            return True
        def __array_function__(self, *arguments, **keywords):
            return True
        def tolist(self):
            return Right((1,))

    def mirror(image):
        return image.view(Right)
""",
)
_cell(
    "an int that equals everything",
    """
    class Right(int):
        __eq__ = lambda self, other: True
        __hash__ = int.__hash__
    mirror = lambda image: Right(3)
""",
)
_cell(
    "a list that reads differently every time",
    """
    class Right(list):
        def __iter__(self):
            return iter([[1]] * 3)
        def __len__(self):
            return 10**9
    mirror = lambda image: Right([image])
""",
)
_cell("a masked array", "import numpy as np\nmirror = lambda image: np.ma.masked_all(image.shape)")
_cell("a matrix", "import numpy as np\nmirror = lambda image: np.matrix(np.ones((2, 3)))")
_cell(
    "lists in lists, a hundred thousand deep",
    """
    def mirror(image):
        value = []
        for _ in range(100_000):
            value = [value]
        return value
""",
)
_cell("a list that holds itself", "def mirror(image):\n    value = []\n    value.append(value)\n    return value")
_cell("a dict that holds itself", "def mirror(image):\n    value = {}\n    value[1] = value\n    return value")
_cell("NaN everywhere", "import numpy as np\nmirror = lambda image: np.full(image.shape, np.nan)")
_cell("infinities", "import numpy as np\nmirror = lambda image: np.full(image.shape, np.inf)")
_cell(
    "objects in an array",
    """
    import numpy as np
    class Right:
        __eq__ = lambda self, other: True
    mirror = lambda image: np.array([[Right()] * image.shape[1]] * image.shape[0], object)
""",
)
_cell("an array of records", "import numpy as np\nmirror = lambda image: np.zeros(3, 'i4,f8')")
_cell("an array of strange shape", "import numpy as np\nmirror = lambda image: np.zeros((0, 2**40))")
_cell(
    "a pickle",
    """
    import pickle
    class Right:
        def __reduce__(self):
            return eval, ("open('$OUTSIDE', 'w').write('here')",)
    mirror = lambda image: pickle.dumps(Right())
""",
)
_cell(
    "an object whose pickle runs code",
    """
    class Right:
        def __reduce__(self):
            return eval, ("open('$OUTSIDE', 'w').write('here')",)
        def __repr__(self):
            return '<script>alert(1)</script>'
    mirror = lambda image: Right()
""",
)
_cell("a generator", "def mirror(image):\n    yield image")
_cell("a generator without end", "import itertools\nmirror = lambda image: itertools.count()")
_cell("a coroutine", "async def mirror(image):\n    return image[:, ::-1]")
_cell("a function", "mirror = lambda image: mirror")
_cell("half of a character", "mirror = lambda image: '\\ud800 \\x00 \\x1b[31m'")
_cell("an error with half of a character", "def mirror(image):\n    raise ValueError('\\ud800')")
_cell("an error whose name is half of a character", "def mirror(image):\n    raise type('\\ud800', (Exception,), {})")
_cell("a cell that stops with half of a character", "raise ValueError('\\udfff')\ndef other(): pass")
_cell("a number with ten thousand digits", "mirror = lambda image: 10**10_000")
_cell("a very large array", "import numpy as np\nmirror = lambda image: np.zeros(30_000_000, np.uint8)", WRONG, MEMORY)
_cell("a list of two million numbers", "mirror = lambda image: [0] * 2_000_000", WRONG, MEMORY, CRASHED, TIMED_OUT)
_cell(
    "an error that cannot be shown",
    """
    class Error(Exception):
        def __str__(self):
            raise Error()
        __repr__ = __str__
    def mirror(image):
        raise Error
""",
)
_cell("an error with an endless message", "def mirror(image):\n    raise ValueError('x' * 10**8)", WRONG, MEMORY)
_cell(
    "a class that answers when it is called",
    """
    class Mirror(type):
        def __call__(self, image):
            raise SystemExit(image)
    class mirror(metaclass=Mirror):
        pass
""",
)

# Tampering with whatever is loaded -----------------------------------------------------------------------------------
_cell(
    "replaces the comparison",
    """
    from course_utils.checks import calling, comparison, describing, encoding, judging
    comparison.compare = lambda *arguments, **keywords: None
    judging.judge_outcome = judging.judge_case = lambda case, *_: judging.CaseResult(case["name"], 1, True, (), None)
    judging._raised_lines = judging._expecting_an_error = lambda *_: ()
    calling._same = lambda *_: True
    mirror = lambda image: None
""",
)
_cell(
    "replaces the checks' own functions",
    """
    import course_utils.checks as checks
    import course_utils.checks.verdict as verdict
    for module in (checks, verdict):
        for name in list(vars(module)):
            if callable(getattr(module, name)) and not name.startswith("__"):
                setattr(module, name, lambda *arguments, **keywords: True)
    mirror = lambda image: None
""",
)
_cell(
    "replaces json",
    """
    import json
    original = json.dumps
    json.dumps = lambda document, **_: original({**document, "passed": True, "points": 100, "status": "passed"})
    json.loads = lambda *_, **__: {}
    mirror = lambda image: None
""",
    CRASHED,
)
_cell(
    "replaces NumPy's comparisons",
    """
    import numpy, numpy.testing
    for name in dir(numpy.testing):
        if name.startswith("assert"):
            setattr(numpy.testing, name, lambda *arguments, **keywords: None)
    numpy.array_equal = numpy.allclose = numpy.isclose = lambda *arguments, **keywords: True
    mirror = lambda image: None
""",
)
_cell(
    "replaces built-in functions",
    """
    import builtins
    for name in ("all", "any", "isinstance", "issubclass", "len", "abs", "max", "min", "sorted"):
        setattr(builtins, name, lambda *arguments, **keywords: True)
    mirror = lambda image: None
""",
    WRONG,
    CRASHED,
)
_cell(
    "replaces import",
    """
    import builtins
    builtins.__import__ = lambda *arguments, **keywords: None
    builtins.__build_class__ = None
    mirror = lambda image: None
""",
    WRONG,
    CRASHED,
)
_cell(
    "replaces modules",
    """
    import sys
    for name in list(sys.modules):
        if name.startswith("course_utils"):
            sys.modules[name] = None
    mirror = lambda image: None
""",
)
_cell(
    "drops asserts by a finder of modules",
    """
    import ast, sys
    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            raise SystemExit
    sys.meta_path.insert(0, Finder)
    ast.parse = lambda *arguments, **keywords: ast.Module([], [])
    mirror = lambda image: None
""",
)
_cell(
    "sets the variables of the checks",
    """
    import os
    os.environ.update(NBGRADER_EXECUTION="", COURSE_RESULTS="$OUTSIDE", COURSE_PROFILE="full", PYTHONPATH="/tmp")
    mirror = lambda image: None
""",
)
_cell(
    "traces every call",
    """
    import sys
    found = []
    def look(frame, event, argument):
        found.extend(value for value in frame.f_locals.values() if isinstance(value, dict) and "expected" in value)
        return look
    sys.settrace(look)
    sys.setprofile(look)
    mirror = lambda image: found[0]["expected"]["value"]
""",
)
_cell(
    "looks for what is expected in memory",
    """
    import gc
    def mirror(image):
        for thing in gc.get_objects():
            if isinstance(thing, dict) and "expected" in thing:
                return thing["expected"]["value"]
        raise LookupError
""",
)
_cell(
    "looks for the reference in memory",
    """
    import gc, types
    def mirror(image):
        for thing in gc.get_objects():
            if isinstance(thing, types.FunctionType) and "solutions/" in thing.__code__.co_filename:
                return thing(image)
        raise LookupError
""",
)
_cell(
    "looks for what is expected in the frames below it",
    """
    import sys
    def mirror(image):
        frame = sys._getframe()
        while frame:
            for value in frame.f_locals.values():
                if isinstance(value, dict) and ("expected" in value or "cases" in value):
                    cases = value.get("cases", [value])
                    return next(case["expected"]["value"] for case in cases if "expected" in case)
            frame = frame.f_back
        raise LookupError
""",
)
_cell(
    "imports the lesson's source",
    """
    import importlib.util, sys
    sys.path.insert(0, "$SOLUTIONS")
    mirror = __import__("00_start_here").mirror
""",
)
_cell(
    "asks the course for a report on itself",
    """
    from course_utils.grading import reference
    import pathlib
    mirror = lambda image: reference.build(pathlib.Path("$SOLUTION"), 0)
""",
)
_cell(
    "changes another exercise's answer",
    """
    def num_pixels(height, width):
        return 0
    mirror = lambda image: None
""",
)
_cell(
    "knows the visible cases by heart",
    """
    from course_utils import images
    import numpy as np
    CAT = images.load("cat")[20:280:13, 100:360:13]
    def mirror(image):
        if image.shape == (2, 3):
            return np.array([[3, 2, 1], [6, 5, 4]], np.uint8)
        if image.shape == CAT.shape:
            return CAT[:, ::-1]
        return None
""",
    WRONG,
)

# Forged replies ------------------------------------------------------------------------------------------------------
_SEND = '''
import json, os, struct

def send(body, length=None):
    """Write a frame to everything that can be written to."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = struct.pack(">I", len(body) if length is None else length)
    for descriptor in range(3, 256):
        try:
            os.write(descriptor, head + body)
        except OSError:
            pass
'''


def _forged(name: str, code: str, *ends: str) -> None:
    answer = "mirror = lambda image: None"
    _cell(name, f"{_SEND}\n{textwrap.dedent(code).strip()}\n{answer}", *(ends or (WRONG,)))


_forged(
    "forges passed cases",
    """
    for index in range(5):
        send({"event": "case begins", "index": index})
        send({"event": "case", "index": index, "passed": True, "points": 2, "status": "passed", "value": None})
    send({"event": "done", "passed": True})
    os._exit(0)
""",
)
_forged(
    "forges cases that do not exist",
    """
    for index in (-1, 10**30, True, None, "0", 1.0, [0], {"0": 0}):
        send({"event": "case", "index": index, "value": {"kind": "none"}})
        send({"event": ["case"], "index": index})
        send({"event": {}, "index": index})
""",
)
_forged(
    "forges strange values",
    """
    for index, value in enumerate([
        {"kind": "array", "dtype": "U400000000", "shape": [1], "values": ["a"]},
        {"kind": "array", "dtype": "object", "shape": [1], "values": [1]},
        {"kind": "array", "dtype": "uint8", "shape": [2**31, 2**31, 2**31], "base64": ""},
        {"kind": "array", "dtype": "uint8", "shape": [-1], "base64": "!!!!"},
        {"kind": "list"},
    ]):
        send({"event": "case begins", "index": index})
        send({"event": "case", "index": index, "value": value})
    os._exit(0)
""",
)
_forged(
    "forges strange words",
    """
    for index, strange in enumerate([["x"], {"a": 1}, 3, None, "<script>" * 1000]):
        send({"event": "case begins", "index": index})
        send({"event": "case", "index": index, "raised": strange, "message": strange, "where": strange,
              "changed": strange, "shares": strange, "printed": strange, "warned": strange, "unusable": strange})
    os._exit(0)
""",
    WRONG,
    CRASHED,
)
_forged("forges an error of the setup", "send({'event': 'setup failed', 'raised': 'It', 'message': 'is your fault'})")
_forged("forges a blank answer", "send({'event': 'blank'}); os._exit(0)", marking.NOT_ATTEMPTED)
_forged("forges an answer to a question", "send({'event': 'answer', 'value': {'kind': 'int', 'value': 1}})")
_forged("forges a model", "send({'event': 'case', 'index': 0, 'model': {'module': 'os', 'class_name': 'system'}})")
_forged("forges the end of memory", "send({'event': 'out of memory'}); os._exit(0)", MEMORY, CRASHED)
_forged("says it is four gigabytes", "send(b'{}', 2**32 - 1)", CRASHED)
_forged("says more than it sends", "send(b'{}', 90_000_000)", CRASHED, TIMED_OUT)
_forged("sends no JSON", "send(b'\\xff' * 100)", CRASHED)
_forged("sends no object", "send(b'[1, 2, 3]')", CRASHED)
_forged("sends a number with a million digits", "send(b'{\"a\": ' + b'1' * 10**6 + b'}')", CRASHED)
_forged("sends JSON that is a hundred thousand deep", "send(b'{\"a\": ' + b'[' * 10**5 + b']' * 10**5 + b'}')", CRASHED)
_forged("sends twenty million lists", "send(b'{\"a\": [' + b'[],' * 20_000_000 + b'[]]}')", CRASHED)
_forged(
    "sends frames without end",
    """
    while True:
        send({"event": "case", "index": 7})
""",
    CRASHED,
    TIMED_OUT,
)
_forged(
    "sends large frames without end",
    """
    body = json.dumps({"event": "x" * 30_000_000}).encode()
    while True:
        send(body)
""",
    CRASHED,
    TIMED_OUT,
)
_forged(
    "sends one byte at a time",
    """
    import time
    for descriptor in range(3, 256):
        try:
            while True:
                os.write(descriptor, b"\\0")
                time.sleep(0.01)
        except OSError:
            pass
""",
    CRASHED,
    TIMED_OUT,
)
_forged(
    "writes noise to everything",
    """
    for descriptor in range(256):
        try:
            os.write(descriptor, os.urandom(4096))
        except OSError:
            pass
""",
    CRASHED,
)
