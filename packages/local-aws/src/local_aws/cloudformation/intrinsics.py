"""CloudFormation's functions and conditions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.template import SUB_REFERENCE

NO_VALUE = object()


class Resources(Protocol):
    """Where Ref and Fn::GetAtt of resources come from."""

    def ref(self, logical_id: str) -> str:
        """Return a resource's physical id."""

    def attribute(self, logical_id: str, name: str) -> object:
        """Return a resource's attribute."""


@dataclass(frozen=True)
class Scope:
    """All that functions refer to, outside the template's resources.

    Attributes
    ----------
    names
        Parameters and pseudo parameters by name.
    exports
        Values of other stacks' exports by name.
    """

    template: Mapping[str, Any]
    names: Mapping[str, object]
    exports: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Resolver:
    """Evaluates the functions in parts of one template."""

    scope: Scope
    resources: Resources

    def resolve(self, value: object) -> Any:  # noqa: ANN401
        """Return a value with all functions evaluated, and AWS::NoValue left out."""
        if isinstance(value, list):
            items = (self.resolve(item) for item in value)
            return [item for item in items if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if function := self._functions().get(name):
                return self._called(name, function, argument)
        for name in value:
            if str(name).startswith("Fn::"):
                raise ValidationError(
                    f"Template error: local AWS does not support {name}, or it stands "
                    "beside other members."
                )
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NO_VALUE}

    @staticmethod
    def _called(
        name: str,
        function: Callable[[Any], object],
        argument: Any,  # noqa: ANN401
    ) -> object:
        try:
            return function(argument)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise ValidationError(
                f"Template error: {name} does not take {str(argument)[:80]}."
            ) from error

    def condition(self, name: str) -> bool:
        """Return whether a named condition of the template holds."""
        conditions = self.scope.template.get("Conditions", {})
        if name not in conditions:
            raise ValidationError(
                f"Template error: unresolved condition dependency {name}."
            )
        return self.test(conditions[name])

    def test(self, expression: object) -> bool:
        """Return whether a condition's expression holds."""
        if not isinstance(expression, dict) or len(expression) != 1:
            raise ValidationError(f"Template error: {expression!r} is no condition.")
        operator, arguments = next(iter(expression.items()))
        if operator == "Condition":
            return self.condition(arguments)
        tests: dict[str, Callable[[], bool]] = {
            "Fn::And": lambda: all(self.test(one) for one in arguments),
            "Fn::Or": lambda: any(self.test(one) for one in arguments),
            "Fn::Not": lambda: not self.test(arguments[0]),
            "Fn::Equals": lambda: self._equal(*self.resolve(arguments)),
            "Fn::Contains": lambda: self._contains(*self.resolve(arguments)),
        }
        if operator not in tests:
            raise ValidationError(
                f"Template error: {operator} is no condition function."
            )
        return bool(self._called(operator, lambda _: tests[operator](), arguments))

    @staticmethod
    def _equal(left: object, right: object) -> bool:
        return text_of(left) == text_of(right)

    @staticmethod
    def _contains(values: list[object], value: object) -> bool:
        return text_of(value) in [text_of(one) for one in values]

    def _functions(self) -> dict[str, Callable[[Any], object]]:
        return {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Split": lambda pair: self.resolve(pair[1]).split(pair[0]),
            "Fn::Select": self._select,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
            "Fn::ImportValue": self._import_value,
            "Fn::GetAZs": self._availability_zones,
            "Fn::Base64": lambda text: base64.b64encode(
                str(self.resolve(text)).encode()
            ).decode(),
            "Fn::ToJsonString": lambda part: json.dumps(self.resolve(part)),
        }

    def _ref(self, name: str) -> object:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.scope.names:
            return self.scope.names[name]
        return self.resources.ref(name)

    def _get_att(self, argument: str | list[str]) -> object:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        return self.resources.attribute(parts[0], str(self.resolve(parts[1])))

    def _sub(self, argument: str | list[Any]) -> str:
        text, variables = (argument, {}) if isinstance(argument, str) else argument
        values = self.resolve(variables)

        def replace(name: str) -> str:
            if name in values:
                return text_of(values[name])
            if "." in name:
                return text_of(self._get_att(name))
            return text_of(self._ref(name))

        replaced = SUB_REFERENCE.sub(lambda match: replace(match[1]), text)
        return replaced.replace("${!", "${")

    def _join(self, argument: list[Any]) -> str:
        separator, items = argument
        values = self.resolve(items)
        if isinstance(values, str) and "KNOWN_AFTER_APPLY" not in values:
            raise TypeError(values)
        listed = [values] if isinstance(values, str) else values
        return str(separator).join(text_of(item) for item in listed)

    def _select(self, argument: list[Any]) -> object:
        index, items = self.resolve(argument)
        if 0 <= int(index) < len(items):
            return items[int(index)]
        # Part of an ARN, say, that a change set cannot know yet.
        if any("KNOWN_AFTER_APPLY" in str(item) for item in items):
            return items[-1]
        raise ValidationError(
            "Template error: Fn::Select cannot select nonexistent value at index "
            f"{index}"
        )

    def _find_in_map(self, argument: list[Any]) -> object:
        name, first, second, *default = argument
        keys = [str(self.resolve(key)) for key in (first, second)]
        mapping = self.scope.template.get("Mappings", {}).get(name, {})
        try:
            return mapping[keys[0]][keys[1]]
        except KeyError:
            if default:
                return self.resolve(default[0]["DefaultValue"])
            raise ValidationError(
                f"Template error: Unable to get mapping for "
                f"{name}::{keys[0]}::{keys[1]}"
            ) from None

    def _if(self, argument: list[Any]) -> object:
        name, then, otherwise = argument
        return self.resolve(then if self.condition(name) else otherwise)

    def _import_value(self, argument: object) -> str:
        name = str(self.resolve(argument))
        if name not in self.scope.exports:
            raise ValidationError(f"No export named {name} found.")
        return self.scope.exports[name]

    def _availability_zones(self, argument: object) -> list[str]:
        region = self.resolve(argument) or self.scope.names["AWS::Region"]
        return [f"{region}{letter}" for letter in "abc"]


def text_of(value: object) -> str:
    """Return a scalar as CloudFormation writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
