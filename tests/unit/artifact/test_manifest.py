import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artifact import layout
from artifact.errors import ArtifactError
from artifact.integrity import verify
from artifact.manifest_file import read_manifest, write_manifest


def change(model_dir: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    path = model_dir / layout.MANIFEST
    document = json.loads(path.read_text())
    edit(document)
    path.write_text(json.dumps(document))


def test_a_manifest_reads_back_as_it_was_written(model_dir: Path) -> None:
    manifest = read_manifest(model_dir)
    digest = write_manifest(model_dir, manifest)
    assert read_manifest(model_dir, digest) == manifest
    assert manifest.feature_names == ("V1", "Amount")
    assert manifest.features[0].quantiles[0.5] == 0.0


def test_writing_the_same_manifest_twice_gives_the_same_hash(model_dir: Path) -> None:
    manifest = read_manifest(model_dir)
    assert write_manifest(model_dir, manifest) == write_manifest(model_dir, manifest)


def test_a_manifest_other_than_the_pinned_one_is_refused(model_dir: Path) -> None:
    with pytest.raises(ArtifactError, match="ModelManifestSha256"):
        read_manifest(model_dir, "f" * 64)


def test_an_intact_artifact_verifies(model_dir: Path) -> None:
    verify(model_dir, read_manifest(model_dir))


@pytest.mark.parametrize(
    "name", [layout.MODEL, layout.CONFIG, layout.METRICS, layout.INFERENCE]
)
def test_one_changed_byte_is_named(model_dir: Path, name: str) -> None:
    path = model_dir / name
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ArtifactError, match=f"^{name} has SHA-256 .* changed"):
        verify(model_dir, read_manifest(model_dir))


def test_an_absent_file_is_named(model_dir: Path) -> None:
    (model_dir / layout.MODEL).unlink()
    with pytest.raises(ArtifactError, match=r"no model\.joblib"):
        verify(model_dir, read_manifest(model_dir))


def test_a_manifest_that_does_not_list_the_model_is_refused(model_dir: Path) -> None:
    change(model_dir, lambda document: document["files"].pop(layout.MODEL))
    with pytest.raises(ArtifactError, match=r"lists no model\.joblib"):
        verify(model_dir, read_manifest(model_dir))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda d: d.update(schema_version=99), "schema_version 99"),
        (lambda d: d.pop("features"), "features must be a list, got nothing"),
        (lambda d: d.update(label=3), "label must be a string, got a whole number"),
        (lambda d: d["files"].update({"../x": "0" * 64}), "outside the artifact"),
        (lambda d: d["files"].update({"/etc/x": "0" * 64}), "outside the artifact"),
        (lambda d: d["files"].update(extra="abc"), "not 64 hex digits"),
        (lambda d: d["self_test"]["row"].pop("V1"), "exactly the features"),
        (lambda d: d["self_test"].update(fraud_probability=True), "must be a whole"),
        (lambda d: d["features"][0]["quantiles"].update(a=1.0), "level that is not"),
    ],
)
def test_a_malformed_manifest_is_refused_with_the_field(
    model_dir: Path, edit: Callable[[dict[str, Any]], object], message: str
) -> None:
    change(model_dir, edit)
    with pytest.raises(ArtifactError, match=message):
        read_manifest(model_dir)


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00"])
def test_a_manifest_that_is_not_an_object_is_refused(
    model_dir: Path, text: str
) -> None:
    (model_dir / layout.MANIFEST).write_text(text)
    with pytest.raises(ArtifactError, match=r"manifest\.json"):
        read_manifest(model_dir)


def test_a_directory_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"no manifest\.json at its root"):
        read_manifest(tmp_path)
