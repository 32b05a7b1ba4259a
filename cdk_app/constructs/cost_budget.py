"""The monthly ceiling as an AWS Budget: it alerts, it does not cap."""

from collections.abc import Mapping

from aws_cdk import Aws
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk_app.tags import ENVIRONMENT_TAG, PROJECT_TAG

THRESHOLD_PERCENTS = (50, 80, 100)


class CostBudget(Construct):
    """A monthly budget of what carries the environment's tags.

    AWS counts a tag only from when it was activated as a cost-allocation tag, in the
    billing console of the paying account; see ``docs/cost.md``.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        monthly_usd: float,
        tags: Mapping[str, str],
        topic: sns.Topic,
    ) -> None:
        super().__init__(scope, construct_id)
        allowed = topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="BudgetsOfThisAccount",
                principals=[iam.ServicePrincipal("budgets.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {
                        "aws:SourceArn": (
                            f"arn:{Aws.PARTITION}:budgets::{Aws.ACCOUNT_ID}:*"
                        )
                    },
                },
            )
        )
        budget = budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(
                    amount=monthly_usd, unit="USD"
                ),
                filter_expression=budgets.CfnBudget.ExpressionProperty(
                    and_=[
                        _tagged(key, tags[key])
                        for key in (PROJECT_TAG, ENVIRONMENT_TAG)
                    ]
                ),
                metrics=["UnblendedCost"],
            ),
            notifications_with_subscribers=[
                _notification(kind, percent, topic)
                for kind in ("ACTUAL", "FORECASTED")
                for percent in THRESHOLD_PERCENTS
            ],
            resource_tags=[
                budgets.CfnBudget.ResourceTagProperty(key=key, value=value)
                for key, value in tags.items()
            ],
        )
        if allowed.policy_dependable:
            budget.node.add_dependency(allowed.policy_dependable)


def _tagged(key: str, value: str) -> budgets.CfnBudget.ExpressionProperty:
    return budgets.CfnBudget.ExpressionProperty(
        tags=budgets.CfnBudget.TagValuesProperty(
            key=key, values=[value], match_options=["EQUALS"]
        )
    )


def _notification(
    kind: str, percent: int, topic: sns.Topic
) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return budgets.CfnBudget.NotificationWithSubscribersProperty(
        notification=budgets.CfnBudget.NotificationProperty(
            notification_type=kind,
            comparison_operator="GREATER_THAN",
            threshold=percent,
            threshold_type="PERCENTAGE",
        ),
        subscribers=[
            budgets.CfnBudget.SubscriberProperty(
                subscription_type="SNS", address=topic.topic_arn
            )
        ],
    )
