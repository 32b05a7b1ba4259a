"""Local AWS, the real CDK CLI, and the commands a reader would type."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from local_aws.testing.running import LocalAws

from operations.local import OPTIONS

ROOT = Path(__file__).parents[2]
BIN = ROOT / ".venv" / "bin"
COMMAND_SECONDS = 400
# The CDK CLI locks its output folder: tests that run side by side have one each.
CDK_OUTPUT = ROOT / f"cdk.out-{os.environ.get('PYTEST_XDIST_WORKER', 'tests')}"


@pytest.fixture(scope="module")
def local_aws_arguments() -> Sequence[str]:
    """Local AWS as ``fraud local`` starts it."""
    return OPTIONS


def variables_of(account: LocalAws | None, **more: str) -> dict[str, str]:
    """Return a reader's environment: the tools on PATH, the account in variables."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return {
        **clean,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "JSII_NODE": str(BIN / "node"),
        "CDK_OUTPUT": str(CDK_OUTPUT),
        "CDK_APP": f"{BIN / 'python'} {ROOT / 'tests' / 'e2e' / 'cached_app.py'}",
        **(account.environment if account else {}),
        **more,
    }


def shell(
    script: str, account: LocalAws | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a script as a reader would."""
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=ROOT,
        env=variables_of(account, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )


def run(script: str, account: LocalAws | None = None, **variables: str) -> str:
    """Run a script that must pass; return what it printed."""
    done = shell(script, account, **variables)
    assert done.returncode == 0, f"{script}\n{done.stdout}"
    return done.stdout


def output_of(aws: LocalAws, stack: str, output: str) -> str:
    client = aws.client("cloudformation")
    [described] = client.describe_stacks(StackName=stack)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}
    value: str = outputs[output]
    return value
