"""A role that SageMaker assumes, with what every container needs."""

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_app.constructs.scikit_learn_image import ScikitLearnImage


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
        image: ScikitLearnImage,
        statements: Sequence[iam.PolicyStatement],
        permissions_boundary_arn: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=description,
            statements=[*_pull_image(image), *statements],
        )
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
            permissions_boundary=(
                iam.ManagedPolicy.from_managed_policy_arn(
                    self, "Boundary", permissions_boundary_arn
                )
                if permissions_boundary_arn
                else None
            ),
        )


def _pull_image(image: ScikitLearnImage) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            sid="LogInToRegistry",
            actions=["ecr:GetAuthorizationToken"],
            resources=["*"],
        ),
        iam.PolicyStatement(
            sid="PullImage",
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            resources=[image.repository_arn],
        ),
    ]


def put_metrics(namespaces: Sequence[str]) -> iam.PolicyStatement:
    """Allow metrics in these namespaces; the action knows no resource."""
    return iam.PolicyStatement(
        sid="PutMetrics",
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": list(namespaces)}},
    )


def write_logs(
    log_group_name: str, *, may_create_group: bool = False
) -> iam.PolicyStatement:
    """Allow writing to one log group, and creating it where no stack owns it."""
    actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    return iam.PolicyStatement(
        sid="WriteLogs",
        actions=[*actions, "logs:CreateLogGroup"] if may_create_group else actions,
        resources=[log_group_arn(log_group_name)],
    )


def log_group_arn(name: str) -> str:
    """Return the ARN of a log group and everything in it, as IAM wants it."""
    return f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:{name}:*"
