"""The deployed artifact's manifest and rule, read from S3 without the model."""

import posixpath
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from artifact import layout
from artifact.decision import DecisionRule, read_decision_rule
from artifact.errors import ArtifactError
from artifact.manifest import Manifest, read_manifest
from operations.account.errors import CallError, explained

_MEMBERS = (layout.CONFIG, layout.MANIFEST)


@dataclass(frozen=True)
class PublishedArtifact:
    """What verification needs to know about an artifact."""

    manifest: Manifest
    manifest_sha256: str
    decision_rule: DecisionRule


def read_artifact(session: boto3.Session, uri: str) -> PublishedArtifact:
    """Read an artifact's manifest and decision rule.

    The object is streamed, and no further than to the last file needed: `pack`
    writes both before the model.

    Raises
    ------
    CallError
        If the object is not there or cannot be read.
    ArtifactError
        If it is no artifact, or its rule is not the one that its manifest lists.
    """
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        _fetch(session, uri, directory)
        manifest = read_manifest(directory)
        _check_config(directory, manifest, uri)
        return PublishedArtifact(
            manifest,
            layout.sha256_of(directory / layout.MANIFEST),
            read_decision_rule(directory),
        )


def _fetch(session: boto3.Session, uri: str, directory: Path) -> None:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    waiting = set(_MEMBERS)
    with explained():
        try:
            body = session.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
        except ClientError as error:
            if error.response["Error"].get("Code") not in {"NoSuchKey", "NoSuchBucket"}:
                raise
            raise CallError(
                f"There is no object {uri}; upload the artifact again, or deploy one "
                "that is there."
            ) from None
        try:
            with body, tarfile.open(fileobj=body, mode="r|gz") as tar:
                for member in tar:
                    name = posixpath.normpath(member.name)
                    file = tar.extractfile(member) if name in waiting else None
                    if file is not None:
                        (directory / name).write_bytes(file.read())
                        waiting.discard(name)
                    if not waiting:
                        return
        except (tarfile.TarError, EOFError, OSError):
            raise ArtifactError(
                f"{uri} is no tar.gz archive; deploy a {layout.ARCHIVE} that training "
                "wrote."
            ) from None


def _check_config(directory: Path, manifest: Manifest, uri: str) -> None:
    path = directory / layout.CONFIG
    listed = manifest.files.get(layout.CONFIG)
    if not path.is_file() or layout.sha256_of(path) != listed:
        raise ArtifactError(
            f"{layout.CONFIG} in {uri} is not the file that its manifest lists; deploy "
            "the original artifact."
        )
