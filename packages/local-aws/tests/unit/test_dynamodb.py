"""Updates of many attributes, and transactions, come out as they do in moto."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from local_aws import dynamodb
from moto import mock_aws

TABLE = "t"


@pytest.fixture(params=["id", "id and sort"])
def table(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    names = {"id": "HASH"} if request.param == "id" else {"id": "HASH", "sort": "RANGE"}
    dynamodb.add_to_moto()
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-1")
        client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": n, "KeyType": k} for n, k in names.items()],
            AttributeDefinitions=[
                {"AttributeName": n, "AttributeType": "S"} for n in names
            ],
        )
        yield Opened(client, tuple(names))


class Opened:
    def __init__(self, client: Any, names: tuple[str, ...]) -> None:
        self.client, self.names = client, names

    def key(self, text: str) -> dict[str, Any]:
        return {name: {"S": text} for name in self.names}

    def add(self, text: str, amount: int, **more: Any) -> dict[str, Any]:
        return {
            "TableName": TABLE,
            "Key": self.key(text),
            "UpdateExpression": "SET live = if_not_exists(live, :n) "
            f"REMOVE {', '.join(f'd{i}' for i in range(30))} ADD amount :n",
            "ExpressionAttributeValues": {":n": {"N": str(amount)}},
            **more,
        }

    def item(self, text: str) -> dict[str, str]:
        found = self.client.get_item(TableName=TABLE, Key=self.key(text)).get(
            "Item", {}
        )
        return {k: v["N"] for k, v in found.items() if k not in self.names}


def test_an_expression_that_comes_again_takes_its_new_values(table: Opened) -> None:
    for amount in (2, 3, 10**30):
        table.client.update_item(**table.add("a", amount))
    assert table.item("a") == {"live": "2", "amount": str(10**30 + 5)}


def test_removed_attributes_are_gone_and_the_old_ones_are_answered(
    table: Opened,
) -> None:
    table.client.put_item(
        TableName=TABLE, Item={**table.key("a"), "d7": {"N": "1"}, "d40": {"N": "1"}}
    )
    old = table.client.update_item(**table.add("a", 1, ReturnValues="ALL_OLD"))
    assert {"d7", "d40"} <= old["Attributes"].keys()
    assert table.item("a").keys() == {"live", "amount", "d40"}


def test_paths_that_overlap_are_refused(table: Opened) -> None:
    with pytest.raises(ClientError, match="Two document paths overlap"):
        table.client.update_item(
            TableName=TABLE,
            Key=table.key("a"),
            UpdateExpression="SET d1 = :n REMOVE d1",
            ExpressionAttributeValues={":n": {"N": "1"}},
        )


def test_a_cancelled_transaction_changes_nothing(table: Opened) -> None:
    table.client.update_item(**table.add("a", 1))
    changes = [
        {"Update": table.add("a", 5)},
        {"Update": table.add("new", 5)},
        {"Update": table.add("b", 5, ConditionExpression="attribute_exists(id)")},
    ]
    with pytest.raises(table.client.exceptions.TransactionCanceledException) as raised:
        table.client.transact_write_items(TransactItems=changes)
    codes = [reason["Code"] for reason in raised.value.response["CancellationReasons"]]
    assert codes == ["None", "None", "ConditionalCheckFailed"]
    assert table.item("a") == {"live": "1", "amount": "1"}
    assert table.item("b") == table.item("new") == {}
    table.client.transact_write_items(TransactItems=changes[:2])
    assert table.item("a")["amount"] == "6"


@pytest.mark.parametrize(
    ("expression", "item"),
    [
        ("SET a = :n", {"a": "2", "n": "5", "gone": "1"}),
        ("SET n = if_not_exists(n, :n)", {"n": "5", "gone": "1"}),
        ("SET a = if_not_exists(n, :n)", {"a": "5", "n": "5", "gone": "1"}),
        ("ADD n :n REMOVE gone, never", {"n": "7"}),
        ("ADD made :n", {"n": "5", "gone": "1", "made": "2"}),
        # Left to moto:
        ("SET n = n + :n", {"n": "7", "gone": "1"}),
        ("set n = :n remove gone", {"n": "2"}),
    ],
)
def test_each_form_of_an_update(
    table: Opened, expression: str, item: dict[str, str]
) -> None:
    start = {"n": {"N": "5"}, "gone": {"N": "1"}}
    table.client.put_item(TableName=TABLE, Item={**table.key("a"), **start})
    answer = table.client.update_item(
        TableName=TABLE,
        Key=table.key("a"),
        UpdateExpression=expression,
        ExpressionAttributeValues={":n": {"N": "2"}},
        ReturnValues="ALL_OLD",
    )
    assert table.item("a") == item
    assert answer["Attributes"] == {**table.key("a"), **start}


def test_a_condition_that_fails_changes_nothing_and_shows_the_item(
    table: Opened,
) -> None:
    table.client.update_item(**table.add("a", 1))
    refused = table.add(
        "a",
        1,
        ConditionExpression="attribute_not_exists(live) OR live > :n",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    with pytest.raises(ClientError) as raised:
        table.client.update_item(**refused)
    answer: Any = raised.value.response
    assert answer["Error"]["Code"] == "ConditionalCheckFailedException"
    assert answer["Item"]["live"] == {"N": "1"}
    assert table.item("a") == {"live": "1", "amount": "1"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"UpdateExpression": "SET total = :n"}, "reserved keyword: total"),
        ({"UpdateExpression": "ADD words :n"}, "incorrect data type"),
        ({"UpdateExpression": "SET a = :n, b = :m"}, ":m"),
        ({"UpdateExpression": "REMOVE words"}, "unused"),
        ({"UpdateExpression": "SET id = :n"}, "part of the key"),
        ({"UpdateExpression": "ADD n :n", "TableName": "none"}, "not found"),
    ],
)
def test_what_is_wrong_is_refused_as_moto_does(
    table: Opened, change: dict[str, str], said: str
) -> None:
    item = {**table.key("a"), "words": {"S": "x"}}
    table.client.put_item(TableName=TABLE, Item=item)
    with pytest.raises(ClientError, match=said):
        table.client.update_item(**{**table.add("a", 1), **change})
    assert table.client.get_item(TableName=TABLE, Key=table.key("a"))["Item"] == item


def test_values_of_every_kind_come_back_as_they_were_put(table: Opened) -> None:
    values = {
        "text": {"S": "a"},
        "number": {"N": "1.50"},
        "yes": {"BOOL": True},
        "nothing": {"NULL": True},
        "bytes": {"B": b"\x00\xff"},
        "texts": {"SS": ["a", "b"]},
        "numbers": {"NS": ["1"]},
        "many bytes": {"BS": [b"\x01"]},
        "list": {"L": [{"S": "a"}, {"B": b"\x02"}, {"M": {"n": {"N": "2"}}}]},
        "map": {"M": {"a": {"BOOL": False}, "b": {"L": []}}},
    }
    table.client.put_item(TableName=TABLE, Item={**table.key("kinds"), **values})
    found = table.client.get_item(TableName=TABLE, Key=table.key("kinds"))["Item"]
    assert {name: found[name] for name in values} == values
