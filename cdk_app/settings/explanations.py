"""A settings file's mistakes, told in one sentence each."""

import difflib
import re
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cdk_app.settings.reference import example_of, settings_of

_NAMES_A_FIELD = re.compile(r"[a-z_.]+: expected ")


class SettingsError(Exception):
    """A settings file that cannot be used; the message is for its author."""


def explain(file: str, error: ValidationError, model: type[BaseModel]) -> str:
    """Return one sentence per mistake: file, field, expected, got, remedy."""
    return "\n".join(
        f"{file}: {_sentence(details, model)}" for details in error.errors()
    )


def _sentence(details: ErrorDetails, model: type[BaseModel]) -> str:
    path, section = _locate(details["loc"], model)
    field = ".".join(path)
    match details["type"]:
        case "extra_forbidden":
            return f"{field}: {_unknown_key(path[-1], section)}."
        case "missing":
            return f"{field}: {_missing(field, model)}."
        case "value_error":
            reason = details["msg"].removeprefix("Value error, ")
            return f"{_joined(field, reason)}."
        case "union_tag_invalid":
            expected = details["ctx"]["expected_tags"]
            got = details["ctx"]["tag"]
            return f"{field}.kind: expected {expected}, got {got!r}; use one of these."
        case "union_tag_not_found":
            return f"{field}.kind: {_missing(f'{field}.kind', model)}."
        case _:
            expected = details["msg"].removeprefix("Input should be ")
            return (
                f"{field}: expected {expected}, got {details['input']!r}; "
                "correct the value."
            )


def _missing(field: str, model: type[BaseModel]) -> str:
    """Say what a key takes, and a line that would do."""
    setting = next((one for one in settings_of(model) if one.key == field), None)
    if setting is None:
        return "expected a table, got none; add it to the file"
    line = f"{field.rpartition('.')[2]} = {example_of(setting)}"
    return f"expected a value ({setting.expected}), got none; add it, such as: {line}"


def _joined(field: str, reason: str) -> str:
    """Put the section before a reason that names its own field, or the field."""
    if not field:
        return reason
    return f"{field}{'.' if _NAMES_A_FIELD.match(reason) else ': '}{reason}"


def _unknown_key(key: str, section: type[BaseModel] | None) -> str:
    known = sorted(set(section.model_fields) - {"environment"}) if section else []
    near = difflib.get_close_matches(key, known, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else "remove it"
    return f"expected one of {', '.join(known)}, got the unknown key {key!r}; {remedy}"


def _locate(
    loc: tuple[int | str, ...], model: type[BaseModel]
) -> tuple[list[str], type[BaseModel] | None]:
    """Return the field's path without union tags, and the section it is in."""
    path: list[str] = []
    section: type[BaseModel] | None = model
    parts = list(loc)
    while parts:
        part = str(parts.pop(0))
        path.append(part)
        if not parts or section is None or part not in section.model_fields:
            continue
        choices = _sections(section.model_fields[part].annotation)
        tagged = {
            tag: choice
            for choice in choices
            if "kind" in choice.model_fields
            for tag in get_args(choice.model_fields["kind"].annotation)
        }
        if tagged:
            section = tagged.get(parts.pop(0)) if parts[0] in tagged else None
        else:
            section = choices[0] if choices else None
    return path, section


def _sections(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in get_args(annotation) for found in _sections(inner)]
