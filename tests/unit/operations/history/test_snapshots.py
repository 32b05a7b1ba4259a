"""The seed is the job's own output, by the hash in the manifest, or nothing."""

import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from artifact.layout import sha256_of
from operations.account.errors import OperationError
from operations.history import snapshots
from operations.history.store import HistoryStore
from tests.unit.operations.history.stores import DEFINITION, SESSION, snapshot

URI = "s3://artifacts/job/output/model.tar.gz"


@pytest.fixture
def manifest(store: HistoryStore, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The manifest of the deployed artifact, in an account in memory."""
    SESSION.client("s3").create_bucket(
        Bucket="artifacts",
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
    )
    made = SimpleNamespace(history=None)
    stack = SimpleNamespace(parameters={"ModelArtifactUri": URI})
    monkeypatch.setattr(snapshots, "read_stack", lambda *_: stack)
    artifact = SimpleNamespace(manifest=made)
    monkeypatch.setattr(snapshots, "read_artifact", lambda *_: artifact)
    return made


def upload(file: Path, name: str = "history.npz") -> None:
    archive = file.with_name("output.tar.gz")
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(file, f"./{name}")
    SESSION.client("s3").upload_file(
        str(archive), "artifacts", "job/output/output.tar.gz"
    )


def section(file: Path) -> dict[str, Any]:
    return {**DEFINITION.as_dict(), "sha256": sha256_of(file)}


def test_the_output_of_the_job_is_the_seed(manifest: Any, tmp_path: Path) -> None:
    file = snapshot(tmp_path / "history.npz", days=[0, 3])
    upload(file)
    manifest.history = section(file)
    (tmp_path / "fetched").mkdir()
    definition, path = snapshots.fetch_snapshot(SESSION, "dev", tmp_path / "fetched")
    assert definition == DEFINITION
    assert path.read_bytes() == file.read_bytes()


def test_another_snapshot_is_refused(manifest: Any, tmp_path: Path) -> None:
    manifest.history = section(snapshot(tmp_path / "history.npz", days=[0, 3]))
    upload(snapshot(tmp_path / "history.npz", days=[0, 4]))
    with pytest.raises(OperationError, match="that the manifest names, found another"):
        snapshots.fetch_snapshot(SESSION, "dev", tmp_path)


def test_an_output_without_one_or_none_at_all_is_refused(
    manifest: Any, tmp_path: Path
) -> None:
    file = snapshot(tmp_path / "history.npz", days=[0])
    manifest.history = section(file)
    (tmp_path / "fetched").mkdir()
    with pytest.raises(OperationError, match="There is no object s3://artifacts/job"):
        snapshots.fetch_snapshot(SESSION, "dev", tmp_path / "fetched")
    upload(file, "other.npz")
    with pytest.raises(OperationError, match="found another or none"):
        snapshots.fetch_snapshot(SESSION, "dev", tmp_path / "fetched")


def test_a_model_without_entities_has_none(manifest: Any, tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="looks at no history; train one with"):
        snapshots.fetch_snapshot(SESSION, "dev", tmp_path)
