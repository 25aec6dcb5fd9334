"""A class graded on a real Dask cluster of several processes, one of them killed: the same reports, to the byte."""

import os
import pathlib
import signal

import pytest

from course_utils.grading import class_run, engine, records, sandbox, synthetic, timing

LESSON = next((pathlib.Path(__file__).resolve().parent.parent / "solutions").glob("02_*.py"))
NUM_STUDENTS, NUM_WORKERS = 14, 3
SEED = 11

pytestmark = pytest.mark.skipif(not sandbox.found().inner, reason="this system has no sandbox for strangers' code")


@pytest.fixture(scope="module")
def submissions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "submissions"
    synthetic.write(folder, LESSON, NUM_STUDENTS, seed=3)
    (folder / "Zoë Last").mkdir()
    (folder / "Zoë Last" / f"{LESSON.stem}.ipynb").write_text("no notebook", encoding="utf-8")
    return folder


def _reports(out: pathlib.Path) -> dict[str, bytes]:
    files = [
        path for path in out.rglob("*") if path.is_file() and not path.name.startswith((records.FILE, timing.FILE))
    ]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def by_threads(submissions, tmp_path_factory):
    out = tmp_path_factory.mktemp("threads") / "out"
    class_run.run(class_run.Plan(submissions, out, seed=SEED, jobs=1), [LESSON])
    return _reports(out)


@pytest.fixture
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=NUM_WORKERS, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


class _Killer(class_run.Listener):
    """Kills a worker as soon as the second notebook is marked."""

    def __init__(self, cluster):
        self.cluster, self.killed, self.marked_by_then, self.num_marked = cluster, 0, 0, 0

    def marked(self, student, marks):
        self.num_marked += 1
        if self.num_marked == 2:
            self.killed = next(iter(self.cluster.workers.values())).pid
            self.marked_by_then = self.num_marked
            os.kill(self.killed, signal.SIGKILL)


def test_a_cluster_that_loses_a_worker_writes_the_same_reports(cluster, submissions, by_threads, tmp_path):
    killer = _Killer(cluster)
    assert len({one.pid for one in cluster.workers.values()} - {os.getpid()}) == NUM_WORKERS
    plan = class_run.Plan(submissions, tmp_path / "out", seed=SEED, dask=cluster.scheduler_address)
    summary = class_run.run(plan, [LESSON], killer)
    assert killer.killed
    assert killer.marked_by_then < killer.num_marked == NUM_STUDENTS
    assert summary.num_marked == NUM_STUDENTS
    found = _reports(tmp_path / "out")
    assert set(found) == set(by_threads)
    assert [name for name in found if found[name] != by_threads[name]] == []
    assert len([name for name in found if name.startswith("feedback/")]) == NUM_STUDENTS + 1


def test_what_was_graded_on_one_machine_is_not_graded_again_on_a_cluster(submissions, tmp_path, monkeypatch):
    out = tmp_path / "out"
    class_run.run(class_run.Plan(submissions, out, seed=SEED, jobs=2), [LESSON])
    before = _reports(out)
    monkeypatch.setattr(engine, "Cluster", lambda *_: pytest.fail("a cluster was asked to grade what is on record"))
    summary = class_run.run(class_run.Plan(submissions, out, seed=SEED, dask="tcp://127.0.0.1:1"), [LESSON])
    assert (summary.num_marked, summary.num_kept) == (0, NUM_STUDENTS)
    assert _reports(out) == before


def test_a_scheduler_that_does_not_answer_is_said_to_be_so(submissions, tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")

    def refuse(address, timeout, set_as_default):
        raise OSError("Timed out trying to connect")

    monkeypatch.setattr(distributed, "Client", refuse)
    plan = class_run.Plan(submissions, tmp_path / "out", dask="tcp://127.0.0.1:9")
    with pytest.raises(engine.EngineError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        class_run.run(plan, [LESSON])


def test_without_dask_the_package_to_install_is_named(submissions, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    plan = class_run.Plan(submissions, tmp_path / "out", dask="tcp://127.0.0.1:9")
    with pytest.raises(engine.EngineError, match="cnn-course\\[cluster\\]"):
        class_run.run(plan, [LESSON])
