"""`fraud verify` on local AWS: a good deployment, and what can go wrong with it."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from local_aws.testing.running import LocalAws, eventually

from artifact import layout
from artifact.archive import pack
from artifact.integrity import hash_files
from artifact.manifest_file import read_manifest, write_manifest
from operations.rule import command as rule_command
from operations.verify import command as verify
from tests.integration.stacks.account import Account
from tests.unit.serving.sample_artifact import write_artifact

KEY = "good/output/model.tar.gz"


@dataclass(frozen=True)
class Deployed:
    aws: LocalAws
    bucket: str
    outputs: dict[str, str]
    model_dir: Path

    @property
    def endpoint(self) -> dict[str, Any]:
        client = self.aws.client("sagemaker")
        description: dict[str, Any] = client.describe_endpoint(EndpointName="fraud-dev")
        return description

    def upload(self, model_dir: Path, key: str, temporary: Path) -> str:
        archive = temporary / "model.tar.gz"
        pack(model_dir, archive)
        self.aws.client("s3").upload_file(str(archive), self.bucket, key)
        return f"s3://{self.bucket}/{key}"

    def move_to(self, config: str) -> None:
        self.aws.client("sagemaker").update_endpoint(
            EndpointName="fraud-dev", EndpointConfigName=config
        )
        eventually(lambda: self.endpoint["EndpointStatus"] == "InService", 60)

    @contextmanager
    def rule(self, value: object) -> Iterator[None]:
        """Overwrite the published rule as `aws ssm put-parameter` does."""
        ssm = self.aws.client("ssm")
        name = self.outputs["DecisionRuleParameterName"]
        before = ssm.get_parameter(Name=name)["Parameter"]["Value"]
        ssm.put_parameter(Name=name, Value=json.dumps(value), Overwrite=True)
        yield
        ssm.put_parameter(Name=name, Value=before, Overwrite=True)


@pytest.fixture(scope="module")
def deployed(
    local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    account = Account(local_aws)
    bucket = account.deploy("dev", "storage")["ArtifactBucketName"]
    model_dir = tmp_path_factory.mktemp("artifact")
    write_artifact(model_dir)
    without_outputs = Deployed(local_aws, bucket, {}, model_dir)
    uri = without_outputs.upload(model_dir, KEY, tmp_path_factory.mktemp("archive"))
    pinned = hashlib.sha256((model_dir / layout.MANIFEST).read_bytes()).hexdigest()
    outputs = account.deploy(
        "dev", "serving", ModelArtifactUri=uri, ModelManifestSha256=pinned
    )
    yield Deployed(local_aws, bucket, outputs, model_dir)
    account.destroy("dev", "serving")
    account.destroy("dev", "storage")


@pytest.fixture(autouse=True)
def aws_variables(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in local_aws.environment.items():
        monkeypatch.setenv(name, value)


def run(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Verify dev; return the exit status and what was printed, on one line."""
    capsys.readouterr()
    status = verify.main(["--env", "dev"])
    return status, " ".join(capsys.readouterr().out.split())


def test_a_good_deployment_passes(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    status, printed = run(capsys)
    assert status == 0, printed
    assert printed.count("ok ") == 7
    assert "as pinned" in printed
    assert "All 7 checks passed." in printed


def test_an_endpoint_put_on_another_configuration_is_named(
    deployed: Deployed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = deployed.endpoint["EndpointConfigName"]
    client = deployed.aws.client("sagemaker")
    (variant,) = client.describe_endpoint_config(EndpointConfigName=own)[
        "ProductionVariants"
    ]
    model = client.describe_model(ModelName=variant["ModelName"])
    uri = deployed.upload(deployed.model_dir, "other/output/model.tar.gz", tmp_path)
    client.create_model(
        ModelName="by-hand",
        ExecutionRoleArn=model["ExecutionRoleArn"],
        PrimaryContainer={**model["PrimaryContainer"], "ModelDataUrl": uri},
    )
    client.create_endpoint_config(
        EndpointConfigName="by-hand",
        ProductionVariants=[{**variant, "ModelName": "by-hand"}],
    )
    deployed.move_to("by-hand")

    status, printed = run(capsys)

    assert status == 1
    assert f"runs on by-hand, the stack says {own}" in printed
    assert f"--endpoint-config-name {own}" in printed
    assert f"the endpoint serves {uri}" in printed
    assert "2 of 7 checks failed: Configuration, Artifact." in printed
    deployed.move_to(own)
    assert run(capsys)[0] == 0


def test_a_rule_overwritten_without_a_mark_is_named(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    with deployed.rule({"policy": "threshold", "threshold": 0.9}):
        status, printed = run(capsys)
        assert status == 1
        assert (
            "published is threshold 0.9; the artifact's is threshold 0.5"
        ) in printed
        assert "1 of 7 checks failed: Decision rule." in printed

        rule = '{"policy": "threshold", "threshold": 0.9}'
        assert rule_command.main(["--env", "dev", "--set", rule]) == 0
        assert run(capsys)[0] == 0


def test_an_artifact_overwritten_after_the_deployment_is_named(
    deployed: Deployed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(deployed.model_dir, changed)
    (changed / layout.METRICS).write_text('{"changed": true}')
    manifest = read_manifest(changed)
    write_manifest(changed, replace(manifest, files=hash_files(changed)))
    deployed.upload(changed, KEY, tmp_path)

    status, printed = run(capsys)

    assert status == 1
    assert "the object was overwritten" in printed
    assert layout.sha256_of(changed / layout.MANIFEST) in printed
    assert "1 of 7 checks failed: Manifest." in printed
    deployed.upload(deployed.model_dir, KEY, tmp_path)
    assert run(capsys)[0] == 0


def test_an_artifact_that_is_gone_fails_all_that_needs_it(
    deployed: Deployed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.aws.client("s3").delete_object(Bucket=deployed.bucket, Key=KEY)

    status, printed = run(capsys)

    assert status == 1
    assert f"There is no object s3://{deployed.bucket}/{KEY}" in printed
    assert "3 of 7 checks failed: Manifest, Self-test, Decision rule." in printed
    deployed.upload(deployed.model_dir, KEY, tmp_path)


def test_an_environment_that_is_not_deployed_is_one_sentence(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify.main(["--env", "staging"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(
        "error: There is no stack fraud-staging-serving in us-east-1, account "
        "123456789012, which has "
    )
    assert error.endswith(
        """deploy it with: eval "$(fraud launch --env staging --last)"\n"""
    )
