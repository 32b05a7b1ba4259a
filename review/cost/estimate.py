"""An environment's month: every resource priced, free with a reason, or unknown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cdk_app.naming import stack_name
from cdk_app.prices import PriceList
from cdk_app.prices.units import HOURS_PER_MONTH
from cdk_app.settings import Settings
from review.cost.free import FREE_RESOURCE_TYPES
from review.cost.items import Basis, LineItem
from review.cost.meters import METERS, Context
from review.cost.templates import Resource
from review.cost.workload import Workload


@dataclass(frozen=True)
class Estimate:
    """The lines of an environment, and what could not be priced."""

    environment: str
    region: str
    workload: Workload
    lines: tuple[LineItem, ...]
    unlisted_types: tuple[str, ...]
    """Resource types of the templates that nobody has priced or found free."""

    @property
    def unknown_items(self) -> tuple[str, ...]:
        """Price items without a figure in the region, each once."""
        return tuple(sorted({line.item for line in self.lines if line.price is None}))

    @property
    def usd(self) -> float:
        """Known cost of the month, with autoscaling at its minimum."""
        return _sum(line.usd for line in self.lines)

    @property
    def maximum_usd(self) -> float:
        """Known cost of the month, with autoscaling at its maximum throughout."""
        return _sum(line.maximum_usd for line in self.lines)

    @property
    def idle_usd(self) -> float:
        """Known cost of a month without requests, training and image builds."""
        return _sum(line.usd for line in self.lines if line.basis is Basis.STANDING)

    @property
    def usd_per_million_predictions(self) -> float | None:
        """What a million predictions cost, training and image builds left out."""
        if not self.workload.requests_per_month:
            return None
        serving = _sum(
            line.usd
            for line in self.lines
            if line.basis in {Basis.STANDING, Basis.TRAFFIC}
        )
        return serving / self.workload.requests_per_month * 1_000_000

    def basis_usd(self, basis: Basis) -> float:
        """Known cost of the lines that depend on ``basis``."""
        return _sum(line.usd for line in self.lines if line.basis is basis)


def estimate(
    settings: Settings,
    resources: Sequence[Resource],
    prices: PriceList,
    region: str,
    workload: Workload,
) -> Estimate:
    """Price an environment's resources and its training jobs.

    Raises
    ------
    TemplateError
        If a template leaves a quantity that is billed to a parameter.
    """
    context = Context(resources, prices, region, workload)
    lines: list[LineItem] = []
    unlisted: set[str] = set()
    for resource in resources:
        meter = METERS.get(resource.type)
        if meter is not None:
            lines.extend(meter(resource, context))
        elif resource.type not in FREE_RESOURCE_TYPES:
            unlisted.add(resource.type)
    lines.extend(_training(settings, context))
    return Estimate(
        environment=settings.environment,
        region=region,
        workload=workload,
        lines=tuple(lines),
        unlisted_types=tuple(sorted(unlisted)),
    )


def _training(settings: Settings, context: Context) -> list[LineItem]:
    """Price training jobs, which no template holds."""
    training = settings.training
    stack = stack_name(settings.environment, "training")
    hours = context.workload.training_hours
    return [
        context.line(
            stack,
            f"training, {training.instance_type}",
            Basis.TRAINING,
            f"sagemaker.training.{training.instance_type}",
            hours,
        ),
        context.line(
            stack,
            f"training volume of {training.volume_size_gb} GB",
            Basis.TRAINING,
            "sagemaker.training-volume",
            training.volume_size_gb * hours / HOURS_PER_MONTH,
        ),
    ]


def _sum(amounts: Iterable[float | None]) -> float:
    return sum(amount for amount in amounts if amount is not None)
