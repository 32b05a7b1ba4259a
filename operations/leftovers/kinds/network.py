"""Private endpoints, and interfaces that SageMaker made in the subnets."""

from collections.abc import Iterator
from typing import Any

from cdk_app.prices.units import HOURS_PER_MONTH
from operations.leftovers.account import Account
from operations.leftovers.ownership import as_mapping
from operations.leftovers.resources import Kind, Resource

_GOING = ("deleting", "deleted")


def _vpc_endpoints(account: Account) -> Iterator[Resource]:
    for entry in account.pages("ec2", "describe_vpc_endpoints", "VpcEndpoints"):
        endpoint_id = entry["VpcEndpointId"]
        if entry.get("State", "").lower() not in _GOING:
            yield Resource(
                "VPC endpoint",
                endpoint_id,
                account.arn("ec2", f"vpc-endpoint/{endpoint_id}"),
                as_mapping(entry.get("Tags", [])),
                _vpc_endpoint_usd(account, entry),
                detail=entry["ServiceName"],
            )


def _vpc_endpoint_usd(account: Account, entry: dict[str, Any]) -> float | None:
    """Price one by subnet and hour; gateway endpoints are free."""
    if entry.get("VpcEndpointType") != "Interface":
        return 0.0
    hours = (len(entry.get("SubnetIds", [])) or 1) * HOURS_PER_MONTH
    return account.monthly_usd("vpc.interface-endpoint", hours)


def _delete_vpc_endpoint(account: Account, resource: Resource) -> str:
    failed = account.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[resource.name])
    for item in failed["Unsuccessful"]:
        return f"not deleted: {item['Error']['Message']}"
    return "deleted"


def _network_interfaces(account: Account) -> Iterator[Resource]:
    for entry in account.pages(
        "ec2", "describe_network_interfaces", "NetworkInterfaces"
    ):
        interface_id = entry["NetworkInterfaceId"]
        yield Resource(
            "network interface",
            interface_id,
            account.arn("ec2", f"network-interface/{interface_id}"),
            as_mapping(entry.get("TagSet", [])),
            detail=f"{entry.get('Status', '')} {entry.get('Description', '')}".strip(),
        )


def _delete(account: Account, resource: Resource) -> str:
    account.client("ec2").delete_network_interface(NetworkInterfaceId=resource.name)
    return "deleted"


VPC_ENDPOINTS = Kind("VPC endpoint", _vpc_endpoints, _delete_vpc_endpoint)
NETWORK_INTERFACES = Kind("network interface", _network_interfaces, _delete)
