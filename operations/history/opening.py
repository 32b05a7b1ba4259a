"""The store of an environment, found by the outputs of its storage stack."""

import boto3

from artifact.history.definition import HistoryDefinition
from cdk_app.naming import HISTORY_KEY_OUTPUT, HISTORY_TABLE_OUTPUT
from operations.account.errors import OperationError, explained
from operations.account.stacks import read_stack
from operations.history.store import DEADLINE_SECONDS, HistoryStore, read_definition


def has_history(session: boto3.Session, environment: str) -> bool:
    """Whether the environment's storage stack has a table of histories."""
    outputs = read_stack(session, environment, "storage").outputs
    return HISTORY_TABLE_OUTPUT in outputs


def find_history(session: boto3.Session, environment: str) -> HistoryStore | None:
    """Return the store; None where there is no table, or no model that needs one."""
    outputs = read_stack(session, environment, "storage").outputs
    table = outputs.get(HISTORY_TABLE_OUTPUT)
    if table is None or read_definition(session, table) is None:
        return None
    return open_history(session, environment)


def open_history(
    session: boto3.Session,
    environment: str,
    *,
    definition: HistoryDefinition | None = None,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> HistoryStore:
    """Return the store; without `definition`, of what the table was filled for.

    Raises
    ------
    OperationError
        If the environment has no table, or the table was never filled.
    """
    outputs = read_stack(session, environment, "storage").outputs
    table, secret = outputs.get(HISTORY_TABLE_OUTPUT), outputs.get(HISTORY_KEY_OUTPUT)
    if table is None or secret is None:
        raise OperationError(
            f"{environment}: expected a table of histories, found none; add [history] "
            f"to cdk_app/environments/{environment}.toml and deploy its storage stack."
        )
    with explained():
        found = session.client("secretsmanager").get_secret_value(SecretId=secret)
        definition = definition or read_definition(session, table)
    if definition is None:
        raise OperationError(
            f"The table {table} has not been filled; run: fraud history seed --env "
            f"{environment}"
        )
    return HistoryStore(
        table,
        hash_key=found["SecretString"].encode(),
        definition=definition,
        session=session,
        deadline_seconds=deadline_seconds,
    )
