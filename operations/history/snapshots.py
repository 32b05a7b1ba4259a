"""The snapshot of histories that lies beside a deployed artifact."""

import posixpath
import tarfile
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from artifact import layout
from artifact.history.definition import HistoryDefinition, parse_definition
from artifact.history.snapshot import FILE_NAME
from cdk_app.naming import ARTIFACT_URI_PARAMETER
from operations.account.artifacts import read_artifact
from operations.account.errors import OperationError, explained
from operations.account.stacks import read_stack

#: SageMaker packs what a job leaves beside its artifact under this name.
OUTPUT_ARCHIVE = "output.tar.gz"


def fetch_snapshot(
    session: boto3.Session, environment: str, directory: Path
) -> tuple[HistoryDefinition, Path]:
    """Fetch the snapshot of the deployed model into `directory`, and check its hash.

    Raises
    ------
    OperationError
        If the model looks at no history, or the snapshot is not there.
    ArtifactError
        If it is not the one that the manifest names.
    """
    uri = read_stack(session, environment).parameters[ARTIFACT_URI_PARAMETER]
    manifest = read_artifact(session, uri).manifest
    if manifest.history is None:
        raise OperationError(
            f"The model of {environment} looks at no history; train one with "
            "--entities, and deploy it."
        )
    path = directory / FILE_NAME
    beside = f"{posixpath.dirname(uri)}/{OUTPUT_ARCHIVE}"
    bucket, _, key = beside.removeprefix("s3://").partition("/")
    with explained():
        try:
            body = session.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
        except ClientError as error:
            if error.response["Error"].get("Code") != "NoSuchKey":
                raise
            raise OperationError(
                f"There is no object {beside} with the histories; train again, or "
                "restore it."
            ) from None
        with body, tarfile.open(fileobj=body, mode="r|gz") as tar:
            for member in tar:
                file = tar.extractfile(member) if _is_snapshot(member) else None
                if file is not None:
                    path.write_bytes(file.read())
    if not path.is_file() or layout.sha256_of(path) != manifest.history["sha256"]:
        raise OperationError(
            f"{beside}: expected the {FILE_NAME} that the manifest names, found "
            "another or none; restore the job's own output."
        )
    return parse_definition(manifest.history), path


def _is_snapshot(member: tarfile.TarInfo) -> bool:
    return member.isfile() and posixpath.normpath(member.name) == FILE_NAME
