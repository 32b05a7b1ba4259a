"""An environment with the project's own image, from its templates to an answer."""

import io
import json
import tarfile
from pathlib import Path

import pytest
from aws_cdk import App
from local_aws.testing.running import LocalAws

from app import add_stacks
from cdk_app import settings
from tests.e2e.conftest import ROOT
from tests.integration.stacks.account import Account
from tests.unit.serving.sample_artifact import write_artifact

ENVIRONMENT = "projectimage"
VARIATIONS = ROOT / "tests" / "infrastructure" / "variations"
DIGEST = f"sha256:{'c4' * 32}"


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("templates")
    app = App(
        context=json.loads((ROOT / "cdk.json").read_text())["context"],
        outdir=str(directory / ENVIRONMENT),
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
    )
    add_stacks(app, settings.load(ENVIRONMENT, VARIATIONS))
    app.synth()
    return directory


def packed_artifact(directory: Path) -> bytes:
    write_artifact(directory)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        tar.add(directory, arcname=".")
    return buffer.getvalue()


def test_the_stacks_serve_the_image_and_leave_nothing(
    local_aws: LocalAws, templates: Path, tmp_path: Path
) -> None:
    account = Account(local_aws, templates)
    ecr = local_aws.client("ecr")
    bucket = account.deploy(ENVIRONMENT, "storage")["ArtifactBucketName"]
    outputs = account.deploy(ENVIRONMENT, "training")
    (repository,) = ecr.describe_repositories()["repositories"]
    assert outputs["ServingImageRepositoryUri"] == repository["repositoryUri"]
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository["encryptionConfiguration"]["encryptionType"] == "KMS"

    key = "job/output/model.tar.gz"
    account.s3.put_object(Bucket=bucket, Key=key, Body=packed_artifact(tmp_path))
    serving = account.deploy(
        ENVIRONMENT,
        "serving",
        ModelArtifactUri=f"s3://{bucket}/{key}",
        ServingImageUri=f"{repository['repositoryUri']}@{DIGEST}",
    )
    answer = local_aws.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=serving["EndpointName"],
        ContentType="application/json",
        Body=b'{"Hour": 3, "V1": 0.25, "Amount": 12.5}',
    )
    assert list(json.loads(answer["Body"].read())) == ["fraud_probability"]

    for unit in ("serving", "training"):
        stack = f"fraud-{ENVIRONMENT}-{unit}"
        account.cloudformation.delete_stack(StackName=stack)
        account.cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
    assert ecr.describe_repositories()["repositories"] == []
    assert local_aws.client("sagemaker").list_endpoints()["Endpoints"] == []
