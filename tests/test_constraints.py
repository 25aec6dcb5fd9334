import pathlib
import re
import tomllib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([0-9][A-Za-z0-9.]*)$")


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(name):
    """Return the versions that a constraints file names; anything but `name==version` and comments is an error."""
    found = {}
    for line in (ROOT / ".constraints" / name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            match = PINNED.match(line)
            assert match, f"{name}: {line!r} is no plain name==version"
            found[normal(match[1])] = match[2]
    return found


def lower_ends():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    matches = [re.match(r"([\w.-]+)>=([\d.]+)", text) for text in asked]
    assert all(matches), "every dependency names its lowest version"
    return {normal(match[1]): match[2] for match in matches}


def as_numbers(version):
    return [int(part) for part in re.findall(r"\d+", version)]


@pytest.mark.parametrize(("name", "lowest"), lower_ends().items())
def test_every_range_was_tried_at_its_lower_end_and_in_the_tested_set(name, lowest):
    oldest = pins("oldest.txt")[name]
    assert oldest == lowest or oldest.startswith(lowest + ".")
    assert as_numbers(pins("tested.txt")[name]) >= as_numbers(lowest)


def test_oldest_names_nothing_else():
    assert set(pins("oldest.txt")) == set(lower_ends())
