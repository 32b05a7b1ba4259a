"""What a resource type's properties may be: the schemas that cfn-lint carries.

Only names are checked. Templates may hold numbers and booleans as text, and what a
value must be is for the service to say.
"""

import functools
import json
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

DEFAULT_REGION = "us-east-1"


def known(resource_type: str, region: str) -> bool:
    """Return whether CloudFormation has a type in a region."""
    return resource_type in _types(region)


def create_only(resource_type: str) -> frozenset[str]:
    """Return the properties whose change needs a new resource."""
    paths = _schema(resource_type, DEFAULT_REGION).get("createOnlyProperties", [])
    return frozenset(path.split("/")[2] for path in paths)


def problems(
    resource_type: str, properties: Mapping[str, Any], region: str
) -> list[str]:
    """Return what CloudFormation refuses of a resource's properties, in its words.

    Nothing is known of custom resources, and of types that cfn-lint does not have.
    """
    schema = _schema(resource_type, region)
    return list(_problems(schema, schema, properties, "#"))


def _problems(
    root: Mapping[str, Any], part: Mapping[str, Any], value: object, path: str
) -> Iterator[str]:
    part = _resolved(root, part)
    if expected := _other_container(part, value):
        yield f"{path}: expected type: {expected}"
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _problems(root, part.get("items", {}), one, f"{path}/{index}")
    if not isinstance(value, Mapping) or "properties" not in part:
        return
    declared = part["properties"]
    for name, one in value.items():
        if name in declared:
            yield from _problems(root, declared[name], one, f"{path}/{name}")
        elif part.get("additionalProperties") is False and not _any_name(part):
            yield f"{path}: extraneous key [{name}] is not permitted"
    for name in part.get("required", []):
        if name not in value:
            yield f"{path}: required key [{name}] not found"


def _other_container(part: Mapping[str, Any], value: object) -> str | None:
    """Return what a list or map should be, if it should be something else."""
    declared = part.get("type", [])
    types = {declared} if isinstance(declared, str) else set(declared)
    found = {"list": "array", "dict": "object"}.get(type(value).__name__)
    if not types or found is None or found in types:
        return None
    names = {"array": "JSONArray", "object": "JSONObject"}
    return f"{names.get(min(types), min(types).title())}, found: {names[found]}"


def _any_name(part: Mapping[str, Any]) -> bool:
    return "patternProperties" in part


def _resolved(root: Mapping[str, Any], part: object) -> Mapping[str, Any]:
    """Follow references to the schema's definitions."""
    while isinstance(part, Mapping) and "$ref" in part:
        names = part["$ref"].removeprefix("#/").split("/")
        part = functools.reduce(lambda found, name: found.get(name, {}), names, root)
    return part if isinstance(part, Mapping) else {}


def _folder() -> Path:
    # Not imported: cfn-lint takes a second, and its data is all that is wanted.
    spec = find_spec("cfnlint")
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError("cfn-lint")
    return Path(spec.submodule_search_locations[0]) / "data" / "schemas"


@functools.cache
def _types(region: str) -> Mapping[str, str]:
    path = _folder() / "providers" / f"{region}.json"
    if not path.is_file():
        return _types(DEFAULT_REGION)
    types: Mapping[str, str] = json.loads(path.read_bytes())
    return types


@functools.cache
def _schema(resource_type: str, region: str) -> Mapping[str, Any]:
    name = _types(region).get(resource_type)
    if name is None:
        return {}
    path = _folder() / "resources" / f"{name}.json"
    schema: Mapping[str, Any] = json.loads(path.read_bytes())
    return schema
