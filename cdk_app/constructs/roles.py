"""Roles, and the customer-managed policies that they have from their first moment."""

from collections.abc import Iterable, Sequence

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_app.constructs.findings import accept, flat
from cdk_app.wildcards import reason_for


class Policy(Construct):
    """A managed policy; its wildcards are accepted if each has a listed reason."""

    policy: iam.ManagedPolicy

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        description: str,
        statements: Sequence[iam.PolicyStatement],
    ) -> None:
        super().__init__(scope, construct_id)
        self.policy = iam.ManagedPolicy(
            self, "Policy", description=description, statements=statements
        )
        for statement in statements:
            for resource in self._wildcards(statement):
                reason = reason_for(statement.sid or "", resource)
                if reason is not None:  # else the review finds it
                    accept(
                        self.policy, f"AwsSolutions-IAM5[Resource::{resource}]", reason
                    )

    def _wildcards(self, statement: iam.PolicyStatement) -> Iterable[str]:
        resources = Stack.of(self).resolve(statement.resources)
        return (text for text in map(flat, resources) if "*" in text)


class ExecutionRole(Construct):
    """A role that a service assumes, whose policy is attached as it is created.

    SageMaker reads the artifact and pulls the image as soon as a model or job is
    created, so a policy that is attached after the role comes too late. A
    customer-managed policy named by the role cannot.
    """

    role: iam.Role

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        description: str,
        statements: Sequence[iam.PolicyStatement],
        service: str = "sagemaker",
    ) -> None:
        super().__init__(scope, construct_id)
        policy = Policy(
            self, "Permissions", description=description, statements=statements
        ).policy
        self.role = iam.Role(
            self,
            "Role",
            description=description,
            assumed_by=iam.ServicePrincipal(
                f"{service}.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {
                        "aws:SourceArn": f"arn:{Aws.PARTITION}:{service}:"
                        f"{Aws.REGION}:{Aws.ACCOUNT_ID}:*"
                    },
                },
            ),
            managed_policies=[policy],
        )
