"""What has to hold after a deployment, one function a check."""

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import boto3

from artifact.manifest import PROBABILITY_TOLERANCE
from cdk_app.naming import endpoint_name
from operations.account.artifacts import PublishedArtifact, read_artifact
from operations.account.errors import explained
from operations.account.stacks import (
    ARTIFACT_URI_PARAMETER,
    DECISION_RULE_PARAMETER,
    ENDPOINT_CONFIG,
    MANIFEST_SHA256_PARAMETER,
    DeployedStack,
    same_name,
)
from operations.client import FraudClient
from operations.decision_rule import describe, find_parameter, read_rule

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import DescribeEndpointOutputTypeDef


@dataclass(frozen=True)
class Finding:
    """What a check found; a remedy, and maybe its command, where that is wrong."""

    said: str
    remedy: str = ""
    command: str = ""


@dataclass(frozen=True)
class Deployment:
    """One environment's stack, and what of AWS the checks compare it with."""

    session: boto3.Session
    environment: str
    stack: DeployedStack

    @property
    def artifact_uri(self) -> str:
        """The artifact that the stack was told to deploy."""
        return self.stack.parameters[ARTIFACT_URI_PARAMETER]

    @cached_property
    def endpoint(self) -> "DescribeEndpointOutputTypeDef":
        """The live endpoint's description."""
        with explained():
            return self.session.client("sagemaker").describe_endpoint(
                EndpointName=endpoint_name(self.environment)
            )

    @cached_property
    def artifact(self) -> PublishedArtifact:
        """The stack's artifact, as it lies in S3 now."""
        return read_artifact(self.session, self.artifact_uri)

    def deploy_command(self, **parameters: str) -> str:
        """Return the command that deploys the stack with these parameters."""
        name = self.stack.name
        given = "".join(
            f" --parameters {shlex.quote(f'{name}:{key}={value}')}"
            for key, value in parameters.items()
        )
        return f"npx cdk deploy -c env={self.environment} {name}{given}"


def check_stack(deployment: Deployment) -> Finding:
    """Check that the last deployment ended, and was not rolled back."""
    status = deployment.stack.status
    if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}:
        return Finding(status)
    if status.endswith("_IN_PROGRESS"):
        return Finding(status, "wait until the deployment has ended, and verify again.")
    return Finding(
        f"{status}: the last deployment did not succeed",
        "see the stack's events for the cause, and deploy again:",
        deployment.deploy_command(),
    )


def check_status(deployment: Deployment) -> Finding:
    """Check that the endpoint is in service."""
    status = deployment.endpoint["EndpointStatus"]
    if status == "InService":
        return Finding(status)
    if status in {"Creating", "Updating", "SystemUpdating"}:
        return Finding(status, "wait until it is InService, and verify again.")
    return Finding(
        f"{status}{_failure(deployment)}",
        "mend the cause, destroy the stack and deploy it again:",
        f"npx cdk destroy -c env={deployment.environment} {deployment.stack.name}",
    )


def check_config(deployment: Deployment) -> Finding:
    """Check that it runs on the stack's configuration: no silent rollback."""
    live = deployment.endpoint["EndpointConfigName"]
    expected = deployment.stack.resources[ENDPOINT_CONFIG]
    if same_name(expected, live):
        return Finding(live)
    name = expected.rpartition("/")[2]
    return Finding(
        f"the endpoint runs on {live}, the stack says {name}{_failure(deployment)}",
        "mend the cause if an update was rolled back, and put it back:",
        f"aws sagemaker update-endpoint --endpoint-name "
        f"{deployment.endpoint['EndpointName']} --endpoint-config-name {name}",
    )


def check_artifact(deployment: Deployment) -> Finding:
    """Check that the live model is of the artifact that the stack was told."""
    with explained():
        client = deployment.session.client("sagemaker")
        config = client.describe_endpoint_config(
            EndpointConfigName=deployment.endpoint["EndpointConfigName"]
        )
        live = [
            client.describe_model(ModelName=variant["ModelName"])
            .get("PrimaryContainer", {})
            .get("ModelDataUrl", "no artifact")
            for variant in config["ProductionVariants"]
        ]
    uri = deployment.artifact_uri
    if set(live) == {uri}:
        return Finding(uri)
    return Finding(
        f"the endpoint serves {', '.join(live)}, the stack says {uri}",
        "put the endpoint on the stack's configuration, or deploy the one that it "
        "should serve:",
        deployment.deploy_command(**{ARTIFACT_URI_PARAMETER: uri}),
    )


def check_manifest(deployment: Deployment) -> Finding:
    """Check that the object in S3 still is the artifact that was pinned."""
    found = deployment.artifact.manifest_sha256
    pinned = deployment.stack.parameters.get(MANIFEST_SHA256_PARAMETER, "")
    if not pinned:
        return Finding(f"SHA-256 {found[:12]}…, not pinned")
    if found == pinned:
        return Finding(f"SHA-256 {found[:12]}…, as pinned")
    return Finding(
        f"manifest.json has SHA-256 {found}, the stack pins {pinned}: the object was "
        "overwritten",
        f"put the original back to {deployment.artifact_uri}, or deploy the new "
        "artifact under a key of its own.",
    )


def check_self_test(deployment: Deployment) -> Finding:
    """Check that the endpoint answers the self-test row as training recorded."""
    recorded = deployment.artifact.manifest.self_test
    client = FraudClient(
        endpoint_name(deployment.environment), session=deployment.session
    )
    (answered,) = client.probabilities([recorded.row])
    if abs(answered - recorded.fraud_probability) <= PROBABILITY_TOLERANCE:
        return Finding(f"{answered:.6f}, as recorded")
    return Finding(
        f"the endpoint answers {answered!r}, training recorded "
        f"{recorded.fraud_probability!r}",
        "the endpoint does not serve this artifact, or not with the versions it was "
        "trained with; deploy it again: "
        + deployment.deploy_command(
            **{ARTIFACT_URI_PARAMETER: deployment.artifact_uri}
        ),
    )


def check_rule(deployment: Deployment) -> Finding:
    """Check that the published rule is the artifact's, or marked as set by hand."""
    parameter = find_parameter(
        deployment.session, endpoint_name(deployment.environment)
    )
    published = read_rule(deployment.session, parameter)
    own = deployment.artifact.decision_rule
    if published.set_by_hand:
        return Finding(describe(published))
    if published == replace(own, set_by_hand=False):
        return Finding(f"{describe(published)}, the artifact's")
    return Finding(
        f"published is {describe(published)}; the artifact's is {describe(own)}",
        "publish the artifact's as below, or mark the published one as set by hand "
        "with fraud rule --set:",
        deployment.deploy_command(
            **{
                DECISION_RULE_PARAMETER: json.dumps(
                    own.as_dict(), separators=(",", ":")
                )
            }
        ),
    )


CHECKS: Mapping[str, Callable[[Deployment], Finding]] = {
    "Stack": check_stack,
    "Endpoint": check_status,
    "Configuration": check_config,
    "Artifact": check_artifact,
    "Manifest": check_manifest,
    "Self-test": check_self_test,
    "Decision rule": check_rule,
}


def _failure(deployment: Deployment) -> str:
    reason = deployment.endpoint.get("FailureReason")
    return f" ({reason})" if reason else ""
