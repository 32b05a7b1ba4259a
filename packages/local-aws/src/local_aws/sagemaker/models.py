"""SageMaker's resources: moto's, with jobs that run and endpoints that serve."""

from moto.core.base_backend import BackendDict

from local_aws.sagemaker.hosting import HostingBackend
from local_aws.sagemaker.jobs import JobBackend


class SageMakerBackend(JobBackend, HostingBackend):
    """moto's SageMaker with real training jobs, transform jobs and endpoints."""


sagemaker_backends = BackendDict(SageMakerBackend, "sagemaker")
