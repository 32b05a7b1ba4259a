"""A deployment that is interrupted is repeated; what cannot be deleted yet says so."""

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from local_aws.testing.running import (
    LocalAws,
    eventually,
    fork_local_aws,
    stop_local_aws,
)
from local_aws.testing.sagemaker_resources import (
    APPLICATION,
    archive,
    ask,
    exists,
    put,
)
from local_aws.testing.stacks import describe, outputs, stable, status

from tests.e2e.conftest import ROOT, run, shell, variables_of

STORAGE = "fraud-dev-storage"
STACK = "fraud-dev-serving"
ENDPOINT = "fraud-dev"
IN_TIME_SECONDS = 60.0


@dataclass(frozen=True)
class Environment:
    """An account with dev's storage, and the templates of all of dev's stacks."""

    account: LocalAws
    assembly: Path
    gate: Path

    @property
    def cdk(self) -> str:
        """The start of a cdk command that synthesizes nothing anew."""
        return f"npx cdk --app {self.assembly}"

    def upload(self, name: str) -> str:
        """Upload an artifact that starts while the gate is open; return its URI."""
        waits = "import time\nwhile not pathlib.Path({!r}).exists(): time.sleep(0.1)"
        code = APPLICATION.replace(
            "\ndef app(", f"{waits.format(str(self.gate))}\n\ndef app("
        )
        files = {"name": name, "code/inference.py": code}
        return put(self.account, f"{name}/output/model.tar.gz", archive(files))

    def deploy(self, name: str) -> str:
        """Return the command that deploys an artifact."""
        uri = f"{STACK}:ModelArtifactUri={self.upload(name)}"
        return f"{self.cdk} deploy {STACK} --parameters {uri}"

    def interrupt(self, command: str, status_now: str, number: signal.Signals) -> str:
        """Send the CLI a signal once the stack is in a status; return what it said."""
        with subprocess.Popen(
            ["sh", "-c", command],
            cwd=ROOT,
            env=variables_of(self.account),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                self.wait_for(status_now)
            finally:
                # To all of the group, as a terminal does with Ctrl-C.
                os.killpg(process.pid, number)
            said, _ = process.communicate(timeout=IN_TIME_SECONDS)
        assert process.returncode != 0, said
        return said

    def wait_for(self, status_now: str) -> None:
        """Wait until the stack is in a status."""
        eventually(lambda: status(self.account, STACK) == status_now, IN_TIME_SECONDS)


@pytest.fixture(scope="module")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """AWS on this machine, which waits for a container longer than tests look."""
    temporary = tmp_path_factory.mktemp("local-aws")
    server = fork_local_aws(temporary, "--startup-timeout", "300")
    yield server
    stop_local_aws(server, temporary)


@pytest.fixture(scope="module")
def dev(
    local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Environment]:
    temporary = tmp_path_factory.mktemp("dev")
    environment = Environment(local_aws, temporary / "cdk.out", temporary / "gate")
    run("npx cdk bootstrap", local_aws)
    run(f"npx cdk deploy {STORAGE} --output {environment.assembly}", local_aws)
    yield environment
    environment.gate.touch()
    run(f"{environment.cdk} destroy --force --all", local_aws)


@pytest.fixture
def deployed(dev: Environment) -> Environment:
    """Dev with an endpoint in service, and the gate closed to what comes next."""
    dev.gate.touch()
    if status(dev.account, STACK) is None:
        run(dev.deploy("deployed"), dev.account)
    dev.gate.unlink()
    return dev


def change_sets(aws: LocalAws) -> list[str]:
    """Return the change sets of the serving stack that are still to be executed."""
    client = aws.client("cloudformation")
    listed = client.list_change_sets(StackName=STACK)["Summaries"]
    return [
        one["ChangeSetName"]
        for one in listed
        if one["ExecutionStatus"] != "EXECUTE_COMPLETE"
    ]


def test_a_cli_killed_while_it_creates_is_run_again(dev: Environment) -> None:
    aws = dev.account
    command = dev.deploy("created")
    dev.interrupt(command, "CREATE_IN_PROGRESS", signal.SIGKILL)

    # CloudFormation goes on alone. Until it is done, the CLI sees "no changes".
    dev.gate.touch()
    assert stable(aws, STACK)["StackStatus"] == "CREATE_COMPLETE"
    run(command, aws)

    assert change_sets(aws) == []
    assert ask(aws, ENDPOINT)["model"] == "created"


def test_a_deployment_prepared_and_never_executed_is_run_again(
    dev: Environment,
) -> None:
    """A CLI killed between its two calls leaves a change set and no resource."""
    dev.gate.touch()
    run(f"{dev.cdk} destroy --force {STACK}", dev.account)
    command = dev.deploy("prepared")
    run(f"{command} --method=prepare-change-set", dev.account)
    assert status(dev.account, STACK) == "REVIEW_IN_PROGRESS"

    run(command, dev.account)

    assert status(dev.account, STACK) == "CREATE_COMPLETE"
    assert ask(dev.account, ENDPOINT)["model"] == "prepared"


def test_ctrl_c_during_an_update_leaves_it_running_and_is_run_again(
    deployed: Environment,
) -> None:
    aws = deployed.account
    before = ask(aws, ENDPOINT)["model"]
    command = deployed.deploy("updated")
    deployed.interrupt(command, "UPDATE_IN_PROGRESS", signal.SIGINT)
    assert ask(aws, ENDPOINT)["model"] == before

    at_once = shell(command, aws)
    assert at_once.returncode != 0
    assert "is in UPDATE_IN_PROGRESS state and can not be updated" in at_once.stdout
    deployed.gate.touch()
    assert stable(aws, STACK)["StackStatus"] == "UPDATE_COMPLETE"
    run(command, aws)

    assert change_sets(aws) == []
    assert ask(aws, ENDPOINT)["model"] == "updated"


def test_a_stack_cannot_be_destroyed_while_an_update_runs_but_afterwards(
    deployed: Environment,
) -> None:
    aws = deployed.account
    before = ask(aws, ENDPOINT)["model"]
    deployed.interrupt(deployed.deploy("late"), "UPDATE_IN_PROGRESS", signal.SIGKILL)

    refused = shell(f"{deployed.cdk} destroy --force {STACK}", aws)

    assert refused.returncode != 0
    assert "cannot be deleted while in status UPDATE_IN_PROGRESS" in refused.stdout
    assert ask(aws, ENDPOINT)["model"] == before
    deployed.gate.touch()
    assert stable(aws, STACK)["StackStatus"] == "UPDATE_COMPLETE"
    assert ask(aws, ENDPOINT)["model"] == "late"
    run(f"{deployed.cdk} destroy --force {STACK}", aws)
    assert status(aws, STACK) is None
    assert not exists(aws, ENDPOINT)


def versions(aws: LocalAws, bucket: str) -> int:
    """Return how many versions and delete markers a bucket holds."""
    listed = aws.client("s3").list_object_versions(Bucket=bucket)
    return len(listed.get("Versions", [])) + len(listed.get("DeleteMarkers", []))


def test_buckets_with_versions_and_delete_markers_are_destroyed(
    dev: Environment,
) -> None:
    aws = dev.account
    dev.gate.touch()
    run(f"{dev.cdk} destroy --force {STACK}", aws)
    described = describe(aws, STORAGE)
    assert described is not None
    buckets = [v for k, v in outputs(described).items() if k.endswith("BucketName")]
    client = aws.client("s3")
    for bucket in buckets:
        for body in (b"old", b"new"):
            client.put_object(Bucket=bucket, Key="a", Body=body)
        client.delete_object(Bucket=bucket, Key="a")
        assert versions(aws, bucket) == 3

    run(f"{dev.cdk} destroy --force {STORAGE}", aws)

    assert status(aws, STORAGE) is None
    left = [one["Name"] for one in client.list_buckets()["Buckets"]]
    assert set(buckets).isdisjoint(left)
