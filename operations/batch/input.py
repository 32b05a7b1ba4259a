"""The objects that a batch transform job is to score, checked before it starts."""

import zlib
from dataclasses import dataclass

import boto3
from botocore.exceptions import ClientError

from artifact.columns import Kind
from artifact.manifest import Manifest
from operations.account.absent import absent
from operations.account.errors import OperationError, error_code, explained
from operations.account.s3 import S3Uri
from serving.errors import RequestError
from serving.formats.csv_input import CsvReader
from serving.formats.json_input import JsonReader
from serving.formats.media_types import CSV, JSON_LINES
from serving.formats.schema import Schema

_SUFFIXES = {".csv": CSV, ".jsonl": JSON_LINES, ".ndjson": JSON_LINES}
_GZIP_SUFFIX = ".gz"
_FIRST_BYTES = 1 << 16
#: What separates the cells of a person's table, and how it is called.
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class BatchInput:
    """Objects of one kind; each becomes one object of scores."""

    keys: tuple[str, ...]
    size_bytes: int
    media_type: str
    is_compressed: bool


def find_input(session: boto3.Session, location: S3Uri) -> BatchInput:
    """List the objects at a key or below a prefix.

    Raises
    ------
    OperationError
        If there are none, or they are not all of one kind that can be scored.
    """
    keys: list[str] = []
    size_bytes = 0
    with explained():
        pages = session.client("s3").get_paginator("list_objects_v2")
        try:
            for page in pages.paginate(Bucket=location.bucket, Prefix=location.key):
                for item in page.get("Contents", []):
                    if not item["Key"].endswith("/"):
                        keys.append(item["Key"])
                        size_bytes += item["Size"]
        except ClientError as error:
            if error_code(error) != "NoSuchBucket":
                raise
            raise absent(
                session,
                f"bucket {location.bucket}",
                "name the environment's data bucket in --input.",
            ) from None
    if not keys:
        raise absent(
            session,
            f"object at {location}",
            "name others with --input.",
            kind="objects",
            there=lambda: _objects_in(session, location.bucket),
        )
    kinds = {_kind(key) for key in keys}
    if len(kinds) > 1:
        raise OperationError(
            f"--input: the objects at {location} are of several kinds; score .csv, "
            ".jsonl and compressed files each on their own."
        )
    ((media_type, is_compressed),) = kinds
    return BatchInput(tuple(keys), size_bytes, media_type, is_compressed)


def _objects_in(session: boto3.Session, bucket: str) -> list[str]:
    found = session.client("s3").list_objects_v2(Bucket=bucket, MaxKeys=20)
    return [f"s3://{bucket}/{item['Key']}" for item in found.get("Contents", [])]


def _kind(key: str) -> tuple[str, bool]:
    name = key.lower().removesuffix(_GZIP_SUFFIX)
    for suffix, media_type in _SUFFIXES.items():
        if name.endswith(suffix):
            return media_type, key.lower().endswith(_GZIP_SUFFIX)
    raise OperationError(
        f"--input: {key} is of no kind that can be scored; name files .csv, .jsonl or "
        ".ndjson, or these with .gz."
    )


def check_first_lines(
    session: boto3.Session,
    bucket: str,
    found: BatchInput,
    manifest: Manifest,
    *,
    is_filtered: bool,
) -> None:
    """Check the first line of each object, as the server will unless it is filtered.

    A header is refused: a job splits an object into requests, and only the first of
    them would hold it.

    Raises
    ------
    OperationError
        Naming the object and what is wrong with its first line.
    """
    schema = Schema(manifest)
    for key in found.keys:
        line = _first_line(session, bucket, key, is_compressed=found.is_compressed)
        where = f"s3://{bucket}/{key}"
        if found.media_type == CSV:
            _check_form(where, line, manifest)
        if is_filtered:
            continue
        try:
            if found.media_type == CSV:
                CsvReader(schema).read(line)
            else:
                JsonReader(schema).read_lines(line)
        except RequestError as error:
            field = f", field {error.field}" if error.field else ""
            remedy = f"; expected {_form(manifest)}" if found.media_type == CSV else ""
            raise OperationError(
                f"{where}, line 1{field}: expected {error.expected}, got "
                f"{error.got}{remedy}."
            ) from None


def _check_form(where: str, line: bytes, manifest: Manifest) -> None:
    """Check that a CSV has commas and no header, whatever is filtered of it."""
    text = line.decode(errors="replace")
    delimiter = max(_DELIMITERS, key=text.count)
    found = []
    if is_header(line, manifest, delimiter):
        found.append("begins with a header, which a job would take for a transaction")
    if delimiter != ",":
        found.append(f"has its cells between {_DELIMITERS[delimiter]}")
    if found:
        raise OperationError(
            f"{where} {', and '.join(found)}; expected {_form(manifest)}."
        )


def _form(manifest: Manifest) -> str:
    return (
        "cells between commas, no header, and the columns in the model's order: "
        f"{','.join(manifest.feature_names)}. Name the file on this machine with "
        "--input instead: it is converted and uploaded"
    )


def _first_line(
    session: boto3.Session, bucket: str, key: str, *, is_compressed: bool
) -> bytes:
    with explained():
        body = session.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
        with body:
            start = body.read(_FIRST_BYTES)
    if is_compressed:
        try:
            start = zlib.decompressobj(wbits=31).decompress(start, _FIRST_BYTES)
        except zlib.error:
            raise OperationError(
                f"s3://{bucket}/{key} is no gzip file; name it without .gz."
            ) from None
    return start.split(b"\n", 1)[0]


def is_header(line: bytes, manifest: Manifest, delimiter: str = ",") -> bool:
    """Whether most cells are columns' names, or in a table of numbers none is one."""
    cells = [
        cell.strip().strip('"')
        for cell in line.decode(errors="replace").split(delimiter)
    ]
    names = {*manifest.feature_names, *manifest.ignored_names}
    if 2 * sum(cell in names for cell in cells) > len(cells):
        return True
    only_numbers = all(column.kind is Kind.NUMBER for column in manifest.inputs)
    return only_numbers and bool(line.strip()) and not any(map(_is_number, cells))


def _is_number(cell: str) -> bool:
    try:
        float(cell.strip().strip('"'))
    except ValueError:
        return False
    return True
