"""Score transactions in a file and apply the published decision rule."""

import argparse
import json
import sys
from collections.abc import Sequence

import boto3

from artifact import layout
from artifact.errors import ArtifactError
from artifact.printable import printable
from cdk_app.naming import ARTIFACT_URI_PARAMETER, endpoint_name
from cdk_app.settings import SettingsError, load
from operations.account.artifacts import read_artifact
from operations.account.errors import OperationError
from operations.account.session import environment_session
from operations.account.stacks import read_stack
from operations.client import FraudClient, Score
from operations.history.opening import find_history
from operations.score.options import parser
from operations.score.showing import as_json, in_table, in_words
from operations.score.transactions import Transactions, read_transactions

#: Rows a call: far below a serverless endpoint's 4 MB, and a second or two apart.
ROWS_PER_CALL = 500
#: The server explains no more transactions a call.
ROWS_PER_CALL_WITH_REASONS = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        if options.env is None:
            transactions = read_transactions(_named_file(options))
            client = FraudClient(
                options.endpoint,
                decision_rule_parameter=options.decision_rule_parameter,
            )
        else:
            session = environment_session(load(options.env))
            transactions = (
                read_transactions(options.file)
                if options.file is not None
                else _example(session, options.env)
            )
            client = FraudClient(
                endpoint_name(options.env),
                decision_rule_parameter=options.decision_rule_parameter,
                session=session,
                history=find_history(session, options.env),
            )
        scores = _scores(client, transactions, options)
        rule = client.rule
    except (OperationError, ArtifactError, SettingsError) as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return 1
    if options.json:
        shown = [as_json(score, reasons=options.explain > 0) for score in scores]
        what = shown[0] if transactions.is_single else {"scores": shown}
        print(json.dumps({**what, "decision_rule": rule.as_dict()}))
    elif transactions.is_single:
        print(in_words(scores[0], rule))
    else:
        print(in_table(scores, rule))
    return 0


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
    print(f"A typical transaction, {layout.EXAMPLE} of {uri}", file=sys.stderr)
    return Transactions([json.loads(files[layout.EXAMPLE])], is_single=True)


def _scores(
    client: FraudClient, transactions: Transactions, options: argparse.Namespace
) -> list[Score]:
    rows = transactions.rows
    if transactions.is_single:
        return [
            client.score(
                rows[0],
                reasons=options.explain,
                transaction_id=options.transaction_id,
                record=not options.no_record,
            )
        ]
    if options.transaction_id is not None:
        raise OperationError(
            "--transaction-id: expected a file of one JSON object, got one of several "
            "transactions; leave the option out."
        )
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
                record=not options.no_record,
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
