"""What a stack's request may not ask, and what a stack may not take over."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws.testing.running import LocalAws
from local_aws.testing.sagemaker_resources import unique
from local_aws.testing.stacks import deploy

TOPIC = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}


@pytest.mark.parametrize(
    ("request_members", "message"),
    [
        ({"StackName": "bad_name"}, "regular expression pattern"),
        ({"StackName": "x" * 129}, "(?s)regular expression pattern|less than or equal"),
        ({"Tags": [{"Key": "aws:mine", "Value": "x"}]}, "aws: prefixed tag key"),
        (
            {"Tags": [{"Key": f"k{number}", "Value": "x"} for number in range(51)]},
            "less than or equal to 50",
        ),
        (
            {"TemplateBody": json.dumps({**TOPIC, "Metadata": {"x": "y" * 51_200}})},
            "less than or equal to 51200",
        ),
    ],
)
def test_requests_that_aws_refuses_are_refused(
    local_aws: LocalAws, request_members: dict[str, Any], message: str
) -> None:
    request = {
        "StackName": unique("refused"),
        "TemplateBody": json.dumps(TOPIC),
        **request_members,
    }
    with pytest.raises(ClientError, match=message):
        local_aws.client("cloudformation").create_stack(**request)


@pytest.mark.parametrize("token", ["abc", "-1"])
def test_a_page_that_there_is_not_is_refused(local_aws: LocalAws, token: str) -> None:
    name = unique("pages")
    deploy(local_aws, name, TOPIC)
    with pytest.raises(ClientError, match="Invalid pagination token"):
        local_aws.client("cloudformation").describe_stack_events(
            StackName=name, NextToken=token
        )


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({"a": "b"}, "expected type: JSONArray, found: JSONObject"),
        ([{"Key": "aws:x", "Value": "y"}], "AWS's own"),
    ],
)
def test_tags_that_aws_refuses_fail_the_resource(
    local_aws: LocalAws, tags: object, message: str
) -> None:
    name = unique("tags")
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"Tags": tags}}
    stack = deploy(local_aws, name, {"Resources": {"Topic": topic}})
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert message in reasons(local_aws, name)


ALARM = {
    "AlarmName": "taken",
    "MetricName": "m",
    "Namespace": "n",
    "Period": 60,
    "EvaluationPeriods": 1,
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 1,
    "Statistic": "Sum",
}
RULE = {"Name": "taken", "ScheduleExpression": "rate(1 day)"}
#: Services that take a second request of the same name for one more of the first.
TAKEN: dict[str, tuple[dict[str, Any], Callable[[LocalAws], object]]] = {
    "AWS::S3::Bucket": (
        {"BucketName": "taken-bucket"},
        lambda aws: aws.client("s3").create_bucket(Bucket="taken-bucket"),
    ),
    "AWS::SNS::Topic": (
        {"TopicName": "taken"},
        lambda aws: aws.client("sns").create_topic(Name="taken"),
    ),
    "AWS::CloudWatch::Alarm": (
        ALARM,
        lambda aws: aws.client("cloudwatch").put_metric_alarm(**ALARM),
    ),
    "AWS::CloudWatch::Dashboard": (
        {"DashboardName": "taken", "DashboardBody": "{}"},
        lambda aws: aws.client("cloudwatch").put_dashboard(
            DashboardName="taken", DashboardBody="{}"
        ),
    ),
    "AWS::Events::Rule": (RULE, lambda aws: aws.client("events").put_rule(**RULE)),
    "AWS::SQS::Queue": (
        {"QueueName": "taken"},
        lambda aws: aws.client("sqs").create_queue(QueueName="taken"),
    ),
}


@pytest.mark.parametrize("resource_type", TAKEN)
def test_a_stack_takes_nothing_over_that_it_did_not_make(
    local_aws: LocalAws, resource_type: str
) -> None:
    """Rolled back, it would delete what is another's."""
    properties, make = TAKEN[resource_type]
    make(local_aws)
    name = unique("taking")
    resource = {"Type": resource_type, "Properties": properties}

    stack = deploy(local_aws, name, {"Resources": {"Taken": resource}})

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "already exists" in reasons(local_aws, name)
    again = deploy(local_aws, unique("again"), {"Resources": {"Taken": resource}})
    assert again["StackStatus"] == "ROLLBACK_COMPLETE", "the rollback deleted it"


def reasons(aws: LocalAws, stack: str) -> str:
    events = aws.client("cloudformation").describe_stack_events(StackName=stack)
    return "; ".join(
        event.get("ResourceStatusReason", "") for event in events["StackEvents"]
    )
