"""What CloudFormation may do when it deploys a stack: policies from the templates.

The actions are those that the schemas of the templates' resource types name; the
resources are narrowed by the names that CloudFormation generates.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from cdk_app.naming import PROJECT
from review.assembly import Templates
from review.schemas import deployment_actions

# Managed policies hold 6,144 characters, white space not counted.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LONGEST_POLICY = 6144

# By service: what its actions may touch. SageMaker's models and configurations and
# SSM's parameters get generated names that do not start with the stack's.
RESOURCES: Mapping[str, tuple[str, ...]] = {
    "application-autoscaling": (
        "arn:aws:application-autoscaling:*:*:scalable-target/*",
    ),
    "budgets": (f"arn:aws:budgets::*:budget/{PROJECT}-*",),
    "cloudwatch": (
        f"arn:aws:cloudwatch:*:*:alarm:{PROJECT}-*",
        "arn:aws:cloudwatch::*:dashboard/*",
    ),
    "ec2": (
        "arn:aws:ec2:*:*:route-table/*",
        "arn:aws:ec2:*:*:security-group/*",
        "arn:aws:ec2:*:*:subnet/*",
        "arn:aws:ec2:*:*:vpc-endpoint/*",
        "arn:aws:ec2:*:*:vpc/*",
    ),
    "ecr": (f"arn:aws:ecr:*:*:repository/{PROJECT}-*",),
    "iam": (
        f"arn:aws:iam::*:policy/{PROJECT}-*",
        f"arn:aws:iam::*:role/{PROJECT}-*",
    ),
    "kms": ("arn:aws:kms:*:*:key/*",),
    "lambda": (f"arn:aws:lambda:*:*:function:{PROJECT}-*",),
    "logs": (
        f"arn:aws:logs:*:*:log-group:/aws/lambda/{PROJECT}-*",
        f"arn:aws:logs:*:*:log-group:/aws/sagemaker/Endpoints/{PROJECT}-*",
    ),
    "s3": (f"arn:aws:s3:::{PROJECT}-*", "arn:aws:s3:::cdk-hnb659fds-assets-*"),
    "sagemaker": (
        f"arn:aws:sagemaker:*:*:endpoint/{PROJECT}-*",
        "arn:aws:sagemaker:*:*:endpoint-config/*",
        "arn:aws:sagemaker:*:*:model/*",
    ),
    "scheduler": (
        f"arn:aws:scheduler:*:*:schedule-group/{PROJECT}-*",
        f"arn:aws:scheduler:*:*:schedule/{PROJECT}-*/*",
    ),
    "sns": (f"arn:aws:sns:*:*:{PROJECT}-*",),
    "ssm": ("arn:aws:ssm:*:*:parameter/CFN-*",),
}
_SCALING_ROLE = (
    "arn:aws:iam::*:role/aws-service-role/"
    "sagemaker.application-autoscaling.amazonaws.com/*"
)
# Actions that AWS defines without a resource.
_WITHOUT_RESOURCE = frozenset(
    {
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:DescribeScheduledActions",
        "cloudwatch:GetMetricData",
        "kms:CreateKey",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
    }
)


# SageMaker lets itself use the key of an endpoint's volumes by a grant that it makes
# as whoever creates the endpoint; no schema of CloudFormation's says so.
# https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html
_GRANT_TO_SAGEMAKER = {
    "Sid": "KmsGrants",
    "Effect": "Allow",
    "Action": ["kms:CreateGrant"],
    "Resource": RESOURCES["kms"][0],
    "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
}


def deployment_policy(templates: Templates) -> dict[str, Any]:
    """Return the policy that CloudFormation needs to deploy these stacks.

    Raises
    ------
    KeyError
        If a resource type is of a service that ``RESOURCES`` does not know.
    """
    resources = dict(RESOURCES)
    types = {
        resource["Type"]
        for template in templates.values()
        for resource in template["Resources"].values()
    }
    services = {service_of(type_) for type_ in types}
    known = {"iam", "kms"} | {service for service in services if service}
    actions = {
        action
        for type_ in types
        for action in deployment_actions(type_)
        if action.partition(":")[0] in known
    }
    if "lambda" in known:
        actions |= {"s3:GetObject", "s3:GetObjectVersion", "lambda:InvokeFunction"}
    if "application-autoscaling" in known:
        resources["iam"] = (*resources["iam"], _SCALING_ROLE)
    narrow = actions - _WITHOUT_RESOURCE
    statements = [
        _statement(service, _of(service, narrow), resources[service])
        for service in sorted({action.partition(":")[0] for action in narrow})
    ]
    if _has_encrypted_volumes(templates):
        statements.append(_GRANT_TO_SAGEMAKER)
    wide = sorted(actions & _WITHOUT_RESOURCE)
    if wide:
        statements.append(_statement("without-resource", wide, ("*",)))
    return {"Version": "2012-10-17", "Statement": statements}


def _has_encrypted_volumes(templates: Templates) -> bool:
    return any(
        resource["Type"] == "AWS::SageMaker::EndpointConfig"
        and "KmsKeyId" in resource.get("Properties", {})
        for template in templates.values()
        for resource in template["Resources"].values()
    )


def service_of(resource_type: str) -> str | None:
    """Return the IAM prefix of a resource type's service; none for ``Custom::``."""
    provider, _, rest = resource_type.partition("::")
    if provider != "AWS":
        return None
    service = rest.partition("::")[0].lower()
    return {"applicationautoscaling": "application-autoscaling"}.get(service, service)


def _of(service: str, actions: Iterable[str]) -> list[str]:
    return sorted(action for action in actions if action.startswith(f"{service}:"))


def _statement(
    name: str, actions: list[str], resources: tuple[str, ...]
) -> dict[str, Any]:
    return {
        "Sid": name.title().replace("-", ""),
        "Effect": "Allow",
        "Action": actions,
        "Resource": sorted(resources) if len(resources) > 1 else resources[0],
    }
