"""The container that serves the artifact: image, artifact, environment."""

from aws_cdk import CfnParameter
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from cdk_app import naming
from cdk_app.constructs.container_images import ContainerImage
from cdk_app.settings import ContainerSettings, HostingSettings, InstanceHosting

CODE_DIRECTORY = "/opt/ml/model/code"
ARTIFACT_URI_PATTERN = (
    r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"  # bucket
    r"/([A-Za-z0-9!_.*'()=-]+/)*[A-Za-z0-9!_.*'()=-]+\.tar\.gz$"  # key
)
# The hash is checked by code that AWS's image takes from the same artifact.
_MANIFEST_SHA256_DESCRIPTION = {
    "sklearn": (
        "SHA-256 of the artifact's manifest.json; empty: not pinned. Finds a wrong or "
        "damaged artifact. No protection from whoever may write the artifact bucket: "
        "in AWS's image the artifact's own code makes the check."
    ),
    "project": (
        "SHA-256 of the artifact's manifest.json; empty: not pinned. The image's code "
        "checks it before it loads the model; none of the artifact's code runs."
    ),
}
SHA256_PATTERN = r"^([0-9a-f]{64})?$"

# What AWS's image needs to know to run the artifact's code; see its source,
# aws/sagemaker-scikit-learn-container and aws/sagemaker-containers.
_INTERFACE_ENVIRONMENT = {
    # The image's gunicorn runs our WSGI application as it lies in the artifact.
    "wsgi": {
        "SAGEMAKER_SERVING_MODULE": "inference:app",
        "PYTHONPATH": CODE_DIRECTORY,
    },
    # The documented hooks. The image pip-installs the code at every start; without
    # this (sic: 0 means no isolation) pip looks for setuptools on the internet.
    "hooks": {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": CODE_DIRECTORY,
        "PIP_NO_BUILD_ISOLATION": "0",
    },
}
# The image's gunicorn without nginx before it, in one worker; docs/serving.md has the
# measurements.
_ONE_DIRECT_WORKER = {
    "SAGEMAKER_USE_NGINX": "false",
    "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
}
_MOST_VCPUS_OF_ONE_WORKER = 2


class ModelContainer(Construct):
    """The stack's parameters for an artifact, and the container that they make."""

    definition: sagemaker.CfnModel.ContainerDefinitionProperty

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        image: ContainerImage,
        settings: ContainerSettings,
        hosting: HostingSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        artifact_uri = CfnParameter(
            self,
            "Uri",
            description="model.tar.gz that a training job wrote.",
            allowed_pattern=ARTIFACT_URI_PATTERN,
            constraint_description=(
                f"{naming.ARTIFACT_URI_PARAMETER} must look like s3://bucket/job/output/model.tar.gz"
            ),
            max_length=1024,
        )
        artifact_uri.override_logical_id(naming.ARTIFACT_URI_PARAMETER)
        manifest_sha256 = CfnParameter(
            self,
            "ManifestSha256",
            description=_MANIFEST_SHA256_DESCRIPTION[settings.image],
            default="",
            allowed_pattern=SHA256_PATTERN,
            constraint_description=(
                f"{naming.MANIFEST_SHA256_PARAMETER} must be 64 lower-case hexadecimal "
                "digits or empty"
            ),
        )
        manifest_sha256.override_logical_id(naming.MANIFEST_SHA256_PARAMETER)
        self.definition = sagemaker.CfnModel.ContainerDefinitionProperty(
            image=image.uri,
            model_data_url=artifact_uri.value_as_string,
            environment={
                **_server_environment(settings, hosting),
                **_log_environment(hosting),
                "FRAUD_MANIFEST_SHA256": manifest_sha256.value_as_string,
                "LOG_LEVEL": settings.log_level,
            },
        )


def _log_environment(hosting: HostingSettings) -> dict[str, str]:
    """Have the log written before the answer where the platform freezes after it."""
    if isinstance(hosting, InstanceHosting):
        return {}
    return {"FRAUD_LOG_BEFORE_ANSWER": "true"}


def _server_environment(
    settings: ContainerSettings, hosting: HostingSettings
) -> dict[str, str]:
    """Return what AWS's image has to know; the project's image needs nothing."""
    if settings.image == "project":
        return {}
    interface = _INTERFACE_ENVIRONMENT[settings.interface or "wsgi"]
    if (
        isinstance(hosting, InstanceHosting)
        and hosting.vcpus_per_instance > _MOST_VCPUS_OF_ONE_WORKER
    ):
        return interface  # the image's own choice: nginx and a worker per vCPU
    return {**interface, **_ONE_DIRECT_WORKER}
