"""`docker build` of a build: by Docker where an engine runs, else its files packed."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from local_aws.codebuild.buildspec import Build, BuildError
from local_aws.containers.container import LaunchError
from local_aws.containers.dockerfile import stage

_ENGINE_SECONDS = 10


def image_id(build: Build, sources: Path, log: Callable[[str], None]) -> str:
    """Build an image and return its id, `sha256:` and 64 digits.

    Without an engine the id is that of the files that the Dockerfile copies out of
    what its ignore file lets through; nothing is run.

    Raises
    ------
    BuildError
        If it cannot be built.
    """
    if _engine_answers():
        return _by_docker(build, sources, log)
    with tempfile.TemporaryDirectory() as directory:
        try:
            stage(sources / build.dockerfile, sources / build.context, Path(directory))
        except LaunchError as error:
            raise BuildError(str(error)) from error
        paths = [path for path in sorted(Path(directory).rglob("*")) if path.is_file()]
        digest = hashlib.sha256((sources / build.dockerfile).read_bytes())
        for path in paths:
            digest.update(f"{path.relative_to(directory)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        log(f"No Docker engine here: {len(paths)} files packed, none of RUN was run.")
    return f"sha256:{digest.hexdigest()}"


def _engine_answers() -> bool:
    if not shutil.which("docker"):
        return False
    try:
        done = subprocess.run(
            ["docker", "info", "--format", "{{.ServerVersion}}"],  # noqa: S607
            capture_output=True,
            timeout=_ENGINE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and bool(done.stdout.strip())


def _by_docker(build: Build, sources: Path, log: Callable[[str], None]) -> str:
    with subprocess.Popen(  # noqa: S603 - the build's own command
        build.words,
        cwd=sources,
        env={**os.environ, "DOCKER_BUILDKIT": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            log(line.rstrip())
    if process.returncode:
        raise BuildError(f"docker build ended with status {process.returncode}")
    inspected = subprocess.run(  # noqa: S603
        ["docker", "image", "inspect", "--format", "{{.Id}}", build.tag],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    )
    return inspected.stdout.strip()
