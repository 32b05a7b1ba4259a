"""A table of histories: one call an entity, once a transaction, never in the way."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from artifact.history.state import EntityState, features_of_one
from operations.account.errors import OperationError
from operations.history import recording
from operations.history.seeding import seed
from operations.history.store import History, HistoryStore
from operations.history.table import read_definition
from tests.unit.operations.history.stores import (
    DAY,
    DEFINITION,
    SESSION,
    START,
    item_of,
    new_store,
    payment,
    snapshot,
)


def test_the_state_before_comes_back_and_the_transaction_is_recorded(
    store: HistoryStore,
) -> None:
    first = store.record(payment(0))
    second = store.record(payment(60, 30.0, shop="b"))
    assert first.missing == second.missing == ()
    assert first.features["card.transactions_today"] == 1
    assert first.features["card.seconds_since_last"] is None
    assert second.features["card.transactions_today"] == 2
    assert second.features["card.amount_over_mean_30_days"] == 3.0
    assert second.features["card.seconds_since_last"] == 60
    assert second.features["shop.transactions_today"] == 1


def test_reading_records_nothing(store: HistoryStore) -> None:
    store.record(payment(0))
    for _ in range(2):
        assert store.read(payment(5)).features["card.transactions_today"] == 2
    assert store.read(payment(5, card=8)).features["card.transactions_today"] == 1


def test_one_card_is_one_history_however_its_number_is_written(
    store: HistoryStore,
) -> None:
    store.record(payment(0, card=7))
    store.record(payment(1, card="7"))
    assert store.record(payment(2, card=7.0)).features["card.transactions_today"] == 3


def test_ids_are_not_in_the_table(store: HistoryStore) -> None:
    store.record(payment(0, card="4158377674996164", shop="Corner"), "payment-1")
    store.report(payment(0, card="4158377674996164", shop="Corner"), "payment-1", START)
    text = str(store.dynamodb.scan(TableName=store.table.name)["Items"])
    assert not any(word in text for word in ("4158377674996164", "Corner", "payment"))


def test_days_that_fell_out_of_every_window_are_removed(store: HistoryStore) -> None:
    kept = DEFINITION.kept_days
    for day in (0, 1, 20):
        store.record(payment(day * DAY))
    store.record(payment((kept + 1) * DAY))
    days = {
        name
        for name in item_of(store, "card", "7")
        if name[0] == "d" and name != "definition"
    }
    assert days == {"d20020", f"d{20_000 + kept + 1}"}


def test_a_retry_counts_once_and_gets_the_features_of_the_first_try(
    store: HistoryStore,
) -> None:
    first = store.record(payment(0), "one")
    store.record(payment(30), "two")
    again = store.record(payment(0), "one")
    assert again.is_repeated
    assert again.features == first.features
    assert store.read(payment(60)).features["card.transactions_today"] == 3
    assert store.counters["repeated"] == 1


def test_a_late_transaction_counts_on_its_own_day(store: HistoryStore) -> None:
    store.record(payment(2 * DAY))
    late = store.record(payment(DAY))
    assert late.features["card.transactions_30_days"] == 1
    assert late.features["card.seconds_since_last"] is None
    now = store.record(payment(2 * DAY + 5))
    assert now.features["card.transactions_7_days"] == 3
    assert now.features["card.seconds_since_last"] == 5
    assert store.counters["late"] == 2, "card and shop"


def test_a_transaction_later_than_all_windows_is_not_kept(store: HistoryStore) -> None:
    store.record(payment(60 * DAY))
    store.record(payment(0))
    assert "d20000" not in item_of(store, "card", "7")


def test_a_report_counts_once_on_its_day_and_can_be_withdrawn(
    store: HistoryStore,
) -> None:
    store.record(payment(0), "one")
    assert store.report(payment(0), "one", START + 7 * DAY)
    assert not store.report(payment(0), "one", START + 8 * DAY)
    seen = store.read(payment(7 * DAY)).features
    assert seen["card.reports_today"] == seen["shop.reports_today"] == 1
    assert seen["card.report_rate_7_days"] == 1.0
    assert store.withdraw(payment(0), "one")
    assert not store.withdraw(payment(0), "one")
    assert store.read(payment(7 * DAY)).features["card.reports_today"] == 0


def test_a_report_of_a_transaction_never_recorded_counts(store: HistoryStore) -> None:
    assert store.report(payment(0), "unseen", START + DAY)
    seen = store.read(payment(2 * DAY)).features
    assert seen["card.reports_7_days"] == 1
    assert seen["card.transactions_30_days"] == 1


def test_an_erased_id_has_no_history(store: HistoryStore) -> None:
    store.record(payment(0))
    assert store.erase("card", 7)
    assert not store.erase("card", "7")
    seen = store.read(payment(1)).features
    assert seen["card.transactions_today"] == 1
    assert seen["shop.transactions_today"] == 2
    with pytest.raises(OperationError, match="'colour' is no entity"):
        store.erase("colour", "red")


def test_a_transaction_without_a_time_is_refused(store: HistoryStore) -> None:
    with pytest.raises(OperationError, match="time: expected the transaction's time"):
        store.record({"card": 7, "amount": 1.0})


def fail(store: HistoryStore, error: Exception, for_key: str = "") -> Any:
    """Let every update fail, or those of one key."""
    client: Any = store.dynamodb
    update = client.update_item

    def update_item(**arguments: Any) -> Any:
        if for_key in arguments["Key"]["id"]["S"]:
            raise error
        return update(**arguments)

    client.update_item = update_item
    return lambda: setattr(client, "update_item", update)


def refused(code: str, status: int) -> ClientError:
    return ClientError(
        {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "UpdateItem",
    )


def all_unknown(history: History) -> bool:
    return all(value is None for value in history.features.values())


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="http://localhost"),
        refused("ThrottlingException", 400),
        refused("ResourceNotFoundException", 400),
        refused("InternalServerError", 500),
    ],
    ids=["timeout", "hot key", "no table", "server"],
)
def test_a_table_that_fails_makes_the_history_missing(
    store: HistoryStore, error: Exception
) -> None:
    fail(store, error)
    history = store.record(payment(0))
    assert history.missing == ("card", "shop")
    assert all_unknown(history)
    assert store.counters["missing"] == 1


def test_a_slow_table_is_waited_for_until_the_deadline(store: HistoryStore) -> None:
    answer = threading.Event()
    client: Any = store.dynamodb
    client.update_item = lambda **_: answer.wait(30)
    store._deadline_seconds = 0.05
    try:
        assert store.record(payment(0)).missing == ("card", "shop")
    finally:
        answer.set()


def test_a_retry_records_the_entity_that_was_refused_and_no_other(
    store: HistoryStore,
) -> None:
    mend = fail(
        store,
        refused("ThrottlingException", 400),
        for_key=store.table.key_of("shop", "a"),
    )
    first = store.record(payment(0), "one")
    assert first.missing == ("shop",)
    assert first.features["card.transactions_today"] == 1
    mend()
    again = store.record(payment(0), "one")
    assert again.missing == ()
    seen = store.read(payment(1)).features
    assert seen["card.transactions_today"] == seen["shop.transactions_today"] == 2


def test_what_may_have_been_recorded_is_not_recorded_again(store: HistoryStore) -> None:
    mend = fail(
        store,
        ReadTimeoutError(endpoint_url="http://localhost"),
        for_key=store.table.key_of("shop", "a"),
    )
    store.record(payment(0), "one")
    mend()
    again = store.record(payment(0), "one")
    assert again.missing == ("shop",)
    assert store.read(payment(1)).features["shop.transactions_today"] == 1


def test_a_third_try_does_not_count_what_the_first_was_unsure_of(
    store: HistoryStore,
) -> None:
    client: Any = store.dynamodb
    update = client.update_item
    card, shop = store.table.key_of("card", "7"), store.table.key_of("shop", "a")
    tries: list[str] = []

    def update_item(**arguments: Any) -> Any:
        key = arguments["Key"]["id"]["S"]
        tries.append(key)
        if key == card and tries.count(card) == 1:
            update(**arguments)
            raise ReadTimeoutError(endpoint_url="http://localhost")
        if key == shop and tries.count(shop) <= 2:
            raise refused("ThrottlingException", 400)
        return update(**arguments)

    client.update_item = update_item
    assert store.record(payment(0), "one").missing == ("card", "shop")
    assert store.record(payment(0), "one").missing == ("card", "shop")
    assert store.record(payment(0), "one").missing == ("card",)
    assert store.record(payment(0), "one").missing == ("card",)
    seen = store.read(payment(1)).features
    assert seen["card.transactions_today"] == seen["shop.transactions_today"] == 2


def test_of_two_retries_at_once_one_records(store: HistoryStore) -> None:
    shop = store.table.key_of("shop", "a")
    mend = fail(store, refused("ThrottlingException", 400), for_key=shop)
    store.record(payment(0), "one")
    mend()
    key = store.table.key_of("transaction", "one")
    seen_by_the_other = recording.claim(store.table, key)
    assert seen_by_the_other is not None
    assert store.record(payment(0), "one").missing == ()
    assert not recording.claim_again(store.table, key, seen_by_the_other, ["shop"])


def test_a_retry_meets_one_that_is_under_way(store: HistoryStore) -> None:
    shop = store.table.key_of("shop", "a")
    mend = fail(store, refused("ThrottlingException", 400), for_key=shop)
    store.record(payment(0), "one")
    mend()
    key = store.table.key_of("transaction", "one")
    item = recording.claim(store.table, key)
    assert item is not None
    assert recording.claim_again(store.table, key, item, ["shop"])
    assert store.record(payment(0), "one").missing == ("shop",)
    assert store.read(payment(1)).features["shop.transactions_today"] == 1


@settings(max_examples=6, deadline=None)
@given(
    events=st.lists(
        st.tuples(
            st.integers(0, 60 * DAY), st.integers(0, 2), st.integers(-500, 10_000)
        ),
        min_size=1,
        max_size=25,
    )
)
def test_the_table_gives_the_features_of_the_definition(
    events: list[tuple[int, int, int]],
) -> None:
    with mock_aws():
        store = new_store("histories")
        states: dict[int, EntityState] = {}
        for seconds, card, cents in sorted(events):
            event = payment(seconds, cents / 100, card=card, shop=None)
            state = states.setdefault(card, EntityState())
            now = START + seconds
            want = features_of_one(state, now, cents / 100, DEFINITION)
            got = store.record(event)
            assert [*got.features.values()][: len(want)] == [
                None if np.isnan(value) else value for value in want
            ]
            state.record(now, cents)
        store.close()


def test_a_seeded_table_knows_the_training_data(
    store: HistoryStore, tmp_path: Path
) -> None:
    path = snapshot(tmp_path / "history.npz", days=[0, 3, 9])
    for _ in range(2):  # the second changes nothing
        assert seed(store.table, path, lambda _: None) == 2
        seen = store.read(payment(9 * DAY + 100)).features
        assert seen["card.transactions_30_days"] == 4
        assert seen["card.reports_7_days"] == 1
        assert seen["card.seconds_since_last"] == 50
    assert read_definition(SESSION, store.table.name) == DEFINITION


def test_a_live_history_gets_only_the_days_before_its_first(
    store: HistoryStore, tmp_path: Path
) -> None:
    store.record(payment(9 * DAY, 99.0))
    path = snapshot(tmp_path / "history.npz", days=[0, 3, 9])
    seed(store.table, path, lambda _: None)
    seen = store.read(payment(9 * DAY + 100)).features
    assert seen["card.transactions_today"] == 2, "the seed's day 9 is not added"
    assert seen["card.amount_today"] == 109.0
    assert seen["card.transactions_30_days"] == 4
    assert seen["card.seconds_since_last"] == 100


def test_a_table_that_was_never_filled_has_no_definition(store: HistoryStore) -> None:
    assert read_definition(SESSION, store.table.name) is None
