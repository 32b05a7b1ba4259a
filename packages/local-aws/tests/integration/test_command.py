"""`python -m local_aws` as a person meets it: starting, refusing, leaving nothing."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from local_aws.testing.running import (
    LocalAws,
    alive,
    descendants,
    eventually,
    fork_local_aws,
    start_local_aws,
    stop_local_aws,
)
from local_aws.testing.sagemaker_resources import (
    create_endpoint,
    prepare,
    start_job,
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local_aws", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_tells_all_options() -> None:
    result = run("--help")

    assert result.returncode == 0
    for option in ("--port", "--startup-timeout", "--time-scale", "--until-input-ends"):
        assert option in result.stdout
    assert "docs/local-aws.md" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "many"], "--port: expected a number from 0 to 65535, got 'many'"),
        (["--port", "65536"], "--port: expected a number from 0 to 65535"),
        (["--startup-timeout", "0"], "--startup-timeout: expected a positive number"),
        (["--time-scale", "2"], "--time-scale: expected a number above 0 and up to 1"),
    ],
)
def test_a_wrong_option_is_refused_in_one_sentence(
    arguments: list[str], message: str
) -> None:
    result = run(*arguments)

    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_in_use_is_told_in_one_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        result = run("--port", str(port))

    assert result.returncode == 1
    assert result.stderr == (
        f"error: port {port} is in use; stop the program that listens there, or "
        f"choose another port with --port.\n"
    )


@pytest.fixture
def busy(tmp_path: Path) -> LocalAws:
    """A server of the test's own, with an endpoint and a job that run."""
    server = start_local_aws(tmp_path)
    prepare(server, "busy")
    create_endpoint(server, "busy", "busy")
    start_job(server, "job", "import time\ntime.sleep(600)")

    def training() -> bool:
        described = server.client("sagemaker").describe_training_job(
            TrainingJobName="job"
        )
        return bool(described["SecondaryStatus"] == "Training")

    eventually(training)
    return server


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_however_it_ends(
    busy: LocalAws, tmp_path: Path, number: signal.Signals
) -> None:
    children = descendants(busy.process.pid)
    assert len(children) >= 4  # the reaper, gunicorn and its worker, the job
    assert list(tmp_path.glob("local-aws-*"))

    busy.process.send_signal(number)

    code = busy.process.wait(30)
    assert code == (-number if number == signal.SIGKILL else 0)
    eventually(lambda: not alive(children))
    eventually(lambda: not list(tmp_path.glob("local-aws-*")))


def test_it_ends_with_a_test_run_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys, time; from local_aws.testing.running import *; "
        "server = fork_local_aws(pathlib.Path(sys.argv[1])); "
        "print(server.process.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    ) as tests:
        assert tests.stdout is not None
        tests.stdout.readline()
        started = descendants(tests.pid)
        tests.kill()

    assert started
    eventually(lambda: not alive(started))
    eventually(lambda: not list(tmp_path.glob("local-aws-*")))


def test_two_servers_give_different_identifiers(
    local_aws: LocalAws, tmp_path: Path
) -> None:
    """Though both are forked from one process, with its state of moto's randomness."""
    other = fork_local_aws(tmp_path)
    keys = [
        server.client("kms").create_key()["KeyMetadata"]["KeyId"]
        for server in (local_aws, other)
    ]
    stop_local_aws(other, tmp_path)
    assert keys[0] != keys[1]


def test_it_listens_on_loopback_only(local_aws: LocalAws) -> None:
    port = int(local_aws.url.rsplit(":", 1)[1])
    outside = [
        address[4][0]
        for address in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        if not str(address[4][0]).startswith("127.")
    ]
    assert local_aws.url.startswith("http://localhost:")
    for address in outside:
        with socket.socket() as client:
            client.settimeout(2)
            assert client.connect_ex((str(address), port)) != 0


def test_its_variables_are_all_that_the_sdk_needs(local_aws: LocalAws) -> None:
    """A fresh process with just these variables, and boto3 told the region."""
    code = (
        "import boto3, os;"
        "sts = boto3.client('sts', region_name=os.environ['AWS_REGION']);"
        "print(sts.get_caller_identity()['Account'])"
    )

    result = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], **local_aws.environment},
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout.strip() == "123456789012"


def test_a_start_waits_for_no_service_that_nobody_asked_yet() -> None:
    """moto's CloudFormation imports every service; DynamoDB compiles a grammar."""
    heavy = ("moto.cloudformation.parsing", "moto.dynamodb.models", "cfnlint")
    script = (
        "import sys, local_aws.server\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
