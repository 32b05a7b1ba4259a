"""Score transactions in a file and apply the published decision rule."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

import boto3

from artifact import layout
from artifact.errors import ArtifactError
from artifact.history.identity import entity_text
from artifact.printable import printable
from cdk_app.naming import ARTIFACT_URI_PARAMETER, endpoint_name
from operations.account.artifacts import read_artifact
from operations.account.credentials import aws_session
from operations.account.errors import OperationError
from operations.account.stacks import find_stack, read_stack
from operations.client import FraudClient, Score
from operations.history.opening import find_history
from operations.history.store import HistoryStore
from operations.score.counted_twice import caution
from operations.score.options import parser
from operations.score.showing import as_json, in_sum, in_table, in_words
from operations.score.telling import told_apart
from operations.score.transactions import Transactions, read_transactions
from operations.score.writing import check_output, write_scores
from serving.formats.schema import Schema
from serving.formats.table_csv import TableCsv

#: Rows a call: far below a serverless endpoint's 4 MB, and a second or two apart.
ROWS_PER_CALL = 500
#: The server explains no more transactions a call.
ROWS_PER_CALL_WITH_REASONS = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    history: HistoryStore | None = None
    form = ""
    try:
        if options.env is None:
            transactions = _read(_named_file(options), options.endpoint)
            client = FraudClient(
                options.endpoint,
                decision_rule_parameter=options.decision_rule_parameter,
            )
        else:
            transactions, client, history = _in_environment(options)
        columns = [name for name in options.show.split(",") if name]
        told = told_apart(transactions.rows, columns)
        if options.output:
            check_output(options.output, transactions.rows)
        scores = _scores(client, transactions, options)
        rule = client.rule
        if options.output:
            form = write_scores(options.output, transactions, scores)
    except (OperationError, ArtifactError) as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return 1
    if options.output:
        form = f" (with {form}, as {options.file} has)" if form else ""
        print(f"{in_sum(scores, rule)}\nWrote {options.output}{form}")
    elif options.json:
        shown = [as_json(score, reasons=options.explain > 0) for score in scores]
        what = shown[0] if transactions.is_single else {"scores": shown}
        print(json.dumps({**what, "decision_rule": rule.as_dict()}))
    elif transactions.is_single:
        print(in_words(scores[0], rule, dict(zip(columns, told[0], strict=True))))
    else:
        print(in_table(scores, rule, columns, told))
    if options.file is not None and (
        said := caution(history, len(scores), options.file, client.endpoint)
    ):
        print(f"\n{said}", file=sys.stderr)
    return 0


def _in_environment(
    options: argparse.Namespace,
) -> tuple[Transactions, FraudClient, HistoryStore | None]:
    """Return what is scored, the client of an environment's endpoint, its histories."""
    # With --endpoint no settings are read; they take as long to import as boto3.
    from cdk_app.settings import SettingsError, load  # noqa: PLC0415
    from operations.account.session import environment_session  # noqa: PLC0415

    try:
        session = environment_session(load(options.env))
    except SettingsError as error:
        raise OperationError(str(error)) from error
    history = find_history(session, options.env)
    endpoint = endpoint_name(options.env)
    transactions = (
        _read(options.file, endpoint, session, history)
        if options.file is not None
        else _example(session, options.env)
    )
    if history is not None and not _is_recorded(transactions, options):
        print(
            "Histories are read and not counted; --record counts them.",
            file=sys.stderr,
        )
    client = FraudClient(
        endpoint,
        decision_rule_parameter=options.decision_rule_parameter,
        session=session,
        history=history,
    )
    return transactions, client, history


def _read(
    file: str,
    endpoint: str,
    session: boto3.Session | None = None,
    history: HistoryStore | None = None,
) -> Transactions:
    """Read a file; values without names are the columns of the model in service.

    That model's names decide whether the first line of a CSV is names or values, where
    it may be either.
    """
    transactions = read_transactions(file)
    if not transactions.has_lists:
        return transactions
    session = session or aws_session()
    remedy = "name the columns of each transaction."
    stack = find_stack(session, f"{endpoint}-serving", remedy)
    uri = stack.parameters[ARTIFACT_URI_PARAMETER]
    manifest = read_artifact(session, uri).manifest
    if transactions.names and TableCsv(Schema(manifest)).is_header(
        transactions.rows[0]
    ):
        return transactions.with_header(file)
    entities = history.definition.entities if history else ()
    return transactions.with_names(manifest.feature_names, entities)


def _named_file(options: argparse.Namespace) -> str:
    if options.file is None:
        raise OperationError(
            "--file: expected a file of transactions with --endpoint, got none; name "
            "one, or ask with --env about the typical one that training wrote."
        )
    return str(options.file)


def _example(session: boto3.Session, environment: str) -> Transactions:
    """Return the typical transaction that the model in service carries."""
    uri = read_stack(session, environment).parameters[ARTIFACT_URI_PARAMETER]
    files = read_artifact(session, uri, documents=True).files
    if layout.EXAMPLE not in files:
        raise OperationError(
            f"{uri} carries no {layout.EXAMPLE}: it is of an earlier release; name a "
            "file of transactions with --file."
        )
    print(f"A typical transaction, {layout.EXAMPLE} of\n  {uri}", file=sys.stderr)
    return Transactions([json.loads(files[layout.EXAMPLE])], is_single=True)


def _scores(
    client: FraudClient, transactions: Transactions, options: argparse.Namespace
) -> list[Score]:
    rows, ids = _with_ids(transactions, options)
    record = _is_recorded(transactions, options)
    if transactions.is_single:
        return [
            client.score(
                rows[0],
                reasons=options.explain,
                transaction_id=ids[0] if ids else None,
                record=record,
            )
        ]
    size = ROWS_PER_CALL_WITH_REASONS if options.explain else ROWS_PER_CALL
    scores: list[Score] = []
    for first in range(0, len(rows), size):
        part = rows[first : first + size]
        if first:
            print(f"{first:,} of {len(rows):,} transactions", file=sys.stderr)
        try:
            scores += client.score_many(
                part,
                reasons=options.explain,
                transaction_ids=ids[first : first + size] if ids else None,
                record=record,
                are_texts=transactions.are_texts,
            )
        except OperationError as error:
            if len(rows) <= size:
                raise
            raise OperationError(
                f"In rows {first + 1:,} to {first + len(part):,}, counted from the "
                f"first of them: {error}"
            ) from None
    return scores


def _with_ids(
    transactions: Transactions, options: argparse.Namespace
) -> tuple[list[dict[str, Any]], list[str] | None]:
    """Return the rows as they are sent, and the transactions' ids if they have any."""
    rows, name = transactions.rows, options.transaction_id_column
    if options.transaction_id is not None:
        if not transactions.is_single:
            raise OperationError(
                "--transaction-id: expected a file of one JSON object, got one of "
                "several transactions; name the column of their ids with "
                "--transaction-id-column."
            )
        return rows, [options.transaction_id]
    if name is None:
        return rows, None
    ids = []
    for number, row in enumerate(rows, 1):
        text = entity_text(row.get(name))
        if text is None:
            raise OperationError(
                f"--transaction-id-column: expected an id in the column {name!r} of "
                f"every row, found none in row {number:,}; add it, or leave the option "
                "out."
            )
        ids.append(text)
    return [{n: v for n, v in row.items() if n != name} for row in rows], ids


def _is_recorded(transactions: Transactions, options: argparse.Namespace) -> bool:
    """Whether the histories count the transactions.

    Several without ids would count again in the retry of a file that was refused.
    """
    if options.file is None:
        if options.record:
            raise OperationError(
                "--record: expected a file of transactions, got none, and an example "
                "is no payment; name one with --file."
            )
        return False
    if options.record is not None:
        return bool(options.record)
    return transactions.is_single or options.transaction_id_column is not None
