"""An artifact in S3: its manifest, rule and documents, read without the model."""

import hashlib
import posixpath
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from artifact import layout
from artifact.decision import DecisionRule, read_decision_rule
from artifact.errors import ArtifactError
from artifact.manifest import Manifest, read_manifest
from operations.account.errors import OperationError, error_code, explained
from operations.account.s3 import S3Uri

_RULE_FILES = frozenset({layout.CONFIG, layout.MANIFEST})
#: For people; an artifact may lack them.
_DOCUMENTS = frozenset({layout.METRICS, layout.REPORT, layout.MODEL_CARD})


@dataclass(frozen=True)
class PublishedArtifact:
    """What there is to know about an artifact besides its model."""

    uri: str
    manifest: Manifest
    manifest_sha256: str
    decision_rule: DecisionRule
    #: Name → content of the files that were asked for, as the manifest lists them.
    files: Mapping[str, bytes]


def read_artifact(
    session: boto3.Session, uri: str, *, documents: bool = False
) -> PublishedArtifact:
    """Read an artifact's manifest and rule, and if asked for its documents.

    The object is streamed, and no further than to the last file needed: `pack`
    writes the manifest and the rule before the model.

    Raises
    ------
    OperationError
        If the object is not there or cannot be read.
    ArtifactError
        If it is no artifact, or holds another file than its manifest lists.
    """
    wanted = _RULE_FILES | _DOCUMENTS if documents else _RULE_FILES
    files = dict(_read_members(session, uri, set(wanted)))
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        for name, content in files.items():
            (directory / name).write_bytes(content)
        manifest = read_manifest(directory)
        for name in _RULE_FILES | set(files):
            _check(name, files, manifest, uri)
        return PublishedArtifact(
            uri,
            manifest,
            hashlib.sha256(files[layout.MANIFEST]).hexdigest(),
            read_decision_rule(directory),
            files,
        )


def _check(name: str, files: Mapping[str, bytes], manifest: Manifest, uri: str) -> None:
    if name == layout.MANIFEST:
        return
    if hashlib.sha256(files.get(name, b"")).hexdigest() != manifest.files.get(name):
        raise ArtifactError(
            f"{name} in {uri} is not the file that its manifest lists; deploy the "
            "original artifact."
        )


def _read_members(
    session: boto3.Session, uri: str, waiting: set[str]
) -> Iterator[tuple[str, bytes]]:
    place = S3Uri.parse(uri, option="artifact")
    with explained():
        try:
            answer = session.client("s3").get_object(Bucket=place.bucket, Key=place.key)
        except ClientError as error:
            if error_code(error) not in {"NoSuchKey", "NoSuchBucket"}:
                raise
            raise OperationError(
                f"There is no object {uri}; upload the artifact again, or deploy one "
                "that is there."
            ) from None
        try:
            with (
                answer["Body"] as body,
                tarfile.open(fileobj=body, mode="r|gz") as tar,
            ):
                for member in tar:
                    name = posixpath.normpath(member.name)
                    file = tar.extractfile(member) if name in waiting else None
                    if file is not None:
                        waiting.discard(name)
                        yield name, file.read()
                    if not waiting:
                        return
        except (tarfile.TarError, EOFError, OSError):
            raise ArtifactError(
                f"{uri} is no tar.gz archive; deploy a {layout.ARCHIVE} that training "
                "wrote."
            ) from None
