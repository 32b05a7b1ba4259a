"""Training on two instances: one model, whatever happens to one of them."""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest
from botocore.exceptions import ClientError
from local_aws.testing.running import LocalAws, descendants, eventually
from local_aws.testing.sagemaker_resources import log_lines

from artifact import layout
from tests.integration.training.test_launch import Launch, here, stacks
from training.command_line import build_parser, to_arguments
from training.launch.job import PROJECT_DIR
from training.launch.options import EMBEDDED_DATA
from training.train import train

__all__ = ["here", "stacks"]
#: Enough trees to be stopped among, few enough for a test.
MODEL = (
    *("--model", "xgboost", "--xgboost-iterations", "60"),
    *("--xgboost-bins", "64", "--xgboost-depth", "3"),
)
LONG = ("--xgboost-iterations", "2000", "--calibration", "none")
JOB_NAME = re.compile(r"fraud-dev-\d+")
LOG = "/aws/sagemaker/TrainingJobs"
PARTS = 4


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded sample in parts, of which one has no fraud."""
    folder = tmp_path_factory.mktemp("parts")
    frame = pd.read_csv(EMBEDDED_DATA).sample(8000, random_state=0)
    frame = frame.sort_values("Class", kind="stable", ascending=False)
    mixed, honest = frame[:6000], frame[6000:]
    for number in range(PARTS - 1):
        part = mixed[number :: PARTS - 1]
        part.to_parquet(folder / f"part-{number}.parquet", index=False)
    honest.to_parquet(folder / f"part-{PARTS - 1}.parquet", index=False)
    return folder


def files_of(stacks: LocalAws, output: str) -> dict[str, bytes]:
    """Return the artifact that a launch names, unpacked."""
    found = re.search(r"ModelArtifactUri=s3://([^/]+)/([^\s']+/model\.tar\.gz)", output)
    assert found is not None, output
    body = stacks.client("s3").get_object(Bucket=found[1], Key=found[2])["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        return {
            member.name.removeprefix("./"): file.read()
            for member in archive
            if (file := archive.extractfile(member)) is not None
        }


def job_of(stacks: LocalAws, output: str) -> Any:
    found = JOB_NAME.search(output)
    assert found is not None, output
    return stacks.client("sagemaker").describe_training_job(TrainingJobName=found[0])


@contextmanager
def launching(stacks: LocalAws, folder: Path, *options: str) -> Iterator[Any]:
    """Start ``fraud launch`` and leave it running."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    with subprocess.Popen(
        [sys.executable, "-m", "fraud", "launch", "--env", "dev", *options],
        cwd=folder,
        env={**variables, **stacks.environment, "PYTHONPATH": str(PROJECT_DIR)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process
        process.kill()


def workers(stacks: LocalAws) -> dict[str, int]:
    """Return the worker of each host, by the host's name."""
    found = {}
    for pid, line in descendants(stacks.process.pid).items():
        if "training.distributed.worker" in line:
            with contextlib.suppress(psutil.Error):
                found[psutil.Process(pid).environ()["SM_CURRENT_HOST"]] = pid
    return found


def wait_for_trees(stacks: LocalAws, process: Any) -> str:
    """Wait until a launch's job grows trees; return the job's name.

    The job's own log is sooner than what the launch prints of it.
    """
    name = next(found[0] for line in process.stdout if (found := JOB_NAME.search(line)))

    def are_growing() -> bool:
        with contextlib.suppress(ClientError):  # there is no log yet
            return any("trees of the model" in x for x in log_lines(stacks, LOG, name))
        return False

    eventually(are_growing, 120)
    return name


def test_two_instances_train_one_model(
    stacks: LocalAws, here: Launch, parts: Path, tmp_path: Path
) -> None:
    launched = here("--instances", "2", "--data", str(parts), *MODEL)
    assert launched.returncode == 0, launched.stdout + launched.stderr
    assert "on 2 x ml." in launched.stdout
    job = job_of(stacks, launched.stdout)
    assert job["ResourceConfig"]["InstanceCount"] == 2
    assert job["EnableNetworkIsolation"] is True
    files = files_of(stacks, launched.stdout)
    assert files[layout.REPORT].startswith(b"<!doctype html>")

    metrics = json.loads(files[layout.METRICS])
    arguments = to_arguments(build_parser().parse_args(MODEL))
    of_one = train(parts, tmp_path / "alone", arguments)
    assert metrics.keys() == of_one.keys()
    assert metrics["test"].keys() == of_one["test"].keys()
    assert metrics["data"] == of_one["data"]
    assert metrics["split"] == of_one["split"]
    assert metrics["test"]["average_precision"] == pytest.approx(
        of_one["test"]["average_precision"], abs=0.02
    )


def test_a_killed_host_fails_the_job_with_its_name(
    stacks: LocalAws, parts: Path, tmp_path: Path
) -> None:
    options = ("--data", str(parts), *MODEL, *LONG)
    with launching(stacks, tmp_path, "--instances", "2", *options) as process:
        wait_for_trees(stacks, process)
        os.kill(workers(stacks)["algo-2"], signal.SIGKILL)
        output = process.stdout.read()
        assert process.wait(60) == 1
    assert re.search(r"ended as Failed: .*algo-2 was ended by SIGKILL", output), output
    eventually(lambda: not workers(stacks))


def test_a_stopped_job_ends_all_hosts(
    stacks: LocalAws, parts: Path, tmp_path: Path
) -> None:
    options = ("--data", str(parts), *MODEL, *LONG)
    with launching(stacks, tmp_path, "--instances", "2", *options) as process:
        name = wait_for_trees(stacks, process)
        stacks.client("sagemaker").stop_training_job(TrainingJobName=name)
        assert "ended as Stopped" in process.stdout.read()
    eventually(lambda: not workers(stacks))


def test_an_interrupted_job_goes_on_and_writes_the_model_of_one_that_was_not(
    stacks: LocalAws, here: Launch, parts: Path, tmp_path: Path
) -> None:
    """Nor do two jobs of the same data and options differ in anything else."""
    trees = ("--calibration", "none", "--xgboost-iterations", "1500")
    options = ("--instances", "2", "--spot", "--data", str(parts), *MODEL, *trees)
    with launching(stacks, tmp_path, *options) as process:
        wait_for_trees(stacks, process)
        stacks.interrupt_spot_instances()
        output = process.stdout.read()
        assert process.wait(300) == 0, output
    assert re.search(r"goes on after \d+ trees of a checkpoint", output), output
    whole = here(*options)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    interrupted, uninterrupted = (
        files_of(stacks, text) for text in (output, whole.stdout)
    )
    for name in (layout.SCORER, layout.METRICS):
        assert interrupted[name] == uninterrupted[name]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--instances", "9", *MODEL), "at least 9 files to share out, got 4"),
        (
            ("--instances", "2", "--model", "vote"),
            "--model vote trains on one instance",
        ),
        (
            ("--instances", "2", *MODEL, "--entities", "V1"),
            "--entities needs every row",
        ),
        (("--instances", "0"), "expected a whole number of at least 1"),
    ],
)
def test_what_several_instances_cannot_do_starts_no_job(
    stacks: LocalAws, here: Launch, parts: Path, options: tuple[str, ...], said: str
) -> None:
    before = stacks.client("sagemaker").list_training_jobs()["TrainingJobSummaries"]
    launched = here("--data", str(parts), *options)
    assert launched.returncode != 0
    assert said in launched.stderr
    after = stacks.client("sagemaker").list_training_jobs()["TrainingJobSummaries"]
    assert len(after) == len(before)
