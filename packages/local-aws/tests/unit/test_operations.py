"""Stacks are created, updated, rolled back and deleted in the right order."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from local_aws.cloudformation.deletion import delete_stack
from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.intrinsics import Scope
from local_aws.cloudformation.operations import Operation
from local_aws.cloudformation.plan import changes
from local_aws.cloudformation.resources.base import REGISTRY, Registration, Request
from local_aws.cloudformation.stack import Output, Physical, Resource, Stack
from local_aws.cloudformation.submission import Target
from local_aws.cloudformation.template import Template, parse
from local_aws.server_state import Clients

TYPE = "Test::Thing"
CLIENTS = Clients("http://localhost:1", "us-east-1")


@dataclass
class Things:
    """A handler that keeps its resources in memory and fails on request."""

    values: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    made: int = 0

    def create(self, request: Request) -> Physical:
        self._fail(request, "create")
        self.made += 1
        name = f"{request.logical_id}-{self.made}"
        self.values[name] = request.properties.get("Value")
        self.log.append(f"create {name}")
        if request.properties.get("Unstable"):
            raise ResourceError("did not become ready", name)
        return Physical(name, {"Value": self.values[name]})

    def update(self, request: Request, current: Resource) -> Physical:
        self._fail(request, "update")
        self.values[current.physical.id] = request.properties.get("Value")
        self.log.append(f"update {current.physical.id}")
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        self._fail(request, "delete")
        self.values.pop(current.physical.id, None)
        self.log.append(f"delete {current.physical.id}")

    def _fail(self, request: Request, verb: str) -> None:
        if request.properties.get("Fail") == verb:
            raise ResourceError(f"cannot {verb}")


@pytest.fixture
def things() -> Iterator[Things]:
    handler = Things()
    REGISTRY[TYPE] = Registration(handler, frozenset({"Key"}))
    yield handler
    del REGISTRY[TYPE]


def thing(**settings: Any) -> dict[str, Any]:
    attributes = ("DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Condition")
    given = {name: settings.pop(name) for name in attributes if name in settings}
    return {"Type": TYPE, "Properties": settings, **given}


def template(outputs: dict[str, Any] | None = None, **resources: Any) -> Template:
    return parse(json.dumps({"Resources": resources, "Outputs": outputs or {}}))


def new_stack() -> Stack:
    return Stack("arn:stack/s/1", "s", "us-east-1", "123456789012")


def run(stack: Stack, verb: str, wanted: Template, **settings: Any) -> Stack:
    target = Target(json.dumps(wanted), wanted, {}, Scope(wanted, {}), set())

    def check(outputs: list[Output], imports: set[str]) -> None:
        """Accept all."""

    Operation(stack, CLIENTS, target, check, **settings).run(verb)
    return stack


def created(**resources: Any) -> Stack:
    stack = run(new_stack(), "CREATE", template(**resources))
    assert stack.status == "CREATE_COMPLETE"
    return stack


def ids(stack: Stack) -> dict[str, str]:
    return {name: one.physical.id for name, one in stack.resources.items()}


def test_resources_are_created_after_those_that_they_need(things: Things) -> None:
    created(Late=thing(Value={"Ref": "Early"}), Early=thing())

    assert things.log == ["create Early-1", "create Late-2"]
    assert things.values["Late-2"] == "Early-1"


def test_outputs_are_resolved(things: Things) -> None:
    outputs = {
        "Id": {"Value": {"Ref": "A"}, "Export": {"Name": "shared"}},
        "Attribute": {"Value": {"Fn::GetAtt": ["A", "Value"]}},
    }

    stack = run(new_stack(), "CREATE", template(outputs, A=thing(Value="x")))

    assert stack.outputs == [
        Output("Id", "A-1", None, "shared"),
        Output("Attribute", "x", None, None),
    ]


def test_a_failed_create_leaves_nothing_and_says_why(things: Things) -> None:
    stack = run(
        new_stack(),
        "CREATE",
        template(A=thing(), B=thing(Fail="create", DependsOn="A")),
    )

    assert stack.status == "ROLLBACK_COMPLETE"
    assert things.values == {}
    assert stack.resources == {}
    failed = [one for one in stack.events if one.resource_status == "CREATE_FAILED"]
    assert [one.resource_status_reason for one in failed] == ["cannot create"]
    reasons = [one.resource_status_reason or "" for one in stack.events]
    assert any("failed to create: [B]" in reason for reason in reasons)


def test_what_was_made_before_its_failure_is_removed(things: Things) -> None:
    stack = run(new_stack(), "CREATE", template(A=thing(Unstable=True)))

    assert stack.status == "ROLLBACK_COMPLETE"
    assert things.log == ["create A-1", "delete A-1"]


def test_a_create_without_rollback_keeps_what_is_there(things: Things) -> None:
    stack = run(
        new_stack(),
        "CREATE",
        template(A=thing(), B=thing(Fail="create", DependsOn="A")),
        disable_rollback=True,
    )

    assert stack.status == "CREATE_FAILED"
    assert set(things.values) == {"A-1"}


def test_an_update_touches_only_what_changed(things: Things) -> None:
    stack = created(A=thing(Value=1), B=thing(Value=1))
    things.log.clear()

    run(stack, "UPDATE", template(A=thing(Value=1), B=thing(Value=2)))

    assert stack.status == "UPDATE_COMPLETE"
    assert things.log == ["update B-2"]


def test_an_immutable_property_makes_a_new_resource_and_then_drops_the_old(
    things: Things,
) -> None:
    stack = created(A=thing(Key=1), User=thing(Value={"Ref": "A"}))
    things.log.clear()

    run(stack, "UPDATE", template(A=thing(Key=2), User=thing(Value={"Ref": "A"})))

    assert things.log == ["create A-3", "update User-2", "delete A-1"]
    assert things.values == {"A-3": None, "User-2": "A-3"}


def test_a_failed_update_restores_what_was_there(things: Things) -> None:
    stack = created(A=thing(Key=1, Value=1), B=thing(Value=1, DependsOn="A"))
    before = ids(stack)

    run(
        stack,
        "UPDATE",
        template(
            A=thing(Key=2, Value=1),
            New=thing(DependsOn="A"),
            B=thing(Value=2, Fail="update", DependsOn="New"),
        ),
    )

    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert ids(stack) == before
    assert things.values == {"A-1": 1, "B-2": 1}
    assert "New" not in stack.template["Resources"]


def test_removed_resources_are_deleted_last_and_do_not_fail_the_update(
    things: Things,
) -> None:
    stack = created(A=thing(), Stubborn=thing(Fail="delete"))

    run(stack, "UPDATE", template(B=thing()))

    assert stack.status == "UPDATE_COMPLETE"
    assert set(stack.resources) == {"B"}
    assert things.log[-2:] == ["create B-3", "delete A-1"]


def test_retained_resources_stay(things: Things) -> None:
    keep = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    stack = created(A=thing(Key=1, **keep), B=thing(**keep))

    run(stack, "UPDATE", template(A=thing(Key=2, **keep)))
    assert set(things.values) == {"A-1", "B-2", "A-3"}

    assert delete_stack(stack, CLIENTS)
    assert set(things.values) == {"A-1", "B-2", "A-3"}


def test_deletion_goes_in_reverse_order(things: Things) -> None:
    stack = created(A=thing(), B=thing(Value={"Ref": "A"}), C=thing(Value={"Ref": "B"}))
    things.log.clear()

    assert delete_stack(stack, CLIENTS)
    assert things.log == ["delete C-3", "delete B-2", "delete A-1"]


def test_what_cannot_be_deleted_keeps_what_it_needs(things: Things) -> None:
    stack = created(
        A=thing(),
        B=thing(Value={"Ref": "A"}, Fail="delete"),
        Other=thing(),
    )

    assert not delete_stack(stack, CLIENTS)
    assert stack.status == "DELETE_FAILED"
    assert "failed to delete: [B]" in (stack.status_reason or "")
    assert set(stack.resources) == {"A", "B"}


def test_a_cancelled_update_rolls_back(things: Things) -> None:
    stack = created(A=thing(Value=1))
    stack.cancelled.set()

    run(stack, "UPDATE", template(A=thing(Value=2)))

    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert things.values == {"A-1": 1}


def test_a_change_set_follows_a_replacement_to_all_that_depends_on_it(
    things: Things,
) -> None:
    stack = created(
        Model=thing(Key="old.tar.gz"),
        Config=thing(Key={"Ref": "Model"}),
        Endpoint=thing(Value={"Ref": "Config"}),
        Aside=thing(Value=1),
    )
    wanted = template(
        Model=thing(Key="new.tar.gz"),
        Config=thing(Key={"Ref": "Model"}),
        Endpoint=thing(Value={"Ref": "Config"}),
        Aside=thing(Value=1),
    )

    planned = changes(stack, wanted, Scope(wanted, {}))

    assert [(one.logical_id, one.action, one.replacement) for one in planned] == [
        ("Model", "Modify", "True"),
        ("Config", "Modify", "True"),
        ("Endpoint", "Modify", "False"),
    ]
    assert planned[2].changed_properties == ("Value",)
