"""Synthesizes every environment once per test session."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from app import add_stacks
from cdk_app import settings

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ("dev", "staging", "prod")


class Synthesized:
    """The stacks of one environment."""

    def __init__(self, environment: str, outdir: Path) -> None:
        self.environment = environment
        self.settings = settings.load(environment)
        context = json.loads((ROOT / "cdk.json").read_text())["context"]
        app = App(
            context=context,
            outdir=str(outdir),
            analytics_reporting=False,
            builtin_cloud_formation_validation=False,
        )
        add_stacks(app, self.settings)
        self.assembly = app.synth()

    @property
    def units(self) -> list[str]:
        prefix = f"fraud-{self.environment}-"
        return [stack.stack_name.removeprefix(prefix) for stack in self.assembly.stacks]

    def stack(self, unit: str) -> Any:
        return self.assembly.get_stack_by_name(f"fraud-{self.environment}-{unit}")

    def json(self, unit: str) -> dict[str, Any]:
        path = Path(self.stack(unit).template_full_path)
        template: dict[str, Any] = json.loads(path.read_text())
        return template

    def template(self, unit: str) -> Template:
        return Template.from_json(self.json(unit))

    def resources(self, unit: str, resource_type: str) -> dict[str, dict[str, Any]]:
        return {
            logical_id: resource
            for logical_id, resource in self.json(unit)["Resources"].items()
            if resource["Type"] == resource_type
        }

    def the(self, unit: str, resource_type: str) -> dict[str, Any]:
        """Return the properties of the only resource of this type."""
        (resource,) = self.resources(unit, resource_type).values()
        properties: dict[str, Any] = resource["Properties"]
        return properties


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Synthesized]:
    return {
        name: Synthesized(name, tmp_path_factory.mktemp(name)) for name in ENVIRONMENTS
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
