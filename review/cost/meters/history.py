"""The table of histories and the secret of its hashes."""

from review.cost.items import Basis, LineItem
from review.cost.meters.context import Context
from review.cost.templates import Resource

#: Claim an id, record two entities, note what was recorded: each below 1 KB.
WRITES_PER_TRANSACTION = 4


def history_table(resource: Resource, context: Context) -> list[LineItem]:
    """Price what a month's transactions write, and what the table holds.

    A model of two entities that records every transaction with its id; scoring
    without recording reads instead, at a fraction of it.
    """
    workload = context.workload
    return [
        context.line(
            resource.stack,
            f"histories, {WRITES_PER_TRANSACTION} writes a transaction",
            Basis.TRAFFIC,
            "dynamodb.write-request",
            WRITES_PER_TRANSACTION * workload.requests_per_month,
        ),
        context.line(
            resource.stack,
            f"histories, {workload.stored_gb_per_history_table:g} GB",
            Basis.STANDING,
            "dynamodb.storage",
            workload.stored_gb_per_history_table,
        ),
    ]


def secret(resource: Resource, context: Context) -> list[LineItem]:
    """Price a secret; what reads it at a start is far below a cent."""
    return [
        context.line(
            resource.stack, "secret", Basis.STANDING, "secretsmanager.secret", 1
        )
    ]
