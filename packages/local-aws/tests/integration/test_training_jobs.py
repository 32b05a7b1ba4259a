"""Training jobs run, and end as SageMaker's do."""

import importlib.util
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws.testing.running import (
    LocalAws,
    descendants,
    eventually,
    processes,
)
from local_aws.testing.sagemaker_resources import (
    BUCKET,
    IMAGE,
    ROLE,
    archive,
    channel,
    finished,
    log_lines,
    put,
    run_job,
    start_job,
    unique,
    unpacked,
)

GROUP = "/aws/sagemaker/TrainingJobs"
REPORT = """
import json, os, pathlib, sys
model = pathlib.Path(os.environ["SM_MODEL_DIR"])
config = pathlib.Path(os.environ["SM_INPUT_CONFIG_DIR"])
train = pathlib.Path(os.environ["SM_CHANNEL_TRAIN"])
report = {
    "arguments": sys.argv[1:],
    "path": sys.path,
    "environment": dict(os.environ),
    "files": sorted(str(p.relative_to(train)) for p in train.rglob("*") if p.is_file()),
    "hyperparameters": json.loads((config / "hyperparameters.json").read_text()),
    "channels": json.loads((config / "inputdataconfig.json").read_text()),
    "resources": json.loads((config / "resourceconfig.json").read_text()),
}
(model / "report.json").write_text(json.dumps(report))
print("the model is written")
"""
SLEEPER = """
import signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("sleeping", flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def report(local_aws: LocalAws) -> dict[str, Any]:
    """What a job's script saw, and how the job ended."""
    name = unique("report")
    put(local_aws, "sets/a.csv", "1")
    put(local_aws, "sets/deep/b.csv", "2")
    put(local_aws, "sets-other/c.csv", "3")
    description = run_job(
        local_aws,
        name,
        REPORT,
        HyperParameters={"depth": "6", "threshold": "0.5"},
        Environment={"MY_DIRECTORY": "/opt/ml/model", "LOG_LEVEL": "INFO"},
        AlgorithmSpecification={
            "ContainerArguments": ["--out", "/opt/ml/output/data/x"],
        },
        InputDataConfig=[channel("train", f"s3://{BUCKET}/sets/")],
    )
    assert description["TrainingJobStatus"] == "Completed", description
    artifact = description["ModelArtifacts"]["S3ModelArtifacts"]
    files = unpacked(local_aws, artifact)
    saw: dict[str, Any] = json.loads(files["report.json"])
    return {"name": name, "description": description, **saw}


def test_the_artifact_is_where_sagemaker_would_put_it(report: dict[str, Any]) -> None:
    assert report["description"]["ModelArtifacts"] == {
        "S3ModelArtifacts": f"s3://{BUCKET}/jobs/{report['name']}/output/model.tar.gz"
    }


def test_channels_hold_the_objects_under_their_prefix(report: dict[str, Any]) -> None:
    assert report["files"] == ["a.csv", "deep/b.csv"]
    assert report["channels"]["train"] == {
        "TrainingInputMode": "File",
        "S3DistributionType": "FullyReplicated",
        "RecordWrapperType": "None",
    }


def test_the_job_s_settings_are_in_its_files(report: dict[str, Any]) -> None:
    assert report["hyperparameters"] == {"depth": "6", "threshold": "0.5"}
    assert report["resources"]["current_host"] == "algo-1"
    assert report["resources"]["hosts"] == ["algo-1"]


def test_opt_ml_paths_point_to_the_job_s_own_directory(report: dict[str, Any]) -> None:
    model = report["environment"]["SM_MODEL_DIR"]
    assert model.endswith("/opt/ml/model")
    assert report["environment"]["MY_DIRECTORY"] == model
    output = model.removesuffix("model") + "output/data/x"
    assert report["arguments"] == ["--out", output]


def test_the_script_sees_neither_the_project_nor_the_shell(
    report: dict[str, Any],
) -> None:
    assert str(Path.cwd()) not in report["path"]
    assert "PYTEST_CURRENT_TEST" not in report["environment"]
    assert report["environment"]["LOG_LEVEL"] == "INFO"


def test_the_description_tells_the_whole_way(report: dict[str, Any]) -> None:
    description = report["description"]
    ways = [one["Status"] for one in description["SecondaryStatusTransitions"]]
    assert ways == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert all("EndTime" in one for one in description["SecondaryStatusTransitions"])
    assert description["TrainingTimeInSeconds"] >= 1
    assert description["BillableTimeInSeconds"] == description["TrainingTimeInSeconds"]
    assert description["TrainingEndTime"] >= description["TrainingStartTime"]


def test_the_output_is_in_the_job_s_log_stream(
    local_aws: LocalAws, report: dict[str, Any]
) -> None:
    lines = log_lines(local_aws, GROUP, f"{report['name']}/algo-1-")
    assert lines == ["the model is written"]


def test_other_outputs_become_output_tar_gz(local_aws: LocalAws) -> None:
    script = """
import os, pathlib
(pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"]) / "plot.txt").write_text("x")
"""
    name = unique("outputs")

    run_job(local_aws, name, script)

    uri = f"s3://{BUCKET}/jobs/{name}/output/output.tar.gz"
    assert unpacked(local_aws, uri) == {"plot.txt": b"x"}


def test_the_failure_file_is_the_failure_reason(local_aws: LocalAws) -> None:
    script = """
import os, pathlib, sys
(pathlib.Path(os.environ["SM_OUTPUT_DIR"]) / "failure").write_text("no Class " * 500)
sys.exit(3)
"""
    description = run_job(local_aws, unique("failing"), script)

    assert description["TrainingJobStatus"] == "Failed"
    reason = description["FailureReason"]
    assert reason.startswith("AlgorithmError: no Class no Class")
    assert reason.endswith("exit code: 3")
    assert len(reason) == 1_024
    assert "ModelArtifacts" not in description


def test_an_exception_leaves_the_exit_code_and_its_traceback_in_the_log(
    local_aws: LocalAws,
) -> None:
    name = unique("raising")

    description = run_job(local_aws, name, "raise ValueError('column Class')")

    assert description["FailureReason"] == "AlgorithmError: exit code: 1"
    assert log_lines(local_aws, GROUP, name)[-1] == "ValueError: column Class"


def test_a_stopped_job_ends_with_all_its_processes(local_aws: LocalAws) -> None:
    name = unique("stopping")
    start_job(local_aws, name, SLEEPER)
    eventually(lambda: "sleeping" in log_lines_of(local_aws, name))
    sleeping = "import time; time.sleep(600)"
    eventually(
        lambda: any(
            sleeping in one for one in descendants(local_aws.process.pid).values()
        )
    )

    local_aws.client("sagemaker").stop_training_job(TrainingJobName=name)
    description = finished(local_aws, name)

    assert description["TrainingJobStatus"] == "Stopped"
    assert description["SecondaryStatus"] == "Stopped"
    eventually(
        lambda: (
            not any(
                sleeping in command or name in command
                for _, command in processes().values()
            )
        )
    )


def log_lines_of(aws: LocalAws, job: str) -> list[str]:
    try:
        return log_lines(aws, GROUP, f"{job}/")
    except ClientError:
        return []


def test_a_job_that_takes_too_long_is_stopped(local_aws: LocalAws) -> None:
    description = run_job(
        local_aws,
        unique("endless"),
        "import time\ntime.sleep(600)",
        StoppingCondition={"MaxRuntimeInSeconds": 1},
    )

    assert description["TrainingJobStatus"] == "Stopped"
    assert description["SecondaryStatus"] == "MaxRuntimeExceeded"


def test_a_job_that_has_ended_cannot_be_stopped(
    local_aws: LocalAws, report: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match="status Completed"):
        local_aws.client("sagemaker").stop_training_job(TrainingJobName=report["name"])


def test_the_toolkit_s_way_runs_the_submitted_script(local_aws: LocalAws) -> None:
    script = """
import os, pathlib, sys
path = pathlib.Path(os.environ["SM_MODEL_DIR"]) / "arguments"
path.write_text(" ".join(sys.argv[1:]))
"""
    source = put(local_aws, "source/sourcedir.tar.gz", archive({"fit.py": script}))

    description = run_toolkit_job(local_aws, source)

    assert description["TrainingJobStatus"] == "Completed", description
    files = unpacked(local_aws, description["ModelArtifacts"]["S3ModelArtifacts"])
    assert files == {"arguments": b"--max-depth 6"}


def run_toolkit_job(aws: LocalAws, source: str) -> dict[str, Any]:
    name = unique("toolkit")
    aws.client("sagemaker").create_training_job(
        TrainingJobName=name,
        RoleArn=ROLE,
        AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        HyperParameters={
            "sagemaker_program": json.dumps("fit.py"),
            "sagemaker_submit_directory": json.dumps(source),
            "max-depth": "6",
        },
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/jobs"},
        ResourceConfig={
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 5,
        },
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )
    return finished(aws, name)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"InputDataConfig": [channel("train", f"s3://{BUCKET}/nothing/here")]},
            "No S3 objects found under S3 URL",
        ),
        (
            {
                "InputDataConfig": [
                    {
                        "ChannelName": "train",
                        "DataSource": {
                            "S3DataSource": {
                                "S3DataType": "ManifestFile",
                                "S3Uri": f"s3://{BUCKET}/x",
                            }
                        },
                    }
                ]
            },
            "S3DataType S3Prefix",
        ),
    ],
)
def test_input_that_cannot_be_read_is_refused_at_once(
    local_aws: LocalAws, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        start_job(local_aws, unique("refused"), "", **settings)


def test_an_unknown_image_fails_the_job_with_what_is_known(
    local_aws: LocalAws,
) -> None:
    description = run_job(
        local_aws,
        unique("image"),
        "",
        AlgorithmSpecification={"TrainingImage": "example.com/mine:1"},
    )

    assert description["TrainingJobStatus"] == "Failed"
    assert "cannot run the image example.com/mine:1" in description["FailureReason"]


def test_a_name_is_taken_once(local_aws: LocalAws, report: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="must be unique"):
        start_job(local_aws, report["name"], "")


def wheel() -> bytes:
    """Return a wheel of one module."""
    metadata = "Metadata-Version: 2.1\nName: borrowed\nVersion: 1.0\n"
    files = {
        "borrowed.py": "VALUE = 42\n",
        "borrowed-1.0.dist-info/METADATA": metadata,
        "borrowed-1.0.dist-info/WHEEL": (
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
        "borrowed-1.0.dist-info/RECORD": "",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive_file:
        for name, text in files.items():
            archive_file.writestr(name, text)
    return buffer.getvalue()


def test_what_a_job_installs_stays_in_the_job(local_aws: LocalAws) -> None:
    script = """
import os, pathlib, subprocess, sys
found = pathlib.Path(os.environ["SM_CHANNEL_WHEELS"], "borrowed-1.0-py3-none-any.whl")
python = sys.executable
subprocess.run([python, "-m", "pip", "install", "--no-index", found], check=True)
subprocess.run([python, "-c", "import borrowed; print(borrowed.VALUE)"], check=True)
"""
    key = "wheels/borrowed-1.0-py3-none-any.whl"
    uri = put(local_aws, key, wheel()).rsplit("/", 1)[0]
    name = unique("installing")

    description = run_job(
        local_aws, name, script, InputDataConfig=[channel("wheels", uri)]
    )

    assert description["TrainingJobStatus"] == "Completed", description
    assert log_lines(local_aws, GROUP, name)[-1] == "42"
    assert importlib.util.find_spec("borrowed") is None


def test_an_output_bucket_that_is_missing_fails_the_job(local_aws: LocalAws) -> None:
    description = run_job(
        local_aws,
        unique("nowhere"),
        "print(1)",
        OutputDataConfig={"S3OutputPath": "s3://no-such-bucket-at-all/out"},
    )
    assert description["TrainingJobStatus"] == "Failed"
    assert "ClientError: Artifact upload failed" in description["FailureReason"]


def test_a_key_that_is_the_folder_of_another_fails_the_download(
    local_aws: LocalAws,
) -> None:
    put(local_aws, "both/a", "file")
    put(local_aws, "both/a/b", "below")
    description = run_job(
        local_aws,
        unique("both"),
        "print(1)",
        InputDataConfig=[channel("train", f"s3://{BUCKET}/both/")],
    )
    assert description["TrainingJobStatus"] == "Failed"
    assert "ClientError: Data download failed" in description["FailureReason"]
    assert "the folder of others" in description["FailureReason"]


@pytest.mark.parametrize(
    ("name", "channel_name", "member"),
    [
        ("my_job", "train", "trainingJobName"),
        ("a-job-", "train", "trainingJobName"),
        ("x" * 64, "train", "trainingJobName"),
        ("a-job", "my channel", "channelName"),
        ("a-job", "../../etc", "channelName"),
    ],
)
def test_names_that_aws_refuses_are_refused(
    local_aws: LocalAws, name: str, channel_name: str, member: str
) -> None:
    uri = put(local_aws, "named/x", "x")
    with pytest.raises(ClientError, match=f"validation error.*{member}") as raised:
        start_job(local_aws, name, "", InputDataConfig=[channel(channel_name, uri)])
    assert raised.value.response["Error"]["Code"] == "ValidationException"


ESCAPES = """
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
        sys.argv[0] = "escaped"
        time.sleep(600)
    os._exit(0)
print("started", flush=True)
"""


def test_a_child_with_a_session_of_its_own_ends_with_its_job(
    local_aws: LocalAws,
) -> None:
    name = unique("escape")
    before = set(processes())
    description = run_job(local_aws, name, ESCAPES)
    assert description["TrainingJobStatus"] == "Completed", description

    def escaped() -> list[str]:
        return [
            command
            for pid, (_, command) in processes().items()
            if pid not in before
            and "/code/train.py" in command
            and name[:30] in command
        ]

    eventually(lambda: not escaped())
