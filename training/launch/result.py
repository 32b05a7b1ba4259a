"""Read a job's artifact from S3, and write the command that deploys it."""

import hashlib
import json
import shlex
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from artifact import layout
from artifact.decision import DecisionRule, parse_decision_rule
from artifact.errors import ArtifactError
from cdk_app.naming import stack_name
from training.launch.errors import LaunchError, aws_errors_told


@dataclass(frozen=True)
class TrainedModel:
    """What there is to know about an artifact before it is deployed."""

    artifact_uri: str
    manifest_sha256: str
    decision_rule: DecisionRule
    metrics: dict[str, Any]
    #: Texts for people, by file name: the report and the model card.
    documents: dict[str, bytes]


def read_result(session: boto3.Session, artifact_uri: str) -> TrainedModel:
    """Download ``model.tar.gz`` and read its metrics, rule and manifest hash.

    Raises
    ------
    LaunchError
        If the tar is not there or is not an artifact of this project.
    """
    bucket, _, key = artifact_uri.removeprefix("s3://").partition("/")
    with tempfile.TemporaryFile() as file:
        with aws_errors_told():
            session.client("s3").download_fileobj(bucket, key, file)
        file.seek(0)
        try:
            with tarfile.open(fileobj=file, mode="r:gz") as tar:
                files = {
                    name: _member(tar, name)
                    for name in (layout.METRICS, layout.CONFIG, layout.MANIFEST)
                }
                documents = {
                    name: _member(tar, name)
                    for name in (layout.REPORT, layout.MODEL_CARD)
                    if name in tar.getnames()
                }
            rule = parse_decision_rule(
                json.loads(files[layout.CONFIG])["decision_rule"]
            )
            metrics = json.loads(files[layout.METRICS])
        except (tarfile.TarError, KeyError, ValueError, ArtifactError) as error:
            raise LaunchError(
                f"{artifact_uri} is not an artifact of this project ({error}); train "
                "again."
            ) from None
    return TrainedModel(
        artifact_uri=artifact_uri,
        manifest_sha256=hashlib.sha256(files[layout.MANIFEST]).hexdigest(),
        decision_rule=rule,
        metrics=metrics,
        documents=documents,
    )


def save_documents(model: TrainedModel, directory: Path) -> list[Path]:
    """Write the report and the model card; return their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in model.documents.items():
        paths.append(directory / name)
        paths[-1].write_bytes(text)
    return paths


def deploy_command(
    environment: str, model: TrainedModel, image_uri: str | None = None
) -> str:
    """Return the complete command, quoted for a shell, one parameter a line.

    ``image_uri`` is the project's own image, where the environment serves with it.
    Parameters are qualified by the stack: the CDK CLI sends others to every stack.
    """
    stack = stack_name(environment, "serving")
    rule = json.dumps(model.decision_rule.as_dict(), separators=(",", ":"))
    parameters = {
        "ModelArtifactUri": model.artifact_uri,
        "ModelManifestSha256": model.manifest_sha256,
        "DecisionRule": rule,
    }
    if image_uri:
        parameters["ServingImageUri"] = image_uri
    lines = [f"npx cdk deploy -c env={environment} {stack}"]
    lines += [
        f"  --parameters {shlex.quote(f'{stack}:{name}={value}')}"
        for name, value in parameters.items()
    ]
    return " \\\n".join(lines)


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    if file is None:
        raise KeyError(f"{name} is not a file")
    return file.read()
