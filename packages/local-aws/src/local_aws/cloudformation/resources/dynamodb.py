"""Tables of DynamoDB."""

from typing import Any

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles, pick
from local_aws.cloudformation.stack import Physical, Resource

NAME_CHARACTERS = 255
GONE = "ResourceNotFoundException"
SETTINGS = (
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "ProvisionedThroughput",
    "StreamSpecification",
    "TableClass",
)
CHANGEABLE = ("BillingMode", "ProvisionedThroughput", "TableClass")


@handles(
    "AWS::DynamoDB::Table",
    immutable={"TableName", "KeySchema", "LocalSecondaryIndexes"},
    applies={
        *SETTINGS,
        "DeletionProtectionEnabled",
        "PointInTimeRecoverySpecification",
        "SSESpecification",
        "TableName",
        "Tags",
        "TimeToLiveSpecification",
    },
)
class TableHandler:
    """AWS::DynamoDB::Table."""

    def create(self, request: Request) -> Physical:
        """Create the table."""
        name = request.name("TableName", NAME_CHARACTERS)
        encryption = request.properties.get("SSESpecification")
        made = request.call(
            "dynamodb",
            "create_table",
            TableName=name,
            Tags=request.tag_list(),
            **pick(request.properties, *SETTINGS),
            **_protection(request),
            **({"SSESpecification": _encryption(encryption)} if encryption else {}),
        )["TableDescription"]
        self._apply(request, name)
        attributes = {"Arn": made["TableArn"]}
        if stream := made.get("LatestStreamArn"):
            attributes["StreamArn"] = stream
        return Physical(name, attributes)

    def update(self, request: Request, current: Resource) -> Physical:
        """Change capacity, protection, time to live and recovery."""
        changes = {**pick(request.properties, *CHANGEABLE), **_protection(request)}
        if changes:
            request.call(
                "dynamodb", "update_table", TableName=current.physical.id, **changes
            )
        self._apply(request, current.physical.id)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the table with its items; a protected one refuses."""
        try:
            request.client("dynamodb").delete_table(TableName=current.physical.id)
        except ClientError as error:
            if error.response["Error"]["Code"] != GONE:
                raise

    def _apply(self, request: Request, name: str) -> None:
        expiry = request.properties.get("TimeToLiveSpecification")
        if expiry:
            request.call(
                "dynamodb",
                "update_time_to_live",
                TableName=name,
                TimeToLiveSpecification=expiry,
            )
        recovery = request.properties.get("PointInTimeRecoverySpecification")
        if recovery:
            request.call(
                "dynamodb",
                "update_continuous_backups",
                TableName=name,
                PointInTimeRecoverySpecification=recovery,
            )


def _protection(request: Request) -> dict[str, Any]:
    return pick(request.properties, "DeletionProtectionEnabled")


def _encryption(specification: dict[str, Any]) -> dict[str, Any]:
    """Return the API's form of a template's specification."""
    return {
        ("Enabled" if name == "SSEEnabled" else name): value
        for name, value in specification.items()
    }
