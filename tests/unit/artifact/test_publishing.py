"""A name is there at every moment, and killed processes leave nothing for long."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from artifact import publishing
from artifact.publishing import publish_directory, staging_directory

ROOT = Path(__file__).parents[3]


def make(path: Path, text: str) -> Path:
    path.mkdir()
    (path / "manifest.json").write_text(text)
    return path


def test_the_name_is_never_gone(tmp_path: Path) -> None:
    target = make(tmp_path / "out", "0")
    missing: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            if not (target / "manifest.json").is_file():
                missing.append(1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(300):
        with staging_directory(target) as staging:
            publish_directory(make(staging / "new", str(number)), target)
    done.set()
    watcher.join()
    assert not missing
    assert (target / "manifest.json").read_text() == "299"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("exchanges", [True, False])
def test_what_was_there_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool
) -> None:
    if not exchanges:
        monkeypatch.setattr(publishing, "_exchange", lambda *_: False)
    target = make(tmp_path / "out", "old")
    with staging_directory(target) as staging:
        publish_directory(make(staging / "new", "new"), target)
    assert (target / "manifest.json").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    target = tmp_path / "out"
    program = (
        "import pathlib, sys, time\n"
        "from artifact.publishing import staging_directory\n"
        "with staging_directory(pathlib.Path(sys.argv[1])) as path:\n"
        "    (path / 'half').write_text('half')\n"
        "    print(path, flush=True)\n"
        "    time.sleep(120)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(target)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        with staging_directory(target) as own:
            assert own != left
            assert left.is_dir(), "its process lives"
        process.send_signal(signal.SIGKILL)
        process.wait(60)
    finally:
        process.kill()
        process.wait()
    assert left.is_dir()
    with staging_directory(target):
        assert not left.exists()


@pytest.mark.parametrize("name", [".out-backup", ".out.staging-mine", ".outer"])
def test_directories_of_other_names_are_left_alone(tmp_path: Path, name: str) -> None:
    other = make(tmp_path / name, "mine")
    with staging_directory(tmp_path / "out"):
        pass
    assert other.is_dir()
