"""Orphans of every kind on local AWS, with and without the project's tags.

Through the command itself, in a process of its own, as its user runs it.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from local_aws.testing.running import LocalAws

from tests.unit.operations.leftovers import planted as plants

ROOT = Path(__file__).parents[3]
DEV = {"Project": "fraud-endpoint", "Environment": "dev"}
TAGGABLE = {
    "model": plants.model,
    "endpoint config": plants.endpoint_config,
    "endpoint": plants.endpoint,
    "scalable target": plants.scalable_target,
    "bucket": plants.bucket,
    "log group": plants.log_group,
    "alarm": plants.alarm,
    "image repository": plants.repository,
    "budget": plants.budget,
    "schedule group": plants.schedule_group,
    "parameter": plants.parameter,
    "KMS key": plants.key,
    "VPC endpoint": plants.vpc_endpoint,
    "network interface": plants.network_interface,
}
# What the prices as literals make of each: an endpoint of two instances of 730 hours
# at 0.115 and 30 GB at 0.14 each; an alarm; a key; 730 hours at 0.01.
# The rest rounds to nothing.
USD = {
    "endpoint": "176.30",
    "alarm": "0.10",
    "KMS key": "1.00",
    "VPC endpoint": "7.30",
}
TOTAL = "184.70"


@pytest.fixture(scope="module")
def planted(local_aws: LocalAws) -> LocalAws:
    """One leftover of each kind with the tags, and one without but of such a name."""
    for plant in TAGGABLE.values():
        plant(local_aws.client, "forgotten", DEV)
        plant(local_aws.client, "fraud-dev", {})
    plants.dashboard(local_aws.client, "fraud-dev", {})
    plants.schedule(local_aws.client, "fraud-dev", {})
    plants.log_group(local_aws.client, "/aws/sagemaker/TrainingJobs", {})
    return local_aws


def leftovers(
    server: LocalAws, *arguments: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fraud", "leftovers", "--env", "dev", *arguments],
        cwd=ROOT,
        env=server.environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def section(output: str, name: str) -> dict[str, str]:
    """Return the rows under a heading, by kind."""
    rows: dict[str, str] = {}
    here = False
    for line in output.splitlines():
        if not line.startswith(" "):
            here = line.startswith(f"{name}:")
        elif here and line[2:20].strip():
            rows[line[2:20].strip()] = line
    return rows


def test_every_tagged_leftover_is_found_with_its_cost(planted: LocalAws) -> None:
    result = leftovers(planted)
    assert result.returncode == 1, result.stderr
    found = section(result.stdout, "LEFTOVER")
    assert set(found) == set(TAGGABLE)
    for kind, row in found.items():
        assert f" {USD.get(kind, '0.00')} USD  " in row
    assert f"{len(TAGGABLE)} remain, {TOTAL} USD a month." in result.stdout


def test_untagged_ones_are_listed_by_their_name(planted: LocalAws) -> None:
    by_name = section(leftovers(planted).stdout, "NAME ONLY")
    # Those of a network have no names, a model and its config have; see plants.
    nameless = {"network interface", "VPC endpoint"}
    assert set(by_name) == (set(TAGGABLE) - nameless) | {
        "dashboard",
        "schedule",
    }


def test_a_wrong_name_deletes_nothing(planted: LocalAws) -> None:
    result = leftovers(planted, "--delete", typed="prod\n")
    assert result.returncode == 1
    assert "Nothing was deleted." in result.stdout
    assert set(section(leftovers(planted).stdout, "LEFTOVER")) == set(TAGGABLE)


def test_delete_removes_the_tagged_alone_and_the_next_run_is_clean(
    planted: LocalAws,
) -> None:
    before = section(leftovers(planted).stdout, "NAME ONLY")
    result = leftovers(planted, "--delete", typed="dev\n")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "NOT deleted" not in result.stdout
    for kind in TAGGABLE:
        assert f"\n{kind} " in result.stdout
    after = leftovers(planted)
    assert after.returncode == 0, after.stdout
    assert section(after.stdout, "LEFTOVER") == {}
    assert section(after.stdout, "NAME ONLY") == before
    assert set(section(after.stdout, "SHARED")) == {"log group"}
