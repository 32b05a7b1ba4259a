"""``manifest.json``: written, read, and parsed field by field."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from artifact import layout
from artifact.columns import Column, parse_column
from artifact.documents import parse_object, read_file
from artifact.errors import ArtifactError
from artifact.manifest import SCHEMA_VERSION, Feature, Manifest, SelfTest, TrainingData

_SHA256 = re.compile(r"[0-9a-f]{64}")
_T = TypeVar("_T")


def write_manifest(model_dir: Path, manifest: Manifest) -> str:
    """Write ``manifest.json`` and return its SHA-256, by which it can be pinned."""
    path = model_dir / layout.MANIFEST
    document = asdict(manifest)
    document["columns"] = [column.as_dict() for column in manifest.columns]
    if manifest.history is None:
        del document["history"]
    path.write_text(layout.to_json(document), encoding="utf-8")
    return layout.sha256_of(path)


def read_manifest(model_dir: Path, expected_sha256: str = "") -> Manifest:
    """Read ``manifest.json``; with `expected_sha256`, refuse any other manifest.

    Raises
    ------
    ArtifactError
        If the manifest is absent, not the pinned one, or not of this schema.
    """
    path = model_dir / layout.MANIFEST
    if not path.is_file():
        raise ArtifactError(
            f"The artifact has no {layout.MANIFEST} at its root; deploy a "
            f"{layout.ARCHIVE} written by training.train."
        )
    data = read_file(path)
    found_sha256 = hashlib.sha256(data).hexdigest()
    if expected_sha256 and found_sha256 != expected_sha256.lower():
        raise ArtifactError(
            f"{layout.MANIFEST} has SHA-256 {found_sha256}, expected "
            f"{expected_sha256}; deploy the artifact that the pinned hash belongs to, "
            "or pass its hash as ModelManifestSha256."
        )
    return parse_manifest(data)


def parse_manifest(data: bytes) -> Manifest:
    """Parse the bytes of ``manifest.json``.

    Raises
    ------
    ArtifactError
        If they are not a manifest of this schema.
    """
    top = parse_object(data, layout.MANIFEST)
    version = top.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ArtifactError(
            f"{layout.MANIFEST} has schema_version {version!r}, this code reads "
            f"{SCHEMA_VERSION}; train again, or serve it with the code it carries."
        )
    training_data = _get(top, "training_data", dict)
    self_test = _get(top, "self_test", dict)
    features = tuple(
        _parse_feature(_expect(item, dict, f"features[{index}]"))
        for index, item in enumerate(_get(top, "features", list))
    )
    names = [feature.name for feature in features]
    if not names or len(set(names)) != len(names):
        raise ArtifactError(
            f"{layout.MANIFEST}: features must be at least one, each name once; train "
            "again."
        )
    row = _scalars(_get(self_test, "row", dict), "self_test.row")
    if set(row) != set(names):
        raise ArtifactError(
            f"{layout.MANIFEST}: self_test.row does not hold exactly the features; "
            "train again."
        )
    return Manifest(
        files=_parse_files(_get(top, "files", dict)),
        features=features,
        label=_get(top, "label", str),
        versions={
            str(name): _expect(value, str, f"versions.{name!r}")
            for name, value in _get(top, "versions", dict).items()
        },
        training_data=TrainingData(
            sha256=_get(training_data, "sha256", str),
            rows=_get(training_data, "rows", int),
            frauds=_get(training_data, "frauds", int),
        ),
        self_test=SelfTest(
            row=row,
            fraud_probability=_probability(
                self_test.get("fraud_probability"), "self_test.fraud_probability"
            ),
        ),
        columns=_parse_columns(top.get("columns", []), features),
        history=_get(top, "history", dict) if "history" in top else None,
    )


def _parse_columns(items: Any, features: tuple[Feature, ...]) -> tuple[Column, ...]:  # noqa: ANN401 - any JSON
    columns = tuple(
        parse_column(
            _expect(item, dict, f"columns[{index}]"),
            f"{layout.MANIFEST}: columns[{index}]",
        )
        for index, item in enumerate(_expect(items, list, "columns"))
    )
    inputs = [column.name for column in columns if column.kind.is_input]
    if columns and inputs != [feature.name for feature in features]:
        raise ArtifactError(
            f"{layout.MANIFEST}: the columns that are inputs are not the features, in "
            "their order; train again."
        )
    return columns


def _parse_feature(item: dict[str, Any]) -> Feature:
    name = _get(item, "name", str)
    quantiles = _numbers(_get(item, "quantiles", dict), f"quantiles of {name!r}")
    try:
        levels = {float(level): value for level, value in quantiles.items()}
    except ValueError:
        raise ArtifactError(
            f"{layout.MANIFEST}: quantiles of {name!r} have a level that is not a "
            "number; train again."
        ) from None
    if 0.5 not in levels or not all(0.0 <= level <= 1.0 for level in levels):  # noqa: PLR2004 - the median, which reasons start from
        raise ArtifactError(
            f"{layout.MANIFEST}: quantiles of {name!r} must be of levels from 0 to 1, "
            "0.5 among them; train again."
        )
    return Feature(name=name, dtype=_get(item, "dtype", str), quantiles=levels)


def _parse_files(files: dict[str, Any]) -> dict[str, str]:
    for name, digest in files.items():
        path = PurePosixPath(name)
        if (
            path.is_absolute()
            or ".." in path.parts
            or path.as_posix() != name
            or "\\" in name
            or not name.isprintable()
        ):
            raise ArtifactError(
                f"{layout.MANIFEST} lists {name!r}, which lies outside the artifact; "
                "train again."
            )
        if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
            raise ArtifactError(
                f"{layout.MANIFEST}: the hash of {name!r} is not 64 hex digits; "
                "train again."
            )
    return files


def _get(mapping: Mapping[str, Any], key: str, kind: type[_T]) -> _T:
    return _expect(mapping.get(key), kind, key)


def _expect(value: Any, kind: type[_T], where: str) -> _T:  # noqa: ANN401 - any JSON
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ArtifactError(
            f"{layout.MANIFEST}: {where} must be {_JSON_NAMES[kind]}, got "
            f"{_JSON_NAMES.get(type(value), type(value).__name__)}; train again."
        )
    return value


def _number(value: Any, where: str) -> float:  # noqa: ANN401 - any JSON
    if isinstance(value, int):
        return float(_expect(value, int, where))
    return _expect(value, float, where)


def _probability(value: Any, where: str) -> float:  # noqa: ANN401 - any JSON
    number = _number(value, where)
    if not 0.0 <= number <= 1.0:
        raise ArtifactError(
            f"{layout.MANIFEST}: {where} must be from 0 to 1, got {number!r}; train "
            "again."
        )
    return number


def _numbers(mapping: Mapping[str, Any], where: str) -> dict[str, float]:
    return {key: _number(value, f"{where}.{key!r}") for key, value in mapping.items()}


def _scalars(mapping: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Numbers, strings, booleans and nulls: what a request may hold."""
    return {
        key: value
        if value is None or isinstance(value, (str, bool))
        else _number(value, f"{where}.{key!r}")
        for key, value in mapping.items()
    }


_JSON_NAMES: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    type(None): "nothing",
}
