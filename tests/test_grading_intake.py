"""Whatever was handed in, and however it was collected, ends in one record per student with a clear reason."""

import codecs
import io
import json
import os
import struct
import zipfile

import grading_desk
import pytest

from course_utils.grading import class_run, engine, intake, sandbox

LESSON = "00"
NAME = grading_desk.source_of(LESSON).stem
SOLVED = grading_desk.as_bytes(grading_desk.answered(LESSON, {"0.3": grading_desk.right_code(LESSON, "0.3")}))
EMPTY = grading_desk.as_bytes(grading_desk.released(LESSON))
GRADED, UNREADABLE = "graded", "could not be read"


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _encrypted(content: bytes) -> bytes:
    """Return an archive with the flag of encryption set on its only member."""
    changed = bytearray(_zip({f"{NAME}.ipynb": content}))
    changed[6] |= 1
    changed[changed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def _bomb() -> bytes:
    """Return an archive of 200 KB whose one notebook would have 200 MB."""
    return _zip({f"{NAME}.ipynb": bytes(200 * 2**20)})


def _lying_bomb() -> bytes:
    """Return an archive whose one notebook says that it has 10 bytes and has 100 MB."""
    data = bytearray(_zip({f"{NAME}.ipynb": bytes(100 * 2**20)}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(signature) + offset
        data[place : place + 4] = struct.pack("<I", 10)
    return bytes(data)


def _version_3() -> bytes:
    cells = [
        {"cell_type": "code", "language": "python", "metadata": {}, "outputs": [], "input": "".join(cell["source"])}
        for cell in json.loads(SOLVED)["cells"]
        if cell["cell_type"] == "code"
    ]
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}).encode()


def _file(content: bytes):
    return lambda path: path.write_bytes(content)


def _sparse(path):
    with open(path, "wb") as file:
        file.truncate(500 * 2**20)


# name: (how it is made, status, what the reason or the damage says)
FILES = {
    "sound.ipynb": (_file(SOLVED), GRADED, ""),
    "empty.ipynb": (_file(b""), UNREADABLE, "empty"),
    "noise.ipynb": (_file(bytes(range(256)) * 20), UNREADABLE, "no notebook"),
    "text.ipynb": (_file(b"Dear teacher, my notebook does not upload."), UNREADABLE, "no notebook"),
    "page.ipynb": (_file(b"<html><script>alert(1)</script></html>"), UNREADABLE, "no notebook"),
    "number.ipynb": (_file(b"42"), UNREADABLE, "no notebook"),
    "deep.ipynb": (_file(b"[" * 200_000), UNREADABLE, "no notebook"),
    "nocells.ipynb": (_file(b'{"cells": 3, "nbformat": 4}'), UNREADABLE, "no notebook"),
    "cut.ipynb": (_file(SOLVED[: len(SOLVED) * 9 // 10]), GRADED, "JSON"),
    "old.ipynb": (_file(_version_3()), GRADED, ""),
    "utf16.ipynb": (_file(codecs.BOM_UTF16_LE + SOLVED.decode().encode("utf-16-le")), GRADED, "UTF-16"),
    "bom.ipynb": (_file(codecs.BOM_UTF8 + SOLVED), GRADED, ""),
    "latin.ipynb": (_file(SOLVED.replace(b'"nbformat"', b'"gr\xfc\xdfe": 1, "nbformat"', 1)), GRADED, "UTF-8"),
    "huge.ipynb": (_sparse, UNREADABLE, "500 MB"),
    "link.ipynb": (lambda path: path.symlink_to("/etc/passwd"), UNREADABLE, "link"),
    "pipe.ipynb": (os.mkfifo, UNREADABLE, "no ordinary file"),
    "broken.zip": (_file(b"PK\x03\x04 and nothing more"), UNREADABLE, "no sound zip"),
    "fine.zip": (_file(_zip({f"{NAME}.ipynb": SOLVED, "picture.png": b""})), GRADED, ""),
    "bomb.zip": (_file(_bomb()), UNREADABLE, "200 MB"),
    "liar.zip": (_file(_lying_bomb()), UNREADABLE, ""),
    "secret.zip": (_file(_encrypted(SOLVED)), UNREADABLE, "encrypted"),
    "climber.zip": (_file(_zip({f"../../../tmp/{NAME}.ipynb": SOLVED})), GRADED, ""),
    "matryoshka.zip": (_file(_zip({"inner.zip": _zip({f"{NAME}.ipynb": SOLVED})})), GRADED, ""),
    "nothing.zip": (_file(_zip({"readme.txt": b"sorry"})), UNREADABLE, "there is no notebook"),
    "essay.docx": (_file(b"text"), UNREADABLE, "there is no notebook"),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Return every record of a class that handed in all of FILES, by student."""
    if not sandbox.found().inner:
        pytest.skip("this system has no sandbox for strangers' code")
    place = tmp_path_factory.mktemp("handed_in")
    for name, (make, _, _) in FILES.items():
        make(place / name)
    (place / "folder.ipynb").mkdir()
    (place / "nobody").mkdir()
    out = tmp_path_factory.mktemp("out")
    plan = class_run.Plan(place, out, NAME, limits=engine.Limits(seconds=20), seed=1)
    summary = class_run.run(plan, [grading_desk.source_of(LESSON)])
    assert len(summary.entries) == len({entry.student for entry in summary.entries}) == len(FILES) + 2
    assert not list(out.rglob("*.partial"))
    return {entry.student: entry for entry in summary.entries}


@pytest.mark.parametrize("name", FILES)
def test_every_file_ends_in_one_record_with_a_reason(graded, name):
    entry = graded[name.rsplit(".", 1)[0]]
    _, status, says = FILES[name]
    assert entry.status == status
    assert says in entry.reason + entry.damage
    assert bool(entry.reason) == (status == UNREADABLE)
    assert bool(entry.damage) == (status == GRADED and bool(says))
    if status == GRADED:
        assert {mark.number: mark.points for mark in entry.marks if mark.points} == {"0.3": 2.0}
        assert entry.lesson == NAME


def test_empty_folders_are_on_record(graded):
    for name in ("nobody", "folder.ipynb"):
        assert (graded[name].status, graded[name].reason) == (UNREADABLE, "the folder is empty")


def _students(place) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in intake.find(place):
        found.setdefault(one.student, []).append(one.name)
    return found


def _make(folder, files: dict[str, bytes]):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_nbgrader_folders(tmp_path):
    times = {"ana": b"2026-01-01 10:00:00.000000 UTC", "ben": b"2026-01-02 10:00:00 UTC"}
    files = {f"submitted/{student}/ps1/{NAME}.ipynb": SOLVED for student in times}
    files |= {f"submitted/{student}/ps1/timestamp.txt": time for student, time in times.items()}
    assert sorted(_students(_make(tmp_path, files))) == ["ana", "ben"]
    assert sorted(_students(tmp_path / "submitted")) == ["ana", "ben"]


def test_moodle_names(tmp_path):
    files = {
        f"Zoë Ångström_1234567_assignsubmission_file_/{NAME}.ipynb": SOLVED,
        f"王小明_7654321_assignsubmission_file_{NAME}.ipynb": SOLVED,
        "Ana Lima_1111_assignsubmission_onlinetext_/text.html": b"sorry",
    }
    assert sorted(_students(_make(tmp_path, files))) == [
        "Ana Lima (1111)",
        "Zoë Ångström (1234567)",
        "王小明 (7654321)",
    ]
    assert _students(_make(tmp_path, {})) == _students(_zipped(tmp_path))


def _zipped(folder):
    """Return a zip file of a folder's content, as a download of the whole class is one."""
    path = folder.with_name(folder.name + ".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return path


def test_canvas_names_late_and_repeated(tmp_path):
    files = {
        f"doejane_12345_67890_{NAME}.ipynb": EMPTY,
        f"doejane_12345_67891_{NAME}-1.ipynb": SOLVED,
        f"limaana_LATE_22222_33333_{NAME}.ipynb": SOLVED,
    }
    found = intake.find(_make(tmp_path, files))
    assert [(one.student, one.late) for one in found] == [
        ("doejane (12345)", False), ("doejane (12345)", False), ("limaana (22222)", True),
    ]  # fmt: skip
    assert found[1].name.endswith("-1.ipynb")
    assert _students(_zipped(tmp_path)) == _students(tmp_path)


def test_the_last_attempt_counts_and_an_unreadable_one_does_not(tmp_path):
    if not sandbox.found().inner:
        pytest.skip("this system has no sandbox for strangers' code")
    files = {"ana.ipynb": EMPTY, "ana-1.ipynb": SOLVED, "ana-2.ipynb": b"", "ben-1.ipynb": EMPTY, "ben-2.ipynb": EMPTY}
    plan = class_run.Plan(_make(tmp_path / "in", files), tmp_path / "out", NAME, seed=1)
    entries = class_run.run(plan, [grading_desk.source_of(LESSON)]).entries
    assert {entry.student: entry.earlier for entry in entries} == {"ana": 2, "ben-1": 0, "ben-2": 0}
    assert entries[0].file == "ana-1.ipynb"


@pytest.mark.parametrize(
    "name",
    [
        "mallory/victim_1234_5678_lesson.ipynb",
        "mallory/victim/lesson.ipynb",
        "mallory/victim_1234567_assignsubmission_file_/lesson.ipynb",
        "mallory/submitted/victim/ps1/lesson.ipynb",
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_nobody_hands_in_for_another_student(tmp_path, name, packed):
    files = {"victim/lesson.ipynb": SOLVED, "victim_1234567_assignsubmission_file_/lesson.ipynb": SOLVED,
             "victim_1234_5678_lesson.ipynb": SOLVED}  # fmt: skip
    inner = name.removeprefix("mallory/")
    files |= {"mallory.zip": _zip({inner: EMPTY, "../victim/lesson.ipynb": EMPTY})} if packed else {name: EMPTY}
    for place in (_make(tmp_path, files), _zipped(tmp_path)):
        students = _students(place)
        assert set(students) == {"mallory", "victim", "victim (1234567)", "victim (1234)"}
        assert all(len(names) == 1 for student, names in students.items() if student != "mallory")


@pytest.mark.parametrize(
    "student", ["Ana Lima", "Łukasz Żółć", "محمد", "नेहा", "😀", "a" * 200, "=1+1", "..-..", "'; DROP"]
)
def test_names_in_any_script(tmp_path, student):
    assert list(_students(_make(tmp_path, {f"{student}.ipynb": SOLVED}))) == [student]


def test_names_that_are_no_text(tmp_path):
    with open(os.fsencode(tmp_path) + b"/\xff\xfe\n\x1b.ipynb", "wb") as file:
        file.write(SOLVED)
    (name,) = _students(tmp_path)
    assert name.isprintable()
    assert intake.find(tmp_path)[0].load()[0] == SOLVED


def test_a_place_without_submissions_is_refused(tmp_path):
    for place in (tmp_path, tmp_path / "missing"):
        with pytest.raises(intake.IntakeError):
            intake.find(place)


def test_a_damaged_member_of_an_archive_hurts_no_other(tmp_path):
    archive = bytearray(_zip({"a.ipynb": SOLVED, "b.ipynb": EMPTY}))
    archive[80:90] = bytes(10)
    found = intake.find(_make(tmp_path, {"class.zip": bytes(archive)}) / "class.zip")
    loaded = {one.student: one.load() for one in found}
    assert loaded["a"][0] == b""
    assert "cannot be read" in loaded["a"][1]
    assert loaded["b"] == (EMPTY, "")


def test_nothing_that_is_read_is_larger_than_agreed(tmp_path):
    _sparse(tmp_path / "huge.ipynb")
    content, reason = intake.find(tmp_path)[0].load()
    assert (content, "500 MB" in reason) == (b"", True)
