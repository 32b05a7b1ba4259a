"""An artifact in S3: its manifest, rule and documents, read without the model."""

from collections.abc import Iterator

import boto3
from botocore.exceptions import ClientError

from artifact import layout
from artifact.archive import Documents, read_documents
from operations.account.absent import absent
from operations.account.errors import error_code, explained
from operations.account.s3 import S3Uri

#: For people; those of older artifacts lack the example, and some the report.
DOCUMENTS = (
    layout.REPORT,
    layout.MODEL_CARD,
    layout.METRICS,
    layout.CONFIG,
    layout.MANIFEST,
    layout.EXAMPLE,
)


def read_artifact(
    session: boto3.Session, uri: str, *, documents: bool = False
) -> Documents:
    """Read an artifact's manifest and rule, and if asked for its documents.

    The object is streamed, without its documents no further than to the last file
    needed; nothing is unpacked, and all that is read is as the manifest lists it.

    Raises
    ------
    OperationError
        If the object is not there or cannot be read.
    ArtifactError
        If it is no artifact, or holds other files than its manifest lists.
    """
    place = S3Uri.parse(uri, option="artifact")
    with explained():
        try:
            answer = session.client("s3").get_object(Bucket=place.bucket, Key=place.key)
        except ClientError as error:
            if error_code(error) not in {"NoSuchKey", "NoSuchBucket"}:
                raise
            raise absent(
                session,
                f"object {uri}",
                "upload the artifact again, or deploy one that is there.",
                kind="artifacts",
                there=lambda: _artifacts_in(session, place.bucket),
            ) from None
        with answer["Body"] as body:
            return read_documents(
                body, uri, DOCUMENTS if documents else (), complete=documents
            )


def _artifacts_in(session: boto3.Session, bucket: str) -> Iterator[str]:
    pages = (
        session.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    )
    for page in pages:
        for item in page.get("Contents", ()):
            if item["Key"].endswith(layout.ARCHIVE):
                yield f"s3://{bucket}/{item['Key']}"
