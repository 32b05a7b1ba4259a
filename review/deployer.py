"""What CloudFormation may do when it deploys a stack: policies from the templates.

The actions are those that the schemas of the templates' resource types name, and what
AWS documents beside them; the resources are narrowed by the names that CloudFormation
generates. Which actions take a resource is IAM's own table.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from cdk_app.naming import PROJECT
from review.assembly import Templates
from review.schemas import deployment_actions, takes_resource

# By service: what its actions may touch. SageMaker's models and configurations and
# SSM's parameters get generated names that do not start with the stack's.
RESOURCES: Mapping[str, tuple[str, ...]] = {
    "application-autoscaling": (
        "arn:aws:application-autoscaling:*:*:scalable-target/*",
    ),
    "budgets": (f"arn:aws:budgets::*:budget/{PROJECT}-*",),
    "cloudwatch": (
        f"arn:aws:cloudwatch:*:*:alarm:{PROJECT}-*",
        f"arn:aws:cloudwatch::*:dashboard/{PROJECT}-*",
    ),
    "codebuild": (f"arn:aws:codebuild:*:*:project/{PROJECT}-*",),
    "dynamodb": (f"arn:aws:dynamodb:*:*:table/{PROJECT}-*",),
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
        f"arn:aws:logs:*:*:log-group:/aws/codebuild/{PROJECT}-*",
        f"arn:aws:logs:*:*:log-group:/aws/lambda/{PROJECT}-*",
        f"arn:aws:logs:*:*:log-group:/aws/sagemaker/Endpoints/{PROJECT}-*",
    ),
    "s3": (f"arn:aws:s3:::{PROJECT}-*", "arn:aws:s3:::cdk-*-assets-*"),
    "sagemaker": (
        f"arn:aws:sagemaker:*:*:endpoint/{PROJECT}-*",
        "arn:aws:sagemaker:*:*:endpoint-config/*",
        "arn:aws:sagemaker:*:*:model/*",
    ),
    "scheduler": (
        f"arn:aws:scheduler:*:*:schedule-group/{PROJECT}-*",
        f"arn:aws:scheduler:*:*:schedule/{PROJECT}-*/*",
    ),
    # CloudFormation begins a secret's name with the logical id, not with the stack's.
    "secretsmanager": ("arn:aws:secretsmanager:*:*:secret:HistoryHashKey*",),
    "sns": (f"arn:aws:sns:*:*:{PROJECT}-*",),
    "ssm": ("arn:aws:ssm:*:*:parameter/CFN-*",),
}
_SCALING_ROLE = (
    "arn:aws:iam::*:role/aws-service-role/"
    "sagemaker.application-autoscaling.amazonaws.com/*"
)
# Listed with a resource that is not the metric: it reads any metric.
_NOT_NARROWED = frozenset({"cloudwatch:GetMetricData"})
# Named by the schema of policies; ours are attached to roles only.
OF_USERS = frozenset(
    {
        *("iam:AttachGroupPolicy", "iam:DetachGroupPolicy"),
        *("iam:AttachUserPolicy", "iam:DetachUserPolicy"),
    }
)
# Named by the schema of tables, for replicas and imports; ours have neither, and who
# deploys reads and writes no history.
OF_REPLICAS = frozenset(
    {
        "dynamodb:AssociateTableReplica",
        "dynamodb:BatchWriteItem",
        "dynamodb:CreateTableReplica",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:ImportTable",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:UpdateItem",
    }
)
# Whoever may call these takes a permissions boundary off, or makes a role without it.
OF_BOUNDARIES = frozenset(
    {"iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"}
)
_BOUNDED = ("iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary")
# Every template's parameter BootstrapVersion is read with CloudFormation's own role,
# whatever the qualifier that the account was bootstrapped with.
_BOOTSTRAP_VERSION = {
    "Sid": "BootstrapVersion",
    "Effect": "Allow",
    "Action": ["ssm:GetParameters"],
    "Resource": "arn:aws:ssm:*:*:parameter/cdk-bootstrap/*/version",
}
# Application Auto Scaling acts as whoever registers the target: it sets the endpoint's
# capacity and keeps its alarms. No schema says so.
# https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html
_SCALE_ENDPOINT = {
    "Sid": "ScaleEndpoint",
    "Effect": "Allow",
    "Action": [
        "sagemaker:DescribeEndpoint",
        "sagemaker:UpdateEndpointWeightsAndCapacities",
    ],
    "Resource": f"arn:aws:sagemaker:*:*:endpoint/{PROJECT}-*",
}
_SCALING_ALARMS = {
    "Sid": "ScalingAlarms",
    "Effect": "Allow",
    "Action": [
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:PutMetricAlarm",
    ],
    "Resource": f"arn:aws:cloudwatch:*:*:alarm:TargetTracking-endpoint/{PROJECT}-*",
}
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
# Secrets Manager encrypts as whoever creates the secret; no schema says so.
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
_ENCRYPT_SECRET = {
    "Sid": "EncryptSecret",
    "Effect": "Allow",
    "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
    "Resource": RESOURCES["kms"][0],
    "Condition": {"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}},
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
    actions -= OF_USERS | OF_BOUNDARIES | OF_REPLICAS
    boundary = _boundary(templates)
    if boundary:
        actions -= {*_BOUNDED}
    if "lambda" in known:
        actions |= {"s3:GetObject", "s3:GetObjectVersion", "lambda:InvokeFunction"}
    if "application-autoscaling" in known:
        resources["iam"] = (*resources["iam"], _SCALING_ROLE)
    wide = sorted(
        action
        for action in actions
        if action in _NOT_NARROWED or not takes_resource(action)
    )
    narrow = actions.difference(wide)
    statements = [
        _statement(service, _of(service, narrow), resources[service])
        for service in sorted({action.partition(":")[0] for action in narrow})
    ]
    encrypted = _encrypted(templates)
    if "AWS::SageMaker::EndpointConfig" in encrypted:
        statements.append(_GRANT_TO_SAGEMAKER)
    if "AWS::SecretsManager::Secret" in encrypted:
        statements.append(_ENCRYPT_SECRET)
    if boundary:
        statements.append(_roles_within(boundary))
    if "application-autoscaling" in known:
        statements += [_SCALE_ENDPOINT, _SCALING_ALARMS]
    statements.append(_BOOTSTRAP_VERSION)
    if wide:
        statements.append(_statement("without-resource", wide, ("*",)))
    return {"Version": "2012-10-17", "Statement": statements}


def _boundary(templates: Templates) -> str | None:
    """Return the boundary that the templates' roles have, if they have one."""
    return next(
        (
            resource["Properties"]["PermissionsBoundary"]
            for template in templates.values()
            for resource in template["Resources"].values()
            if "PermissionsBoundary" in resource.get("Properties", {})
        ),
        None,
    )


def _roles_within(boundary: str) -> dict[str, Any]:
    """Allow what makes and arms roles only while they have the boundary."""
    return {
        "Sid": "RolesWithinBoundary",
        "Effect": "Allow",
        "Action": [*_BOUNDED],
        "Resource": f"arn:aws:iam::*:role/{PROJECT}-*",
        "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary}},
    }


def _encrypted(templates: Templates) -> set[str]:
    """Return the types of the resources whose `KmsKeyId` names a key."""
    return {
        resource["Type"]
        for template in templates.values()
        for resource in template["Resources"].values()
        if "KmsKeyId" in resource.get("Properties", {})
    }


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
