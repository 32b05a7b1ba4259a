"""Private endpoints."""

from cdk_app.cost.items import Basis, LineItem
from cdk_app.cost.meters.context import Context
from cdk_app.cost.templates import Resource
from cdk_app.prices.units import HOURS_PER_MONTH


def vpc_endpoint(resource: Resource, context: Context) -> list[LineItem]:
    """Price an interface endpoint by subnet and hour; gateway endpoints are free."""
    if resource.properties.get("VpcEndpointType", "Gateway") != "Interface":
        return []
    zones = len(resource.properties.get("SubnetIds", [])) or 1
    return [
        context.line(
            resource.stack,
            f"interface endpoint in {zones} subnets",
            Basis.STANDING,
            "vpc.interface-endpoint",
            zones * HOURS_PER_MONTH,
        )
    ]
