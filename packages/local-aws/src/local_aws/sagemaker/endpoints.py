"""Bringing an endpoint to a configuration: the new fleet up before the old goes."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moto.core.utils import utcnow
from moto.sagemaker.models import FakeEndpointConfig, Model

from local_aws import server_state
from local_aws.sagemaker.deployment_config import DeploymentConfig, RollbackAlarms
from local_aws.sagemaker.endpoint import NO_TRAFFIC, Endpoint, Traffic
from local_aws.sagemaker.fleet import Fleet
from local_aws.sagemaker.serving_container import FleetError, Variant

POLL_SECONDS = 0.05


class _RolledBackError(Exception):
    """The new fleet is not to stay; the message is the endpoint's failure reason."""


@dataclass(frozen=True)
class Update:
    """What an update makes of an endpoint, and how.

    Attributes
    ----------
    variants
        The endpoint's production variants as they will be described.
    data_capture
        The DataCaptureConfig that will hold.
    """

    variants: Sequence[Mapping[str, Any]]
    data_capture: Mapping[str, Any]
    config: DeploymentConfig
    alarms: RollbackAlarms

    @property
    def instance_counts(self) -> list[int | None]:
        """Instances of each variant of the new fleet; None if serverless."""
        return [one.get("DesiredInstanceCount") for one in self.variants]


@dataclass(frozen=True)
class Deployment:
    """One create or update of an endpoint, in a thread of its own."""

    endpoint: Endpoint
    config: FakeEndpointConfig
    models: Mapping[str, Model]

    def create(self) -> None:
        """Start the first fleet; returns at once."""
        self._in_background(self._create)

    def update(self, update: Update) -> None:
        """Replace the fleet, blue by green; returns at once."""
        self._in_background(lambda: self._update(update))

    def _create(self) -> None:
        endpoint = self.endpoint
        try:
            fleet = self._start_fleet(endpoint.production_variants)
        except FleetError as error:
            endpoint.enter("Failed", str(error))
        else:
            endpoint.traffic = Traffic.all_to(fleet)
            endpoint.enter("InService")

    def _update(self, update: Update) -> None:
        endpoint = self.endpoint
        [blue] = endpoint.traffic.fleets
        deadline = time.monotonic() + update.config.maximum_seconds
        self._tell(update, "Creating")
        try:
            green = self._start_fleet(update.variants)
        except FleetError as error:
            # The old fleet never stopped, so the endpoint is in service as it was.
            endpoint.enter("InService", str(error))
            return
        try:
            self._shift(blue, green, update, deadline)
        except BaseException as error:
            endpoint.traffic = Traffic.all_to(blue)
            green.stop()
            if not isinstance(error, _RolledBackError):
                raise
            endpoint.enter("InService", str(error))
            return
        _wait(update.config.termination_wait_seconds)
        self._tell(update, "Deleting")
        blue.stop()
        endpoint.take_over(self.config, update.variants, update.data_capture)
        endpoint.enter("InService")

    def _shift(
        self, blue: Fleet, green: Fleet, update: Update, deadline: float
    ) -> None:
        """Give the new fleet its share step by step, and watch the alarms."""
        shares = update.config.shares(update.instance_counts)
        for share in shares:
            self.endpoint.traffic = (
                Traffic.all_to(green)
                if share >= 1
                else Traffic.split(blue, green, share)
            )
            self._tell(update, "Baking")
            server_state.log.info(
                "endpoint %s: %.0f%% of the traffic to %s",
                self.endpoint.endpoint_name,
                100 * share,
                self.config.endpoint_config_name,
            )
            _wait(
                update.config.bake_seconds,
                lambda: self._check_health(update, deadline),
            )

    def _check_health(self, update: Update, deadline: float) -> None:
        tripped = update.alarms.tripped()
        if tripped is None and time.monotonic() < deadline:
            return
        cause = (
            "MaximumExecutionTimeoutInSeconds has passed"
            if tripped is None
            else f"the CloudWatch alarm {tripped} is in state ALARM"
        )
        old = self.endpoint.endpoint_config_name
        raise _RolledBackError(
            f"The update to {self.config.endpoint_config_name} was rolled back because "
            f"{cause}; the endpoint serves {old} as before."
        )

    def _tell(self, update: Update, status: str) -> None:
        """Show in the endpoint's description where the update stands."""
        now = utcnow()
        variants = [
            {**one, "VariantStatus": [{"Status": status, "StartTime": now}]}
            for one in update.variants
        ]
        self.endpoint.pending_deployment_summary = {
            "EndpointConfigName": self.config.endpoint_config_name,
            "ProductionVariants": variants,
            "StartTime": now,
        }

    def _start_fleet(self, described: Sequence[Mapping[str, Any]]) -> Fleet:
        variants = []
        for settings in self.config.production_variants:
            model = self.models.get(settings["ModelName"])
            if model is None:
                raise FleetError(f"Could not find model {settings['ModelName']}.")
            container = model.primary_container or next(iter(model.containers), {})
            variants.append(Variant(settings, container))
        endpoint = self.endpoint
        fleet = Fleet.start(
            endpoint.endpoint_name, endpoint.account, endpoint.region, variants
        )
        weigh(fleet, described)
        return fleet

    def _in_background(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001  (it is told as the reason)
                server_state.log.exception("endpoint %s", self.endpoint.endpoint_name)
                served = self.endpoint.traffic is not NO_TRAFFIC
                reason = f"InternalFailure: {type(error).__name__}: {error}"
                self.endpoint.enter("InService" if served else "Failed", reason)

        threading.Thread(target=run, daemon=True).start()


def weigh(fleet: Fleet, described: Sequence[Mapping[str, Any]]) -> None:
    """Give a fleet's variants the weights of their descriptions."""
    weights = {one["VariantName"]: float(one["CurrentWeight"]) for one in described}
    for server in fleet.servers:
        server.weight = weights[server.name]


def _wait(seconds: float, check: Callable[[], None] = lambda: None) -> None:
    """Wait as long as a deployment's setting says, scaled; check all the while."""
    deadline = time.monotonic() + seconds * server_state.current().time_scale
    check()
    while (remaining := deadline - time.monotonic()) > 0:
        time.sleep(min(POLL_SECONDS, remaining))
        check()
