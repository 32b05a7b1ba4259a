"""Builds of the serving image: what is paid while one runs, and nothing between."""

from review.cost.items import Basis, LineItem
from review.cost.meters.context import Context
from review.cost.templates import Resource


def build_project(resource: Resource, context: Context) -> list[LineItem]:
    """Price a month's builds by the minute, on the smallest Linux machine."""
    workload = context.workload
    return [
        context.line(
            resource.stack,
            f"{workload.image_builds:g} image builds of "
            f"{workload.minutes_per_image_build:g} minutes",
            Basis.BUILDS,
            "codebuild.linux-small",
            workload.image_builds * workload.minutes_per_image_build,
        )
    ]
