"""Histories on local AWS: the deployed table gives what the whole table gives."""

from pathlib import Path

import boto3
import numpy as np
import pytest
from local_aws.testing.running import LocalAws

from artifact.history.asof import Table, features_as_of
from artifact.history.definition import FEATURES, SECONDS_PER_DAY, HistoryDefinition
from cdk_app import settings
from cdk_app.settings import HistorySettings
from operations.history.opening import open_history
from operations.history.table import publish_definition
from tests.infrastructure.synthesized import Synthesized
from tests.integration.stacks.account import Account

DAY = SECONDS_PER_DAY
ROWS = 600
DEFINITION = HistoryDefinition(("card",), "time", "amount")


@pytest.fixture
def account(local_aws: LocalAws, tmp_path: Path) -> Account:
    section = HistorySettings(point_in_time_recovery=False)
    chosen = settings.load("dev").model_copy(update={"history": section})
    Synthesized(chosen, tmp_path / "dev")
    return Account(local_aws, tmp_path)


def test_a_deployed_table_gives_the_offline_features_and_goes_with_its_stack(
    account: Account, local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in local_aws.environment.items():
        monkeypatch.setenv(name, value)
    account.deploy("dev", "storage")
    session = boto3.Session(region_name=local_aws.environment["AWS_REGION"])
    store = open_history(session, "dev", definition=DEFINITION, deadline_seconds=30.0)
    publish_definition(store.table)

    random = np.random.default_rng(0)
    seconds = np.sort(random.integers(0, 70 * DAY, ROWS))
    cards = random.integers(0, 9, ROWS)
    minor = random.integers(1, 10_000, ROWS)
    frauds = np.flatnonzero(random.random(ROWS) < 0.1)
    table = Table(
        codes=cards.astype(np.int64),
        seconds=seconds,
        minor=minor,
        amount_known=np.ones(ROWS, dtype=bool),
        reported=frauds,
        reported_seconds=seconds[frauds] + 7 * DAY,
    )
    expected = np.empty((ROWS, len(FEATURES)))
    features_as_of(table, DEFINITION, expected)

    waiting = frauds.tolist()
    for row in range(ROWS):
        now = int(seconds[row])
        while waiting and seconds[waiting[0]] + 7 * DAY <= now:
            fraud = waiting.pop(0)
            reported = int(seconds[fraud]) + 7 * DAY
            store.report({"card": int(cards[fraud])}, str(fraud), reported)
        event = {"time": now, "amount": minor[row] / 100, "card": int(cards[row])}
        history = store.record(event)
        got = [np.nan if x is None else x for x in history.features.values()]
        np.testing.assert_array_equal(got, expected[row])

    store.close()
    account.destroy("dev", "storage")
    assert session.client("dynamodb").list_tables()["TableNames"] == []
    assert session.client("secretsmanager").list_secrets()["SecretList"] == []
