"""The image's files alone, read-only and as another user, serve a model.

Docker is not needed: the files are copied as ``serving/Dockerfile`` copies them.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.serving.running import Server, wait_until
from tests.unit.serving.image_files import ROOT, copied_files
from tests.unit.serving.sample_artifact import write_artifact

NOBODY = 65534


def unprivileged() -> tuple[list[str], int | None]:
    """How to start a process that may not write here: a prefix, and another user.

    Root becomes another user where that user can reach the interpreter, and gives
    up its capabilities elsewhere.
    """
    if os.geteuid() != 0:
        return [], None
    interpreter = Path(sys.executable).resolve()
    if all(folder.stat().st_mode & 0o001 for folder in interpreter.parents):
        return [], NOBODY
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all"], None


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """/opt/program of the image, as far as files go."""
    directory = tmp_path / "program"
    for path in copied_files():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, directory / path)
    build = [sys.executable, "-m", "artifact.scoring.native"]
    if shutil.which("cc"):
        subprocess.run(build, cwd=directory, check=True, capture_output=True)
    compile_all = [sys.executable, "-m", "compileall", "-q", str(directory)]
    subprocess.run(compile_all, check=True)
    write_artifact_to = tmp_path / "model"
    write_artifact_to.mkdir()
    write_artifact(write_artifact_to)
    for path in [tmp_path, *tmp_path.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return directory


def test_the_copied_files_serve_read_only_as_another_user(
    program: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = {path: path.stat().st_mtime_ns for path in program.rglob("*")}
    log = tmp_path_factory.mktemp("log") / "log"
    prefix, user = unprivileged()
    with log.open("w") as output:
        process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "serving", "serve", "--port", "0"],
            cwd="/",
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(program),
                "PYTHONDONTWRITEBYTECODE": "1",
                "FRAUD_MODEL_DIR": str(program.parent / "model"),
            },
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            extra_groups=[] if user else None,
            user=user,
            group=user,
        )
    try:
        wait_until(
            lambda: "Serving on" in log.read_text() or process.poll() is not None
        )
        assert process.poll() is None, log.read_text()
        port = int(log.read_text().partition("0.0.0.0:")[2].split()[0])
        server = Server(process, port, log)
        server.wait_until_healthy()
        status, _ = server.request(
            "POST", "/invocations", b'{"Hour": 3, "V1": 0.25, "Amount": 12.5}'
        )
        assert status == 200
        assert server.stop() == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert {path: path.stat().st_mtime_ns for path in program.rglob("*")} == before
