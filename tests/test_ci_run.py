import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
README = """
## Before

```bash
echo before
```

## Two commands

```bash
echo first
```

```bash
{command}
```

```bash
echo third
```
"""

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or not all(shutil.which(name) for name in ("bash", "git")), reason="needs bash and git"
)


def run(folder, readme):
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", folder / ".ci" / "run")
    (folder / "README.md").write_text(readme, encoding="utf-8")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "All"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)
    (folder / "uncommitted").write_text("", encoding="utf-8")
    return subprocess.run(["bash", ".ci/run"], cwd=folder, capture_output=True, text=True, timeout=60)


def test_it_runs_the_second_command_of_the_readme_in_a_fresh_clone(tmp_path):
    done = run(tmp_path, README.format(command="ls && pwd && echo '=== 3 passed in 1.20s (0:01:10) ==='"))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "README.md" in lines
    assert "uncommitted" not in lines
    assert str(tmp_path) not in lines
    assert not {"before", "first", "third"} & set(lines)
    assert lines[-1] == "=== 3 passed in 1.20s (0:01:10) ==="


def test_it_ends_with_the_status_of_the_command(tmp_path):
    done = run(tmp_path, README.format(command="echo '=== 1 failed in 0.1s ===' && exit 7"))
    assert done.returncode == 7
    assert "status 7" in done.stdout


def test_a_readme_without_the_command_is_an_error(tmp_path):
    done = run(tmp_path, "# A course\n")
    assert done.returncode == 1
    assert "no test command" in done.stderr


def test_the_readme_holds_the_test_command():
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Two commands")[2]
    assert '.venv/bin/python -m pip install -e ".[test]" && .venv/bin/python -m pytest' in text.split("```bash")[2]
