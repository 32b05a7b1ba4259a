"""The histories of an environment, found by the outputs of its storage stack."""

import boto3

from artifact.history.definition import HistoryDefinition
from cdk_app.naming import HISTORY_KEY_OUTPUT, HISTORY_TABLE_OUTPUT
from operations.account.errors import OperationError, explained
from operations.account.stacks import read_stack
from operations.history.store import DEADLINE_SECONDS, HistoryStore
from operations.history.table import HistoryTable, patient_client, read_definition


def find_history(session: boto3.Session, environment: str) -> HistoryStore | None:
    """Return the store; None where there is no table, or it was never filled."""
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
    """Return the store that payments use; raises as `open_table`."""
    table = open_table(session, environment, definition)
    return HistoryStore(
        table.name,
        hash_key=table.hash_key,
        definition=table.definition,
        session=session,
        deadline_seconds=deadline_seconds,
    )


def open_table(
    session: boto3.Session,
    environment: str,
    definition: HistoryDefinition | None = None,
) -> HistoryTable:
    """Return the table; without `definition`, with what it was filled for.

    Raises
    ------
    OperationError
        If the environment has no table, or the table was never filled.
    """
    outputs = read_stack(session, environment, "storage").outputs
    name, secret = outputs.get(HISTORY_TABLE_OUTPUT), outputs.get(HISTORY_KEY_OUTPUT)
    if name is None or secret is None:
        raise OperationError(
            f"{environment}: expected a table of histories, found none; add [history] "
            f"to cdk_app/environments/{environment}.toml and deploy its storage stack."
        )
    with explained():
        found = session.client("secretsmanager").get_secret_value(SecretId=secret)
        definition = definition or read_definition(session, name)
    if definition is None:
        raise OperationError(
            f"The table {name} has not been filled; run: fraud history seed --env "
            f"{environment}"
        )
    key = found["SecretString"].encode()
    return HistoryTable(name, key, definition, patient_client(session))
