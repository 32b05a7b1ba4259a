"""What CloudFormation remembers of a stack."""

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow

from local_aws import server_state
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.template import Template

STACK_TYPE = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class Physical:
    """What a handler made: its id, and what Fn::GetAtt returns of it."""

    id: str
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Resource:
    """A resource that exists.

    Attributes
    ----------
    declaration
        Its part of the template, functions not evaluated.
    properties
        Its properties, functions evaluated.
    """

    logical_id: str
    type: str
    declaration: Mapping[str, Any]
    properties: Mapping[str, Any]
    physical: Physical
    status: str
    status_reason: str | None = None
    updated: datetime = field(default_factory=utcnow)


@dataclass(frozen=True)
class Event:
    """One line of a stack's history."""

    event_id: str
    logical_resource_id: str
    physical_resource_id: str
    resource_type: str
    resource_status: str
    resource_status_reason: str | None
    timestamp: datetime
    client_request_token: str | None


@dataclass(frozen=True)
class Output:
    """An output, and its export's name if it has one."""

    key: str
    value: str
    description: str | None
    export_name: str | None


@dataclass
class Stack:
    """A stack and its history."""

    stack_id: str
    name: str
    region: str
    account: str
    status: str = "REVIEW_IN_PROGRESS"
    status_reason: str | None = None
    template_body: str = ""
    template: Template = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    role_arn: str | None = None
    description: str | None = None
    termination_protection: bool = False
    notification_arns: list[str] = field(default_factory=list)
    capabilities: list[str] = field(default_factory=list)
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    created: datetime = field(default_factory=utcnow)
    updated: datetime | None = None
    deleted: datetime | None = None
    change_set_id: str | None = None
    request_token: str | None = None
    # Set to make a running operation stop and roll back, or stop and be deleted.
    cancelled: threading.Event = field(default_factory=threading.Event)
    # Set when no operation runs; each operation has its own.
    idle: threading.Event = field(default_factory=threading.Event)

    @property
    def in_progress(self) -> bool:
        """Whether an operation runs."""
        return self.status.endswith("_IN_PROGRESS") and (
            self.status != "REVIEW_IN_PROGRESS"
        )

    @property
    def being_deleted(self) -> bool:
        """Whether deletion has been asked for."""
        return self.status.startswith("DELETE_")

    def enter(self, status: str, reason: str | None = None) -> None:
        """Go into a status and note it."""
        self.status = status
        self.status_reason = reason
        self.note(self.name, self.stack_id, STACK_TYPE, status, reason)
        server_state.log.info(
            "stack %s: %s%s", self.name, status, f": {reason}" if reason else ""
        )

    def note(
        self,
        logical_id: str,
        physical_id: str,
        resource_type: str,
        status: str,
        reason: str | None = None,
    ) -> None:
        """Add an event."""
        self.events.append(
            Event(
                event_id=str(uuid.uuid4()),
                logical_resource_id=logical_id,
                physical_resource_id=physical_id,
                resource_type=resource_type,
                resource_status=status,
                resource_status_reason=reason,
                timestamp=utcnow(),
                client_request_token=self.request_token,
            )
        )


@dataclass(frozen=True)
class Change:
    """What an update would do to one resource."""

    action: str
    logical_id: str
    type: str
    physical_id: str | None = None
    replacement: str | None = None
    changed_properties: tuple[str, ...] = ()


@dataclass
class ChangeSet:
    """A reviewed set of changes."""

    change_set_id: str
    name: str
    type: str
    stack: Stack
    template_body: str
    template: Template
    parameters: dict[str, str]
    tags: dict[str, str]
    role_arn: str | None
    description: str | None
    capabilities: list[str]
    notification_arns: list[str]
    changes: list[Change]
    status: str = "CREATE_COMPLETE"
    execution_status: str = "AVAILABLE"
    status_reason: str | None = None
    created: datetime = field(default_factory=utcnow)


@dataclass(frozen=True)
class LiveResources:
    """Resources as they are at this moment of an operation."""

    existing: Mapping[str, Resource]

    def ref(self, logical_id: str) -> str:
        """Return the physical id."""
        return self._get(logical_id).physical.id

    def attribute(self, logical_id: str, name: str) -> object:
        """Return the attribute."""
        resource = self._get(logical_id)
        if name not in resource.physical.attributes:
            raise ValidationError(
                f"Requested attribute {name} does not exist in {logical_id}"
            )
        return resource.physical.attributes[name]

    def _get(self, logical_id: str) -> Resource:
        if logical_id not in self.existing:
            raise ValidationError(f"Unresolved resource dependency {logical_id}")
        return self.existing[logical_id]
