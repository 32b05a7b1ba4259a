import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from artifact import layout
from artifact.archive import main, pack


def test_the_tar_holds_the_contents_at_its_root(
    model_dir: Path, tmp_path: Path
) -> None:
    pack(model_dir, tmp_path / layout.ARCHIVE)
    with tarfile.open(tmp_path / layout.ARCHIVE) as tar:
        assert tar.getnames() == layout.list_files(model_dir)
        assert "model.joblib" in tar.getnames()
        tar.extractall(tmp_path / "unpacked", filter="data")
    for name in layout.list_files(model_dir):
        unpacked = tmp_path / "unpacked" / name
        assert unpacked.read_bytes() == (model_dir / name).read_bytes()


def test_the_same_contents_give_the_same_bytes(model_dir: Path, tmp_path: Path) -> None:
    pack(model_dir, tmp_path / "first.tar.gz")
    for name in layout.list_files(model_dir):
        os.utime(model_dir / name, (1, 1))
    (model_dir / "code" / "__pycache__").mkdir()
    (model_dir / "code" / "__pycache__" / "inference.pyc").write_bytes(b"cache")
    pack(model_dir, tmp_path / "second.tar.gz")
    first, second = tmp_path / "first.tar.gz", tmp_path / "second.tar.gz"
    assert first.read_bytes() == second.read_bytes()


def test_a_failed_pack_leaves_the_previous_tar(
    model_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / layout.ARCHIVE
    target.write_bytes(b"previous")
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(layout, "list_files", lambda _: ["vanished"])
    with pytest.raises(FileNotFoundError):
        pack(model_dir, target)
    assert target.read_bytes() == b"previous"
    assert sorted(tmp_path.iterdir()) == before


Run = Callable[[Path], int]


@pytest.fixture
def run(model_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command for the artifact and a file to write; returns its exit status."""

    def run_with(archive: Path) -> int:
        arguments = ["--model-dir", str(model_dir), "--archive", str(archive)]
        monkeypatch.setattr("sys.argv", ["archive", *arguments])
        return main()

    return run_with


def test_the_command_packs_no_artifact_that_was_changed(
    run: Run, model_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (model_dir / "config.json").write_text("{}")
    assert run(tmp_path / "new.tar.gz") == 1
    assert not (tmp_path / "new.tar.gz").exists()
    assert "config.json has SHA-256" in capsys.readouterr().err


def test_the_command_says_what_it_wrote(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "new.tar.gz"
    assert run(target) == 0
    assert target.stat().st_size > 0
    assert capsys.readouterr().out.startswith(f"Wrote {target}, ")


def test_the_command_says_where_it_cannot_write(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "no" / "new.tar.gz") == 1
    assert "choose another place with --archive" in capsys.readouterr().err


def test_json_refuses_what_is_not_json() -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        layout.to_json({"average_precision": float("nan")})
