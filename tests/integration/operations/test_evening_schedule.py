"""The evening schedule on local AWS: a real stack, a real role, a real clock."""

import json
from pathlib import Path
from typing import Any

import pytest
from local_aws.testing.running import LocalAws, eventually

from tests.integration.evening import bring_forward, live, soon, the_schedule

TEMPLATES = Path(__file__).parents[3] / "docs" / "templates" / "staging"
OBSERVABILITY = TEMPLATES / "fraud-staging-observability.template.json"
SCHEDULE_TYPES = ("AWS::IAM::", "AWS::Scheduler::")


def small_stack(client: Any, name: str) -> None:
    template = {
        "Resources": {
            "Rule": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": "{}"},
            }
        }
    }
    create(client, name, template)


def create(client: Any, name: str, template: dict[str, Any]) -> None:
    client.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM"],
    )
    client.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1}
    )


def schedule_template() -> dict[str, Any]:
    """Return the reviewed observability template, reduced to its schedule."""
    resources = json.loads(OBSERVABILITY.read_text())["Resources"]
    return {
        "Resources": {
            logical_id: resource
            for logical_id, resource in resources.items()
            if resource["Type"].startswith(SCHEDULE_TYPES)
        }
    }


@pytest.fixture
def evening(local_aws: LocalAws) -> Any:
    """Serving, storage and the schedule deployed; all gone afterwards."""
    cloudformation = local_aws.client("cloudformation")
    for unit in ("storage", "serving"):
        small_stack(cloudformation, f"fraud-staging-{unit}")
    create(cloudformation, "fraud-staging-observability", schedule_template())
    yield local_aws
    for name in live(cloudformation):
        cloudformation.delete_stack(StackName=name)
    eventually(lambda: not live(cloudformation))


def test_it_removes_the_serving_stack_and_leaves_the_others(evening: LocalAws) -> None:
    cloudformation = evening.client("cloudformation")
    schedule = the_schedule(evening.client("scheduler"))
    assert schedule["ScheduleExpression"] == "cron(0 20 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Brussels"
    bring_forward(evening.client("scheduler"))
    eventually(lambda: "fraud-staging-serving" not in live(cloudformation))
    assert live(cloudformation) == {
        "fraud-staging-storage",
        "fraud-staging-observability",
    }
    # The next evening finds nothing to delete, and does no harm.
    bring_forward(evening.client("scheduler"))
    eventually(lambda: len(calls(evening)) == 2)
    assert len(live(cloudformation)) == 2


def calls(server: LocalAws) -> list[str]:
    return [line for line in list(server.output) if "deleteStack" in line]


def failures(server: LocalAws) -> list[str]:
    return [line for line in list(server.output) if " failed: " in line]


def test_its_role_may_delete_no_other_stack(evening: LocalAws) -> None:
    cloudformation = evening.client("cloudformation")
    before = len(failures(evening))
    bring_forward(
        evening.client("scheduler"),
        Input=json.dumps({"StackName": "fraud-staging-storage"}),
    )
    eventually(lambda: len(failures(evening)) > before)
    assert "does not allow cloudformation:DeleteStack" in failures(evening)[-1]
    assert "fraud-staging-storage" in live(cloudformation)


def test_nobody_elses_schedule_may_use_its_role(evening: LocalAws) -> None:
    scheduler = evening.client("scheduler")
    target = the_schedule(scheduler)["Target"]
    before = len(failures(evening))
    scheduler.create_schedule(
        Name="intruder",
        ScheduleExpression=soon(),
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target,
    )
    eventually(lambda: len(failures(evening)) > before)
    assert "does not trust scheduler.amazonaws.com" in failures(evening)[-1]
    assert "fraud-staging-serving" in live(evening.client("cloudformation"))
    scheduler.delete_schedule(Name="intruder")
