import pathlib

import pytest
from nbformat import v4

from course_utils.execution import runner


def notebook(*sources):
    return v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])


def stdout(result):
    return [
        "".join(output.text for output in cell.outputs if output.get("name") == "stdout")
        for cell in result.notebook.cells
        if cell.cell_type == "code"
    ]


def test_outputs_counts_folder_and_environment(tmp_path):
    given = notebook(
        "import os\nprint(os.getcwd())", "print(os.environ['COLOUR'], os.environ['COURSE_PROGRESS'])", "6 * 7"
    )
    given.cells.insert(1, v4.new_markdown_cell("words"))
    given.cells[0].execution_count = 9
    calls = []
    result = runner.run(
        given,
        folder=tmp_path,
        environment={"COLOUR": "red"},
        on_progress=lambda index, total: calls.append((index, total)),
    )
    assert result.error is None
    assert pathlib.Path(stdout(result)[0].strip()).resolve() == tmp_path.resolve()
    assert stdout(result)[1] == "red off\n"
    assert result.notebook.cells[3].outputs[0].data["text/plain"] == "42"
    assert [cell.get("execution_count") for cell in result.notebook.cells] == [1, None, 2, 3]
    assert calls == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert given.cells[0].outputs == []
    assert given.cells[0].execution_count == 9


def test_an_error_stops_the_run_and_old_outputs_are_gone(tmp_path):
    given = notebook("1 / 0", "print('never')")
    given.cells[1].outputs = [v4.new_output("stream", name="stdout", text="old\n")]
    result = runner.run(given, folder=tmp_path)
    assert result.error == "cell 1 stopped with ZeroDivisionError: division by zero"
    assert result.notebook.cells[1].outputs == []


def test_allow_errors_goes_on(tmp_path):
    result = runner.run(notebook("1 / 0", "print('later')"), folder=tmp_path, allow_errors=True)
    assert result.error is None
    assert result.notebook.cells[0].outputs[0].ename == "ZeroDivisionError"
    assert stdout(result)[1] == "later\n"


def test_a_slow_cell_and_a_dead_kernel_are_told(tmp_path):
    slow = runner.run(notebook("import time; time.sleep(60)"), folder=tmp_path, timeout_per_cell=1)
    assert slow.error == "cell 1 took longer than 1 s"
    dead = runner.run(notebook("x = 1", "import os; os._exit(7)"), folder=tmp_path)
    assert dead.error == "the kernel died in cell 2: exit status 7"


def test_events_come_back_in_order(tmp_path):
    code = "from course_utils import results\nresults.record({'event': 'claim', 'number': %d})"
    seen = []
    result = runner.run(
        notebook(code % 1, code % 2), folder=tmp_path, on_events=lambda events: seen.append(len(events))
    )
    assert [event["number"] for event in result.events] == [1, 2]
    assert seen == [1, 2]


def test_cpu_seconds_and_memory_are_those_of_the_notebook(tmp_path):
    idle = runner.run(notebook("import time; time.sleep(0.5)"), folder=tmp_path)
    busy = runner.run(
        notebook(
            "import time\nend = time.process_time() + 1\nwhile time.process_time() < end: pass",
            "data = bytearray(300_000_000)\ndel data",
        ),
        folder=tmp_path,
    )
    assert busy.cpu_seconds > idle.cpu_seconds + 0.5
    assert busy.peak_mb > idle.peak_mb + 250
    assert busy.seconds >= 1


def test_offline_holds_for_a_notebook_that_never_imports_the_course(tmp_path):
    code = "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=1)"
    result = runner.run(notebook(code), folder=tmp_path, environment={"COURSE_OFFLINE": "1"})
    assert "NetworkBlockedError" in result.error


@pytest.mark.parametrize(
    ("status", "words"), [(3, "exit status 3"), (-9, "SIGKILL (perhaps out of memory)"), (-11, "SIGSEGV")]
)
def test_ending_in_words(status, words):
    provisioner = type("Provisioner", (), {"process": type("Process", (), {"returncode": status})})
    assert words in runner.ending(provisioner)
