"""What containers of SageMaker may do, action by action, resource by resource."""

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam

from cdk_app import naming
from cdk_app.constructs.container_images import ContainerImage
from cdk_app.settings import NetworkSettings


def pull_image(image: ContainerImage) -> list[iam.PolicyStatement]:
    """Allow pulling from the image's repository and no other."""
    return [
        _log_in_to_registry(),
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


def push_image(repository_arn: str) -> list[iam.PolicyStatement]:
    """Allow pushing to one repository.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
    """
    return [
        _log_in_to_registry(),
        iam.PolicyStatement(
            sid="PushImage",
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:GetDownloadUrlForLayer",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ],
            resources=[repository_arn],
        ),
    ]


def put_metrics(*namespaces: str) -> iam.PolicyStatement:
    """Allow metrics in these namespaces."""
    return iam.PolicyStatement(
        sid="PutMetrics",
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": list(namespaces)}},
    )


def read_alarms(alarms: Sequence[cloudwatch.Alarm]) -> iam.PolicyStatement:
    """Allow SageMaker to watch the alarms that roll a deployment back.

    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
    """
    return iam.PolicyStatement(
        sid="WatchRollbackAlarms",
        actions=["cloudwatch:DescribeAlarms"],
        resources=[alarm.alarm_arn for alarm in alarms],
    )


def write_logs(
    log_group_name: str, *, may_create_group: bool = False, sid: str = "WriteLogs"
) -> iam.PolicyStatement:
    """Allow writing to one log group, and creating it where no stack owns it."""
    actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    return iam.PolicyStatement(
        sid=sid,
        actions=[*actions, "logs:CreateLogGroup"] if may_create_group else actions,
        resources=[f"{log_group_arn(log_group_name)}:*"],
    )


def use_batch_data(data_bucket_arn: str) -> list[iam.PolicyStatement]:
    """Allow transform jobs their transactions and scores, in the data bucket only.

    A transform job runs in the model's own execution role: CreateTransformJob names a
    model and no role.
    """
    readable = [f"{prefix}*" for prefix in naming.BATCH_INPUT_PREFIXES]
    return [
        iam.PolicyStatement(
            sid="ListBatchInput",
            actions=["s3:ListBucket"],
            resources=[data_bucket_arn],
            conditions={"StringLike": {"s3:prefix": readable}},
        ),
        iam.PolicyStatement(
            sid="ReadBatchInput",
            actions=["s3:GetObject"],
            resources=[f"{data_bucket_arn}/{prefix}" for prefix in readable],
        ),
        iam.PolicyStatement(
            sid="WriteBatchOutput",
            # A transform job uploads in parts.
            actions=["s3:AbortMultipartUpload", "s3:PutObject"],
            resources=[f"{data_bucket_arn}/{naming.BATCH_PREFIX}*"],
        ),
    ]


def write_captures(data_bucket_arn: str) -> iam.PolicyStatement:
    """Allow writing what the endpoint captures, and nothing else, to the bucket."""
    return iam.PolicyStatement(
        sid="CaptureData",
        actions=["s3:PutObject"],
        resources=[f"{data_bucket_arn}/{naming.CAPTURE_PREFIX}*"],
    )


def encrypt_with_key(key_arn: str) -> iam.PolicyStatement:
    """Allow reading and writing what the key encrypts."""
    return iam.PolicyStatement(
        sid="UseKey",
        actions=[
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
        ],
        resources=[key_arn],
    )


def use_key(key_arn: str) -> list[iam.PolicyStatement]:
    """Allow reading and writing what the key encrypts, and mounting its volumes."""
    return [
        encrypt_with_key(key_arn),
        iam.PolicyStatement(
            sid="MountEncryptedVolumes",
            actions=["kms:CreateGrant"],
            resources=[key_arn],
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def attach_to_network(network: NetworkSettings) -> list[iam.PolicyStatement]:
    """Allow SageMaker to put its instances into the subnets.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    resources = [
        *(f"subnet/{subnet}" for subnet in network.subnet_ids),
        *(f"security-group/{group}" for group in network.security_group_ids),
        "network-interface/*",
    ]
    return [
        iam.PolicyStatement(
            sid="AttachToNetwork",
            actions=[
                "ec2:CreateNetworkInterface",
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
            ],
            resources=[_ec2_arn(resource) for resource in resources],
        ),
        iam.PolicyStatement(
            sid="FindNetworkInterfaces",
            actions=[
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            resources=["*"],
            conditions={"StringEquals": {"aws:RequestedRegion": Aws.REGION}},
        ),
    ]


def log_group_arn(name: str) -> str:
    """Return the ARN of a log group, for policies that come before it."""
    return f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:{name}"


def _ec2_arn(resource: str) -> str:
    return f"arn:{Aws.PARTITION}:ec2:{Aws.REGION}:{Aws.ACCOUNT_ID}:{resource}"


def _log_in_to_registry() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="LogInToRegistry",
        actions=["ecr:GetAuthorizationToken"],
        resources=["*"],
    )
