"""How a new model takes over, and what sends the endpoint back."""

from typing import Any

import pytest

from tests.infrastructure.synthesized import Synthesized

ENDPOINT = "AWS::SageMaker::Endpoint"
ALARM = "AWS::CloudWatch::Alarm"


def deployment(synthesized: Synthesized) -> dict[str, Any]:
    config = synthesized.the("serving", ENDPOINT)["DeploymentConfig"]
    assert isinstance(config, dict)
    return config


def alarm(synthesized: Synthesized, metric: str) -> dict[str, Any]:
    (found,) = (
        item["Properties"]
        for item in synthesized.resources("serving", ALARM).values()
        if item["Properties"]["MetricName"] == metric
    )
    assert isinstance(found, dict)
    return found


def test_canary_takes_a_share_then_the_rest(everything: Synthesized) -> None:
    assert deployment(everything)["BlueGreenUpdatePolicy"] == {
        "TrafficRoutingConfiguration": {
            "Type": "CANARY",
            "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 42},
            "WaitIntervalInSeconds": 430,
        },
        "TerminationWaitInSeconds": 440,
        "MaximumExecutionTimeoutInSeconds": 4500,
    }


def test_single_instance_shifts_all_at_once_and_is_still_watched(
    staging: Synthesized,
) -> None:
    routing = deployment(staging)["BlueGreenUpdatePolicy"][
        "TrafficRoutingConfiguration"
    ]
    assert routing["Type"] == "ALL_AT_ONCE"
    assert "CanarySize" not in routing
    assert routing["WaitIntervalInSeconds"] > 0
    assert deployment(staging)["AutoRollbackConfiguration"]["Alarms"]


@pytest.mark.parametrize("name", ["staging", "prod", "everything"])
def test_every_alarm_of_the_stack_rolls_back_and_precedes_the_endpoint(
    name: str, request: pytest.FixtureRequest
) -> None:
    """By reference, so that the alarms exist before the first deployment."""
    synthesized: Synthesized = request.getfixturevalue(name)
    rollback = deployment(synthesized)["AutoRollbackConfiguration"]["Alarms"]
    alarms = synthesized.resources("serving", ALARM)
    assert [item["AlarmName"]["Ref"] for item in rollback] == list(alarms)
    assert 2 <= len(alarms) <= 10  # SageMaker takes ten


@pytest.mark.parametrize("name", ["staging", "prod", "everything"])
def test_the_endpoint_s_role_may_read_its_rollback_alarms_and_no_others(
    name: str, request: pytest.FixtureRequest
) -> None:
    """SageMaker reads the alarms as this role; without it none rolls back."""
    synthesized: Synthesized = request.getfixturevalue(name)
    policy = synthesized.the("serving", "AWS::IAM::ManagedPolicy")["PolicyDocument"]
    (statement,) = (
        one for one in policy["Statement"] if one["Sid"] == "WatchRollbackAlarms"
    )
    assert statement["Action"] == "cloudwatch:DescribeAlarms"
    readable = {one["Fn::GetAtt"][0] for one in statement["Resource"]}
    assert readable == set(synthesized.resources("serving", ALARM))


def test_rollback_alarms_watch_this_endpoint(environment: Synthesized) -> None:
    for item in environment.resources("serving", ALARM).values():
        assert item["Properties"]["Namespace"] == "AWS/SageMaker"
        assert {
            dimension["Name"]: dimension["Value"]
            for dimension in item["Properties"]["Dimensions"]
        } == {
            "EndpointName": f"fraud-{environment.environment}",
            "VariantName": "AllTraffic",
        }
        assert item["Properties"]["Period"] == 60


def test_server_errors_roll_back(everything: Synthesized) -> None:
    errors = alarm(everything, "Invocation5XXErrors")
    assert errors["Statistic"] == "Sum"
    assert errors["Threshold"] == 46
    assert errors["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert errors["TreatMissingData"] == "notBreaching"


def test_latency_rolls_back_in_microseconds(everything: Synthesized) -> None:
    latency = alarm(everything, "ModelLatency")
    assert latency["ExtendedStatistic"] == "p99"
    assert latency["Threshold"] == 47_500  # 47.5 ms
    assert latency["TreatMissingData"] == "notBreaching"


def test_silence_rolls_back_only_where_there_is_always_traffic(
    everything: Synthesized, prod: Synthesized
) -> None:
    silence = alarm(everything, "Invocations")
    assert silence["Threshold"] == 48
    assert silence["ComparisonOperator"] == "LessThanThreshold"
    assert silence["TreatMissingData"] == "breaching"
    metrics = {
        item["Properties"]["MetricName"]
        for item in prod.resources("serving", ALARM).values()
    }
    assert "Invocations" not in metrics
