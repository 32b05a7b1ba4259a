"""What a SageMaker training job costs."""

from cdk_app.prices.price_list import PriceList, load
from cdk_app.prices.units import HOURS_PER_MONTH, SECONDS_PER_HOUR


def training_cost_usd(
    region: str,
    instance_type: str,
    billable_seconds: float,
    *,
    instance_count: int = 1,
    volume_size_gb: float = 0,
    prices: PriceList | None = None,
) -> float:
    """Return what a training job cost, in USD.

    Parameters
    ----------
    billable_seconds
        ``BillableTimeInSeconds`` of the job's description. For managed spot
        training SageMaker has already taken the discount off these seconds
        (saving = 1 - billable / training seconds), so the on-demand price holds
        for both.
    volume_size_gb
        Size of the storage volume of each instance.

    Raises
    ------
    UnknownPriceError
        If the price file has no figure for the instance type or the volume.
    """
    return (
        _usd_per_second(region, instance_type, instance_count, volume_size_gb, prices)
        * billable_seconds
    )


def affordable_seconds(
    region: str,
    instance_type: str,
    max_cost_usd: float,
    *,
    instance_count: int = 1,
    volume_size_gb: float = 0,
    prices: PriceList | None = None,
) -> int:
    """Return how many whole seconds of training ``max_cost_usd`` pays for.

    Given to SageMaker as the job's ``MaxRuntimeInSeconds``, it stops the job
    before it costs more. A spot job costs at most this, usually less.

    Raises
    ------
    UnknownPriceError
        If the price file has no figure for the instance type or the volume.
    """
    return int(
        max_cost_usd
        / _usd_per_second(region, instance_type, instance_count, volume_size_gb, prices)
    )


def _usd_per_second(
    region: str,
    instance_type: str,
    instance_count: int,
    volume_size_gb: float,
    prices: PriceList | None,
) -> float:
    known = prices or load()
    usd_per_hour = known.usd(region, f"sagemaker.training.{instance_type}")
    if volume_size_gb:
        usd_per_hour += (
            volume_size_gb
            * known.usd(region, "sagemaker.training-volume")
            / HOURS_PER_MONTH
        )
    return instance_count * usd_per_hour / SECONDS_PER_HOUR
