"""Reading the templates that synth wrote."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_app.naming import PROJECT


class TemplateError(Exception):
    """Templates that cannot be read or priced; the message says what to do."""


@dataclass(frozen=True)
class Resource:
    """One resource of one stack's template."""

    stack: str
    logical_id: str
    type: str
    properties: dict[str, Any]

    def number(self, name: str, default: float | None = None) -> float:
        """Return a numeric property; a string of digits counts as its number.

        Raises
        ------
        TemplateError
            If it is neither, for example a reference to a parameter, so that its
            cost cannot be known from the template.
        """
        return as_number(self.properties.get(name, default), f"{self.label}.{name}")

    @property
    def label(self) -> str:
        """``fraud-dev-serving.HostingConfig0C2D6E9F``."""
        return f"{self.stack}.{self.logical_id}"


def as_number(value: Any, where: str) -> float:  # noqa: ANN401 -- template JSON
    """Return a number that a template states literally, or raise TemplateError."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        return float(value if isinstance(value, str) else "")
    except ValueError:
        raise TemplateError(
            f"{where}: expected a number in the template, got {json.dumps(value)}; "
            "its cost is unknown: set it from the settings, not from a parameter."
        ) from None


def read_resources(directory: Path, environment: str) -> list[Resource]:
    """Return every resource of an environment's stacks, from ``directory``.

    Raises
    ------
    TemplateError
        If the directory holds no template of the environment, or a broken one.
    """
    paths = sorted(directory.glob(f"{PROJECT}-{environment}-*.template.json"))
    if not paths:
        raise TemplateError(
            f"templates: expected '{PROJECT}-{environment}-*.template.json' in "
            f"{directory}, got none; run 'npx cdk synth --quiet "
            f"-c env={environment}' first."
        )
    return [resource for path in paths for resource in _read_template(path)]


def _read_template(path: Path) -> list[Resource]:
    stack = path.name.removesuffix(".template.json")
    try:
        resources = json.loads(path.read_text(encoding="utf-8"))["Resources"]
        return [
            Resource(stack, logical_id, body["Type"], body.get("Properties", {}))
            for logical_id, body in resources.items()
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TemplateError(
            f"{path.name}: expected a CloudFormation template in JSON, got "
            f"{type(error).__name__}: {error}; run 'npx cdk synth' again."
        ) from None
