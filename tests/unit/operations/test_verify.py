"""Verification: what each check says, with AWS's answers laid down by the test."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from artifact import layout
from artifact.archive import pack
from artifact.manifest_file import read_manifest
from operations.account.artifacts import read_artifact
from operations.account.errors import OperationError
from operations.account.stacks import same_name
from operations.verify import command as verify
from tests.unit.serving.sample_artifact import write_artifact

STACK = "fraud-dev-serving"
URI = "s3://bucket/job/output/model.tar.gz"
SESSION = boto3.Session("key", "secret", region_name="eu-central-1")
RULE = {"policy": "threshold", "threshold": 0.5}


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("artifact")
    write_artifact(directory)
    return directory


@pytest.fixture(scope="module")
def archive(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("archive") / "model.tar.gz"
    pack(model_dir, path)
    return path.read_bytes()


@dataclass
class Aws:
    """A boto3 session that answers as an account with one deployment would."""

    archive: bytes
    probability: float
    status: str = "UPDATE_COMPLETE"
    endpoint: Mapping[str, str] = field(default_factory=dict)
    pinned: str = ""
    rule: Mapping[str, Any] = field(default_factory=lambda: RULE)
    model_uri: str = URI
    came_so_far: bool = True
    region_name: str = "eu-central-1"

    def client(self, service: str) -> Any:
        client: Any = SESSION.client(service)  # type: ignore[call-overload]
        stubber = Stubber(client)
        for operation, answer in getattr(self, f"_{service.replace('-', '_')}")():
            if isinstance(answer, str):
                stubber.add_client_error(operation, "ValidationException", answer)
            else:
                stubber.add_response(operation, answer)
        stubber.activate()
        # One client serves whatever is asked first, as the calls come.
        return _InAnyOrder(client, stubber)

    def _cloudformation(self) -> list[tuple[str, Any]]:
        parameters = {"ModelArtifactUri": URI, "ModelManifestSha256": self.pinned}
        stack = {
            "StackName": STACK,
            "CreationTime": 0,
            "StackStatus": self.status,
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in parameters.items()
                if self.came_so_far
            ],
            "Outputs": [
                {"OutputKey": "DecisionRuleParameterName", "OutputValue": "rule"}
            ],
        }
        config = {
            "LogicalResourceId": "HostingConfig",
            "PhysicalResourceId": "arn:aws:sagemaker:::endpoint-config/config-1",
            "ResourceType": "AWS::SageMaker::EndpointConfig",
            "Timestamp": 0,
            "ResourceStatus": "CREATE_COMPLETE",
        }
        return [
            ("describe_stacks", {"Stacks": [stack]}),
            (
                "describe_stack_resources",
                {"StackResources": [config] if self.came_so_far else []},
            ),
        ]

    def _sagemaker(self) -> list[tuple[str, Any]]:
        times = {"CreationTime": 0, "LastModifiedTime": 0}
        endpoint = {
            "EndpointName": "fraud-dev",
            "EndpointArn": "arn:aws:sagemaker:eu-central-1:1:endpoint/fraud-dev",
            "EndpointConfigName": "Config-1",
            "EndpointStatus": "InService",
            **times,
            **self.endpoint,
        }
        return [
            ("describe_endpoint", self.endpoint.get("error", endpoint)),
            (
                "describe_endpoint_config",
                {
                    "EndpointConfigName": "Config-1",
                    "EndpointConfigArn": "arn:aws:sagemaker:::endpoint-config/config-1",
                    "ProductionVariants": [
                        {"VariantName": "AllTraffic", "ModelName": "model"}
                    ],
                    "CreationTime": 0,
                },
            ),
            (
                "describe_model",
                {
                    "ModelName": "model",
                    "ModelArn": "arn:aws:sagemaker:eu-central-1:1:model/model",
                    "PrimaryContainer": {"ModelDataUrl": self.model_uri},
                    "CreationTime": 0,
                },
            ),
        ]

    def _s3(self) -> list[tuple[str, Any]]:
        return [("get_object", {"Body": stream(self.archive)})]

    def _ssm(self) -> list[tuple[str, Any]]:
        return [("get_parameter", {"Parameter": {"Value": json.dumps(self.rule)}})]

    def _sagemaker_runtime(self) -> list[tuple[str, Any]]:
        body = json.dumps([{"fraud_probability": self.probability}]).encode()
        return [("invoke_endpoint", {"Body": stream(body)})]


class _InAnyOrder:
    """A stubbed client that skips what was laid down for calls not made."""

    def __init__(self, client: Any, stubber: Stubber) -> None:
        self._client, self._stubber = client, stubber

    def __getattr__(self, name: str) -> Any:
        queue = self._stubber._queue  # type: ignore[attr-defined]
        wanted = "".join(part.title() for part in name.split("_"))
        while queue and queue[0]["operation_name"] != wanted and name != "exceptions":
            queue.popleft()
        return getattr(self._client, name)


def stream(content: bytes) -> StreamingBody:
    return StreamingBody(io.BytesIO(content), len(content))


@pytest.fixture
def aws(archive: bytes, model_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Aws:
    self_test = read_manifest(model_dir).self_test
    account = Aws(archive, self_test.fraud_probability)
    monkeypatch.setattr(verify, "environment_session", lambda _: account)
    return account


def run(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = verify.main(["--env", "dev"])
    return status, " ".join(capsys.readouterr().out.split())


def test_one_line_a_check_and_exit_0(
    aws: Aws, model_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.pinned = layout.sha256_of(model_dir / layout.MANIFEST)
    assert verify.main(["--env", "dev"]) == 0
    printed = capsys.readouterr().out
    lines = [line.split() for line in printed.splitlines() if line.startswith("ok")]
    assert [line[1] for line in lines] == [
        *("Stack", "Endpoint", "Configuration", "Artifact", "Manifest"),
        *("Self-test", "Decision"),
    ]
    assert max(map(len, printed.splitlines())) <= 80


def test_an_artifact_that_is_not_pinned_is_told_and_passes(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    status, printed = run(capsys)
    assert status == 0
    assert "not pinned" in printed


def test_a_silent_rollback_is_told_with_sagemakers_reason(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.endpoint = {
        "EndpointConfigName": "config-0",
        "FailureReason": "The container did not pass the ping health check.",
    }
    status, printed = run(capsys)
    assert status == 1
    assert (
        "FAIL Configuration the endpoint runs on config-0, the stack says config-1 "
        "(The container did not pass the ping health check.)"
    ) in printed


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ({"EndpointStatus": "Updating"}, "FAIL Endpoint Updating Remedy: wait"),
        (
            {"EndpointStatus": "Failed", "FailureReason": "No capacity."},
            "FAIL Endpoint Failed (No capacity.) Remedy: mend the cause",
        ),
        (
            {"error": "Rate exceeded."},
            (
                "FAIL Endpoint AWS refused DescribeEndpoint (ValidationException): "
                "Rate exceeded. FAIL Configuration not checked, for the reason above"
            ),
        ),
    ],
)
def test_an_endpoint_that_is_not_in_service_fails(
    aws: Aws,
    capsys: pytest.CaptureFixture[str],
    endpoint: dict[str, str],
    said: str,
) -> None:
    aws.endpoint = endpoint
    status, printed = run(capsys)
    assert status == 1
    assert said in printed


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS"])
def test_a_stack_that_is_not_as_deployed_fails(
    aws: Aws, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    aws.status = status
    exit_status, printed = run(capsys)
    assert exit_status == 1
    assert f"FAIL Stack {status}" in printed


def test_a_model_of_another_artifact_fails(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.model_uri = "s3://bucket/other/output/model.tar.gz"
    status, printed = run(capsys)
    assert status == 1
    assert f"serves {aws.model_uri}, the stack says {URI}" in printed


@pytest.mark.parametrize(("off", "passes"), [(0.9e-6, True), (1.1e-6, False)])
def test_the_self_test_is_answered_within_a_millionth(
    aws: Aws, capsys: pytest.CaptureFixture[str], off: float, passes: bool
) -> None:
    aws.probability += off
    status, printed = run(capsys)
    assert (status == 0) == passes
    assert ("FAIL Self-test the endpoint answers" in printed) != passes


def test_another_pinned_hash_fails(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.pinned = "0" * 64
    status, printed = run(capsys)
    assert status == 1
    assert f"the stack pins {aws.pinned}" in printed


def test_an_endpoint_deleted_by_hand_is_made_anew_with_its_stack(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    """An update would fail, and its rollback too: CloudFormation takes none then."""
    aws.endpoint = {"error": 'Could not find endpoint "fraud-dev".'}
    status, printed = run(capsys)
    assert status == 1
    assert "FAIL Endpoint there is no endpoint fraud-dev" in printed
    destroyed = printed.index(f"npx cdk destroy -c env=dev {STACK}")
    again = f"npx cdk deploy -c env=dev {STACK} \\ --parameters {STACK}:"
    assert again + f"ModelArtifactUri={URI}" in printed[destroyed:]


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        ("UPDATE_ROLLBACK_COMPLETE", "see the stack's events for the cause"),
        ("UPDATE_IN_PROGRESS", "wait until the deployment has ended"),
        ("UPDATE_ROLLBACK_FAILED", "takes no update: make it anew"),
        ("ROLLBACK_COMPLETE", "takes no update: make it anew"),
        ("CREATE_FAILED", "takes no update: make it anew"),
        ("DELETE_FAILED", "takes no update: make it anew"),
    ],
)
def test_the_remedy_goes_by_the_stacks_state(
    aws: Aws, capsys: pytest.CaptureFixture[str], status: str, remedy: str
) -> None:
    aws.status = status
    assert remedy in run(capsys)[1]


STATUS_SHAPE: Any = SESSION.client("cloudformation").meta.service_model.shape_for(
    "StackStatus"
)
UPDATABLE = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
}


@pytest.mark.parametrize("came_so_far", [True, False])
@pytest.mark.parametrize("status", STATUS_SHAPE.enum)
def test_no_remedy_is_refused_by_the_stacks_state(
    aws: Aws, capsys: pytest.CaptureFixture[str], status: str, came_so_far: bool
) -> None:
    """Everything is wrong at once; the commands are those that the state allows."""
    aws.status = status
    aws.came_so_far = came_so_far
    aws.model_uri = "s3://bucket/other/output/model.tar.gz"
    aws.rule = {"policy": "threshold", "threshold": 0.9}
    aws.probability += 0.5
    aws.endpoint = {"EndpointConfigName": "config-0"}
    exit_status = verify.main(["--env", "dev"])
    streams = capsys.readouterr()
    printed = " ".join((streams.out + streams.err).split())
    assert exit_status == 1
    updates = printed.count("npx cdk deploy") + printed.count("update-endpoint")
    destroyed = printed.count("npx cdk destroy")
    if status == "REVIEW_IN_PROGRESS":
        assert "was never deployed" in printed
        assert "fraud launch --env dev --last" in printed
        assert (updates, destroyed) == (0, 0)
    elif status.endswith("_IN_PROGRESS"):
        assert (updates, destroyed) == (0, 0)
    elif status not in UPDATABLE:
        assert updates == destroyed > 0
    else:
        assert updates > 0
        assert destroyed == 0


def test_a_rule_that_no_caller_can_apply_fails_though_set_by_hand(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.rule = {
        "policy": "expected-value",
        "review_cost": 5.0,
        "amount": "amnt",
        "set_by_hand": True,
    }
    status, printed = run(capsys)
    assert status == 1
    assert "FAIL Decision rule Decision rule: 'amount' names 'amnt'" in printed


def test_another_rule_fails_unless_it_is_marked(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.rule = {"policy": "expected-value", "review_cost": 5.0}
    status, printed = run(capsys)
    assert status == 1
    own = '{"policy":"threshold","threshold":0.5}'
    assert f"--parameters '{STACK}:DecisionRule={own}'" in printed

    aws.rule = {**aws.rule, "set_by_hand": True}
    status, printed = run(capsys)
    assert status == 0
    assert "(set by hand); the artifact's is threshold 0.5" in printed


def test_an_object_that_is_no_archive_is_told(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.archive = b"no archive"
    status, printed = run(capsys)
    assert status == 1
    assert f"FAIL Manifest {URI} is no tar.gz archive" in printed


def test_an_unknown_environment_is_refused(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify.main(["--env", "nowhere"]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_the_artifact_is_read_no_further_than_needed(
    aws: Aws, archive: bytes, model_dir: Path
) -> None:
    size = len(archive)
    aws.archive = archive[: size - (model_dir / layout.MODEL).stat().st_size // 4]
    artifact = read_artifact(aws, URI)  # type: ignore[arg-type]
    assert artifact.manifest == read_manifest(model_dir)


def silent(session: boto3.Session, name: Any) -> Any:
    """A client that answers nothing."""
    client = session.client(name)
    Stubber(client).activate()
    return client


def test_a_missing_object_is_told(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    client = SESSION.client("s3")
    stubber = Stubber(client)
    stubber.add_client_error("get_object", "NoSuchKey")
    stubber.activate()
    others = boto3.Session("key", "secret", region_name="eu-central-1")
    monkeypatch.setattr(
        aws, "client", lambda name: client if name == "s3" else silent(others, name)
    )
    with pytest.raises(OperationError, match=f"There is no object {URI}"):
        read_artifact(aws, URI)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("physical_id", "same"),
    [
        ("Config-1", True),
        ("arn:aws:sagemaker:eu-central-1:1:endpoint-config/config-1", True),
        ("config-10", False),
    ],
)
def test_physical_ids_are_names_or_arns(physical_id: str, same: bool) -> None:
    assert same_name(physical_id, "Config-1") == same
