"""KMS keys: found by tags or alias, deleted after the shortest wait that KMS allows."""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from operations.account.errors import error_code
from operations.leftovers.account import Account
from operations.leftovers.resources import Kind, Resource

#: The shortest that KMS allows; until then the deletion can be cancelled.
PENDING_WINDOW_DAYS = 7


def _keys(account: Account) -> Iterator[Resource]:
    kms = account.client("kms")
    aliases: dict[str, str] = {
        alias["TargetKeyId"]: alias["AliasName"]
        for alias in account.pages("kms", "list_aliases", "Aliases")
        if "TargetKeyId" in alias
    }
    for entry in account.pages("kms", "list_keys", "Keys"):
        key_id, arn = entry["KeyId"], entry["KeyArn"]
        tags, alias = account.tags(arn), aliases.get(key_id, "")
        if not tags and (not alias or alias.startswith("alias/aws/")):
            continue  # nothing could make it the environment's
        try:
            key = kms.describe_key(KeyId=key_id)["KeyMetadata"]
        except ClientError as error:
            # Its policy is for others than us: it is theirs, unless it has our tags.
            if not tags and error_code(error) == "AccessDeniedException":
                continue
            raise
        if key.get("KeyManager") != "CUSTOMER" or key["KeyState"] == "PendingDeletion":
            continue
        yield Resource(
            "KMS key",
            alias or key_id,
            arn,
            tags,
            monthly_usd=account.monthly_usd("kms.key", 1),
            detail=key_id if alias else "",
            physical_id=key_id,
        )


def _schedule_deletion(account: Account, resource: Resource) -> str:
    account.client("kms").schedule_key_deletion(
        KeyId=resource.physical_id, PendingWindowInDays=PENDING_WINDOW_DAYS
    )
    return f"free from now, gone in {PENDING_WINDOW_DAYS} days unless cancelled"


KEYS = Kind("KMS key", _keys, _schedule_deletion)
