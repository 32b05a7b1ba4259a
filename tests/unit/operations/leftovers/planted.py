"""Plants one resource of a kind by hand, with or without tags."""

from collections.abc import Callable, Mapping
from typing import Any

Client = Callable[[str], Any]
Tags = Mapping[str, str]

SCHEDULE_TARGET = "arn:aws:scheduler:::aws-sdk:sts:getCallerIdentity"
ROLE = "arn:aws:iam::123456789012:role/fraud-dev-serving-role"


def pairs(tags: Tags, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in tags.items()]


def model(client: Client, name: str, tags: Tags) -> None:
    client("sagemaker").create_model(
        ModelName=name,
        PrimaryContainer={"Image": "registry/image:1"},
        ExecutionRoleArn=ROLE,
        Tags=pairs(tags),
    )


def endpoint_config(client: Client, name: str, tags: Tags) -> None:
    model(client, f"{name}-m", {})
    client("sagemaker").create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": f"{name}-m",
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 2,
            }
        ],
        Tags=pairs(tags),
    )


def endpoint(client: Client, name: str, tags: Tags) -> None:
    endpoint_config(client, f"{name}-c", {})
    client("sagemaker").create_endpoint(
        EndpointName=name, EndpointConfigName=f"{name}-c", Tags=pairs(tags)
    )


def scalable_target(client: Client, name: str, tags: Tags) -> None:
    client("application-autoscaling").register_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId=f"endpoint/{name}/variant/AllTraffic",
        ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        MinCapacity=1,
        MaxCapacity=2,
        Tags=dict(tags),
    )


def bucket(client: Client, name: str, tags: Tags) -> None:
    """Create a versioned bucket with versions and a delete marker."""
    s3 = client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for size in (1000, 500):
        s3.put_object(Bucket=name, Key="data.csv", Body=bytes(size))
    s3.delete_object(Bucket=name, Key="data.csv")
    if tags:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs(tags)})


def log_group(client: Client, name: str, tags: Tags) -> None:
    client("logs").create_log_group(logGroupName=name, tags=dict(tags))


def alarm(client: Client, name: str, tags: Tags) -> None:
    client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        MetricName="Invocation5XXErrors",
        Namespace="AWS/SageMaker",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Tags=pairs(tags),
    )


def repository(client: Client, name: str, tags: Tags) -> None:
    client("ecr").create_repository(repositoryName=name, tags=pairs(tags))


def build_project(client: Client, name: str, tags: Tags) -> None:
    client("codebuild").create_project(
        name=name,
        source={"type": "S3", "location": "bucket/sources.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/amazonlinux-x86_64-standard:6.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=ROLE,
        tags=pairs(tags, "key", "value"),
    )


def budget(client: Client, name: str, tags: Tags) -> None:
    account = client("sts").get_caller_identity()["Account"]
    client("budgets").create_budget(
        AccountId=account,
        Budget={
            "BudgetName": name,
            "TimeUnit": "MONTHLY",
            "BudgetType": "COST",
            "BudgetLimit": {"Amount": "10", "Unit": "USD"},
        },
        ResourceTags=pairs(tags),
    )


def schedule_group(client: Client, name: str, tags: Tags) -> None:
    client("scheduler").create_schedule_group(Name=name, Tags=pairs(tags))
    _schedule(client, f"{name}-evening", name)


def schedule(client: Client, name: str, tags: Tags) -> None:
    assert not tags, "schedules cannot be tagged"
    _schedule(client, name, "default")


def _schedule(client: Client, name: str, group: str) -> None:
    client("scheduler").create_schedule(
        Name=name,
        GroupName=group,
        ScheduleExpression="cron(0 20 * * ? *)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:scheduler:::aws-sdk:sts:getCallerIdentity",
            "RoleArn": ROLE,
        },
    )


def parameter(client: Client, name: str, tags: Tags) -> None:
    client("ssm").put_parameter(Name=name, Value="{}", Type="String", Tags=pairs(tags))


def key(client: Client, name: str, tags: Tags) -> None:
    kms = client("kms")
    key_id = kms.create_key(Tags=pairs(tags, "TagKey", "TagValue"))["KeyMetadata"][
        "KeyId"
    ]
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key_id)


def network_interface(client: Client, name: str, tags: Tags) -> None:
    ec2 = client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    ec2.create_network_interface(
        SubnetId=subnet,
        Description=name,
        TagSpecifications=[{"ResourceType": "network-interface", "Tags": pairs(tags)}]
        if tags
        else [],
    )


def vpc_endpoint(client: Client, name: str, tags: Tags) -> None:
    ec2 = client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    ec2.create_vpc_endpoint(
        VpcId=subnet["VpcId"],
        ServiceName="com.amazonaws.us-east-1.sagemaker.runtime",
        VpcEndpointType="Interface",
        SubnetIds=[subnet["SubnetId"]],
        TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": pairs(tags)}]
        if tags
        else [],
    )


def dashboard(client: Client, name: str, tags: Tags) -> None:
    assert not tags, "CloudWatch does not tell a dashboard's tags"
    client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody="{}")


def training_job(client: Client, name: str, tags: Tags) -> None:
    client("sagemaker").create_training_job(
        TrainingJobName=name,
        AlgorithmSpecification={
            "TrainingImage": "registry/image:1",
            "TrainingInputMode": "File",
        },
        RoleArn=ROLE,
        OutputDataConfig={"S3OutputPath": "s3://bucket/"},
        ResourceConfig={
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 10,
        },
        StoppingCondition={"MaxRuntimeInSeconds": 7200},
        Tags=pairs(tags),
    )


def table(client: Client, name: str, tags: Tags) -> None:
    client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        DeletionProtectionEnabled=True,
        Tags=pairs(tags),
    )


def secret(client: Client, name: str, tags: Tags) -> None:
    client("secretsmanager").create_secret(
        Name=name, SecretString="key", Tags=pairs(tags)
    )
