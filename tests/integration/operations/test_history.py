"""Histories on local AWS: the deployed table gives what the whole table gives."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import numpy as np
import numpy.typing as npt
import pytest
from local_aws.testing.running import LocalAws

from artifact.history.asof import Table, features_as_of
from artifact.history.definition import FEATURES, SECONDS_PER_DAY, HistoryDefinition
from cdk_app import settings
from cdk_app.settings import HistorySettings
from operations.history.opening import open_history
from operations.history.store import HistoryStore
from operations.history.table import publish_definition
from tests.infrastructure.synthesized import Synthesized
from tests.integration.stacks.account import Account

DAY = SECONDS_PER_DAY
ROWS = 20_000
CARDS = 400
THREADS = 4
DEFINITION = HistoryDefinition(("card",), "time", "amount")


@pytest.fixture
def account(local_aws: LocalAws, tmp_path: Path) -> Account:
    section = HistorySettings(point_in_time_recovery=False)
    chosen = settings.load("dev").model_copy(update={"history": section})
    Synthesized(chosen, tmp_path / "dev")
    return Account(local_aws, tmp_path)


def payments() -> Table:
    """Seventy days, a fiftieth of it frauds that are reported a week later."""
    random = np.random.default_rng(0)
    seconds = np.sort(random.integers(0, 70 * DAY, ROWS))
    frauds = np.flatnonzero(random.random(ROWS) < 0.02)
    return Table(
        codes=random.integers(0, CARDS, ROWS),
        seconds=seconds,
        minor=random.integers(1, 10_000, ROWS),
        amount_known=np.ones(ROWS, dtype=bool),
        reported=frauds,
        reported_seconds=seconds[frauds] + 7 * DAY,
    )


def play(
    store: HistoryStore,
    table: Table,
    cards: npt.NDArray[np.int_],
    got: npt.NDArray[np.float64],
) -> None:
    """Record these cards' payments and reports in order; fill in their features."""
    of_cards = np.isin(table.codes, cards)
    waiting = [row for row in table.reported.tolist() if of_cards[row]]
    for row in np.flatnonzero(of_cards).tolist():
        now = int(table.seconds[row])
        while waiting and table.seconds[waiting[0]] + 7 * DAY <= now:
            fraud = waiting.pop(0)
            reported = int(table.seconds[fraud]) + 7 * DAY
            store.report({"card": int(table.codes[fraud])}, str(fraud), reported)
        card, amount = int(table.codes[row]), int(table.minor[row]) / 100
        history = store.record({"time": now, "amount": amount, "card": card})
        got[row] = [np.nan if x is None else x for x in history.features.values()]


def test_a_deployed_table_gives_the_offline_features_and_goes_with_its_stack(
    account: Account, local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in local_aws.environment.items():
        monkeypatch.setenv(name, value)
    account.deploy("dev", "storage")
    session = boto3.Session(region_name=local_aws.environment["AWS_REGION"])
    store = open_history(session, "dev", definition=DEFINITION, deadline_seconds=60.0)
    publish_definition(store.table)

    table = payments()
    expected = np.empty((ROWS, len(FEATURES)))
    features_as_of(table, DEFINITION, expected)
    got = np.empty_like(expected)
    # Each card's payments in their order; the cards side by side.
    with ThreadPoolExecutor(THREADS) as executor:
        for done in [
            executor.submit(play, store, table, np.arange(first, CARDS, THREADS), got)
            for first in range(THREADS)
        ]:
            done.result()
    np.testing.assert_array_equal(got, expected)
    assert store.counters["recorded"] == ROWS

    store.close()
    account.destroy("dev", "storage")
    assert session.client("dynamodb").list_tables()["TableNames"] == []
    assert session.client("secretsmanager").list_secrets()["SecretList"] == []
