"""An endpoint's record: moto's, with the traffic to the fleets that serve it."""

import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from moto.core.utils import utcnow
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpoint, FakeEndpointConfig

from local_aws import server_state
from local_aws.sagemaker.fleet import Fleet


@dataclass(frozen=True)
class Traffic:
    """Fleets and their shares of the requests; replaced as a whole, never changed."""

    fleets: tuple[Fleet, ...] = ()
    shares: tuple[float, ...] = ()

    @classmethod
    def all_to(cls, fleet: Fleet) -> Self:
        """Return the traffic of one fleet alone."""
        return cls((fleet,), (1.0,))

    @classmethod
    def split(cls, blue: Fleet, green: Fleet, green_share: float) -> Self:
        """Return the traffic of an old and a new fleet side by side."""
        return cls((blue, green), (1.0 - green_share, green_share))

    def choose(self) -> Fleet | None:
        """Return the fleet for the next request, or None if there is none."""
        if not self.fleets:
            return None
        return random.choices(self.fleets, self.shares)[0]  # noqa: S311

    def includes(self, fleet: Fleet) -> bool:
        """Return whether a fleet may get requests."""
        return any(one is fleet for one in self.fleets)


NO_TRAFFIC = Traffic()


class Endpoint(FakeEndpoint):
    """An endpoint's description and the fleet that serves it."""

    def __init__(self, account_id: str, region_name: str, **settings: Any) -> None:  # noqa: ANN401
        super().__init__(account_id=account_id, region_name=region_name, **settings)
        self.account = account_id
        self.region = region_name
        self.endpoint_status = "Creating"
        self.traffic: Traffic = NO_TRAFFIC
        self.last_deployment_config: Mapping[str, Any] | None = None
        self.pending_deployment_summary: dict[str, Any] | None = None

    def _process_production_variants(
        self, production_variants: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        # moto leaves weights out that are zero, or one by default.
        described = super()._process_production_variants(production_variants)
        for one, settings in zip(described, production_variants, strict=True):
            weight = settings.get("InitialVariantWeight", 1.0)
            one.update(CurrentWeight=weight, DesiredWeight=weight)
        return described

    def described_as(self, config: FakeEndpointConfig) -> list[dict[str, Any]]:
        """Return the production variants that a configuration makes of it."""
        return self._process_production_variants(config.production_variants)

    def take_over(
        self,
        config: FakeEndpointConfig,
        variants: Sequence[Mapping[str, Any]],
        data_capture: Mapping[str, Any],
    ) -> None:
        """Describe the configuration that now serves."""
        self.endpoint_config_name = config.endpoint_config_name
        self.production_variants = [dict(one) for one in variants]
        self.data_capture_config = dict(data_capture)

    @property
    def response_object(self) -> dict[str, Any]:
        """What DescribeEndpoint answers; moto shows data capture as it was asked for.

        https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfigSummary.html
        """
        response: dict[str, Any] = super().response_object
        capture = response.pop("DataCaptureConfig", None)
        if capture:
            enabled = capture.get("EnableCapture", False)
            response["DataCaptureConfig"] = {
                **capture,
                "EnableCapture": enabled,
                "CaptureStatus": "Started" if enabled else "Stopped",
                "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
            }
        return response

    def is_created(self) -> bool:
        """Return whether it is past Creating."""
        return bool(self.endpoint_status != "Creating")

    def enter(self, status: str, failure_reason: str | None = None) -> None:
        """Go into a status."""
        self.failure_reason = failure_reason  # type: ignore[assignment]
        self.pending_deployment_summary = None
        self.last_modified_time = utcnow()
        self.endpoint_status = status
        server_state.log.info(
            "endpoint %s: %s%s",
            self.endpoint_name,
            status,
            f": {failure_reason}" if failure_reason else "",
        )


def check_in_service(endpoint: Endpoint) -> None:
    """Refuse to update an endpoint that is doing something else."""
    if endpoint.endpoint_status != "InService":
        raise ValidationError(
            f'Cannot update endpoint "{endpoint.arn}" in status '
            f"{endpoint.endpoint_status}; it must be InService."
        )


def check_instance_types(
    endpoint: Endpoint, old: FakeEndpointConfig, new: FakeEndpointConfig
) -> None:
    """Refuse another instance type for a variant that scales by itself.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling.html
    """
    # Without it in this process there is no target, and it takes a second to import.
    scaling = sys.modules.get("moto.applicationautoscaling.models")
    if scaling is None:
        return
    backend = scaling.applicationautoscaling_backends[endpoint.account][endpoint.region]
    scaled = {
        target.resource_id
        for target in backend.describe_scalable_targets("sagemaker", None, None)
    }
    before = {one["VariantName"]: one for one in old.production_variants}
    for variant in new.production_variants:
        name = variant["VariantName"]
        previous = before.get(name, variant).get("InstanceType")
        resource = f"endpoint/{endpoint.endpoint_name}/variant/{name}"
        if variant.get("InstanceType") != previous and resource in scaled:
            raise ValidationError(
                f"Cannot change the instance type of variant {name} of endpoint "
                f"{endpoint.endpoint_name} while it has automatic scaling; deregister "
                f"its scalable target {resource} first."
            )


def check_hosting_kind(old: FakeEndpointConfig, new: FakeEndpointConfig) -> None:
    """Refuse to make an instance endpoint serverless, as SageMaker does."""

    def is_serverless(config: FakeEndpointConfig) -> bool:
        return any("ServerlessConfig" in one for one in config.production_variants)

    if is_serverless(new) and not is_serverless(old):
        raise ValidationError(
            "An instance-based endpoint cannot be updated to serverless; delete the "
            "endpoint and create it again."
        )
