"""The launcher against local AWS: a real job through the SageMaker SDK."""

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from local_aws.testing.running import LocalAws

import fraud
from artifact import layout
from training.launch.job import PROJECT_DIR

Launch = Callable[..., subprocess.CompletedProcess[str]]
#: The stacks' contract with the launcher: their names and outputs.
STORAGE: dict[str, Any] = {
    "Resources": {
        name: {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Delete",
        }
        for name in ("Data", "Artifact")
    },
    "Outputs": {
        "DataBucketName": {"Value": {"Ref": "Data"}},
        "ArtifactBucketName": {"Value": {"Ref": "Artifact"}},
    },
}
TRAINING: dict[str, Any] = {
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "sagemaker.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        }
                    ],
                }
            },
        }
    },
    "Outputs": {"TrainingRoleArn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}},
}


@pytest.fixture(scope="module")
def stacks(local_aws: LocalAws) -> LocalAws:
    cloudformation = local_aws.client("cloudformation")
    for unit, template in (("storage", STORAGE), ("training", TRAINING)):
        name = f"fraud-dev-{unit}"
        cloudformation.create_stack(
            StackName=name,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_IAM"],
        )
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1}
        )
    return local_aws


def launch(
    local_aws: LocalAws, directory: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
        **local_aws.environment,
        "PYTHONPATH": str(PROJECT_DIR),
    }
    return subprocess.run(
        [sys.executable, "-m", "fraud", "launch", "--env", "dev", *options],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def here(
    stacks: LocalAws,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Launch:
    """Launch from this process, which has loaded the SageMaker SDK once."""
    for name, value in stacks.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        try:
            code = fraud.main(["launch", "--env", "dev", *options])
        except SystemExit as usage_error:
            code = int(usage_error.code or 0)
        return subprocess.CompletedProcess(options, code, *capsys.readouterr())

    return run


def test_a_job_runs_to_an_artifact_and_the_command_that_deploys_it(
    stacks: LocalAws, tmp_path: Path
) -> None:
    launched = launch(stacks, tmp_path, "--threshold", "0.4")
    assert launched.returncode == 0, launched.stdout + launched.stderr
    out = launched.stdout
    found = re.search(r"ModelArtifactUri=(s3://[^\s']+/model\.tar\.gz)", out)
    assert found is not None, out
    uri = found[1]
    assert re.fullmatch(r"s3://[^/]+/fraud-dev-\d+/output/model\.tar\.gz", uri)
    assert "read 14,708 rows, 492 of them frauds" in out
    assert '"threshold":0.4' in out
    # Readable: no panels, no SDK noise, nothing wide but what cannot be cut.
    before_command = out.partition("npx cdk deploy")[0]
    wide = [line for line in before_command.splitlines() if len(line) > 80]
    assert [line for line in wide if "s3://" not in line] == []
    for noise in ("╭", "INFO", "SM_HPS", "Warning"):
        assert noise not in out + launched.stderr

    job = stacks.client("sagemaker").describe_training_job(
        TrainingJobName=uri.split("/")[3]
    )
    # A shell reads hyperparameters: what people chose goes another way.
    assert not job.get("HyperParameters")
    assert job["EnableNetworkIsolation"] is True
    assert job["EnableInterContainerTrafficEncryption"] is True
    fetched = tmp_path / "out" / job["TrainingJobName"]
    assert (fetched / layout.REPORT).read_text().startswith("<!doctype html>")
    # What the report refers to lies beside it, and something to ask about.
    for name in (layout.METRICS, layout.CONFIG, layout.MANIFEST):
        assert (fetched / name).is_file()
    example = json.loads((fetched / layout.EXAMPLE).read_text())
    assert list(example) == ["Time", *(f"V{i}" for i in range(1, 29)), "Amount"]
    asked = f"fraud score --env dev --file {(fetched / layout.EXAMPLE)}"
    assert asked.replace(f"{tmp_path}/", "") in out
    # Figures once, and no trace of the driver's shell.
    assert len(re.findall(r"judged on [\d,]+ rows", out)) == 1
    assert "No model is in service in dev yet." in out
    assert not re.search(r"^\W*\+ ", out, re.MULTILINE)

    again = launch(stacks, tmp_path, "--last")
    assert again.returncode == 0, again.stderr
    assert again.stdout.strip() == out[out.index("npx cdk deploy") :].strip()
    buckets = {b["Name"] for b in stacks.client("s3").list_buckets()["Buckets"]}
    assert not [name for name in buckets if name.startswith("sagemaker-")]


def test_data_that_training_refuses_start_no_job(here: Launch, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("V1,Class\n1,0\nabc,1\n")
    launched = here("--data", str(data))
    assert launched.returncode == 1
    assert "Started" not in launched.stdout
    assert "column 'V1' holds text in row 2 (line 3)" in launched.stderr
    assert "Traceback" not in launched.stderr
    assert "npx cdk deploy" not in launched.stdout


def test_a_stack_that_is_not_deployed_is_named(here: Launch) -> None:
    launched = here("--env", "staging")
    assert launched.returncode == 1
    assert "There is no stack fraud-staging-storage" in launched.stderr


@pytest.mark.parametrize(
    "label", ["it's fraud", "x'; touch /tmp/stolen; ' $(id) `id` \\ -- é"]
)
def test_a_columns_name_is_no_command(here: Launch, tmp_path: Path, label: str) -> None:
    """What works on this machine works in the job, and runs nothing there."""
    stolen = Path("/tmp/stolen")
    stolen.unlink(missing_ok=True)
    data = tmp_path / "data.csv"
    rows = [[str(value), str(int(value % 7 == 0))] for value in range(140)]
    with data.open("w", newline="") as file:
        csv.writer(file).writerows([["V1", label], *rows])
    quick = ("--model", "logistic-regression", "--calibration", "none")
    launched = here("--data", str(data), f"--label-column={label}", *quick)
    assert launched.returncode == 0, launched.stdout + launched.stderr
    assert not stolen.exists()
