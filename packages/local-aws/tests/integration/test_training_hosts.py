"""Training jobs of several instances: hosts that share data, meet, and end together."""

import json
import os
import signal
import sys
from collections import Counter
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError
from local_aws.testing.running import LocalAws, eventually, processes
from local_aws.testing.sagemaker_resources import (
    BUCKET,
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

# Each host writes what it sees. The first listens on a port that the others know, at
# its own name, and greets each of them; the port is the same in every job.
MEETING = """
import json, os, pathlib, socket

hosts, me = json.loads(os.environ["SM_HOSTS"]), os.environ["SM_CURRENT_HOST"]
if me == hosts[0]:
    server = socket.create_server((me, 47001))
    print("listening", flush=True)
    for _ in hosts[1:]:
        connection, _ = server.accept()
        connection.sendall(b"hello")
        connection.close()
    heard = ""
else:
    while True:
        try:
            connection = socket.create_connection((hosts[0], 47001))
            break
        except ConnectionRefusedError:
            pass
    heard = connection.makefile().read()
config = pathlib.Path(os.environ["SM_INPUT_CONFIG_DIR"])
report = {
    "heard": heard,
    "address": socket.gethostbyname(me),
    "rank": os.environ["SM_CURRENT_HOST_RANK"],
    "count": os.environ["SM_HOST_COUNT"],
    "interface": os.environ["SM_NETWORK_INTERFACE_NAME"],
    "resources": json.loads((config / "resourceconfig.json").read_text()),
    "model_directory": os.environ["SM_MODEL_DIR"],
    "channels": {
        name: sorted(p.name for p in pathlib.Path(os.environ[variable]).iterdir())
        for name, variable in (("own", "SM_CHANNEL_OWN"), ("all", "SM_CHANNEL_ALL"))
    },
}
model = pathlib.Path(os.environ["SM_MODEL_DIR"])
(model / f"{me}.json").write_text(json.dumps(report))
(model / "both").mkdir()
(model / "both" / me).write_text(me)
(model / "clash").write_text(me)
(pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"]) / me).write_text(me)
print("I am", me)
"""
HOSTS = ["algo-1", "algo-2", "algo-3"]


@pytest.fixture(scope="module")
def local_aws_arguments(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    directory = tmp_path_factory.mktemp("image")
    (directory / "Dockerfile").write_text("FROM scratch\n")
    return ["--image", f"mine={directory}"]


@pytest.fixture(scope="module")
def meeting(local_aws: LocalAws) -> dict[str, Any]:
    """How a job of three hosts ended, and what each of them saw."""
    name = unique("meeting")
    for number in range(5):
        put(local_aws, f"shards/part-{number}.csv", str(number))
    uri = f"s3://{BUCKET}/shards/"
    description = run_job(
        local_aws,
        name,
        MEETING,
        instances=3,
        InputDataConfig=[
            channel("own", uri, S3DataDistributionType="ShardedByS3Key"),
            channel("all", uri, S3DataDistributionType="FullyReplicated"),
        ],
    )
    assert description["TrainingJobStatus"] == "Completed", description
    files = unpacked(local_aws, description["ModelArtifacts"]["S3ModelArtifacts"])
    saw = {host: json.loads(files[f"{host}.json"]) for host in HOSTS}
    return {"name": name, "files": files, "saw": saw}


def test_every_host_knows_itself_and_the_others(meeting: dict[str, Any]) -> None:
    for rank, host in enumerate(HOSTS):
        saw = meeting["saw"][host]
        assert saw["resources"]["current_host"] == host
        assert saw["resources"]["hosts"] == HOSTS
        assert saw["resources"]["instance_groups"][0]["hosts"] == HOSTS
        assert saw["resources"]["network_interface_name"] == saw["interface"]
        assert (saw["rank"], saw["count"]) == (str(rank), "3")
    assert len({saw["model_directory"] for saw in meeting["saw"].values()}) == 3


def test_hosts_reach_each_other_by_name(meeting: dict[str, Any]) -> None:
    assert [meeting["saw"][host]["heard"] for host in HOSTS] == ["", "hello", "hello"]


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.0/8 answers on Linux only")
def test_every_host_has_a_loopback_address_of_its_own(meeting: dict[str, Any]) -> None:
    addresses = {saw["address"] for saw in meeting["saw"].values()}
    assert len(addresses) == 3
    assert all(address.startswith("127.") for address in addresses)


def test_keys_are_divided_or_replicated_as_the_channel_says(
    meeting: dict[str, Any],
) -> None:
    objects = [f"part-{number}.csv" for number in range(5)]
    shares = [meeting["saw"][host]["channels"]["own"] for host in HOSTS]
    assert Counter(name for share in shares for name in share) == Counter(objects)
    assert sorted(map(len, shares)) == [1, 2, 2]
    assert all(saw["channels"]["all"] == objects for saw in meeting["saw"].values())


def test_the_hosts_files_become_one_archive(
    local_aws: LocalAws, meeting: dict[str, Any]
) -> None:
    files = meeting["files"]
    assert {f"both/{host}" for host in HOSTS} < set(files)
    assert files["clash"] == b"algo-1"
    uri = f"s3://{BUCKET}/jobs/{meeting['name']}/output/output.tar.gz"
    assert unpacked(local_aws, uri) == {host: host.encode() for host in HOSTS}


def test_every_host_has_a_log_stream(
    local_aws: LocalAws, meeting: dict[str, Any]
) -> None:
    for host in HOSTS:
        lines = log_lines(local_aws, GROUP, f"{meeting['name']}/{host}-")
        assert f"I am {host}" in lines
        left_out = any("/opt/ml/model/clash" in line for line in lines)
        assert left_out == (host != "algo-1")


def test_more_hosts_than_objects_leaves_some_without(local_aws: LocalAws) -> None:
    script = """
import os, pathlib
names = [p.name for p in pathlib.Path(os.environ["SM_CHANNEL_TRAIN"]).iterdir()]
print(names)
"""
    name = unique("few")
    uri = put(local_aws, "few/a.csv", "1")
    shared = channel("train", uri, S3DataDistributionType="ShardedByS3Key")
    run_job(local_aws, name, script, instances=2, InputDataConfig=[shared])
    assert log_lines(local_aws, GROUP, f"{name}/algo-1") == ["['a.csv']"]
    assert log_lines(local_aws, GROUP, f"{name}/algo-2") == ["[]"]


FAILING_SECOND = """
import os, pathlib, sys, time
if os.environ["SM_CURRENT_HOST"] == "algo-2":
    path = pathlib.Path(os.environ["SM_OUTPUT_DIR"]) / "failure"
    path.write_text("the shard has no column Class")
    sys.exit(3)
time.sleep(600)
"""
# The first waits for the second and fails when that is gone, as collectives do.
LINKED = """
import os, socket, sys, time
if os.environ["SM_CURRENT_HOST"] == "algo-1":
    server = socket.create_server(("algo-1", 47002))
    connection, _ = server.accept()
    print("linked", flush=True)
    connection.recv(1)
    sys.exit("lost algo-2")
while True:
    try:
        connection = socket.create_connection(("algo-1", 47002))
        break
    except ConnectionRefusedError:
        pass
time.sleep(600)
"""


def test_one_host_s_failure_ends_the_others_and_is_named(local_aws: LocalAws) -> None:
    name = unique("second")
    description = run_job(local_aws, name, FAILING_SECOND, instances=2)
    assert description["TrainingJobStatus"] == "Failed"
    assert description["FailureReason"] == (
        "AlgorithmError: host algo-2: the shard has no column Class, exit code: 3"
    )
    assert processes_of(name) == {}


def test_a_killed_host_is_named_though_another_fails_with_it(
    local_aws: LocalAws,
) -> None:
    name = unique("killed")
    start_job(local_aws, name, LINKED, instances=2)
    eventually(lambda: "linked" in lines_of(local_aws, name))
    os.kill(process_of(name, "algo-2"), signal.SIGKILL)

    description = finished(local_aws, name)

    assert description["TrainingJobStatus"] == "Failed"
    assert description["FailureReason"] == (
        "AlgorithmError: host algo-2: exit code: 137 "
        "(after it ended algo-1 exit code: 1)"
    )


SLEEPING = """
import time
print("sleeping", flush=True)
time.sleep(600)
"""


def test_stopping_a_job_stops_all_its_hosts(local_aws: LocalAws) -> None:
    name = unique("all")
    start_job(local_aws, name, SLEEPING, instances=2)
    eventually(lambda: lines_of(local_aws, name).count("sleeping") == 2)
    local_aws.client("sagemaker").stop_training_job(TrainingJobName=name)
    description = finished(local_aws, name)
    assert description["SecondaryStatus"] == "Stopped"
    assert processes_of(name) == {}


def test_the_time_limit_stops_all_hosts(local_aws: LocalAws) -> None:
    name = unique("limit")
    description = run_job(
        local_aws,
        name,
        SLEEPING,
        instances=2,
        StoppingCondition={"MaxRuntimeInSeconds": 1},
    )
    assert description["SecondaryStatus"] == "MaxRuntimeExceeded"
    assert processes_of(name) == {}


# Counts on from its checkpoint: to two, then on when it runs again.
COUNTING = """
import os, pathlib, time
host = os.environ["SM_CURRENT_HOST"]
directory = pathlib.Path(os.environ["CHECKPOINTS"])
path = directory / host
restored = int(path.read_text()) if path.exists() else 0
path.write_text(str(restored + 1))
print("restored", restored, sorted(p.name for p in directory.iterdir()), flush=True)
if not restored:
    time.sleep(600)
(pathlib.Path(os.environ["SM_MODEL_DIR"]) / host).write_text(path.read_text())
"""


def spot_settings(name: str) -> dict[str, Any]:
    return {
        "EnableManagedSpotTraining": True,
        "CheckpointConfig": {"S3Uri": f"s3://{BUCKET}/checkpoints/{name}"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90},
        "Environment": {"CHECKPOINTS": "/opt/ml/checkpoints"},
    }


def checkpoints(aws: LocalAws, name: str) -> dict[str, str]:
    prefix = f"checkpoints/{name}/"
    listed = aws.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    found = {}
    for item in listed.get("Contents", []):
        body = aws.client("s3").get_object(Bucket=BUCKET, Key=item["Key"])["Body"]
        found[item["Key"].removeprefix(prefix)] = body.read().decode()
    return found


def test_interrupted_spot_instances_go_on_from_their_checkpoints(
    local_aws: LocalAws,
) -> None:
    name = unique("spot")
    start_job(local_aws, name, COUNTING, instances=2, **spot_settings(name))
    eventually(lambda: checkpoints(local_aws, name) == {"algo-1": "1", "algo-2": "1"})

    local_aws.interrupt_spot_instances()
    description = finished(local_aws, name)

    assert description["TrainingJobStatus"] == "Completed", description
    ways = [one["Status"] for one in description["SecondaryStatusTransitions"]]
    once = ["Starting", "Downloading", "Training"]
    assert ways == [*once, "Interrupted", *once, "Uploading", "Completed"]
    artifact = description["ModelArtifacts"]["S3ModelArtifacts"]
    assert unpacked(local_aws, artifact) == {"algo-1": b"2", "algo-2": b"2"}
    assert checkpoints(local_aws, name) == {"algo-1": "2", "algo-2": "2"}
    assert "restored 1 ['algo-1', 'algo-2']" in lines_of(local_aws, name)


def test_an_interruption_leaves_jobs_on_demand_alone(local_aws: LocalAws) -> None:
    name = unique("demand")
    start_job(local_aws, name, SLEEPING)
    eventually(lambda: "sleeping" in lines_of(local_aws, name))
    local_aws.interrupt_spot_instances()
    local_aws.client("sagemaker").stop_training_job(TrainingJobName=name)
    ways = finished(local_aws, name)["SecondaryStatusTransitions"]
    assert "Interrupted" not in [one["Status"] for one in ways]


def test_a_failed_job_leaves_its_checkpoints(local_aws: LocalAws) -> None:
    script = """
import os, pathlib, sys
(pathlib.Path(os.environ["CHECKPOINTS"]) / "epoch").write_text("7")
sys.exit(1)
"""
    name = unique("checkpointed")
    run_job(local_aws, name, script, **spot_settings(name))
    assert checkpoints(local_aws, name) == {"epoch": "7"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {
                "EnableManagedSpotTraining": True,
                "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            },
            "Invalid MaxWaitTimeInSeconds",
        ),
        (
            {
                "EnableManagedSpotTraining": True,
                "StoppingCondition": {
                    "MaxRuntimeInSeconds": 60,
                    "MaxWaitTimeInSeconds": 30,
                },
            },
            "greater than or equal to MaxRuntimeInSeconds",
        ),
        (
            {
                "CheckpointConfig": {
                    "S3Uri": f"s3://{BUCKET}/checkpoints",
                    "LocalPath": "/opt/ml/../../etc",
                }
            },
            "keeps checkpoints below /opt/ml",
        ),
    ],
)
def test_settings_that_cannot_be_kept_are_refused(
    local_aws: LocalAws, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        start_job(local_aws, unique("refused"), "", **settings)


IMAGE_OF_THE_ACCOUNT = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"
MANIFEST = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
    "config": {},
    "layers": [],
}


def test_an_image_of_the_account_has_to_be_in_its_repository(
    local_aws: LocalAws,
) -> None:
    image = {"AlgorithmSpecification": {"TrainingImage": IMAGE_OF_THE_ACCOUNT}}
    missing = run_job(local_aws, unique("missing"), "", **image)
    assert missing["TrainingJobStatus"] == "Failed"
    assert f"There is no image {IMAGE_OF_THE_ACCOUNT}" in missing["FailureReason"]

    ecr = local_aws.client("ecr")
    ecr.create_repository(repositoryName="mine")
    ecr.put_image(
        repositoryName="mine", imageTag="1", imageManifest=json.dumps(MANIFEST)
    )
    pushed = run_job(local_aws, unique("pushed"), "print(1)", **image)
    assert pushed["TrainingJobStatus"] == "Completed", pushed


def lines_of(aws: LocalAws, job: str) -> list[str]:
    try:
        return log_lines(aws, GROUP, f"{job}/")
    except ClientError:
        return []


def processes_of(job: str) -> dict[int, str]:
    return {
        pid: command
        for pid, (_, command) in processes().items()
        if f"{job[:30]}-algo-" in command
    }


def process_of(job: str, host: str) -> int:
    [pid] = [
        pid
        for pid in processes_of(job)
        if psutil.Process(pid).environ().get("SM_CURRENT_HOST") == host
    ]
    return pid
