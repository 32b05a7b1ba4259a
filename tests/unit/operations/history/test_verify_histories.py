"""``fraud verify`` of a model with histories: table, filling, and the delay seen."""

from types import SimpleNamespace
from typing import Any

import pytest

from cdk_app.naming import HISTORY_TABLE_OUTPUT
from operations.history.store import HistoryStore
from operations.history.table import publish_definition
from operations.verify import histories
from operations.verify.live_endpoint import CheckResult
from tests.unit.operations.history.stores import (
    DAY,
    DEFINITION,
    SESSION,
    START,
    payment,
)


@pytest.fixture
def outputs(store: HistoryStore, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Outputs of the storage stack."""
    found = {HISTORY_TABLE_OUTPUT: store.table.name}
    stack = SimpleNamespace(outputs=found)
    monkeypatch.setattr(histories, "read_stack", lambda *_: stack)
    return found


def check(history: dict[str, Any] | None = None) -> CheckResult:
    section = DEFINITION.as_dict() if history is None else history
    manifest = SimpleNamespace(history=section or None)
    live: Any = SimpleNamespace(
        session=SESSION, environment="dev", artifact=SimpleNamespace(manifest=manifest)
    )
    return histories.check_histories(live)


def report(store: HistoryStore, number: int, *, days: int) -> None:
    for card in range(number):
        assert store.report(payment(0, card=card), f"{card}", START + days * DAY)


def test_a_model_without_entities_needs_no_table(outputs: dict[str, str]) -> None:
    outputs.clear()
    assert check({}).remedy == ""


def test_an_environment_without_a_table_fails(outputs: dict[str, str]) -> None:
    outputs.clear()
    result = check()
    assert "there is no table" in result.said
    assert "[history]" in result.remedy


def test_a_table_filled_for_another_model_fails(
    store: HistoryStore, outputs: dict[str, str]
) -> None:
    assert check().command == "fraud history seed --env dev"
    publish_definition(store.table)
    assert check().remedy == ""
    other = {**DEFINITION.as_dict(), "label_delay_hours": 336.0}
    assert check(other).command == "fraud history seed --env dev"


def test_reports_that_come_as_late_as_trained_pass(
    store: HistoryStore, outputs: dict[str, str]
) -> None:
    publish_definition(store.table)
    report(store, histories.LEAST_REPORTS, days=8)
    result = check()
    assert result.remedy == ""
    assert "20 reports of 30 days came 8.0 days late" in result.said


def test_a_delay_that_training_did_not_assume_fails(
    store: HistoryStore, outputs: dict[str, str]
) -> None:
    publish_definition(store.table)
    report(store, histories.LEAST_REPORTS - 1, days=14)
    assert check().remedy == "", "too few to judge by"
    assert store.report(payment(0, card=99), "99", START + 14 * DAY)
    result = check()
    assert "14.0 days late on average, the model was trained with 7.0" in result.said
    assert "--label-delay-hours 336" in result.remedy
