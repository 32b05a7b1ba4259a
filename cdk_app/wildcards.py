"""Every ``*`` in a resource that a role of ours may use, and why. Imports no CDK.

By the statement's ``Sid``. The review refuses a wildcard that is not listed here, or
is wider than listed, and shows these with their reasons.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Wildcard:
    """A resource that ends in more than one name, and why it has to."""

    #: A regular expression of the whole resource, as `findings.flat` writes it.
    resource: str
    reason: str


WILDCARDS = {
    "LogInToRegistry": Wildcard(
        r"\*",
        "ecr:GetAuthorizationToken takes no resource; what it opens is limited by "
        "PullImage or PushImage.",
    ),
    "PutMetrics": Wildcard(
        r"\*",
        "cloudwatch:PutMetricData takes no resource; the condition limits it to "
        "SageMaker's namespaces.",
    ),
    "FindNetworkInterfaces": Wildcard(
        r"\*",
        "ec2:Describe* actions take no resource; SageMaker needs these to attach "
        "its instances to the VPC.",
    ),
    "AttachToNetwork": Wildcard(
        r"arn:[^*]+:network-interface/\*",
        "Network interfaces have no ARN before they are created; the subnets and "
        "security groups are named.",
    ),
    "WriteLogs": Wildcard(
        r"arn:[^*]+:log-group:/aws/sagemaker/(Endpoints/fraud-[^*]+|TrainingJobs):\*",
        "The log streams of one log group; SageMaker chooses their names.",
    ),
    "WriteBuildLogs": Wildcard(
        r"arn:[^*]+:log-group:/aws/codebuild/fraud-[^*]+-serving-image:\*",
        "The log streams of one log group; CodeBuild names them after its builds.",
    ),
    "WriteOwnLogs": Wildcard(
        r"arn:[^*]+:log-group:/aws/lambda/fraud-[^*]+-\*:\*",
        "The log group is named after the function, which needs this policy "
        "first; the stack's name limits it to this stack's functions.",
    ),
    "ReadDataAndCode": Wildcard(
        r"[^*]*(ArtifactsBucket[^*]*/code|DataBucket[^*]*/datasets)/\*",
        "Data sets and code are stored under a hash or job name each, in this "
        "environment's own buckets.",
    ),
    "ReadCheckpoints": Wildcard(
        r"[^*]*ArtifactsBucket[^*]*/fraud-[^*]+-checkpoints/\*",
        "An interrupted job goes on from what it wrote under a name of its own, in "
        "this environment's own bucket.",
    ),
    "DeleteServingStack": Wildcard(
        r"arn:[^*]+:stack/fraud-[^*]+-serving/\*",
        "CloudFormation ends a stack's ARN by an id of its own; the stack is named.",
    ),
    "WriteArtifacts": Wildcard(
        r"[^*]*ArtifactsBucket[^*]*/fraud-[^*]+-\*",
        "Each job writes under its own name, which begins as all names of this "
        "environment's jobs do, in this environment's own bucket.",
    ),
    "ReadArtifacts": Wildcard(
        r"[^*]*ArtifactsBucket[^*]*/\*/model\.tar\.gz",
        "The deployer names the artifact when deploying; only model.tar.gz of "
        "this environment's own bucket.",
    ),
    "ReadBatchInput": Wildcard(
        r"[^*]*DataBucket[^*]*/(batch|datasets)/\*",
        "Transactions lie under names that callers choose; only under two "
        "prefixes of this environment's own bucket.",
    ),
    "WriteBatchOutput": Wildcard(
        r"[^*]*DataBucket[^*]*/batch/\*",
        "SageMaker names scores after their input; only under one prefix of this "
        "environment's own bucket.",
    ),
    "WriteBatchLogs": Wildcard(
        r"arn:[^*]+:log-group:/aws/sagemaker/TransformJobs:\*",
        "The log streams of the log group that all transform jobs of an account "
        "and region share.",
    ),
    "CaptureData": Wildcard(
        r"[^*]*DataBucket[^*]*/captures/\*",
        "SageMaker names the captured objects; only under one prefix of this "
        "environment's own bucket.",
    ),
}


def reason_for(sid: str, resource: str) -> str | None:
    """Return why a statement may use a resource with a ``*``; None if it may not."""
    listed = WILDCARDS.get(sid)
    if listed and re.fullmatch(listed.resource, resource):
        return listed.reason
    return None
