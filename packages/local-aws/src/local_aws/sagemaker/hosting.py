"""Models, endpoint configurations and endpoints: moto's, and endpoints serve."""

import threading
from collections.abc import Mapping
from typing import Any, cast

from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpointConfig, Model, SageMakerModelBackend

from local_aws import s3, server_state
from local_aws.sagemaker import model_data, variant_properties
from local_aws.sagemaker.deployment_config import DeploymentConfig, RollbackAlarms
from local_aws.sagemaker.endpoint import (
    NO_TRAFFIC,
    Endpoint,
    check_hosting_kind,
    check_in_service,
    check_instance_types,
)
from local_aws.sagemaker.endpoints import Deployment, Update, weigh


class HostingBackend(SageMakerModelBackend):
    """What serves, and what it is made of."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._endpoint_lock = threading.RLock()

    def create_model(  # noqa: PLR0917  (moto's signature)
        self,
        model_name: str,
        execution_role_arn: str,
        primary_container: dict[str, Any] | None,
        vpc_config: dict[str, Any] | None = None,
        containers: list[dict[str, Any]] | None = None,
        tags: list[dict[str, str]] | None = None,
        *,
        enable_network_isolation: bool = False,
    ) -> Model:
        """Record a model whose data exists."""
        if model_name in self._models:
            raise ValidationError(
                f"Cannot create already existing model "
                f'"{self._models[model_name].arn}".'
            )
        given = [one for one in (primary_container, *(containers or [])) if one]
        if len(given) != 1:
            raise ValidationError(
                f"Local AWS runs models of one container, got {len(given)}."
            )
        [container] = given
        if container.get("Mode") == "MultiModel":
            raise ValidationError("Local AWS does not support the mode MultiModel.")
        if "Image" not in container:
            raise ValidationError(
                "Local AWS runs a container by its Image, and does not support "
                "ModelPackageName instead of it."
            )
        if url := model_data.url_of(container):
            self._check_model_data(url)
        model = super().create_model(
            model_name,
            execution_role_arn,
            primary_container,
            vpc_config,
            containers,
            tags,
        )
        model.enable_network_isolation = enable_network_isolation
        return model

    def _check_model_data(self, url: str) -> None:
        client = server_state.current().clients(self.region_name).client("s3")
        try:
            found = model_data.exists(client, url)
        except s3.S3Error as error:
            raise ValidationError(str(error)) from error
        if not found:
            raise ValidationError(f"Could not find model data at {url}.")

    def create_endpoint_config(  # type: ignore[override]
        self,
        **settings: Any,  # noqa: ANN401
    ) -> FakeEndpointConfig:
        """Record an endpoint configuration under a new name."""
        name = settings["endpoint_config_name"]
        if name in self.endpoint_configs:
            arn = self.endpoint_configs[name].endpoint_config_arn
            raise ValidationError(
                f'Cannot create already existing endpoint configuration "{arn}".'
            )
        return super().create_endpoint_config(**settings)

    def endpoint(self, name: str) -> Endpoint:
        """Return an endpoint, or raise SageMaker's error if there is none."""
        self.describe_endpoint(name)
        return cast("Endpoint", self.endpoints[name])

    def create_endpoint(
        self,
        endpoint_name: str,
        endpoint_config_name: str,
        tags: list[dict[str, str]] | None,
    ) -> Endpoint:
        """Start an endpoint; returns at once."""
        config = self._config(endpoint_config_name)
        with self._endpoint_lock:
            if endpoint_name in self.endpoints:
                arn = self.endpoints[endpoint_name].arn
                raise ValidationError(
                    f'Cannot create already existing endpoint "{arn}".'
                )
            endpoint = Endpoint(
                self.account_id,
                self.region_name,
                endpoint_name=endpoint_name,
                endpoint_config_name=endpoint_config_name,
                production_variants=config.production_variants,
                data_capture_config=config.data_capture_config,
                tags=tags or [],
            )
            self.endpoints[endpoint_name] = endpoint
        endpoint.enter("Creating")
        Deployment(endpoint, config, self._models).create()
        return endpoint

    def update_endpoint(
        self,
        endpoint_name: str,
        endpoint_config_name: str,
        *,
        retained: frozenset[str],
        deployment_config: Mapping[str, Any] | None,
    ) -> Endpoint:
        """Start replacing what serves an endpoint; returns at once.

        Parameters
        ----------
        retained
            Types of variant properties that stay as they are.
        deployment_config
            As the API takes it.
        """
        endpoint = self.endpoint(endpoint_name)
        config = self._config(endpoint_config_name)
        with self._endpoint_lock:
            check_in_service(endpoint)
            old = self._config(endpoint.endpoint_config_name)
            check_hosting_kind(old, config)
            check_instance_types(endpoint, old, config)
            update = self._update(endpoint, config, retained, deployment_config)
            endpoint.last_deployment_config = deployment_config
            endpoint.enter("Updating")
        Deployment(endpoint, config, self._models).update(update)
        return endpoint

    def _update(
        self,
        endpoint: Endpoint,
        config: FakeEndpointConfig,
        retained: frozenset[str],
        deployment_config: Mapping[str, Any] | None,
    ) -> Update:
        """Return what an update makes of an endpoint, its guardrails checked."""
        variants = variant_properties.carried_over(
            endpoint.described_as(config), endpoint.production_variants, retained
        )
        keeps_capture = variant_properties.DATA_CAPTURE in retained
        parsed = DeploymentConfig.parse(deployment_config)
        update = Update(
            variants,
            (endpoint if keeps_capture else config).data_capture_config,
            parsed,
            RollbackAlarms(self.account_id, self.region_name, parsed.alarms),
        )
        parsed.check(update.instance_counts)
        update.alarms.check()
        return update

    def update_endpoint_weights_and_capacities(
        self, endpoint_name: str, desired_weights_and_capacities: list[dict[str, Any]]
    ) -> str:
        """Change what is given of the variants, and nothing else."""
        endpoint = self.endpoint(endpoint_name)
        names = ("DesiredWeight", "DesiredInstanceCount")
        with self._endpoint_lock:
            check_in_service(endpoint)
            now = {one["VariantName"]: one for one in endpoint.production_variants}
            # moto sets what is not given to null.
            complete = [
                {**{n: now.get(one["VariantName"], {}).get(n) for n in names}, **one}
                for one in desired_weights_and_capacities
            ]
            arn: str = super().update_endpoint_weights_and_capacities(
                endpoint_name, complete
            )
            endpoint.production_variants = [
                {name: value for name, value in one.items() if value is not None}
                for one in endpoint.production_variants
            ]
            for fleet in endpoint.traffic.fleets:
                weigh(fleet, endpoint.production_variants)
        return arn

    def delete_endpoint(self, endpoint_name: str) -> None:
        """Start ending an endpoint's processes; it disappears when they are gone."""
        endpoint = self.endpoint(endpoint_name)
        with self._endpoint_lock:
            if endpoint.endpoint_status in {"Creating", "Updating"}:
                raise ValidationError(
                    f'Cannot update in-progress endpoint "{endpoint.arn}".'
                )
            if endpoint.endpoint_status == "Deleting":
                return
            endpoint.enter("Deleting")
        threading.Thread(
            target=self._end_endpoint, args=(endpoint,), daemon=True
        ).start()

    def _end_endpoint(self, endpoint: Endpoint) -> None:
        fleets, endpoint.traffic = endpoint.traffic.fleets, NO_TRAFFIC
        for fleet in fleets:
            fleet.stop()
        del self.endpoints[endpoint.endpoint_name]
        server_state.log.info("endpoint %s: deleted", endpoint.endpoint_name)

    def _config(self, name: str) -> FakeEndpointConfig:
        self.describe_endpoint_config(name)  # Raises SageMaker's error if unknown.
        return self.endpoint_configs[name]
