"""``make image`` up to Docker itself, which is stood for by a recorder."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from operations.account.errors import OperationError
from operations.account.serving_repository import newest_image
from operations.image import command as push_image

IMAGE = f"sha256:{'5e' * 32}"
TAG = "5e5e5e5e5e5e"
TEMPLATE = {
    "Resources": {
        "Repository": {
            "Type": "AWS::ECR::Repository",
            "Properties": {"RepositoryName": "fraud-dev-training-image"},
        }
    },
    "Outputs": {
        "ServingImageRepositoryUri": {
            "Value": {"Fn::GetAtt": ["Repository", "RepositoryUri"]}
        }
    },
}


class Recorder:
    """Writes the image's hash when it builds, and puts the image when it pushes."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.stdin = ""

    def __call__(self, arguments: Sequence[str], *, stdin: str = "") -> None:
        self.calls.append(list(arguments))
        match list(arguments):
            case ["build", *options]:
                Path(options[options.index("--iidfile") + 1]).write_text(IMAGE)
            case ["login", *_]:
                self.stdin = stdin
            case ["push", reference]:
                name, _, tag = reference.partition("/")[2].partition(":")
                boto3.client("ecr").put_image(
                    repositoryName=name,
                    imageTag=tag,
                    imageManifest=json.dumps({"schemaVersion": 2, "layers": []}),
                    imageManifestMediaType=(
                        "application/vnd.docker.distribution.manifest.v2+json"
                    ),
                )


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield


@pytest.fixture
def repository() -> str:
    boto3.client("cloudformation").create_stack(
        StackName="fraud-dev-training", TemplateBody=json.dumps(TEMPLATE)
    )
    (found,) = boto3.client("ecr").describe_repositories()["repositories"]
    return str(found["repositoryUri"])


def test_the_image_is_built_pushed_and_named_by_its_digest(
    repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    docker = Recorder()
    assert push_image.main(["--env", "dev"], docker) == 0

    assert [call[0] for call in docker.calls] == ["build", "login", "tag", "push"]
    build, login, _, pushed = docker.calls
    assert "serving/Dockerfile" in build
    assert "linux/amd64" in build
    assert pushed[1] == f"{repository}:{TAG}"
    assert docker.stdin
    assert docker.stdin not in login
    (image,) = boto3.client("ecr").describe_images(
        repositoryName=repository.partition("/")[2]
    )["imageDetails"]
    uri = f"{repository}@{image['imageDigest']}"
    assert capsys.readouterr().out.splitlines()[-1].strip() == (
        f"--parameters fraud-dev-serving:ServingImageUri={uri}"
    )


def test_an_image_that_is_there_is_not_pushed_again(
    repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert push_image.main([], Recorder()) == 0
    first = capsys.readouterr().out
    again = Recorder()
    assert push_image.main([], again) == 0
    assert [call[0] for call in again.calls] == ["build"]
    assert capsys.readouterr().out == first
    assert repository in first


def test_the_newest_image_is_found_again(repository: str) -> None:
    session = boto3.Session()
    with pytest.raises(OperationError, match="fraud image --env dev"):
        newest_image(session, "dev")
    uri = push_image.push(session, repository, Recorder())
    assert newest_image(session, "dev") == uri


def test_without_a_repository_nothing_is_built(
    capsys: pytest.CaptureFixture[str],
) -> None:
    docker = Recorder()
    assert push_image.main(["--env", "prod"], docker) == 1
    assert docker.calls == []
    error = capsys.readouterr().err
    assert "There is no stack fraud-prod-training" in error
    assert "npx cdk deploy -c env=prod fraud-prod-training" in error


@pytest.mark.usefixtures("repository")
def test_without_docker_the_remedy_is_told(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert push_image.main([]) == 1
    assert "docker: expected Docker's command line" in capsys.readouterr().err
