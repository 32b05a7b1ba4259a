"""SageMaker's actions: moto's, and those it lacks."""

import json

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import get_service_model
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.responses import SageMakerResponse as MotoSageMakerResponse

from local_aws import validation
from local_aws.sagemaker import variant_properties
from local_aws.sagemaker.actions import RECORDED, REFUSED_MEMBERS, RUN
from local_aws.sagemaker.listing import LISTINGS
from local_aws.sagemaker.models import SageMakerBackend, sagemaker_backends


class SageMakerResponse(MotoSageMakerResponse):
    """Actions that run something, or that moto does not know."""

    @property
    def sagemaker_backend(self) -> SageMakerBackend:
        """Backend of the caller's account and region."""
        backend: SageMakerBackend = sagemaker_backends[self.current_account][
            self.region
        ]
        return backend

    def call_action(self) -> TYPE_RESPONSE:
        """Answer an action that is run or recorded; refuse all others."""
        action = self._get_action()
        if action not in RUN | RECORDED:
            raise NotImplementedError(action)
        refused = self._refusal(action)
        return self.serialized(refused) if refused else super().call_action()

    def _refusal(self, action: str) -> ActionResult | None:
        for member in REFUSED_MEMBERS.get(action, ()):
            if self._get_param(member):
                text = f"Local AWS does not support {member} of {action}."
                return ActionResult(ValidationError(text))
        operation = get_service_model("sagemaker").operation_model(action)
        found = validation.violations(operation, json.loads(self.body or "{}"))
        if found:
            return ActionResult(ValidationError(validation.message(found)))
        return None

    def serialized(self, action_result: ActionResult) -> TYPE_RESPONSE:
        """Serialize an answer; what is not set is left out of a description.

        moto describes a model without a VPC with `VpcConfig: {}`, which the SageMaker
        SDK takes for a VpcConfig without its required members.
        """
        if self._get_action().startswith("Describe"):
            answer = action_result.result
            if isinstance(answer, dict):
                kept = {k: v for k, v in answer.items() if v not in ({}, [])}
                action_result = ActionResult(kept)
        return super().serialized(action_result)

    def _list(self) -> ActionResult:
        listing = LISTINGS[self._get_action()]
        return ActionResult(listing.page(self.sagemaker_backend, self._get_param))

    list_models = list_endpoint_configs = list_endpoints = _list
    list_training_jobs = list_transform_jobs = _list

    def create_training_job(self) -> ActionResult:
        """CreateTrainingJob, with the container's environment, which moto drops."""
        job = self.sagemaker_backend.create_training_job(
            training_job_name=self._get_param("TrainingJobName"),
            hyper_parameters=self._get_param("HyperParameters") or {},
            algorithm_specification=self._get_param("AlgorithmSpecification"),
            role_arn=self._get_param("RoleArn"),
            input_data_config=self._get_param("InputDataConfig") or [],
            output_data_config=self._get_param("OutputDataConfig"),
            resource_config=self._get_param("ResourceConfig"),
            vpc_config=self._get_param("VpcConfig"),
            stopping_condition=self._get_param("StoppingCondition"),
            tags=self._get_param("Tags"),
            enable_network_isolation=self._get_bool_param(
                "EnableNetworkIsolation", if_none=False
            ),
            enable_inter_container_traffic_encryption=self._get_bool_param(
                "EnableInterContainerTrafficEncryption", if_none=False
            ),
            enable_managed_spot_training=self._get_bool_param(
                "EnableManagedSpotTraining", if_none=False
            ),
            checkpoint_config=self._get_param("CheckpointConfig"),
            debug_hook_config=self._get_param("DebugHookConfig"),
            debug_rule_configurations=self._get_param("DebugRuleConfigurations"),
            tensor_board_output_config=self._get_param("TensorBoardOutputConfig"),
            experiment_config=self._get_param("ExperimentConfig"),
            environment=self._get_param("Environment"),
        )
        return ActionResult({"TrainingJobArn": job.arn})

    def stop_training_job(self) -> EmptyResult:
        """StopTrainingJob, which moto lacks."""
        self.sagemaker_backend.stop_training_job(self._get_param("TrainingJobName"))
        return EmptyResult()

    def stop_transform_job(self) -> EmptyResult:
        """StopTransformJob, which moto lacks."""
        self.sagemaker_backend.stop_transform_job(self._get_param("TransformJobName"))
        return EmptyResult()

    def create_model(self) -> ActionResult:
        """CreateModel, with network isolation, which moto drops."""
        model = self.sagemaker_backend.create_model(
            model_name=self._get_param("ModelName"),
            execution_role_arn=self._get_param("ExecutionRoleArn"),
            primary_container=self._get_param("PrimaryContainer"),
            vpc_config=self._get_param("VpcConfig"),
            containers=self._get_param("Containers"),
            tags=self._get_param("Tags"),
            enable_network_isolation=bool(
                self._get_bool_param("EnableNetworkIsolation", if_none=False)
            ),
        )
        return ActionResult(model.response_create)

    def update_endpoint(self) -> ActionResult:
        """UpdateEndpoint, which moto lacks."""
        name = self._get_param("EndpointName")
        backend = self.sagemaker_backend
        excluded = self._get_param("ExcludeRetainedVariantProperties") or []
        retained = variant_properties.retained(
            retain_all=bool(
                self._get_bool_param("RetainAllVariantProperties", if_none=False)
            ),
            excluded=[one["VariantPropertyType"] for one in excluded],
        )
        deployment_config = (
            backend.endpoint(name).last_deployment_config
            if self._get_bool_param("RetainDeploymentConfig", if_none=False)
            else self._get_param("DeploymentConfig")
        )
        endpoint = backend.update_endpoint(
            name,
            self._get_param("EndpointConfigName"),
            retained=retained,
            deployment_config=deployment_config,
        )
        return ActionResult(endpoint.response_create)
