"""Every ``*`` in a resource that a role of ours may use, and why. Imports no CDK.

By the statement's ``Sid``. The review refuses a wildcard that is not listed here,
and lists these with their reasons.
"""

REASONS = {
    "LogInToRegistry": (
        "ecr:GetAuthorizationToken takes no resource; what it opens is limited by "
        "PullImage."
    ),
    "PutMetrics": (
        "cloudwatch:PutMetricData takes no resource; the condition limits it to "
        "SageMaker's namespaces."
    ),
    "FindNetworkInterfaces": (
        "ec2:Describe* actions take no resource; SageMaker needs these to attach its "
        "instances to the VPC."
    ),
    "AttachToNetwork": (
        "Network interfaces have no ARN before they are created; the subnets and "
        "security groups are named."
    ),
    "WriteLogs": "The log streams of one log group; SageMaker chooses their names.",
    "WriteOwnLogs": (
        "The log group is named after the function, which needs this policy first; "
        "the stack's name limits it to this stack's functions."
    ),
    "ReadDataAndCode": (
        "Data sets and code are stored under a hash or job name each, in this "
        "environment's own buckets."
    ),
    "DeleteServingStack": (
        "CloudFormation ends a stack's ARN by an id of its own; the stack is named."
    ),
    "WriteArtifacts": (
        "Each job writes under its own name, in this environment's own bucket."
    ),
    "ReadArtifacts": (
        "The deployer names the artifact when deploying; only model.tar.gz of this "
        "environment's own bucket."
    ),
    "ReadBatchInput": (
        "Transactions lie under names that callers choose; only under two prefixes of "
        "this environment's own bucket."
    ),
    "WriteBatchOutput": (
        "SageMaker names scores after their input; only under one prefix of this "
        "environment's own bucket."
    ),
    "WriteBatchLogs": (
        "The log streams of the log group that all transform jobs of an account and "
        "region share."
    ),
    "CaptureData": (
        "SageMaker names the captured objects; only under one prefix of this "
        "environment's own bucket."
    ),
}
