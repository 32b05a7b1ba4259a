"""Private ways into and out of the subnets that the endpoint is attached to."""

from aws_cdk import Aws
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_app.constructs.permissions import use_batch_data, write_captures
from cdk_app.settings import NetworkSettings


class PrivateAccess(Construct):
    """VPC endpoints: callers reach the model, the model's instances reach S3."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: NetworkSettings,
        endpoint_name: str,
        artifact_bucket_arn: str,
        data_bucket_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        if settings.private_endpoint:
            self._callers(settings, endpoint_name)
        if settings.route_table_ids:
            self._storage(settings, artifact_bucket_arn, data_bucket_arn)

    def _callers(self, settings: NetworkSettings, endpoint_name: str) -> None:
        ec2.CfnVPCEndpoint(
            self,
            "Runtime",
            vpc_id=settings.vpc_id,
            service_name=ec2.InterfaceVpcEndpointAwsService.SAGEMAKER_RUNTIME.name,
            vpc_endpoint_type="Interface",
            subnet_ids=list(settings.subnet_ids),
            security_group_ids=list(settings.security_group_ids),
            private_dns_enabled=True,
            policy_document=iam.PolicyDocument(
                statements=[
                    iam.PolicyStatement(
                        sid="InvokeThisEndpoint",
                        principals=[iam.AccountPrincipal(Aws.ACCOUNT_ID)],
                        actions=["sagemaker:InvokeEndpoint"],
                        resources=[
                            f"arn:{Aws.PARTITION}:sagemaker:{Aws.REGION}"  # noqa: ISC004
                            f":{Aws.ACCOUNT_ID}:endpoint/{endpoint_name}"
                        ],
                    )
                ]
            ),
        )

    def _storage(
        self, settings: NetworkSettings, artifact_bucket_arn: str, data_bucket_arn: str
    ) -> None:
        data = [*use_batch_data(data_bucket_arn), write_captures(data_bucket_arn)]
        for statement in data:
            statement.add_any_principal()
        ec2.CfnVPCEndpoint(
            self,
            "Storage",
            vpc_id=settings.vpc_id,
            service_name=ec2.GatewayVpcEndpointAwsService.S3.name,
            vpc_endpoint_type="Gateway",
            route_table_ids=list(settings.route_table_ids),
            policy_document=iam.PolicyDocument(
                statements=[
                    iam.PolicyStatement(
                        sid="ReadArtifacts",
                        principals=[iam.AnyPrincipal()],
                        actions=["s3:GetObject", "s3:ListBucket"],
                        resources=[
                            artifact_bucket_arn,
                            f"{artifact_bucket_arn}/*",
                        ],
                    ),
                    *data,
                ]
            ),
        )
