"""Synthesizes every environment once per test session."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from cdk_app import settings
from cdk_app.settings import HistorySettings
from tests.infrastructure.synthesized import Synthesized

ENVIRONMENTS = ("dev", "staging", "prod")
VARIATIONS = Path(__file__).parent / "variations"


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Synthesized]:
    return {
        name: Synthesized(settings.load(name), tmp_path_factory.mktemp(name))
        for name in ENVIRONMENTS
    }


@pytest.fixture(params=ENVIRONMENTS)
def environment(
    request: pytest.FixtureRequest, environments: Mapping[str, Synthesized]
) -> Synthesized:
    return environments[request.param]


@pytest.fixture
def dev(environments: Mapping[str, Synthesized]) -> Synthesized:
    return environments["dev"]


@pytest.fixture
def staging(environments: Mapping[str, Synthesized]) -> Synthesized:
    return environments["staging"]


@pytest.fixture
def prod(environments: Mapping[str, Synthesized]) -> Synthesized:
    return environments["prod"]


def variation(tmp_path_factory: pytest.TempPathFactory, name: str) -> Synthesized:
    """Synthesize ``tests/infrastructure/variations/<name>.toml``."""
    chosen = settings.load(name, VARIATIONS)
    return Synthesized(chosen, tmp_path_factory.mktemp(name))


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """Instances with every option that an environment file knows."""
    return variation(tmp_path_factory, "everything")


@pytest.fixture(scope="session")
def serverless(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """A serverless endpoint with every option that it knows."""
    return variation(tmp_path_factory, "serverless")


@pytest.fixture(scope="session")
def project_image(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """A serverless endpoint that runs the project's own image."""
    return variation(tmp_path_factory, "projectimage")


@pytest.fixture(scope="session")
def dev_history(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """Dev with a table of histories."""
    return with_history(tmp_path_factory, "dev", recovery=False)


@pytest.fixture(scope="session")
def prod_history(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """Prod with a table of histories, under the environment's own key."""
    return with_history(tmp_path_factory, "prod", recovery=True)


def with_history(
    tmp_path_factory: pytest.TempPathFactory, name: str, *, recovery: bool
) -> Synthesized:
    section = HistorySettings(point_in_time_recovery=recovery)
    chosen = settings.load(name).model_copy(update={"history": section})
    return Synthesized(chosen, tmp_path_factory.mktemp(f"{name}-history"))
