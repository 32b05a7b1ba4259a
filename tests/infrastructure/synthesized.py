"""The templates of one environment, ready to be asked."""

import json
from pathlib import Path
from typing import Any

from aws_cdk import App

from app import add_stacks
from cdk_app.settings import Settings

ROOT = Path(__file__).parents[2]
CONTEXT = json.loads((ROOT / "cdk.json").read_text())["context"]


class Synthesized:
    """The stacks of one environment."""

    def __init__(self, settings: Settings, outdir: Path) -> None:
        self.environment = settings.environment
        self.settings = settings
        app = App(
            context=CONTEXT,
            outdir=str(outdir),
            analytics_reporting=False,
            builtin_cloud_formation_validation=False,
        )
        add_stacks(app, settings)
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
