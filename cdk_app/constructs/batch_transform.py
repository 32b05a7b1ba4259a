"""What a batch transform job of the deployed model may do beyond serving it.

A transform job runs in the model's own execution role: CreateTransformJob names a
model and no role.
"""

from aws_cdk import aws_iam as iam

from cdk_app import naming


def use_data(data_bucket_arn: str) -> list[iam.PolicyStatement]:
    """Allow reading transactions, and writing scores, in the data bucket only."""
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
