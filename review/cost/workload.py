"""How an environment is used in a month: what a template cannot say."""

from dataclasses import dataclass, fields

from cdk_app.prices.units import BYTES_PER_GB

DAYS_PER_MONTH = 30


class WorkloadError(ValueError):
    """A quantity that cannot be; the message is for whoever gave it."""


@dataclass(frozen=True)
class Workload:
    """A month's use.

    The second group was measured by ``python -m benchmarks.request_cost`` on
    2026-11-23, with the logistic regression of the embedded sample; a line of log has
    the 26 bytes that CloudWatch adds. ``seconds_per_request`` is what serverless
    hosting bills: the time of one transaction.
    """

    requests_per_month: float = 1_000_000
    training_hours: float = 2
    stored_gb_per_bucket: float = 1
    other_logs_gb: float = 0.1
    image_builds: float = 4
    minutes_per_image_build: float = 5
    #: A million entities of 600 bytes, with what DynamoDB adds to an item.
    stored_gb_per_history_table: float = 0.7

    seconds_per_request: float = 0.001
    request_bytes: float = 483
    response_bytes: float = 44
    log_bytes_per_request: float = 178 + 26

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value < float("inf"):
                raise WorkloadError(
                    f"{field.name}: expected a number of at least 0, got {value}; "
                    "correct it."
                )

    @property
    def processed_gb(self) -> float:
        """Request and response bodies of a month, in GB."""
        per_request = self.request_bytes + self.response_bytes
        return self.requests_per_month * per_request / BYTES_PER_GB

    @property
    def request_logs_gb(self) -> float:
        """What the endpoint logs for a month's requests, in GB."""
        return self.requests_per_month * self.log_bytes_per_request / BYTES_PER_GB
