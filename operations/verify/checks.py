"""What has to hold after a deployment, one function a check."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from artifact.manifest import PROBABILITY_TOLERANCE
from cdk_app.naming import (
    ARTIFACT_URI_PARAMETER,
    DECISION_RULE_PARAMETER,
    MANIFEST_SHA256_PARAMETER,
    endpoint_name,
)
from operations.account.errors import explained
from operations.account.stacks import (
    physical_ids,
    same_name,
)
from operations.client import FraudClient
from operations.rule.published import (
    check_features,
    describe,
    find_parameter,
    read_rule,
)
from operations.verify.live_endpoint import CheckResult, LiveEndpoint

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import DescribeEndpointOutputTypeDef

_ENDPOINT_CONFIG = "AWS::SageMaker::EndpointConfig"


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
    expected = physical_ids(live.session, live.stack.name).get(_ENDPOINT_CONFIG)
    if expected is None:
        return CheckResult(
            f"the endpoint runs on {running}, the stack has no configuration",
            *live.repair(
                "see the stack's events for the cause, and deploy again:",
                live.deploy_command(),
            ),
        )
    if same_name(expected, running):
        return CheckResult(running)
    name = expected.rpartition("/")[2]
    return CheckResult(
        f"the endpoint runs on {running}, the stack says {name}{_failure(endpoint)}",
        *live.repair(
            "mend the cause if an update was rolled back, and put it back:",
            f"aws sagemaker update-endpoint --endpoint-name "
            f"{endpoint['EndpointName']} --endpoint-config-name {name}",
        ),
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
