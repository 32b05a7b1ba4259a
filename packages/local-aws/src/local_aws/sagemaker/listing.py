"""Lists of models, endpoints and jobs: filtered, then sorted, then paged.

moto filters the page that it has cut off, and sorts nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.sagemaker.exceptions import ValidationError

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpoints.html
DEFAULT_RESULTS = 10
MAX_RESULTS = 100
ORDERS = ("Ascending", "Descending")
Summary = Mapping[str, Any]


@dataclass(frozen=True)
class Listing:
    """One list action.

    Attributes
    ----------
    records
        Name of the backend's dictionary of records.
    kind
        What the members of a summary begin with: `TrainingJob` of `TrainingJobName`.
    """

    records: str
    member: str
    kind: str
    summary: Callable[[Any], Summary]
    default_order: str = "Descending"

    def page(self, backend: object, asked: Callable[[str], Any]) -> dict[str, Any]:
        """Return the page that a request asks for.

        Parameters
        ----------
        asked
            Returns a member of the request, or None.

        Raises
        ------
        ValidationError
            If it asks for an order or a page that there is not.
        """
        records: Mapping[str, Any] = getattr(backend, self.records)
        summaries = [self.summary(one) for one in list(records.values())]
        found = self._sorted(
            [one for one in summaries if self._fits(one, asked)], asked
        )
        size, start = self._size(asked), self._start(asked)
        more = start + size < len(found)
        return {
            self.member: found[start : start + size],
            "NextToken": str(start + size) if more else None,
        }

    def _fits(self, summary: Summary, asked: Callable[[str], Any]) -> bool:
        name, status = asked("NameContains"), asked("StatusEquals")
        if name and name.lower() not in summary[f"{self.kind}Name"].lower():
            return False
        if status and summary[f"{self.kind}Status"] != status:
            return False
        for member in ("CreationTime", "LastModifiedTime"):
            after, before = asked(f"{member}After"), asked(f"{member}Before")
            if after and summary[member] <= _moment(after):
                return False
            if before and summary[member] >= _moment(before):
                return False
        return True

    def _sorted(
        self, summaries: Iterable[Summary], asked: Callable[[str], Any]
    ) -> list[Summary]:
        by = asked("SortBy") or "CreationTime"
        order = asked("SortOrder") or self.default_order
        member = {"Name": f"{self.kind}Name", "Status": f"{self.kind}Status"}.get(
            by, by
        )
        if order not in ORDERS:
            raise ValidationError(f"SortOrder must be one of {ORDERS}, got {order!r}.")
        try:
            return sorted(
                summaries, key=lambda one: one[member], reverse=order == "Descending"
            )
        except KeyError:
            raise ValidationError(f"Cannot sort by {by!r}.") from None

    def _size(self, asked: Callable[[str], Any]) -> int:
        size = int(asked("MaxResults") or DEFAULT_RESULTS)
        if not 0 < size <= MAX_RESULTS:
            raise ValidationError(
                f"Value '{size}' at 'maxResults' failed to satisfy constraint: Member "
                f"must have value less than or equal to {MAX_RESULTS}"
            )
        return size

    def _start(self, asked: Callable[[str], Any]) -> int:
        token = str(asked("NextToken") or "0")
        if not token.isdecimal():
            raise ValidationError(f"Invalid pagination token {token!r}.")
        return int(token)


def _moment(value: Any) -> datetime:  # noqa: ANN401
    """Return a time of a request as moto keeps times: UTC, without saying so."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    return datetime.fromtimestamp(float(value), tz=UTC).replace(tzinfo=None)


def _model(model: Any) -> Summary:  # noqa: ANN401
    return {
        "ModelName": model.model_name,
        "ModelArn": model.arn,
        "CreationTime": model.creation_time,
    }


def _training_job(job: Any) -> Summary:  # noqa: ANN401
    return {
        "TrainingJobName": job.training_job_name,
        "TrainingJobArn": job.arn,
        "CreationTime": job.creation_time,
        "TrainingEndTime": job.training_end_time,
        "LastModifiedTime": job.last_modified_time,
        "TrainingJobStatus": job.training_job_status,
    }


def _transform_job(job: Any) -> Summary:  # noqa: ANN401
    return {
        "TransformJobName": job.transform_job_name,
        "TransformJobArn": job.arn,
        "CreationTime": job.creation_time,
        "TransformEndTime": job.transform_end_time,
        "LastModifiedTime": job.last_modified_time,
        "TransformJobStatus": job.transform_job_status,
        "FailureReason": job.failure_reason,
    }


LISTINGS = {
    "ListModels": Listing("_models", "Models", "Model", _model),
    "ListEndpointConfigs": Listing(
        "endpoint_configs",
        "EndpointConfigs",
        "EndpointConfig",
        lambda config: config.summary(),
    ),
    "ListEndpoints": Listing(
        "endpoints", "Endpoints", "Endpoint", lambda endpoint: endpoint.summary()
    ),
    "ListTrainingJobs": Listing(
        "training_jobs",
        "TrainingJobSummaries",
        "TrainingJob",
        _training_job,
        default_order="Ascending",
    ),
    "ListTransformJobs": Listing(
        "transform_jobs", "TransformJobSummaries", "TransformJob", _transform_job
    ),
}
