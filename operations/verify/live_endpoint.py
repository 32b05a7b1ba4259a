"""A deployment as the checks see it: the stack, and the endpoint that lives."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from artifact.archive import Documents
from cdk_app.naming import ARTIFACT_URI_PARAMETER, endpoint_name
from operations.account.artifacts import read_artifact
from operations.account.errors import OperationError, explained
from operations.account.stacks import DeployedStack, deploy_command

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import DescribeEndpointOutputTypeDef

#: In these states CloudFormation takes an update; in the others, and where nothing
#: is in progress, only a deletion:
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
UPDATABLE = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    }
)
NO_ENDPOINT = "not checked, as there is no endpoint"


@dataclass(frozen=True)
class CheckResult:
    """What a check found; a remedy, and maybe its command, where that is wrong."""

    said: str
    remedy: str = ""
    command: str = ""


@dataclass(frozen=True)
class LiveEndpoint:
    """One environment's stack, and what of AWS the checks compare it with."""

    session: boto3.Session
    environment: str
    stack: DeployedStack

    @property
    def artifact_uri(self) -> str:
        """The artifact that the stack was given.

        Raises
        ------
        OperationError
            If the stack never came so far.
        """
        uri = self.stack.parameters.get(ARTIFACT_URI_PARAMETER)
        if uri is None:
            raise OperationError(
                f"{self.stack.name}: expected its parameter {ARTIFACT_URI_PARAMETER}, "
                "found none; deploy it with the command of fraud launch --last."
            )
        return uri

    @cached_property
    def endpoint(self) -> "DescribeEndpointOutputTypeDef | None":
        """The live endpoint's description; None where there is none."""
        with explained():
            try:
                return self.session.client("sagemaker").describe_endpoint(
                    EndpointName=endpoint_name(self.environment)
                )
            except ClientError as error:
                # SageMaker has no code of its own for what does not exist.
                if "could not find" not in str(error).lower():
                    raise
                return None

    def existing_endpoint(self) -> "DescribeEndpointOutputTypeDef":
        """Return the live endpoint's description, for checks that need it.

        Raises
        ------
        OperationError
            If there is none.
        """
        if self.endpoint is None:
            raise OperationError(NO_ENDPOINT)
        return self.endpoint

    @cached_property
    def artifact(self) -> Documents:
        """The stack's artifact, as it lies in S3 now."""
        return read_artifact(self.session, self.artifact_uri)

    def deploy_command(self, **parameters: str) -> str:
        """Return the command that deploys the stack with these parameters."""
        return deploy_command(self.environment, "serving", parameters)

    def made_anew(self) -> str:
        """Return the commands that destroy the stack and deploy what it had.

        The only way out of a first deployment or a rollback that failed, and the only
        one that makes a resource anew which was deleted by hand: an update would not.
        """
        destroy = f"npx cdk destroy -c env={self.environment} {self.stack.name}"
        return f"{destroy}\n{self.deploy_command(**self.stack.parameters)}"

    def repair(self, cause: str, command: str) -> tuple[str, str]:
        """Return remedy and command, as far as the stack's state allows an update."""
        if self.stack.status in UPDATABLE:
            return cause, command
        if self.stack.status.endswith("_IN_PROGRESS"):
            return "wait until the deployment has ended, and verify again.", ""
        return (
            f"the stack is in {self.stack.status} and takes no update: make it anew:",
            self.made_anew(),
        )
