"""Network interfaces that SageMaker made in the environment's subnets."""

from collections.abc import Iterator

from cdk_app.leftovers.account import Account
from cdk_app.leftovers.found import Found
from cdk_app.leftovers.kinds.kind import Kind
from cdk_app.leftovers.scope import as_mapping


def _network_interfaces(account: Account) -> Iterator[Found]:
    for entry in account.pages(
        "ec2", "describe_network_interfaces", "NetworkInterfaces"
    ):
        interface_id = entry["NetworkInterfaceId"]
        yield Found(
            "network interface",
            interface_id,
            f"arn:aws:ec2:{account.region}:{account.id}"
            f":network-interface/{interface_id}",
            as_mapping(entry.get("TagSet", [])),
            detail=f"{entry.get('Status', '')} {entry.get('Description', '')}".strip(),
        )


def _delete(account: Account, found: Found) -> str:
    account.client("ec2").delete_network_interface(NetworkInterfaceId=found.name)
    return "deleted"


NETWORK_INTERFACES = Kind("network interface", _network_interfaces, _delete)
