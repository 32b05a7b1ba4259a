"""What has to hold after a deployment, one function a check."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from artifact.archive import Documents
from artifact.history.definition import parse_definition
from artifact.manifest import PROBABILITY_TOLERANCE
from cdk_app.naming import (
    ARTIFACT_URI_PARAMETER,
    DECISION_RULE_PARAMETER,
    HISTORY_TABLE_OUTPUT,
    MANIFEST_SHA256_PARAMETER,
    endpoint_name,
)
from operations.account.artifacts import read_artifact
from operations.account.errors import OperationError, explained
from operations.account.stacks import (
    DeployedStack,
    deploy_command,
    physical_ids,
    read_stack,
    same_name,
)
from operations.client import FraudClient
from operations.history.store import read_definition
from operations.rule.published import (
    check_features,
    describe,
    find_parameter,
    read_rule,
)

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import DescribeEndpointOutputTypeDef

NO_ENDPOINT = "not checked, as there is no endpoint"
_ENDPOINT_CONFIG = "AWS::SageMaker::EndpointConfig"


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
        """The artifact that the stack was given."""
        return self.stack.parameters[ARTIFACT_URI_PARAMETER]

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


def check_stack(live: LiveEndpoint) -> CheckResult:
    """Check that the last deployment ended, and was not rolled back."""
    status = live.stack.status
    if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}:
        return CheckResult(status)
    said = status
    if not status.endswith("_IN_PROGRESS"):
        said += ": the last deployment did not succeed"
    return CheckResult(
        said,
        *live.repair(
            "see the stack's events for the cause, and deploy again:",
            live.deploy_command(),
        ),
    )


def check_status(live: LiveEndpoint) -> CheckResult:
    """Check that the endpoint is there and in service."""
    if live.endpoint is None:
        return CheckResult(
            f"there is no endpoint {endpoint_name(live.environment)}, which the stack "
            "made: it was deleted by hand",
            "an update would fail and roll back: make the stack anew:",
            live.made_anew(),
        )
    status = live.endpoint["EndpointStatus"]
    if status == "InService":
        return CheckResult(status)
    if status in {"Creating", "Updating", "SystemUpdating"}:
        return CheckResult(status, "wait until it is InService, and verify again.")
    return CheckResult(
        f"{status}{_failure(live.endpoint)}",
        "mend the cause, destroy the stack and deploy it again:",
        live.made_anew(),
    )


def check_config(live: LiveEndpoint) -> CheckResult:
    """Check that it runs on the stack's configuration: no silent rollback."""
    endpoint = live.existing_endpoint()
    running = endpoint["EndpointConfigName"]
    expected = physical_ids(live.session, live.stack.name)[_ENDPOINT_CONFIG]
    if same_name(expected, running):
        return CheckResult(running)
    name = expected.rpartition("/")[2]
    return CheckResult(
        f"the endpoint runs on {running}, the stack says {name}{_failure(endpoint)}",
        "mend the cause if an update was rolled back, and put it back:",
        f"aws sagemaker update-endpoint --endpoint-name "
        f"{endpoint['EndpointName']} --endpoint-config-name {name}",
    )


def check_artifact(live: LiveEndpoint) -> CheckResult:
    """Check that the live model is of the artifact that the stack was given."""
    with explained():
        client = live.session.client("sagemaker")
        config = client.describe_endpoint_config(
            EndpointConfigName=live.existing_endpoint()["EndpointConfigName"]
        )
        served = [
            client.describe_model(ModelName=variant["ModelName"])
            .get("PrimaryContainer", {})
            .get("ModelDataUrl", "no artifact")
            for variant in config["ProductionVariants"]
        ]
    uri = live.artifact_uri
    if set(served) == {uri}:
        return CheckResult(uri)
    return CheckResult(
        f"the endpoint serves {', '.join(served)}, the stack says {uri}",
        *live.repair(
            "put the endpoint on the stack's configuration, or deploy the one that it "
            "should serve:",
            live.deploy_command(**{ARTIFACT_URI_PARAMETER: uri}),
        ),
    )


def check_manifest(live: LiveEndpoint) -> CheckResult:
    """Check that the object in S3 still is the artifact that was pinned."""
    found = live.artifact.manifest_sha256
    pinned = live.stack.parameters.get(MANIFEST_SHA256_PARAMETER, "")
    if not pinned:
        return CheckResult(f"SHA-256 {found[:12]}…, not pinned")
    if found == pinned:
        return CheckResult(f"SHA-256 {found[:12]}…, as pinned")
    return CheckResult(
        f"manifest.json has SHA-256 {found}, the stack pins {pinned}: the object was "
        "overwritten",
        f"put the original back to {live.artifact_uri}, or deploy the new "
        "artifact under a key of its own.",
    )


def check_self_test(live: LiveEndpoint) -> CheckResult:
    """Check that the endpoint answers the self-test row as training recorded."""
    recorded = live.artifact.manifest.self_test
    client = FraudClient(endpoint_name(live.environment), session=live.session)
    (answered,) = client.probabilities([recorded.row])
    if abs(answered - recorded.fraud_probability) <= PROBABILITY_TOLERANCE:
        return CheckResult(f"{answered:.6f}, as recorded")
    return CheckResult(
        f"the endpoint answers {answered!r}, training recorded "
        f"{recorded.fraud_probability!r}",
        *live.repair(
            "the endpoint does not serve this artifact, or not with the versions it "
            "was trained with; deploy it again:",
            live.deploy_command(**{ARTIFACT_URI_PARAMETER: live.artifact_uri}),
        ),
    )


def check_histories(live: LiveEndpoint) -> CheckResult:
    """Check that a model with histories finds a table that was filled for it."""
    section = live.artifact.manifest.history
    if section is None:
        return CheckResult("the model looks at none")
    outputs = read_stack(live.session, live.environment, "storage").outputs
    table = outputs.get(HISTORY_TABLE_OUTPUT)
    if table is None:
        return CheckResult(
            "the model looks at histories, and there is no table of them",
            "add [history] to the environment's settings and deploy its storage:",
            deploy_command(live.environment, "storage"),
        )
    if read_definition(live.session, table) == parse_definition(section):
        return CheckResult(f"{table}, filled for this model's entities and delay")
    return CheckResult(
        f"{table} was not filled for this model's entities and delay",
        "fill it from the histories that training wrote:",
        f"fraud history seed --env {live.environment}",
    )


def check_rule(live: LiveEndpoint) -> CheckResult:
    """Check that the published rule is the artifact's, or marked as set by hand."""
    parameter = find_parameter(live.session, endpoint_name(live.environment))
    published = read_rule(live.session, parameter)
    own = live.artifact.decision_rule
    check_features(published, live.artifact.manifest)
    if published.set_by_hand:
        return CheckResult(f"{describe(published)}; the artifact's is {describe(own)}")
    if published == replace(own, set_by_hand=False):
        return CheckResult(f"{describe(published)}, the artifact's")
    return CheckResult(
        f"published is {describe(published)}; the artifact's is {describe(own)}",
        *live.repair(
            "publish the artifact's as below, or mark the published one as set by "
            "hand with fraud rule --set:",
            live.deploy_command(
                **{
                    DECISION_RULE_PARAMETER: json.dumps(
                        own.as_dict(), separators=(",", ":")
                    )
                }
            ),
        ),
    )


CHECKS: Mapping[str, Callable[[LiveEndpoint], CheckResult]] = {
    "Stack": check_stack,
    "Endpoint": check_status,
    "Configuration": check_config,
    "Artifact": check_artifact,
    "Manifest": check_manifest,
    "Self-test": check_self_test,
    "Decision rule": check_rule,
}


def _failure(endpoint: "DescribeEndpointOutputTypeDef") -> str:
    reason = endpoint.get("FailureReason")
    return f" ({reason})" if reason else ""
