"""Who may write to the artifact bucket, whatever their own policies allow."""

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from cdk_app import image_build, naming

#: What makes an object, or another version of one. Deleting stays with whom their own
#: policies allow it: `cdk destroy` empties the bucket.
_WRITING = ("s3:PutObject", "s3:ReplicateObject")


def restrict_writers(bucket: s3.Bucket, environment: str) -> None:
    """Deny all writing but a job's artifact to jobs, and staged sources to people.

    An artifact is code that the endpoint runs. SageMaker uploads it as the training
    role, which is in a later stack: it is known by the name that CloudFormation gives.
    `aws:PrincipalArn` is the role's ARN in every session, and absent for a service.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    artifacts = f"{bucket.bucket_arn}/{naming.job_name_prefix(environment)}*"
    sources = (
        f"{bucket.bucket_arn}/{naming.CODE_PREFIX}*",
        f"{bucket.bucket_arn}/{image_build.SOURCES_KEY}",
    )
    training_role = (
        f"arn:{Aws.PARTITION}:iam::{Stack.of(bucket).account}:role/"
        f"{naming.stack_name(environment, 'training')}-TrainingRole*"
    )
    for sid, resources, condition in (
        (
            "OnlyJobsWriteArtifacts",
            [artifacts],
            {"ArnNotLike": {"aws:PrincipalArn": training_role}},
        ),
        (
            "JobsWriteNoSources",
            [*sources],
            {"ArnLike": {"aws:PrincipalArn": training_role}},
        ),
        ("NothingElseIsWritten", None, None),
    ):
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid=sid,
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=[*_WRITING],
                conditions=condition,
                resources=resources,
                not_resources=None if resources else [artifacts, *sources],
            )
        )
