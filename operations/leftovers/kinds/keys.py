"""Customer-managed keys of KMS. A key that is scheduled for deletion is free."""

from collections.abc import Iterator

from operations.leftovers.account import Account
from operations.leftovers.found import Found
from operations.leftovers.kinds.kind import Kind
from operations.leftovers.scope import as_mapping

PENDING_WINDOW_DAYS = 7
"""The shortest that KMS allows; until then the deletion can be cancelled."""


def _keys(account: Account) -> Iterator[Found]:
    kms = account.client("kms")
    aliases: dict[str, str] = {
        alias["TargetKeyId"]: alias["AliasName"]
        for alias in account.pages("kms", "list_aliases", "Aliases")
        if "TargetKeyId" in alias
    }
    for entry in account.pages("kms", "list_keys", "Keys"):
        key_id = entry["KeyId"]
        key = kms.describe_key(KeyId=key_id)["KeyMetadata"]
        if key.get("KeyManager") != "CUSTOMER" or key["KeyState"] == "PendingDeletion":
            continue
        tags = as_mapping(
            account.pages("kms", "list_resource_tags", "Tags", KeyId=key_id)
        )
        yield Found(
            "KMS key",
            aliases.get(key_id, key_id),
            entry["KeyArn"],
            tags,
            monthly_usd=account.monthly_usd("kms.key", 1),
            detail=key_id if key_id in aliases else "",
            physical_id=key_id,
        )


def _schedule_deletion(account: Account, found: Found) -> str:
    account.client("kms").schedule_key_deletion(
        KeyId=found.physical_id, PendingWindowInDays=PENDING_WINDOW_DAYS
    )
    return f"free from now, gone in {PENDING_WINDOW_DAYS} days unless cancelled"


KEYS = Kind("KMS key", _keys, _schedule_deletion)
