"""Batch transform of the real application: on local AWS, with the reviewed stacks."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from local_aws.testing.running import LocalAws, eventually

from artifact.archive import pack
from artifact.loading import load_artifact
from artifact.scoring.scorer import Scorer
from operations.batch import command as batch
from tests.integration.stacks.account import Account
from tests.unit.serving.sample_artifact import write_artifact

NAMES = ("Hour", "V1", "Amount")


@dataclass
class Deployed:
    aws: LocalAws
    bucket: str
    outputs: Mapping[str, str]
    scorer: Scorer
    _count: int = field(default=0)

    def fresh(self) -> str:
        """A prefix below batch/ that no other test uses."""
        self._count += 1
        return f"batch/{self._count}"

    def put(self, key: str, body: bytes | str) -> str:
        self.aws.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)
        return f"s3://{self.bucket}/{key}"

    def get(self, key: str) -> str:
        found = self.aws.client("s3").get_object(Bucket=self.bucket, Key=key)
        text: str = found["Body"].read().decode()
        return text

    def keys(self, prefix: str) -> list[str]:
        listed = self.aws.client("s3").list_objects_v2(
            Bucket=self.bucket, Prefix=prefix
        )
        return [item["Key"] for item in listed.get("Contents", [])]


@pytest.fixture(scope="module")
def deployed(
    local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    account = Account(local_aws)
    storage = account.deploy("dev", "storage")
    model_dir = tmp_path_factory.mktemp("artifact")
    write_artifact(model_dir)
    archive = tmp_path_factory.mktemp("archive") / "model.tar.gz"
    pack(model_dir, archive)
    key = "job/output/model.tar.gz"
    account.s3.upload_file(str(archive), storage["ArtifactBucketName"], key)
    outputs = account.deploy(
        "dev", "serving", ModelArtifactUri=f"s3://{storage['ArtifactBucketName']}/{key}"
    )
    yield Deployed(
        local_aws, storage["DataBucketName"], outputs, load_artifact(model_dir).scorer
    )
    account.destroy("dev", "serving")
    account.destroy("dev", "storage")


@pytest.fixture(autouse=True)
def aws_variables(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in local_aws.environment.items():
        monkeypatch.setenv(name, value)


def transactions(count: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    random = np.random.default_rng(count)
    return np.column_stack(
        [random.integers(0, 24, count), random.normal(size=count), random.random(count)]
    ).astype(np.float64)


def as_csv(rows: np.ndarray[Any, Any]) -> str:
    return "".join(",".join(map(repr, row)) + "\n" for row in rows.tolist())


def as_json_lines(rows: np.ndarray[Any, Any]) -> str:
    whole = [[int(row[0]), *row[1:]] for row in rows.tolist()]
    return "".join(
        json.dumps(dict(zip(NAMES, row, strict=True))) + "\n" for row in whole
    )


def run(deployed: Deployed, source: str, target: str, *arguments: str) -> int:
    return batch.main(
        ["--input", source, "--output", f"s3://{deployed.bucket}/{target}", *arguments]
    )


def test_objects_are_scored_in_order_and_shared_by_instances(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    place = deployed.fresh()
    parts = {f"part-{n}.csv": transactions(2_000 + n) for n in range(3)}
    for name, rows in parts.items():
        deployed.put(f"{place}/in/{name}", as_csv(rows))

    status = run(
        deployed,
        f"s3://{deployed.bucket}/{place}/in/",
        f"{place}/out/",
        *("--instance-count", "2"),
    )

    printed = capsys.readouterr()
    assert status == 0, printed.err
    assert "on 2 x ml.m5.large" in printed.out
    assert "6,003 rows scored so far" in printed.out
    for name, rows in parts.items():
        scores = deployed.get(f"{place}/out/{name}.out").splitlines()
        assert [float(score) for score in scores] == pytest.approx(
            deployed.scorer.predict(rows), abs=1e-12
        )


def test_json_lines_are_joined_with_their_scores(deployed: Deployed) -> None:
    place = deployed.fresh()
    rows = transactions(50)
    source = deployed.put(
        f"{place}/x.jsonl.gz", gzip.compress(as_json_lines(rows).encode())
    )

    assert run(deployed, source, f"{place}/out/", "--join") == 0

    lines = deployed.get(f"{place}/out/x.jsonl.gz.out").splitlines()
    joined = [json.loads(line) for line in lines]
    assert [row["V1"] for row in joined] == rows[:, 1].tolist()
    assert [
        row["SageMakerOutput"]["fraud_probability"] for row in joined
    ] == pytest.approx(deployed.scorer.predict(rows), abs=1e-12)


def test_an_id_column_is_kept_and_not_sent(deployed: Deployed) -> None:
    place = deployed.fresh()
    rows = transactions(20)
    lines = as_csv(rows).splitlines()
    body = "".join(f"id-{n},{line}\n" for n, line in enumerate(lines))
    source = deployed.put(f"{place}/x.csv", body)

    status = run(
        deployed,
        source,
        f"{place}/out/",
        *("--join", "--input-filter", "$[1:]", "--output-filter", "$[0,-1]"),
    )

    assert status == 0
    found = [
        line.split(",") for line in deployed.get(f"{place}/out/x.csv.out").splitlines()
    ]
    assert [row[0] for row in found] == [f"id-{n}" for n in range(20)]
    assert [float(row[1]) for row in found] == pytest.approx(
        deployed.scorer.predict(rows), abs=1e-12
    )


@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
@pytest.mark.parametrize(
    ("media_type", "write", "read"),
    [
        ("text/csv", as_csv, float),
        (
            "application/jsonlines",
            as_json_lines,
            lambda line: json.loads(line)["fraud_probability"],
        ),
    ],
)
def test_either_strategy_gives_one_result_a_row_in_order(
    deployed: Deployed, strategy: str, media_type: str, write: Any, read: Any
) -> None:
    place = deployed.fresh()
    rows = transactions(60)
    client = deployed.aws.client("sagemaker")
    name = place.replace("/", "-")
    client.create_transform_job(
        TransformJobName=name,
        ModelName=deployed.outputs["ModelName"],
        BatchStrategy=strategy,
        MaxConcurrentTransforms=4,
        TransformInput={
            "DataSource": {
                "S3DataSource": {
                    "S3DataType": "S3Prefix",
                    "S3Uri": deployed.put(f"{place}/x", write(rows)),
                }
            },
            "ContentType": media_type,
            "SplitType": "Line",
        },
        TransformOutput={
            "S3OutputPath": f"s3://{deployed.bucket}/{place}/out/",
            "AssembleWith": "Line",
        },
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )

    def over() -> bool:
        job = client.describe_transform_job(TransformJobName=name)
        assert job["TransformJobStatus"] != "Failed", job
        return bool(job["TransformJobStatus"] == "Completed")

    eventually(over, 60)
    lines = deployed.get(f"{place}/out/x.out").splitlines()
    assert [read(line) for line in lines] == pytest.approx(
        deployed.scorer.predict(rows), abs=1e-12
    )


def test_a_bad_row_fails_its_object_and_is_named_without_its_values(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    place = deployed.fresh()
    good = as_csv(transactions(3))
    deployed.put(f"{place}/in/bad.csv", good + "3.0,4111111111111111x,1.0\n")
    deployed.put(f"{place}/in/good.csv", good)

    status = run(deployed, f"s3://{deployed.bucket}/{place}/in/", f"{place}/out/")

    said = capsys.readouterr().err
    assert status == 1
    assert "ended as Failed: ClientError" in said
    assert f"{place}/in/bad.csv: ClientError: 400" in said
    assert '"row": 4, "field": "V1"' in said
    assert "4111" not in said
    assert deployed.keys(f"{place}/out/") == [f"{place}/out/good.csv.out"]


def test_a_file_of_this_machine_is_converted_and_scored(
    deployed: Deployed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = transactions(3)
    path = tmp_path / "orders.csv"
    lines = [f"{amount!r};{hour!r};{v1!r}\n" for hour, v1, amount in rows.tolist()]
    path.write_text("Amount;Hour;V1\n" + "".join(lines))
    assert batch.main(["--input", str(path)]) == 0
    said = capsys.readouterr().out
    (prefix,) = {
        word.removeprefix(f"s3://{deployed.bucket}/").rstrip(",")
        for word in said.split()
        if "/batch/scores/" in word
    }
    (key,) = deployed.keys(prefix)
    scores = [float(line) for line in deployed.get(key).splitlines()]
    assert scores == pytest.approx(deployed.scorer.predict(rows), abs=1e-12)


def refusal(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], arguments: Sequence[str]
) -> str:
    before = deployed.aws.client("sagemaker").list_transform_jobs(MaxResults=100)
    assert batch.main(list(arguments)) == 1
    after = deployed.aws.client("sagemaker").list_transform_jobs(MaxResults=100)
    assert len(after["TransformJobSummaries"]) == len(before["TransformJobSummaries"])
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("x.csv", "Hour,V1,Amount\n1,2,3\n", "begins with a header"),
        ("x.csv", "Hour;V1;Amount\n1;2;3\n", "begins with a header, which"),
        ("x.csv", "1;2;3\n", "has its cells between semicolons; expected cells"),
        ("x.csv", "1\n", "line 1: expected 3 cells, got 1 cell; expected cells"),
        ("x.csv", "1,2\n", "order: Hour,V1,Amount. Name the file on this machine"),
        ("x.csv", "1,abc,3\n", "line 1, field V1: expected a number, got text"),
        ("x.jsonl", '{"Hour": 1, "V1": 2}\n', "field Amount"),
        ("x.csv.gz", "1,2,3\n", "is no gzip file"),
        ("x.parquet", "PAR1", "of no kind that can be scored"),
    ],
)
def test_input_that_cannot_be_scored_starts_no_job(
    deployed: Deployed,
    capsys: pytest.CaptureFixture[str],
    name: str,
    body: str,
    message: str,
) -> None:
    place = deployed.fresh()
    source = deployed.put(f"{place}/{name}", body)
    out = f"s3://{deployed.bucket}/{place}/out/"
    said = refusal(deployed, capsys, ["--input", source, "--output", out])
    assert message in said


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("s3://{bucket}/captures/", "s3://{bucket}/batch/out/", "--input: expected"),
        ("s3://other/batch/", "s3://{bucket}/batch/out/", "--input: expected"),
        ("s3://{bucket}/datasets/", "s3://{bucket}/datasets/o/", "--output: expected"),
        ("s3://{bucket}/batch/", "s3://{bucket}/batch/out/", "below the input"),
        ("x.csv", "s3://{bucket}/batch/out/", "expected s3://bucket/key"),
        (
            "s3://{bucket}/batch/no/",
            "s3://{bucket}/batch/out/",
            "There is no object at",
        ),
    ],
)
def test_places_that_cannot_be_used_start_no_job(
    deployed: Deployed,
    capsys: pytest.CaptureFixture[str],
    source: str,
    target: str,
    message: str,
) -> None:
    said = refusal(
        deployed,
        capsys,
        [
            *("--input", source.format(bucket=deployed.bucket)),
            *("--output", target.format(bucket=deployed.bucket)),
        ],
    )
    assert message in said


def test_an_environment_that_is_not_deployed_is_one_sentence(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = ["--input", "s3://b/k", "--output", "s3://b/o", "--env", "staging"]
    said = refusal(deployed, capsys, arguments)
    assert said.startswith(
        "error: There is no stack fraud-staging-serving in us-east-1"
    )
