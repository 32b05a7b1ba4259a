"""Bringing an endpoint to a configuration: the new fleet up before the old goes."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws import context
from local_aws.sagemaker.fleet import Fleet, FleetError, Variant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from moto.sagemaker.models import FakeEndpointConfig, Model

    from local_aws.sagemaker.models import Endpoint


@dataclass(frozen=True)
class Deployment:
    """One create or update of an endpoint, in a thread of its own."""

    endpoint: Endpoint
    config: FakeEndpointConfig
    models: Mapping[str, Model]

    def create(self) -> None:
        """Start the first fleet; returns at once."""
        self._in_background(self._create)

    def update(self, *, retain: bool, retained_except: list[str]) -> None:
        """Replace the fleet; returns at once."""
        self._in_background(
            lambda: self._update(retain=retain, retained_except=retained_except)
        )

    def _create(self) -> None:
        try:
            self.endpoint.fleet = self._start_fleet()
        except FleetError as error:
            self.endpoint.enter("Failed", str(error))
        else:
            self.endpoint.enter("InService")

    def _update(self, *, retain: bool, retained_except: list[str]) -> None:
        endpoint = self.endpoint
        old = endpoint.fleet
        try:
            new = self._start_fleet()
        except FleetError as error:
            # The old fleet never stopped, so the endpoint is in service as it was.
            endpoint.enter("InService", str(error))
            return
        before = {one["VariantName"]: one for one in endpoint.production_variants}
        capture = endpoint.data_capture_config
        endpoint.describe_config(self.config)
        if retain:
            self._retain(before, new, retained_except)
            if "DataCaptureConfig" not in retained_except:
                endpoint.data_capture_config = capture
        endpoint.fleet = new
        if old is not None:
            old.stop()
        endpoint.enter("InService")

    def _retain(
        self,
        before: Mapping[str, Mapping[str, object]],
        fleet: Fleet,
        retained_except: list[str],
    ) -> None:
        """Keep current instance counts and weights, as RetainAllVariantProperties says.

        https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VariantProperty.html
        """
        kept = {
            "DesiredInstanceCount": ("CurrentInstanceCount", "DesiredInstanceCount"),
            "DesiredWeight": ("CurrentWeight", "DesiredWeight"),
        }
        for variant in self.endpoint.production_variants:
            previous = before.get(variant["VariantName"], {})
            for name, fields in kept.items():
                if name not in retained_except:
                    variant.update({f: previous[f] for f in fields if f in previous})
        weights = {
            one["VariantName"]: one.get("CurrentWeight", 1.0)
            for one in self.endpoint.production_variants
        }
        for server in fleet.servers:
            server.weight = float(weights[server.name])

    def _start_fleet(self) -> Fleet:
        variants = []
        for settings in self.config.production_variants:
            model = self.models.get(settings["ModelName"])
            if model is None:
                message = f"Could not find model {settings['ModelName']}."
                raise FleetError(message)
            container = model.primary_container or next(iter(model.containers), {})
            variants.append(Variant(settings, container))
        endpoint = self.endpoint
        return Fleet.start(
            endpoint.endpoint_name, endpoint.account, endpoint.region, variants
        )

    def _in_background(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001  (it is told as the reason)
                context.log.exception("endpoint %s", self.endpoint.endpoint_name)
                served = self.endpoint.fleet is not None
                reason = f"InternalFailure: {type(error).__name__}: {error}"
                self.endpoint.enter("InService" if served else "Failed", reason)

        threading.Thread(target=run, daemon=True).start()
