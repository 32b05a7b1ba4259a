"""The monthly ceiling as an AWS Budget, apart from everything else.

Not every region has the resource type, and member accounts and new accounts may not be
allowed to make budgets: then this stack fails, and nothing else does.
"""

from aws_cdk import Environment, Stack
from constructs import Construct

from cdk_app.constructs.cost_budget import CostBudget
from cdk_app.settings import Settings
from cdk_app.tags import project_tags
from stacks.observability import ObservabilityStack


class BudgetStack(Stack):
    """Publishes to the topic of the observability stack."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        env: Environment,
        observability: ObservabilityStack,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=env,
            description="Fraud detection: alerts on the month's bill.",
        )
        self.add_stack_dependency(observability)
        CostBudget(
            self,
            "Cost",
            monthly_usd=settings.cost.monthly_cost_ceiling_usd,
            tags=project_tags(settings),
            topic_arn=observability.topic_arn,
        )
