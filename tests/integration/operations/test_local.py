"""The project's own image behind an endpoint of ``fraud local``."""

import io
import json
import tarfile
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from local_aws.testing.running import LocalAws, alive, descendants, eventually
from local_aws.testing.sagemaker_resources import (
    ROLE,
    create_config,
    create_endpoint,
    exists,
    put,
    unique,
)

from tests.unit.serving.sample_artifact import write_artifact

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
TRANSACTION = {"Hour": 3, "V1": 0.25, "Amount": 12.5}


def packed(directory: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        tar.add(directory, arcname=".")
    return buffer.getvalue()


def create_model(aws: LocalAws, name: str, artifact: str, **variables: str) -> None:
    """Create a repository, and a model of an image of it by its digest."""
    ecr = aws.client("ecr")
    repository = ecr.create_repository(repositoryName=name)["repository"]
    digest = ecr.put_image(
        repositoryName=name,
        imageTag="1",
        imageManifest=json.dumps({"schemaVersion": 2, "mediaType": MANIFEST}),
        imageManifestMediaType=MANIFEST,
    )["image"]["imageId"]["imageDigest"]
    aws.client("sagemaker").create_model(
        ModelName=name,
        ExecutionRoleArn=ROLE,
        PrimaryContainer={
            "Image": f"{repository['repositoryUri']}@{digest}",
            "ModelDataUrl": artifact,
            "Environment": {"LOG_LEVEL": "INFO", **variables},
        },
    )
    create_config(aws, name)


@pytest.fixture(scope="module")
def artifact(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = tmp_path_factory.mktemp("model")
    write_artifact(directory)
    return put(local_aws, "project/model.tar.gz", packed(directory))


def test_an_image_by_its_digest_serves_and_ends_with_its_endpoint(
    local_aws: LocalAws, artifact: str
) -> None:
    name = unique("project")
    before = descendants(local_aws.process.pid)
    create_model(local_aws, name, artifact)
    description = create_endpoint(local_aws, name, name)
    assert description["EndpointStatus"] == "InService", description

    runtime = local_aws.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint(
        EndpointName=name,
        ContentType="application/json",
        Body=json.dumps(TRANSACTION).encode(),
    )
    body = json.loads(answer["Body"].read())
    assert list(body) == ["fraud_probability"]
    assert 0.0 < body["fraud_probability"] < 1.0
    with pytest.raises(ClientError, match=r"ModelError.*\(400\)"):
        runtime.invoke_endpoint(
            EndpointName=name, ContentType="application/json", Body=b'{"V1": 1}'
        )

    started = {
        pid: command
        for pid, command in descendants(local_aws.process.pid).items()
        if pid not in before
    }
    assert any("-m serving serve" in command for command in started.values())
    local_aws.client("sagemaker").delete_endpoint(EndpointName=name)
    eventually(lambda: not exists(local_aws, name))
    eventually(lambda: not alive(started))


def test_the_image_refuses_a_manifest_that_is_not_the_pinned_one(
    local_aws: LocalAws, artifact: str
) -> None:
    name = unique("pinned")
    create_model(local_aws, name, artifact, FRAUD_MANIFEST_SHA256="0" * 64)
    description = create_endpoint(local_aws, name, name)
    assert description["EndpointStatus"] == "Failed"
    assert "manifest" in description["FailureReason"]
