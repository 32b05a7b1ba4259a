"""ARNs of resources that a policy names before, or without, their construct."""

from aws_cdk import Aws


def log_group_arn(name: str) -> str:
    """Return the ARN of a log group."""
    return f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:{name}"


def ec2_arn(resource: str) -> str:
    """Return the ARN of an EC2 resource such as ``subnet/subnet-0123``."""
    return f"arn:{Aws.PARTITION}:ec2:{Aws.REGION}:{Aws.ACCOUNT_ID}:{resource}"
