"""Tables of histories, and the secrets of their hashes."""

from collections.abc import Iterator

from operations.leftovers.account import Account
from operations.leftovers.ownership import as_mapping
from operations.leftovers.resources import Kind, Resource

_BYTES_PER_GB = 1e9


def _tables(account: Account) -> Iterator[Resource]:
    dynamodb = account.client("dynamodb")
    for name in account.pages("dynamodb", "list_tables", "TableNames"):
        table = dynamodb.describe_table(TableName=name)["Table"]
        arn = table["TableArn"]
        tags = account.pages(
            "dynamodb", "list_tags_of_resource", "Tags", ResourceArn=arn
        )
        gigabytes = table.get("TableSizeBytes", 0) / _BYTES_PER_GB
        yield Resource(
            "DynamoDB table",
            name,
            arn,
            as_mapping(tags),
            monthly_usd=account.monthly_usd("dynamodb.storage", gigabytes),
        )


def _delete_table(account: Account, resource: Resource) -> str:
    dynamodb = account.client("dynamodb")
    # A retained table is protected; who deletes leftovers has confirmed it.
    dynamodb.update_table(TableName=resource.name, DeletionProtectionEnabled=False)
    dynamodb.get_waiter("table_exists").wait(
        TableName=resource.name, WaiterConfig={"Delay": 2, "MaxAttempts": 30}
    )
    dynamodb.delete_table(TableName=resource.name)
    return "deleted with its histories"


def _secrets(account: Account) -> Iterator[Resource]:
    for entry in account.pages("secretsmanager", "list_secrets", "SecretList"):
        yield Resource(
            "secret",
            entry["Name"],
            entry["ARN"],
            as_mapping(entry.get("Tags", [])),
            monthly_usd=account.monthly_usd("secretsmanager.secret", 1),
            physical_id=entry["ARN"],
        )


def _delete_secret(account: Account, resource: Resource) -> str:
    account.client("secretsmanager").delete_secret(
        SecretId=resource.physical_id, ForceDeleteWithoutRecovery=True
    )
    return "deleted"


TABLES = Kind("DynamoDB table", _tables, _delete_table)
SECRETS = Kind("secret", _secrets, _delete_secret)
