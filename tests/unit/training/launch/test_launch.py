"""Launching, up to the SageMaker SDK, against moto in this process."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import boto3
import numpy as np
import pandas as pd
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from artifact import layout
from artifact.archive import Documents, pack
from artifact.decision import ExpectedValueRule, ThresholdRule
from artifact.errors import ArtifactError
from cdk_app.settings import load
from operations.account.artifacts import read_artifact
from operations.account.errors import OperationError, explained
from training import container
from training.columns import Columns
from training.container import FIGURES_LINE, FIRST_LOG_LINE
from training.errors import TrainingError
from training.launch import command
from training.launch.comparison import Comparison
from training.launch.follow import JobGoesOnError, follow
from training.launch.job import stage_code
from training.launch.resources import JobResources, find_resources
from training.launch.result import deploy_command_of, documents_dir
from training.launch.upload import upload_data
from training.report.wording import cautions
from training.train import main as train

REGION: Final = "eu-west-1"


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield boto3.Session(region_name=REGION)


@pytest.fixture
def bucket(session: boto3.Session) -> str:
    session.client("s3").create_bucket(
        Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return "bucket"


def deploy(session: boto3.Session, unit: str, outputs: dict[str, str]) -> None:
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    session.client("cloudformation").create_stack(
        StackName=f"fraud-dev-{unit}", TemplateBody=json.dumps(template)
    )


class TestResources:
    def test_buckets_and_role_are_the_stacks_outputs(
        self, session: boto3.Session
    ) -> None:
        deploy(session, "storage", {"DataBucketName": "d", "ArtifactBucketName": "a"})
        deploy(session, "training", {"TrainingRoleArn": "arn:role"})
        assert find_resources(session, "dev") == JobResources("d", "a", "arn:role")

    def test_an_environment_with_a_key_of_its_own_uses_it(
        self, session: boto3.Session
    ) -> None:
        outputs = {"DataBucketName": "d", "ArtifactBucketName": "a"}
        deploy(session, "storage", {**outputs, "EncryptionKeyArn": "arn:key"})
        deploy(session, "training", {"TrainingRoleArn": "arn:role"})
        assert find_resources(session, "dev").encryption_key_arn == "arn:key"

    def test_a_stack_that_is_not_deployed_is_named_with_the_command(
        self, session: boto3.Session
    ) -> None:
        deploy(session, "storage", {"DataBucketName": "d", "ArtifactBucketName": "a"})
        with pytest.raises(
            OperationError, match="There is no stack fraud-dev-training"
        ) as e:
            find_resources(session, "dev")
        assert "npx cdk deploy -c env=dev fraud-dev-training" in str(e.value)


class TestUpload:
    def test_the_key_names_the_content(
        self, session: boto3.Session, bucket: str, csv_file: Path
    ) -> None:
        digest = layout.sha256_of(csv_file)
        uri = upload_data(session, bucket, str(csv_file), Columns())
        assert uri == f"s3://bucket/datasets/{digest}/"
        s3 = session.client("s3")
        body = s3.get_object(Bucket=bucket, Key=f"datasets/{digest}/data.csv")["Body"]
        assert body.read() == csv_file.read_bytes()

    def test_the_same_data_are_uploaded_once(
        self,
        session: boto3.Session,
        bucket: str,
        csv_file: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        first = upload_data(session, bucket, str(csv_file), Columns())
        assert "Uploading transactions.csv" in capsys.readouterr().out
        assert upload_data(session, bucket, str(csv_file), Columns()) == first
        assert "in the data bucket already" in capsys.readouterr().out

    def test_a_renamed_copy_is_the_same_data(
        self, session: boto3.Session, bucket: str, csv_file: Path, tmp_path: Path
    ) -> None:
        copy = tmp_path / "copy.csv"
        copy.write_bytes(csv_file.read_bytes())
        first = upload_data(session, bucket, str(csv_file), Columns())
        assert upload_data(session, bucket, str(copy), Columns()) == first
        assert session.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 1

    def test_parts_of_one_name_in_two_directories_are_both_uploaded(
        self, session: boto3.Session, bucket: str, csv_file: Path, tmp_path: Path
    ) -> None:
        data = tmp_path / "parts"
        for month in ("month=1", "month=2"):
            (data / month).mkdir(parents=True)
            (data / month / "part-0.csv").write_bytes(csv_file.read_bytes())
        uri = upload_data(session, bucket, str(data), Columns())
        found = session.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
        assert [f"s3://{bucket}/{item['Key']}" for item in found] == [
            f"{uri}month=1/part-0.csv",
            f"{uri}month=2/part-0.csv",
        ]

    def test_data_without_label_are_refused_before_the_upload(
        self, session: boto3.Session, bucket: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "data.csv"
        path.write_text("V1\n1\n")
        with pytest.raises(TrainingError, match="no column 'Class'"):
            upload_data(session, bucket, str(path), Columns())
        assert session.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0

    def test_all_faults_are_named_at_once_before_the_upload(
        self, session: boto3.Session, bucket: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "data.csv"
        rows = [f"{i / 3:.2f},{i / 7:.2f},{i},{i % 2 + 1}" for i in range(60)]
        path.write_text("\n".join(["V1,V2,Amount,Class", *rows, "x,1,,1", "1,y,2,2"]))
        with pytest.raises(TrainingError) as caught:
            upload_data(session, bucket, str(path), Columns())
        for part in ("'V1'", "'V2'", "'Amount'", "'Class'", "--fraud-value"):
            assert part in str(caught.value)
        assert session.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0

    def test_what_looks_wrong_and_ready_options_are_said_before_the_upload(
        self,
        session: boto3.Session,
        bucket: str,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        path = tmp_path / "data.csv"
        rows = [
            f"2026-01-{i % 28 + 1:02d},{i % 9}.5,card{i},{i % 2},{i % 2}"
            for i in range(60)
        ]
        header = "paid_at,order_price,card,isFlaggedFraud,Class"
        path.write_text("\n".join([header, *rows]))
        upload_data(session, bucket, str(path), Columns())
        said = " ".join(capsys.readouterr().out.partition("Uploading")[0].split())
        assert "--time-column paid_at" in said
        assert "--amount-column order_price" in said
        assert "--drop-columns isFlaggedFraud" in said
        assert "entities, keys for history and no inputs: card" in said

    def test_a_label_of_another_name_is_proposed(
        self, session: boto3.Session, bucket: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "data.csv"
        path.write_text("V1,is_fraud\n1,0\n2,1\n")
        with pytest.raises(TrainingError, match="say --label-column is_fraud"):
            upload_data(session, bucket, str(path), Columns())

    def test_a_sample_without_a_fraud_is_no_fault(
        self, session: boto3.Session, bucket: str, tmp_path: Path
    ) -> None:
        """The first rows of large data may hold none."""
        path = tmp_path / "data.parquet"
        pd.DataFrame({"V1": np.arange(30_000) / 7, "Class": 0}).assign(
            Class=lambda frame: (frame.index > 29_000).astype(int)
        ).to_parquet(path)
        assert upload_data(session, bucket, str(path), Columns()).startswith("s3://")

    def test_data_in_s3_are_taken_as_they_are(self, session: boto3.Session) -> None:
        uri = "s3://elsewhere/transactions/"
        assert upload_data(session, "bucket", uri, Columns()) == uri

    def test_other_addresses_are_refused(self, session: boto3.Session) -> None:
        with pytest.raises(OperationError, match="a path or an s3:// URI"):
            upload_data(session, "bucket", "https://x/data.csv", Columns())


class TestStagedCode:
    def test_the_container_gets_what_it_runs_and_no_launcher(
        self, tmp_path: Path
    ) -> None:
        stage_code(tmp_path, {"label-column": "it's fraud"})
        names = layout.list_files(tmp_path)
        for name in (
            "training/train.py",
            "artifact/scoring/scorer.py",
            "serving/inference.py",
        ):
            assert name in names
        assert not [name for name in names if "launch" in name or "boto" in name]

    def test_training_takes_what_was_chosen_from_beside_the_code(
        self, tmp_path: Path
    ) -> None:
        """No shell reads it, so no name has to be refused or quoted."""
        chosen = {"label-column": "it's $(id) `x` é\n--\x1b[0m", "threshold": "0.4"}
        stage_code(tmp_path, chosen)
        words = container.options({"SM_MODEL_DIR": "/opt/ml/model"}, tmp_path)
        assert words == [f"--{name}={value}" for name, value in chosen.items()]
        assert container.options({}, tmp_path) == [], "outside a job"


def tagged(environment: str) -> list[Any]:
    return [
        {"Key": "Project", "Value": "fraud-endpoint"},
        {"Key": "Environment", "Value": environment},
    ]


def test_entities_without_a_split_by_time_start_nothing(
    session: boto3.Session,
    csv_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def reached(*_: object) -> None:
        raise AssertionError("nothing may be looked for, uploaded or started")

    monkeypatch.setattr(command, "find_resources", reached)
    options = ["--env", "dev", "--data", str(csv_file), "--entities", "V1"]
    assert command.main(options) == 1
    said = capsys.readouterr().err
    assert "error: --entities makes histories only with --split time" in said
    assert "add --split time --time-column NAME, or say --drop-columns" in said
    assert command.main([*options, "--time-column", "paid_at"]) == 1
    assert "add --split time, or say --drop-columns" in capsys.readouterr().err


class TestResult:
    @pytest.fixture
    def artifact_uri(
        self, session: boto3.Session, bucket: str, csv_file: Path, tmp_path: Path
    ) -> str:
        model_dir = tmp_path / "model"
        options = ["--data", str(csv_file), "--model-dir", str(model_dir)]
        assert train([*options, "--threshold", "0.4"]) == 0
        pack(model_dir, tmp_path / layout.ARCHIVE)
        key = "fraud-dev-1/output/model.tar.gz"
        session.client("s3").upload_file(str(tmp_path / layout.ARCHIVE), bucket, key)
        return f"s3://{bucket}/{key}"

    def test_it_is_read_from_the_tar(
        self, session: boto3.Session, artifact_uri: str, tmp_path: Path
    ) -> None:
        artifact = read_artifact(session, artifact_uri, documents=True)
        digest = layout.sha256_of(tmp_path / "model" / layout.MANIFEST)
        assert artifact.manifest_sha256 == digest
        assert artifact.decision_rule == ThresholdRule(0.4)
        metrics = json.loads(artifact.files[layout.METRICS])
        assert metrics["split"]["test_rows"] == 60

    def test_the_newest_completed_job_is_found_again(
        self,
        session: boto3.Session,
        artifact_uri: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        # moto completes a job at once and names this place for its artifact.
        # Of another environment by name or by tags, or nobody's: not this one's.
        of_dev, of_prod = tagged("dev"), tagged("prod")
        jobs = {"fraud-dev-1": of_dev, "fraud-prod-2": of_prod}
        jobs |= {"fraud-dev-eu-3": of_prod, "fraud-dev-4": []}
        for name, tags in jobs.items():
            session.client("sagemaker").create_training_job(
                TrainingJobName=name,
                AlgorithmSpecification={
                    "TrainingImage": "image",
                    "TrainingInputMode": "File",
                },
                RoleArn="arn:aws:iam::123456789012:role/training",
                OutputDataConfig={"S3OutputPath": "s3://bucket"},
                ResourceConfig={
                    "InstanceType": "ml.m5.large",
                    "InstanceCount": 1,
                    "VolumeSizeInGB": 10,
                },
                StoppingCondition={"MaxRuntimeInSeconds": 60},
                Tags=tags,
            )
        monkeypatch.chdir(tmp_path)
        assert command.main(["--env", "dev", "--last"]) == 0
        card = tmp_path / "out" / "fraud-dev-1" / layout.MODEL_CARD
        assert card.read_text().startswith("# Model card")
        out, told = capsys.readouterr()
        assert "newest completed job is fraud-dev-1" in told
        assert "average precision" in told
        # What to beware of is the same in the summary and in the card.
        metrics = json.loads((card.parent / layout.METRICS).read_text())
        in_card = re.findall(r"\*\*Caution\.\*\* (.+)", card.read_text())
        assert in_card == list(cautions(metrics))
        assert any("fewer than 20" in caution for caution in in_card)
        for caution in in_card:
            assert f"Caution: {caution}" in " ".join(told.split())
        assert ", at 2 a review" in told
        assert "saved by the rule, in money, at 2 a review" in card.read_text()
        assert re.search(
            r"reviewing everything, in money \| [\d,]+ \|", card.read_text()
        )
        example = "out/fraud-dev-1/example.json"
        assert set(json.loads((tmp_path / example).read_text())) == {
            *("Time", "V1", "V2", "Amount")
        }
        assert f"fraud score --env dev --file {example}" in told
        for name in ("metrics.json", "config.json", "manifest.json", "report.html"):
            assert (tmp_path / "out" / "fraud-dev-1" / name).is_file()
        # The command alone, for a shell to evaluate.
        assert out.startswith("npx cdk deploy -c env=dev fraud-dev-serving")
        assert f"fraud-dev-serving:ModelArtifactUri={artifact_uri}" in out

    def test_any_artifact_has_its_command(
        self,
        session: boto3.Session,
        artifact_uri: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert command.main(["--artifact-uri", artifact_uri]) == 0
        digest = layout.sha256_of(tmp_path / "model" / layout.MANIFEST)
        out = capsys.readouterr().out
        assert out.startswith("npx cdk deploy -c env=dev fraud-dev-serving")
        assert f"fraud-dev-serving:ModelArtifactUri={artifact_uri}" in out
        assert f"fraud-dev-serving:ModelManifestSha256={digest}" in out

    def test_a_worse_model_is_said_again_just_before_its_command(
        self,
        session: boto3.Session,
        artifact_uri: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        worse = "Worse than the model in service: average precision 0.1, and 0.9."
        monkeypatch.setattr(
            command, "describe_comparison", lambda *_: Comparison("figures", worse)
        )
        assert command.main(["--artifact-uri", artifact_uri]) == 0
        out, told = capsys.readouterr()
        *_, deploy = " ".join(told.split()).rpartition("Caution: ")
        # A shell that evaluates the command shows this, and not the command.
        assert deploy == (
            f"{worse} Next, the command that deploys it and verifies what is live"
        )
        assert "Worse" not in out

    def test_a_table_of_histories_is_added_by_two_lines(self) -> None:
        said = command.add_history("dev")
        lines = re.findall("'(.+?)'", said)
        assert tomllib.loads("\n".join(lines)) == {
            "history": {"point_in_time_recovery": False}
        }
        assert said.endswith("npx cdk deploy -c env=dev fraud-dev-storage")

    def test_what_is_no_uri_of_an_artifact_is_refused(
        self, session: boto3.Session, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert command.main(["--artifact-uri", "model.tar.gz"]) == 1
        assert "--artifact-uri: expected s3://" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "key", ["../output/model.tar.gz", "model.tar.gz", "a/../../output/model.tar.gz"]
    )
    def test_no_key_leads_out_of_the_directory_of_results(self, key: str) -> None:
        manifest: Any = None
        rule = ThresholdRule(0.5)
        artifact = Documents(manifest, "a" * 64, rule, {})
        assert documents_dir(f"s3://b/{key}", artifact) == Path(
            "out", "artifact-aaaaaaaaaaaa"
        )

    @pytest.mark.parametrize("name", [layout.METRICS, layout.CONFIG, layout.REPORT])
    def test_a_file_that_its_manifest_does_not_list_so_is_refused(
        self, session: boto3.Session, artifact_uri: str, tmp_path: Path, name: str
    ) -> None:
        forged = tmp_path / "model" / name
        forged.write_text('{"decision_rule": {"policy": "threshold", "threshold": 1}}')
        pack(tmp_path / "model", tmp_path / layout.ARCHIVE)
        session.client("s3").upload_file(
            str(tmp_path / layout.ARCHIVE), "bucket", "fraud-dev-1/output/model.tar.gz"
        )
        with pytest.raises(ArtifactError, match="not the file that its manifest lists"):
            read_artifact(session, artifact_uri, documents=True)

    def test_no_completed_job(
        self, session: boto3.Session, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert command.main(["--env", "dev", "--last"]) == 1
        assert "There is no completed training job of dev in" in capsys.readouterr().err

    def test_a_tar_of_something_else_is_refused(
        self, session: boto3.Session, bucket: str
    ) -> None:
        session.client("s3").put_object(Bucket=bucket, Key="x.tar.gz", Body=b"x")
        with pytest.raises(ArtifactError, match="is no tar"):
            read_artifact(session, "s3://bucket/x.tar.gz")


def published(
    rule: ThresholdRule | ExpectedValueRule, history: dict[str, Any] | None = None
) -> Documents:
    # The command needs nothing else of the manifest but its hash.
    manifest: Any = SimpleNamespace(history=history)
    return Documents(manifest, "a" * 64, rule, {})


class TestDeployCommand:
    @pytest.mark.parametrize(
        "rule", [ThresholdRule(0.42), ExpectedValueRule(2.0, 5.0, "It's the amount")]
    )
    def test_a_shell_reads_it_back_as_it_was_meant(
        self, rule: ThresholdRule | ExpectedValueRule
    ) -> None:
        artifact = published(rule)
        words = shlex.split(
            deploy_command_of("dev", "s3://b/k/model.tar.gz", artifact, rule).replace(
                "\\\n", " "
            )
        )
        assert words[:5] == ["npx", "cdk", "deploy", "-c", "env=dev"]
        assert words[5] == "fraud-dev-serving"
        parameters = dict(
            word.removeprefix("fraud-dev-serving:").split("=", 1)
            for word in words
            if word.startswith("fraud-dev-serving:")
        )
        assert parameters["ModelArtifactUri"] == "s3://b/k/model.tar.gz"
        assert parameters["ModelManifestSha256"] == "a" * 64
        assert json.loads(parameters["DecisionRule"]) == rule.as_dict()

    def test_every_parameter_names_its_stack(self) -> None:
        artifact = published(ThresholdRule(0.5))
        text = deploy_command_of(
            "dev", "s3://b/k/model.tar.gz", artifact, ThresholdRule(0.5)
        )
        assert text.count("--parameters") == text.count("fraud-dev-serving:") == 3

    def test_a_model_with_histories_has_the_table_filled_before_it_is_verified(
        self,
    ) -> None:
        artifact = published(ThresholdRule(0.5), {"entities": ["card"]})
        text = deploy_command_of("dev", "s3://b/k", artifact, ThresholdRule(0.5))
        *_, seeding, verifying = (line.strip(" &\\") for line in text.splitlines())
        assert seeding == "fraud history seed --env dev"
        assert verifying == "fraud verify --env dev"

    def test_the_projects_image_is_a_parameter_too(self) -> None:
        artifact = published(ThresholdRule(0.5))
        text = deploy_command_of(
            "dev",
            "s3://b/k/model.tar.gz",
            artifact,
            ThresholdRule(0.5),
            "registry/image@sha256:1",
        )
        parameter = "fraud-dev-serving:ServingImageUri=registry/image@sha256:1"
        assert f"--parameters {parameter}" in text


class FakeSession:
    """Plays a job's life: one description and one batch of log lines a poll."""

    region_name = REGION

    def __init__(self, jobs: list[dict[str, Any]], lines: list[list[str]]) -> None:
        self.jobs = iter(jobs)
        self.lines = lines
        self.batch = 0

    def client(self, name: str) -> "FakeSession":
        return self

    def describe_training_job(self, **_: str) -> dict[str, Any]:
        return {"TrainingJobName": "fraud-dev-1", **next(self.jobs)}

    def get_paginator(self, name: str) -> "FakeSession":
        assert name == "describe_log_streams"
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"logStreams": [{"logStreamName": "fraud-dev-1/algo-1-1700000000"}]}]

    def get_log_events(self, **place: Any) -> dict[str, Any]:
        batch = int(place.get("nextToken", 0))
        done = batch >= len(self.lines)
        messages = [] if done else self.lines[batch]
        return {
            "events": [{"message": message} for message in messages],
            "nextForwardToken": str(batch if done else batch + 1),
        }


class TestFollow:
    running: dict[str, Any] = {  # noqa: RUF012
        "TrainingJobStatus": "InProgress",
        "SecondaryStatusTransitions": [{"Status": "Starting"}],
    }

    def test_status_and_our_own_log_lines_are_shown(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        done = {
            "TrainingJobStatus": "Completed",
            "SecondaryStatusTransitions": [
                {"Status": "Starting"},
                {"Status": "Training"},
            ],
            "ModelArtifacts": {"S3ModelArtifacts": "s3://b/model.tar.gz"},
        }
        lines = [
            ["SM_HPS={}", FIRST_LOG_LINE],
            ["1.0 s  read 300 rows", "+ set -x"],
            # What the launcher prints itself, beside the model in service.
            [FIGURES_LINE, "  ROC-AUC 0.9", "++ echo 'Training Container Execution'"],
        ]
        session: Any = FakeSession([self.running, done], lines)
        assert follow(session, "fraud-dev-1", 0) == "s3://b/model.tar.gz"
        out = capsys.readouterr().out
        assert out.count("Starting") == out.count("Training\n") == 1
        assert "read 300 rows" in out
        assert "SM_HPS" not in out
        for other in ("set -x", "echo", "ROC-AUC", FIGURES_LINE):
            assert other not in out

    def test_a_failed_job_gives_its_reason(self) -> None:
        failed = {"TrainingJobStatus": "Failed", "FailureReason": "no column 'Class'"}
        session: Any = FakeSession([self.running, failed], [])
        with pytest.raises(
            OperationError, match="ended as Failed: no column 'Class'"
        ) as e:
            follow(session, "fraud-dev-1", 0)
        assert "aws logs tail" in str(e.value)

    @pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
    def test_the_cost_is_told_however_the_job_ends(
        self, status: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        ended = {
            "TrainingJobStatus": status,
            "ModelArtifacts": {"S3ModelArtifacts": "s3://b/model.tar.gz"},
            "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
            "BillableTimeInSeconds": 90,
        }
        session: Any = FakeSession([ended], [])
        with nullcontext() if status == "Completed" else pytest.raises(OperationError):
            follow(session, "fraud-dev-1", 0)
        # 90 seconds at 0.257 USD an hour in eu-west-1.
        assert "Billable: 90 s of ml.m5.xlarge, 0.0064 USD." in capsys.readouterr().out

    def test_ctrl_c_says_that_the_job_goes_on_and_what_to_do(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(*_: object) -> str:
            raise KeyboardInterrupt

        monkeypatch.setattr(command, "follow", interrupted)
        job = {
            **self.running,
            "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        }
        session: Any = FakeSession([job], [])
        with pytest.raises(JobGoesOnError) as raised:
            command.follow_job(session, load("dev"), "fraud-dev-1")
        said = str(raised.value)
        # An hour at 0.257 USD in eu-west-1.
        assert "goes on without you, up to 60 minutes of ml.m5.xlarge, 0.2570" in said
        assert "fraud launch --env dev --follow fraud-dev-1" in said
        assert "stop-training-job --training-job-name fraud-dev-1" in said

    def test_a_job_of_another_environment_is_not_followed(self) -> None:
        session: Any = FakeSession([], [])
        with pytest.raises(OperationError, match="expected a job of dev"):
            command.follow_job(session, load("dev"), "fraud-prod-1")

    def test_names_in_the_log_cannot_steer_the_terminal(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        failed = {"TrainingJobStatus": "Failed", "FailureReason": "x"}
        lines = [[FIRST_LOG_LINE], ["column 'V1\x1b[2J\x9b'"]]
        session: Any = FakeSession([self.running, failed], lines)
        with pytest.raises(OperationError):
            follow(session, "fraud-dev-1", 0)
        assert "column 'V1\\x1b[2J\\x9b'" in capsys.readouterr().out

    def test_a_stopped_job_gives_its_secondary_status(self) -> None:
        stopped = {
            "TrainingJobStatus": "Stopped",
            "SecondaryStatus": "MaxRuntimeExceeded",
        }
        session: Any = FakeSession([stopped], [])
        with pytest.raises(OperationError, match="Stopped: MaxRuntimeExceeded"):
            follow(session, "fraud-dev-1", 0)


class TestCommand:
    @pytest.fixture(autouse=True)
    def no_configuration(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            monkeypatch.setenv(name, str(tmp_path / "absent"))

    def error(
        self, capsys: pytest.CaptureFixture[str], *options: str, status: int = 1
    ) -> str:
        assert command.main(["--env", "dev", *options]) == status
        error = capsys.readouterr().err
        assert error.startswith("error: ")
        assert "Traceback" not in error
        return error

    def test_no_credentials(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_REGION", REGION)
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
        assert "No AWS credentials were found; run 'aws configure'" in self.error(
            capsys
        )

    def test_no_region(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("AWS_REGION", raising=False)
        monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
        assert "No AWS region was found; set AWS_REGION" in self.error(capsys)

    def test_an_unknown_environment(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "'nowhere'" in self.error(capsys, "--env", "nowhere")

    def test_a_wrong_option_of_training(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert "--threshold" in self.error(capsys, "--threshold", "7", status=2)

    def test_help_lists_the_options_of_training(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            command.main(["--help"])
        out = capsys.readouterr().out
        assert "--last" in out
        assert "--test-size" in out
        assert max(map(len, out.splitlines())) <= 80


def test_a_network_that_is_down_is_told_in_one_sentence() -> None:
    with pytest.raises(OperationError, match="AWS cannot be reached"), explained():
        raise EndpointConnectionError(endpoint_url="http://localhost:1")
