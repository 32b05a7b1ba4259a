"""``fraud image``, in the account and by Docker, whose answers are stood for."""

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cdk_app import settings
from operations.account.errors import OperationError
from operations.account.serving_repository import find_image, newest_image
from operations.image import command
from operations.image.codebuild import build_in_account
from operations.image.docker import build, check_docker
from operations.image.sources import IGNORE_FILE, read_sources
from tests.unit.serving.image_files import ROOT, copied_files

IMAGE = f"sha256:{'5e' * 32}"
TAG = read_sources().tag
VARIATIONS = ROOT / "tests" / "infrastructure" / "variations"
NAME = "fraud-prod-training-image"
SCHEMA_2 = "application/vnd.docker.distribution.manifest.v2+json"
OCI = "application/vnd.oci.image.manifest.v1+json"
TEMPLATE = {
    "Resources": {
        "Repository": {
            "Type": "AWS::ECR::Repository",
            "Properties": {"RepositoryName": NAME},
        }
    },
    "Outputs": {
        "ServingImageRepositoryUri": {
            "Value": {"Fn::GetAtt": ["Repository", "RepositoryUri"]}
        }
    },
}


def put_image(tag: str, media_type: str = SCHEMA_2) -> None:
    manifest = {"schemaVersion": 2, "mediaType": media_type, "layers": []}
    boto3.client("ecr").put_image(
        repositoryName=NAME,
        imageTag=tag,
        imageManifest=json.dumps(manifest),
        imageManifestMediaType=media_type,
    )


class Recorder:
    """A Docker that pushes what it is asked to."""

    def __init__(self, version: str = "28.2.2", media_type: str = SCHEMA_2) -> None:
        self.calls: list[list[str]] = []
        self.version = version
        self.media_type = media_type
        self.stdin = ""
        self.configurations: list[Path] = []

    def __call__(
        self,
        arguments: Sequence[str],
        *,
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> str:
        self.calls.append(list(arguments))
        if environment:
            assert environment["DOCKER_HOST"] == "unix:///here.sock"
            self.configurations.append(Path(environment["DOCKER_CONFIG"]))
            assert self.configurations[-1].is_dir()
        match list(arguments):
            case ["version", *_]:
                return f"{self.version}\n"
            case ["image", "inspect", *_]:
                return f"{IMAGE}\n"
            case ["context", *_]:
                return "unix:///here.sock\n"
            case ["login", *_]:
                self.stdin = stdin
            case ["push", reference]:
                put_image(reference.rpartition(":")[2], self.media_type)
        return ""

    @property
    def verbs(self) -> list[str]:
        return [call[0] for call in self.calls]


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
def serves_project_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every environment's settings are those of one that serves from the image."""
    found = settings.load("projectimage", VARIATIONS)
    monkeypatch.setattr(command, "load", lambda _: found)


@pytest.fixture
def repository(serves_project_image: None) -> str:
    boto3.client("cloudformation").create_stack(
        StackName="fraud-prod-training", TemplateBody=json.dumps(TEMPLATE)
    )
    (found,) = boto3.client("ecr").describe_repositories()["repositories"]
    return str(found["repositoryUri"])


def run_locally(docker: Recorder) -> int:
    return command.main(["--env", "prod", "--local"], docker)


def test_the_image_is_built_pushed_and_named_by_its_digest(
    repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    docker = Recorder()
    assert run_locally(docker) == 0
    assert docker.verbs == ["version", "build", "image", "context", "login", "push"]
    uri = find_image(boto3.Session(), repository, TAG)
    assert capsys.readouterr().out.splitlines()[-1].strip() == (
        f"--parameters fraud-prod-serving:ServingImageUri={uri}"
    )


@pytest.mark.usefixtures("repository")
def test_the_password_is_no_argument_and_is_nowhere_afterwards() -> None:
    docker = Recorder()
    run_locally(docker)
    assert docker.stdin
    assert not any(docker.stdin in call for call in docker.calls)
    assert len(docker.configurations) == 2
    assert not any(path.exists() for path in docker.configurations)


@pytest.mark.usefixtures("repository")
def test_the_same_sources_are_built_and_pushed_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_locally(Recorder()) == 0
    first = capsys.readouterr().out
    again = Recorder()
    assert run_locally(again) == 0
    assert again.verbs == ["version"]
    assert capsys.readouterr().out == first


def test_an_oci_manifest_is_refused_by_name_before_anything_is_printed(
    repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_locally(Recorder(media_type=OCI)) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"got {OCI}" in printed.err
    with pytest.raises(OperationError, match=r"vnd\.oci\.image\.manifest"):
        newest_image(boto3.Session(), "prod")


@pytest.mark.parametrize("version", ["20.10.24+dfsg1", "22.06.0", "", "dev"])
def test_an_old_docker_is_refused_in_a_sentence(version: str) -> None:
    with pytest.raises(
        OperationError, match=r"docker: expected version 23 or newer, got"
    ):
        check_docker(Recorder(version))


def test_docker_makes_what_sagemaker_takes_and_its_own_id_counts() -> None:
    docker = Recorder()
    assert build(docker, "here:tag") == IMAGE
    arguments = docker.calls[0]
    assert {"--provenance=false", "--sbom=false"} <= set(arguments)
    assert "type=image,oci-mediatypes=false" in arguments
    assert "--iidfile" not in arguments


@pytest.mark.usefixtures("repository")
def test_without_docker_the_account_is_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command.main(["--env", "prod", "--local"]) == 1
    assert "build in the account, without --local" in capsys.readouterr().err


def test_the_newest_image_is_found_again(repository: str) -> None:
    session = boto3.Session()
    with pytest.raises(OperationError, match="fraud image --env prod"):
        newest_image(session, "prod")
    put_image("one")
    assert newest_image(session, "prod") == find_image(session, repository, "one")
    assert find_image(session, repository, "two") is None


@pytest.mark.usefixtures("serves_project_image")
def test_without_a_repository_nothing_is_built(
    capsys: pytest.CaptureFixture[str],
) -> None:
    docker = Recorder()
    assert run_locally(docker) == 1
    assert "build" not in docker.verbs
    error = capsys.readouterr().err
    assert "There is no stack fraud-prod-training" in error


class CodeBuild:
    """A session whose builds end as a test says, each with one line of log."""

    def __init__(self, status: str) -> None:
        self.status = status
        self.started: dict[str, Any] = {}
        self.stored: dict[str, Any] = {}
        self.polls = 0

    def client(self, _: str) -> "CodeBuild":
        return self

    def put_object(self, **call: Any) -> dict[str, str]:
        self.stored = call
        return {"VersionId": "version-7"}

    def start_build(self, **call: Any) -> dict[str, Any]:
        self.started = call
        return {"build": {"id": "fraud-prod-serving-image:1", "logs": {}}}

    def batch_get_builds(self, ids: list[str]) -> dict[str, Any]:
        self.polls += 1
        build: dict[str, Any] = {"id": ids[0], "logs": {"deepLink": "https://log"}}
        if self.polls > 1:
            build["logs"] |= {"groupName": "group", "streamName": "stream"}
        if self.polls > 2:
            contexts = [{"message": "exit status 1"}]
            build |= {"buildComplete": True, "buildStatus": self.status}
            build["phases"] = [
                {"phaseType": "INSTALL", "phaseStatus": "SUCCEEDED"},
                {
                    "phaseType": "BUILD",
                    "phaseStatus": self.status,
                    "contexts": contexts,
                },
            ]
        return {"builds": [build]}

    def get_log_events(self, **call: Any) -> dict[str, Any]:
        lines = [{"message": "Step 1\n"}] if "nextToken" not in call else []
        return {"events": lines, "nextForwardToken": "1"}


def built(account: CodeBuild) -> list[str]:
    lines = build_in_account(
        account,  # type: ignore[arg-type]
        read_sources(),
        bucket="artifacts",
        project="fraud-prod-serving-image",
        wait=lambda _: None,
    )
    return list(lines)


def test_a_build_in_the_account_reads_the_sources_that_were_just_uploaded() -> None:
    account = CodeBuild("SUCCEEDED")
    assert built(account) == ["Step 1"]
    assert account.started["sourceVersion"] == "version-7"
    (variable,) = account.started["environmentVariablesOverride"]
    assert variable["value"] == TAG
    with zipfile.ZipFile(BytesIO(account.stored["Body"])) as archive:
        assert archive.namelist() == sorted(map(str, copied_files()))


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "STOPPED", "FAULT"])
def test_a_build_that_fails_is_a_sentence_with_its_phase_and_log(status: str) -> None:
    with pytest.raises(OperationError) as caught:
        built(CodeBuild(status))
    assert f"it ended as {status} in BUILD (exit status 1)" in str(caught.value)
    assert "https://log" in str(caught.value)


def test_equal_sources_are_equal_bytes_whatever_their_modes(tmp_path: Path) -> None:
    ignored = (ROOT / IGNORE_FILE).read_text()
    for name, text in (
        ("artifact/a.py", "1"),
        ("serving/Dockerfile", "FROM x"),
        (str(IGNORE_FILE), ignored),
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    before = read_sources(tmp_path)
    (tmp_path / "artifact/a.py").chmod(0o600)
    (tmp_path / "artifact/__pycache__").mkdir()
    (tmp_path / "artifact/__pycache__/a.pyc").write_text("")
    (tmp_path / "artifact/_forest.so").write_text("")
    again = read_sources(tmp_path)
    assert (again.tag, again.packed()) == (before.tag, before.packed())
    (tmp_path / "serving/Dockerfile").write_text("FROM y")
    assert read_sources(tmp_path).tag != before.tag


def test_an_environment_of_awss_image_has_nothing_to_build(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main(["--env", "dev"]) == 0
    assert "nothing to build" in capsys.readouterr().out
