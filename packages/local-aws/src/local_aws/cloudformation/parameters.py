"""Parameters: what was given, checked against what the template declares."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from local_aws.cloudformation.errors import ValidationError

SSM_VALUE = "AWS::SSM::Parameter::Value<"


def given_values(
    given: Sequence[Mapping[str, Any]], previous: Mapping[str, str]
) -> dict[str, str]:
    """Return the values of a request's `Parameters` list.

    Parameters
    ----------
    given
        Items with `ParameterKey` and `ParameterValue` or `UsePreviousValue`.
    previous
        The stack's values, defaults included.
    """
    values = {}
    for item in given:
        key = item["ParameterKey"]
        if str(item.get("UsePreviousValue", "")).lower() == "true":
            if key not in previous:
                raise ValidationError(
                    f"Invalid input for parameter key {key}. Cannot specify "
                    f"usePreviousValue as true for a parameter key not in the previous "
                    f"template"
                )
            values[key] = previous[key]
        else:
            values[key] = item.get("ParameterValue", "")
    return values


def complete(template: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, str]:
    """Return a value for each declared parameter: the given one or its default.

    Raises
    ------
    ValidationError
        If one is missing, is not declared, or does not satisfy its constraints.
    """
    declared = template.get("Parameters", {})
    if unknown := [name for name in values if name not in declared]:
        raise ValidationError(
            f"Parameters: [{', '.join(unknown)}] do not exist in the template"
        )
    result = {}
    for name, declaration in declared.items():
        if name in values:
            result[name] = values[name]
        elif "Default" in declaration:
            result[name] = _text(declaration["Default"])
    if missing := [name for name in declared if name not in result]:
        raise ValidationError(f"Parameters: [{', '.join(missing)}] must have values")
    for name, value in result.items():
        _check(name, value, declared[name])
    return result


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check(name: str, value: str, declaration: Mapping[str, Any]) -> None:
    if declaration["Type"].startswith(SSM_VALUE):
        return  # The constraints are on the name, and CDK sets none.
    problem = None
    pattern = declaration.get("AllowedPattern")
    allowed = [_text(one) for one in declaration.get("AllowedValues", [])]
    if allowed and value not in allowed:
        problem = f"must be one of AllowedValues [{', '.join(allowed)}]"
    elif pattern and not re.fullmatch(pattern, value):
        problem = f"must match pattern {pattern}"
    elif len(value) < int(declaration.get("MinLength", 0)):
        problem = f"must contain at least {declaration['MinLength']} characters"
    elif len(value) > int(declaration.get("MaxLength", len(value))):
        problem = f"must contain at most {declaration['MaxLength']} characters"
    elif declaration["Type"] == "Number":
        problem = _number_problem(value, declaration)
    if problem:
        if description := declaration.get("ConstraintDescription"):
            problem = f"failed to satisfy constraint: {description}"
        raise ValidationError(f"Parameter '{name}' {problem}")


def _number_problem(value: str, declaration: Mapping[str, Any]) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "must be a number."
    if number < float(declaration.get("MinValue", number)):
        return f"must be a number not less than {declaration['MinValue']}"
    if number > float(declaration.get("MaxValue", number)):
        return f"must be a number not greater than {declaration['MaxValue']}"
    return None


def resolved(
    template: Mapping[str, Any],
    values: Mapping[str, str],
    ssm: Any,  # noqa: ANN401
) -> dict[str, str | list[str]]:
    """Return what `Ref` gives for each parameter: lists split, SSM values fetched."""
    result: dict[str, str | list[str]] = {}
    for name, declaration in template.get("Parameters", {}).items():
        value = values[name]
        kind = declaration["Type"]
        if kind.startswith(SSM_VALUE):
            value = _ssm_value(value, ssm)
        is_list = "List<" in kind or kind == "CommaDelimitedList"
        result[name] = [one.strip() for one in value.split(",")] if is_list else value
    return result


def _ssm_value(name: str, ssm: Any) -> str:  # noqa: ANN401
    try:
        return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])
    except ClientError as error:
        raise ValidationError(
            f"Unable to fetch parameters [{name}] from parameter store for this "
            f"account."
        ) from error
