"""The CodeBuild project that builds the serving image; between builds nothing runs."""

import json

from aws_cdk import Aws, CfnResource, Fn, RemovalPolicy
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_app import image_build, naming
from cdk_app.constructs import permissions
from cdk_app.constructs.findings import accept
from cdk_app.constructs.log_retention import log_retention
from cdk_app.constructs.roles import ExecutionRole
from cdk_app.settings import Settings
from cdk_app.tags import project_tags

#: Amazon Linux 2023 with Docker and its buildx; patched by AWS under the same name.
#: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html
BUILD_IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:6.0"
COMPUTE_TYPE = "BUILD_GENERAL1_SMALL"
_TIMEOUT_MINUTES = 20


class ServingImageBuild(Construct):
    """Builds from sources in the artifact bucket and pushes to the repository.

    Its role is the only one of the stacks that may push.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        repository: ecr.Repository,
        artifact_bucket_arn: str,
        key_arn: str | None,
    ) -> None:
        super().__init__(scope, construct_id)
        name = naming.image_build_project_name(settings.environment)
        registry = f"{Aws.ACCOUNT_ID}.dkr.ecr.{Aws.REGION}.{Aws.URL_SUFFIX}"
        # The last part of arn:aws:s3:::bucket.
        bucket_name = Fn.select(5, Fn.split(":", artifact_bucket_arn))
        log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=naming.image_build_log_group_name(settings.environment),
            retention=log_retention(settings.logs),
            encryption_key=(
                kms.Key.from_key_arn(self, "Key", key_arn) if key_arn else None
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = ExecutionRole(
            self,
            "Role",
            service="codebuild",
            description="Fraud detection serving image: read sources, push the image.",
            statements=[
                *permissions.push_image(repository.repository_arn),
                iam.PolicyStatement(
                    sid="ReadSources",
                    actions=["s3:GetObject", "s3:GetObjectVersion"],
                    resources=[f"{artifact_bucket_arn}/{image_build.SOURCES_KEY}"],
                ),
                iam.PolicyStatement(
                    sid="CheckOwnerOfSources",
                    actions=["s3:GetBucketAcl", "s3:GetBucketLocation"],
                    resources=[artifact_bucket_arn],
                ),
                *([permissions.encrypt_with_key(key_arn)] if key_arn else ()),
                permissions.write_logs(
                    naming.image_build_log_group_name(settings.environment),
                    sid="WriteBuildLogs",
                ),
            ],
        ).role
        # Not codebuild.CfnProject: its library, which imports EC2's, takes as long to
        # import as all the others. cfn-lint checks the properties in every review.
        project = CfnResource(
            self,
            "Project",
            type="AWS::CodeBuild::Project",
            properties={
                "Artifacts": {"Type": "NO_ARTIFACTS"},
                "Description": "Fraud detection: builds the serving image; "
                "'fraud image'.",
                "EncryptionKey": key_arn,
                "Environment": {
                    "ComputeType": COMPUTE_TYPE,
                    "EnvironmentVariables": [
                        {"Name": "REPOSITORY_URI", "Value": repository.repository_uri},
                        {"Name": "REGISTRY", "Value": registry},
                    ],
                    "Image": BUILD_IMAGE,
                    "PrivilegedMode": True,
                    "Type": "LINUX_CONTAINER",
                },
                "LogsConfig": {
                    "CloudWatchLogs": {
                        "GroupName": log_group.log_group_name,
                        "Status": "ENABLED",
                    }
                },
                "Name": name,
                "ServiceRole": role.role_arn,
                "Source": {
                    "BuildSpec": _build_spec(),
                    "Location": f"{bucket_name}/{image_build.SOURCES_KEY}",
                    "Type": "S3",
                },
                # Tags of the application reach only resources that CDK has types of.
                "Tags": [
                    {"Key": key, "Value": value}
                    for key, value in sorted(project_tags(settings).items())
                ],
                "TimeoutInMinutes": _TIMEOUT_MINUTES,
            },
        )
        accept(
            project,
            "AwsSolutions-CB3",
            "Docker builds the image in the build's container, which AWS allows in "
            "privileged mode only; it runs this project's sources alone.",
        )
        accept(
            project,
            "PCI.DSS.321-CodeBuildProjectSourceRepoUrl",
            "The sources are one object of the environment's own bucket, read with the "
            "build's role; there is no GitHub or Bitbucket to log in to.",
        )
        if not key_arn:
            accept(
                project,
                "AwsSolutions-CB4",
                "The environment has no key of its own, and the build leaves no "
                "artifact but the image, which ECR encrypts.",
            )


def _build_spec() -> str:
    """Return what a build does, in JSON, which is YAML too.

    https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    """
    tagged = f'"$REPOSITORY_URI:${image_build.TAG_VARIABLE}"'
    docker = " ".join(("docker", *image_build.BUILD_ARGUMENTS))
    login = 'docker login --username AWS --password-stdin "$REGISTRY"'
    commands = [
        "set -o pipefail",
        f"aws ecr get-login-password | {login}",
        f"{docker} --tag {tagged} .",
        f"docker push {tagged}",
    ]
    specification = {
        "version": 0.2,
        # Without it, Docker takes no notice of serving/Dockerfile.dockerignore.
        "env": {"shell": "bash", "variables": {"DOCKER_BUILDKIT": "1"}},
        "phases": {"build": {"on-failure": "ABORT", "commands": commands}},
    }
    return json.dumps(specification, indent=2)
