"""What a resource type's handler is, and where it is registered.

Handlers do what CloudFormation's own do: they call the service's public API, here this
very server's. To support another type, write a class with `create`, `update`, `delete`
and decorate it with `@handles("AWS::Service::Type", immutable={...}, applies={...})`.
"""

import contextlib
import random
import string
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError

from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.stack import Physical, Resource
from local_aws.server_state import Clients

SUFFIX_CHARACTERS = 12
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Request:
    """What a handler is called with.

    Attributes
    ----------
    properties
        The resource's properties, functions evaluated.
    cancelled
        Set when the stack's operation is to stop waiting.
    """

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    stack_name: str
    stack_id: str
    account: str
    tags: Mapping[str, str]
    clients: Clients
    cancelled: threading.Event

    def client(self, service: str) -> Any:  # noqa: ANN401
        """Return the boto3 client of a service in the stack's region."""
        return self.clients.client(service)

    def call(self, service: str, operation: str, **parameters: object) -> Any:  # noqa: ANN401
        """Call an operation, its parameters converted to the types of the API.

        Templates may hold numbers and booleans as text.
        """
        client = self.client(service)
        api_name = client.meta.method_to_api_mapping[operation]
        shape = client.meta.service_model.operation_model(api_name).input_shape
        return getattr(client, operation)(**_converted(parameters, shape))

    def name(self, name_property: str, max_characters: int) -> str:
        """Return the physical name that is asked for, or a generated one."""
        given = self.properties.get(name_property)
        return str(given) if given else self.generated_name(max_characters)

    def check_absent(self, name: str, find: Callable[[], object]) -> None:
        """Refuse to make what somebody else has made, where the service would adopt it.

        Parameters
        ----------
        find
            Looks for it: returns something empty, or raises ClientError, if there is
            none.
        """
        with contextlib.suppress(ClientError):
            if find():
                raise ResourceError(
                    f"Resource of type '{self.type}' with identifier '{name}' already "
                    "exists."
                )

    def generated_name(self, max_characters: int) -> str:
        """Return `<stack>-<logical id>-<random>`, shortened from its middle."""
        characters = string.ascii_letters + string.digits
        suffix = "".join(random.choices(characters, k=SUFFIX_CHARACTERS))  # noqa: S311
        room = max_characters - SUFFIX_CHARACTERS - 1
        stem = f"{self.stack_name}-{self.logical_id}"
        if len(stem) > room:
            stem = f"{self.stack_name[: room // 2 - 1]}-{self.logical_id}"[:room]
        return f"{stem}-{suffix}"

    def tag_list(self) -> list[dict[str, str]]:
        """Return the resource's tags and the stack's.

        CloudFormation's own (`aws:cloudformation:…`) are missing: the public API
        refuses them.
        """
        own = own_tags(self.properties)
        if reserved := [key for key in own if key.lower().startswith("aws:")]:
            raise ResourceError(
                f"Tag keys that begin with aws: are AWS's own, got {reserved[0]!r}."
            )
        tags = {**self.tags, **own}
        return [{"Key": key, "Value": value} for key, value in tags.items()]

    def tag_map(self) -> dict[str, str]:
        """Return the same tags as a mapping."""
        return {tag["Key"]: tag["Value"] for tag in self.tag_list()}

    def stale_tags(self, current: Resource) -> list[str]:
        """Return the keys of the tags that an update takes away."""
        return sorted(own_tags(current.properties).keys() - self.tag_map().keys())

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Poll until a condition holds.

        Raises
        ------
        ResourceError
            If the stack's operation is cancelled first.
        """
        while not condition():
            if self.cancelled.wait(POLL_SECONDS):
                raise ResourceError(f"Cancelled while waiting for {what}")
            time.sleep(0)


class Handler(Protocol):
    """Makes, changes and removes resources of one type.

    A handler raises botocore's ClientError, or ResourceError with its own words.
    """

    def create(self, request: Request) -> Physical:
        """Make the resource; return when it is ready."""

    def update(self, request: Request, current: Resource) -> Physical:
        """Change the resource's mutable properties to the request's."""

    def delete(self, request: Request, current: Resource) -> None:
        """Remove the resource; one that is gone is no error."""


@dataclass(frozen=True)
class Registration:
    """A handler, the properties whose change needs a new resource, and all it applies.

    Either is None for all that the type has, `immutable` without Tags.
    """

    handler: Handler
    immutable: frozenset[str] | None
    applies: frozenset[str] | None = None


REGISTRY: dict[str, Registration] = {}


def handles(
    *types: str, immutable: set[str] | None, applies: Iterable[str] | None = None
) -> Callable[[type[Any]], type[Any]]:
    """Register a handler class for resource types.

    Parameters
    ----------
    immutable
        Properties whose change replaces the resource; None for all but Tags.
    applies
        Properties that the handler applies, others are refused; None for all that
        CloudFormation's schema of the type has.
    """
    applied = None if applies is None else frozenset(applies)

    def register(handler: type[Any]) -> type[Any]:
        frozen = None if immutable is None else frozenset(immutable)
        for name in types:
            REGISTRY[name] = Registration(handler(), frozen, applied)
        return handler

    return register


def _converted(value: Any, shape: Any) -> Any:  # noqa: ANN401
    """Return a value with the types of a botocore shape."""
    kind = shape.type_name if shape else None
    if isinstance(value, dict):
        members = shape.members if kind == "structure" else {}
        other = shape.value if kind == "map" else None
        return {
            key: _converted(one, members.get(key, other)) for key, one in value.items()
        }
    if isinstance(value, list):
        member = shape.member if kind == "list" else None
        return [_converted(one, member) for one in value]
    if kind in SCALARS:
        # What does not convert goes on: botocore's own message names the parameter.
        with contextlib.suppress(ValueError):
            return SCALARS[kind](_text(value))
    return value


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


SCALARS: dict[str, Callable[[str], object]] = {
    "boolean": lambda text: text.lower() == "true",
    "double": float,
    "float": float,
    "integer": lambda text: int(float(text)),
    "long": lambda text: int(float(text)),
    "string": str,
}


def own_tags(properties: Mapping[str, Any]) -> dict[str, str]:
    """Return a resource's own tags, which templates give as a list or a mapping."""
    tags = properties.get("Tags") or properties.get("ResourceTags") or []
    if isinstance(tags, Mapping):
        return {str(key): str(value) for key, value in tags.items()}
    return {tag["Key"]: str(tag["Value"]) for tag in tags}


def require_only(path: str, value: Mapping[str, Any], *names: str) -> None:
    """Refuse what a handler does not apply of a property's parts.

    Raises
    ------
    ResourceError
        Naming the first.
    """
    for name in value:
        if name not in names:
            raise ResourceError(f"Local AWS does not apply {path}.{name}.")


def pick(properties: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the named properties that are set."""
    return {name: properties[name] for name in names if name in properties}
