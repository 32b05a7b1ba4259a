"""Put the data where the job can read it, under a key that names its content."""

import sys
from collections.abc import Sequence
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from artifact.printable import printable
from operations.account.errors import OperationError, explained
from training.columns import Columns
from training.data.data_files import find_files, part_names, sha256_of_files, suffix_of
from training.data.faults import joined_faults
from training.errors import TrainingError
from training.inspection.look import look_at
from training.options import SplitOptions
from training.report.summary import in_lines

_PROGRESS_FROM_BYTES = 20_000_000


def upload_data(
    session: boto3.Session,
    bucket: str,
    data: str,
    columns: Columns,
    split: SplitOptions | None = None,
) -> str:
    """Upload a file or a directory of parts once; return its S3 prefix.

    An S3 URI is returned as it is. The files' headers and first rows are checked here,
    so that the commonest mistakes cost no job; the job checks every row.

    Raises
    ------
    TrainingError
        If there are no data files, or their columns cannot be trained on.
    OperationError
        If AWS refuses the upload.
    """
    if data.startswith("s3://"):
        return data
    if "://" in data:
        raise OperationError(f"--data: expected a path or an s3:// URI, got {data!r}.")
    files = find_files(Path(data))
    check_table(files, columns, split or SplitOptions())
    prefix = f"datasets/{sha256_of_files(files)}/"
    with explained():
        s3 = session.client("s3")
        for name, file in zip(part_names(files), files, strict=True):
            # The hash of one file holds its content alone: under its own name, a
            # renamed copy would lie beside it, and the job read each row twice.
            key = prefix + (name if len(files) > 1 else f"data{suffix_of(file)}")
            if _exists(session, bucket, key):
                print(f"{name} is in the data bucket already")
                continue
            size_bytes = file.stat().st_size
            print(f"Uploading {name} ({size_bytes / 1e6:.1f} MB)", flush=True)
            s3.upload_file(str(file), bucket, key, Callback=_Progress(size_bytes))
    return f"s3://{bucket}/{prefix}"


def check_table(files: Sequence[Path], columns: Columns, split: SplitOptions) -> None:
    """Look at the first rows, say what is noticed, and refuse what is at fault.

    Raises
    ------
    TrainingError
        Naming all that is wrong at once.
    """
    look = look_at(files, columns, split, sample=True)
    for note in (*look.notes, *filter(None, [look.span])):
        print(in_lines(printable(note), "  "))
    for warning in look.warnings:
        print(in_lines(f"look: {printable(warning)}", "  "))
    if look.faults:
        raise TrainingError(joined_faults(look.faults))


def _exists(session: boto3.Session, bucket: str, key: str) -> bool:
    try:
        session.client("s3").head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:  # noqa: PLR2004
            return False
        raise
    return True


class _Progress:
    """Prints each tenth of a long upload; called from the upload's threads."""

    def __init__(self, size_bytes: int) -> None:
        self._size_bytes = size_bytes
        self._sent_bytes = 0
        self._shown_tenths = 0

    def __call__(self, sent_bytes: int) -> None:
        self._sent_bytes += sent_bytes
        tenths = 10 * self._sent_bytes // max(self._size_bytes, 1)
        if self._size_bytes >= _PROGRESS_FROM_BYTES and tenths > self._shown_tenths:
            self._shown_tenths = tenths
            print(f"  {10 * tenths} %", file=sys.stdout, flush=True)
