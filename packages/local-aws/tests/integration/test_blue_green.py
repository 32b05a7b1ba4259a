"""Updates shift traffic step by step, lose no request, and roll back on an alarm.

Waits are a hundredth of what the requests say: local AWS's default time scale.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws.testing.load import asking_once, load
from local_aws.testing.running import LocalAws, alive, descendants, eventually
from local_aws.testing.sagemaker_resources import (
    BUCKET,
    IMAGE,
    ROLE,
    WSGI,
    ask,
    create_endpoint,
    create_model,
    exists,
    prepare,
    put_model,
    settled,
    unique,
    update_endpoint,
)
from local_aws.testing.stacks import (
    Template,
    deploy,
    given,
    reasons,
    stable,
    status,
)

INSTANCES = 10
LONG_SECONDS = 3600  # 36 seconds here: longer than any test takes to look.


@pytest.fixture
def alarm(local_aws: LocalAws) -> str:
    """An alarm that nothing has tripped."""
    name = unique("errors")
    local_aws.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    return name


@pytest.fixture
def pair(local_aws: LocalAws) -> Iterator[tuple[str, str]]:
    """An endpoint in service under its model's name, and another configuration."""
    old, new = unique("old"), unique("new")
    for name in (old, new):
        prepare(local_aws, name, InitialInstanceCount=INSTANCES)
    create_endpoint(local_aws, old, old)
    yield old, new
    settled(local_aws, old)
    local_aws.client("sagemaker").delete_endpoint(EndpointName=old)
    eventually(lambda: not exists(local_aws, old))


def deployment(
    kind: str, bake_seconds: int, *alarms: str, percent: int = 30
) -> dict[str, Any]:
    """Return a DeploymentConfig of the API."""
    routing: dict[str, Any] = {"Type": kind, "WaitIntervalInSeconds": bake_seconds}
    if kind == "CANARY":
        routing["CanarySize"] = {"Type": "CAPACITY_PERCENT", "Value": percent}
    config: dict[str, Any] = {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": routing,
            "TerminationWaitInSeconds": 50,
        }
    }
    if alarms:
        listed = [{"AlarmName": one} for one in alarms]
        config["AutoRollbackConfiguration"] = {"Alarms": listed}
    return config


def create_capturing_config(aws: LocalAws, name: str, percent: int) -> None:
    """Create a configuration that captures a part of the requests."""
    aws.client("sagemaker").create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": name,
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1,
            }
        ],
        DataCaptureConfig={
            "EnableCapture": True,
            "InitialSamplingPercentage": percent,
            "DestinationS3Uri": f"s3://{BUCKET}/captures",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        },
    )


def trip(aws: LocalAws, alarm: str) -> None:
    """Put an alarm into ALARM, as `aws cloudwatch set-alarm-state` does."""
    aws.client("cloudwatch").set_alarm_state(
        AlarmName=alarm, StateValue="ALARM", StateReason="too many errors"
    )


def start_update(aws: LocalAws, endpoint: str, config: str, **settings: Any) -> None:
    """Start an update and wait until the new fleet takes traffic."""
    aws.client("sagemaker").update_endpoint(
        EndpointName=endpoint, EndpointConfigName=config, **settings
    )
    eventually(lambda: stage(aws, endpoint) == "Baking")


def stage(aws: LocalAws, endpoint: str) -> str | None:
    """Return where an update stands, or None if there is none."""
    described = aws.client("sagemaker").describe_endpoint(EndpointName=endpoint)
    pending = described.get("PendingDeploymentSummary")
    if not pending:
        return None
    text: str = pending["ProductionVariants"][0]["VariantStatus"][0]["Status"]
    return text


def model_of(body: bytes) -> str:
    """Return which model answered."""
    name: str = json.loads(body)["model"]
    return name


def test_a_canary_gets_its_share_and_an_alarm_takes_it_back(
    local_aws: LocalAws, pair: tuple[str, str], alarm: str
) -> None:
    old, new = pair
    before = set(descendants(local_aws.process.pid))
    start_update(
        local_aws,
        old,
        new,
        DeploymentConfig=deployment("CANARY", LONG_SECONDS, alarm),
    )

    answered = [ask(local_aws, old)["model"] for _ in range(200)]
    described = local_aws.client("sagemaker").describe_endpoint(EndpointName=old)

    assert set(answered) == {old, new}
    # Three of ten instances: 0.3; five standard deviations of 200 draws are 0.16.
    assert 0.14 < answered.count(new) / 200 < 0.46
    assert described["EndpointStatus"] == "Updating"
    assert described["EndpointConfigName"] == old
    assert described["PendingDeploymentSummary"]["EndpointConfigName"] == new

    trip(local_aws, alarm)
    after = settled(local_aws, old)

    assert after["EndpointStatus"] == "InService"
    assert after["EndpointConfigName"] == old
    assert f"{alarm} (too many errors) is in state ALARM" in after["FailureReason"]
    assert {ask(local_aws, old)["model"] for _ in range(20)} == {old}
    eventually(lambda: set(descendants(local_aws.process.pid)) <= before)


def test_a_canary_that_bakes_in_peace_takes_over(
    local_aws: LocalAws, pair: tuple[str, str], alarm: str
) -> None:
    old, new = pair
    blue = descendants(local_aws.process.pid)
    asking = asking_once(local_aws, old, Body=b"hi")

    with load(asking) as answers:
        eventually(lambda: len(answers.bodies) > 5)
        after = update_endpoint(
            local_aws, old, new, DeploymentConfig=deployment("CANARY", 100, alarm)
        )
        switched = len(answers.bodies)
        eventually(lambda: len(answers.bodies) > switched + 5)

    assert answers.failures == []
    assert {model_of(body) for body in answers.bodies} == {old, new}
    assert after["EndpointConfigName"] == new
    assert "FailureReason" not in after
    assert {ask(local_aws, old)["model"] for _ in range(10)} == {new}
    gunicorn = {pid: one for pid, one in blue.items() if "gunicorn" in one}
    eventually(lambda: len(alive(gunicorn)) < len(gunicorn))


def test_a_rolled_back_update_loses_no_request(
    local_aws: LocalAws, pair: tuple[str, str], alarm: str
) -> None:
    old, new = pair

    with load(asking_once(local_aws, old, Body=b"hi")) as answers:
        start_update(
            local_aws,
            old,
            new,
            DeploymentConfig=deployment("CANARY", LONG_SECONDS, alarm, percent=50),
        )
        eventually(lambda: new in {model_of(body) for body in list(answers.bodies)})
        trip(local_aws, alarm)
        settled(local_aws, old)
        back = len(answers.bodies)
        eventually(lambda: len(answers.bodies) > back + 10)

    assert answers.failures == []
    # Two clients may each have had one answer under way.
    assert {model_of(body) for body in answers.bodies[back + 2 :]} == {old}


def test_the_last_deployment_s_guardrails_can_be_retained(
    local_aws: LocalAws, pair: tuple[str, str], alarm: str
) -> None:
    old, new = pair
    config = deployment("ALL_AT_ONCE", 0, alarm)
    update_endpoint(local_aws, old, new, DeploymentConfig=config)
    trip(local_aws, alarm)

    unguarded = update_endpoint(local_aws, old, old)
    assert unguarded["EndpointConfigName"] == old

    update_endpoint(local_aws, old, old, DeploymentConfig=deployment("ALL_AT_ONCE", 0))
    forgotten = update_endpoint(local_aws, old, new, RetainDeploymentConfig=True)
    assert forgotten["EndpointConfigName"] == new

    local_aws.client("cloudwatch").set_alarm_state(
        AlarmName=alarm, StateValue="OK", StateReason="mended"
    )
    update_endpoint(local_aws, old, old, DeploymentConfig=config)
    trip(local_aws, alarm)
    guarded_again = update_endpoint(local_aws, old, new, RetainDeploymentConfig=True)
    assert guarded_again["EndpointConfigName"] == old


def test_an_alarm_rolls_back_after_all_traffic_has_shifted(
    local_aws: LocalAws, pair: tuple[str, str], alarm: str
) -> None:
    old, new = pair
    config = deployment("ALL_AT_ONCE", LONG_SECONDS, alarm)
    start_update(local_aws, old, new, DeploymentConfig=config)
    assert {ask(local_aws, old)["model"] for _ in range(10)} == {new}

    # Each request takes a second, so there are always some under way.
    with load(asking_once(local_aws, old, Body=b"slow"), clients=4) as answers:
        eventually(lambda: len(answers.bodies) > 0)
        trip(local_aws, alarm)
        after = settled(local_aws, old)

    assert after["EndpointConfigName"] == old
    assert answers.failures == []
    assert {ask(local_aws, old)["model"] for _ in range(10)} == {old}


def test_an_alarm_that_is_already_in_alarm_rolls_back(
    local_aws: LocalAws, pair: tuple[str, str], alarm: str
) -> None:
    old, new = pair
    trip(local_aws, alarm)

    config = deployment("ALL_AT_ONCE", LONG_SECONDS, alarm)
    after = update_endpoint(local_aws, old, new, DeploymentConfig=config)

    assert after["EndpointConfigName"] == old
    assert alarm in after["FailureReason"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (deployment("CANARY", 0, "no-such-alarm"), "alarm 'no-such-alarm'"),
        (deployment("CANARY", 0, percent=60), "at most 50%"),
    ],
)
def test_guardrails_that_cannot_guard_are_refused_at_once(
    local_aws: LocalAws, pair: tuple[str, str], settings: dict[str, Any], message: str
) -> None:
    old, new = pair

    with pytest.raises(ClientError, match=message):
        update_endpoint(local_aws, old, new, DeploymentConfig=settings)

    assert settled(local_aws, old)["EndpointStatus"] == "InService"


def test_the_canary_is_part_of_the_retained_instances(
    local_aws: LocalAws, alarm: str
) -> None:
    """One instance allows no canary; four that were scaled to and retained do."""
    old, new = unique("old"), unique("new")
    for name in (old, new):
        prepare(local_aws, name, InitialInstanceCount=1)
    create_endpoint(local_aws, old, old)
    canary = deployment("CANARY", LONG_SECONDS, alarm, percent=25)
    local_aws.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=old,
        DesiredWeightsAndCapacities=[
            {"VariantName": "AllTraffic", "DesiredInstanceCount": 4}
        ],
    )

    with pytest.raises(ClientError, match="of the variant's 1 instances"):
        update_endpoint(local_aws, old, new, DeploymentConfig=canary)
    with pytest.raises(ClientError, match="of the variant's 1 instances"):
        update_endpoint(
            local_aws,
            old,
            new,
            DeploymentConfig=canary,
            RetainAllVariantProperties=True,
            ExcludeRetainedVariantProperties=[
                {"VariantPropertyType": "DesiredInstanceCount"}
            ],
        )
    start_update(
        local_aws, old, new, DeploymentConfig=canary, RetainAllVariantProperties=True
    )
    trip(local_aws, alarm)

    [variant] = settled(local_aws, old)["ProductionVariants"]
    assert variant["CurrentInstanceCount"] == 4


@pytest.mark.parametrize("excluded", [True, False])
def test_data_capture_is_retained_unless_excluded(
    local_aws: LocalAws,
    excluded: bool,
) -> None:
    old, new = unique("old"), unique("new")
    percents = {old: 10, new: 50}
    for name, percent in percents.items():
        create_model(local_aws, name, put_model(local_aws, name))
        create_capturing_config(local_aws, name, percent)
    create_endpoint(local_aws, old, old)

    exclusions = [{"VariantPropertyType": "DataCaptureConfig"}] if excluded else []
    after = update_endpoint(
        local_aws,
        old,
        new,
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=exclusions,
    )

    capture = after["DataCaptureConfig"]
    kept = new if excluded else old
    assert capture["CurrentSamplingPercentage"] == percents[kept]
    assert capture["CaptureStatus"] == "Started"
    assert capture["DestinationS3Uri"] == f"s3://{BUCKET}/captures"


def guarded(endpoint: str) -> Template:
    """Return a template with an endpoint whose updates an alarm of its own guards."""
    return {
        "Parameters": {"Uri": {"Type": "String"}},
        "Resources": {
            "Alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "Namespace": "AWS/SageMaker",
                    "MetricName": "Invocation5XXErrors",
                    "Statistic": "Sum",
                    "Period": 60,
                    "EvaluationPeriods": 1,
                    "Threshold": 5,
                    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                },
            },
            "Model": {
                "Type": "AWS::SageMaker::Model",
                "Properties": {
                    "ExecutionRoleArn": ROLE,
                    "PrimaryContainer": {
                        "Image": IMAGE,
                        "ModelDataUrl": {"Ref": "Uri"},
                        "Environment": WSGI,
                    },
                },
            },
            "Config": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {
                    "ProductionVariants": [
                        {
                            "VariantName": "AllTraffic",
                            "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
                            "InitialVariantWeight": 1,
                            "InitialInstanceCount": "2",
                            "InstanceType": "ml.m5.large",
                        }
                    ]
                },
            },
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "Properties": {
                    "EndpointName": endpoint,
                    "EndpointConfigName": {
                        "Fn::GetAtt": ["Config", "EndpointConfigName"]
                    },
                    "DeploymentConfig": deployment("CANARY", 200, percent=10)
                    | {
                        "AutoRollbackConfiguration": {
                            "Alarms": [{"AlarmName": {"Ref": "Alarm"}}]
                        }
                    },
                },
            },
        },
        "Outputs": {"Alarm": {"Value": {"Ref": "Alarm"}}},
    }


def test_an_alarm_rolls_the_stack_back_with_its_reason(local_aws: LocalAws) -> None:
    name = unique("guarded")
    template = guarded(name)
    stack = deploy(local_aws, name, template, Uri=put_model(local_aws, "one"))
    alarm = stack["Outputs"][0]["OutputValue"]
    client = local_aws.client("cloudformation")

    with load(asking_once(local_aws, name, Body=b"hi")) as answers:
        client.update_stack(
            StackName=name,
            TemplateBody=json.dumps(template),
            Parameters=given({"Uri": put_model(local_aws, "two")}),
        )
        eventually(lambda: stage(local_aws, name) == "Baking")
        trip(local_aws, alarm)
        ended = stable(local_aws, name)

    assert ended["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert (
        f"{alarm} (too many errors) is in state ALARM"
        in (reasons(local_aws, name)["Endpoint"])
    )
    assert answers.failures == []
    assert ask(local_aws, name)["model"] == "one"
    models = local_aws.client("sagemaker").list_models()["Models"]
    assert len([one for one in models if one["ModelName"].startswith(name)]) == 1

    local_aws.client("cloudwatch").set_alarm_state(
        AlarmName=alarm, StateValue="OK", StateReason="mended"
    )
    again = deploy(local_aws, name, template, Uri=put_model(local_aws, "two"))
    assert again["StackStatus"] == "UPDATE_COMPLETE"
    assert ask(local_aws, name)["model"] == "two"


def test_a_cancelled_stack_update_leaves_the_old_model_serving(
    local_aws: LocalAws,
) -> None:
    name = unique("cancelled")
    template = guarded(name)
    deploy(local_aws, name, template, Uri=put_model(local_aws, "one"))
    client = local_aws.client("cloudformation")
    client.update_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=given({"Uri": put_model(local_aws, "two")}),
    )
    eventually(lambda: stage(local_aws, name) == "Baking")

    with pytest.raises(ClientError, match="cannot be deleted while in status UPDATE"):
        client.delete_stack(StackName=name)
    client.cancel_update_stack(StackName=name)

    assert stable(local_aws, name)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert ask(local_aws, name)["model"] == "one"
    client.delete_stack(StackName=name)
    eventually(lambda: status(local_aws, name) is None, 60)
