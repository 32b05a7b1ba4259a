"""What the demo says is left, in an account with more than a page of it."""

import json

import boto3
from moto import mock_aws

from demo.leftovers import remaining

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_REGION": "eu-west-1",
}


@mock_aws
def test_stacks_beyond_the_first_page_are_named() -> None:
    cloudformation = boto3.client("cloudformation", region_name="eu-west-1")
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    names = {f"fraud-{number}" for number in range(52)}
    for name in names:
        cloudformation.create_stack(StackName=name, TemplateBody=template)
    assert len(cloudformation.describe_stacks()["Stacks"]) < len(names)

    assert set(remaining(ENVIRONMENT)["stacks other than bootstrap's"]) == names
