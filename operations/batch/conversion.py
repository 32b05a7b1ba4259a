"""A person's table as the object that a batch transform job takes."""

import csv
import hashlib
import io
import sys
from pathlib import Path
from typing import Any

import boto3

from artifact.manifest import Manifest
from cdk_app.naming import BATCH_PREFIX
from operations.account.errors import OperationError, explained
from operations.account.s3 import S3Uri
from operations.request_body import json_body, json_row
from operations.score.transactions import Transactions, read_transactions
from serving.errors import RequestError
from serving.formats.csv_input import CsvReader
from serving.formats.json_input import JsonReader
from serving.formats.schema import Schema
from serving.formats.table_csv import TableCsv

#: A file is read whole; a larger one is uploaded in the form that a job takes.
MOST_BYTES = 200_000_000


def upload_file(
    session: boto3.Session, bucket: str, file: str, manifest: Manifest
) -> S3Uri:
    """Write a file's transactions as a job takes them, and upload them.

    Raises
    ------
    OperationError
        As `converted`, or if AWS refuses the upload.
    """
    body, suffix = converted(file, manifest)
    digest = hashlib.sha256(body).hexdigest()[:12]
    place = S3Uri(bucket, f"{BATCH_PREFIX}input/{digest}/transactions{suffix}")
    print(f"Uploading {file} ({len(body) / 1e6:,.1f} MB) as\n  {place}", flush=True)
    with explained():
        session.client("s3").put_object(Bucket=bucket, Key=place.key, Body=body)
    return place


def converted(file: str, manifest: Manifest) -> tuple[bytes, str]:
    """Return a file's transactions as a job takes them, and the suffix of their kind.

    They are read as ``fraud score`` reads them: a CSV gets the model's columns in their
    order and no header, JSON becomes JSON Lines. All are checked as the server will.

    Raises
    ------
    OperationError
        If the file cannot be read, is too large, or a row cannot be scored.
    """
    path = Path(file)
    if path.is_file() and path.stat().st_size > MOST_BYTES:
        raise OperationError(
            f"--input: {file} has more than the {MOST_BYTES / 1e6:.0f} MB that are "
            "converted here; split it, or upload it as --help says a job takes it."
        )
    schema = Schema(manifest)
    found = _named(read_transactions(file), file, schema)
    lacking = [schema.names[place] for place in sorted(schema.optional)]
    if lacking and not any(name in found.rows[0] for name in lacking):
        print(
            "The model looks at histories, and a job knows none; fraud history "
            "features adds them to a table.",
            file=sys.stderr,
        )
    try:
        if found.are_texts:
            body = _csv(found, schema, file)
            CsvReader(schema).read(body)
            return body, ".csv"
        body = "".join(f"{json_body(json_row(row))}\n" for row in found.rows).encode()
        JsonReader(schema).read_lines(body)
    except RequestError as error:
        row = f", row {error.row:,}" if error.row else ""
        field = f", field {error.field}" if error.field else ""
        raise OperationError(
            f"{file}{row}{field}: expected {error.expected}, got {error.got}."
        ) from None
    return body, ".jsonl"


def _named(found: Transactions, file: str, schema: Schema) -> Transactions:
    """Return the transactions with names; the model's decide what a first line is."""
    if found.names and TableCsv(schema).is_header(found.rows[0]):
        return found.with_header(file)
    return found.with_names(schema.names, ()) if found.has_lists else found


def _csv(found: Transactions, schema: Schema, file: str) -> bytes:
    known: dict[str, Any] = found.rows[0]
    absent = [
        name
        for place, name in enumerate(schema.names)
        if name not in known and place not in schema.optional
    ]
    if absent:
        raise OperationError(
            f"{file}: expected the columns that the model was trained with, found no "
            f"{', '.join(absent)}; add {'it' if len(absent) == 1 else 'them'}."
        )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, row in enumerate(found.rows, 1):
        cells = [row.get(name, "") for name in schema.names]
        # A job splits an object at every line's end.
        if any("\n" in cell or "\r" in cell for cell in cells):
            raise OperationError(
                f"{file}, row {number:,}: expected cells of one line, found one of "
                "several; correct it."
            )
        writer.writerow(cells)
    return text.getvalue().encode()
