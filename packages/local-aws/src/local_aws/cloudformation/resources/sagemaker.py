"""Models, endpoint configurations and endpoints."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources.base import Request, handles, pick
from local_aws.cloudformation.stack import Physical, Resource

NAME_CHARACTERS = 63
IN_PROGRESS = {"Creating", "Updating", "RollingBack", "SystemUpdating", "Deleting"}


MODEL_SETTINGS = (
    *("Containers", "EnableNetworkIsolation", "ExecutionRoleArn"),
    *("InferenceExecutionConfig", "PrimaryContainer", "VpcConfig"),
)
CONFIG_SETTINGS = ("AsyncInferenceConfig", "DataCaptureConfig", "KmsKeyId")
ENDPOINT_SETTINGS = (
    *("DeploymentConfig", "ExcludeRetainedVariantProperties"),
    *("RetainAllVariantProperties", "RetainDeploymentConfig"),
)


@handles(
    "AWS::SageMaker::Model",
    immutable=None,
    applies={"ModelName", "Tags", *MODEL_SETTINGS},
)
class ModelHandler:
    """AWS::SageMaker::Model."""

    def create(self, request: Request) -> Physical:
        """Create the model."""
        name = request.name("ModelName", NAME_CHARACTERS)
        settings = pick(request.properties, *MODEL_SETTINGS)
        arn = request.call(
            "sagemaker",
            "create_model",
            ModelName=name,
            Tags=request.tag_list(),
            **settings,
        )["ModelArn"]
        return Physical(arn, {"ModelName": name})

    def update(self, request: Request, current: Resource) -> Physical:
        """Change the tags; anything else makes a new model."""
        _retag(request, current)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the model."""
        _delete(
            lambda: request.client("sagemaker").delete_model(
                ModelName=_name(current.physical)
            )
        )


@handles(
    "AWS::SageMaker::EndpointConfig",
    immutable=None,
    applies={"EndpointConfigName", "ProductionVariants", "Tags", *CONFIG_SETTINGS},
)
class EndpointConfigHandler:
    """AWS::SageMaker::EndpointConfig."""

    def create(self, request: Request) -> Physical:
        """Create the configuration."""
        name = request.name("EndpointConfigName", NAME_CHARACTERS)
        properties = request.properties
        # The API takes the model's name, and templates give its name or its ARN.
        variants = [
            {**variant, "ModelName": variant["ModelName"].split("/")[-1]}
            for variant in properties["ProductionVariants"]
        ]
        arn = request.call(
            "sagemaker",
            "create_endpoint_config",
            EndpointConfigName=name,
            Tags=request.tag_list(),
            ProductionVariants=variants,
            **pick(properties, *CONFIG_SETTINGS),
        )["EndpointConfigArn"]
        return Physical(arn, {"EndpointConfigName": name})

    def update(self, request: Request, current: Resource) -> Physical:
        """Change the tags; anything else makes a new configuration."""
        _retag(request, current)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the configuration."""
        _delete(
            lambda: request.client("sagemaker").delete_endpoint_config(
                EndpointConfigName=_name(current.physical)
            )
        )


@handles(
    "AWS::SageMaker::Endpoint",
    immutable={"EndpointName"},
    applies={"EndpointName", "EndpointConfigName", "Tags", *ENDPOINT_SETTINGS},
)
class EndpointHandler:
    """AWS::SageMaker::Endpoint: the stack waits until it serves."""

    def create(self, request: Request) -> Physical:
        """Create the endpoint and wait until it is in service."""
        name = request.name("EndpointName", NAME_CHARACTERS)
        sagemaker = request.client("sagemaker")
        arn = sagemaker.create_endpoint(
            EndpointName=name,
            EndpointConfigName=_config_name(request),
            Tags=request.tag_list(),
        )["EndpointArn"]
        description = _settle(request, name, arn)
        if description["EndpointStatus"] != "InService":
            raise ResourceError(description["FailureReason"], arn)
        return Physical(arn, {"EndpointName": name})

    def update(self, request: Request, current: Resource) -> Physical:
        """Update the endpoint and wait; what serves stays if the new does not come."""
        name = _name(current.physical)
        config = _config_name(request)
        described = _settle(request, name, current.physical.id)
        if described["EndpointConfigName"] != config:
            request.call(
                "sagemaker",
                "update_endpoint",
                EndpointName=name,
                EndpointConfigName=config,
                **pick(request.properties, *ENDPOINT_SETTINGS),
            )
            described = _settle(request, name, current.physical.id)
        _retag(request, current)
        if described["EndpointConfigName"] != config:
            raise ResourceError(described.get("FailureReason", "Update failed"))
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the endpoint and wait until its processes are gone."""
        name = _name(current.physical)
        sagemaker = request.client("sagemaker")
        try:
            _settle(request, name, current.physical.id)
            sagemaker.delete_endpoint(EndpointName=name)
            request.wait_until(lambda: not _exists(request, name), name)
        except ClientError as error:
            _ignore_missing(error)


def _settle(request: Request, name: str, arn: str) -> dict[str, Any]:
    """Wait until nothing is in progress; return the endpoint's description."""
    description: dict[str, Any] = {}

    def settled() -> bool:
        nonlocal description
        description = request.client("sagemaker").describe_endpoint(EndpointName=name)
        return description["EndpointStatus"] not in IN_PROGRESS

    try:
        request.wait_until(settled, f"endpoint {name}")
    except ResourceError as error:
        raise ResourceError(str(error), arn) from error
    return description


def _exists(request: Request, name: str) -> bool:
    try:
        request.client("sagemaker").describe_endpoint(EndpointName=name)
    except ClientError as error:
        _ignore_missing(error)
        return False
    return True


def _config_name(request: Request) -> str:
    return str(request.properties["EndpointConfigName"]).split("/")[-1]


def _name(physical: Physical) -> str:
    return physical.id.split("/")[-1]


def _retag(request: Request, current: Resource) -> None:
    sagemaker = request.client("sagemaker")
    arn = current.physical.id
    sagemaker.add_tags(ResourceArn=arn, Tags=request.tag_list())
    if stale := request.stale_tags(current):
        sagemaker.delete_tags(ResourceArn=arn, TagKeys=stale)


def _delete(delete: Callable[[], object]) -> None:
    try:
        delete()
    except ClientError as error:
        _ignore_missing(error)


def _ignore_missing(error: ClientError) -> None:
    if "Could not find" not in error.response["Error"]["Message"]:
        raise error
