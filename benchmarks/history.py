r"""Histories end to end: a table's last days through the client, on local AWS.

Trains on all but the last days of a table, deploys the model with a table of
histories, seeds it, and plays the last days in the order of their time, with each
fraud's report as late as training assumed. Prints the average precision of what the
endpoint answered beside that of the whole table's features, and milliseconds of what
an application waits for. Local AWS takes the place of DynamoDB and SageMaker: its
times are no estimate of theirs, but of what the client itself takes, an upper bound.

    python -m benchmarks.history --data handbook.parquet \
      --entities CUSTOMER_ID,TERMINAL_ID --label-column TX_FRAUD \
      --time-column TX_DATETIME --amount-column TX_AMOUNT \
      --drop-columns TX_TIME_SECONDS
"""

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from sklearn.metrics import average_precision_score

from artifact.history.asof import features_as_of
from artifact.history.definition import FEATURES, HistoryDefinition
from artifact.loading import load_artifact
from benchmarks.history_compute import print_compute
from benchmarks.history_deployment import ENVIRONMENT, deploy
from cdk_app.naming import endpoint_name
from demo.local_account import local_account
from operations.client import FraudClient
from operations.history.opening import open_history
from operations.history.store import HistoryStore
from operations.history.table_file import read_events
from training.command_line import build_parser, to_arguments
from training.train import train

#: What is compared must not be missing because this machine is busy.
DEADLINE_SECONDS = 60.0
PRINT_EVERY = 5000

Floats = npt.NDArray[np.float64]


def main() -> None:
    """Measure and print."""
    options = _parser().parse_args()
    print_compute()
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        table = pa.parquet.read_table(options.data)
        table = table.take(pc.sort_indices(table, [(options.time_column, "ascending")]))
        begin = _boundary(table, options)
        learnt, whole = directory / "learnt.parquet", directory / "whole.parquet"
        pa.parquet.write_table(table.slice(0, begin), learnt)
        pa.parquet.write_table(table.slice(0, begin + options.limit), whole)
        model_dir = _train(learnt, directory / "model", options)
        with local_account() as account:
            os.environ.update(account.variables)
            session = boto3.Session(region_name=account.variables["AWS_REGION"])
            deploy(session, model_dir, directory)
            _play(
                session, table.slice(0, begin + options.limit), begin, whole, model_dir
            )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="Parquet file")
    for name in ("--entities", "--label-column", "--time-column", "--amount-column"):
        parser.add_argument(name, required=True)
    parser.add_argument("--drop-columns", default="")
    parser.add_argument("--model", default="gradient-boosting")
    parser.add_argument("--play-days", type=float, default=7.0)
    parser.add_argument(
        "--limit", type=int, default=10**9, help="play no more transactions than these"
    )
    return parser


def _boundary(table: pa.Table, options: argparse.Namespace) -> int:
    """Return the first row that is played and not learnt from."""
    times = table[options.time_column]
    if pa.types.is_timestamp(times.type):
        times = pc.cast(pc.cast(times, pa.timestamp("us")), pa.int64())
        seconds = times.to_numpy() / 1e6
    else:
        seconds = times.to_numpy()
    return int(np.searchsorted(seconds, seconds[-1] - 86_400 * options.play_days))


def _train(data: Path, model_dir: Path, options: argparse.Namespace) -> Path:
    words = ["--split", "time", "--test-days", "1", "--calibration", "none"]
    for name in (
        *("entities", "label_column", "time_column", "amount_column"),
        *("drop_columns", "model"),
    ):
        words += [f"--{name.replace('_', '-')}", getattr(options, name)]
    train(data, model_dir, to_arguments(build_parser().parse_args(words)))
    return model_dir


def _play(
    session: boto3.Session, table: pa.Table, begin: int, whole: Path, model_dir: Path
) -> None:
    store = open_history(session, ENVIRONMENT, deadline_seconds=DEADLINE_SECONDS)
    client = FraudClient(endpoint_name(ENVIRONMENT), session=session, history=store)
    definition = store.definition
    artifact = load_artifact(model_dir)
    label = artifact.manifest.label
    _, tables = read_events(whole, definition, label=label)
    rows = table.slice(begin).to_pylist()
    frauds = tables[0].reported
    waiting = [
        (int(seconds), int(row))
        for seconds, row in zip(tables[0].reported_seconds, frauds, strict=True)
        if seconds > tables[0].seconds[begin - 1]
    ]
    offline = _offline(artifact, tables, table, definition, begin)
    labels = np.isin(np.arange(begin, len(table)), frauds).astype(int)
    online: list[float] = []
    milliseconds: list[float] = []
    for position, row in enumerate(rows):
        now = int(tables[0].seconds[begin + position])
        while waiting and waiting[0][0] <= now:
            _report(store, table, *waiting.pop(0))
        started = time.perf_counter()
        score = client.score(row, transaction_id=str(begin + position))
        milliseconds.append(1000 * (time.perf_counter() - started))
        online.append(score.fraud_probability)
        played = position + 1
        if played % PRINT_EVERY == 0 or played == len(rows):
            _print_scores(labels[:played], np.array(online), offline[:played])
            middle, late = np.percentile(milliseconds, [50, 99])
            print(f"  history and endpoint: p50 {middle:.1f} ms, p99 {late:.1f} ms")
    print(f"counted: {dict(store.counters)}")
    store.close()


def _report(store: HistoryStore, table: pa.Table, seconds: int, row: int) -> None:
    (transaction,) = table.slice(row, 1).to_pylist()
    store.report(transaction, str(row), seconds)


def _offline(
    artifact: Any,  # noqa: ANN401
    tables: Sequence[Any],
    table: pa.Table,
    definition: HistoryDefinition,
    begin: int,
) -> Floats:
    """Return the probabilities by the features of the whole table."""
    columns: dict[str, Floats] = {}
    for index, entity in enumerate(tables):
        out = np.empty((len(entity.codes), len(FEATURES)))
        features_as_of(entity, definition, out)
        names = definition.feature_names[index * len(FEATURES) :]
        columns |= dict(zip(names, out[begin:].T, strict=False))
    for feature in artifact.manifest.features:
        if feature.name == definition.time:
            columns[feature.name] = tables[0].seconds[begin:].astype(float)
        elif feature.name not in columns:
            own = pc.cast(table[feature.name], pa.float64()).to_numpy()
            columns[feature.name] = own[begin:]
    matrix = [columns[feature.name] for feature in artifact.manifest.features]
    scored: Floats = artifact.scorer.predict(np.column_stack(matrix))
    return scored


def _print_scores(
    labels: npt.NDArray[np.int_], online: Floats, offline: Floats
) -> None:
    first = average_precision_score(labels, online)
    second = average_precision_score(labels, offline)
    difference = np.abs(online - offline).max()
    print(
        f"{len(labels):,} transactions, {labels.sum():,} frauds: average precision "
        f"{first:.4f} online, {second:.4f} offline; largest difference of a "
        f"probability {difference:.1e}",
        flush=True,
    )


if __name__ == "__main__":
    main()
