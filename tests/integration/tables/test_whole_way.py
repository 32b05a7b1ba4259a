"""A table with text goes the whole way, through a job, an endpoint and a batch job."""

import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from local_aws.testing.running import LocalAws

import fraud
from artifact.loading import load_artifact
from operations.client import FraudClient
from serving.invocation import Invocations
from serving.request import Request
from tests.integration.stacks.account import Account
from tests.integration.tables.public_tables import TABLES, make, rows_of

OPTIONS = (
    *("--label-column", "is_fraud", "--time-column", "unix_time"),
    *("--amount-column", "amt", "--model", "gradient-boosting"),
    *("--boosting-iterations", "20", "--calibration", "none"),
)


@pytest.fixture(scope="module")
def account(local_aws: LocalAws) -> Iterator[Account]:
    made = Account(local_aws)
    yield made
    for unit in ("serving", "training", "storage"):
        made.destroy("dev", unit)


@pytest.fixture(autouse=True)
def aws_variables(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in local_aws.environment.items():
        monkeypatch.setenv(name, value)


def test_a_table_with_text_from_file_to_endpoint_and_batch(
    account: Account,
    local_aws: LocalAws,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    frame = make("sparkov")
    data = TABLES["sparkov"].write(tmp_path, frame)
    storage = account.deploy("dev", "storage")
    account.deploy("dev", "training")

    assert fraud.main(["launch", "--env", "dev", "--data", str(data), *OPTIONS]) == 0
    said = capsys.readouterr().out
    assert "categories: category, gender, state" in said
    assert said.index("entities, keys for history") < said.index("Uploading")
    found = re.search(r"ModelArtifactUri=(s3://([^/]+)/([^\s']+))", said)
    assert found is not None, said
    account.s3.download_file(found[2], found[3], "model.tar.gz")
    with tarfile.open(tmp_path / "model.tar.gz") as archive:
        archive.extractall(tmp_path / "model", filter="data")
    artifact = load_artifact(tmp_path / "model")
    rows = rows_of(frame)
    body = json.dumps(rows).encode()
    answer = Invocations(artifact).answer(Request(body, "application/json"))
    expected = [item["fraud_probability"] for item in json.loads(answer.body)]

    account.deploy("dev", "serving", ModelArtifactUri=found[1])
    client = FraudClient("fraud-dev")
    np.testing.assert_allclose(client.probabilities(rows), expected, atol=1e-9)
    scored = client.score(rows[3], reasons=3)
    assert scored.fraud_probability == pytest.approx(expected[3], abs=1e-9)
    names = set(artifact.manifest.feature_names)
    assert {reason.feature for reason in scored.reasons} <= names
    # As pandas has the rows: its scalars, its gaps.
    row = {str(name): value for name, value in frame.iloc[3].items()}
    assert client.score(row).fraud_probability == pytest.approx(expected[3], abs=1e-9)

    lines = "".join(json.dumps(row) + "\n" for row in rows)
    bucket = storage["DataBucketName"]
    account.s3.put_object(Bucket=bucket, Key="batch/in/rows.jsonl", Body=lines.encode())
    source, target = (f"s3://{bucket}/batch/{place}/" for place in ("in", "out"))
    arguments = ["--env", "dev", "--input", source, "--output", target]
    assert fraud.main(["batch", *arguments]) == 0
    got = account.s3.get_object(Bucket=bucket, Key="batch/out/rows.jsonl.out")
    scores = [json.loads(line) for line in got["Body"].read().splitlines()]
    np.testing.assert_allclose(
        [item["fraud_probability"] for item in scores], expected, atol=1e-9
    )

    with_header = frame.to_csv(index=False).encode()
    account.s3.put_object(Bucket=bucket, Key="batch/csv/rows.csv", Body=with_header)
    source = f"s3://{bucket}/batch/csv/"
    capsys.readouterr()
    assert fraud.main(["batch", "--env", "dev", "--input", source, *arguments[4:]]) == 1
    assert "begins with a header" in capsys.readouterr().err
