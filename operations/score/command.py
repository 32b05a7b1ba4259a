"""Score transactions in a file and apply the published decision rule."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from artifact.printable import printable
from cdk_app.naming import endpoint_name
from cdk_app.settings import SettingsError, load
from operations.account.errors import OperationError
from operations.account.session import environment_session
from operations.client import FraudClient
from operations.history.opening import find_history
from operations.rule.published import describe
from operations.score.options import parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        transaction = _read_transaction(options.file)
        client = _client(options)
        score = client.score(
            transaction,
            reasons=options.explain,
            transaction_id=options.transaction_id,
            record=not options.no_record,
        )
    except (OperationError, SettingsError) as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return 1
    if options.json:
        shown = {**asdict(score), "decision_rule": client.rule.as_dict()}
        if not options.explain:
            del shown["reasons"]
        if not score.history_missing:
            del shown["history_missing"]
        print(json.dumps(shown))
    else:
        print(f"Fraud probability  {score.fraud_probability:.6f}")
        print(f"Decision           {'alert' if score.alert else 'no alert'}")
        print(f"Rule               {describe(client.rule)}")
        if score.history_missing:
            print(f"Without history    {printable(', '.join(score.history_missing))}")
        for reason in score.reasons:
            print(
                f"  {printable(reason.feature):15}  "
                f"{reason.contribution:+.3f} log-odds of fraud"
            )
    return 0


def _client(options: argparse.Namespace) -> FraudClient:
    if options.env is None:
        return FraudClient(
            options.endpoint, decision_rule_parameter=options.decision_rule_parameter
        )
    session = environment_session(load(options.env))
    return FraudClient(
        endpoint_name(options.env),
        decision_rule_parameter=options.decision_rule_parameter,
        session=session,
        history=find_history(session, options.env),
    )


def _read_transaction(file: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise OperationError(f"{file} cannot be read: {reason}.") from None
    try:
        transaction = json.loads(text)
    except ValueError:
        transaction = None
    if not isinstance(transaction, dict):
        raise OperationError(
            f"{file} must hold one JSON object, a row of the training table, such as "
            '{"Time": 0.0, "V1": -1.36, "Amount": 149.62}.'
        )
    return transaction
