"""Histories from training to nothing left, on local AWS, through the client.

Deploy, seed, play payments in order with reports that come a week late, send one
twice, deploy another model, lose the table, destroy.
"""

import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import numpy.typing as npt
import pytest
from local_aws.testing.running import LocalAws
from sklearn.metrics import average_precision_score

from artifact import layout
from artifact.archive import pack
from artifact.history.asof import Table, features_as_of
from artifact.history.definition import FEATURES, HistoryDefinition
from artifact.history.snapshot import FILE_NAME
from artifact.loading import load_artifact
from cdk_app import settings
from cdk_app.settings import HistorySettings
from demo.payments import DAY_SECONDS, Payment, Population, generate, write_csv
from operations.client import FraudClient, Score
from operations.history.command import main as history
from operations.history.opening import open_history
from operations.history.snapshots import OUTPUT_ARCHIVE
from operations.history.store import HistoryStore
from operations.verify.command import main as verify
from tests.infrastructure.synthesized import Synthesized
from tests.integration.stacks.account import Account
from training.command_line import build_parser, to_arguments
from training.one_machine import history_path
from training.train import train

PLAYED = 2000
AFTER_REDEPLOY = 200
LEARNT_DAYS = 80
DELAY_SECONDS = 7 * DAY_SECONDS
DEFINITION = HistoryDefinition(("CARD", "MERCHANT"), "TIME", "AMOUNT")
OPTIONS = (
    *("--entities", "CARD,MERCHANT", "--split", "time", "--test-days", "5"),
    *("--label-column", "FRAUD", "--time-column", "TIME", "--amount-column", "AMOUNT"),
    *("--model", "gradient-boosting", "--calibration", "none"),
)


@dataclass(frozen=True)
class Model:
    """An artifact in its bucket, where a job leaves it, and on this disk."""

    directory: Path
    parameters: Mapping[str, str]


@dataclass
class Played:
    """Payments that went through the client, in order."""

    payments: list[Payment]
    scores: list[Score] = field(default_factory=list)


def transaction(payment: Payment) -> dict[str, Any]:
    return {
        "TIME": payment.seconds,
        "CARD": payment.card,
        "MERCHANT": payment.merchant,
        "AMOUNT": payment.amount,
    }


@pytest.fixture(scope="module")
def payments() -> list[Payment]:
    return generate(Population(days=LEARNT_DAYS + 8))


@pytest.fixture(scope="module")
def boundary(payments: list[Payment]) -> int:
    """The first payment that training does not know."""
    first = payments[0].seconds // DAY_SECONDS
    days = [payment.seconds // DAY_SECONDS - first for payment in payments]
    return int(np.searchsorted(days, LEARNT_DAYS))


@pytest.fixture(scope="module")
def offline(payments: list[Payment]) -> npt.NDArray[np.float64]:
    """Features of all payments as of each, of shape (n_payments, 38)."""
    seconds = np.array([payment.seconds for payment in payments])
    frauds = np.flatnonzero([payment.fraud for payment in payments])
    amounts = np.array([payment.amount for payment in payments])
    out = np.empty((len(payments), 2 * len(FEATURES)))
    for index, name in enumerate(("card", "merchant")):
        _, codes = np.unique(
            [getattr(payment, name) for payment in payments], return_inverse=True
        )
        table = Table(
            codes=codes.astype(np.int64),
            seconds=seconds,
            minor=np.rint(100 * amounts).astype(np.int64),
            amount_known=np.ones(len(payments), dtype=bool),
            reported=frauds,
            reported_seconds=seconds[frauds] + DELAY_SECONDS,
        )
        width = len(FEATURES)
        features_as_of(table, DEFINITION, out[:, index * width : (index + 1) * width])
    return out


@pytest.fixture(scope="module")
def account(
    local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Account]:
    section = HistorySettings(point_in_time_recovery=False)
    chosen = settings.load("dev").model_copy(update={"history": section})
    templates = tmp_path_factory.mktemp("templates")
    Synthesized(chosen, templates / "dev")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in local_aws.environment.items():
            patch.setenv(name, value)
        yield Account(local_aws, templates)


def put_model(account: Account, bucket: str, directory: Path, key: str) -> Model:
    """Put an artifact and its histories where a training job leaves them."""
    archive = directory.with_suffix(".tar.gz")
    pack(directory, archive)
    account.s3.upload_file(str(archive), bucket, f"{key}/output/model.tar.gz")
    beside = archive.with_name(OUTPUT_ARCHIVE)
    with tarfile.open(beside, "w:gz") as tar:
        tar.add(history_path(directory), FILE_NAME)
    account.s3.upload_file(str(beside), bucket, f"{key}/output/{OUTPUT_ARCHIVE}")
    pinned = layout.sha256_of(directory / layout.MANIFEST)
    return Model(
        directory,
        {
            "ModelArtifactUri": f"s3://{bucket}/{key}/output/model.tar.gz",
            "ModelManifestSha256": pinned,
        },
    )


def played(
    client: FraudClient,
    store: HistoryStore,
    payments: Sequence[Payment],
    begin: int,
    end: int,
) -> list[Score]:
    """Play payments in order; reports come a week after their fraud."""
    waiting = [
        (position, payment)
        for position, payment in enumerate(payments[:end])
        if payment.fraud
        and payment.seconds + DELAY_SECONDS > payments[begin - 1].seconds
    ]
    scores = []
    for position in range(begin, end):
        payment = payments[position]
        while waiting and waiting[0][1].seconds + DELAY_SECONDS <= payment.seconds:
            reported, fraud = waiting.pop(0)
            store.report(
                transaction(fraud), str(reported), fraud.seconds + DELAY_SECONDS
            )
        # Ids are for retries; every tenth here, for the time of the test.
        given = str(position) if position % 10 == 0 else None
        scores.append(client.score(transaction(payment), transaction_id=given))
    return scores


def offline_probabilities(
    model: Model, payments: Sequence[Payment], features: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    artifact = load_artifact(model.directory)
    names = artifact.manifest.feature_names
    own = {
        "AMOUNT": [p.amount for p in payments],
        "TIME": [p.seconds for p in payments],
    }
    of_history = dict(zip(DEFINITION.feature_names, features.T, strict=True))
    columns = [np.asarray(own.get(name, of_history.get(name)), float) for name in names]
    return artifact.scorer.predict(np.column_stack(columns))


def test_histories_from_training_to_nothing_left(  # noqa: PLR0917 - fixtures
    account: Account,
    local_aws: LocalAws,
    payments: list[Payment],
    boundary: int,
    offline: npt.NDArray[np.float64],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    session = boto3.Session(region_name=local_aws.environment["AWS_REGION"])
    table = tmp_path / "learnt.csv"
    write_csv(table, payments[:boundary])
    buckets = account.deploy("dev", "storage")
    models = []
    for number, iterations in enumerate(("40", "30")):
        arguments = to_arguments(
            build_parser().parse_args([*OPTIONS, "--boosting-iterations", iterations])
        )
        directory = tmp_path / f"model-{number}"
        train(table, directory, arguments)
        bucket = buckets["ArtifactBucketName"]
        models.append(put_model(account, bucket, directory, f"job-{number}"))

    account.deploy("dev", "serving", **models[0].parameters)
    assert verify(["--env", "dev"]) == 1
    assert "fraud history seed" in capsys.readouterr().out
    assert history(["seed", "--env", "dev"]) == 0
    assert verify(["--env", "dev"]) == 0

    # Waits for a machine under load: what is compared must not be missing.
    store = open_history(session, "dev", deadline_seconds=60.0)
    client = FraudClient("fraud-dev", session=session, history=store)
    change = boundary + PLAYED - AFTER_REDEPLOY
    scores = played(client, store, payments, boundary, change)

    again = change - 1 - (change - 1) % 10
    known = store.read(transaction(payments[again])).features
    repeated = client.score(transaction(payments[again]), transaction_id=str(again))
    assert repeated == scores[again - boundary]
    assert store.read(transaction(payments[again])).features == known
    assert store.counters["repeated"] == 1

    account.update("dev", "serving", **models[1].parameters)
    assert history(["seed", "--env", "dev"]) == 0
    assert verify(["--env", "dev"]) == 0
    end = boundary + PLAYED
    scores += played(client, store, payments, change, end)

    online = np.array([score.fraud_probability for score in scores])
    expected = np.concatenate(
        [
            offline_probabilities(model, payments[start:stop], offline[start:stop])
            for model, start, stop in (
                (models[0], boundary, change),
                (models[1], change, end),
            )
        ]
    )
    frauds = [payment.fraud for payment in payments[boundary:end]]
    assert not any(score.history_missing for score in scores)
    np.testing.assert_allclose(online, expected, atol=1e-6)
    precisions = [average_precision_score(frauds, p) for p in (online, expected)]
    assert abs(precisions[0] - precisions[1]) <= 0.002
    assert precisions[0] > 5 * np.mean(frauds), "better than chance by far"

    session.client("dynamodb").delete_table(TableName=store.table.name)
    without = client.score(transaction(payments[end]), transaction_id="later")
    assert without.history_missing == DEFINITION.entities
    assert 0 <= without.fraud_probability <= 1
    assert store.counters["missing"] == 1

    store.close()
    for unit in ("serving", "storage"):
        account.destroy("dev", unit)
    assert not any(account.of("dev").values())
    assert session.client("dynamodb").list_tables()["TableNames"] == []
    assert session.client("secretsmanager").list_secrets()["SecretList"] == []
