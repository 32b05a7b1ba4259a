"""The client sends a row as its program has it, in JSON that the endpoint takes."""

import datetime as dt
import io
import json
from decimal import Decimal
from typing import Any, NamedTuple

import boto3
import numpy as np
import pandas as pd
import pytest

from artifact.decision import ThresholdRule
from operations.account.errors import OperationError
from operations.client import FraudClient

UTC = dt.UTC
SESSION = boto3.Session(
    aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1"
)


class Endpoint:
    def __init__(self) -> None:
        self.bodies: list[str] = []

    def invoke_endpoint(self, *, Body: bytes, **_: object) -> dict[str, Any]:  # noqa: N803
        self.bodies.append(Body.decode())
        return {"Body": io.BytesIO(b'{"fraud_probability": 0.5}')}


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        *[(value, value) for value in (1, 2.5, "web", True, None)],
        *[(value, None) for value in (float("nan"), Decimal("NaN"), pd.NaT, pd.NA)],
        *[(value, None) for value in (np.float32("nan"), np.datetime64("NaT"))],
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (np.bool_(True), True),
        (Decimal("12.50"), 12.5),
        (dt.date(2026, 1, 31), "2026-01-31"),
        (dt.time(6, 21), "06:21:00"),
        (dt.datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00+00:00"),
        (pd.Timestamp("2026-01-31 12:00"), "2026-01-31T12:00:00"),
        (np.datetime64("2026-01-31T12:00:00"), "2026-01-31T12:00:00"),
        (b"web", "web"),
    ],
    ids=repr,
)
def test_values_of_python_numpy_and_pandas(value: object, sent: object) -> None:
    client = FraudClient("fraud-dev", session=SESSION)
    endpoint = Endpoint()
    client._runtime = endpoint  # type: ignore[assignment]
    client._rule, client._rule_read_at = ThresholdRule(0.4), float("inf")
    assert client.score({"it": value}).alert
    assert json.loads(endpoint.bodies[0]) == {"it": sent}


@pytest.mark.parametrize(
    ("value", "got"),
    [
        *[(value, "infinity") for value in (float("inf"), float("-inf"))],
        *[(value, "infinity") for value in (np.float32("inf"), Decimal("Infinity"))],
        *[(value, "one that it cannot") for value in ([float("nan")], {1, 2}, object)],
    ],
    ids=repr,
)
def test_what_json_cannot_hold_is_refused_by_name_and_not_sent(
    value: object, got: str
) -> None:
    client = FraudClient("fraud-dev", session=SESSION)
    endpoint = Endpoint()
    client._runtime = endpoint  # type: ignore[assignment]
    for call in (client.score, lambda row: client.score_many([row])):
        with pytest.raises(OperationError, match=rf"^it: expected .*got {got}"):
            call({"it": value})
    assert endpoint.bodies == []


class Row(NamedTuple):
    b: float
    a: float


@pytest.mark.parametrize(
    "row",
    [pd.Series({"b": 2.0, "a": 1.0}), Row(2.0, 1.0)],
    ids=["pandas", "named tuple"],
)
def test_a_row_with_names_is_taken_by_them(row: Any) -> None:
    """Not by position, which would score other values without a word."""
    client = FraudClient("fraud-dev", session=SESSION, feature_names=("a", "b"))
    client._runtime = endpoint = Endpoint()  # type: ignore[assignment]
    client._rule, client._rule_read_at = ThresholdRule(0.4), float("inf")
    client.score(row)
    client.score(np.array([1.0, 2.0]))
    assert [json.loads(body) for body in endpoint.bodies] == [{"a": 1.0, "b": 2.0}] * 2


@pytest.mark.parametrize("row", ["ab", {1.0, 2.0}, 7])
def test_what_has_neither_names_nor_an_order_is_refused(row: Any) -> None:
    client = FraudClient("fraud-dev", session=SESSION, feature_names=("a", "b"))
    with pytest.raises(OperationError, match=r"expected a mapping .* got a"):
        client.score(row)
