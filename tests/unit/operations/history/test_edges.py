"""What happens at the edges of a table of histories: each is one line of the docs."""

import logging
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from artifact.history.state import Bucket
from operations.account.errors import OperationError
from operations.history import items, reports
from operations.history import table as table_module
from operations.history.seeding import seed
from operations.history.store import HistoryStore
from tests.unit.operations.history.stores import (
    DAY,
    START,
    item_of,
    payment,
    snapshot,
)

YEAR = 365 * DAY


def today(
    store: HistoryStore, seconds: float = 60, entity: str = "card"
) -> float | None:
    return store.read(payment(seconds)).features[f"{entity}.transactions_today"]


@given(st.integers(0, 10**9), st.integers(-(10**17), 10**17), st.integers(0, 10**8))
def test_a_day_is_one_number_of_at_most_38_digits(
    transactions: int, amount: int, reported: int
) -> None:
    day = items.packed(Bucket(transactions, amount, reported))
    assert items.unpacked(day) == Bucket(transactions, amount, reported)
    assert len(str(abs(day))) <= 38


def test_a_clock_a_year_ahead_is_answered_and_spoils_no_history(
    store: HistoryStore,
) -> None:
    store.record(payment(0))
    ahead = store.record(payment(time.time() - START + YEAR))
    assert ahead.missing == ()
    assert store.counters["ahead"] == 1
    assert today(store) == 2, "the day before is still there"


def test_a_clock_an_hour_ahead_makes_the_next_hour_late(store: HistoryStore) -> None:
    store.record(payment(3600))
    behind = store.record(payment(60))
    assert behind.features["card.seconds_since_last"] is None
    assert store.record(payment(3700)).features["card.transactions_today"] == 3


def test_an_entity_that_the_transaction_lacks_is_counted_and_not_missing(
    store: HistoryStore,
) -> None:
    history = store.record({"time": START, "amount": 1.0, "card": 7})
    assert history.missing == ()
    assert history.features["shop.transactions_today"] is None
    assert store.counters["absent"] == 1


@pytest.mark.parametrize("amount", [None, float("nan"), 1e29])
def test_an_amount_that_cannot_be_summed_counts_as_a_transaction(
    store: HistoryStore, amount: Any
) -> None:
    store.record(payment(0))
    store.record(payment(1, amount))
    seen = store.read(payment(60)).features
    assert seen["card.transactions_today"] == 3
    assert seen["card.amount_today"] == 20.0


def test_a_late_payment_outlives_a_seed_of_its_day(
    store: HistoryStore, tmp_path: Path
) -> None:
    path = snapshot(tmp_path / "history.npz", days=[0, 3, 9])
    seed(store.table, path, lambda _: None)
    store.record(payment(12 * DAY))
    store.record(payment(9 * DAY, 5.0))
    seed(store.table, path, lambda _: None)
    seen = store.read(payment(12 * DAY + 1)).features
    assert seen["card.transactions_30_days"] == 6
    assert seen["card.amount_30_days"] == 55.0


def test_a_late_payment_keeps_no_other_day_from_being_seeded(
    store: HistoryStore, tmp_path: Path
) -> None:
    store.record(payment(12 * DAY))
    store.record(payment(3 * DAY, 5.0))
    seed(store.table, snapshot(tmp_path / "h.npz", days=[0, 3, 9]), lambda _: None)
    seen = store.read(payment(12 * DAY + 1)).features
    assert seen["card.transactions_30_days"] == 5
    assert seen["card.amount_30_days"] == 45.0, "of day 3 the live payment alone"


def test_seeding_again_renews_the_expiry(
    store: HistoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = snapshot(tmp_path / "history.npz", days=[0, 3, 9])
    seed(store.table, path, lambda _: None)
    first = int(item_of(store, "card", "7")["expires_at"]["N"])
    later = int(time.time()) + 30 * DAY
    monkeypatch.setattr(table_module, "now_seconds", lambda: later)
    seed(store.table, path, lambda _: None)
    assert int(item_of(store, "card", "7")["expires_at"]["N"]) >= first + 30 * DAY


def cancelled(store: HistoryStore, *codes: str) -> Exception:
    kind = store._patient.dynamodb.exceptions.TransactionCanceledException
    response = {
        "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    error: Exception = kind(response, "TransactWriteItems")
    return error


def failing(store: HistoryStore, error: Exception, times: int) -> list[int]:
    """Let so many transactions fail; returns what counts them."""
    client = store._patient.dynamodb
    write, calls = client.transact_write_items, [0]

    def transact(**arguments: Any) -> Any:
        calls[0] += 1
        if calls[0] <= times:
            raise error
        return write(**arguments)

    client.transact_write_items = transact
    return calls


def test_a_report_that_meets_a_payment_is_tried_again(
    store: HistoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "_FIRST_PAUSE_SECONDS", 0.0)
    meets = cancelled(store, "None", "TransactionConflict", "None")
    failing(store, meets, times=2)
    assert store.report(payment(0), "one", START + DAY)
    calls = failing(store, meets, times=100)
    with pytest.raises(OperationError, match="TransactionCanceledException"):
        store.report(payment(0), "two", START + DAY)
    assert calls == [5]


def test_a_report_that_is_refused_for_good_is_not_tried_again(
    store: HistoryStore,
) -> None:
    calls = failing(store, cancelled(store, "None", "ValidationError"), times=100)
    with pytest.raises(OperationError, match="TransactionCanceledException"):
        store.report(payment(0), "one", START + DAY)
    assert calls == [1]


def test_a_report_counts_where_its_delay_cannot_be_kept(
    store: HistoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://localhost")

    monkeypatch.setattr(reports, "record_event", away)
    assert store.report(payment(0), "one", START + DAY)
    seen = store.read(payment(DAY + 1)).features
    assert seen["card.reports_today"] == 1


def test_a_report_outlives_a_seed_of_the_same_days(
    store: HistoryStore, tmp_path: Path
) -> None:
    path = snapshot(tmp_path / "history.npz", days=[0, 3, 9])
    seed(store.table, path, lambda _: None)
    assert store.report(payment(2 * DAY), "one", START + 9 * DAY)
    seed(store.table, path, lambda _: None)
    seen = store.read(payment(9 * DAY + 100)).features
    assert seen["card.reports_today"] == 1
    assert seen["card.reports_7_days"] == 2
    assert seen["card.transactions_30_days"] == 4


def test_an_erased_id_is_not_brought_back_by_a_seed(
    store: HistoryStore, tmp_path: Path
) -> None:
    path = snapshot(tmp_path / "history.npz", days=[0, 3, 9])
    seed(store.table, path, lambda _: None)
    assert store.erase("card", 7)
    assert not store.erase("card", 7)
    seed(store.table, path, lambda _: None)
    seen = store.read(payment(9 * DAY + 100)).features
    assert seen["card.transactions_30_days"] == 1
    assert seen["shop.transactions_30_days"] == 4
    assert item_of(store, "card", "7").keys() == {"id", "live_since", "expires_at"}
    store.record(payment(10 * DAY))
    assert store.erase("card", 7), "what came since is a history again"


def test_a_report_withdrawn_after_the_erasure_leaves_no_debt(
    store: HistoryStore,
) -> None:
    store.record(payment(0), "one")
    store.report(payment(0), "one", START + DAY)
    store.erase("card", 7)
    assert store.withdraw(payment(0), "one")
    seen = store.read(payment(DAY + 1)).features
    assert seen["card.reports_7_days"] == seen["shop.reports_7_days"] == 0


def test_what_was_noted_for_a_retry_can_be_erased(store: HistoryStore) -> None:
    store.record(payment(0), "one")
    store.report(payment(0), "one", START + DAY)
    assert store.erase_transaction("one")
    assert not store.erase_transaction("one")
    assert store.report(payment(0), "one", START + DAY), "it counts as new"


def test_a_retry_after_the_id_was_forgotten_counts_again(store: HistoryStore) -> None:
    store.record(payment(0), "one")
    key = store.table.key_of("transaction", "one")
    expires = int(store.table.get(key)["expires_at"]["N"])  # type: ignore[index]
    assert abs(expires - time.time() - table_module.RETRY_SECONDS) < 60
    store.dynamodb.delete_item(**store.table.where(key))  # as its expiry does
    assert not store.record(payment(0), "one").is_repeated
    assert today(store) == 3


@pytest.mark.parametrize(
    "reported", [START - 1, START * 1000], ids=["before it happened", "milliseconds"]
)
def test_a_report_at_an_impossible_time_is_refused(
    store: HistoryStore, reported: int
) -> None:
    with pytest.raises(OperationError, match="expected seconds on the clock of"):
        store.report(payment(0), "one", reported)
    assert store.report(payment(0), "one", START + DAY)


def test_the_delay_of_reports_is_kept_and_a_wrong_one_is_warned_of(
    store: HistoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, reports.__name__)
    store.report(payment(0), "one", START + 7 * DAY)
    assert reports.seen_delay(store.table) == (168.0, 1)
    store.report(payment(0, card=8), "two", START + 21 * DAY)
    assert reports.seen_delay(store.table) == (336.0, 2)
    levels = [record.levelname for record in caplog.records]
    assert levels == ["INFO", "WARNING"]
    assert '"trained_with_hours": 168.0' in caplog.text
    assert "two" not in caplog.text


def test_a_report_of_a_transaction_without_its_time_counts_and_has_no_delay(
    store: HistoryStore,
) -> None:
    assert store.report({"card": 7}, "one", START + DAY)
    assert reports.seen_delay(store.table) is None


def test_what_waits_behind_a_slow_table_is_not_written_later(
    store: HistoryStore,
) -> None:
    answer, client = threading.Event(), store.dynamodb
    update, calls = client.update_item, []

    def slow(**arguments: Any) -> Any:
        calls.append(arguments)
        answer.wait(30)
        return update(**arguments)

    client.update_item = slow
    store._deadline_seconds = 0.02
    try:
        for seconds in range(20):
            started = time.monotonic()
            assert store.record(payment(seconds)).missing == ("card", "shop")
            assert time.monotonic() - started < 5, "the deadline, on a busy machine"
    finally:
        answer.set()
    store.close()
    tries = [call for call in calls if "ConditionExpression" in call]
    assert len(tries) <= 8, "one for each thread"
    assert store.counters["missing"] == 20
    assert store.counters["recorded"] == 0
