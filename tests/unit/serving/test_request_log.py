"""The log: which requests, which fields, and nothing that a caller could smuggle in."""

import json
import math
from pathlib import Path

import pytest

from serving.invocation import Answer
from serving.request_log import RequestLog

SCORED = Answer(
    200, "application/json", b"", rows=3, alerts=1, max_fraud_probability=0.75
)
REFUSED = Answer(400, "application/json", b"", error_code="wrong_type")
FAULT = Answer(500, "application/json", b"", error_code="internal_error")


def lines(
    capsys: pytest.CaptureFixture[str], log: RequestLog
) -> list[dict[str, object]]:
    log.flush()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_scored_request_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    log = RequestLog()
    log.write("payment-77", SCORED, 0.0012)
    assert lines(capsys, log) == [
        {
            "request_id": "payment-77",
            "status": 200,
            "milliseconds": 1.2,
            "rows": 3,
            "alerts": 1,
            "max_fraud_probability": 0.75,
            "values_outside_training_range": 0,
        }
    ]


def test_a_refused_request_names_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    log = RequestLog()
    log.write("a", REFUSED, math.nan)
    expected = {"request_id": "a", "status": 400, "milliseconds": None}
    assert lines(capsys, log) == [{**expected, "error": "wrong_type"}]


@pytest.mark.parametrize("name", ["", 'x", "card": "4111', "a b", "x" * 65, "\n"])
def test_another_request_id_is_replaced_by_one_of_ours(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    log = RequestLog()
    log.write(name, SCORED, 0.001)
    log.write(name, SCORED, 0.001)
    first, second = [line["request_id"] for line in lines(capsys, log)]
    assert first != second
    assert name not in (first, second)


@pytest.mark.parametrize(
    ("level", "statuses"),
    [
        ("", [200, 400, 500]),
        ("INFO", [200, 400, 500]),
        ("debug", [200, 400, 500]),
        ("WARNING", [400, 500]),
        ("ERROR", [500]),
        ("unknown", [200, 400, 500]),
    ],
)
def test_the_level_leaves_out_what_went_well(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    level: str,
    statuses: list[int],
) -> None:
    monkeypatch.setenv("LOG_LEVEL", level)
    log = RequestLog()
    for answer in (SCORED, REFUSED, FAULT):
        log.write("", answer, 0.001)
    assert [line["status"] for line in lines(capsys, log)] == statuses


def test_a_fault_is_told_by_type_and_place_and_not_by_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = RequestLog()
    try:
        int("4111-1111")
    except ValueError as error:
        log.fault(error)
    (line,) = lines(capsys, log)
    assert line["fault"] == "ValueError"
    assert str(line["at"]).startswith("test_request_log.py:")


def test_a_reader_that_stands_still_costs_lines_and_no_memory(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.request_log._MOST_LINES", 2)
    monkeypatch.setattr("serving.request_log._FLUSH_SECONDS", 3600)
    log = RequestLog()
    for _ in range(5):
        log.write("", SCORED, 0.001)
    got = lines(capsys, log)
    assert len(got) == 3
    assert got[-1] == {"log_lines_dropped": 3}


@pytest.mark.parametrize("probability", [9.8e-05, 1e-12, 0.0, 0.25, 1.0, 1e-300])
def test_numbers_have_a_fixed_point(
    capsys: pytest.CaptureFixture[str], probability: float
) -> None:
    log = RequestLog()
    log.write("a", SCORED._replace(max_fraud_probability=probability), 1e-7)
    log.flush()
    line = capsys.readouterr().out
    assert "e-" not in line
    assert json.loads(line)["max_fraud_probability"] == pytest.approx(
        probability, abs=1e-9
    )


def test_where_the_platform_freezes_a_line_is_written_before_the_answer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAUD_LOG_BEFORE_ANSWER", "true")
    monkeypatch.setattr("serving.request_log._FLUSH_SECONDS", 3600)
    RequestLog().write("a", SCORED, 0.001)
    assert json.loads(capsys.readouterr().out)["request_id"] == "a"


def test_lines_of_a_failed_write_are_counted_and_the_next_are_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("serving.request_log._FLUSH_SECONDS", 3600)
    log = RequestLog()
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr("sys.stdout", full)
        for _ in range(3):
            log.write("lost", SCORED, 0.001)
        log.flush()
        log.write("lost", SCORED, 0.001)
        log.flush()
    with (tmp_path / "log").open("w") as file:
        monkeypatch.setattr("sys.stdout", file)
        log.write("kept", SCORED, 0.001)
        log.flush()
        log.flush()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line.get("request_id") for line in lines] == ["kept", None]
    assert lines[1] == {"log_lines_dropped": 4}


@pytest.mark.parametrize("stream", [None, "closed"])
def test_without_standard_output_requests_are_answered_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stream: str | None
) -> None:
    file = (tmp_path / "log").open("w")
    file.close()
    monkeypatch.setattr("sys.stdout", file if stream else None)
    log = RequestLog()
    log.write("a", SCORED, 0.001)
    log.flush()
