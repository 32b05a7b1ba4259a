"""What can be set: every key with its type, unit, default, range and effect.

Read from the models, so that the reference (``docs/settings.md``) cannot differ from
what is accepted. Effects are CloudFormation's own, from its resource reference.
"""

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cdk_app.settings.fields import LOG_RETENTION_DAYS, DailyTime

#: Longest prefix of a key → what happens when its value changes.
EFFECTS: Mapping[str, str] = {
    "aws": "refused by CDK for stacks that exist: deploy elsewhere, destroy here",
    "storage": "in place",
    "encryption.customer_managed_key": (
        "true: in place, new objects take the key; false: refused while the key's "
        "export is used"
    ),
    "training": "the next job",
    "hosting.kind": "refused for an endpoint that exists: destroy serving first",
    "hosting": "EndpointConfig replaced, endpoint updated without interruption",
    "hosting.instance_type": (
        "EndpointConfig replaced, endpoint updated; refused while it scales"
    ),
    "hosting.network_isolation": "Model and EndpointConfig replaced, endpoint updated",
    "hosting.autoscaling": "in place",
    "hosting.deployment": "in place, for the next update",
    "hosting.rollback": "in place",
    "container": "Model and EndpointConfig replaced, endpoint updated",
    "data_capture": "EndpointConfig replaced, endpoint updated",
    "data_capture.expire_after_days": "in place",
    "network": "Model and EndpointConfig replaced, endpoint updated",
    "network.private_endpoint": "in place: the interface endpoint comes or goes",
    "network.route_table_ids": "in place: the gateway endpoint comes or goes",
    "history": "in place: the table and its secret come or go",
    "history.point_in_time_recovery": "in place",
    "alarms": "in place",
    "alarms.email": "subscription replaced: the new address confirms it",
    "logs": "in place",
    "cost": "in place",
    "review": "nothing deployed",
    "iam": "in place",
    "tags": "in place",
}
#: Values for keys that no shipped environment sets.
EXAMPLES: Mapping[str, str] = {
    "aws.account": '"123456789012"',
    "aws.region": '"eu-central-1"',
    "storage.artifacts_expire_after_days": "730",
    "training.encrypt_inter_container_traffic": "false",
    "hosting.provisioned_concurrency": "1",
    "hosting.network_isolation": "false",
    "hosting.rollback.invocations_per_minute": "100",
    "container.interface": '"wsgi"',
    "network.vpc_id": '"vpc-0123456789abcdef0"',
    "network.subnet_ids": '["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]',
    "network.security_group_ids": '["sg-0123456789abcdef0"]',
    "network.route_table_ids": '["rtb-0123456789abcdef0"]',
    "network.private_endpoint": "true",
    "history.point_in_time_recovery": "true",
    "alarms.email": '"fraud-team@example.com"',
    "alarms.fewest_invocations_per_hour": "1",
    "iam.permissions_boundary_arn": '"arn:aws:iam::123456789012:policy/Boundary"',
    "tags": 'CostCenter = "fraud"',
    "cost.destroy_serving_at": '"20:00 Europe/Brussels"',
}
#: Ends of names → units, longest first.
_UNITS = (
    ("_per_instance_per_minute", "invocations a minute"),
    ("_per_5_minutes", "errors in 5 minutes"),
    ("_per_minute", "a minute"),
    ("_per_hour", "an hour"),
    ("_seconds", "in seconds"),
    ("_percent", "in percent"),
    ("_days", "in days"),
    ("_usd", "in USD"),
    ("_gb", "in GB"),
    ("_mb", "in MB"),
    ("_ms", "in milliseconds"),
)
_CHOICE = "one of"
_TYPES: Mapping[object, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    DailyTime: "time and zone",
}


@dataclass(frozen=True)
class Setting:
    """One key of a settings file.

    Attributes
    ----------
    key
        Dotted, as an error names it: ``hosting.instance_type``.
    variant
        The ``kind`` that has the key, where only one has; else empty.
    default
        In TOML; empty where a value is required, ``none`` where it may be left out.
    """

    key: str
    variant: str
    type: str
    unit: str
    default: str
    range: str
    meaning: str

    @property
    def effect(self) -> str:
        """What happens to what is deployed when the value changes."""
        fitting = [
            prefix for prefix in EFFECTS if f"{self.key}.".startswith(f"{prefix}.")
        ]
        return EFFECTS[max(fitting, key=len)]

    @property
    def expected(self) -> str:
        """Type, range and unit in words: `whole number, 60 to 3600, in seconds`."""
        if self.type == _CHOICE:
            return " ".join(part for part in (self.type, self.range, self.unit) if part)
        return ", ".join(part for part in (self.type, self.range, self.unit) if part)


def settings_of(model: type[BaseModel]) -> list[Setting]:
    """Return every key once, those of tables within tables too."""
    found: dict[tuple[str, str], Setting] = {}
    for setting in _settings_of(model, ""):
        place = setting.key, setting.variant
        same = found.get(place)
        # Each variant of a table names itself by its own kind.
        found[place] = (
            replace(same, range=f"{same.range}, {setting.range}") if same else setting
        )
    return list(found.values())


def _settings_of(model: type[BaseModel], prefix: str) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        if key == "environment":
            continue
        sections = list(_sections(field.annotation))
        for section in sections:
            yield from _settings_of(section, f"{key}.")
        if not sections:
            yield _setting(key, name, field, _variant(model))


def _setting(key: str, name: str, field: FieldInfo, variant: str) -> Setting:
    kind, limits = _described(field.annotation, field.metadata)
    unit = next((unit for end, unit in _UNITS if name.endswith(end)), "")
    if name == "retention_days":
        limits = ", ".join(map(str, LOG_RETENTION_DAYS))
    return Setting(
        key=key,
        variant="" if name == "kind" else variant,
        type=kind,
        unit=unit,
        default=_default(field),
        range=limits,
        meaning=" ".join((field.description or "").split()),
    )


def example_of(setting: Setting) -> str:
    """Return a value for a key, in TOML: one of its own kind."""
    if setting.key in EXAMPLES:
        return EXAMPLES[setting.key]
    if setting.type == _TYPES[bool]:
        return "false" if setting.default == "true" else "true"
    if setting.type == _CHOICE:
        return setting.range.partition(", ")[0]
    numbers = re.findall(r"\d+(?:\.\d+)?", setting.range)
    if setting.type == _TYPES[float]:
        return str(float(numbers[-1]) / 2 if numbers and float(numbers[-1]) else 100.0)
    if setting.type == _TYPES[int] and numbers:
        return str(max(int(numbers[0]), min(int(numbers[-1]), 300)))
    return '"ml.m5.large"' if setting.key.endswith("instance_type") else '"…"'


def toml_value(value: object) -> str:
    """Return a setting's value as a settings file has it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{k} = {toml_value(v)}' for k, v in value.items())}}}"
    if isinstance(value, (str, DailyTime)):
        return f'"{value}"'
    return str(value)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    return toml_value(field.get_default(call_default_factory=True))


def _variant(model: type[BaseModel]) -> str:
    kind = model.model_fields.get("kind")
    return str(get_args(kind.annotation)[0]) if kind else ""


def _sections(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType, Annotated):
        for inner in get_args(annotation):
            yield from _sections(inner)


def _described(annotation: Any, metadata: list[Any]) -> tuple[str, str]:  # noqa: ANN401
    """Return the type in words, and the range that it has."""
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        metadata = [*metadata, *more]
    if get_origin(annotation) in (Union, types.UnionType):
        (inner,) = (one for one in get_args(annotation) if one is not type(None))
        return _described(inner, metadata)
    if get_origin(annotation) is Literal:
        return _CHOICE, ", ".join(map(toml_value, get_args(annotation)))
    limits = _limits(_flat(metadata))
    if get_origin(annotation) is tuple:
        inner, choices = _described(get_args(annotation)[0], [])
        of = f" of {choices}" if inner == _CHOICE else ""
        return f"list{of or ' of texts'}", limits
    if get_origin(annotation) is dict:
        return "table of texts", limits
    return _TYPES[annotation], limits


def _flat(metadata: list[Any]) -> Iterator[Any]:
    for item in metadata:
        if isinstance(item, FieldInfo):
            yield from item.metadata
        else:
            yield item


def _limits(metadata: Iterator[Any]) -> str:
    low = high = ""
    for item in metadata:
        if isinstance(item, annotated_types.Ge):
            low = f"{item.ge}"
        elif isinstance(item, annotated_types.Gt):
            low = f"more than {item.gt}"
        elif isinstance(item, annotated_types.Le):
            high = f"{item.le}"
        elif isinstance(item, annotated_types.Lt):
            high = f"less than {item.lt}"
    if low and high:
        if "than" in low + high:
            return f"{low}, {high if 'than' in high else f'up to {high}'}"
        return f"{low} to {high}"
    if low and not low.startswith("more"):
        return f"from {low}"
    return low or (f"up to {high}" if high else "")
