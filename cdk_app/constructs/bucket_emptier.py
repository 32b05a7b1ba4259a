"""Keeps the Lambda function that empties buckets on destroy within bounds."""

from aws_cdk import CfnResource, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct, IConstruct

from cdk_app.constructs.permissions import log_group_arn
from cdk_app.constructs.roles import Policy

_PROVIDER = "Custom::S3AutoDeleteObjectsCustomResourceProvider"


class BucketEmptier(Construct):
    """Gives CDK's bucket-emptying function a log group that goes with the stack.

    By default the function may create log groups, so its own stays behind for ever.
    Here the stack owns the group, and the function's role may only write to it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        retention: logs.RetentionDays,
    ) -> None:
        super().__init__(scope, construct_id)
        provider = Stack.of(self).node.find_child(_PROVIDER)
        function = _resource(provider, "Handler")
        role = _resource(provider, "Role")
        log_group = logs.LogGroup(
            self,
            "LogGroup",
            log_group_name=f"/aws/lambda/{function.ref}",
            retention=retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        # Not the log group's ARN: it names the function, which needs this role first.
        functions = f"/aws/lambda/{Stack.of(self).stack_name}-*"
        policy = Policy(
            self,
            "WriteLogs",
            description="Log of the function that empties buckets on destroy.",
            statements=[
                iam.PolicyStatement(
                    sid="WriteOwnLogs",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[f"{log_group_arn(functions)}:*"],
                )
            ],
        ).policy
        # CDK's function refers to the role already.
        function.add_deletion_override("DependsOn")
        role.add_property_override("ManagedPolicyArns", [policy.managed_policy_arn])
        for resource in _custom_resources(Stack.of(self)):
            resource.node.add_dependency(log_group)


def _resource(provider: IConstruct, name: str) -> CfnResource:
    child = provider.node.find_child(name)
    assert isinstance(child, CfnResource)  # noqa: S101 -- narrows a jsii type
    return child


def _custom_resources(stack: Stack) -> list[CfnResource]:
    return [
        found
        for found in stack.node.find_all()
        if isinstance(found, CfnResource)
        and found.cfn_resource_type == "Custom::S3AutoDeleteObjects"
    ]
