"""Budgets: recorded; nothing is spent and nobody is told."""

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles
from local_aws.cloudformation.stack import Physical, Resource

NAME_CHARACTERS = 100


@handles("AWS::Budgets::Budget", immutable=None)
class BudgetHandler:
    """AWS::Budgets::Budget."""

    def create(self, request: Request) -> Physical:
        """Create the budget with its notifications."""
        budget = dict(request.properties["Budget"])
        name = budget.get("BudgetName") or request.generated_name(NAME_CHARACTERS)
        request.call(
            "budgets",
            "create_budget",
            AccountId=request.account,
            Budget={**budget, "BudgetName": name},
            NotificationsWithSubscribers=request.properties.get(
                "NotificationsWithSubscribers", []
            ),
            ResourceTags=request.tag_list(),
        )
        return Physical(name)

    def update(self, request: Request, current: Resource) -> Physical:  # noqa: ARG002
        """Nothing but tags can come here; they stay as they were."""
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the budget."""
        try:
            request.client("budgets").delete_budget(
                AccountId=request.account, BudgetName=current.physical.id
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotFoundException":
                raise
