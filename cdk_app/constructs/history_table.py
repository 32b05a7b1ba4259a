"""The table of entities' histories, and the secret of the hashes in it."""

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from cdk_app import naming
from cdk_app.constructs.findings import accept
from cdk_app.settings import HistorySettings

KEY_ATTRIBUTE = "id"
EXPIRES_ATTRIBUTE = "expires_at"
SECRET_CHARACTERS = 64


class HistoryTable(Construct):
    """On-demand table and generated secret; both go or stay with the storage.

    The secret is a stack's own: CloudFormation cannot make a SecureString, and a
    parameter that a command makes would outlive the stack.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: HistorySettings,
        key_arn: str | None,
        retain: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        policy = RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY
        self._table = dynamodb.CfnTable(
            self,
            "Table",
            key_schema=[{"attributeName": KEY_ATTRIBUTE, "keyType": "HASH"}],
            attribute_definitions=[
                {"attributeName": KEY_ATTRIBUTE, "attributeType": "S"}
            ],
            billing_mode="PAY_PER_REQUEST",
            time_to_live_specification={
                "attributeName": EXPIRES_ATTRIBUTE,
                "enabled": True,
            },
            point_in_time_recovery_specification={
                "pointInTimeRecoveryEnabled": settings.point_in_time_recovery
            },
            sse_specification={
                "sseEnabled": True,
                "sseType": "KMS",
                "kmsMasterKeyId": key_arn,
            }
            if key_arn
            else None,
            deletion_protection_enabled=retain,
        )
        self._table.apply_removal_policy(policy)
        self._secret = secretsmanager.CfnSecret(
            self,
            "HashKey",
            description="Key of the hashes that stand for ids in the history table.",
            generate_secret_string=secretsmanager.CfnSecret.GenerateSecretStringProperty(
                password_length=SECRET_CHARACTERS, exclude_punctuation=True
            ),
            kms_key_id=key_arn,
        )
        self._secret.apply_removal_policy(policy)
        self._accept_findings(settings)
        self._outputs()

    def _accept_findings(self, settings: HistorySettings) -> None:
        rotation = (
            "Another key would give every id another hash, and no history would be "
            "found again."
        )
        for rule in (
            "AwsSolutions-SMG4",
            "NIST.800.53.R5-SecretsManagerRotationEnabled",
            "PCI.DSS.321-SecretsManagerRotationEnabled",
        ):
            accept(self._secret, rule, rotation)
        if not settings.point_in_time_recovery:
            for rule in ("AwsSolutions-DDB3", "NIST.800.53.R5-DynamoDBPITREnabled"):
                accept(
                    self._table,
                    rule,
                    "The history can be filled from the training data again.",
                )
        for rule in (
            "NIST.800.53.R5-DynamoDBInBackupPlan",
            "NIST.800.53.R5-DynamoDBAutoScalingEnabled",
        ):
            accept(
                self._table,
                rule,
                "On-demand capacity scales by itself; a lost history is filled again.",
            )

    def _outputs(self) -> None:
        stack = Stack.of(self)
        CfnOutput(
            stack,
            naming.HISTORY_TABLE_OUTPUT,
            value=self._table.ref,
            description="Table of the entities' histories.",
        )
        CfnOutput(
            stack,
            naming.HISTORY_KEY_OUTPUT,
            value=self._secret.ref,
            description="Secret of the hashes that stand for ids in that table.",
        )
