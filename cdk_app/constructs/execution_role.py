"""A role that SageMaker assumes."""

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_app.constructs.policy import Policy


class ExecutionRole(Construct):
    """A SageMaker execution role whose policy is attached as the role is created.

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
                "sagemaker.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {
                        "aws:SourceArn": f"arn:{Aws.PARTITION}:sagemaker:"
                        f"{Aws.REGION}:{Aws.ACCOUNT_ID}:*"
                    },
                },
            ),
            managed_policies=[policy],
        )
