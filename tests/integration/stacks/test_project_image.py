"""An environment with the project's own image, from its templates to an answer."""

import io
import json
import tarfile
from pathlib import Path

import pytest
from aws_cdk import App
from local_aws.testing.running import LocalAws
from local_aws.testing.sagemaker_resources import (
    ROLE,
    create_config,
    create_endpoint,
    unique,
)

from app import add_stacks
from cdk_app import settings
from operations.image import codebuild, command
from operations.image.sources import read_sources
from tests.e2e.conftest import ROOT
from tests.integration.stacks.account import Account
from tests.unit.serving.sample_artifact import write_artifact

ENVIRONMENT = "projectimage"
VARIATIONS = ROOT / "tests" / "infrastructure" / "variations"


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


@pytest.fixture
def shell(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `fraud image` finds where somebody runs it against local AWS."""
    monkeypatch.setattr(codebuild, "POLL_SECONDS", 0.2)
    for name, value in local_aws.environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def variation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of an environment that the tests have and the project has not."""
    found = settings.load(ENVIRONMENT, VARIATIONS)
    monkeypatch.setattr(command, "load", lambda _: found)


def built_image(capsys: pytest.CaptureFixture[str], environment: str) -> str:
    """Run `fraud image`; return the image that it names."""
    assert command.main(["--env", environment]) == 0, capsys.readouterr().err
    printed = capsys.readouterr().out
    return printed.rpartition("ServingImageUri=")[2].strip()


@pytest.mark.usefixtures("shell", "variation")
def test_the_stacks_build_and_serve_the_image_and_leave_nothing(
    local_aws: LocalAws,
    templates: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
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
    uri = built_image(capsys, ENVIRONMENT)
    assert uri.startswith(f"{repository['repositoryUri']}@sha256:")
    assert built_image(capsys, ENVIRONMENT) == uri
    name = repository["repositoryName"]
    (image,) = ecr.describe_images(repositoryName=name)["imageDetails"]
    assert image["imageTags"] == [read_sources().tag]
    builds = local_aws.client("codebuild").list_builds()["ids"]
    assert len(builds) == 1

    serving = account.deploy(
        ENVIRONMENT,
        "serving",
        ModelArtifactUri=f"s3://{bucket}/{key}",
        ServingImageUri=uri,
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
    assert local_aws.client("codebuild").list_projects()["projects"] == []
    assert local_aws.client("sagemaker").list_endpoints()["Endpoints"] == []


@pytest.mark.usefixtures("shell")
def test_prod_is_built_in_the_account_and_answers(
    local_aws: LocalAws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account = Account(local_aws)
    bucket = account.deploy("prod", "storage")["ArtifactBucketName"]
    repository = account.deploy("prod", "training")["ServingImageRepositoryUri"]
    key = "job/output/model.tar.gz"
    account.s3.put_object(Bucket=bucket, Key=key, Body=packed_artifact(tmp_path))
    uri = built_image(capsys, "prod")
    assert uri.startswith(f"{repository}@sha256:")
    serving = account.deploy(
        "prod", "serving", ModelArtifactUri=f"s3://{bucket}/{key}", ServingImageUri=uri
    )
    answer = local_aws.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=serving["EndpointName"],
        ContentType="application/json",
        Body=b'{"Hour": 3, "V1": 0.25, "Amount": 12.5}',
    )
    assert list(json.loads(answer["Body"].read())) == ["fraud_probability"]


@pytest.mark.parametrize("version", [f"@sha256:{'0a' * 32}", ":absent"])
def test_an_image_that_is_not_in_its_repository_is_not_served(
    local_aws: LocalAws, version: str
) -> None:
    name = unique("absent")
    repository = local_aws.client("ecr").create_repository(repositoryName=name)
    uri = f"{repository['repository']['repositoryUri']}{version}"
    local_aws.client("sagemaker").create_model(
        ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": uri}
    )
    create_config(local_aws, name)
    description = create_endpoint(local_aws, name, name)
    assert description["EndpointStatus"] == "Failed"
    assert f"There is no image {uri}" in description["FailureReason"]
