"""The monthly ceiling as an AWS Budget: it alerts, it does not cap."""

from collections.abc import Mapping

from aws_cdk import aws_budgets as budgets
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
        topic_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        budgets.CfnBudget(
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
                _notification(kind, percent, topic_arn)
                for kind in ("ACTUAL", "FORECASTED")
                for percent in THRESHOLD_PERCENTS
            ],
            resource_tags=[
                budgets.CfnBudget.ResourceTagProperty(key=key, value=value)
                for key, value in tags.items()
            ],
        )


def _tagged(key: str, value: str) -> budgets.CfnBudget.ExpressionProperty:
    return budgets.CfnBudget.ExpressionProperty(
        tags=budgets.CfnBudget.TagValuesProperty(
            key=key, values=[value], match_options=["EQUALS"]
        )
    )


def _notification(
    kind: str, percent: int, topic_arn: str
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
                subscription_type="SNS", address=topic_arn
            )
        ],
    )
