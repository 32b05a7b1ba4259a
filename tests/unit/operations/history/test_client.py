"""The client with histories: what is sent, recorded, marked and put into words."""

import io
import json
import subprocess
import sys
from typing import Any

import pytest

from artifact.decision import ThresholdRule
from artifact.scoring.reasons import Reason
from operations.account.errors import OperationError
from operations.client import FraudClient
from operations.history.store import HistoryStore
from operations.score.counted_twice import caution
from tests.unit.operations.history.stores import SESSION, payment


class Endpoint:
    """Answers each row with a tenth of its card's transactions today."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def invoke_endpoint(self, *, Body: bytes, **_: object) -> dict[str, Any]:  # noqa: N803
        rows = json.loads(Body)
        answers = [
            self.answer(row) for row in (rows if isinstance(rows, list) else [rows])
        ]
        body = json.dumps(answers if isinstance(rows, list) else answers[0])
        return {"Body": io.BytesIO(body.encode())}

    def answer(self, row: dict[str, Any]) -> dict[str, Any]:
        self.rows.append(row)
        reason = {"feature": "card.transactions_today", "contribution": 1.5}
        count = row["card.transactions_today"] or 0
        return {"fraud_probability": count / 10, "reasons": [reason]}


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def client(store: HistoryStore, endpoint: Endpoint) -> FraudClient:
    client = FraudClient("fraud-dev", session=SESSION, history=store)
    client._runtime = endpoint  # type: ignore[assignment]
    client._rule, client._rule_read_at = ThresholdRule(0.4), float("inf")
    return client


def test_ids_are_not_sent_and_features_are(
    client: FraudClient, endpoint: Endpoint
) -> None:
    client.score(payment(0))
    (row,) = endpoint.rows
    assert not {"card", "shop"} & row.keys()
    assert row["shop.transactions_today"] == 1


def test_many_are_recorded_in_their_turn_and_a_retry_counts_once(
    client: FraudClient,
) -> None:
    payments = [payment(second) for second in range(5)]
    ids = [f"id-{second}" for second in range(5)]
    for _ in range(2):
        scores = client.score_many(payments, transaction_ids=ids)
        assert [s.fraud_probability for s in scores] == [0.1, 0.2, 0.3, 0.4, 0.5]
        assert [s.alert for s in scores] == [False, False, False, True, True]


def test_many_may_be_scored_without_recording(client: FraudClient) -> None:
    for _ in range(2):
        scores = client.score_many([payment(0), payment(1)], record=False)
        assert [score.fraud_probability for score in scores] == [0.1, 0.1]


def test_what_the_table_may_hold_already_is_counted_and_told_with_the_remedy(
    client: FraudClient, store: HistoryStore
) -> None:
    assert caution(store, 1, "orders.csv", "fraud-qa") == ""
    client.score_many([payment(0), payment(1), payment(2, card=8)])
    assert store.counters["not_later"] == 0
    # Once more, beside one that is new and one of a card that nobody knows.
    again = [payment(1), payment(3), payment(0, card=9, shop="b")]
    client.score_many(again, record=False)
    assert store.counters["not_later"] == 1
    said = caution(store, 3, "my orders.csv", "fraud-qa")
    assert "1 of 3 transactions are not later" in " ".join(said.split())
    assert said.splitlines()[-2:] == [
        (
            "  fraud history features --data 'my orders.csv' --entities card,shop "
            "--time-column time --amount-column amount --output with-histories.csv"
        ),
        "  fraud score --endpoint fraud-qa --file with-histories.csv",
    ]


def test_each_of_many_is_marked_where_its_history_is_missing(
    client: FraudClient, store: HistoryStore
) -> None:
    store.dynamodb.delete_table(TableName=store.table.name)
    scores = client.score_many([payment(0), payment(1, card=None)])
    assert [s.history_missing for s in scores] == [("card", "shop"), ("shop",)]
    assert store.counters["missing"] == 2


def test_none_of_many_is_recorded_where_one_has_no_time(
    client: FraudClient, store: HistoryStore
) -> None:
    for call in (client.score_many, client.probabilities):
        with pytest.raises(OperationError, match="time: expected"):
            call([payment(0), {"card": 7, "amount": 1.0}])
    assert store.read(payment(1)).features["card.transactions_today"] == 1


@pytest.mark.parametrize("value", [float("inf"), [float("nan")]])
def test_what_cannot_be_sent_is_not_recorded(
    client: FraudClient, store: HistoryStore, value: object
) -> None:
    with pytest.raises(OperationError, match="V1: expected"):
        client.score(payment(0, V1=value))
    with pytest.raises(OperationError, match="V1: expected"):
        client.score_many([payment(0), payment(1, V1=value)])
    assert store.read(payment(1)).features["card.transactions_today"] == 1


def test_a_reason_is_said_beside_what_is_usual(client: FraudClient) -> None:
    client.score_many([payment(day * 86_400) for day in range(29)])
    for second in range(3):
        score = client.score(payment(29 * 86_400 + second), reasons=1)
    (reason,) = score.reasons
    assert score.in_words(reason) == "card: 3 transactions today, usually 1.0"
    assert score.in_words(Reason("amount", 1.0)) == ""


def test_an_application_loads_boto3_and_numpy_and_nothing_heavier() -> None:
    script = (
        "import sys, operations.client, operations.history.opening; "
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split()) - set(sys.stdlib_module_names)
    of_boto3 = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3"}
    of_boto3 |= {"certifi", "six"}  # certifi where it is installed
    ours = {"artifact", "cdk_app", "operations"}
    started_with = {"__main__", "__mp_main__", "_distutils_hack"}
    assert loaded <= of_boto3 | ours | started_with | {"numpy"}, loaded
