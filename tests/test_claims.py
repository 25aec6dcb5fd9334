"""Claims print one line that is the same everywhere and record what was measured."""

import json

import numpy as np
import pytest

from course_utils import claims, results


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    file = tmp_path / "results.jsonl"
    monkeypatch.setenv("COURSE_RESULTS", str(file))

    def read():
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

    return read


def test_a_claim_that_holds(capsys, recorded):
    assert claims.check("half of it is lost – at least", True, value=0.61803, unit="share", name="lost") is None
    assert capsys.readouterr().out == "claim holds: half of it is lost – at least\n"
    assert recorded() == [
        {
            "event": "claim",
            "held": True,
            "name": "lost",
            "sentence": "half of it is lost – at least",
            "unit": "share",
            "value": 0.61803,
        }
    ]


def test_a_measurement_prints_no_number_and_is_no_claim(capsys, recorded):
    assert claims.measured("share of swaps", np.float32(0.25), unit="share", name="swaps") is None
    assert capsys.readouterr().out == "measured: share of swaps\n"
    assert recorded() == [
        {"event": "measurement", "name": "swaps", "sentence": "share of swaps", "unit": "share", "value": 0.25}
    ]


@pytest.mark.parametrize(
    ("value", "name", "words"),
    [
        (float("nan"), None, "the value is not finite"),
        ([1, 2], None, "the value is no number"),
        (None, None, ""),
        (0.5, "two words", "is no identifier"),
    ],
)
def test_a_measurement_that_is_no_number_counts_as_a_claim_that_fails(capsys, recorded, value, name, words):
    claims.measured("share of swaps", value, name=name)
    printed = capsys.readouterr().out
    assert printed.startswith("CLAIM FAILS: share of swaps")
    assert words in printed
    assert [(event["event"], event["held"]) for event in recorded()] == [("claim", False)]


def test_a_claim_that_fails(capsys, recorded):
    claims.check("three is even", 3 % 2 == 0)
    assert capsys.readouterr().out == "CLAIM FAILS: three is even\n"
    assert recorded()[0]["held"] is False
    assert recorded()[0]["value"] is None


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        (np.True_, True),
        (np.False_, False),
        (np.array([True, True]), True),
        (np.array([True, False]), False),
        (1, True),
    ],
)
def test_conditions_of_numpy(capsys, recorded, condition, held):
    claims.check("so it is", condition, value=np.float32(0.5))
    assert recorded()[0]["held"] is held
    assert recorded()[0]["value"] == 0.5


class _Undecided:
    def __bool__(self):
        raise RuntimeError("neither")


@pytest.mark.parametrize(
    "arguments",
    [
        {"condition": _Undecided()},
        {"condition": True, "value": float("nan")},
        {"condition": True, "value": float("inf")},
        {"condition": True, "value": "many"},
        {"condition": True, "value": np.zeros(3)},
        {"condition": True, "name": "not an identifier"},
        {"condition": True, "name": 3},
    ],
)
def test_a_claim_that_cannot_be_decided_fails_without_raising(capsys, recorded, arguments):
    claims.check("it works", **arguments)
    assert capsys.readouterr().out.startswith("CLAIM FAILS: it works (")
    assert recorded()[0]["held"] is False
    assert recorded()[0]["sentence"] == "it works"


def test_nothing_is_recorded_unless_asked_for(monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("COURSE_RESULTS", raising=False)
    monkeypatch.chdir(tmp_path)
    claims.check("quiet", True)
    assert list(tmp_path.iterdir()) == []


def test_a_results_file_that_cannot_be_written_is_told_and_harms_nothing(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COURSE_RESULTS", str(tmp_path))  # a folder
    results.record({"event": "claim"})
    assert "cannot be written" in capsys.readouterr().out


def test_the_folder_of_a_results_file_is_made(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COURSE_RESULTS", str(tmp_path / "no" / "such" / "results.jsonl"))
    results.record({"event": "claim"})
    assert json.loads((tmp_path / "no" / "such" / "results.jsonl").read_text(encoding="utf-8")) == {"event": "claim"}
    assert capsys.readouterr().out == ""


def test_events_are_appended_one_per_line(recorded, capsys):
    for number in range(3):
        claims.check(f"claim\nnumber {number}", True)
    assert [event["sentence"] for event in recorded()] == [
        "claim\nnumber 0",
        "claim\nnumber 1",
        "claim\nnumber 2",
    ]
