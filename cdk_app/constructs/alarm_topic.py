"""Where alarms go."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class AlarmTopic(Construct):
    """An SNS topic that only this account's alarms and budgets publish to, over TLS."""

    topic: sns.Topic

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey | None,
        email: str | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        self._allow(
            "AlarmsOfThisAccount",
            "cloudwatch.amazonaws.com",
            f"arn:{Aws.PARTITION}:cloudwatch:{Aws.REGION}:{Aws.ACCOUNT_ID}:alarm:*",
        )
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def allow_budgets(self) -> None:
        """Let the budgets of this account publish here."""
        self._allow(
            "BudgetsOfThisAccount",
            "budgets.amazonaws.com",
            f"arn:{Aws.PARTITION}:budgets::{Aws.ACCOUNT_ID}:*",
        )

    def _allow(self, sid: str, service: str, source_arn: str) -> None:
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid=sid,
                principals=[iam.ServicePrincipal(service)],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {"aws:SourceArn": source_arn},
                },
            )
        )
