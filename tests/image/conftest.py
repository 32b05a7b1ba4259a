"""One engine, one image, one registry for all tests; each ends with the run."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.image.docker import build
from operations.image.sources import read_sources
from tests.image.base import base_image
from tests.image.engine import (
    Engine,
    NoEngineError,
    running_engine,
    running_registry,
)
from tests.unit.serving.sample_artifact import write_artifact


@pytest.fixture(scope="session")
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fraud-image-") as path:
        yield Path(path)


@pytest.fixture(scope="session")
def engine(directory: Path) -> Iterator[Engine]:
    try:
        with running_engine(directory) as found:
            yield found
    except NoEngineError as error:
        pytest.exit(f"error: {error}", returncode=1)


@pytest.fixture(scope="session")
def registry(engine: Engine, directory: Path) -> Iterator[str]:
    with running_registry(engine, directory) as address:
        yield address


@pytest.fixture(scope="session")
def reference(engine: Engine, registry: str, directory: Path) -> str:
    """Name of the image, which has been built."""
    name = f"{registry}/fraud-serving:{read_sources().tag}"
    # Networks are for the build alone; the engine of the tests has no bridge.
    network = [] if engine.root is None else ["--network", "host"]
    base = base_image(engine, directory)
    build(engine, name, [*network, "--build-arg", f"BASE={base}"])
    return name


@pytest.fixture(scope="session")
def model(directory: Path) -> Path:
    path = directory / "model"
    path.mkdir()
    write_artifact(path)
    for file in [path, *path.rglob("*")]:
        file.chmod(0o755 if file.is_dir() else 0o644)
    return path
