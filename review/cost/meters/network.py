"""Private endpoints."""

from cdk_app.prices.units import HOURS_PER_MONTH
from review.cost.items import Basis, LineItem
from review.cost.meters.context import Context
from review.cost.templates import Resource


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
